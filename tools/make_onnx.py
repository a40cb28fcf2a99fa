#!/usr/bin/env python3
"""Make the ONNX files of testdata/made/onnx/, with ONNX Runtime's answers.

Small models on made-up numbers, converted by skl2onnx and onnxmltools. Rows hold random values,
exact thresholds with their float32 neighbours, and, where the model takes them, missing values.

    python3 tools/make_onnx.py OUTPUT_DIR

Made with Python 3.11, scikit-learn 1.9.1, skl2onnx 1.20.0, onnxmltools 1.16.0, onnx 1.23.2,
onnxruntime 1.32.0, lightgbm 4.7.0, xgboost 3.2.0.
"""

import gzip
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloats
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

N = 6
X, Y = make_classification(160, N, n_informative=4, n_classes=2, random_state=0)
X3, Y3 = make_classification(160, N, n_informative=4, n_classes=3, random_state=1)
XR, YR = make_regression(160, N, n_informative=4, random_state=2)
X, X3, XR = (x.astype(np.float32) for x in (X, X3, XR))
XN = np.where(np.random.RandomState(0).rand(*X.shape) < 0.15, np.float32("nan"), X)
TEXTS = np.array(["alto", "bajo", "medio"])


def network(kind, **options):
    return kind(max_iter=40, random_state=0, **options)


def sklearn_models():
    yield "scaler_mlp", make_pipeline(StandardScaler(), network(MLPClassifier, hidden_layer_sizes=(5,))), X, Y
    tanh = network(MLPClassifier, hidden_layer_sizes=(5, 4), activation="tanh")
    yield "minmax_mlp_3class_text", make_pipeline(MinMaxScaler(), tanh), X3, TEXTS[Y3]
    yield "linear_regression", LinearRegression(), XR, YR
    yield "poisson", PoissonRegressor(), X, Y
    yield "impute_lr", make_pipeline(SimpleImputer(), LogisticRegression()), XN, Y
    yield "linear_svc", LinearSVC(), X, Y
    yield "dt_regressor", DecisionTreeRegressor(max_depth=3, random_state=0), XR, YR
    yield "scaler_dt", make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=3, random_state=0)), X, Y
    yield "gb_regressor", GradientBoostingRegressor(n_estimators=5, max_depth=2, random_state=0), XR, YR
    yield "gb_3class", GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0), X3, Y3


def booster_models():
    import lightgbm
    import xgboost

    light = {"n_estimators": 5, "num_leaves": 6, "verbose": -1, "n_jobs": 1}
    extreme = {"n_estimators": 5, "max_depth": 2, "n_jobs": 1}
    yield "lgb_bin_nan", lightgbm.LGBMClassifier(**light), XN, Y
    yield "xgb_bin_nan", xgboost.XGBClassifier(**extreme), XN, Y


def convert_sklearn(name, model, x):
    if name == "scaler_mlp":
        # One input per column, and the probabilities as a list of maps.
        inputs = [(column, FloatTensorType([None, 1])) for column in "edad deuda saldo cuota uno dos".split()]
        return to_onnx(model, initial_types=inputs)
    options = {"zipmap": False} if hasattr(model, "predict_proba") else None
    return to_onnx(model, x[:1], options=options)


def convert_booster(name, model):
    kind = convert_lightgbm if name.startswith("lgb") else convert_xgboost
    return kind(model, initial_types=[("X", MlFloats([None, N]))], target_opset=15)


def thresholds(onnx):
    """(feature, threshold) of the trees' tests."""
    for node in onnx.graph.node:
        lists = {a.name: a for a in node.attribute}
        if "nodes_modes" in lists:
            tests = zip(lists["nodes_modes"].strings, lists["nodes_featureids"].ints, lists["nodes_values"].floats)
            yield from ((feature, value) for mode, feature, value in tests if mode != b"LEAF")


def rows_for(onnx, x, is_scaled):
    rows = list(x[:12])
    tests = [] if is_scaled else list(thresholds(onnx))
    for position, (feature, value) in enumerate(tests[:5]):
        for edge in (np.nextafter(np.float32(value), np.float32(-np.inf)), value, np.nextafter(np.float32(value), np.float32(np.inf))):
            row = np.array(x[30 + position])
            row[feature] = edge
            rows.append(row)
    rows.append(np.zeros(N, np.float32))
    rows.append(x[2] * 1e4)
    if tests or np.isnan(x).any():
        rows.append(np.where(np.arange(N) % 2 == 0, np.float32("nan"), x[3]))
    return np.array(rows, np.float32)


def answers(onnx, rows):
    session = onnxruntime.InferenceSession(onnx.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    given = {names[0]: rows} if len(names) == 1 else {n: rows[:, [i]] for i, n in enumerate(names)}
    outputs = session.run(None, given)
    if len(outputs) == 1:
        return {"classes": None, "predict": np.ravel(outputs[0]).tolist()}
    label, scores = outputs
    if isinstance(scores, list):
        classes = list(scores[0])
        scores = [[row[c] for c in classes] for row in scores]
    else:
        classes = None
        scores = np.asarray(scores).tolist()
    return {"classes": classes, "predict": label.tolist(), "scores": scores}


def write(folder, name, model, onnx, x, y):
    is_scaled = name.startswith(("scaler", "minmax"))
    rows = rows_for(onnx, x, is_scaled)
    found = answers(onnx, rows)
    scores = found.pop("scores", None)
    if hasattr(model, "classes_"):
        found["classes"] = np.asarray(model.classes_).tolist()
    has_probabilities = hasattr(model, "predict_proba")
    record = {
        "model_file": f"{name}.onnx",
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in rows],
        **found,
        "predict_proba": scores if has_probabilities else None,
        "decision_function": None if has_probabilities else scores,
        "tolerance": 1e-6,
    }
    (folder / f"{name}.onnx").write_bytes(onnx.SerializeToString())
    text = json.dumps(record).encode()
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{name}: {onnx.ByteSize()} bytes, {len(rows)} rows, {[n.op_type for n in onnx.graph.node]}")


def main():
    warnings.filterwarnings("ignore")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, model, x, y in sklearn_models():
        model.fit(x, y)
        write(folder, name, model, convert_sklearn(name, model, x), x, y)
    for name, model, x, y in booster_models():
        model.fit(x, y)
        write(folder, name, model, convert_booster(name, model), x, y)


if __name__ == "__main__":
    main()
