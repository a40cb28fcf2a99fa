//! `VotingClassifier` and `VotingRegressor` (`sklearn/ensemble/_voting.py`).

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, header, predictor};
use crate::committee::{Committee, Member, Rule};
use crate::error::Error;
use crate::head::{Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "VotingClassifier");
    let labels = is_classifier.then(|| header::classes(object)).transpose()?;
    let (rule, head) = match labels {
        None => (Rule::Mean, Head::Value(ValueLink::Identity)),
        Some(_) => match object.attribute("voting")?.text()? {
            "soft" => (Rule::Mean, Head::Probabilities),
            "hard" => (Rule::Votes, Head::Votes),
            other => return Err(unsupported(object, format!("voting `{other}`"))),
        },
    };
    let n_scores = labels.as_ref().map_or(1, Vec::len);
    let weights = weights(object)?;
    let mut members = Vec::new();
    for (position, member) in header::members(object, "estimators_")?
        .into_iter()
        .enumerate()
    {
        let imported = predictor(member, frame, importer)?;
        // Members were fitted on encoded labels: their classes are positions.
        if imported.labels.is_some() != is_classifier || imported.n_scores() != n_scores {
            return Err(inconsistent(
                object,
                "a member's classes are not the ensemble's",
            ));
        }
        if rule == Rule::Mean && !imported.pipeline.head.has_values() {
            return Err(inconsistent(object, "a member has no probabilities"));
        }
        members.push(Member {
            pipeline: imported.pipeline,
            columns: None,
            classes: (0..n_scores).collect(),
            weight: match &weights {
                Some(weights) => weights.get(position).copied().unwrap_or(f64::NAN),
                None => 1.0,
            },
        });
    }
    let sound = members.iter().all(|member| member.weight.is_finite());
    let committee = Committee::new(members, rule, n_scores).filter(|_| sound);
    let committee =
        committee.ok_or_else(|| inconsistent(object, "members and weights do not match"))?;
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::ANYTHING, Scoring::Committee(committee), head),
        labels,
    })
}

/// The weights of the members that were not dropped.
fn weights(object: View<'_>) -> Result<Option<Vec<f64>>, Error> {
    let Some(weights) = object
        .optional_attribute("weights")?
        .filter(|w| !w.is_none())
    else {
        return Ok(None);
    };
    let weights: Vec<f64> = match weights.array() {
        Ok(array) => array.f64s()?,
        Err(_) => weights
            .items()?
            .map(View::float)
            .collect::<Result<_, _>>()?,
    };
    let mut kept = Vec::new();
    for (pair, weight) in object.attribute("estimators")?.items()?.zip(weights) {
        let is_dropped = pair
            .items()?
            .nth(1)
            .is_none_or(|estimator| estimator.is_none() || matches!(estimator.text(), Ok("drop")));
        if !is_dropped {
            kept.push(weight);
        }
    }
    Ok(Some(kept))
}
