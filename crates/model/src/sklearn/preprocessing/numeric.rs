//! `KBinsDiscretizer`, `PolynomialFeatures`, `PCA` and `TruncatedSVD`: columns of numbers into other
//! columns of numbers.

use propenso_pickle::View;

use super::{check_width, new_columns, reads_numbers};
use crate::error::Error;
use crate::input::OnMissing;
use crate::linear::Linear;
use crate::sklearn::header;
use crate::sklearn::importer::{Frame, Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::discretizer::{Bins, Discretizer};
use crate::transform::polynomial::Polynomial;
use crate::transform::projection::Projection;
use crate::version::Version;

pub(super) fn import_discretizer(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let edges = object.attribute("bin_edges_")?.array()?.objects()?;
    let columns: Vec<Bins> = edges
        .into_iter()
        .map(|edges| {
            Bins::new(&edges.array()?.f64s()?)
                .ok_or_else(|| inconsistent(object, "the edges of the bins do not rise"))
        })
        .collect::<Result<_, _>>()?;
    let n_bins = object.attribute("n_bins_")?.array()?.i64s()?;
    let agree = n_bins.len() == n_columns
        && columns.len() == n_columns
        && columns
            .iter()
            .zip(&n_bins)
            .all(|(bins, n_bins)| bins.n_bins() as i64 == *n_bins);
    if !agree {
        return Err(inconsistent(object, "edges and numbers of bins differ"));
    }
    let one_hot = match object.attribute("encode")?.text()? {
        "ordinal" => false,
        "onehot" | "onehot-dense" => true,
        other => return Err(unsupported(object, format!("encode `{other}`"))),
    };
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    let n_values = if one_hot {
        columns.iter().map(Bins::n_bins).sum()
    } else {
        n_columns
    };
    let discretizer = Discretizer {
        columns,
        nudges: header::version(object)? < Version::new(1, 1),
        one_hot,
    };
    Ok((Transform::Discretize(discretizer), new_columns(n_values)))
}

pub(super) fn import_polynomial(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let degree = object.attribute("degree")?;
    let degrees = match degree.items() {
        Ok(degrees) => match degrees.collect::<Vec<_>>()[..] {
            [least, most] => (least.count()?, most.count()?),
            _ => return Err(inconsistent(object, "`degree` is one number or two")),
        },
        Err(_) => (0, degree.count()?),
    };
    let polynomial = Polynomial::new(
        n_columns,
        degrees,
        header::flag(object, "interaction_only", false)?,
        header::flag(object, "include_bias", true)?,
    )
    .ok_or_else(|| unsupported(object, "a polynomial of this many terms"))?;
    if object.attribute("n_output_features_")?.count()? != polynomial.n_terms() {
        return Err(inconsistent(object, "the terms are not as many as it says"));
    }
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    let n_terms = polynomial.n_terms();
    Ok((Transform::Polynomial(polynomial), new_columns(n_terms)))
}

pub(super) fn import_projection(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let is_pca = object.class().is_some_and(|class| class.name == "PCA");
    let components = object.attribute("components_")?.array()?;
    let &[n_components, width] = components.shape() else {
        return Err(inconsistent(object, "`components_` is not a matrix"));
    };
    if width != n_columns {
        return Err(inconsistent(object, "components and columns differ"));
    }
    let components = Linear::new(components.f64s()?, vec![0.0; n_components], n_columns)
        .ok_or_else(|| inconsistent(object, "a component is not finite"))?;
    let mean = if is_pca {
        header::optional_per_column(object, "mean_", n_columns)?
    } else {
        None
    };
    let scale = if is_pca && header::flag(object, "whiten", false)? {
        let variances = header::per_column(object, "explained_variance_", n_components)?;
        // From 1.5 on variances below the rounding error do not blow up what they divide.
        let least = if header::version(object)? < Version::new(1, 5) {
            0.0
        } else {
            f64::EPSILON
        };
        let scale = variances.iter().map(|v| v.sqrt().max(least));
        Some(scale.collect())
    } else {
        None
    };
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    let projection = Projection {
        mean,
        components,
        scale,
    };
    Ok((Transform::Project(projection), new_columns(n_components)))
}
