#!/usr/bin/env python3
"""Make testdata/made/paths/<version>: small pipelines whose answer depends on more than their classes' names.

What a step gives the next is not only numbers: the matrix may be sparse, its values float32, a missing value `None` or
NaN; and versions compute the same formula in another order. Each model here takes one such path. Run it with each
version's Python (scikit-learn, XGBoost and LightGBM as in testdata/README.md):

    .venv-1.9/bin/python tools/make_paths.py

Run `python3 tools/select_testdata.py --manifest-only` afterwards. The answers have the form of the corpus
(testdata/README.md). A row that the original refuses, or answers NaN to, is among `refused`.
"""

import gzip
import json
import os
import warnings
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import joblib
import lightgbm
import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (AdaBoostClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              StackingClassifier)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (FunctionTransformer, KBinsDiscretizer, MaxAbsScaler, OneHotEncoder, OrdinalEncoder,
                                   PowerTransformer, StandardScaler)
from sklearn.tree import DecisionTreeRegressor

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "paths" / sklearn.__version__

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
N = 90
zones = np.array([f"Z{i:02d}" for i in range(30)], dtype=object)
table = pd.DataFrame({
    "zona": rng.choice(zones, N),
    "importe": np.round(rng.gamma(2, 50, N), 2),
    "meses": rng.integers(0, 5, N).astype(float),
})
paid = (table.importe + 20 * table.meses + rng.normal(0, 30, N) > 120).astype(int)
extreme = table.head(12).copy()
extreme.loc[0, "zona"] = "otra"
extreme.loc[1:4, "meses"] = [0.0, -0.0, 0.25, -3.0]
extreme.loc[5:7, "importe"] = [0.0, 1e30, 1e-300]
extreme.loc[8, "importe"] = np.nan
extreme.loc[9, "zona"] = np.nan


def one_hot(**options):
    """Sparse, as it is by default."""
    return OneHotEncoder(handle_unknown="ignore", **options)


def mixed(**options):
    return ColumnTransformer([("zona", one_hot(), ["zona"])], remainder="passthrough", **options)


def small_xgb(**options):
    return xgboost.XGBClassifier(n_estimators=4, max_depth=3, n_jobs=1, **options)


def ask(model, row):
    """Class or value and probabilities of one row; raises what the original raises, and ValueError for NaN."""
    predicted = model.predict(row)[0]
    chances = model.predict_proba(row)[0] if hasattr(model, "predict_proba") else None
    if np.isnan(chances).any() if chances is not None else isinstance(predicted, float) and np.isnan(predicted):
        raise ValueError("NaN")
    return predicted, chances


def plain(value):
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else value


def write(name, model, rows, tolerance=1e-12):
    joblib.dump(model, FOLDER / f"{name}.pkl", compress=("xz", 6))
    answered, refused = [], []
    for position in range(len(rows)):
        row = rows.iloc[position:position + 1] if isinstance(rows, pd.DataFrame) else rows[position:position + 1]
        cells = [plain(cell) for cell in np.asarray(row, dtype=object)[0]]
        try:
            answered.append((cells, *ask(model, row)))
        except ValueError as error:
            refused.append({"row": cells, "error": str(error).splitlines()[0]})
    has_chances = bool(answered) and answered[0][2] is not None
    is_classifier = hasattr(model, "classes_")
    columns = list(rows.columns) if isinstance(rows, pd.DataFrame) else [f"f{i}" for i in range(rows.shape[1])]
    answers = {
        "model_file": f"{name}.pkl",
        "container": "joblib-xz",
        "sklearn": sklearn.__version__,
        "xgboost": xgboost.__version__,
        "lightgbm": lightgbm.__version__,
        "numpy": np.__version__,
        "estimator": type(model).__name__,
        "note": name,
        "fitted_on": "DataFrame" if hasattr(model, "feature_names_in_") else "ndarray",
        "columns": columns,
        "rows": [cells for cells, _, _ in answered],
        "classes": [plain(label) for label in model.classes_] if is_classifier else None,
        "predict": [plain(predicted) for _, predicted, _ in answered],
        "predict_proba": [[plain(chance) for chance in chances] for _, _, chances in answered] if has_chances else None,
        "decision_function": None,
        "refused": refused,
        "tolerance": tolerance,
        "tolerance_libm": tolerance,
        "expected": "supported",
    }
    packed = gzip.compress(json.dumps(answers).encode(), 9, mtime=0)
    (FOLDER / f"{name}.json.gz").write_bytes(packed)


