//! `BaggingClassifier` and `BaggingRegressor` (`sklearn/ensemble/_bagging.py`).

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent};
use super::{Imported, check_width, header, predictor};
use crate::committee::{Committee, Member, Rule};
use crate::error::Error;
use crate::head::{Head, ValueLink};
use crate::label::Label;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    check_width(object, frame)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "BaggingClassifier");
    let labels = is_classifier.then(|| header::classes(object)).transpose()?;
    let n_scores = labels.as_ref().map_or(1, Vec::len);
    let estimators = header::members(object, "estimators_")?;
    let features: Vec<_> = object.attribute("estimators_features_")?.items()?.collect();
    if features.len() != estimators.len() {
        return Err(inconsistent(object, "members and their columns differ"));
    }
    let mut members = Vec::new();
    for (member, features) in estimators.into_iter().zip(features) {
        let columns = columns(object, features, frame.len())?;
        let picked = frame.pick(&columns);
        let imported = predictor(member, &picked, importer)?;
        let classes = match (&labels, &imported.labels) {
            (None, None) => vec![0],
            (Some(labels), Some(own)) => member_classes(object, labels, own)?,
            _ => return Err(inconsistent(object, "a member predicts something else")),
        };
        members.push(Member {
            pipeline: imported.pipeline,
            columns: Some(columns),
            classes,
            weight: 1.0,
        });
    }
    // Members without probabilities vote.
    let averages = members
        .iter()
        .all(|member| member.pipeline.head.has_values());
    let rule = if averages {
        Rule::Mean
    } else {
        Rule::VoteShares
    };
    let committee = Committee::new(members, rule, n_scores)
        .ok_or_else(|| inconsistent(object, "members and classes do not match"))?;
    // The members say what rows they take: bagging itself checks nothing.
    let head = if is_classifier {
        Head::Probabilities
    } else {
        Head::Value(ValueLink::Identity)
    };
    Ok(Imported {
        pipeline: Pipeline::bare(Accepts::ANYTHING, Scoring::Committee(committee), head),
        labels,
    })
}

fn columns(owner: View<'_>, features: View<'_>, n_columns: usize) -> Result<Vec<usize>, Error> {
    let beyond = || inconsistent(owner, "a member's column is beyond the row");
    header::positions(features, n_columns, beyond)
}

/// A member is fitted on encoded labels, of which its sample may lack some: its own classes are
/// positions among the ensemble's.
fn member_classes(owner: View<'_>, labels: &[Label], own: &[Label]) -> Result<Vec<usize>, Error> {
    let wrong = || inconsistent(owner, "a member's classes are not the ensemble's");
    own.iter()
        .map(|label| {
            let position = match label {
                Label::Int(position) => usize::try_from(*position).ok(),
                Label::Float(position) if position.fract() == 0.0 && *position >= 0.0 => {
                    Some(*position as usize)
                }
                _ => None,
            };
            position
                .filter(|position| *position < labels.len())
                .ok_or_else(wrong)
        })
        .collect()
}
