//! Keras models inside pickles: predictors like any other.

use propenso_pickle::View;

use super::columns::Columns;
use super::frame::Frame;
use super::importer::{Importer, inconsistent};
use super::{Imported, reads_numbers};
use crate::error::Error;
use crate::estimator::{Estimator, Output};
use crate::keras;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let Estimator {
        signature,
        pipeline,
    } = keras::read_pickled(object)?;
    let n_inputs = signature.n_inputs();
    if n_inputs != frame.len() {
        return Err(inconsistent(
            object,
            format!(
                "the network takes {n_inputs} columns and gets {}",
                frame.len()
            ),
        ));
    }
    reads_numbers(frame, importer, false);
    for part in signature.parts {
        importer.note(part);
    }
    Ok(Imported {
        pipeline,
        labels: match signature.output {
            Output::Classes { labels, .. } => Some(labels),
            Output::Value => None,
        },
    })
}

/// How many columns a network takes. It does not know their names.
pub(super) fn columns(object: View<'_>) -> Result<Option<Columns>, Error> {
    if !keras::is_pickled(object) {
        return Ok(None);
    }
    let network = keras::read_pickled(object)?;
    Ok(Some((network.signature.n_inputs(), None)))
}
