//! Kinds of files that cannot be used; `text`: what to say of them in Spanish.

mod text;

use propenso_model::{Error, ErrorKind, FileKind};
use serde::Serialize;

/// Kinds of files that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingProblem {
    /// It ends too early.
    Incomplete,
    /// It is no model file.
    NotAModel,
    /// It breaks the rules of its format.
    Damaged,
    /// It asks for more memory or work than a model could need.
    Excessive,
    /// A model that propenso does not know.
    Unsupported,
    /// A model beside other values, of which nobody said that it is the one.
    Unnamed,
    /// A model beside others, or beside what its rows must go through first.
    NotAlone,
    /// There is nothing in it.
    Empty,
    /// It says where the model is.
    Pointer,
    /// A login or error page.
    WebPage,
    /// An archive of several files, or of a kind that is not opened.
    Archive,
    /// It asks for a password.
    Encrypted,
    /// Binary data as text.
    Encoded,
    /// What a library writes of a model for people to read.
    TreeDump,
    /// A form that the library itself has given up.
    OldForm,
    /// A network without its weights, or the reverse.
    HalfNetwork,
    /// A table of data.
    Table,
    /// A document or program.
    Document,
    /// A model of a library whose files are not read.
    OtherModel,
    /// Several objects, one after the other.
    SeveralObjects,
    /// Transformers without a model.
    NoPredictor,
    /// A model that was not fitted.
    NotFitted,
    /// A class that the analysts wrote.
    OwnClass,
    /// A class of a library that is not supported.
    OtherLibrary,
}

impl ReadingProblem {
    /// Tells what is wrong with a file, by the error of reading it.
    pub(super) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Incomplete => Self::Incomplete,
            ErrorKind::Excessive => Self::Excessive,
            ErrorKind::Encrypted => Self::Encrypted,
            ErrorKind::Archive => Self::Archive,
            ErrorKind::OtherFile(kind) => Self::of_file(kind),
            ErrorKind::NotAModel => Self::NotAModel,
            ErrorKind::SeveralObjects => Self::SeveralObjects,
            ErrorKind::BundleUnnamed => Self::Unnamed,
            ErrorKind::BundleNotAlone => Self::NotAlone,
            ErrorKind::NoPredictor => Self::NoPredictor,
            ErrorKind::NotFitted => Self::NotFitted,
            ErrorKind::OwnClass => Self::OwnClass,
            ErrorKind::OtherLibrary => Self::OtherLibrary,
            ErrorKind::Unsupported => Self::Unsupported,
            _ => Self::Damaged,
        }
    }

    fn of_file(kind: FileKind) -> Self {
        match kind {
            FileKind::Empty | FileKind::Zeros => Self::Empty,
            FileKind::Pointer(_) => Self::Pointer,
            FileKind::WebPage => Self::WebPage,
            FileKind::Archive(_) | FileKind::Compressed(_) => Self::Archive,
            FileKind::Base64 => Self::Encoded,
            FileKind::Encrypted => Self::Encrypted,
            FileKind::TreeDump(_) | FileKind::Settings => Self::TreeDump,
            FileKind::OldXgboost => Self::OldForm,
            FileKind::HalfNetwork(_) => Self::HalfNetwork,
            FileKind::Table(_) | FileKind::Arrays(_) => Self::Table,
            FileKind::OtherModel(_) => Self::OtherModel,
            _ => Self::Document,
        }
    }
}

/// Gives what of a file the text about it names: a class, a library, a kind of file.
pub(super) fn subject(error: &Error) -> Option<String> {
    match error {
        Error::Advised { error, .. } => subject(error),
        Error::OtherFile(kind) => kind.name().map(str::to_owned),
        Error::SeveralObjects { objects } => Some(objects.join(", ")),
        Error::NoPredictor { transformer, .. } => Some(transformer.clone()),
        Error::NotFitted { class, .. } => {
            let name = class.rsplit('.').next().unwrap_or(class);
            Some(name.to_owned())
        }
        Error::OwnClass { name, .. } => Some(name.clone()),
        Error::OtherLibrary { library, .. } => Some((*library).to_owned()),
        _ => None,
    }
}