def sparse_matrices():
    steps = {
        "onehot": make_pipeline(one_hot(), small_xgb()),
        "columns": make_pipeline(mixed(), small_xgb()),
        "columns_dense": make_pipeline(mixed(sparse_threshold=0), small_xgb()),
        "scaled": make_pipeline(mixed(), StandardScaler(with_mean=False), small_xgb()),
        "maxabs_missing": make_pipeline(mixed(), MaxAbsScaler(), small_xgb(missing=1.0)),
        "kbins": make_pipeline(KBinsDiscretizer(n_bins=4), small_xgb()),
        "union": make_pipeline(
            FeatureUnion([("bins", KBinsDiscretizer(n_bins=3)), ("same", FunctionTransformer())]), small_xgb()),
    }
    for name, model in steps.items():
        inputs = {"onehot": ["zona"], "kbins": ["importe", "meses"], "union": ["importe", "meses"]}.get(name, list(table))
        write(f"xgb_{name}", model.fit(table[inputs], paid), extreme[inputs], 2.5e-7)
    write("lgb_columns", make_pipeline(mixed(), lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1)).fit(
        table, paid), extreme, 1e-14)
    forest = RandomForestClassifier(n_estimators=3, max_depth=3, random_state=0)
    write("forest_columns", make_pipeline(mixed(), forest).fit(table, paid), extreme, 0)
    write("forest_columns_dense", make_pipeline(mixed(sparse_threshold=0), forest).fit(table, paid), extreme, 0)
    scaled = make_pipeline(mixed(), StandardScaler(with_mean=False), DecisionTreeRegressor(random_state=0, max_depth=4))
    write("tree_scaled_columns", scaled.fit(table, table.importe), extreme, 0)


def missing_values():
    some = table.assign(zona=np.where(rng.random(N) < 0.2, None, table.zona.str[:2]))
    rows = some.head(10).copy()
    rows.loc[0, "zona"], rows.loc[1, "zona"] = None, "otra"
    value = some.importe + 10 * some.zona.isna()
    encoders = {
        "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        "ordinal_strict": OrdinalEncoder(),
        "onehot": one_hot(),
    }
    if VERSION >= (1, 1):
        encoders["ordinal_encoded"] = OrdinalEncoder(encoded_missing_value=-7)
    imputers = {"": [], "_imputed_nan": [SimpleImputer(strategy="most_frequent")],
                "_imputed_none": [SimpleImputer(missing_values=None, strategy="constant", fill_value="falta")]}
    for name, encoder in encoders.items():
        for suffix, before in imputers.items():
            try:
                model = make_pipeline(*before, encoder, Ridge()).fit(some[["zona"]], value)
            except (TypeError, ValueError):
                continue
            write(f"none_{name}{suffix}", model, rows[["zona"]])
    marked = table.assign(zona=np.where(rng.random(N) < 0.2, "?", table.zona.str[:2]))
    rows = marked.head(8).copy()
    rows.loc[0, "zona"], rows.loc[1, "zona"] = np.nan, "?"
    imputer = SimpleImputer(missing_values="?", strategy="most_frequent")
    # A text among numbers, and a number among texts, is never met; rows hold texts as codes, which are numbers.
    for suffix, missing in {"question_mark": "?", "zero": 0, "one": 1}.items():
        step = SimpleImputer(missing_values=missing, strategy="most_frequent")
        both = marked.assign(meses=marked.meses.astype(object))[["zona", "meses"]]
        encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        model = make_pipeline(step, encoder, Ridge()).fit(both, value)
        write("imputed_%s_of_texts_and_numbers" % suffix, model, rows.assign(meses=rows.meses.astype(object))[["zona", "meses"]])
    strict = make_pipeline(imputer, OrdinalEncoder(), Ridge()).fit(marked[["zona"]], value)
    write("imputed_question_mark_strict", strict, rows[["zona"]])
    write("imputed_question_mark", make_pipeline(imputer, one_hot(), Ridge()).fit(marked[["zona"]], value), rows[["zona"]])
    empty = table[["importe", "meses"]].assign(vacia=np.nan)
    model = make_pipeline(SimpleImputer(strategy="constant", fill_value=-1), Ridge()).fit(empty, value)
    write("imputed_constant_empty", model, empty.head(6))
    logs = make_pipeline(FunctionTransformer(np.log), SelectKBest(k=1), HistGradientBoostingRegressor(max_iter=2))
    write("selected_nan", logs.fit(table[["importe", "meses"]] + 1, value), extreme[["importe", "meses"]] + 1, 0)


