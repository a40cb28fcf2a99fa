//! XGBoost's and LightGBM's scikit-learn wrappers: predictors like any other.

use propenso_pickle::View;

use super::columns::Columns;
use super::frame::{Frame, Storage};
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, options, reads_numbers};
use crate::error::Error;
use crate::input::{InputKind, OnMissing};
use crate::transform::Transform;
use crate::verified::Part;
use crate::{lightgbm, xgboost};

pub(super) fn import_xgboost(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let mut wrapper = xgboost::read_wrapper(object)?;
    check_width(object, frame, wrapper.n_features)?;
    reads_numbers(frame, importer, true);
    importer.note(Part {
        path: options::more_path(wrapper.part.path, object, frame.matrix)?,
        ..wrapper.part
    });
    match frame.matrix.storage {
        Storage::Dense => {}
        // What a sparse matrix does not store is missing to XGBoost, and it stores no zero.
        Storage::Sparse => wrapper
            .pipeline
            .transforms
            .insert(0, Transform::ZeroIsMissing),
        Storage::SparseWithZeros => {
            return Err(unsupported(
                object,
                "XGBoost behind a sparse matrix in which a step stores zeros, which are not missing to it as those \
                 are that are not stored,",
            ));
        }
    }
    Ok(Imported {
        pipeline: wrapper.pipeline,
        labels: wrapper.labels,
    })
}

pub(super) fn import_lightgbm(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let wrapper =
        lightgbm::read_wrapper(object, &mut importer.vocabulary, frame.matrix.is_sparse())?;
    check_width(object, frame, wrapper.inputs.len())?;
    for (column, input) in frame.columns.iter().zip(&wrapper.inputs) {
        match &input.kind {
            InputKind::Category { known, .. } => importer.reads_category(column, known, false),
            InputKind::Number | InputKind::Unused => importer.reads_number(column),
        }
        importer.meets_missing(column, OnMissing::Accepted);
    }
    importer.note(Part {
        path: options::more_path(wrapper.part.path, object, frame.matrix)?,
        ..wrapper.part
    });
    Ok(Imported {
        pipeline: wrapper.pipeline,
        labels: wrapper.labels,
    })
}

/// How many columns a wrapper takes, and their names: its booster knows.
pub(super) fn columns(object: View<'_>) -> Result<Option<Columns>, Error> {
    let Some(class) = object.class() else {
        return Ok(None);
    };
    if xgboost::is_wrapper(class.module, class.name) {
        let wrapper = xgboost::read_wrapper(object)?;
        return Ok(Some((wrapper.n_features, wrapper.feature_names)));
    }
    if lightgbm::is_wrapper(class.module, class.name) {
        let wrapper = lightgbm::read_wrapper(object, &mut Default::default(), false)?;
        let names = wrapper.inputs.iter().map(|input| input.name.clone());
        let names = wrapper.is_named.then(|| names.collect());
        return Ok(Some((wrapper.inputs.len(), names)));
    }
    Ok(None)
}

fn check_width(object: View<'_>, frame: &Frame, fitted: usize) -> Result<(), Error> {
    if fitted == frame.len() {
        return Ok(());
    }
    Err(inconsistent(
        object,
        format!("it was fitted on {fitted} columns and gets {}", frame.len()),
    ))
}
