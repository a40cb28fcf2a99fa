//! `GaussianNB`.

use propenso_pickle::View;

use super::frame::{Dtype, Frame};
use super::importer::{Importer, inconsistent};
use super::{Imported, check_width, header, reads_numbers};
use crate::error::Error;
use crate::head::{ClassHead, ClassLink, Decide, Head};
use crate::naive_bayes::GaussianNaiveBayes;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    let n_features = check_width(object, frame)?;
    let labels = header::classes(object)?;
    if labels.len() < 2 {
        return Err(inconsistent(
            object,
            "it was fitted on one class alone and always answers that; train on rows of both",
        ));
    }
    // `sigma_` was renamed in 1.0.
    let variances = match object.optional_attribute("var_")? {
        Some(_) => "var_",
        None => "sigma_",
    };
    // From 1.8 on it keeps the dtype it was fitted in.
    let means = object.attribute("theta_")?.array()?;
    let fitted = Dtype::of_array(&means).precision();
    let row = frame.matrix.dtype.computed_with(&means).precision();
    let model = GaussianNaiveBayes::new(
        header::numbers(object, "theta_")?,
        header::numbers(object, variances)?,
        header::numbers(object, "class_prior_")?,
        n_features,
    )
    .map(|model| model.rounded(fitted, row))
    .filter(|model| model.n_classes() == labels.len())
    .ok_or_else(|| inconsistent(object, "means, variances and priors do not go together"))?;
    reads_numbers(frame, importer, false);
    let head = Head::Classes(ClassHead {
        link: ClassLink::LogLikelihood,
        decide: Decide::Score,
        has_decision: false,
        precision: model.score_precision(),
        divisor: 1.0,
    });
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::FINITE, Scoring::NaiveBayes(model), head),
        labels: Some(labels),
    })
}
