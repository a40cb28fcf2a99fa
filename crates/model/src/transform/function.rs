//! Functions of one number: `FunctionTransformer` over numpy's universal functions, `Binarizer`.

use crate::row_error::{Accepts, RowError};

/// A function of each value by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Function {
    /// The function.
    pub kind: FunctionKind,
    /// What rows are taken.
    pub accepts: Accepts,
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "each is the numpy function of that name")]
pub enum FunctionKind {
    Abs,
    Cbrt,
    Ceil,
    Cos,
    Exp,
    Exp2,
    Expm1,
    Floor,
    Log,
    Log10,
    Log1p,
    Log2,
    Negative,
    Reciprocal,
    Rint,
    Sign,
    Sin,
    Sqrt,
    Square,
    Tan,
    Tanh,
    /// 1 above the threshold, else 0.
    Binarize {
        /// The threshold.
        threshold: f64,
    },
}

impl FunctionKind {
    /// The numpy function of a name.
    #[must_use]
    pub fn numpy(name: &str) -> Option<Self> {
        Some(match name {
            "abs" | "absolute" | "fabs" => Self::Abs,
            "cbrt" => Self::Cbrt,
            "ceil" => Self::Ceil,
            "cos" => Self::Cos,
            "exp" => Self::Exp,
            "exp2" => Self::Exp2,
            "expm1" => Self::Expm1,
            "floor" => Self::Floor,
            "log" => Self::Log,
            "log10" => Self::Log10,
            "log1p" => Self::Log1p,
            "log2" => Self::Log2,
            "negative" => Self::Negative,
            "reciprocal" => Self::Reciprocal,
            "rint" => Self::Rint,
            "sign" => Self::Sign,
            "sin" => Self::Sin,
            "sqrt" => Self::Sqrt,
            "square" => Self::Square,
            "tan" => Self::Tan,
            "tanh" => Self::Tanh,
            _ => return None,
        })
    }

    /// The function's value. Outside its domain NaN or an infinity, as numpy gives.
    #[must_use]
    pub fn of(self, x: f64) -> f64 {
        match self {
            Self::Abs => x.abs(),
            Self::Cbrt => x.cbrt(),
            Self::Ceil => x.ceil(),
            Self::Cos => x.cos(),
            Self::Exp => x.exp(),
            Self::Exp2 => x.exp2(),
            Self::Expm1 => x.exp_m1(),
            Self::Floor => x.floor(),
            Self::Log => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log1p => x.ln_1p(),
            Self::Log2 => x.log2(),
            Self::Negative => -x,
            Self::Reciprocal => 1.0 / x,
            Self::Rint => x.round_ties_even(),
            Self::Sign if x == 0.0 || x.is_nan() => x,
            Self::Sign => x.signum(),
            Self::Sin => x.sin(),
            Self::Sqrt => x.sqrt(),
            Self::Square => x * x,
            Self::Tan => x.tan(),
            Self::Tanh => x.tanh(),
            Self::Binarize { threshold } => f64::from(u8::from(x > threshold)),
        }
    }
}

impl Function {
    pub(super) fn apply(self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        self.accepts.check(row)?;
        Ok(row.iter().map(|x| self.kind.of(*x)).collect())
    }
}
