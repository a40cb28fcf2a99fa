//! The arithmetic from an input's value to one feature.

/// One step of a feature. Each but the logarithm is one or two IEEE operations in the order written, never fused or
/// reordered, so a feature has the bits numpy and pandas gave it in training. The logarithm is the C library's, as numpy's
/// is on most machines; on those with AVX-512 numpy has one of its own, whose last bits may differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Clip {
        low: f64,
        high: f64,
    },
    Subtract(f64),
    Divide(f64),
    FloorDivide(f64),
    /// The natural logarithm of 1 more.
    Log1p,
}

impl Step {
    /// The value after this step. NaN stays NaN, as in numpy.
    pub(crate) fn apply(self, value: f64) -> f64 {
        match self {
            // Not `f64::clamp`: that one panics on bounds it dislikes, and these come from a file.
            Self::Clip { low, .. } if value < low => low,
            Self::Clip { high, .. } if value > high => high,
            Self::Clip { .. } => value,
            Self::Subtract(amount) => value - amount,
            Self::Divide(divisor) => value / divisor,
            Self::Log1p => value.ln_1p(),
            Self::FloorDivide(divisor) => floor_divide(value, divisor),
        }
    }
}

/// `value // divisor` as Python and numpy define it on floats: from the exact remainder, because
/// `(value / divisor).floor()` is one too many where the quotient rounds up to a whole number.
pub(crate) fn floor_divide(value: f64, divisor: f64) -> f64 {
    let remainder = value % divisor;
    let mut quotient = (value - remainder) / divisor;
    if remainder != 0.0 && (divisor < 0.0) != (remainder < 0.0) {
        quotient -= 1.0;
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, floor_divide};

    #[test]
    fn floor_division_is_pythons() {
        // Each right-hand side is what CPython 3.11 prints.
        for (value, divisor, expected) in [
            (8029.0, 1000.0, 8.0),
            (52999.0, 1000.0, 52.0),
            (999.0, 1000.0, 0.0),
            (-1.0, 1000.0, -1.0),
            (1.0, -1000.0, -1.0),
            (-8029.5, 1000.0, -9.0),
            (1.0, 0.1, 9.0),
            (0.0, 3.0, 0.0),
        ] {
            assert_eq!(
                floor_divide(value, divisor),
                expected,
                "{value} // {divisor}"
            );
        }
    }

    #[test]
    fn clip_keeps_bounds_and_nan() {
        let clip = Step::Clip {
            low: 0.0,
            high: 2.5,
        };
        assert_eq!(clip.apply(-1.0), 0.0);
        assert_eq!(clip.apply(2.5), 2.5);
        assert_eq!(clip.apply(f64::INFINITY), 2.5);
        assert!(clip.apply(f64::NAN).is_nan());
    }
}
