#!/usr/bin/env python3
"""Make testdata/made/golden: small models with the golden rows that `write_golden.py` writes of them, and the same
answers in the form of the corpus (testdata/README.md).

    python3.11 -m venv .venv-golden
    .venv-golden/bin/pip install xgboost==2.1.4 lightgbm==4.3.0 scikit-learn==1.3.2 numpy==1.26.4 pandas==2.1.4
    .venv-golden/bin/python tools/make_golden.py numpy1
    python3.12 -m venv .venv-golden2
    .venv-golden2/bin/pip install xgboost==3.2.0 lightgbm==4.6.0 scikit-learn==1.6.1 numpy==2.2.6 pandas==2.2.3
    .venv-golden2/bin/python tools/make_golden.py numpy2

The argument is the folder. Run `python3 tools/select_testdata.py --manifest-only` afterwards.
"""

import gzip
import json
import sys
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from write_golden import answers_to, load_xgboost, write_golden

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "golden"
SINGLE, DOUBLE = 2.5e-7, 1e-12

random = np.random.RandomState(7)
N, N_ROWS = 240, 40
X = pd.DataFrame(
    {
        "importe factura (€)": random.gamma(2, 90, N).round(2),
        "deuda total": random.gamma(2, 300, N).round(2),
        "edad": random.randint(18, 90, N).astype(float),
        "facturas": random.randint(1, 12, N).astype(float),
    }
)
X.loc[random.rand(N) < 0.1, "edad"] = np.nan
Y = (X["deuda total"] / 500 - X["facturas"] / 6 + random.randn(N) > 0.2).astype(int).to_numpy()
PLAIN = X.rename(columns={"importe factura (€)": "importe", "deuda total": "deuda"})
TREES = {"n_estimators": 5, "max_depth": 3, "n_jobs": 1}
LEAVES = {"n_estimators": 5, "num_leaves": 6, "n_jobs": 1, "verbose": -1}


def write(folder, file, model, rows, tolerance):
    """Golden rows of a model whose file is there, and its answers in the form of the corpus."""
    name = file.name.split(".")[0]
    write_golden(model, rows, folder / f"{name}.golden.csv")
    answers = answers_to(model, rows)
    refused = answers.isna().all(axis=1).to_numpy()
    cells = rows.astype(object).where(rows.notna(), None).to_numpy().tolist()
    numbers = answers[[column for column in answers if column.startswith("expected_proba")]].to_numpy()
    if numbers.shape[1] == 1:
        # A booster's answer is one number; the other class has the rest of it, in its width.
        numbers = np.column_stack([(1 - numbers.astype(np.float32)).astype(float), numbers])
    first = answers.columns[0]
    labels = [label.item() for label in getattr(model, "classes_", np.arange(numbers.shape[1]))]
    kept = np.flatnonzero(~refused)
    plain = lambda value: value.item() if hasattr(value, "item") else value
    record = {
        "model_file": file.name,
        "estimator": type(model).__name__,
        "fitted_on": "DataFrame",
        "columns": [str(column) for column in rows],
        "rows": [cells[row] for row in kept],
        "classes": labels if first == "expected_class" else None,
        "predict": [plain(answers[first][row]) for row in kept],
        "predict_proba": [list(map(float, numbers[row])) for row in kept] if numbers.shape[1] else None,
        "refused": [{"row": cells[row], "error": "refused"} for row in np.flatnonzero(refused)],
        "tolerance": tolerance,
        "sklearn": sklearn.__version__,
    }
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))


def write_pickle(folder, name, model, rows, tolerance):
    file = folder / f"{name}.joblib"
    joblib.dump(model, file, compress=("xz", 6))
    write(folder, file, model, rows, tolerance)


