//! `numpy.sum` over a contiguous axis.

use crate::forest::Precision;

/// The sum of some numbers in numpy's order of additions, each rounded to a precision: in order below 8 items, else in
/// eight interleaved sums, blocks above 128 items halved (`pairwise_sum` of
/// `numpy/_core/src/umath/loops_utils.h.src`). Where the numbers are large, their order is all that tells two classes
/// apart.
pub(crate) fn numpy_sum(values: &[f64], precision: Precision) -> f64 {
    let add = |a: f64, b: f64| precision.round(a + b);
    match values.len() {
        0..8 => values.iter().fold(0.0, |sum, value| add(sum, *value)),
        8..=128 => {
            let (chunks, rest) = values.as_chunks::<8>();
            let mut sums = chunks[0];
            for chunk in &chunks[1..] {
                for (sum, value) in sums.iter_mut().zip(chunk) {
                    *sum = add(*sum, *value);
                }
            }
            let [a, b, c, d, e, f, g, h] = sums;
            let sum = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
            rest.iter().fold(sum, |sum, value| add(sum, *value))
        }
        n_values => {
            let half = n_values / 2;
            let (first, second) = values.split_at(half - half % 8);
            add(numpy_sum(first, precision), numpy_sum(second, precision))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_as_numpy_does() {
        // np.sum([0.1] * 7), np.sum([0.1] * 10), np.sum([0.1] * 300) of numpy 1.24.
        let sum = |n_values: usize| numpy_sum(&vec![0.1; n_values], Precision::Double);
        assert_eq!(sum(7), 0.7);
        assert_eq!(sum(10), 1.0);
        assert_eq!(sum(300), 29.999_999_999_999_996);
        // np.sum(np.float32([0.1] * 9))
        let single = vec![f64::from(0.1_f32); 9];
        assert_eq!(
            numpy_sum(&single, Precision::Single),
            0.900_000_035_762_786_9
        );
    }
}
