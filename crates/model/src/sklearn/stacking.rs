//! `StackingClassifier` and `StackingRegressor` (`sklearn/ensemble/_stacking.py`).

use propenso_pickle::View;

use super::frame::{Column, Frame, Matrix};
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, header, predictor};
use crate::error::Error;
use crate::label::Label;
use crate::pipeline::Pipeline;
use crate::transform::Transform;
use crate::transform::stack::{Level, Says, Stack};

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    let is_classifier = object
        .class()
        .is_some_and(|class| class.name == "StackingClassifier");
    let labels = is_classifier.then(|| header::classes(object)).transpose()?;
    let estimators = header::members(object, "estimators_")?;
    let methods = header::members(object, "stack_method_")?;
    if methods.len() != estimators.len() {
        return Err(inconsistent(object, "members and their methods differ"));
    }
    let n_classes = labels.as_ref().map_or(1, Vec::len);
    let mut levels = Vec::new();
    let mut stacked = Vec::new();
    let mut matrices = Vec::new();
    for (member, method) in estimators.into_iter().zip(methods) {
        let imported = predictor(member, frame, importer)?;
        let (says, width) = says(object, method.text()?, &imported, n_classes)?;
        stacked.extend(std::iter::repeat_with(Column::default).take(width));
        matrices.push(imported.answers_in());
        levels.push(Level {
            pipeline: imported.pipeline,
            says,
        });
    }
    let passes_row = header::flag(object, "passthrough", false)?;
    if passes_row {
        stacked.extend(frame.columns.iter().cloned());
        matrices.push(frame.matrix);
    }
    // A sparse row makes all of it sparse.
    let is_sparse = passes_row && frame.matrix.is_sparse();
    let stacked = Frame {
        columns: stacked,
        matrix: Matrix::side_by_side(&matrices, is_sparse),
    };
    let last = predictor(object.attribute("final_estimator_")?, &stacked, importer)?;
    if last.labels.is_some() != is_classifier || last.n_scores() != n_classes {
        return Err(inconsistent(
            object,
            "the final estimator's classes are not the ensemble's",
        ));
    }
    let mut transforms = vec![Transform::Stack(Stack { levels, passes_row })];
    transforms.extend(last.pipeline.transforms);
    Ok(Imported {
        pipeline: Pipeline {
            transforms,
            ..last.pipeline
        },
        labels,
    })
}

/// What a member hands to the final estimator, and in how many columns.
fn says(
    object: View<'_>,
    method: &str,
    imported: &Imported,
    n_classes: usize,
) -> Result<(Says, usize), Error> {
    let fitting = imported.n_scores() == n_classes;
    match (method, &imported.labels) {
        ("predict_proba", Some(_)) if fitting && imported.pipeline.head.has_values() => {
            // Of two probabilities the first says nothing new.
            if n_classes == 2 {
                Ok((Says::SecondProbability, 1))
            } else {
                Ok((Says::Values { width: n_classes }, n_classes))
            }
        }
        ("decision_function", Some(_)) if fitting => {
            let width = if n_classes == 2 { 1 } else { n_classes };
            Ok((Says::Decision { width }, width))
        }
        ("predict", Some(labels)) => {
            let number = |label: &Label| match label {
                Label::Int(label) => Some(*label as f64),
                Label::Float(label) => Some(*label),
                Label::Bool(label) => Some(f64::from(u8::from(*label))),
                Label::Text(_) => None,
            };
            let numbers: Option<Vec<f64>> = labels.iter().map(number).collect();
            let numbers = numbers.ok_or_else(|| unsupported(object, "stacking predicted texts"))?;
            Ok((Says::Class(numbers), 1))
        }
        ("predict", None) => Ok((Says::Values { width: 1 }, 1)),
        (method, _) => Err(unsupported(object, format!("stacking by `{method}` here"))),
    }
}
