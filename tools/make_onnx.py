#!/usr/bin/env python3
"""Make testdata/made/onnx: ONNX files of the kinds skl2onnx writes, with ONNX Runtime's answers.

    python -m venv .venv-onnx
    .venv-onnx/bin/pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnxruntime
    .venv-onnx/bin/python tools/make_onnx.py

Run `python3 tools/select_testdata.py --manifest-only` afterwards. The answers have the form of the
corpus (testdata/README.md).
"""

import gzip
import json
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import skl2onnx
import sklearn
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor
from skl2onnx import to_onnx

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "onnx"
OPSETS = {"": 15, "ai.onnx.ml": 3}

# Converted to operators that are refused by name.
REFUSED = {"sgd_3class"}


def models(X, y, y3, target):
    seeded = {"random_state": 0}
    scaled = lambda model: make_pipeline(StandardScaler(), model)
    return {
        "mlp_bin": scaled(MLPClassifier((5, 4), max_iter=50, **seeded)).fit(X, y),
        "mlp_3class": MLPClassifier((5,), activation="tanh", max_iter=50, **seeded).fit(X, y3),
        "mlp_regressor": MLPRegressor(hidden_layer_sizes=(5,), max_iter=50, **seeded).fit(X, target),
        "lr_bin": scaled(LogisticRegression()).fit(X, y),
        "linreg": LinearRegression().fit(X, target),
        "dt_regressor": DecisionTreeRegressor(max_depth=3, **seeded).fit(X, target),
        "gb_regressor": GradientBoostingRegressor(n_estimators=5, max_depth=2, **seeded).fit(X, target),
        "rf_regressor": RandomForestRegressor(n_estimators=3, max_depth=3, **seeded).fit(X, target),
        "gb_3class": GradientBoostingClassifier(n_estimators=3, max_depth=2, **seeded).fit(X, y3),
        "et_bin": scaled(ExtraTreesClassifier(n_estimators=4, max_depth=3, **seeded)).fit(X, y),
        "sgd_3class": SGDClassifier(loss="log_loss", **seeded).fit(X, y3),
    }


def write(name, model, X, rows):
    is_classifier = hasattr(model, "classes_")
    options = {id(model): {"zipmap": False}} if is_classifier else None
    content = to_onnx(model, X[:1], options=options, target_opset=OPSETS).SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    results = session.run(None, {session.get_inputs()[0].name: rows})
    n_columns = X.shape[1]
    answers = {
        "model_file": f"onnx_{name}.onnx",
        "container": "onnx",
        "sklearn": sklearn.__version__,
        "skl2onnx": skl2onnx.__version__,
        "onnxruntime": onnxruntime.__version__,
        "estimator": "Onnx",
        "note": f"onnx_{name}",
        "input_kind": "features",
        "fitted_on": "ndarray",
        "columns": [f"f{i}" for i in range(n_columns)],
        "dtypes": ["number"] * n_columns,
        "rows": [[float(value) for value in row] for row in rows],
        "classes": [int(label) for label in model.classes_] if is_classifier else None,
        "predict": [int(v) if is_classifier else float(np.ravel(v)[0]) for v in results[0]],
        "predict_proba": [[float(p) for p in row] for row in results[1]] if is_classifier else None,
        "decision_function": None,
        "refused": [],
        "tolerance": 1e-6,
        "tolerance_libm": 1e-6,
        "expected": "unsupported-ok" if name in REFUSED else "supported",
    }
    (FOLDER / f"onnx_{name}.onnx").write_bytes(content)
    packed = gzip.compress(json.dumps(answers).encode(), 9, mtime=0)
    (FOLDER / f"onnx_{name}.json.gz").write_bytes(packed)


def main():
    warnings.simplefilter("ignore")
    FOLDER.mkdir(parents=True, exist_ok=True)
    X, y = make_classification(300, 6, n_informative=4, random_state=0)
    X = X.astype(np.float32)
    y3 = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0).astype(int)
    target = (X @ np.arange(6) + np.sin(X[:, 0] * 3)).astype(np.float32)
    rows = np.vstack([X[:20], np.zeros((1, 6)), X[:4] * 1e3, -X[:4] * 1e-3]).astype(np.float32)
    for name, model in models(X, y, y3, target).items():
        write(name, model, X, rows)


if __name__ == "__main__":
    main()
