//! Which names a model file has no business naming.
//!
//! Nothing in a file is ever called, so this is information for people, not a defence.

use propenso_pickle::GlobalUse;

/// Libraries whose classes and functions model files are made of.
const LIBRARIES: [&str; 9] = [
    "sklearn", "imblearn", "scipy", "pandas", "xgboost", "lightgbm", "catboost", "skops", "_loss",
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
const CONSTRUCTORS: [&str; 9] = [
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
        ("builtins" | "__builtin__" | "collections", name) => !CONSTRUCTORS.contains(&name),
        ("copyreg" | "copy_reg", "_reconstructor") | ("_codecs", "encode") => false,
        ("functools", "partial") | ("joblib.numpy_pickle", "NumpyArrayWrapper") => false,
        (module, _) => !LIBRARIES.contains(&package) && !MODULES.contains(&module),
    }
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
            })
        };
        assert!(!foreign(
            "sklearn.ensemble._forest",
            "RandomForestClassifier"
        ));
        assert!(!foreign("numpy.core.multiarray", "_reconstruct"));
        assert!(!foreign("builtins", "slice"));
        assert!(foreign("builtins", "eval"));
        assert!(!foreign("joblib.numpy_pickle", "NumpyArrayWrapper"));
        assert!(foreign("joblib.numpy_pickle", "load"));
        assert!(foreign("os", "system"));
        assert!(foreign("numpy.testing._private.utils", "runstring"));
        assert!(foreign("sklearnx", "anything"));
        assert!(foreign("__main__", "my_transformer"));
    }
}
