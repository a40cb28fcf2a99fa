#!/usr/bin/env python3
"""Make testdata/made/wrapped: what people wrap models in, with the original libraries' answers.

Each environment makes the files whose names end in its own; run all of them:

    boost_old  Python 3.10  xgboost==1.7.6 lightgbm==3.3.5 scikit-learn==1.2.2 numpy==1.24.4 pandas==1.5.3
                            joblib==1.2.0 dill==0.3.6 cloudpickle==2.2.1
    boost_mid  Python 3.11  xgboost-cpu==2.1.4 lightgbm==4.3.0 scikit-learn==1.5.2 pandas==2.2.3 joblib==1.4.2
                            dill==0.3.9 cloudpickle==3.0.0
    boost_new  Python 3.13  xgboost-cpu==3.1.2 lightgbm==4.6.0 scikit-learn==1.7.2 pandas==2.3.3 joblib==1.5.2
                            dill==0.4.0 cloudpickle==3.1.2
    tf212      Python 3.10  tensorflow-cpu==2.12.1 scikit-learn==1.2.2 scikeras==0.11.0 joblib==1.3.2
    tf210      Python 3.10  tensorflow-cpu==2.10.1 numpy==1.23.5 scikit-learn==1.1.3 joblib==1.2.0
    tf215      Python 3.11  tensorflow-cpu==2.15.1 scikit-learn==1.3.2 joblib==1.5.3
    keras3tf   Python 3.11  tensorflow-cpu==2.16.2 scikit-learn==1.5.2 scikeras==0.13.0 joblib==1.5.3
    keras3jax  Python 3.12  keras==3.12.0 jax==0.7.2 jaxlib==0.7.2 scikit-learn==1.7.2 joblib==1.5.2

    .venv-boost_old/bin/python tools/make_wrapped.py boost_old

Run `python3 tools/select_testdata.py --manifest-only` afterwards. The answers have the form of the corpus
(testdata/README.md); `key` is the key under which a file has its model.
"""

import gzip
import importlib
import json
import os
import pickle
import sys
from pathlib import Path

import joblib
import numpy as np
import sklearn

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "made" / "wrapped"
ENVIRONMENT = sys.argv[1]
COLUMNS = ["importe", "edad", "llamadas", "dias"]

# Keras computes in float32, and so do its answers.
FLOAT32 = 1e-6

# What is refused, and by which word.
SAVED_MODEL = {"expected": "refused-by-name", "note": "SavedModel", "estimator": "SavedModel"}


def packed(held, out):
    """joblib's dump, compressed: a network's file is mostly zeros."""
    joblib.dump(held, out, compress=("xz", 9))


def plain(value):
    return value.item() if hasattr(value, "item") else value


def write(name, held, answers, dump=pickle.dump, **more):
    """A model file, and what the original answers to its rows."""
    file = FOLDER / f"{name}_{ENVIRONMENT}.pkl"
    with open(file, "wb") as out:
        dump(held, out)
    document = {
        "model_file": file.name,
        "container": "pickle",
        "sklearn": sklearn.__version__,
        "note": name,
        "columns": None,
        "fitted_on": "array",
        "classes": None,
        "predict_proba": None,
        "decision_function": None,
        "refused": [],
        "tolerance": 0,
        "tolerance_libm": 1e-14,
        "expected": "supported",
        **answers,
        **more,
    }
    document = {key: value for key, value in document.items() if value is not None}
    packed = gzip.compress(json.dumps(document).encode(), 9, mtime=0)
    (FOLDER / f"{name}_{ENVIRONMENT}.json.gz").write_bytes(packed)


def data(rows=160):
    rng = np.random.default_rng(7)
    X = np.column_stack(
        [rng.gamma(2, 50, rows), rng.integers(18, 90, rows), rng.integers(0, 12, rows), rng.gamma(2, 100, rows)]
    ).astype(float)
    noise = rng.normal(0, 40, rows)
    y = (X[:, 0] - 0.3 * X[:, 3] + 5 * X[:, 2] + noise > 60).astype(int)
    three = np.digitize(X[:, 0] + noise, [60, 120])
    return X, y, three


