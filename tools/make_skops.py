#!/usr/bin/env python3
"""Make testdata/made/skops: skops files, with scikit-learn's answers.

    python -m venv .venv-skops
    .venv-skops/bin/pip install scikit-learn==1.9.1 skops==0.16.0 pandas
    .venv-skops/bin/python tools/make_skops.py

Run `python3 tools/select_testdata.py --manifest-only` afterwards. The answers have the form of the
corpus (testdata/README.md).
"""

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.ensemble import RandomForestClassifier

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "skops"


def write(name, model, X):
    skops.io.dump(model, FOLDER / f"{name}.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    is_classifier = hasattr(model, "classes_")
    is_text = [not pd.api.types.is_numeric_dtype(X[column]) for column in X]
    cells = X.astype(object).where(X.notna(), None).values.tolist()
    plain = lambda value: value.item() if hasattr(value, "item") else value
    answers = {
        "model_file": f"{name}.skops",
        "container": "skops",
        "sklearn": sklearn.__version__,
        "skops": skops.__version__,
        "estimator": type(model).__name__,
        "note": name,
        "input_kind": "raw" if any(is_text) else "features",
        "fitted_on": "DataFrame",
        "columns": list(X.columns),
        "dtypes": ["text" if text else "number" for text in is_text],
        "rows": [[plain(cell) for cell in row] for row in cells],
        "classes": [plain(label) for label in model.classes_] if is_classifier else None,
        "predict": [plain(answer) for answer in model.predict(X)],
        "predict_proba": model.predict_proba(X).tolist() if is_classifier else None,
        "decision_function": None,
        "refused": [],
        "tolerance": 0,
        "tolerance_libm": 1e-14,
        "expected": "supported",
    }
    packed = gzip.compress(json.dumps(answers).encode(), 9, mtime=0)
    (FOLDER / f"{name}.json.gz").write_bytes(packed)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"importe": rng.gamma(2, 50, 120), "edad": rng.integers(18, 90, 120).astype(float)})
    y = np.where(X.importe + rng.normal(0, 30, 120) > 90, "sí", "no")
    gaps = X.mask(rng.random(X.shape) < 0.1)
    table = gaps.assign(zona=rng.choice(["A", "Ñ", "B"], 120))
    prepared = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["zona"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), ["importe", "edad"]),
    )
    forest = RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0)
    write("pipeline_rf", make_pipeline(prepared, forest).fit(table, y), table.head(16))
    boosted = GradientBoostingClassifier(n_estimators=2, max_depth=2, random_state=0).fit(X, y)
    write("gb", boosted, X.head(16))
    histogram = HistGradientBoostingRegressor(max_iter=2, max_leaf_nodes=3).fit(gaps, X.importe)
    write("hgb_regressor", histogram, gaps.head(16))
    # Its columns of numbers pass through a functools.partial.
    histogram = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3, categorical_features=["zona"])
    write("hgb_categories", histogram.fit(table.astype({"zona": "category"}), y), table.astype({"zona": "category"}).head(16))


if __name__ == "__main__":
    main()
