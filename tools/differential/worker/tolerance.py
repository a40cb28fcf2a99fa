"""How exactly each class is expected to be answered: a declared property of the class.

Trees and what only moves, picks or scales numbers: the same bits. What sums by BLAS, or calls `exp`, `log` or `pow`:
the last digits may differ. XGBoost transforms its sums by functions in float32. Where a recipe makes numbers float32, or fits on float32
what keeps its parameters so, the last digits are those of float32.
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
SINGLE = 2.5e-7
# Sums in float32, as docs/models.md says.
SINGLE_SUMS = 1e-6
# Those that keep what they learned from float32 columns in float32, and calculate with it.
KEEPS_SINGLE = {"PCA", "TruncatedSVD", "GaussianNB", "MLPClassifier", "MLPRegressor"}
# Functions that every library computes alike.
EXACT_FUNCTIONS = {"sqrt", "abs", "square", "sign", "floor", "ceil", "reciprocal", "negative", "rint", "trunc", "nan_to_num", "float32"}


def of_class(name):
    if name.startswith("XGB"):
        return SINGLE
    for ending in ("Classifier", "Regressor", "ClassifierCV", "CV"):
        if name.endswith(ending) and name[: -len(ending)] in EXACT:
            return 0.0
    return 0.0 if name in EXACT else LAST_DIGITS


def of_recipe(recipe):
    """The largest tolerance of the recipe's classes."""
    if "native" in recipe:
        return SINGLE if recipe["native"]["library"] == "xgboost" else 0.0
    worst = 0.0
    model = repr(recipe["model"])
    makes_single = "{'dtype': 'float32'}" in model or "numpy.float32" in model
    has_single = any(column.get("dtype") == "float32" for column in recipe["table"]["columns"])
    for made in nodes(recipe["model"]):
        name = class_name(made)
        if has_single and name in KEEPS_SINGLE:
            worst = SINGLE_SUMS
        if name == "FunctionTransformer":
            path = (made["params"].get("func") or {}).get("function", "numpy.abs")
            worst = max(worst, 0.0 if path.split(".")[1] in EXACT_FUNCTIONS else LAST_DIGITS)
        else:
            worst = max(worst, of_class(name))
    return max(worst, SINGLE_SUMS) if worst and makes_single else worst
