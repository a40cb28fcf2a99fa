//! Which categories go where.

use super::Side;

/// Which categories go where. A value's category is its integer part.
#[derive(Debug, Clone, PartialEq)]
pub struct CategorySet {
    left: Categories,
    right: Categories,
    otherwise: Side,
    missing: Side,
    reading: CategoryReading,
}

/// How a value becomes a category number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CategoryReading {
    /// Values below 0 are none.
    Whole,
    /// Values from -1 downwards are none: those between -1 and 0 are truncated to 0.
    Truncated,
    /// The lowest 8 bits of what x86-64 makes of a value as an integer of 32 bits, which is 0 beyond them.
    Byte,
    /// As `Byte`, but values below 0 are none.
    ByteFromZero,
}

impl CategoryReading {
    /// The category of a value that is not NaN, if it has one.
    fn category(self, value: f64) -> Option<u64> {
        match self {
            Self::Whole | Self::ByteFromZero if value < 0.0 => None,
            Self::Truncated if value <= -1.0 => None,
            Self::Whole | Self::Truncated => Some(value as u64),
            // The cast truncates; what it cuts off is below the lowest bit.
            Self::Byte | Self::ByteFromZero if value.abs() < 2_147_483_648.0 => {
                Some(u64::from(value as i32 as u8))
            }
            Self::Byte | Self::ByteFromZero => Some(0),
        }
    }
}

impl CategorySet {
    /// Categories that go left, categories that go right (left wins), where all others and negative
    /// values go, and where missing values (NaN) go. `None` when a category is above
    /// [`Self::MAX_CATEGORY`].
    #[must_use]
    pub fn new(left: &[u32], right: &[u32], otherwise: Side, missing: Side) -> Option<Self> {
        Some(Self {
            left: Categories::new(left)?,
            right: Categories::new(right)?,
            otherwise,
            missing,
            reading: CategoryReading::Whole,
        })
    }

    /// The same set where values between -1 and 0 are category 0, as LightGBM truncates them.
    #[must_use]
    pub fn truncating(self) -> Self {
        Self {
            reading: CategoryReading::Truncated,
            ..self
        }
    }

    /// The same set where values are cast to 8 bits, as `HistGradientBoosting*` did up to 1.3, from 1.2 on only those
    /// from 0 upwards.
    #[must_use]
    pub fn of_bytes(self, takes_negatives: bool) -> Self {
        Self {
            reading: if takes_negatives {
                CategoryReading::Byte
            } else {
                CategoryReading::ByteFromZero
            },
            ..self
        }
    }

    /// The largest category number, which bounds the memory a set can take.
    pub const MAX_CATEGORY: u32 = 1 << 20;

    /// Where a value goes.
    #[must_use]
    pub fn side(&self, value: f64) -> Side {
        if value.is_nan() {
            return self.missing;
        }
        let Some(category) = self.reading.category(value) else {
            return self.otherwise;
        };
        if self.left.hold(category) {
            Side::Left
        } else if self.right.hold(category) {
            Side::Right
        } else {
            self.otherwise
        }
    }
}

/// Some category numbers.
#[derive(Debug, Clone, PartialEq)]
enum Categories {
    /// A bit each.
    Bits(Vec<u64>),
    /// Sorted: where bits would take much more memory, so that no short list takes a lot.
    List(Vec<u32>),
}

impl Categories {
    fn new(categories: &[u32]) -> Option<Self> {
        let largest = categories.iter().max().copied();
        if largest > Some(CategorySet::MAX_CATEGORY) {
            return None;
        }
        let n_words = largest.map_or(0, |largest| largest as usize / 64 + 1);
        if n_words > 8 + categories.len() {
            let mut list = categories.to_vec();
            list.sort_unstable();
            return Some(Self::List(list));
        }
        let mut words = vec![0_u64; n_words];
        for category in categories {
            words[*category as usize / 64] |= 1 << (category % 64);
        }
        Some(Self::Bits(words))
    }

    fn hold(&self, category: u64) -> bool {
        match self {
            Self::Bits(words) => usize::try_from(category / 64)
                .ok()
                .and_then(|word| words.get(word))
                .is_some_and(|word| word >> (category % 64) & 1 == 1),
            Self::List(list) => {
                u32::try_from(category).is_ok_and(|category| list.binary_search(&category).is_ok())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_cast_to_bytes_wrap() {
        let side = |value: f64, takes_negatives: bool| {
            let set = CategorySet::new(&[1], &[0], Side::Right, Side::Right).unwrap();
            set.of_bytes(takes_negatives).side(value)
        };
        for one in [1.0, 1.9, 257.0, 65537.0] {
            assert_eq!(side(one, false), Side::Left, "{one}");
        }
        for other in [0.0, 256.0, 2_147_483_649.0, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(side(other, false), Side::Right, "{other}");
        }
        assert_eq!(side(-255.0, true), Side::Left);
        assert_eq!(side(-255.0, false), Side::Right);
    }

    #[test]
    fn categories_go_where_their_set_says() {
        let set = CategorySet::new(&[0, 70], &[3], Side::Right, Side::Left).unwrap();
        assert_eq!(set.side(0.0), Side::Left);
        assert_eq!(set.side(70.9), Side::Left);
        assert_eq!(set.side(3.0), Side::Right);
        assert_eq!(set.side(f64::NAN), Side::Left);
        for unlisted in [1.0, -1.0, 1e30, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(set.side(unlisted), Side::Right, "{unlisted}");
        }
        let near_zero = CategorySet::new(&[0], &[], Side::Right, Side::Right).unwrap();
        assert_eq!(near_zero.side(-0.5), Side::Right);
        assert_eq!(near_zero.side(-0.0), Side::Left);
        let near_zero = near_zero.truncating();
        assert_eq!(near_zero.side(-0.5), Side::Left);
        assert_eq!(near_zero.side(-1.0), Side::Right);
        // Far apart, and told apart all the same.
        let set = CategorySet::new(&[1_000_000, 7], &[], Side::Right, Side::Left).unwrap();
        assert_eq!(set.side(1e6), Side::Left);
        assert_eq!(set.side(7.5), Side::Left);
        assert_eq!(set.side(999_999.0), Side::Right);
        assert_eq!(set.side(1e30), Side::Right);
        assert_eq!(
            CategorySet::new(&[u32::MAX], &[], Side::Left, Side::Left),
            None
        );
    }
}
