"""Steps that take numbers: imputers, scalers, powers, bins, projections, selectors, functions."""

from ..recipe import dtype, function, node, pair

P = "sklearn.preprocessing."
FUNCTIONS = ["log1p", "sqrt", "abs", "exp", "expm1", "square", "cbrt", "sign", "log", "log10", "log2", "tanh", "floor", "ceil",
             "sin", "cos", "arctan", "reciprocal", "negative", "rint", "trunc", "nan_to_num", "sinh", "arcsinh", "float32", "log1p", "log1p"]


def scaler(draw, sparse=False):
    if sparse:
        return draw.pick([
            node(P + "MaxAbsScaler"),
            node(P + "StandardScaler", {"with_mean": False, **draw.params(with_std=[False])}),
            node(P + "RobustScaler", {"with_centering": False}),
        ])
    kind = draw.pick(["StandardScaler", "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler"])
    if kind == "StandardScaler":
        params = draw.params(0.2, with_mean=[False], with_std=[False])
    elif kind == "MinMaxScaler":
        params = draw.params(feature_range=[pair(-1, 1), pair(0, 10), pair(0.1, 0.7)])
        if draw.sklearn(0, 24):
            params.update(draw.params(0.4, clip=[True]))
    elif kind == "RobustScaler":
        params = draw.params(0.3, with_centering=[False], with_scaling=[False], quantile_range=[pair(10.0, 90.0), pair(0.0, 100.0)])
        params.update(draw.params(0.2, unit_variance=[True]))
    else:
        params = draw.params(0.3, clip=[True]) if draw.sklearn(1, 9) else {}
    return node(P + kind, params)


def imputer(draw, sentinel=None):
    strategy = draw.pick(["mean", "median", "most_frequent", "constant"])
    params = {"strategy": strategy}
    if strategy == "constant":
        params.update(draw.params(0.7, fill_value=[0, -1, 3.5, 1e9]))
    if sentinel is not None:
        params["missing_values"] = sentinel
    params.update(draw.params(0.25, add_indicator=[True]))
    if draw.sklearn(1, 2):
        params.update(draw.params(0.2, keep_empty_features=[True, False]))
    return node("sklearn.impute.SimpleImputer", params)


def power(draw, positive):
    method = "box-cox" if positive and draw.chance(0.5) else "yeo-johnson"
    return node(P + "PowerTransformer", {"method": method, **draw.params(standardize=[False])})


def bins(draw):
    params = draw.params(0.6, n_bins=[2, 3, 4, 8], encode=["onehot", "onehot-dense", "ordinal"], strategy=["uniform", "quantile", "kmeans"])
    params.update(draw.params(0.25, dtype=[dtype("float32"), dtype("float64")]))
    if draw.sklearn(1, 7):
        params.update(draw.params(quantile_method=["linear", "averaged_inverted_cdf"]))
    return node(P + "KBinsDiscretizer", params)


def polynomial(draw):
    params = draw.params(0.3, degree=[2, 3], interaction_only=[True], include_bias=[False], order=["F"])
    if draw.sklearn(1, 0):
        params.update(draw.params(0.15, degree=[pair(2, 3), pair(0, 2)]))
    return node(P + "PolynomialFeatures", params)


def projection(draw, sparse=False):
    if sparse or draw.chance(0.3):
        return node("sklearn.decomposition.TruncatedSVD", {"n_components": draw.pick([1, 2]), **draw.params(0.3, algorithm=["arpack"]), "random_state": 0})
    solvers = ["full", "randomized", "arpack"] + (["covariance_eigh"] if draw.sklearn(1, 5) else [])
    params = {"random_state": 0, **draw.params(0.6, n_components=[1, 2, 1, 2, 0.9])}
    params.update(draw.params(0.3, whiten=[True], svd_solver=solvers))
    if params.get("svd_solver") in ("arpack", "randomized", "covariance_eigh"):
        params["n_components"] = 1
    return node("sklearn.decomposition.PCA", params)


