#!/usr/bin/env python3
"""Make testdata/made/protocols: a model in pickle protocols 0 and 1, which no version of the corpus
writes by itself, with scikit-learn's answers.

    .venv/bin/python tools/make_protocols.py

Run `python3 tools/select_testdata.py --manifest-only` afterwards. The answers have the form of the
corpus (testdata/README.md). Any scikit-learn from 1.0 on will do; 1.2.2 made the committed files.
"""

import gzip
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "protocols"


def write(name, model, X, protocol):
    file = f"{name}_p{protocol}.pkl"
    (FOLDER / file).write_bytes(pickle.dumps(model, protocol=protocol))
    is_text = [X[column].dtype == object for column in X]
    answers = {
        "model_file": file,
        "container": f"pickle-p{protocol}",
        "sklearn": sklearn.__version__,
        "estimator": type(model).__name__,
        "note": name,
        "input_kind": "raw" if any(is_text) else "features",
        "fitted_on": "DataFrame",
        "columns": list(X.columns),
        "dtypes": ["text" if text else "number" for text in is_text],
        "rows": X.values.tolist(),
        "classes": [str(label) for label in model.classes_],
        "predict": [str(label) for label in model.predict(X)],
        "predict_proba": model.predict_proba(X).tolist(),
        "decision_function": None,
        "refused": [],
        "tolerance": 1e-12,
        "tolerance_libm": 1e-12,
        "expected": "supported",
    }
    packed = gzip.compress(json.dumps(answers).encode(), 9, mtime=0)
    (FOLDER / f"{name}_p{protocol}.json.gz").write_bytes(packed)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"importe": rng.gamma(2, 50, 120), "edad": rng.integers(18, 90, 120)})
    y = np.where(X.importe + rng.normal(0, 30, 120) > 90, "sí", "no")
    forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, y)
    table = X.assign(zona=rng.choice(["A", "Ñ", "B"], 120))
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["zona"]), (StandardScaler(), ["importe", "edad"])
    )
    linear = make_pipeline(encoder, LogisticRegression()).fit(table, y)
    for protocol in (0, 1):
        write("rf", forest, X.head(16), protocol)
        write("pipeline", linear, table.head(16), protocol)


if __name__ == "__main__":
    main()
