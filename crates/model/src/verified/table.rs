//! The verified table, as the corpus runner of `propenso-engine` prints it
//! (`cargo test -p propenso-engine print_the_verified_table -- --ignored --nocapture`).

use super::Line;
use crate::writer::Library;

/// One line per class, with the versions whose files reproduced every answer.
pub const TABLE: &[Line] = &[
    Line {
        library: Library::ScikitLearn,
        class: "AdaBoostClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "BaggingClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "BaggingRegressor",
        versions: &["0.24", "1.2", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "CalibratedClassifierCV",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "ColumnTransformer",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "DecisionTreeClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "DecisionTreeRegressor",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "DummyClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "ElasticNet",
        versions: &["0.24", "1.2", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "ExtraTreesClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "ExtraTreesRegressor",
        versions: &["0.24", "1.2", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "FeatureUnion",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "FunctionTransformer",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "GaussianNB",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "GradientBoostingClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "GradientBoostingRegressor",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "HistGradientBoostingClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "HistGradientBoostingRegressor",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "KBinsDiscretizer",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "Lasso",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "LinearRegression",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "LinearSVC",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "LogisticRegression",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "LogisticRegressionCV",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "MLPClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "MLPRegressor",
        versions: &["0.24", "1.2", "1.4", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "MaxAbsScaler",
        versions: &["0.24", "1.2", "1.4", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "MinMaxScaler",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "OneHotEncoder",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "OrdinalEncoder",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "PCA",
        versions: &["0.24", "1.2", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "Pipeline",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "PolynomialFeatures",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "RandomForestClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "RandomForestRegressor",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "Ridge",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "RidgeClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "RobustScaler",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "SGDClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "SelectKBest",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "SimpleImputer",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "StackingClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "StandardScaler",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::ScikitLearn,
        class: "VotingClassifier",
        versions: &["0.24", "1.2", "1.4", "1.6", "1.9"],
    },
    Line {
        library: Library::XGBoost,
        class: "XGBClassifier",
        versions: &["2.0", "3.2"],
    },
    Line {
        library: Library::XGBoost,
        class: "XGBRegressor",
        versions: &["2.0", "3.2"],
    },
    Line {
        library: Library::LightGbm,
        class: "Booster",
        versions: &["v3", "v4"],
    },
    Line {
        library: Library::LightGbm,
        class: "LGBMClassifier",
        versions: &["v3", "v4"],
    },
    Line {
        library: Library::LightGbm,
        class: "LGBMRegressor",
        versions: &["v3", "v4"],
    },
    Line {
        library: Library::Keras,
        class: "Sequential",
        versions: &["2.12", "3.15"],
    },
    Line {
        library: Library::Onnx,
        class: "LinearClassifier",
        versions: &["1"],
    },
    Line {
        library: Library::Onnx,
        class: "LinearRegressor",
        versions: &["1"],
    },
    Line {
        library: Library::Onnx,
        class: "Network",
        versions: &["0", "1"],
    },
    Line {
        library: Library::Onnx,
        class: "TreeEnsembleClassifier",
        versions: &["1"],
    },
    Line {
        library: Library::Onnx,
        class: "TreeEnsembleRegressor",
        versions: &["1"],
    },
];
