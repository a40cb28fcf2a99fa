//! Which names a model file has no business naming.
//!
//! Nothing in a file is ever called, so this is information for people, not a defence.

mod standard;

use propenso_pickle::{Calls, GlobalUse};

/// Libraries whose classes and functions model files are made of.
const LIBRARIES: [&str; 10] = [
    "sklearn", "imblearn", "scipy", "pandas", "xgboost", "lightgbm", "catboost", "scikeras",
    "skops", "_loss",
];

/// The numpy modules that hold constructors of data. The rest of numpy is not listed:
/// it has functions that run text as code.
const MODULES: [&str; 15] = [
    "numpy",
    "numpy.core",
    "numpy.core.multiarray",
    "numpy.core.numeric",
    "numpy.core._multiarray_umath",
    "numpy._core.multiarray",
    "numpy._core.numeric",
    "numpy.dtypes",
    "numpy.ma",
    "numpy.ma.core",
    "numpy.matrixlib.defmatrix",
    "numpy.random._pickle",
    "numpy.random._mt19937",
    "numpy.random._pcg64",
    "numpy.random.bit_generator",
];

/// Constructors of plain data in Python's own library.
const CONSTRUCTORS: [&str; 17] = [
    "bool",
    "dict",
    "float",
    "int",
    "list",
    "range",
    "str",
    "tuple",
    "bytes",
    "bytearray",
    "set",
    "frozenset",
    "slice",
    "complex",
    "object",
    "OrderedDict",
    "defaultdict",
];

/// Whether a name comes from outside the libraries and constructors that honest model files use.
/// `os.system` is foreign; so is the analysts' own `__main__.my_transformer`.
#[must_use]
pub fn is_foreign(global: &GlobalUse) -> bool {
    let package = global.module.split('.').next().unwrap_or_default();
    match (global.module.as_str(), global.name.as_str()) {
        // Keras 3 names a method of a class so. What else is fetched so is not what it seems.
        ("builtins" | "__builtin__", "getattr") => global.calls != Calls::Understood,
        ("dill._dill" | "dill.dill", "_create_array" | "_load_type") => false,
        (
            "keras.saving.pickle_utils"
            | "keras.src.saving.pickle_utils"
            | "tf_keras.src.saving.pickle_utils",
            name,
        ) => name != "deserialize_model_from_bytecode",
        ("_io" | "io", "BytesIO") => false,
        ("datetime", "datetime" | "date" | "timedelta" | "timezone") => false,
        (module, name) if package == "keras" => !is_of_keras_models(module, name),
        ("builtins" | "__builtin__" | "collections", name) => !CONSTRUCTORS.contains(&name),
        ("copyreg" | "copy_reg", "_reconstructor") | ("_codecs", "encode") => false,
        ("functools", "partial") | ("joblib.numpy_pickle", "NumpyArrayWrapper") => false,
        (module, _) => !LIBRARIES.contains(&package) && !MODULES.contains(&module),
    }
}

/// Whether a name of Keras is one of what models are made of, or of the method that reads one.
fn is_of_keras_models(module: &str, name: &str) -> bool {
    let class = name.strip_suffix("._unpickle_model").unwrap_or(name);
    let is_model = matches!(class, "Sequential" | "Functional" | "Model");
    let mut parts = module.split('.');
    is_model
        || parts.any(|part| matches!(part, "optimizers" | "losses" | "metrics" | "initializers"))
}

