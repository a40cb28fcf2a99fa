//! Arithmetic on a row in 32-bit floats, value by value: ONNX computes in no other precision.

/// A step from a row to a row. Each value is rounded to f32 first, and so is each result.
#[derive(Debug, Clone, PartialEq)]
pub enum SingleStep {
    /// Nothing but the rounding.
    Round,
    /// `(x - offset) * scale`.
    Scale {
        /// What is taken off each value.
        offset: Vec<f32>,
        /// What the rest is multiplied by.
        scale: Vec<f32>,
    },
    /// `x + addend`.
    Add(Vec<f32>),
    /// `x * factor`.
    Multiply(Vec<f32>),
    /// `x / divisor`.
    Divide(Vec<f32>),
    /// Another value in place of a missing one (NaN).
    Impute(Vec<f32>),
}

impl SingleStep {
    /// The transformed row. There is a number in the step for each of the row's values.
    #[must_use]
    pub fn apply(&self, row: &[f64]) -> Vec<f64> {
        let each = |numbers: &[f32], step: fn(f32, f32) -> f32| {
            let pairs = row.iter().zip(numbers);
            pairs
                .map(|(x, number)| f64::from(step(*x as f32, *number)))
                .collect()
        };
        match self {
            Self::Round => row.iter().map(|x| f64::from(*x as f32)).collect(),
            Self::Scale { offset, scale } => {
                let pairs = row.iter().zip(offset.iter().zip(scale));
                pairs
                    .map(|(x, (offset, scale))| f64::from((*x as f32 - offset) * scale))
                    .collect()
            }
            Self::Add(addends) => each(addends, |x, addend| x + addend),
            Self::Multiply(factors) => each(factors, |x, factor| x * factor),
            Self::Divide(divisors) => each(divisors, |x, divisor| x / divisor),
            Self::Impute(values) => each(values, |x, value| if x.is_nan() { value } else { x }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_those_of_f32() {
        let tenth = f64::from(0.1_f32);
        assert_eq!(SingleStep::Round.apply(&[0.1]), [tenth]);
        let scale = SingleStep::Scale {
            offset: vec![0.1],
            scale: vec![3.0],
        };
        assert_eq!(scale.apply(&[0.3]), [f64::from((0.3_f32 - 0.1) * 3.0)]);
        let impute = SingleStep::Impute(vec![2.0, 2.0]);
        assert_eq!(impute.apply(&[f64::NAN, 1.0]), [2.0, 1.0]);
        assert_eq!(SingleStep::Divide(vec![4.0]).apply(&[2.0]), [0.5]);
    }
}
