"""The families of models, how often each is drawn, and the table each is trained on."""

import re

from ..table import draw_number, draw_table, NUMBER_NAMES
from . import boosters, committees, composition, predictors

# Family, weight, function, whether it classifies / estimates numbers.
BOTH, CLASSES, NUMBERS = "both", "classes", "numbers"
FAMILIES = {
    "DecisionTree": (5, predictors.decision_tree, BOTH),
    "ExtraTree": (1, predictors.extra_tree, BOTH),
    "RandomForest": (5, predictors.forest, BOTH),
    "ExtraTrees": (2, predictors.extra_trees, BOTH),
    "GradientBoosting": (4, predictors.gradient_boosting, BOTH),
    "HistGradientBoosting": (6, predictors.hist_gradient_boosting, BOTH),
    "LogisticRegression": (6, predictors.logistic, CLASSES),
    "LogisticRegressionCV": (1, predictors.logistic_cv, CLASSES),
    "SGD": (4, predictors.sgd, BOTH),
    "Linear": (6, predictors.other_linear, BOTH),
    "LinearSVM": (1.5, predictors.linear_svm, BOTH),
    "GaussianNB": (3, predictors.gaussian_nb, CLASSES),
    "MLP": (3, predictors.network, BOTH),
    "Dummy": (1.5, predictors.dummy, BOTH),
    "Voting": (3, committees.voting, BOTH),
    "Stacking": (3, committees.stacking, BOTH),
    "Bagging": (3, committees.bagging, BOTH),
    "AdaBoost": (3, committees.ada_boost, BOTH),
    "Calibrated": (4, committees.calibrated, CLASSES),
    "Search": (1.5, committees.search, BOTH),
    "XGBoost": (8, boosters.xgboost_wrapper, BOTH),
    "LightGBM": (8, boosters.lightgbm_wrapper, BOTH),
    "XGBoost-native": (3, None, BOTH),
    "LightGBM-native": (3, None, BOTH),
    "elsewhere": (1, predictors.elsewhere, BOTH),
}

LABELS = {
    "int": [[0, 1], [0, 1], [0, 1, 2], [1, 2], [-1, 1], [0, 1, 2, 3], [10, 20, 30]],
    "text": [["no", "sí"], ["impago", "pago", "parcial"], ["A", "B", "C", "D"], ["0", "1"], ["No paga", "Sí, paga"]],
    "bool": [[False, True]],
    "float": [[0.0, 1.0], [1.0, 2.0, 3.0]],
}


def draw_task(draw, kinds, family):
    is_regression = kinds == NUMBERS or (kinds == BOTH and draw.chance(0.4))
    if is_regression:
        task = {"labels": None, "scale": draw.pick([1.0, 100.0, 1e-3]), "mean": draw.pick([0.0, 10.0])}
        return task, is_regression
    kind = draw.weighted({"int": 6, "text": 3, "bool": 1, "float": 0.6})
    labels = draw.pick(LABELS[kind])
    if family.endswith("-native") or (family == "XGBoost" and draw.versions.xgboost >= (1, 6) and draw.chance(0.9)):
        labels = list(range(draw.weighted({2: 3, 3: 2, 4: 1})))
    return {"labels": labels}, is_regression


def fit_target(task, predictor):
    """Gives the target what the predictor's loss needs: counts, positive numbers, shares."""
    text = repr(predictor)
    if any(word in text for word in ("poisson", "Poisson", "tweedie", "Tweedie")):
        task["counts"] = True
    elif any(word in text for word in ("gamma", "Gamma", "squaredlog", "reg_sqrt", "mape", "log1p")):
        task["positive"] = True
    elif task["labels"] is None and any(word in text for word in ("reg:logistic", "binary:", "cross_entropy", "'binary'")):
        task["labels"], task["as_numbers"] = [0, 1], True


def draw_recipe(draw, pattern=None):
    """A whole recipe: family, table, model or native booster, container."""
    families = {name: kind[0] for name, kind in FAMILIES.items() if pattern is None or re.search(pattern, name)}
    if not families:
        raise ValueError("no family matches %s" % pattern)
    family = draw.weighted(families)
    _, function, kinds = FAMILIES[family]
    task, is_regression = draw_task(draw, kinds, family)
    recipe = {"family": family, "task": task, "is_regression": is_regression, "golden": {"seed": draw.whole(0, 2**31 - 1), "rows": draw.pick([15, 22, 30])}}
    if family.endswith("-native"):
        table = draw_booster_table(draw, family.split("-")[0].lower())
        recipe["native"] = boosters.native(draw, family.split("-")[0].lower(), is_regression, task["labels"])
        if family.startswith("LightGBM"):
            marked = {}
            boosters.categorical(draw, marked, table)
            recipe["native"]["categorical_feature"] = marked.get("fit", {}).get("categorical_feature", "auto")
        fit_target(task, recipe["native"])
    else:
        table = draw_model(draw, recipe, function, family, is_regression)
        recipe["container"] = draw_container(draw)
        if recipe["model"]["class"].startswith(("xgboost", "lightgbm")):
            draw_booster_ways(draw, recipe)
        fit_target(task, recipe["model"])
    recipe["table"] = table
    return recipe


