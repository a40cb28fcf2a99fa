//! One column: what its keys are, and how they are found.

use std::hint::select_unpredictable;

use propenso_model::Side;
use propenso_model::tree::MISSING_ZERO;

use super::LANES;
use crate::forest::key::Key;

/// The most thresholds that are compared with one after the other, which vectorises.
const FEW: usize = 8;

/// Values that are searched for side by side.
const SEARCHES: usize = 8;

#[derive(Debug)]
pub(super) struct RankedColumn {
    pub(super) feature: u32,
    pub(super) missing: Side,
    pub(super) zero_is_missing: bool,
    /// Distinct, sorted, never NaN. At least one, unless they are forgotten.
    pub(super) thresholds: Vec<f64>,
}

impl RankedColumn {
    #[inline(always)]
    pub(super) fn write_keys<K: Key>(&self, values: &[f64], keys: &mut [K], takes_missing: bool) {
        if self.thresholds.len() <= FEW {
            self.compare(values, keys);
        } else {
            let (values, rest) = values.as_chunks::<SEARCHES>();
            let (keys, rest_keys) = keys.as_chunks_mut::<SEARCHES>();
            for (values, keys) in values.iter().zip(keys) {
                *keys = self.search(*values);
            }
            for (value, key) in rest.iter().zip(rest_keys) {
                [*key] = self.search([*value]);
            }
        }
        if takes_missing || self.zero_is_missing {
            self.place_missing(values, keys, K::of(K::LARGEST));
        }
    }

    /// Counts the thresholds below each value by comparing with each.
    #[inline(always)]
    fn compare<K: Key>(&self, values: &[f64], keys: &mut [K]) {
        let mut counts = [0_u32; LANES];
        for threshold in &self.thresholds {
            for (count, value) in counts.iter_mut().zip(values) {
                *count += u32::from(threshold < value);
            }
        }
        for (key, count) in keys.iter_mut().zip(counts) {
            *key = K::of(count);
        }
    }

    /// Counts the thresholds below each value by halving, several values in step, so that their loads
    /// overlap and nothing branches.
    #[inline(always)]
    fn search<K: Key, const N: usize>(&self, values: [f64; N]) -> [K; N] {
        let thresholds = &self.thresholds[..];
        let mut counts = [0_usize; N];
        let mut length = thresholds.len();
        while length > 1 {
            let half = length / 2;
            for (count, value) in counts.iter_mut().zip(&values) {
                let probe = *count + half - 1;
                debug_assert!(probe < thresholds.len());
                // SAFETY: `count + length <= thresholds.len()` holds before every round: at first
                // `count` is 0, and a round adds at most `half` to it and takes `half` from
                // `length`. `half` is at least 1 and at most `length`.
                let threshold = unsafe { thresholds.get_unchecked(probe) };
                // A branch would be guessed wrong half of the time.
                *count = select_unpredictable(threshold < value, *count + half, *count);
            }
            length -= half;
        }
        std::array::from_fn(|lane| {
            let count = counts[lane];
            // There are at most `K::LARGEST` thresholds.
            K::of(count as u32 + u32::from(thresholds[count] < values[lane]))
        })
    }

    /// Writes keys that are the values themselves, in an order that integers have.
    #[inline(always)]
    pub(super) fn write_floats(&self, values: &[f64], keys: &mut [u32], takes_missing: bool) {
        for (key, value) in keys.iter_mut().zip(values) {
            // Exact: they are cast to this precision.
            *key = float_key(*value as f32);
        }
        if takes_missing || self.zero_is_missing {
            self.place_missing(values, keys, u32::MAX);
        }
    }

    /// Puts missing values where they go; `largest` is above every key.
    #[inline(always)]
    fn place_missing<K: Key>(&self, values: &[f64], keys: &mut [K], largest: K) {
        let missing = match self.missing {
            Side::Left => K::of(0),
            Side::Right => largest,
        };
        let zero = if self.zero_is_missing {
            MISSING_ZERO
        } else {
            -1.0
        };
        for (key, value) in keys.iter_mut().zip(values) {
            // Not above it: NaN is not either.
            let is_present = value.abs() > zero;
            *key = if is_present { *key } else { missing };
        }
    }
}

/// An integer for each number that is not NaN, in their order; -0.0 is 0.0. None is the largest.
#[inline(always)]
pub(super) fn float_key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    // All bits of a negative number turn, else the sign alone.
    let turned = (bits.cast_signed() >> 31).cast_unsigned() | 1 << 31;
    bits ^ turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_their_order() {
        let numbers = [
            f32::NEG_INFINITY,
            f32::MIN,
            -1.0,
            -f32::MIN_POSITIVE,
            -f32::from_bits(1),
            0.0,
            f32::from_bits(1),
            1.0,
            1.0_f32.next_up(),
            f32::MAX,
            f32::INFINITY,
        ];
        let keys = numbers.map(float_key);
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert!(keys[0] > 0 && keys[10] < u32::MAX);
        assert_eq!(float_key(-0.0), float_key(0.0));
    }
}
