//! How far answers may lie from the original's by rounding alone.
//!
//! Where the same operations are done in the same order, nothing is rounded otherwise. BLAS sums in an order of
//! its own, and every mathematical library has its own last digit of `exp`: what goes through those may
//! differ by as much as the arithmetic between a row and its answer can lose.

use crate::calibration::{Calibration, Curve, Method};
use crate::estimator::Estimator;
use crate::forest::Precision;
use crate::head::{ClassHead, ClassLink, Head, ValueLink};
use crate::pipeline::{Pipeline, Scoring};
use crate::transform::Transform;
use crate::writer::Library;

/// The arithmetic between a row and its answer, by how much its rounding may differ: the widest of a model's
/// parts is the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rounding {
    /// The original's operations in the original's order: trees and their sums.
    Exact,
    /// Sums and functions in float64: linear models, networks, naive Bayes, probabilities by `exp`.
    Double,
    /// `exp` in float32 of what is itself exact: XGBoost.
    SingleExponential,
    /// Sums in float32: Keras, ONNX, and what is made of XGBoost's probabilities.
    Single,
}

impl Rounding {
    /// The largest `|answer - expected| / max(1, |expected|)` that is rounding.
    #[must_use]
    pub fn tolerance(self) -> f64 {
        match self {
            // Half of the fifteenth digit, which is as many as spreadsheets keep of a number.
            Self::Exact => 5e-15,
            Self::Double => 1e-12,
            // Two units in the last place of 1.
            Self::SingleExponential => 2.5e-7,
            Self::Single => 1e-6,
        }
    }

    /// What it is the rounding of.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "the expected number's own digits",
            Self::Double => "float64 arithmetic",
            Self::SingleExponential | Self::Single => "float32 arithmetic",
        }
    }

    fn of(precision: Precision) -> Self {
        match precision {
            Precision::Double => Self::Double,
            Precision::Single => Self::Single,
        }
    }
}

impl Estimator {
    /// The widest arithmetic of its parts.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        // Their networks and sums are float32, and computed here in float64.
        let is_single = |library| matches!(library, Library::Keras | Library::Onnx);
        let mut parts = self.signature.parts.iter();
        if parts.any(|part| is_single(part.library)) {
            return Rounding::Single;
        }
        self.pipeline.rounding()
    }
}

impl Pipeline {
    /// The widest arithmetic of its parts.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        widest(&self.transforms)
            .max(self.scoring.rounding())
            .max(self.head.rounding())
    }
}

fn widest(transforms: &[Transform]) -> Rounding {
    let each = transforms.iter().map(Transform::rounding);
    each.max().unwrap_or(Rounding::Exact)
}

impl Transform {
    fn rounding(&self) -> Rounding {
        match self {
            Self::Check(_)
            | Self::MissingSentinel(_)
            | Self::ZeroIsMissing
            | Self::Recode(_)
            | Self::Select(_)
            | Self::Impute(_)
            | Self::Scale(_)
            | Self::OneHot(_)
            | Self::Ordinal(_)
            | Self::Discretize(_) => Rounding::Exact,
            Self::Polynomial(_) | Self::Power(_) | Self::Function(_) => Rounding::Double,
            Self::Project(projection) => Rounding::of(projection.fitted),
            Self::Single(_) => Rounding::Single,
            Self::Blocks(blocks) => {
                let each = blocks.blocks.iter().map(|block| widest(&block.transforms));
                each.max().unwrap_or(Rounding::Exact)
            }
            Self::Stack(stack) => {
                let each = stack.levels.iter().map(|level| level.pipeline.rounding());
                after(each)
            }
        }
    }
}

impl Scoring {
    fn rounding(&self) -> Rounding {
        match self {
            Self::Forest(_) | Self::Constant(_) => Rounding::Exact,
            Self::Linear(linear) => Rounding::of(linear.precision()),
            Self::NaiveBayes(model) => Rounding::of(model.precision()),
            Self::Network(network) => Rounding::of(network.precision()),
            Self::Committee(committee) => after(
                committee
                    .members()
                    .iter()
                    .map(|member| member.pipeline.rounding()),
            ),
            Self::Calibration(calibration) => after(members(calibration)),
        }
    }
}

/// The rounding of what is computed in float64 from the answers of others.
fn after(members: impl Iterator<Item = Rounding>) -> Rounding {
    match members.max().unwrap_or(Rounding::Exact) {
        Rounding::Exact | Rounding::Double => Rounding::Double,
        // What differs in the last place of float32 may be stretched.
        Rounding::SingleExponential | Rounding::Single => Rounding::Single,
    }
}

/// The roundings of each member's probabilities, and of the sigmoid's.
fn members(calibration: &Calibration) -> impl Iterator<Item = Rounding> {
    calibration.members().iter().flat_map(|member| {
        let in_single = |curve: &Curve| {
            matches!(
                curve,
                Curve::Sigmoid {
                    precision: Precision::Single,
                    ..
                }
            )
        };
        let method = match &member.method {
            Method::Curves(curves) if curves.iter().any(|(_, curve)| in_single(curve)) => {
                Rounding::Single
            }
            Method::Curves(_) | Method::Temperature { .. } => Rounding::Double,
        };
        [member.pipeline.rounding(), method]
    })
}

impl Head {
    fn rounding(self) -> Rounding {
        match self {
            Self::Probabilities | Self::ProbabilityOfSecond | Self::Votes => Rounding::Exact,
            Self::Value(link) => link.rounding(),
            Self::Classes(ClassHead {
                link: ClassLink::None,
                ..
            }) => Rounding::Exact,
            Self::Classes(ClassHead {
                link: ClassLink::Value(link),
                ..
            }) => link.rounding(),
            Self::Classes(head) => match head.precision {
                Precision::Double => Rounding::Double,
                Precision::Single => Rounding::SingleExponential,
            },
        }
    }
}

impl ValueLink {
    fn rounding(self) -> Rounding {
        match self {
            Self::Identity | Self::Step | Self::SignedSquare => Rounding::Exact,
            Self::Exp | Self::Logistic | Self::Sigmoid { .. } | Self::Softplus => Rounding::Double,
            Self::ExpSingle | Self::LogisticSingle => Rounding::SingleExponential,
        }
    }
}
