"""XGBoost and LightGBM: their wrappers, and their own training interface."""

from ..recipe import nan, node
from .predictors import suffix


def xgboost_params(draw):
    params = draw.params(0.35, max_depth=[1, 2, 4], learning_rate=[0.5, 1.0], subsample=[0.6], colsample_bytree=[0.5], reg_lambda=[0.0, 5.0], max_bin=[4],
                         min_child_weight=[0.0], gamma=[0.5], max_delta_step=[1.0], grow_policy=["lossguide"], num_parallel_tree=[2])
    params.update(draw.params(0.5, tree_method=["hist", "exact", "approx"]))
    params.update(draw.params(0.2, base_score=[0.5, 0.2]))
    if draw.chance(0.04):
        params["booster"] = draw.pick(["dart", "gblinear"])
        for name in ("num_parallel_tree", "grow_policy", "max_bin") if params["booster"] == "gblinear" else ():
            params.pop(name, None)
    return params


def xgboost_wrapper(draw, is_regression, table=None):
    params = {"n_estimators": draw.pick([1, 2, 4, 8]), "n_jobs": 1, **xgboost_params(draw)}
    kind = "XGBRF" if draw.chance(0.15) else "XGB"
    if kind == "XGBRF":
        for name in ("num_parallel_tree", "learning_rate"):
            params.pop(name, None)
    if params.get("booster") in ("gblinear",):
        params.pop("tree_method", None)
    if is_regression:
        params.update(draw.params(0.4, objective=["reg:squarederror", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror", "count:poisson",
                                                  "reg:gamma", "reg:tweedie", "reg:logistic", "binary:logistic"]))
    else:
        params.update(draw.params(0.25, objective=["binary:logistic", "reg:logistic", "binary:logitraw", "multi:softprob", "multi:softmax", "binary:hinge"]))
    params.update(draw.params(0.15, missing=[nan(), 0.0, -1.0, 999.0]))
    if table is not None and any(column.get("dtype") == "category" for column in table["columns"]):
        params["enable_categorical"] = True
        params["tree_method"] = "hist"
        params.update(draw.params(0.5, max_cat_to_onehot=[1, 10]))
    return node("xgboost.%s%s" % (kind, suffix(is_regression)), params)


def lightgbm_params(draw):
    params = {"min_child_samples": draw.pick([1, 2, 5]), "verbose": -1, "min_data_in_bin": draw.pick([1, 1, 3])}
    params.update(draw.params(0.3, max_depth=[1, 2, 4], learning_rate=[0.5, 1.0], num_leaves=[3, 7], max_bin=[4, 15], reg_lambda=[1.0], max_cat_to_onehot=[1, 10],
                              cat_smooth=[0.1, 1.0], cat_l2=[0.1], min_data_per_group=[1], extra_trees=[True], path_smooth=[1.0], zero_as_missing=[True, False],
                              use_missing=[True, False], enable_bundle=[False], boost_from_average=[False]))
    kind = draw.weighted({"gbdt": 7, "goss": 1, "rf": 1, "dart": 1})
    if kind != "gbdt":
        params["boosting_type"] = kind
    if kind == "rf":
        params.update(subsample=0.6, subsample_freq=1)
    if draw.chance(0.03):
        params["linear_tree"] = True
    return params


def lightgbm_objective(draw, is_regression):
    if is_regression:
        return draw.params(0.4, objective=["regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie", "cross_entropy", "binary"],
                           reg_sqrt=[True])
    return draw.params(0.25, objective=["binary", "multiclassova", "cross_entropy", "cross_entropy_lambda"], sigmoid=[0.5, 2.0])


def lightgbm_wrapper(draw, is_regression, table=None):
    params = {"n_estimators": draw.pick([1, 2, 4, 8]), "n_jobs": 1, **lightgbm_params(draw), **lightgbm_objective(draw, is_regression)}
    made = node("lightgbm.LGBM" + suffix(is_regression), params)
    if table is not None:
        categorical(draw, made, table)
    return made


def categorical(draw, made, table):
    """Says which columns are categories: all that are, others, or nothing (pandas categories are found by themselves)."""
    columns = table["columns"]
    codes = [place for place, column in enumerate(columns) if column["kind"] == "category"]
    has_texts = any(column.get("dtype") == "category" for column in columns)
    if not codes or (has_texts and draw.chance(0.6)):
        return
    places = codes
    if draw.chance(0.3):
        few = [place for place, column in enumerate(columns) if column["kind"] == "number" and column["shape"] == "few" and column["mean"] == 0.0]
        places = sorted(set(draw.some(codes)) | set(few[:1])) if draw.chance(0.5) else few or codes
    is_named = table["form"] == "frame"
    made["fit"] = {"categorical_feature": [columns[place]["name"] for place in places] if is_named else places}


def native(draw, library, is_regression, labels):
    """A booster trained by the library's own function, not a node: see `worker/native.py`."""
    rounds = draw.pick([1, 3, 6, 12])
    if library == "xgboost":
        params = {**xgboost_params(draw), "nthread": 1}
        n_parallel = params.pop("num_parallel_tree", None)
        if n_parallel:
            params["num_parallel_tree"] = n_parallel
        params["eta"] = params.pop("learning_rate", 0.3)
        params["lambda"] = params.pop("reg_lambda", 1.0)
    else:
        params = {**lightgbm_params(draw), "num_threads": 1}
        params.pop("n_estimators", None)
    if is_regression:
        params.update({"objective": draw.pick(["reg:squarederror", "count:poisson", "reg:logistic", "reg:pseudohubererror"])} if library == "xgboost"
                      else lightgbm_objective(draw, True))
    elif library == "xgboost":
        params["objective"] = draw.pick(["binary:logistic", "reg:logistic"]) if len(labels) == 2 else draw.pick(["multi:softprob", "multi:softmax"])
    else:
        params["objective"] = draw.pick(["binary", "cross_entropy"]) if len(labels) == 2 else draw.pick(["multiclass", "multiclassova"])
    if not is_regression and len(labels) > 2:
        params["num_class"] = len(labels)
    made = {"library": library, "params": params, "rounds": rounds, "stops_early": draw.chance(0.3), "is_regression": is_regression}
    made["container"] = draw.weighted({"json": 4, "ubj": 4, "pickle": 2} if library == "xgboost" else {"txt": 6, "pickle": 2})
    return made