/// Libraries that analysts use, by the package their classes are in, and whose classes are not supported.
/// Those of [`LIBRARIES`] are no strangers, but a class of theirs may be unsupported too.
#[rustfmt::skip]
const OTHER_LIBRARIES: &[(&str, &str)] = &[
    ("autogluon", "AutoGluon"), ("autosklearn", "auto-sklearn"), ("boruta", "boruta"), ("catboost", "CatBoost"),
    ("category_encoders", "category_encoders"), ("cuml", "cuML"), ("daal4py", "daal4py"), ("dask_ml", "Dask-ML"),
    ("dirty_cat", "dirty_cat"), ("econml", "EconML"), ("evalml", "EvalML"), ("fastai", "fastai"),
    ("feature_engine", "feature_engine"), ("featuretools", "featuretools"), ("flaml", "FLAML"),
    ("gplearn", "gplearn"), ("h2o", "H2O"), ("hyperopt", "hyperopt"), ("imodels", "imodels"), ("interpret", "interpret"),
    ("kneed", "kneed"), ("lifelines", "lifelines"), ("mapie", "MAPIE"), ("ml_insights", "ml_insights"),
    ("mlflow", "MLflow"), ("mlxtend", "mlxtend"), ("ngboost", "NGBoost"), ("nltk", "NLTK"), ("onnxruntime", "ONNX Runtime"),
    ("optbinning", "optbinning"), ("optuna", "Optuna"), ("optuna_integration", "Optuna"), ("pgmpy", "pgmpy"),
    ("prophet", "Prophet"), ("pycaret", "PyCaret"), ("pygam", "pyGAM"), ("pyod", "PyOD"), ("pyspark", "PySpark"),
    ("pytorch_lightning", "PyTorch Lightning"), ("pytorch_tabnet", "TabNet"), ("river", "river"), ("rgf", "rgf"),
    ("scorecardpy", "scorecardpy"), ("shap", "shap"), ("sklearn_pandas", "sklearn-pandas"),
    ("sklearnex", "scikit-learn-intelex"), ("sklego", "scikit-lego"), ("skopt", "scikit-optimize"), ("skorch", "skorch"),
    ("skrub", "skrub"), ("sksurv", "scikit-survival"), ("sktime", "sktime"), ("snapml", "Snap ML"), ("spacy", "spaCy"),
    ("statsmodels", "statsmodels"), ("tabpfn", "TabPFN"), ("tensorflow", "TensorFlow"), ("toad", "toad"),
    ("torch", "PyTorch"), ("tpot", "TPOT"), ("tune_sklearn", "tune-sklearn"), ("umap", "umap"),
    ("vaex", "vaex"), ("woe", "woe"), ("woodwork", "woodwork"), ("xbooster", "xbooster"),
];

/// Where a class or function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A library that models are made of.
    Model,
    /// Another library that analysts use.
    Library(&'static str),
    /// Python itself, or its installers.
    Python,
    /// The analysts' own program, `__main__`: a script or a notebook.
    Main,
    /// A module that is of none of these: most likely the analysts' own.
    Unknown,
}

impl Origin {
    /// The origin of what is in some module.
    #[must_use]
    pub fn of(module: &str) -> Self {
        let package = module.split('.').next().unwrap_or_default();
        let other = OTHER_LIBRARIES.iter().find(|(known, _)| *known == package);
        if let Some((_, name)) = other {
            return Self::Library(name);
        }
        match package {
            "__main__" => Self::Main,
            "numpy" | "joblib" | "keras" | "tf_keras" => Self::Model,
            _ if LIBRARIES.contains(&package) => Self::Model,
            _ if standard::MODULES.contains(&package) => Self::Python,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_it_is() {
        for (module, origin) in [
            ("sklearn.pipeline", Origin::Model),
            ("numpy.testing._private.utils", Origin::Model),
            (
                "category_encoders.target_encoder",
                Origin::Library("category_encoders"),
            ),
            ("catboost.core", Origin::Library("CatBoost")),
            ("posix", Origin::Python),
            ("__builtin__", Origin::Python),
            ("__main__", Origin::Main),
            ("features.ratios", Origin::Unknown),
            ("", Origin::Unknown),
        ] {
            assert_eq!(Origin::of(module), origin, "{module}");
        }
    }

    #[test]
    fn ours_and_theirs() {
        let foreign = |module: &str, name: &str| {
            is_foreign(&GlobalUse {
                module: module.to_owned(),
                name: name.to_owned(),
                offset: 0,
                count: 1,
                calls: Calls::Opaque,
            })
        };
        assert!(!foreign(
            "sklearn.ensemble._forest",
            "RandomForestClassifier"
        ));
        assert!(!foreign("numpy.core.multiarray", "_reconstruct"));
        assert!(!foreign("builtins", "slice"));
        assert!(foreign("builtins", "eval"));
        assert!(foreign("builtins", "getattr"));
        assert!(foreign("dill._dill", "_create_function"));
        assert!(!foreign("dill._dill", "_create_array"));
        assert!(!foreign(
            "keras.src.models.sequential",
            "Sequential._unpickle_model"
        ));
        assert!(foreign("keras.src.utils.file_utils", "get_file"));
        assert!(!foreign("joblib.numpy_pickle", "NumpyArrayWrapper"));
        assert!(foreign("joblib.numpy_pickle", "load"));
        assert!(foreign("os", "system"));
        assert!(foreign("numpy.testing._private.utils", "runstring"));
        assert!(foreign("sklearnx", "anything"));
        assert!(foreign("__main__", "my_transformer"));
    }
}
