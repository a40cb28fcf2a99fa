//! The kinds of files whose answers were compared. They say how a model is packed and nothing of how it computes, so
//! they are verified apart from [`super::TABLE`].

/// Who wrote a file and what is around it, as [`crate::model_file::Format`] says.
pub const FORMATS: &[(&str, &str)] = &[];