def arithmetic():
    numbers = table[["importe", "meses"]].to_numpy()
    single = numbers.astype(np.float32)
    value = (table.importe + table.meses).to_numpy()
    rows = numbers[:10] + 0.1
    large = rng.normal(1e9, 1, (N, 3))
    write("pca_large_means", make_pipeline(PCA(2), DecisionTreeRegressor(max_depth=4, random_state=0)).fit(large, value),
          large[:12] + 0.5, 0)
    write("pca_single", make_pipeline(PCA(2), Ridge()).fit(single + 100, value.astype(np.float32)), rows + 100, 2e-6)
    write("pca_whitened", make_pipeline(PCA(2, whiten=True), Ridge()).fit(numbers, value), rows)
    for scale in (1.0, 1e-6, 1e-8):
        model = make_pipeline(PowerTransformer(), LinearRegression()).fit((numbers - 50) * scale, value)
        write(f"yeo_johnson_{scale:g}", model, (rows - 50) * scale, 1e-10)
    holes = np.where(rng.random(single.shape) < 0.2, np.float32(np.nan), single)
    for strategy in ("mean", "median"):
        model = make_pipeline(SimpleImputer(strategy=strategy), Ridge()).fit(holes, value)
        write(f"imputed_single_{strategy}", model, np.where(np.arange(20).reshape(10, 2) % 3 == 0, np.nan, rows))
    codes = table.zona.to_numpy()[:, None]
    known = codes[:10]
    for name, encoder in {"onehot": one_hot(dtype=np.float32), "ordinal": OrdinalEncoder(dtype=np.float32)}.items():
        for last in (LogisticRegression(), Ridge()):
            model = make_pipeline(encoder, last).fit(codes, paid)
            write(f"single_{name}_{type(last).__name__.lower()}", model, known, 1e-6)
    write("single_scaled", make_pipeline(OrdinalEncoder(dtype=np.float32), StandardScaler(), MaxAbsScaler(),
                                         DecisionTreeRegressor(random_state=0)).fit(codes, value), known, 0)
    bins = KBinsDiscretizer(n_bins=4, encode="ordinal", dtype=np.float32)
    edges = make_pipeline(bins, DecisionTreeRegressor(random_state=0)).fit(numbers, value)
    at_edges = np.array([[edge, 1.0] for edge in np.concatenate([
        edges[0].bin_edges_[0], np.nextafter(edges[0].bin_edges_[0], -np.inf), [1e39]])])
    write("kbins_single", edges, at_edges, 0)
    bayes = GaussianNB().fit(single, paid)
    write("gaussian_single", bayes, rows, 1e-6)
    constant = np.column_stack([numbers, np.full(N, 3.0)])
    write("gaussian_constant", GaussianNB().fit(constant, paid), np.column_stack([rows, np.arange(10) / 3]))
    overflow = np.vstack([rows, [[1e300, 0.0]]])
    write("gaussian_overflow", GaussianNB().fit(numbers, paid), overflow)
    if VERSION < (1, 8):
        boosted = AdaBoostClassifier(GaussianNB(), n_estimators=3, algorithm="SAMME.R" if VERSION < (1, 6) else "SAMME")
        write("ada_overflow", boosted.fit(numbers, paid), overflow)
    isotonic = CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=2).fit(numbers, paid)
    write("isotonic_overflow", isotonic, overflow)
    members = [("a", small_xgb()), ("b", small_xgb(max_leaves=3, learning_rate=0.1))]
    stack = StackingClassifier(members, final_estimator=LogisticRegression(), cv=2).fit(numbers, paid)
    write("stacked_single", stack, rows, 1e-6)


def decisions():
    numbers = table[["importe", "meses"]].to_numpy()
    three = np.digitize(table.importe, [60, 120])
    loss = "log_loss" if VERSION >= (1, 1) else "log"
    for name, model in {"log": SGDClassifier(loss=loss, random_state=0),
                        "huber": SGDClassifier(loss="modified_huber", random_state=0)}.items():
        far = np.vstack([numbers[:10] * 50, numbers[:5] - 300])
        write(f"ovr_zero_{name}", model.fit(numbers, three), far)
    categories = rng.integers(0, 12, N).astype(float)
    matrix = np.column_stack([categories, table.importe])
    model = HistGradientBoostingRegressor(max_iter=3, categorical_features=[0], min_samples_leaf=3)
    odd = [0, 1, 3, 99, 255, 256, 257, 300, 65539, 2**31 - 1, 2**31, 1e10, 1e300, -0.5, -1, -256, 0.9, np.nan]
    write("hist_categories", model.fit(matrix, categories % 3 + table.importe / 100),
          np.column_stack([odd, np.full(len(odd), 50.0)]), 0)
    select = SelectKBest(k=1).fit(np.column_stack([numbers, three]), paid)
    select.scores_ = np.array([0.0, -0.0, -1.0])
    chosen = Ridge().fit(numbers[:, :1], paid)
    write("select_zeros", make_pipeline(select, chosen), np.column_stack([numbers, three])[:6])
    if VERSION >= (1, 6):
        for handling in ("warn", "infrequent_if_exist"):
            encoder = OneHotEncoder(handle_unknown=handling, min_frequency=3)
            write(f"onehot_{handling}", make_pipeline(encoder, Ridge()).fit(table[["zona"]], table.importe),
                  extreme[["zona"]])


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    sparse_matrices()
    missing_values()
    arithmetic()
    decisions()
