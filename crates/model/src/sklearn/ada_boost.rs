//! `AdaBoostClassifier` and `AdaBoostRegressor` (`sklearn/ensemble/_weight_boosting.py`).

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, check_width, classifier, header, predictor, reads_numbers};
use crate::committee::{Committee, Member, Rule};
use crate::error::Error;
use crate::forest::Precision;
use crate::head::{ClassHead, ClassLink, Decide, Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;
use crate::version::Version;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let version = header::version(object)?;
    check_width(object, frame)?;
    reads_numbers(frame, importer, false);
    if object
        .class()
        .is_some_and(|class| class.name == "AdaBoostRegressor")
    {
        return import_regressor(object, frame, importer);
    }
    let labels = header::classes(object)?;
    let n_classes = labels.len();
    if n_classes < 2 {
        return Err(unsupported(object, "a classifier of one class"));
    }
    let rule = rule(object, version, n_classes)?;
    let mut members = Vec::new();
    for (member, weight) in weighted_members(object)? {
        let (pipeline, own) = classifier(member, frame, importer)?;
        if rule == Rule::SammeR && !pipeline.head.has_values() {
            return Err(inconsistent(object, "a member has no probabilities"));
        }
        // Members are fitted on the labels themselves.
        let position = |label| labels.iter().position(|known| known == label);
        let classes: Option<Vec<usize>> = own.iter().map(position).collect();
        let classes = classes.filter(|classes| rule != Rule::SammeR || classes.len() == n_classes);
        members.push(Member {
            pipeline,
            columns: None,
            classes: classes
                .ok_or_else(|| inconsistent(object, "a member's classes are not the ensemble's"))?,
            weight,
        });
    }
    let committee = Committee::new(members, rule, n_classes)
        .ok_or_else(|| inconsistent(object, "the model was not fitted"))?;
    let head = Head::Classes(ClassHead {
        link: ClassLink::Softmax,
        decide: Decide::Score,
        has_decision: true,
        precision: Precision::Double,
        // `_compute_proba_from_decision`
        divisor: if n_classes == 2 {
            2.0
        } else {
            n_classes as f64 - 1.0
        },
    });
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::FINITE, Scoring::Committee(committee), head),
        labels: Some(labels),
    })
}

fn import_regressor(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let mut members = Vec::new();
    for (member, weight) in weighted_members(object)? {
        let imported = predictor(member, frame, importer)?;
        if imported.labels.is_some() {
            return Err(inconsistent(
                object,
                "a classifier where a regressor belongs",
            ));
        }
        members.push(Member {
            pipeline: imported.pipeline,
            columns: None,
            classes: vec![0],
            weight,
        });
    }
    let committee = Committee::new(members, Rule::WeightedMedian, 1)
        .ok_or_else(|| inconsistent(object, "the model was not fitted"))?;
    Ok(Imported {
        pipeline: Pipeline::bare(
            Accepts::FINITE,
            Scoring::Committee(committee),
            Head::Value(ValueLink::Identity),
        ),
        labels: None,
    })
}

fn weighted_members(object: View<'_>) -> Result<Vec<(View<'_>, f64)>, Error> {
    let estimators = header::members(object, "estimators_")?;
    let weights = header::numbers(object, "estimator_weights_")?;
    if weights.len() < estimators.len() || !weights.iter().all(|weight| weight.is_finite()) {
        return Err(inconsistent(object, "a weight per member is expected"));
    }
    Ok(estimators.into_iter().zip(weights).collect())
}

/// SAMME.R was the default up to 1.5 and went away in 1.8; SAMME's votes changed in 1.3.
fn rule(object: View<'_>, version: Version, n_classes: usize) -> Result<Rule, Error> {
    let against = (version >= Version::new(1, 3)).then_some(n_classes as f64 - 1.0);
    match header::optional_text(object, "algorithm")? {
        Some("SAMME.R") => Ok(Rule::SammeR),
        Some("SAMME" | "deprecated") | None => Ok(Rule::Samme { against }),
        Some(other) => Err(unsupported(object, format!("the algorithm `{other}`"))),
    }
}
