"""Predictors made of other predictors: votes, stacks, bags, boosts, calibrations, searches."""

from ..recipe import node, pair
from . import boosters, predictors
from .predictors import suffix


def small(draw, is_regression, with_boosters=True):
    """A member: any ordinary predictor."""
    kinds = {"tree": 4, "forest": 2, "linear": 4, "nb": 1.5, "network": 0.5, "hist": 1, "boosting": 1, "dummy": 0.3, "xgboost": 0.6, "lightgbm": 0.6}
    if not with_boosters:
        kinds = {name: weight for name, weight in kinds.items() if name not in ("xgboost", "lightgbm")}
    kind = draw.weighted(kinds)
    if kind == "linear":
        return predictors.other_linear(draw, True) if is_regression else draw.pick([predictors.logistic, predictors.sgd])(draw, False)
    if kind == "nb" and is_regression:
        kind = "tree"
    return {"tree": predictors.decision_tree, "forest": predictors.forest, "nb": predictors.gaussian_nb, "network": predictors.network,
            "hist": predictors.hist_gradient_boosting, "boosting": predictors.gradient_boosting, "dummy": predictors.dummy,
            "xgboost": boosters.xgboost_wrapper, "lightgbm": boosters.lightgbm_wrapper}[kind](draw, is_regression)


def member(draw, is_regression, with_boosters=True):
    made = small(draw, is_regression, with_boosters)
    if draw.chance(0.2):
        made = node("sklearn.pipeline.Pipeline", {"steps": [pair("escala", node("sklearn.preprocessing.StandardScaler")), pair("modelo", made)]})
    return made


def members(draw, is_regression):
    made = [pair("m%d" % place, member(draw, is_regression)) for place in range(draw.whole(1, 3))]
    if len(made) > 1 and draw.chance(0.12):
        made[0] = pair("m0", "drop")
    return made


def voting(draw, is_regression):
    made = members(draw, is_regression)
    params = {"estimators": made}
    if draw.chance(0.3):
        params["weights"] = [draw.pick([1, 2, 0.5, 3]) for _ in made]
    if not is_regression:
        params.update(draw.params(0.7, voting=["soft", "soft", "hard"]))
    return node("sklearn.ensemble.Voting" + suffix(is_regression), params)


def stacking(draw, is_regression):
    params = {"estimators": members(draw, is_regression), "cv": 2}
    params.update(draw.params(0.25, passthrough=[True]))
    if draw.chance(0.5):
        params["final_estimator"] = small(draw, is_regression)
    if not is_regression:
        params.update(draw.params(0.2, stack_method=["predict_proba", "predict"]))
    return node("sklearn.ensemble.Stacking" + suffix(is_regression), params)


def inner_name(draw):
    return "estimator" if draw.sklearn(1, 2) else "base_estimator"


def bagging(draw, is_regression):
    params = {"n_estimators": draw.pick([1, 2, 4]), "random_state": 0}
    if draw.chance(0.7):
        params[inner_name(draw)] = member(draw, is_regression)
    params.update(draw.params(0.3, max_samples=[0.5], max_features=[0.5, 1], bootstrap=[False], bootstrap_features=[True]))
    return node("sklearn.ensemble.Bagging" + suffix(is_regression), params)


def ada_boost(draw, is_regression):
    params = {"n_estimators": draw.pick([1, 3, 5]), "random_state": 0, **draw.params(0.3, learning_rate=[0.5, 2.0])}
    if draw.chance(0.6):
        options = [predictors.decision_tree(draw, is_regression), predictors.forest(draw, is_regression)]
        if not is_regression:
            options += [predictors.gaussian_nb(draw, False), predictors.gaussian_nb(draw, False), predictors.logistic(draw, False)]
        params[inner_name(draw)] = draw.pick(options)
    if is_regression:
        params.update(draw.params(0.5, loss=["linear", "square", "exponential"]))
    elif not draw.sklearn(1, 6):
        params.update(draw.params(0.5, algorithm=["SAMME", "SAMME.R"]))
    return node("sklearn.ensemble.AdaBoost" + suffix(is_regression), params)


def calibrated(draw, _):
    kind = draw.weighted({"forest": 3, "logistic": 2, "svm": 3, "nb": 2, "xgboost": 1.5, "lightgbm": 1, "sgd": 1, "tree": 2, "ridge": 1, "network": 0.4,
                          "boosting": 1, "hist": 1})
    inner = {"forest": predictors.forest, "logistic": predictors.logistic, "svm": predictors.linear_svm, "nb": predictors.gaussian_nb,
             "xgboost": boosters.xgboost_wrapper, "lightgbm": boosters.lightgbm_wrapper, "sgd": predictors.sgd, "tree": predictors.decision_tree,
             "ridge": predictors.other_linear, "network": predictors.network, "boosting": predictors.gradient_boosting,
             "hist": predictors.hist_gradient_boosting}[kind](draw, False)
    methods = ["sigmoid", "isotonic"] + (["temperature"] if draw.sklearn(1, 8) else [])
    params = {"method": draw.pick(methods), "cv": draw.pick([2, 2, 3])}
    if draw.chance(0.2):
        params["ensemble"] = False
    if draw.sklearn(1, 6) and draw.chance(0.15):
        inner = node("sklearn.frozen.FrozenEstimator", {"estimator": {**inner, "fitted": True}})
    elif not draw.sklearn(1, 6) and draw.chance(0.15):
        inner, params["cv"] = {**inner, "fitted": True}, "prefit"
        params.pop("ensemble", None)
    params[inner_name(draw)] = inner
    return node("sklearn.calibration.CalibratedClassifierCV", params)


def search(draw, is_regression):
    kind = draw.weighted({"GridSearchCV": 3, "RandomizedSearchCV": 1, "HalvingGridSearchCV": 0.5})
    depth = {"dict": {"max_depth": [1, 3]}}
    inner = draw.pick([predictors.decision_tree, predictors.forest])(draw, is_regression)
    params = {"estimator": inner, "cv": 2}
    params["param_distributions" if kind == "RandomizedSearchCV" else "param_grid"] = depth
    if kind == "RandomizedSearchCV":
        params.update(n_iter=2, random_state=0)
    extra = {"experimental": "enable_halving_search_cv"} if kind.startswith("Halving") else {}
    return node("sklearn.model_selection." + kind, params, **extra)
