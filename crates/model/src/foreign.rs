//! Which names a model file has no business naming.
//!
//! Nothing in a file is ever called, so this is information for people, not a defence.

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

#[cfg(test)]
mod tests {
    use super::*;

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