def native_files(folder):
    """Early stopping, told by the file of the booster and by the file of the wrapper: 5 and 2 rounds or so."""
    train, valid = slice(0, 160), slice(160, N)
    # Labels without a reason: more rounds soon make it worse.
    noise = random.randint(0, 2, N)
    params = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.8, "nthread": 1}
    booster = xgboost.train(
        params,
        xgboost.DMatrix(PLAIN[train], noise[train]),
        20,
        evals=[(xgboost.DMatrix(PLAIN[valid], noise[valid]), "valid")],
        early_stopping_rounds=4,
        verbose_eval=False,
    )
    assert booster.best_iteration + 1 < booster.num_boosted_rounds()
    wrapper = xgboost.XGBClassifier(
        n_estimators=20, max_depth=3, learning_rate=0.8, n_jobs=1, early_stopping_rounds=4
    )
    wrapper.fit(PLAIN[train], noise[train], eval_set=[(PLAIN[valid], noise[valid])], verbose=False)
    regressor = xgboost.XGBRegressor(objective="binary:logistic", **TREES).fit(PLAIN, Y)
    saved = {
        "xgb_train_early": booster,
        "xgb_wrapper_early": wrapper,
        "xgb_wrapper_booster_early": wrapper.get_booster(),
        "xgb_regressor_binary": regressor,
    }
    for name, model in saved.items():
        file = folder / f"{name}.ubj"
        model.save_model(file)
        write(folder, file, load_xgboost(str(file)), PLAIN[:N_ROWS], SINGLE)


def wrappers(folder):
    for objective in ("reg:logistic", "reg:squarederror", "count:poisson", "binary:hinge", "binary:logitraw"):
        model = xgboost.XGBClassifier(objective=objective, **TREES).fit(PLAIN, Y)
        write_pickle(folder, "xgb_" + objective.replace(":", "_"), model, PLAIN[:N_ROWS], SINGLE)
    for objective in ("cross_entropy", "cross_entropy_lambda", "regression", "poisson"):
        model = lightgbm.LGBMClassifier(objective=objective, **LEAVES).fit(PLAIN, np.where(Y, "paga", "no paga"))
        write_pickle(folder, "lgb_" + objective, model, PLAIN[:N_ROWS], DOUBLE)
    model = lightgbm.LGBMRegressor(objective="binary", sigmoid=2.0, **LEAVES).fit(PLAIN, Y)
    write_pickle(folder, "lgb_regressor_binary", model, PLAIN[:N_ROWS], DOUBLE)
    model = lightgbm.LGBMClassifier(**LEAVES).fit(X, Y)
    write_pickle(folder, "lgb_blank_names", model, X[:N_ROWS], DOUBLE)
    model = CalibratedClassifierCV(xgboost.XGBClassifier(**TREES), cv=2).fit(PLAIN, Y)
    write_pickle(folder, "calibrated_xgb", model, PLAIN[:N_ROWS], SINGLE)


def categories(folder):
    """Pandas categories in two columns, one of them ordered, with missing values; of a column that is split by category
    and had none, the file does not tell that it is not one of them."""
    zones = pd.Categorical(random.choice(["norte", "sur", "este"], N))
    sizes = pd.Categorical(random.choice(["S", "M", "L"], N), categories=["S", "M", "L"], ordered=True)
    table = pd.DataFrame({"zona": zones, "deuda": PLAIN["deuda"], "talla": sizes})
    table.loc[random.rand(N) < 0.15, "zona"] = None
    target = ((table["zona"] == "norte") + (table["talla"] == "M") + random.randn(N) * 0.5 > 0.7).astype(int)
    small = dict(LEAVES, cat_smooth=1, min_child_samples=5)
    model = lightgbm.LGBMClassifier(**small).fit(table, target)
    write_pickle(folder, "lgb_categories", model, table[:N_ROWS], DOUBLE)


def raw_columns(folder):
    """Columns as they come, with rows that the encoder refuses."""
    table = PLAIN[["deuda", "facturas"]].assign(zona=random.choice(["norte", "sur", "este"], N))
    steps = make_column_transformer((OneHotEncoder(), ["zona"]), remainder="passthrough")
    model = make_pipeline(steps, LogisticRegression(max_iter=1000)).fit(table, Y)
    rows = table[:N_ROWS].copy()
    rows.loc[[3, 17], "zona"] = "ultramar"
    rows.loc[5, "deuda"] = np.nan
    write_pickle(folder, "raw_columns", model, rows, DOUBLE)


if __name__ == "__main__":
    folder = FOLDER / sys.argv[1]
    folder.mkdir(parents=True, exist_ok=True)
    native_files(folder)
    wrappers(folder)
    categories(folder)
    raw_columns(folder)
