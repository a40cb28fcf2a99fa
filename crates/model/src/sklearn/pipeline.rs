//! `Pipeline`, scikit-learn's and imblearn's.

use propenso_pickle::View;

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, predictor, preprocessing, search};
use crate::error::Error;
use crate::pipeline::Pipeline;
use crate::transform::Transform;

/// Pipelines and searches inside each other that are looked through for a name.
const MAX_DEPTH: usize = 24;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    let mut steps = steps(object)?;
    let Some(last) = steps.pop() else {
        return Err(inconsistent(object, "a pipeline without steps"));
    };
    if is_passthrough(last) {
        return Err(unsupported(
            object,
            "a pipeline without a predictor at its end",
        ));
    }
    let (mut transforms, frame) = transforms(&steps, frame, importer)?;
    let imported = predictor(last, &frame, importer)?;
    transforms.extend(imported.pipeline.transforms);
    Ok(Imported {
        pipeline: Pipeline {
            transforms,
            ..imported.pipeline
        },
        labels: imported.labels,
    })
}

/// A pipeline of transformers only, as a step of another or a block of a `ColumnTransformer`.
pub(super) fn import_transformers(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, Frame), Error> {
    transforms(&steps(object)?, frame, importer)
}

fn transforms(
    steps: &[View<'_>],
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, Frame), Error> {
    let mut frame = frame.clone();
    let mut all = Vec::new();
    for step in steps {
        // Samplers change the training data only.
        if is_passthrough(*step) || is_sampler(*step) {
            continue;
        }
        let (transforms, next) = preprocessing::import(*step, &frame, importer)?;
        all.extend(transforms);
        frame = next;
    }
    Ok((all, frame))
}

/// The steps' objects, in order.
fn steps(object: View<'_>) -> Result<Vec<View<'_>>, Error> {
    let mut steps = Vec::new();
    for step in object.attribute("steps")?.items()? {
        let parts: Vec<_> = step.items()?.collect();
        match parts[..] {
            [_, step] => steps.push(step),
            _ => return Err(inconsistent(object, "a step is a name and an object")),
        }
    }
    Ok(steps)
}

fn is_passthrough(step: View<'_>) -> bool {
    step.is_none() || matches!(step.text(), Ok("passthrough"))
}

/// Whether a step changes the training data only.
pub(super) fn is_sampler(step: View<'_>) -> bool {
    step.class().is_some_and(|class| {
        ["over_sampling", "under_sampling", "combine"]
            .iter()
            .any(|family| {
                class
                    .module
                    .strip_prefix("imblearn.")
                    .is_some_and(|rest| rest.starts_with(family))
            })
    })
}

/// What predicts in the end, through pipelines and searches, and the names of those on the way.
pub(super) fn last_step(object: View<'_>) -> Result<(View<'_>, Vec<String>), Error> {
    let mut object = object;
    let mut wrappers = Vec::new();
    for _ in 0..MAX_DEPTH {
        let is_pipeline = object.class().is_some_and(|class| class.name == "Pipeline");
        let Some(last) = is_pipeline
            .then(|| steps(object))
            .transpose()?
            .and_then(|mut steps| steps.pop())
        else {
            break;
        };
        wrappers.push("Pipeline".to_owned());
        let (best, searches) = search::unwrap(last)?;
        wrappers.extend(searches);
        object = best;
    }
    Ok((object, wrappers))
}
