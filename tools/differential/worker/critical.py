"""The numbers at which a fitted model changes its mind: thresholds, edges, fills; by input column where that is known."""

import re

import numpy as np

MAX_DEPTH = 7


class Critical:
    """Numbers by place of the input column; those under `None` may belong to any column."""

    def __init__(self):
        self.numbers = {}

    def add(self, values, column=None):
        values = np.asarray(values, dtype="float64").ravel()
        kept = self.numbers.setdefault(column, [])
        kept.extend(float(value) for value in values[np.isfinite(values)][:200])

    def of(self, column):
        return self.numbers.get(column, []) + self.numbers.get(None, [])


def of_model(model, table):
    critical = Critical()
    try:
        walk(model, list(range(len(table.names))), critical, table, MAX_DEPTH)
        through_scalers(model, critical, table)
    except Exception:  # These numbers only make golden rows sharper.
        pass
    return critical


def inner(model):
    """The estimators among an estimator's attributes, or in their lists and arrays."""
    for value in vars(model).values():
        is_array = isinstance(value, np.ndarray) and value.dtype == object
        parts = value.ravel().tolist() if is_array else value if isinstance(value, (list, tuple)) else [value]
        for part in parts:
            part = part[1] if isinstance(part, tuple) and len(part) > 1 else part
            # A class of its own, and no estimator: what a CalibratedClassifierCV keeps of each fold.
            is_fold = type(part).__name__ == "_CalibratedClassifier"
            if is_fold or hasattr(part, "get_params") and not isinstance(part, type):
                yield part


def notes(model, depth=MAX_DEPTH):
    """What must be known of a fitted model to judge a difference, and no recipe tells."""
    found = set()
    variances = getattr(model, "explained_variance_", None)
    if type(model).__name__ == "PCA" and variances is not None and min(variances) <= 1e-24 * max(variances):
        found.add("a component of rounding noise")
    intercept = getattr(model, "intercept_", None)
    if intercept is not None and np.size(intercept) and np.all(np.isfinite(intercept)):
        found.add("an intercept of %.17g" % np.max(np.abs(intercept)))
    if type(model).__name__ == "IsotonicRegression":
        at, to = np.asarray(model.X_thresholds_, dtype="float64"), np.asarray(model.y_thresholds_, dtype="float64")
        if len(at) > 1:
            with np.errstate(all="ignore"):
                slopes = np.diff(to) / np.diff(at) * np.maximum(1.0, np.abs(at[1:]))
            found.add("a calibration as steep as %.17g" % np.nanmax(np.abs(slopes)))
    for part in inner(model) if depth else ():
        found.update(notes(part, depth - 1))
    return sorted(found)


def walk(model, columns, critical, table, depth):
    if depth == 0:
        return
    name = type(model).__name__
    if name == "Pipeline":
        for _, step in model.steps:
            if hasattr(step, "get_params"):
                walk(step, columns, critical, table, depth - 1)
                if type(step).__name__ not in ("SimpleImputer", "RandomUnderSampler") or getattr(step, "add_indicator", False):
                    columns = None
    elif name == "ColumnTransformer":
        for _, step, chosen in model.transformers_:
            if hasattr(step, "get_params"):
                walk(step, places(chosen, table) if columns else None, critical, table, depth - 1)
    else:
        own_numbers(model, name, columns, critical)
        for part in inner(model):
            walk(part, columns, critical, table, depth - 1)


def places(chosen, table):
    if isinstance(chosen, (list, tuple)) and chosen and all(isinstance(part, str) for part in chosen):
        return [table.names.index(part) for part in chosen]
    if isinstance(chosen, slice) and not isinstance(chosen.start, str):
        return list(range(len(table.names)))[chosen]
    chosen = np.asarray(chosen)
    if chosen.dtype == bool:
        return np.flatnonzero(chosen).tolist()
    return [int(place) % len(table.names) for place in chosen] if chosen.dtype.kind == "i" else None


def own_numbers(model, name, columns, critical):
    def at(feature):
        return columns[feature] if columns and feature < len(columns) else None

    if hasattr(model, "tree_"):
        for feature, threshold in zip(model.tree_.feature, model.tree_.threshold):
            if feature >= 0:
                critical.add([threshold], at(feature))
    if hasattr(model, "_predictors"):
        for tree in (tree for group in model._predictors for tree in group):
            for node in tree.nodes:
                if not node["is_leaf"]:
                    critical.add([node["num_threshold"]], at(node["feature_idx"]))
    if name.startswith("XGB"):
        of_xgboost(model.get_booster(), at, critical)
    if name.startswith("LGBM"):
        of_lightgbm(model.booster_, at, critical)
    if hasattr(model, "bin_edges_"):
        for feature, edges in enumerate(model.bin_edges_):
            critical.add(edges, at(feature))
    for feature, values in enumerate(getattr(model, "categories_", [])):
        if np.asarray(values).dtype.kind in "if":
            critical.add(values, at(feature))
    for attribute in ("statistics_", "mean_", "center_", "data_min_", "data_max_"):
        values = getattr(model, attribute, None)
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            for feature, value in enumerate(values):
                critical.add([value], at(feature))
    if name == "Binarizer":
        critical.add([model.threshold])


def of_xgboost(booster, at, critical):
    names = {name: place for place, name in enumerate(booster.feature_names or [])}
    for tree in booster.get_dump():
        for feature, threshold in re.findall(r"\[([^<\]]+)<([-+.eE\d]+)\]", tree):
            place = names.get(feature, int(feature[1:]) if re.match(r"f\d+$", feature) else None)
            critical.add([np.float32(threshold)], None if place is None else at(place))


def of_lightgbm(booster, at, critical):
    text = booster.model_to_string()
    for features, thresholds in zip(re.findall(r"^split_feature=(.*)$", text, re.M), re.findall(r"^threshold=(.*)$", text, re.M)):
        for feature, threshold in zip(features.split(), thresholds.split()):
            critical.add([float(threshold)], at(int(feature)))


def through_scalers(model, critical, table):
    """Thresholds behind scalers, taken back to what goes into them."""
    steps = [step for _, step in getattr(model, "steps", [])]
    if len(steps) < 2 or not all(type(step).__name__.endswith("Scaler") for step in steps[:-1]):
        return
    inner = Critical()
    walk(steps[-1], list(range(len(table.names))), inner, table, MAX_DEPTH)
    for column, numbers in inner.numbers.items():
        if column is None:
            continue
        rows = np.zeros((len(numbers), len(table.names)))
        rows[:, column] = numbers
        for step in reversed(steps[:-1]):
            rows = step.inverse_transform(rows)
        critical.add(rows[:, column], column)