def cells(X):
    return [[None if np.isnan(cell) else plain(cell) for cell in row] for row in np.asarray(X, dtype=float)]


def of_classifier(model, X, name=None):
    """What a classifier of scikit-learn's manners answers."""
    return {
        "estimator": name or type(model).__name__,
        "rows": cells(X),
        "classes": [plain(label) for label in model.classes_],
        "predict": [plain(answer) for answer in model.predict(X)],
        "predict_proba": np.asarray(model.predict_proba(X), dtype=float).tolist(),
    }


def of_probabilities(answered, X, name):
    """What a model answers that gives probabilities and nothing else: classes are 0, 1, ….

    Of a number alone it is that of class 1."""
    answered = np.asarray(answered)
    if answered.ndim == 1 or answered.shape[1] == 1:
        answered = answered.reshape(-1)
        answered = np.column_stack([1 - answered, answered])
    return {
        "estimator": name,
        "rows": cells(X),
        "classes": list(range(answered.shape[1])),
        "predict": np.argmax(answered, axis=1).tolist(),
        "predict_proba": answered.astype(float).tolist(),
    }


def of_values(answered, X, name):
    """What a model answers that gives numbers."""
    return {
        "estimator": name,
        "rows": cells(X),
        "predict": np.asarray(answered).reshape(-1).astype(float).tolist(),
    }


def boosters():
    import lightgbm
    import xgboost

    X, y, three = data()
    gaps = X.copy()
    gaps[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    test = gaps[:12]

    def xgb(name, parameters, target, rounds=4, dump=pickle.dump, names=None, **train):
        matrix = xgboost.DMatrix(gaps, target, feature_names=names)
        settings = {"max_depth": 2, "nthread": 1, "seed": 0, **parameters}
        booster = xgboost.train(settings, matrix, rounds, **train)
        answered = booster.predict(xgboost.DMatrix(test, feature_names=names))
        form = of_values if parameters["objective"].startswith("reg") else of_probabilities
        columns = {"columns": names, "fitted_on": "DataFrame"} if names else {}
        write(name, booster, form(answered, test, "Booster"), dump, **columns)

    binary = {"objective": "binary:logistic", "eta": 0.8}
    xgb("xgb_booster", binary, y, names=COLUMNS)
    if ENVIRONMENT == "boost_new":
        xgb("xgb_booster_joblib", binary, y, dump=joblib.dump)
        xgb("xgb_booster_multi", {"objective": "multi:softprob", "num_class": 3}, three, rounds=2, dump=packed)
        xgb("xgb_booster_value", {"objective": "reg:squarederror"}, X[:, 0], rounds=2, dump=packed)
    # Training goes on past the best iteration; Booster.predict uses all trees all the same.
    held_out = xgboost.DMatrix(gaps[80:], 1 - y[80:], feature_names=None)
    watch = {"evals": [(held_out, "v")], "early_stopping_rounds": 3, "verbose_eval": False}
    xgb("xgb_booster_early", binary, y, rounds=8, dump=packed, **watch)

    def lgb(name, parameters, target, rounds=4, dump=pickle.dump, names="auto", early=False):
        settings = {"num_leaves": 4, "min_data_in_leaf": 5, "num_threads": 1, "verbose": -1, **parameters}
        train = lightgbm.Dataset(gaps, target, feature_name=names)
        more = {}
        if early:
            more["valid_sets"] = [lightgbm.Dataset(gaps[80:], 1 - target[80:], reference=train)]
            more["callbacks"] = [lightgbm.early_stopping(2, verbose=False)]
        booster = lightgbm.train(settings, train, rounds, **more)
        answered = booster.predict(test)
        form = of_values if parameters["objective"] == "regression" else of_probabilities
        columns = {"columns": names, "fitted_on": "DataFrame"} if names != "auto" else {}
        write(name, booster, form(answered, test, "Booster"), dump, **columns)

    lgb("lgb_booster", {"objective": "binary", "learning_rate": 0.5}, y, names=COLUMNS)
    if ENVIRONMENT == "boost_new":
        lgb("lgb_booster_joblib", {"objective": "binary", "learning_rate": 0.5}, y, dump=joblib.dump)
        lgb("lgb_booster_multi", {"objective": "multiclass", "num_class": 3}, three, rounds=2, dump=packed)
        lgb("lgb_booster_value", {"objective": "regression"}, X[:, 0], rounds=2, dump=packed)
    lgb("lgb_booster_early", {"objective": "binary", "learning_rate": 0.5}, y, rounds=8, early=True, dump=packed)


def picklers():
    """Plain models by dill and cloudpickle."""
    import cloudpickle
    import dill
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.svm import LinearSVC

    X, y, three = data()
    label = np.where(y == 1, "sí", "no")
    table = pd.DataFrame(X, columns=COLUMNS).assign(zona=np.random.default_rng(3).choice(["A", "Ñ"], len(X)))
    prepared = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["zona"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), COLUMNS),
    )
    forest = RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0).fit(X, label)
    pipeline = make_pipeline(prepared, LogisticRegression()).fit(table, label)
    histogram = HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3).fit(X, three)
    head = table.head(12)
    raw = of_classifier(forest, X[:12])
    raw["rows"] = [[plain(cell) for cell in row] for row in head.values.tolist()]
    raw["predict"] = [plain(answer) for answer in pipeline.predict(head)]
    raw["predict_proba"] = pipeline.predict_proba(head).tolist()
    raw["estimator"] = "Pipeline"
    columns = {
        "columns": list(table.columns),
        "dtypes": ["number"] * 4 + ["text"],
        "fitted_on": "DataFrame",
        "input_kind": "raw",
    }
    write("dill_forest", forest, of_classifier(forest, X[:12]), dill.dump)
    write("dill_pipeline", pipeline, raw, dill.dump, tolerance=1e-14, **columns)
    write("cloudpickle_pipeline", pipeline, raw, cloudpickle.dump, tolerance=1e-14, **columns)
    if ENVIRONMENT == "boost_new":
        write("dill_histogram", histogram, of_classifier(histogram, X[:12]), dill.dump)


