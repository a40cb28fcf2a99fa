//! `DummyClassifier` and `DummyRegressor` (`sklearn/dummy.py`): the same answer for every row.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, header};
use crate::error::Error;
use crate::estimator::decide;
use crate::head::{Head, ValueLink};
use crate::label::Label;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(object: View<'_>, _: &Frame, _: &mut Importer) -> Result<Imported, Error> {
    header::version(object)?;
    if object.attribute("n_outputs_")?.count()? != 1 {
        return Err(unsupported(object, "a model with several outputs"));
    }
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "DummyClassifier");
    let (scores, head, labels) = if is_classifier {
        let labels = header::classes(object)?;
        let scores = probabilities(object, &labels)?;
        (scores, Head::Probabilities, Some(labels))
    } else {
        let constant = header::numbers(object, "constant_")?;
        (constant, Head::Value(ValueLink::Identity), None)
    };
    let is_sound = scores.len() == labels.as_ref().map_or(1, Vec::len)
        && scores.iter().all(|score| score.is_finite());
    if !is_sound {
        return Err(inconsistent(
            object,
            "a finite value per answer is expected",
        ));
    }
    // It never looks at its rows.
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::ANYTHING, Scoring::Constant(scores), head),
        labels,
    })
}

fn probabilities(object: View<'_>, labels: &[Label]) -> Result<Vec<f64>, Error> {
    let priors = header::numbers(object, "class_prior_")?;
    let only = |chosen: usize| {
        (0..labels.len())
            .map(|class| f64::from(u8::from(class == chosen)))
            .collect()
    };
    match object.attribute("strategy")?.text()? {
        "prior" => Ok(priors),
        "most_frequent" => Ok(only(decide(&priors))),
        "constant" => {
            let constant = object.attribute("constant")?;
            let wanted = match constant.array() {
                Ok(array) => header::labels(&array)?,
                Err(_) => vec![header::label(constant)?],
            };
            let chosen = labels.iter().position(|label| wanted == [label.clone()]);
            chosen
                .map(only)
                .ok_or_else(|| inconsistent(object, "the constant is not one of the classes"))
        }
        other => Err(unsupported(
            object,
            format!("the strategy `{other}`, whose answers are random,"),
        )),
    }
}
