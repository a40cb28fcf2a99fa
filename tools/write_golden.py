#!/usr/bin/env python3
"""Write the golden rows that `propenso verify` reads: inputs, and what the model answers to them.

In the notebook that has the fitted model and a table of clients:

    from write_golden import write_golden
    write_golden(model, X.sample(500), "golden.csv")

or from the shell, for a file of clients that pandas reads as the model was trained:

    python tools/write_golden.py modelo.pkl clientes.csv golden.csv

Then `propenso verify modelo.pkl golden.csv`. X holds the columns as they come, before any encoding that is a part
of the model: numbers, texts, categories, booleans, missing values. The model is what is saved: an estimator
or pipeline of scikit-learn or like it, a `Booster` of XGBoost or LightGBM, a network of Keras. A row that it
refuses, or answers with NaN, is written without an answer, and propenso has to refuse it too.

Only load model files you trust: Python executes what is in them, propenso does not.
"""

import sys

import numpy as np
import pandas as pd


def write_golden(model, X, path):
    """X: the rows as the model takes them, a DataFrame or a 2-D array."""
    table = as_table(X)
    answers = answers_to(model, X)
    for name in answers:
        if name in table:
            raise ValueError(f"the rows have a column called {name}, which is what an answer is called")
    table = pd.concat([table, answers], axis=1)
    # 17 significant digits are enough for every double to come back with its own bits.
    table.to_csv(path, index=False, float_format="%.17g", encoding="utf-8")


def as_table(X):
    """The rows with names for their columns. A missing value of any kind becomes an empty field."""
    if not isinstance(X, pd.DataFrame):
        X = np.asarray(X)
        X = pd.DataFrame(X, columns=[f"f{i}" for i in range(X.shape[1])])
    if not X.columns.is_unique:
        raise ValueError("two columns of the rows have the same name")
    table = X.reset_index(drop=True).copy()
    for name in table:
        if table[name].map(lambda cell: isinstance(cell, str) and cell == "").any():
            raise ValueError(f"column {name} has empty texts, which a CSV file cannot tell from missing values")
    return table


def answers_to(model, X):
    """The answers, a row for each of X's; empty where the model gives none."""
    ask = asker(model)
    n_rows = len(X)
    try:
        return without_nan(ask(X))
    except Exception as refusal:
        first = refusal
    rows = []
    for position in range(n_rows):
        row = X.iloc[[position]] if isinstance(X, pd.DataFrame) else X[position : position + 1]
        try:
            rows.append(without_nan(ask(row)))
        except Exception:
            rows.append(None)
    answered = [row for row in rows if row is not None]
    if not answered:
        # Not a matter of a row.
        raise first
    empty = pd.DataFrame([[None] * answered[0].shape[1]], columns=answered[0].columns)
    # As objects, so that classes that are whole numbers stay so beside empty fields.
    rows = [(empty if row is None else row).astype(object) for row in rows]
    return pd.concat(rows, ignore_index=True)


def without_nan(answers):
    """NaN is no answer: all of such a row's are taken out."""
    is_nan = answers.select_dtypes("number").isna().any(axis=1)
    if not is_nan.any():
        return answers
    answers = answers.astype(object)
    answers[is_nan] = None
    return answers


def asker(model):
    """A function from rows to their answers, by the kind of model."""
    kind = {(base.__module__.split(".")[0], base.__name__) for base in type(model).__mro__}
    if ("xgboost", "Booster") in kind:
        return lambda X: of_xgboost(model, X)
    if ("lightgbm", "Booster") in kind:
        return lambda X: of_lightgbm(model, X)
    if ("keras", "Model") in kind or ("tensorflow", "Module") in kind:
        return lambda X: of_keras(model, X)
    return lambda X: of_estimator(model, X)


def of_estimator(model, X):
    """scikit-learn's estimators and what is made like them."""
    predicted = np.asarray(model.predict(X))
    if predicted.ndim > 1 and predicted.shape[1] > 1:
        raise TypeError("the model answers several outputs for a row, which propenso does not")
    predicted = predicted.reshape(len(predicted))
    if not hasattr(model, "classes_"):
        return values(predicted)
    answers = pd.DataFrame({"expected_class": predicted})
    if hasattr(model, "predict_proba"):
        return pd.concat([answers, probabilities(model.predict_proba(X), model.classes_)], axis=1)
    return answers


