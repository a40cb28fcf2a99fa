//! Amounts whose sums are exact.

use std::fmt;
use std::ops::{Add, AddAssign};

use serde::{Serialize, Serializer};

/// Parts of a euro that are counted.
const PARTS: f64 = 1e6;

/// An amount in millionths of a euro. Sums of doubles depend on their order, and so on which thread was faster; these
/// do not. Beyond 10^32 euros it stays where it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(i128);

impl Money {
    /// Rounds to the nearest millionth. What is no number is nothing.
    #[must_use]
    pub fn of(euros: f64) -> Self {
        let parts = (euros * PARTS).round();
        // Most amounts fit, and 64 bits are converted in one step.
        if parts.abs() < 9e18 {
            return Self(i128::from(parts as i64));
        }
        Self(parts as i128)
    }

    /// Gives the amount in euros.
    #[must_use]
    pub fn euros(self) -> f64 {
        self.0 as f64 / PARTS
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// As Spanish accounts have it: `1.234.567,89 €`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0.unsigned_abs() + 5_000) / 10_000;
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        let whole = grouped(cents / 100);
        write!(f, "{sign}{whole},{:02} €", cents % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.euros())
    }
}

/// A whole number with points between its thousands.
pub(crate) fn grouped(number: impl fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Money, grouped};

    #[test]
    fn sums_do_not_depend_on_the_order() {
        let amounts = [0.1, 1e9, 0.2, -1e9, 0.3, 62.83];
        let forward: Money = amounts
            .iter()
            .fold(Money::default(), |sum, x| sum + Money::of(*x));
        let backward = amounts
            .iter()
            .rev()
            .fold(Money::default(), |sum, x| sum + Money::of(*x));
        assert_eq!(forward, backward);
        assert_eq!(forward.euros(), 63.43);
        assert_eq!(Money::of(f64::NAN), Money::default());
        let most = Money::of(1e300);
        assert_eq!(most + most, most);
    }

    #[test]
    fn as_accounts_have_it() {
        assert_eq!(Money::of(1_234_567.894_9).to_string(), "1.234.567,89 €");
        assert_eq!(Money::of(-0.005).to_string(), "-0,01 €");
        assert_eq!(Money::of(-0.000_1).to_string(), "0,00 €");
        assert_eq!(grouped(1000), "1.000");
        assert_eq!(grouped(999), "999");
    }
}
