"""scikit-learn's own predictors: trees, linear models, naive Bayes, networks, dummies."""

from ..recipe import node


def suffix(is_regression):
    return "Regressor" if is_regression else "Classifier"


def tree_params(draw):
    params = draw.params(0.4, max_depth=[1, 2, 3, 5], min_samples_leaf=[1, 2, 5], max_features=[None, "sqrt", 1], random_state=[1, 2, 3])
    params.update(draw.params(0.08, ccp_alpha=[0.01], max_leaf_nodes=[4, 7]))
    params.setdefault("random_state", 0)
    return params


def tree_criterion(draw, is_regression):
    if not is_regression:
        return draw.params(0.3, criterion=["entropy", "gini"])
    if not draw.sklearn(1, 0):
        return draw.params(0.2, criterion=["mae", "friedman_mse"])
    return draw.params(0.2, criterion=["absolute_error"])


def decision_tree(draw, is_regression):
    params = {**tree_params(draw), **tree_criterion(draw, is_regression)}
    if draw.chance(0.15):
        params["splitter"] = "random"
    return node("sklearn.tree.DecisionTree" + suffix(is_regression), params)


def extra_tree(draw, is_regression):
    return node("sklearn.tree.ExtraTree" + suffix(is_regression), tree_params(draw))


def forest(draw, is_regression):
    params = {**tree_params(draw), **tree_criterion(draw, is_regression), "n_estimators": draw.pick([1, 2, 3, 5, 7])}
    params.update(draw.params(0.2, max_samples=[0.5]))
    if not is_regression:
        params.update(draw.params(0.15, class_weight=["balanced"]))
    return node("sklearn.ensemble.RandomForest" + suffix(is_regression), params)


def extra_trees(draw, is_regression):
    params = {**tree_params(draw), "n_estimators": draw.pick([1, 3, 5]), **draw.params(0.2, bootstrap=[True])}
    return node("sklearn.ensemble.ExtraTrees" + suffix(is_regression), params)


def gradient_boosting(draw, is_regression):
    params = {"n_estimators": draw.pick([1, 3, 6, 10]), "random_state": 0}
    params.update(draw.params(0.3, learning_rate=[0.3, 1.0], max_depth=[1, 2], subsample=[0.6], max_features=[1], init=["zero"]))
    if is_regression:
        losses = ["huber", "quantile", "squared_error" if draw.sklearn(1, 0) else "ls", "absolute_error" if draw.sklearn(1, 0) else "lad"]
        params.update(draw.params(0.4, loss=losses))
    else:
        params.update(draw.params(0.15, loss=["exponential"]))
    if params["n_estimators"] > 5:
        params.update(draw.params(0.3, n_iter_no_change=[2]))
    return node("sklearn.ensemble.GradientBoosting" + suffix(is_regression), params)


def hist_gradient_boosting(draw, is_regression, table=None):
    params = {"max_iter": draw.pick([1, 2, 5, 10]), "min_samples_leaf": draw.pick([1, 2, 5]), "random_state": 0}
    params.update(draw.params(0.3, max_leaf_nodes=[3, 5], max_depth=[2, 3], learning_rate=[0.5, 1.0], max_bins=[4, 16, 255], l2_regularization=[1.0]))
    params.update(draw.params(0.1, early_stopping=[True]))
    if is_regression:
        losses = ["poisson"] + (["absolute_error", "squared_error"] if draw.sklearn(1, 0) else ["least_squares"])
        losses += ["gamma"] if draw.sklearn(1, 3) else []
        losses += ["quantile"] if draw.sklearn(1, 1) else []
        params.update(draw.params(0.3, loss=losses))
        if params.get("loss") == "quantile":
            params["quantile"] = 0.7
    if table is not None:
        categorical(draw, params, table)
    extra = {} if draw.sklearn(1, 0) else {"experimental": "enable_hist_gradient_boosting"}
    return node("sklearn.ensemble.HistGradientBoosting" + suffix(is_regression), params, **extra)