def bundles():
    """A model in a dict, a tuple or a list, with things that it does without."""
    import datetime

    import pandas as pd
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import LabelEncoder, StandardScaler

    X, y, _ = data()
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    answers = of_classifier(pipeline, X[:12])
    answers["tolerance"] = 1e-14
    facts = {
        "version": "2026-11",
        "trained": datetime.datetime(2026, 11, 3, 9, 30),
        "day": pd.Timestamp("2026-11-03"),
        "features": COLUMNS,
        "index": pd.Index(COLUMNS),
        "names": np.array(COLUMNS),
        "objects": np.array(COLUMNS, dtype=object),
        "metrics": {"auc": np.float64(0.81), "confusion": np.array([[40, 3], [5, 30]])},
        "rows": 160,
        "note": None,
    }
    write("bundle_facts", {"modelo": pipeline, **facts}, answers, joblib.dump, key="modelo")
    write("bundle_threshold", {"model": pipeline, "umbral": 0.37}, answers, key="model")
    write("bundle_tuple", (pipeline, COLUMNS), answers, key="0")
    write("bundle_list", [{"version": 3}, pipeline], answers, key="1")
    bare = LogisticRegression().fit(StandardScaler().fit_transform(X), y)


    def refused(name, held, key, named):
        write(name, held, {**answers, "estimator": named}, expected="refused-by-name", key=key, note=named)

    refused("bundle_scaler", {"model": bare, "scaler": StandardScaler().fit(X)}, "model", "StandardScaler")
    refused("bundle_encoders", {"modelo": bare, "encoders": {"zona": LabelEncoder().fit(["A", "B"])}}, "modelo", "LabelEncoder")
    refused("bundle_two", [bare, pipeline], "1", "`0`: LogisticRegression, `1`: Pipeline")
    refused("bundle_medians", {"model": bare, "medianas": {"importe": 80.0, "edad": 50.0}}, "model", "medianas")


