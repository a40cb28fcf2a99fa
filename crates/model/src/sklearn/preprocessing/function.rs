//! `FunctionTransformer` over numpy's universal functions, and `Binarizer`.

use propenso_pickle::View;

use super::{check_width, reads_numbers};
use crate::error::Error;
use crate::input::OnMissing;
use crate::row_error::{Accepts, Magnitude};
use crate::sklearn::frame::{Dtype, Frame, Storage};
use crate::sklearn::header;
use crate::sklearn::importer::{Importer, unsupported};
use crate::transform::Transform;
use crate::transform::function::{Function, FunctionKind};

/// Imports a `FunctionTransformer` (`sklearn/preprocessing/_function_transformer.py`).
pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Vec<Transform>, Frame), Error> {
    header::version(object)?;
    let validates = header::flag(object, "validate", false)?;
    let function = object.attribute("func")?;
    if function.is_none() || is_check_array(function)? {
        if !validates {
            return Ok((Vec::new(), frame.clone()));
        }
        reads_numbers(frame, importer, Some(OnMissing::Refused));
        return Ok((vec![Transform::Check(Accepts::FINITE)], frame.clone()));
    }
    if let Some(arguments) = object.optional_attribute("kw_args")?
        && !arguments.is_none()
        && arguments.entries()?.len() > 0
    {
        return Err(unsupported(object, "a function with arguments"));
    }
    let kind = numpy_function(function)?.ok_or_else(|| {
        let what = match function.global() {
            Some(global) if global.module.starts_with("numpy") => {
                format!("numpy's function {},", global.name)
            }
            _ => format!("a function that is not numpy's: {}", function.describe()),
        };
        unsupported(object, what)
    })?;
    let accepts = if validates {
        Accepts::FINITE
    } else {
        Accepts::ANYTHING
    };
    if frame.matrix.dtype == Dtype::Single {
        return Err(unsupported(object, "a function of float32 values"));
    }
    reads_numbers(frame, importer, validates.then_some(OnMissing::Refused));
    let function = Function { kind, accepts };
    let mut made = frame.clone();
    // A function of the stored values may store zeros.
    if made.matrix.is_sparse() {
        made.matrix.storage = Storage::SparseWithZeros;
    }
    Ok((vec![Transform::Function(function)], made))
}

/// `HistGradientBoosting*` passes its columns of numbers through a check that changes nothing.
fn is_check_array(function: View<'_>) -> Result<bool, Error> {
    let is_partial = function
        .class()
        .is_some_and(|class| (class.module, class.name) == ("functools", "partial"));
    if !is_partial {
        return Ok(false);
    }
    let inner = function.arguments()?.next().and_then(View::global);
    Ok(inner.is_some_and(|inner| {
        (inner.module, inner.name) == ("sklearn.utils.validation", "check_array")
    }))
}

/// A numpy function by its name: as numpy 1.20 and later name it, or as 1.19 rebuilds it,
/// `_ufunc_reconstruct('numpy', 'log1p')`.
fn numpy_function(function: View<'_>) -> Result<Option<FunctionKind>, Error> {
    if let Some(global) = function.global() {
        let is_numpy = matches!(
            global.module,
            "numpy" | "numpy.core._multiarray_umath" | "numpy._core._multiarray_umath"
        );
        return Ok(is_numpy.then(|| FunctionKind::numpy(global.name)).flatten());
    }
    let is_reconstructed = function.class().is_some_and(|class| {
        class.name == "_ufunc_reconstruct" && class.module.starts_with("numpy.")
    });
    if !is_reconstructed {
        return Ok(None);
    }
    let arguments: Vec<_> = function.arguments()?.collect();
    match arguments[..] {
        [_, name] => Ok(FunctionKind::numpy(name.text()?)),
        _ => Ok(None),
    }
}

/// Imports a `Binarizer` (`sklearn/preprocessing/_data.py`).
pub(super) fn import_binarizer(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    check_width(object, frame)?;
    let function = Function {
        kind: FunctionKind::Binarize {
            threshold: object.attribute("threshold")?.float()?,
        },
        accepts: Accepts {
            missing: false,
            magnitude: Magnitude::Finite,
        },
    };
    reads_numbers(frame, importer, Some(OnMissing::Refused));
    Ok((Transform::Function(function), frame.clone()))
}