def categorical(draw, params, table):
    """Tells a HistGradientBoosting which columns of the table are categories."""
    columns = table["columns"]
    places = [place for place, column in enumerate(columns) if column["kind"] == "category"]
    if not places:
        return
    if any(column.get("dtype") == "category" for column in columns):
        if draw.sklearn(1, 4) and not draw.sklearn(1, 6):
            params["categorical_features"] = "from_dtype"
        return
    if table["form"] == "frame" and draw.sklearn(1, 2) and draw.chance(0.4):
        params["categorical_features"] = [columns[place]["name"] for place in places]
    elif draw.chance(0.5):
        params["categorical_features"] = [place in places for place in range(len(columns))]
    else:
        params["categorical_features"] = places


LINEAR = "sklearn.linear_model."


def logistic(draw, _):
    params = draw.params(0.3, C=[0.1, 10.0, 1e4], fit_intercept=[False], class_weight=["balanced"], max_iter=[5, 30])
    params.update(draw.params(0.5, solver=["liblinear", "lbfgs", "saga", "newton-cg", "sag"]))
    if not draw.sklearn(1, 7) and params.get("solver") != "liblinear":
        params.update(draw.params(0.4, multi_class=["ovr", "multinomial"]))
    return node(LINEAR + "LogisticRegression", params)


def logistic_cv(draw, _):
    params = {"cv": 2, "Cs": 2, "max_iter": 30}
    if draw.sklearn(1, 9):
        params["use_legacy_attributes"] = draw.pick([True, False])
    return node(LINEAR + "LogisticRegressionCV", params)


def sgd(draw, is_regression):
    log = "log_loss" if draw.sklearn(1, 1) else "log"
    losses = ["squared_error" if draw.sklearn(1, 0) else "squared_loss", "huber", "epsilon_insensitive"]
    losses = losses if is_regression else [log, log, "modified_huber", "modified_huber", "hinge", "perceptron", "squared_hinge"]
    params = {"loss": draw.pick(losses), "random_state": 0, **draw.params(0.3, average=[True], alpha=[0.01], fit_intercept=[False], max_iter=[3])}
    return node(LINEAR + "SGD" + suffix(is_regression), params)


def other_linear(draw, is_regression):
    if is_regression:
        kind = draw.weighted({"LinearRegression": 3, "Ridge": 3, "Lasso": 1.5, "ElasticNet": 1.5, "RidgeCV": 1, "LassoCV": 0.5, "ElasticNetCV": 0.5,
                              "BayesianRidge": 1, "ARDRegression": 0.5, "HuberRegressor": 0.7, "LassoLars": 0.4, "Lars": 0.4, "LassoLarsIC": 0.4,
                              "PoissonRegressor": 0.7, "GammaRegressor": 0.5, "TweedieRegressor": 0.4, "OrthogonalMatchingPursuit": 0.3,
                              "PassiveAggressiveRegressor": 0.5, "TheilSenRegressor": 0.2, "RANSACRegressor": 0.2})
        params = {"LinearRegression": draw.params(0.3, fit_intercept=[False], positive=[True]),
                  "Ridge": draw.params(0.4, alpha=[0.01, 10.0], fit_intercept=[False], solver=["svd", "lsqr", "saga", "cholesky"]),
                  "Lasso": draw.params(0.5, alpha=[0.01, 0.1]), "ElasticNet": draw.params(0.5, alpha=[0.01], l1_ratio=[0.2]),
                  "LassoCV": {"cv": 2}, "ElasticNetCV": {"cv": 2}}.get(kind, {})
    else:
        kind = draw.weighted({"RidgeClassifier": 3, "RidgeClassifierCV": 1, "Perceptron": 1, "PassiveAggressiveClassifier": 1})
        params = draw.params(0.4, alpha=[0.1, 10.0]) if kind == "RidgeClassifier" else {}
    return node(LINEAR + kind, params)


def linear_svm(draw, is_regression):
    params = {"random_state": 0, **draw.params(0.3, C=[0.1, 10.0], fit_intercept=[False])}
    if not is_regression:
        params.update(draw.params(0.2, multi_class=["crammer_singer"]))
    return node("sklearn.svm.LinearSV" + ("R" if is_regression else "C"), params)