def network(keras, outputs, last, loss, is_input_told):
    layers = keras.layers
    model = keras.Sequential(
        [
            *([keras.Input((4,))] if is_input_told else []),
            layers.Dense(5, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(outputs, activation=last),
        ]
    )
    model.compile(loss=loss, optimizer="sgd")
    return model


def networks(keras):
    """Keras networks: bare, at the end of a Pipeline, and in scikeras's wrappers."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    X, y, three = data()
    test = X[:12]
    scaler = StandardScaler().fit(X)
    Z = scaler.transform(X)
    keras.utils.set_random_seed(0)

    def trained(target, outputs, last, loss):
        model = network(keras, outputs, last, loss, not is_three(keras))
        model.fit(Z, target, epochs=3, verbose=0)
        return model

    close = {"tolerance": FLOAT32}
    refused = SAVED_MODEL if ENVIRONMENT == "tf210" else {}
    sigmoid = trained(y, 1, "sigmoid", "binary_crossentropy")
    answered = sigmoid.predict(Z[:12], verbose=0)
    dump = pickle.dump if ENVIRONMENT in ("tf212", "keras3jax") else packed
    write("keras_sigmoid", sigmoid, of_probabilities(answered, Z[:12], "Sequential"), dump, **{**close, **refused})
    if refused:
        return
    joblibbed = of_probabilities(answered, test, "Sequential")
    whole = Pipeline([("scaler", scaler), ("network", sigmoid)])
    write("keras_pipeline", whole, joblibbed, packed, **close)
    softmax = trained(three, 3, "softmax", "sparse_categorical_crossentropy")
    answered = softmax.predict(Z[:12], verbose=0)
    write("keras_softmax", softmax, of_probabilities(answered, Z[:12], "Sequential"), packed, **close)
    linear = trained(X[:, 0] / 100, 1, "linear", "mse")
    answered = linear.predict(Z[:12], verbose=0)
    write("keras_value", linear, of_values(answered, Z[:12], "Sequential"), packed, **close)


def build(meta, outputs=1, last="sigmoid", loss="binary_crossentropy"):
    keras = importlib.import_module("keras" if ENVIRONMENT.startswith("keras3") else "tensorflow.keras")
    return network(keras, outputs, last, loss, True)


def is_three(keras):
    return getattr(keras, "__version__", "2").startswith("3")


def wrappers(keras):
    """scikeras's wrappers."""
    from scikeras.wrappers import KerasClassifier, KerasRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y, three = data()
    test = X[:12]
    label = np.where(y == 1, "sí", "no")
    names = np.array(["alta", "baja", "media"])[three]
    Z = StandardScaler().fit_transform(X)
    close = {"tolerance": FLOAT32}
    is_saved_model = not is_three(keras)
    refused = SAVED_MODEL if is_saved_model else {}
    settings = {"epochs": 2, "verbose": 0, "random_state": 0}
    binary = KerasClassifier(build, **settings).fit(Z, label)
    answers = {**of_classifier(binary, Z[:12]), **close, **refused}
    write("scikeras_binary", binary, answers, packed)
    if is_saved_model:
        return
    pipeline = make_pipeline(StandardScaler(), KerasClassifier(build, **settings)).fit(X, label)
    write("scikeras_pipeline", pipeline, of_classifier(pipeline, test), packed, **close)
    softmax = {"outputs": 3, "last": "softmax", "loss": "sparse_categorical_crossentropy"}
    more = {f"model__{name}": value for name, value in softmax.items()}
    multi = KerasClassifier(build, **settings, **more).fit(Z, names)
    write("scikeras_multi", multi, of_classifier(multi, Z[:12]), packed, **close)
    linear = {"model__last": "linear", "model__loss": "mse"}
    value = KerasRegressor(build, **settings, **linear).fit(Z, X[:, 0] / 100)
    answered = value.predict(Z[:12])
    write("scikeras_value", value, of_values(answered, Z[:12], "KerasRegressor"), packed, **close)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    if ENVIRONMENT.startswith("boost"):
        boosters()
        picklers()
        if ENVIRONMENT != "boost_mid":
            bundles()
        return
    if ENVIRONMENT == "keras3jax":
        os.environ["KERAS_BACKEND"] = "jax"
    three = ENVIRONMENT.startswith("keras3")
    keras = importlib.import_module("keras" if three else "tensorflow.keras")
    networks(keras)
    if ENVIRONMENT in ("tf212", "keras3tf"):
        wrappers(keras)


if __name__ == "__main__":
    main()
