"""The models and rows of each case. Runs in the environment of the engines, once per model.

`make` leaves `<model>.pkl`, `<model>.f64` (rows to score, raw little-endian doubles) and
`<model>.train.npz` in its folder. All seeds are fixed.
"""

import csv
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from compare.cases import GROWTH_BASE, sizes
from compare.environment import REPOSITORY

PORTFOLIO = REPOSITORY / "examples" / "cobranza" / "cartera.csv"
ORIGINAL = PORTFOLIO.with_name("modelo_final.pkl")
AGES = ("0-30", "31-50", "51-65", "MAYOR 65")

# Positions of the features IMPORTE_FACTURA and DEUDA_TOTAL.
AMOUNTS = (1, 3)


def make(name, folder, quick):
    folder.mkdir(parents=True, exist_ok=True)
    model, (train, outcomes), rows = recipe(name)(quick)
    np.ascontiguousarray(rows, dtype="<f8").tofile(folder / f"{name}.f64")
    np.savez(folder / f"{name}.train.npz", X=train, y=outcomes)
    # Last, because a model that is there is not made again.
    target = folder / f"{name}.pkl"
    unfinished = target.with_suffix(".part")
    if isinstance(model, Path):
        unfinished.write_bytes(model.read_bytes())
    else:
        joblib.dump(model, unfinished)
    unfinished.replace(target)


def recipe(name):
    if name.startswith("growth-"):
        _, kind, size = name.split("-")
        return lambda quick: grown(kind, int(size))
    if name.startswith("noise-"):
        _, n_trees, n_rows = name.split("-")
        return lambda quick: noise(int(n_trees), int(n_rows), quick)
    recipes = {"forest": forest, "example": example, "deep": deep, "explain": explained}
    recipes.update({"lightgbm": lightgbm, "xgboost": xgboost, "histogram": histogram})
    return recipes[name]


def forest(quick):
    X, y = portfolio()
    options = {"bootstrap": False, "max_depth": 11, "min_samples_split": 5, "random_state": 0}
    model = RandomForestClassifier(sizes(quick).forest_trees, **options).fit(X, y)
    return model, (X, y), sample(X, quick)


def example(quick):
    """The file that ships: scikit-learn 1.2.2 wrote it, so only propenso reads it beside a newer one."""
    X, y = portfolio()
    return ORIGINAL, (X, y), sample(X, quick)


def explained(quick):
    """The forest's own training rows, few enough that shap is done with them in seconds."""
    model, train, _ = forest(quick)
    return model, train, train[0][: sizes(quick).explained_rows]


def deep(quick):
    n_rows = sizes(quick).deep_rows
    X, y = make_classification(2 * n_rows, 30, n_informative=12, random_state=0)
    train, outcomes = X[:n_rows], y[:n_rows]
    model = RandomForestClassifier(sizes(quick).deep_trees, random_state=0, n_jobs=-1)
    model.fit(train, outcomes)
    return model.set_params(n_jobs=None), (train, outcomes), X[n_rows:]


def noise(n_trees, n_rows, quick):
    """Nothing to learn, so that trees grow until each leaf is of one class: the deepest there are."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 20)).astype(np.float32)
    y = rng.integers(0, 2, n_rows)
    model = RandomForestClassifier(n_trees, random_state=0, n_jobs=-1).fit(X, y)
    rows = rng.standard_normal((sizes(quick).noise_rows, 20)).astype(np.float32)
    return model.set_params(n_jobs=None), (X, y), rows


def lightgbm(quick):
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(n_estimators=sizes(quick).boosted_trees, random_state=0, verbose=-1)
    return fitted(model, quick)


def xgboost(quick):
    from xgboost import XGBClassifier

    return fitted(XGBClassifier(n_estimators=sizes(quick).boosted_trees, random_state=0), quick)


def histogram(quick):
    options = {"early_stopping": False, "random_state": 0}
    return fitted(HistGradientBoostingClassifier(max_iter=sizes(quick).boosted_trees, **options), quick)


def fitted(model, quick):
    X, y = portfolio()
    return model.fit(X, y), (X, y), sample(X, quick)


def grown(kind, size):
    shape = {**GROWTH_BASE, kind: size}
    n_features = shape["features"]
    X, y = make_classification(12_000, n_features, n_informative=min(n_features, 12), n_redundant=0,
                               random_state=0)
    depth = shape["levels"] or None
    model = RandomForestClassifier(shape["trees"], max_depth=depth, random_state=0, n_jobs=-1)
    model.fit(X[:10_000], y[:10_000])
    return model.set_params(n_jobs=None), (X[:10_000], y[:10_000]), X[10_000:]


def portfolio():
    """The example's 16 features, by the rules of contracts/casas-cobranzas.toml, and who paid."""
    with PORTFOLIO.open(encoding="utf-8", newline="") as file:
        clients = list(csv.DictReader(file, delimiter=";"))
    X = np.array([features(client) for client in clients])
    return X, np.array([int(client["TARGET"] == "SI") for client in clients])


def features(client):
    debt = clipped(number(client["DEUDA_TOTAL"], 125.61), 0, 628.83)
    province = number(client["CODIGO_POSTAL"], 28_000) // 1000
    age = client["EDAD"] or "51-65"
    return [
        clipped(number(client["CANTIDAD_FACTURAS"], 2), 1, 3.5),
        clipped(number(client["IMPORTE_FACTURA"], 71.99), 0, 314.24),
        float(client["ESCENARIO_RECOBRO"] in ("PER", "FU")),
        debt,
        float(client["PORTADO"] == "SI"),
        float(client["VPT"] not in ("N", "NO")),
        province / 52,
        clipped(number(client["NUM_LINEAS_ACTIVAS"], 1), 0, 2.5),
        float(client["ESTADO_CLIENTE"] == "A"),
        float(client["VAP_SCF"] not in ("N", "NO")),
        float(client["VAP_OB"] not in ("N", "NO")),
        float(bool(client["FECHA_BPI"])),
        *(float(age == band) for band in AGES),
    ]


def number(text, missing):
    return float(text.replace(",", ".")) if text.strip() else missing


def clipped(value, low, high):
    return min(max(value, low), high) / high


def sample(X, quick):
    """Rows drawn from the portfolio's, the amounts varied, so that hardly two are alike."""
    rng = np.random.default_rng(7)
    n_rows = sizes(quick).rows
    rows = X[rng.integers(0, len(X), n_rows)]
    for column in AMOUNTS:
        rows[:, column] = np.clip(rows[:, column] * (1 + 0.05 * rng.standard_normal(n_rows)), 0, 1)
    return rows
