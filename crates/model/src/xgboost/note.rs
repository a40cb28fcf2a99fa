//! What XGBoost's wrappers write into the native files they save, and read back from there (`save_model` and
//! `load_model` of `python-package/xgboost/sklearn.py`): up to 1.7 all their parameters, later only what they are.

use serde_json::Value;

use super::malformed;
use crate::caller::Caller;
use crate::error::Error;
use crate::label::Label;

/// The text under `scikit_learn`: JSON as Python writes it, with NaN among its numbers.
#[derive(Clone, Copy)]
pub(super) struct Note<'n>(pub(super) &'n str);

impl<'n> Note<'n> {
    /// The text after a key.
    fn after(self, key: &str) -> Option<&'n str> {
        self.0
            .split_once(&format!("\"{key}\": "))
            .map(|(_, rest)| rest)
    }

    /// Whether a classifier or a regressor wrote it. Old ones did not say: the objective does.
    pub(super) fn caller(self, objective: &str) -> Caller {
        let kind = self.after("_estimator_type").unwrap_or("");
        let has_classes = || objective.starts_with("binary:") || objective.starts_with("multi:");
        if kind.starts_with("\"classifier\"")
            || (!kind.starts_with("\"regressor\"") && has_classes())
        {
            Caller::Classifier
        } else {
            Caller::Regressor
        }
    }

    /// The wrapper's `missing`, where it is a number.
    pub(super) fn missing(self) -> Option<f64> {
        let rest = self.after("missing")?;
        let number = rest.split([',', '}']).next()?.trim();
        number.parse().ok().filter(|number: &f64| !number.is_nan())
    }

    /// The wrapper's class labels; `None` where it did not write them, and they are 0, 1, ….
    pub(super) fn labels(self) -> Result<Option<Vec<Label>>, Error> {
        let Some(rest) = self.after("classes_") else {
            return Ok(None);
        };
        let wrong = || malformed("scikit_learn", "its `classes_` are no list of labels");
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Vec<Value>>();
        let values = values.next().and_then(Result::ok).ok_or_else(wrong)?;
        let label = |value: Value| match value {
            Value::String(text) => Some(Label::Text(text)),
            Value::Bool(flag) => Some(Label::Bool(flag)),
            Value::Number(number) => match number.as_i64() {
                Some(number) => Some(Label::Int(number)),
                None => number.as_f64().map(Label::Float),
            },
            _ => None,
        };
        let labels: Option<Vec<Label>> = values.into_iter().map(label).collect();
        labels.map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_who_answers() {
        let is = |kind: &str, objective: &str| {
            Note(&format!(r#"{{"_estimator_type": "{kind}"}}"#)).caller(objective)
        };
        assert_eq!(is("classifier", "reg:logistic"), Caller::Classifier);
        assert_eq!(is("regressor", "binary:logistic"), Caller::Regressor);
        let old = Note(r#"{"n_estimators": 5, "missing": NaN}"#);
        assert_eq!(old.caller("multi:softprob"), Caller::Classifier);
        assert_eq!(old.caller("reg:squarederror"), Caller::Regressor);
    }

    #[test]
    fn it_keeps_what_is_missing_and_the_labels() {
        let note = Note(r#"{"missing": -1.0, "_le": {"classes_": ["no", "sí"]}, "n_classes_": 2}"#);
        assert_eq!(note.missing(), Some(-1.0));
        let texts = ["no", "sí"].map(|text| Label::Text(text.to_owned()));
        assert_eq!(note.labels().unwrap().unwrap(), texts);
        let plain = Note(r#"{"missing": NaN, "n_jobs": null}"#);
        assert_eq!(plain.missing(), None);
        assert_eq!(plain.labels().unwrap(), None);
        assert!(Note(r#"{"classes_": [[1]]}"#).labels().is_err());
        assert!(Note(r#"{"classes_": 7}"#).labels().is_err());
    }
}
