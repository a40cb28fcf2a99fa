//! `KBinsDiscretizer`, `PolynomialFeatures`, `PCA` and `TruncatedSVD`: columns of numbers into other
//! columns of numbers.

use propenso_pickle::View;

use super::{check_width, reads_numbers};
use crate::error::Error;
use crate::forest::Precision;
use crate::input::OnMissing;
use crate::linear::Linear;
use crate::sklearn::frame::{Dtype, Frame, Matrix, Storage};
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, inconsistent, unsupported};
use crate::transform::Transform;
use crate::transform::discretizer::{Bins, Discretizer};
use crate::transform::polynomial::Polynomial;
use crate::transform::projection::{Centre, Projection};
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
    let encode = object.attribute("encode")?.text()?;
    let one_hot = match encode {
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
    // Without a dtype of its own it computes in that of the row.
    let dtype = match object.optional_attribute("dtype")? {
        Some(dtype) if !dtype.is_none() => Dtype::of_parameter(object, Some(dtype))?,
        _ => frame.matrix.dtype.in_floats(),
    };
    let matrix = Matrix {
        dtype,
        storage: match encode {
            "onehot" => Storage::Sparse,
            _ => Storage::Dense,
        },
    };
    let discretizer = Discretizer {
        columns,
        nudges: header::version(object)? < Version::new(1, 1),
        one_hot,
        precision: dtype.precision(),
    };
    let made = Frame::of_new_columns(n_values, matrix);
    Ok((Transform::Discretize(discretizer), made))
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
    if frame.matrix.dtype == Dtype::Single {
        return Err(unsupported(object, "a polynomial of float32 values"));
    }
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    let made = Frame::of_new_columns(polynomial.n_terms(), frame.matrix);
    Ok((Transform::Polynomial(polynomial), made))
}

pub(super) fn import_projection(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let n_columns = check_width(object, frame)?;
    let components = object.attribute("components_")?.array()?;
    let &[n_components, width] = components.shape() else {
        return Err(inconsistent(object, "`components_` is not a matrix"));
    };
    if width != n_columns {
        return Err(inconsistent(object, "components and columns differ"));
    }
    let fitted = Dtype::of_array(&components);
    let dtype = frame.matrix.dtype.computed_with(&components);
    let linear = Linear::new(components.f64s()?, vec![0.0; n_components], n_columns)
        .ok_or_else(|| inconsistent(object, "a component is not finite"))?;
    let centre = centre(object, &linear, fitted.precision())?;
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    let projection = Projection {
        components: linear.rounded(dtype.precision()),
        centre,
        scale: whitening(object, n_components)?,
        precision: dtype.precision(),
        fitted: fitted.precision(),
    };
    let matrix = Matrix {
        dtype,
        ..Matrix::DENSE
    };
    let made = Frame::of_new_columns(n_components, matrix);
    Ok((Transform::Project(projection), made))
}

/// How a projection centres its rows. From 1.5 on PCA subtracts the projected mean, which it computes in what it was
/// fitted in; before, it subtracted the mean from the row.
fn centre(object: View<'_>, components: &Linear, fitted: Precision) -> Result<Centre, Error> {
    if !is_pca(object) {
        return Ok(Centre::None);
    }
    let Some(mean) = header::optional_per_column(object, "mean_", components.n_features())? else {
        return Ok(Centre::None);
    };
    if header::version(object)? < Version::new(1, 5) {
        return Ok(Centre::Before(mean));
    }
    Ok(Centre::After(
        components.clone().rounded(fitted).scores(&mean),
    ))
}

fn is_pca(object: View<'_>) -> bool {
    object.class().is_some_and(|class| class.name == "PCA")
}

/// What whitened values are divided by.
fn whitening(object: View<'_>, n_components: usize) -> Result<Option<Vec<f64>>, Error> {
    if !is_pca(object) || !header::flag(object, "whiten", false)? {
        return Ok(None);
    }
    let variances = header::per_column(object, "explained_variance_", n_components)?;
    let precision = Dtype::of_array(&object.attribute("explained_variance_")?.array()?).precision();
    // From 1.5 on variances below the rounding error do not blow up what they divide.
    let least = match precision {
        _ if header::version(object)? < Version::new(1, 5) => 0.0,
        Precision::Single => f64::from(f32::EPSILON),
        Precision::Double => f64::EPSILON,
    };
    let scale = variances
        .iter()
        .map(|v| precision.round(v.sqrt()).max(least));
    Ok(Some(scale.collect()))
}