def of_xgboost(booster, X):
    """`Booster.predict`, which takes no table, and whose answer is what the objective says."""
    import json

    import xgboost

    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
    predicted = booster.predict(xgboost.DMatrix(X))
    if objective == "binary:logistic":
        return of_probability(predicted)
    if objective == "multi:softprob":
        return of_probabilities(predicted)
    if objective == "multi:softmax":
        return pd.DataFrame({"expected_class": predicted.astype(int)})
    return values(predicted)


def of_lightgbm(booster, X):
    """`Booster.predict`."""
    predicted = np.asarray(booster.predict(X))
    # The line of the text, because `params` does not survive saving.
    text = booster.model_to_string(num_iteration=1)
    objective = next((line for line in text.splitlines() if line.startswith("objective=")), "")
    if objective.startswith("objective=binary"):
        return of_probability(predicted)
    return of_probabilities(predicted) if predicted.ndim == 2 else values(predicted)


def of_keras(network, X):
    """`predict` of a network: behind a sigmoid is the probability of class 1, behind a softmax are all."""
    predicted = np.asarray(network.predict(np.asarray(X, dtype="float32"), verbose=0))
    if predicted.ndim != 2:
        raise TypeError("the network answers more than a row of numbers, which propenso does not")
    activation = getattr(network.layers[-1], "activation", None)
    last = getattr(activation, "__name__", "linear")
    if predicted.shape[1] == 1:
        predicted = predicted[:, 0]
        return of_probability(predicted) if last == "sigmoid" else values(predicted)
    if last != "softmax":
        raise TypeError("the network has several outputs that are no softmax, which propenso does not serve")
    return of_probabilities(predicted)


def of_probability(second):
    """Two classes, by the probability of the second."""
    predicted = pd.DataFrame({"expected_class": (second > 0.5).astype(int)})
    predicted["expected_proba_1"] = second.astype(float)
    return predicted


def of_probabilities(table):
    """Classes 0, 1, … by the probabilities of all."""
    answers = pd.DataFrame({"expected_class": table.argmax(axis=1)})
    return pd.concat([answers, probabilities(table, range(table.shape[1]))], axis=1)


def probabilities(table, labels):
    if isinstance(table, list):
        raise TypeError("the model answers several outputs for a row, which propenso does not")
    columns = {f"expected_proba_{label}": column for label, column in zip(labels, np.asarray(table, dtype=float).T)}
    return pd.DataFrame(columns)


def values(predicted):
    predicted = np.asarray(predicted, dtype=float)
    if predicted.ndim > 1 and predicted.shape[1] > 1:
        raise TypeError("the model answers several numbers for a row, which propenso does not")
    return pd.DataFrame({"expected_value": predicted.reshape(len(predicted))})


def load(path):
    """The model of a file: pickles by joblib, a library's own files by the library."""
    end = path.lower().rsplit(".", 1)[-1]
    if end in ("json", "ubj"):
        return load_xgboost(path)
    if end == "txt":
        import lightgbm

        return lightgbm.Booster(model_file=path)
    if end in ("keras", "h5"):
        import keras

        return keras.models.load_model(path, compile=False)
    if end == "onnx":
        raise SystemExit("an ONNX file's answers are those of the model it was converted from: write them from that")
    import joblib

    return joblib.load(path)


def load_xgboost(path):
    """As who saved the file: a wrapper leaves a note in it."""
    import xgboost

    booster = xgboost.Booster(model_file=path)
    note = booster.attr("scikit_learn")
    if note is None:
        return booster
    wrapper = xgboost.XGBRegressor() if '"regressor"' in note else xgboost.XGBClassifier()
    wrapper.load_model(path)
    return wrapper


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    model_path, rows_path, golden_path = sys.argv[1:]
    write_golden(load(model_path), pd.read_csv(rows_path, sep=None, engine="python"), golden_path)
