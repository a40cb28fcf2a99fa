"""Boosters trained, saved and asked by their libraries' own functions."""

import pickle

import numpy as np


def train(native, table, folder):
    """Trains a booster and saves it. Gives the file and the booster as it was read back."""
    frame = table.inputs()
    if table.description["form"] == "unnamed frame":
        frame = frame.to_numpy().astype("float64")
    target = np.asarray(table.target, dtype="float64")
    labels = None if native["is_regression"] else sorted(set(table.target.tolist()))
    if labels is not None:
        target = np.array([labels.index(value) for value in table.target.tolist()], dtype="float64")
    half = slice(0, len(target), 2)
    train_it = train_xgboost if native["library"] == "xgboost" else train_lightgbm
    return train_it(native, frame, target, half, folder)


def part(frame, rows):
    return frame.iloc[rows] if hasattr(frame, "iloc") else frame[rows]


def matrix(frame):
    import xgboost

    is_categorical = hasattr(frame, "dtypes") and any(str(dtype) == "category" for dtype in frame.dtypes)
    return xgboost.DMatrix(frame, enable_categorical=True) if is_categorical else xgboost.DMatrix(frame)


def train_xgboost(native, frame, target, half, folder):
    import xgboost

    params = {name: value for name, value in native["params"].items()}
    is_categorical = hasattr(frame, "dtypes") and any(str(dtype) == "category" for dtype in frame.dtypes)
    if is_categorical:
        params["tree_method"] = "hist"
    data = matrix(frame)
    data.set_label(target)
    options = {}
    if native["stops_early"]:
        held = matrix(part(frame, half))
        held.set_label(np.roll(target[half], 1))
        options = {"evals": [(held, "held")], "early_stopping_rounds": 2, "verbose_eval": False}
    booster = xgboost.train(params, data, num_boost_round=native["rounds"], **options)
    if native["container"] == "pickle":
        return dump(booster, folder)
    path = "%s/model.%s" % (folder, native["container"])
    booster.save_model(path)
    read = xgboost.Booster()
    read.load_model(path)
    return path, read


def train_lightgbm(native, frame, target, half, folder):
    import lightgbm

    categorical = native.get("categorical_feature", "auto")
    data = lightgbm.Dataset(frame, target, categorical_feature=categorical, free_raw_data=False)
    options = {}
    if native["stops_early"] and native["params"].get("boosting_type") != "dart":
        held = lightgbm.Dataset(part(frame, half), np.roll(target[half], 1), reference=data, free_raw_data=False)
        options = {"valid_sets": [held], "callbacks": [lightgbm.early_stopping(2, verbose=False)]}
    booster = lightgbm.train(dict(native["params"]), data, num_boost_round=native["rounds"], **options)
    if native["container"] == "pickle":
        return dump(booster, folder)
    path = "%s/model.txt" % folder
    booster.save_model(path)
    return path, lightgbm.Booster(model_file=path)


def dump(booster, folder):
    path = "%s/model.pkl" % folder
    with open(path, "wb") as file:
        pickle.dump(booster, file)
    with open(path, "rb") as file:
        return path, pickle.load(file)


class BoosterModel:
    """A booster with the face of an estimator: `predict`, and `predict_proba` where there are classes."""

    def __init__(self, native, booster, labels):
        self.booster = booster
        self.library = native["library"]
        self.classes = labels if has_classes(native) else None
        self.is_hard = native["params"].get("objective") == "multi:softmax"

    def raw(self, frame):
        if self.library == "xgboost":
            return self.booster.predict(matrix(frame))
        return self.booster.predict(frame, num_threads=1)

    def answers(self, frame):
        """For each row: its class or none, the numbers expected of it by column."""
        raw = np.asarray(self.raw(frame))
        for value in raw:
            if self.classes is None:
                yield None, {"expected_value": float(value)}
            elif self.is_hard:
                yield str(int(value)), {}
            elif np.ndim(value) == 0:
                yield str(int(value > 0.5)), {"expected_proba_1": float(value)}
            else:
                yield str(int(np.argmax(value))), {"expected_proba_%d" % label: float(part) for label, part in enumerate(value)}


def has_classes(native):
    """Whether an objective is of classes. Those of shares, such as `reg:logistic`, answer a number."""
    return str(native["params"].get("objective")).startswith(("binary", "multi"))
