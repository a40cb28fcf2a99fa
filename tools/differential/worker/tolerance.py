"""How exactly each class is expected to be answered: a declared property of the class.

Trees and what only moves, picks or scales numbers: the same bits. What sums by BLAS, or calls `exp`, `log` or `pow`:
the last digits may differ. XGBoost transforms its sums by functions in float32.
"""

from .recipe import class_name, nodes

EXACT = {
    "DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting", "HistGradientBoosting", "Bagging", "Voting", "Dummy", "LGBM",
    "BalancedRandomForest", "TunedThreshold", "FixedThreshold", "FrozenEstimator", "GridSearch", "RandomizedSearch", "HalvingGridSearch", "Pipeline",
    "ColumnTransformer", "FeatureUnion", "make_column_selector", "SimpleImputer", "MissingIndicator", "StandardScaler", "MinMaxScaler", "MaxAbsScaler",
    "RobustScaler", "OneHotEncoder", "OrdinalEncoder", "KBinsDiscretizer", "PolynomialFeatures", "Binarizer", "SelectKBest", "SelectPercentile",
    "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect", "VarianceThreshold", "SelectFromModel", "RFE", "RFECV", "SequentialFeatureSelector",
    "RandomUnderSampler",
}
LAST_DIGITS = 1e-12
XGBOOST = 2.5e-7
# Functions that every library computes alike.
EXACT_FUNCTIONS = {"sqrt", "abs", "square", "sign", "floor", "ceil", "reciprocal", "negative", "rint", "trunc", "nan_to_num", "float32"}


def of_class(name):
    if name.startswith("XGB"):
        return XGBOOST
    for ending in ("Classifier", "Regressor", "ClassifierCV", "CV"):
        if name.endswith(ending) and name[: -len(ending)] in EXACT:
            return 0.0
    return 0.0 if name in EXACT else LAST_DIGITS


def of_recipe(recipe):
    """The largest tolerance of the recipe's classes."""
    if "native" in recipe:
        return XGBOOST if recipe["native"]["library"] == "xgboost" else 0.0
    worst = 0.0
    for made in nodes(recipe["model"]):
        name = class_name(made)
        if name == "FunctionTransformer":
            path = (made["params"].get("func") or {}).get("function", "numpy.abs")
            worst = max(worst, 0.0 if path.split(".")[1] in EXACT_FUNCTIONS else LAST_DIGITS)
        else:
            worst = max(worst, of_class(name))
    return worst
