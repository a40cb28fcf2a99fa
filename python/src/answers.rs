//! What comes back of a frame: arrays as bytes, which numpy takes as they are, and lists of what few rows have.

use propenso_portfolio::{FrameScores, RefusedRow};
use propenso_scoring::{Answered, FieldError, Language, Outcome, Scorer, Sought, WarningValue};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyList};

/// Doubles as bytes.
pub(crate) fn bytes_of<'py>(
    py: Python<'py>,
    values: impl ExactSizeIterator<Item = f64>,
) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, values.len() * 8, |bytes| {
        let (places, _) = bytes.as_chunks_mut::<8>();
        for (place, value) in places.iter_mut().zip(values) {
            *place = value.to_ne_bytes();
        }
        Ok(())
    })
}

/// What all rows of a frame were answered.
pub(crate) fn scores<'py>(
    py: Python<'py>,
    scores: &FrameScores,
    scorer: &Scorer,
) -> PyResult<Bound<'py, PyDict>> {
    let answers = PyDict::new(py);
    let classes = scores.classes.iter();
    let classes: Vec<u8> = classes.flat_map(|class| class.to_ne_bytes()).collect();
    answers.set_item("classes", PyByteArray::new(py, &classes))?;
    answers.set_item("values", bytes_of(py, scores.values.iter().copied())?)?;
    if scorer.contract().decision().is_some() {
        let (pays, probability) = decisions(scores, scorer);
        answers.set_item("pays", PyByteArray::new(py, &pays))?;
        answers.set_item("probability", bytes_of(py, probability.into_iter())?)?;
    }
    answers.set_item("notes", PyList::new(py, &scores.notes)?)?;
    let refused = scores.refused.iter().map(|row| refused(py, row));
    answers.set_item("refused", refused.collect::<PyResult<Vec<_>>>()?)?;
    Ok(answers)
}

/// Who pays by the contract's decision, and P(pays); 0 and NaN of rows that were refused.
fn decisions(scores: &FrameScores, scorer: &Scorer) -> (Vec<u8>, Vec<f64>) {
    let n_values = scores.values.len().checked_div(scores.classes.len());
    let n_values = n_values.unwrap_or(0);
    let mut refused = scores.refused.iter().map(|row| row.row).peekable();
    let rows = scores.classes.iter().enumerate().map(|(row, class)| {
        if refused.next_if_eq(&row).is_some() {
            return (0, f64::NAN);
        }
        let values = &scores.values[row * n_values..][..n_values];
        let (pays, probability) = scorer.decide(*class as usize, values);
        (u8::from(pays), probability)
    });
    rows.unzip()
}

/// A row that has no answer: its place, and all that is wrong with it.
fn refused<'py>(py: Python<'py>, row: &RefusedRow) -> PyResult<(usize, Vec<Bound<'py, PyDict>>)> {
    let errors = row.errors.iter().map(|error| field_error(py, error));
    Ok((row.row, errors.collect::<PyResult<_>>()?))
}

fn field_error<'py>(py: Python<'py>, error: &FieldError) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    told.set_item("column", &error.input)?;
    told.set_item("value", error.value.as_deref())?;
    told.set_item("code", error.fault.as_str())?;
    told.set_item("why", error.message(Language::English))?;
    told.set_item("accepted", error.accepted(Language::English))?;
    told.set_item("porque", error.message(Language::Spanish))?;
    told.set_item("se_admite", error.accepted(Language::Spanish))?;
    Ok(told)
}

/// What moved the scores: bases, a row of contributions for each row, and the first few reasons in words.
pub(crate) fn explanations<'py>(
    py: Python<'py>,
    scores: &FrameScores,
    scorer: &Scorer,
    n_reasons: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let contract = scorer.contract();
    let n_inputs = contract.inputs().len();
    let mut bases = vec![f64::NAN; scores.explanations.len()];
    let mut contributions = vec![f64::NAN; bases.len() * n_inputs];
    let mut reasons = Vec::with_capacity(bases.len());
    for (row, explanation) in scores.explanations.iter().enumerate() {
        let Some(explanation) = explanation else {
            reasons.push(PyList::empty(py));
            continue;
        };
        bases[row] = explanation.base;
        for reason in &explanation.reasons {
            if let Some(input) = contract.input_index(&reason.input) {
                contributions[row * n_inputs + input] = reason.contribution;
            }
        }
        // What did not move it at all is no reason.
        let strongest = explanation.reasons.iter().take(n_reasons);
        let strongest = strongest.filter(|reason| reason.contribution != 0.0);
        let told = strongest.map(|reason| {
            let told = PyDict::new(py);
            told.set_item("input", &*reason.input)?;
            told.set_item("value", value(py, reason.value.as_ref())?)?;
            told.set_item("contribution", reason.contribution)?;
            told.set_item("text", reason.message(Language::English))?;
            told.set_item("texto", reason.message(Language::Spanish))?;
            Ok(told)
        });
        reasons.push(PyList::new(py, told.collect::<PyResult<Vec<_>>>()?)?);
    }
    let answers = PyDict::new(py);
    answers.set_item("bases", bytes_of(py, bases.into_iter())?)?;
    answers.set_item("contributions", bytes_of(py, contributions.into_iter())?)?;
    answers.set_item("reasons", reasons)?;
    Ok(answers)
}

fn value<'py>(py: Python<'py>, value: Option<&WarningValue>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        None => py.None().into_bound(py),
        Some(WarningValue::Number(number)) => number.into_pyobject(py)?.into_any(),
        Some(WarningValue::Text(text)) => text.into_pyobject(py)?.into_any(),
    })
}

/// The smallest change that flips a client's class; none where there is none.
pub(crate) fn counterfactual<'py>(
    py: Python<'py>,
    answered: &Answered,
    scorer: &Scorer,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Sought::Found(found) = &answered.counterfactual else {
        return Ok(None);
    };
    let told = PyDict::new(py);
    let changes = found.changes.iter().map(|change| {
        let told = PyDict::new(py);
        told.set_item("input", &*change.input)?;
        told.set_item("value", value(py, change.value.as_ref())?)?;
        told.set_item("proposed", value(py, change.proposed.as_ref())?)?;
        told.set_item("text", change.message(Language::English))?;
        told.set_item("texto", change.message(Language::Spanish))?;
        Ok(told)
    });
    told.set_item("changes", changes.collect::<PyResult<Vec<_>>>()?)?;
    told.set_item("label", &*scorer.label(&found.outcome))?;
    let probability = match &found.outcome {
        Outcome::Payer { probability, .. } => *probability,
        Outcome::Class {
            class,
            probabilities,
        } => probabilities.get(*class).copied(),
        Outcome::Value(_) => None,
    };
    told.set_item("probability", probability)?;
    Ok(Some(told))
}

/// All that is wrong with a client that has no answer.
pub(crate) fn field_errors<'py>(
    py: Python<'py>,
    errors: &[FieldError],
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    errors.iter().map(|error| field_error(py, error)).collect()
}