def draw_model(draw, recipe, function, family, is_regression):
    if family in ("HistGradientBoosting", "XGBoost", "LightGBM") and draw.chance(0.45):
        table = draw_booster_table(draw, family.lower())
        recipe["model"] = function(draw, is_regression, table)
        return table
    predictor = function(draw, is_regression)
    takes_missing = predictors.accepts_missing(predictor, draw.versions)
    shape = draw.weighted({"bare": 4, "numbers": 4, "mixed": 6, "texts": 1.5})
    if shape == "bare":
        table = draw_table(draw, draw.whole(1, 5), 0, 0.3 if takes_missing and draw.chance(0.5) else 0.0)
        recipe["model"] = predictor
        for column in table["columns"]:
            column.pop("sentinel", None)
        return table
    n_numbers = {"numbers": draw.whole(1, 5), "mixed": draw.whole(1, 4), "texts": 0}[shape]
    n_texts = {"numbers": 0, "mixed": draw.whole(1, 3), "texts": draw.whole(1, 3)}[shape]
    table = draw_table(draw, n_numbers, n_texts, 0.3 if draw.chance(0.5) else 0.0)
    if draw.chance(0.12):
        for column in table["columns"]:
            if column["kind"] == "number":
                column["positive"] = True
    steps = composition.transformers(draw, table, is_regression, takes_missing)
    recipe["model"] = composition.pipeline(draw, steps, predictor) if steps else predictor
    return table


def draw_booster_table(draw, library):
    """A table for a bare booster: numbers, category codes, pandas categories."""
    table = draw_table(draw, draw.whole(1, 4), 0, 0.4 if draw.chance(0.6) else 0.0)
    for column in table["columns"]:
        column.pop("sentinel", None)
    kind = draw.weighted({"numbers": 4, "codes": 3, "categories": 3})
    if kind == "numbers":
        return table
    from_dtype = library.startswith("hist") and draw.sklearn(1, 4)
    can_be_pandas = table["form"] == "frame" and (library == "lightgbm" or from_dtype or library == "xgboost")
    for place in range(draw.whole(1, 3)):
        n_values = draw.pick([2, 3, 5, 12, 40])
        column = {"name": "cat%d" % place, "kind": "category", "values": list(range(n_values)), "dtype": None, "missing": 0.0}
        if kind == "categories" and can_be_pandas:
            column["dtype"] = "category"
            if library != "xgboost" and draw.chance(0.7):
                column["values"] = ["c%d" % value for value in range(n_values)] if draw.chance(0.8) else ["%03d" % value for value in range(n_values)]
            column["ordered"] = library == "lightgbm" and draw.chance(0.2)
        elif kind == "categories" and library == "xgboost":
            continue
        if draw.chance(0.3):
            column["missing"], column["blank"] = 0.15, "nan"
            column["dtype"] = column["dtype"] or "float64"
        table["columns"].insert(draw.whole(0, len(table["columns"])), column)
    if draw.chance(0.15) and table["form"] == "frame":
        table["columns"].append({**draw_number(draw, NUMBER_NAMES[0] + "_si"), "shape": "two", "mean": 0.0, "scale": 1.0, "dtype": "float64", "missing": 0.0})
    return table


def draw_booster_ways(draw, recipe):
    """What only a bare booster can do: stop early, and be saved as its library saves."""
    model = recipe["model"]
    if draw.chance(0.2) and not model["class"].startswith("xgboost.XGBRF") and not {"booster", "boosting_type"} & set(model["params"]):
        model["stops_early"] = True
        model["params"]["n_estimators"] = 12
    if model["class"].startswith("xgboost") and draw.chance(0.3):
        recipe["container"] = {"native": draw.pick(["json", "ubj"])}


def draw_container(draw):
    if draw.chance(0.5):
        return {"pickle": draw.whole(2, 5)}
    compress = draw.pick([0, 1, 3, ["zlib", 3], ["gzip", 3], ["bz2", 3], ["lzma", 3], ["xz", 3]])
    return {"joblib": compress, **draw.params(0.2, protocol=[2, 3, 4, 5])}
