//! Feature selection (`sklearn/feature_selection`): which columns are kept, from what was fitted.

use std::cmp::Ordering;

use propenso_pickle::View;

use super::{check_width, reads_numbers};
use crate::error::Error;
use crate::input::OnMissing;
use crate::row_error::Accepts;
use crate::sklearn::frame::Frame;
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, inconsistent, unsupported};
use crate::transform::Transform;

pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, Frame), Error> {
    header::version(object)?;
    let n_columns = check_width(object, frame)?;
    let name = object.class().map_or("", |class| class.name);
    let kept = match name {
        "SelectKBest" => k_best(object, n_columns)?,
        "SelectPercentile" => percentile(object, n_columns)?,
        "SelectFpr" => {
            let alpha = object.attribute("alpha")?.float()?;
            below(&header::per_column(object, "pvalues_", n_columns)?, alpha)
        }
        "SelectFwe" => {
            let alpha = object.attribute("alpha")?.float()?;
            let alpha = alpha / n_columns as f64;
            below(&header::per_column(object, "pvalues_", n_columns)?, alpha)
        }
        "VarianceThreshold" => {
            let threshold = object.attribute("threshold")?.float()?;
            let variances = header::per_column(object, "variances_", n_columns)?;
            variances.iter().map(|v| *v > threshold).collect()
        }
        "RFE" | "RFECV" | "SequentialFeatureSelector" => support(object, n_columns)?,
        _ => return Err(crate::sklearn::unsupported(object)),
    };
    let columns: Vec<usize> = (0..n_columns).filter(|column| kept[*column]).collect();
    if columns.is_empty() {
        return Err(inconsistent(object, "it keeps no column"));
    }
    let made = frame.pick(&columns);
    let select = Transform::Select(columns);
    // The one that looks at variances alone lets anything pass; the others look at every column, dropped ones too.
    if name == "VarianceThreshold" {
        reads_numbers(frame, importer, None);
        return Ok((vec![select], made));
    }
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    Ok((vec![Transform::Check(Accepts::FINITE), select], made))
}

/// `_clean_nans`: a score that is no number is the worst.
fn scores(object: View<'_>, n_columns: usize) -> Result<Vec<f64>, Error> {
    let scores = header::per_column(object, "scores_", n_columns)?;
    Ok(scores
        .into_iter()
        .map(|score| if score.is_nan() { f64::MIN } else { score })
        .collect())
}

/// The order of numbers, to which both zeros are equal.
fn by_value(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}

/// Keeps the best columns. Equal scores keep the later ones, which a stable sort leaves last.
fn k_best(object: View<'_>, n_columns: usize) -> Result<Vec<bool>, Error> {
    let k = object.attribute("k")?;
    if matches!(k.text(), Ok("all")) {
        return Ok(vec![true; n_columns]);
    }
    let k = k.count()?;
    let scores = scores(object, n_columns)?;
    let mut order: Vec<usize> = (0..n_columns).collect();
    order.sort_by(|a, b| by_value(&scores[*a], &scores[*b]));
    let mut kept = vec![false; n_columns];
    for column in order.iter().rev().take(k) {
        kept[*column] = true;
    }
    Ok(kept)
}

/// Scores above the percentile, then the first ones equal to it while there is room.
fn percentile(object: View<'_>, n_columns: usize) -> Result<Vec<bool>, Error> {
    let percentile = object.attribute("percentile")?.float()?;
    if percentile == 100.0 {
        return Ok(vec![true; n_columns]);
    }
    if !(0.0..100.0).contains(&percentile) || n_columns == 0 {
        return Err(unsupported(object, "this percentile"));
    }
    if percentile == 0.0 {
        return Ok(vec![false; n_columns]);
    }
    let scores = scores(object, n_columns)?;
    let mut sorted = scores.clone();
    sorted.sort_by(by_value);
    let threshold = linear_percentile(&sorted, 100.0 - percentile);
    let mut kept: Vec<bool> = scores.iter().map(|score| *score > threshold).collect();
    let room = (n_columns as f64 * percentile / 100.0) as usize;
    let mut n_kept = kept.iter().filter(|kept| **kept).count();
    for (kept, score) in kept.iter_mut().zip(&scores) {
        if *score == threshold && n_kept < room {
            *kept = true;
            n_kept += 1;
        }
    }
    Ok(kept)
}

/// `numpy.percentile`, whose rounding depends on which side of the middle it interpolates from.
fn linear_percentile(sorted: &[f64], percentile: f64) -> f64 {
    let position = percentile / 100.0 * (sorted.len() - 1) as f64;
    let below = position.floor();
    let (left, right) = (
        sorted[below as usize],
        sorted[(below as usize + 1).min(sorted.len() - 1)],
    );
    let t = position - below;
    if t >= 0.5 {
        right - (right - left) * (1.0 - t)
    } else {
        left + (right - left) * t
    }
}

fn below(values: &[f64], limit: f64) -> Vec<bool> {
    values.iter().map(|value| *value < limit).collect()
}

fn support(object: View<'_>, n_columns: usize) -> Result<Vec<bool>, Error> {
    let support = object.attribute("support_")?.array()?.i64s()?;
    if support.len() != n_columns {
        return Err(inconsistent(object, "a flag per column is expected"));
    }
    Ok(support.into_iter().map(|kept| kept != 0).collect())
}