def selector(draw, is_regression):
    S = "sklearn.feature_selection."
    scores = ["f_regression", "f_regression", "mutual_info_regression"] + (["r_regression"] if draw.sklearn(1, 0) else [])
    scores = scores if is_regression else ["f_classif", "f_classif", "chi2", "mutual_info_classif"]
    kind = draw.weighted({"SelectKBest": 5, "SelectPercentile": 2, "SelectFpr": 0.7, "SelectFdr": 0.5, "SelectFwe": 0.5, "GenericUnivariateSelect": 1,
                          "VarianceThreshold": 2, "SelectFromModel": 1, "RFE": 1, "RFECV": 0.4, "SequentialFeatureSelector": 0.5})
    score = {"score_func": function(S + draw.pick(scores))}
    small = node("sklearn.tree." + ("DecisionTreeRegressor" if is_regression else "DecisionTreeClassifier"), {"max_depth": 3, "random_state": 0})
    if kind == "SelectKBest":
        params = {**score, "k": draw.pick([1, 2, 1, "all"])}
    elif kind == "SelectPercentile":
        params = {**score, **draw.params(0.9, percentile=[30, 50, 70])}
    elif kind in ("SelectFpr", "SelectFdr", "SelectFwe"):
        params = {"score_func": function(S + ("f_regression" if is_regression else "f_classif")), **draw.params(0.7, alpha=[0.1, 0.5])}
    elif kind == "GenericUnivariateSelect":
        params = {**score, "mode": draw.pick(["k_best", "percentile"]), "param": draw.pick([1, 2, 50])}
    elif kind == "VarianceThreshold":
        params = draw.params(0.5, threshold=[0.01, 0.1])
    elif kind == "SelectFromModel":
        params = {"estimator": small, **draw.params(threshold=["mean", "median", 0.05, -1.0], max_features=[1, 2])}
    elif kind == "RFE":
        params = {"estimator": small, "n_features_to_select": draw.pick([1, 2])}
    elif kind == "RFECV":
        params = {"estimator": small, "cv": 2, "min_features_to_select": 1}
    else:
        params = {"estimator": small, "n_features_to_select": 1, "cv": 2}
    return node(S + kind, params)


def numpy_function(draw):
    params = {}
    if draw.chance(0.93):
        params["func"] = function("numpy." + draw.pick(FUNCTIONS))
    params.update(draw.params(0.3, validate=[True, False], accept_sparse=[True], check_inverse=[False]))
    if draw.sklearn(1, 1):
        params.update(draw.params(0.3, feature_names_out=["one-to-one"]))
    if params.get("func", {}).get("function") == "numpy.nan_to_num":
        params.update(draw.params(0.5, kw_args=[{"dict": {"nan": 0.5}}, {"dict": {"nan": -1.0, "posinf": 9.0}}]))
    return node(P + "FunctionTransformer", params)


def indicator(draw):
    return node("sklearn.impute.MissingIndicator", draw.params(features=["all"], sparse=[False, True], error_on_new=[False]))


def unsupported(draw):
    kind = draw.pick(["Normalizer", "QuantileTransformer", "KNNImputer", "SplineTransformer"])
    if kind == "KNNImputer":
        return node("sklearn.impute.KNNImputer", {"n_neighbors": 2})
    if kind == "SplineTransformer" and not draw.sklearn(1, 0):
        kind = "Normalizer"
    return node(P + kind, {"n_quantiles": 10} if kind == "QuantileTransformer" else {})


def numeric_step(draw, is_regression, positive=False):
    """One step that takes and gives numbers."""
    kind = draw.weighted({"scaler": 6, "power": 2.5, "bins": 2, "polynomial": 1.5, "projection": 2, "selector": 2.2, "function": 3, "binarizer": 0.8,
                          "unsupported": 0.4})
    if kind == "binarizer":
        return node(P + "Binarizer", draw.params(0.7, threshold=[0.5, -0.3, 10.0, 0.1]))
    if kind == "selector":
        return selector(draw, is_regression)
    if kind == "power":
        return power(draw, positive)
    return {"scaler": scaler, "bins": bins, "polynomial": polynomial, "projection": projection, "function": numpy_function,
            "unsupported": unsupported}[kind](draw)