def gaussian_nb(draw, _):
    return node("sklearn.naive_bayes.GaussianNB", draw.params(0.2, var_smoothing=[1e-3, 1e-12, 0.1]))


def network(draw, is_regression):
    params = {"hidden_layer_sizes": draw.pick([[3], [4, 3], [2, 2, 2]]), "max_iter": draw.pick([3, 20]), "random_state": 0}
    params.update(draw.params(0.6, activation=["relu", "tanh", "logistic", "identity"]))
    params.update(draw.params(0.2, solver=["lbfgs"], early_stopping=[True]))
    if is_regression and draw.sklearn(1, 7):
        params.update(draw.params(0.2, loss=["poisson"]))
    return node("sklearn.neural_network.MLP" + suffix(is_regression), params)


def dummy(draw, is_regression):
    if is_regression:
        params = draw.params(0.8, strategy=["mean", "median", "quantile", "constant"])
        params.update({"quantile": {"quantile": 0.3}, "constant": {"constant": 2.5}}.get(params.get("strategy"), {}))
    else:
        params = draw.params(0.8, strategy=["prior", "most_frequent", "prior", "stratified", "uniform"])
    return node("sklearn.dummy.Dummy" + suffix(is_regression), params)


def elsewhere(draw, is_regression):
    """Predictors that are refused today."""
    if is_regression:
        return draw.pick([
            node("sklearn.neighbors.KNeighborsRegressor"),
            node("sklearn.compose.TransformedTargetRegressor", {"regressor": other_linear(draw, True), **draw.params(0.8, transformer=[node("sklearn.preprocessing.StandardScaler")])}),
            node("sklearn.compose.TransformedTargetRegressor", {"regressor": decision_tree(draw, True), "func": {"function": "numpy.log1p"}, "inverse_func": {"function": "numpy.expm1"}, "check_inverse": False}),
            node("sklearn.svm.SVR"),
        ])
    options = [
        node("sklearn.discriminant_analysis.LinearDiscriminantAnalysis", draw.params(0.5, solver=["lsqr", "svd"])),
        node("sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis", {"reg_param": 0.1}),
        node("sklearn.neighbors.KNeighborsClassifier"),
        node("sklearn.naive_bayes.BernoulliNB"),
        node("sklearn.multiclass.OneVsRestClassifier", {"estimator": logistic(draw, False)}),
        node("sklearn.svm.SVC"),
    ]
    if draw.sklearn(1, 5):
        options += [node("sklearn.model_selection.TunedThresholdClassifierCV", {"estimator": forest(draw, False), "cv": 2}),
                    node("sklearn.model_selection.FixedThresholdClassifier", {"estimator": forest(draw, False), "threshold": 0.3})] * 2
    if draw.versions.has_imblearn:
        options += [node("imblearn.ensemble.BalancedRandomForestClassifier", {"n_estimators": 3, "random_state": 0, "sampling_strategy": "all", "replacement": True, "bootstrap": False})] * 2
    return draw.pick(options)


def accepts_missing(made, versions):
    """Whether a predictor takes NaN."""
    name = made["class"].rsplit(".", 1)[1]
    if made["class"].startswith(("xgboost", "lightgbm")) or name.startswith(("HistGradient", "Dummy")):
        return True
    since = {"DecisionTree": (1, 3), "RandomForest": (1, 4), "ExtraTrees": (1, 6), "ExtraTree": (1, 6)}
    for start, version in since.items():
        if name in (start + "Classifier", start + "Regressor"):
            return versions.sklearn >= version and made["params"].get("criterion") not in ("absolute_error", "mae")
    if name.startswith(("Bagging", "Voting", "Stacking", "Calibrated", "GridSearch")):
        inner = [part for part in made["params"].values() if isinstance(part, dict) and "class" in part]
        return bool(inner) and all(accepts_missing(part, versions) for part in inner)
    return False
