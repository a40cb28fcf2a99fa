//! The kinds of files whose answers were compared. They say how a model is packed and nothing of how it computes, so
//! they are verified apart from [`super::TABLE`].

/// Who wrote a file and what is around it, as [`crate::model_file::Format`] says.
pub const FORMATS: &[(&str, &str)] = &[
    ("Keras", "none"),
    ("LightGBM text", "none"),
    ("ONNX", "none"),
    ("XGBoost JSON", "none"),
    ("XGBoost UBJSON", "none"),
    ("joblib", "bz2"),
    ("joblib", "gzip"),
    ("joblib", "lz4"),
    ("joblib", "lzma"),
    ("joblib", "raw"),
    ("joblib", "xz"),
    ("joblib", "zlib"),
    ("pickle", "bz2"),
    ("pickle", "gzip"),
    ("pickle", "lz4"),
    ("pickle", "lzma"),
    ("pickle", "raw"),
    ("pickle", "xz"),
    ("pickle", "zlib"),
    ("skops", "zip"),
];
