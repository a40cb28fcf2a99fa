//! `CalibratedClassifierCV` (`sklearn/calibration.py`).

use propenso_pickle::{Kind, View};

use super::frame::Frame;
use super::importer::{Importer, inconsistent, unsupported};
use super::{Imported, classifier, header, pipeline, search};
use crate::calibration::{Calibrated, Calibration, Curve, Isotonic, Method};
use crate::error::Error;
use crate::forest::Precision;
use crate::head::{ClassHead, Head};
use crate::label::Label;
use crate::pipeline::{Pipeline, Scoring};
use crate::row_error::Accepts;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Imported, Error> {
    header::version(object)?;
    let labels = header::classes(object)?;
    let mut members = Vec::new();
    for member in header::members(object, "calibrated_classifiers_")? {
        members.push(calibrated(member, &labels, frame, importer)?);
    }
    let calibration = Calibration::new(members, labels.len())
        .ok_or_else(|| inconsistent(object, "classifiers and classes do not match"))?;
    Ok(Imported {
        pipeline: Pipeline::bare(
            Accepts::ANYTHING,
            Scoring::Calibration(calibration),
            Head::Probabilities,
        ),
        labels: Some(labels),
    })
}

fn calibrated(
    member: View<'_>,
    labels: &[Label],
    frame: &Frame,
    importer: &mut Importer,
) -> Result<Calibrated, Error> {
    // Renamed in 1.2.
    let inner = match member.optional_attribute("estimator")? {
        Some(inner) if !inner.is_none() => inner,
        _ => member.attribute("base_estimator")?,
    };
    let (fitted, own) = classifier(inner, frame, importer)?;
    let uses_decision = has_decision(&fitted);
    let (last, _) = pipeline::last_step(search::unwrap(inner)?.0)?;
    if uses_decision
        && last
            .class()
            .is_some_and(|class| class.module == "lightgbm.sklearn")
    {
        return Err(unsupported(
            member,
            "a calibrated LightGBM 4 model, whose file does not say whether its scores or its \
             probabilities are calibrated,",
        ));
    }
    if !uses_decision && !fitted.head.has_values() {
        return Err(inconsistent(member, "its classifier has no scores"));
    }
    let calibrators = header::members(member, "calibrators")?;
    let method = match header::optional_text(member, "method")? {
        Some("temperature") => Method::Temperature {
            beta: match calibrators[..] {
                [calibrator] => calibrator.attribute("beta_")?.float()?,
                _ => return Err(inconsistent(member, "one temperature is expected")),
            },
        },
        _ => {
            let precision = match uses_decision {
                true => Precision::Double,
                false => importer.times_float64(fitted.answer_precision()),
            };
            Method::Curves(curves(member, &calibrators, labels, &own, precision)?)
        }
    };
    Ok(Calibrated {
        pipeline: fitted,
        uses_decision,
        method,
    })
}

/// Whether the estimator has a `decision_function`, which is then preferred.
fn has_decision(pipeline: &Pipeline) -> bool {
    match (&pipeline.head, &pipeline.scoring) {
        (Head::Classes(ClassHead { has_decision, .. }), _) => *has_decision,
        // Bagging has the mean of its members', if they have one.
        (_, Scoring::Committee(committee)) => committee
            .members()
            .iter()
            .all(|member| member.columns.is_some() && has_decision(&member.pipeline)),
        _ => false,
    }
}

/// A curve per score of the classifier. For two classes there is one, for the second.
fn curves(
    member: View<'_>,
    calibrators: &[View<'_>],
    labels: &[Label],
    own: &[Label],
    precision: Precision,
) -> Result<Vec<(usize, Curve)>, Error> {
    let expected = if labels.len() == 2 { 1 } else { own.len() };
    if calibrators.len() != expected {
        return Err(inconsistent(member, "calibrators and classes differ"));
    }
    let class = |position: usize| {
        if labels.len() == 2 {
            return Some(1);
        }
        labels.iter().position(|label| *label == own[position])
    };
    calibrators
        .iter()
        .enumerate()
        .map(|(position, calibrator)| {
            let class = class(position)
                .ok_or_else(|| inconsistent(member, "a class is not the ensemble's"))?;
            Ok((class, curve(*calibrator, precision)?))
        })
        .collect()
}

fn curve(calibrator: View<'_>, precision: Precision) -> Result<Curve, Error> {
    let class = calibrator
        .class()
        .ok_or_else(|| calibrator.wrong_type("a calibrator"))?;
    match (class.module, class.name) {
        ("sklearn.calibration", "_SigmoidCalibration") => Ok(Curve::Sigmoid {
            a: calibrator.attribute("a_")?.float()?,
            b: calibrator.attribute("b_")?.float()?,
            precision,
        }),
        ("sklearn.isotonic", "IsotonicRegression") => isotonic(calibrator),
        _ => Err(unsupported(calibrator, "this calibrator")),
    }
}

fn isotonic(calibrator: View<'_>) -> Result<Curve, Error> {
    if calibrator.attribute("out_of_bounds")?.text()? != "clip" {
        return Err(unsupported(calibrator, "out_of_bounds other than `clip`"));
    }
    let x = calibrator.attribute("X_thresholds_")?.array()?;
    let y = calibrator.attribute("y_thresholds_")?.array()?;
    if x.dtype().kind() != Kind::Float || x.dtype().itemsize() != 8 {
        return Err(unsupported(calibrator, "a curve in float32"));
    }
    let curve = Isotonic::new(x.f64s()?, y.f64s()?);
    let curve = curve.ok_or_else(|| inconsistent(calibrator, "the curve's points do not rise"))?;
    Ok(Curve::Isotonic(curve))
}
