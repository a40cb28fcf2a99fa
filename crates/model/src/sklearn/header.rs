//! What every fitted estimator has: its version, its feature names, its classes.

use propenso_pickle::{ArrayView, Kind, View, ViewError};

use crate::error::Error;
use crate::label::Label;
use crate::version::Version;

/// The parts common to all estimators.
pub(super) struct Header<'d> {
    object: View<'d>,
    pub(super) class: String,
    pub(super) version: Version,
    pub(super) version_text: String,
    pub(super) n_features: usize,
    pub(super) feature_names: Option<Vec<String>>,
}

impl<'d> Header<'d> {
    pub(super) fn read(object: View<'d>) -> Result<Self, Error> {
        let class = object
            .class()
            .map_or_else(String::new, |class| class.to_string());
        let version_text = version_text(object)?.unwrap_or("0.17 or older").to_owned();
        let version = match Version::parse(&version_text) {
            Some(version) if version.is_supported() => version,
            _ => {
                return Err(Error::UnsupportedVersion {
                    class,
                    version: version_text,
                });
            }
        };
        let n_features = object.attribute("n_features_in_")?.count()?;
        let mut header = Self {
            object,
            class,
            version,
            version_text,
            n_features,
            feature_names: None,
        };
        header.feature_names = header.read_feature_names()?;
        Ok(header)
    }

    pub(super) fn inconsistent(&self, what: &'static str) -> Error {
        Error::Inconsistent {
            class: self.class.clone(),
            offset: self.object.offset(),
            what,
        }
    }

    pub(super) fn unsupported(&self, what: &'static str) -> Error {
        Error::UnsupportedVariant {
            class: self.class.clone(),
            offset: self.object.offset(),
            what,
        }
    }

    /// The class labels, in the order of the probabilities.
    pub(super) fn classes(&self) -> Result<Vec<Label>, Error> {
        let classes = self.object.attribute("classes_")?;
        if classes.array().is_err() && classes.items().is_ok() {
            return Err(self.unsupported("a model with several outputs"));
        }
        let classes = classes.array()?;
        if classes.shape().len() != 1 {
            return Err(self.inconsistent("`classes_` is not a list of labels"));
        }
        Ok(labels(&classes)?)
    }

    fn read_feature_names(&self) -> Result<Option<Vec<String>>, Error> {
        let Some(names) = self.object.optional_attribute("feature_names_in_")? else {
            return Ok(None);
        };
        let names = texts(&names.array()?)?;
        if names.len() != self.n_features {
            return Err(self.inconsistent("`feature_names_in_` and `n_features_in_` differ"));
        }
        Ok(Some(names))
    }
}

/// The scikit-learn version an object was written by, as text.
pub(super) fn version_text(object: View<'_>) -> Result<Option<&str>, ViewError> {
    object
        .optional_attribute("_sklearn_version")?
        .map(View::text)
        .transpose()
}

/// The texts of an array of text or of objects.
pub(crate) fn texts(array: &ArrayView<'_>) -> Result<Vec<String>, ViewError> {
    if array.dtype().kind() == Kind::Text {
        return array.texts();
    }
    array
        .objects()?
        .into_iter()
        .map(|item| Ok(item.text()?.to_owned()))
        .collect()
}

/// Class labels of an array, by its dtype.
pub(crate) fn labels(array: &ArrayView<'_>) -> Result<Vec<Label>, ViewError> {
    Ok(match array.dtype().kind() {
        Kind::Bool => array
            .i64s()?
            .into_iter()
            .map(|value| Label::Bool(value != 0))
            .collect(),
        Kind::Float => array.f64s()?.into_iter().map(Label::Float).collect(),
        Kind::Text => array.texts()?.into_iter().map(Label::Text).collect(),
        Kind::Object => array
            .objects()?
            .into_iter()
            .map(label)
            .collect::<Result<_, _>>()?,
        _ => array.i64s()?.into_iter().map(Label::Int).collect(),
    })
}

fn label(item: View<'_>) -> Result<Label, ViewError> {
    if let Ok(text) = item.text() {
        return Ok(Label::Text(text.to_owned()));
    }
    if let Ok(value) = item.boolean() {
        return Ok(Label::Bool(value));
    }
    if let Ok(value) = item.integer() {
        return Ok(Label::Int(value));
    }
    item.float().map(Label::Float)
}
