//! Numbers as people read them, in either language.

use std::fmt::Write;

use crate::Language;

/// Decimals of an amount of money.
const CENTS: usize = 2;

/// From here on a double has no decimals left, and its digits say less than its size.
const HUGE: f64 = 1e15;

/// A number that a person reads: `1.000,82 €` in Spanish, `€1,000.82` in English.
///
/// Thousands are set apart in amounts of money, and where there are decimals. A whole number of any other kind may be a
/// year or a code, and is written without marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quantity {
    value: f64,
    is_money: bool,
}

impl Quantity {
    /// A number of anything.
    pub(crate) fn plain(value: f64) -> Self {
        Self {
            value,
            is_money: false,
        }
    }

    /// An amount of euros.
    pub(crate) fn euros(value: f64) -> Self {
        Self {
            value,
            is_money: true,
        }
    }

    /// The number in words of a language.
    pub(crate) fn in_language(self, language: Language) -> String {
        if !self.value.is_finite() {
            return self.value.to_string();
        }
        let digits = self.digits();
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (&*digits, None),
        };
        let (group, decimal) = language.pick(('.', ','), (',', '.'));
        let mut text = String::new();
        if self.value < 0.0 {
            text.push('-');
        }
        if self.is_money && language == Language::English {
            text.push('€');
        }
        if (self.is_money || fraction.is_some()) && self.value.abs() < HUGE {
            push_groups(&mut text, whole, group);
        } else {
            text.push_str(whole);
        }
        if let Some(fraction) = fraction {
            // Writing to a text cannot fail.
            let _ = write!(text, "{decimal}{fraction}");
        }
        if self.is_money && language == Language::Spanish {
            text.push_str(" €");
        }
        text
    }

    /// The digits without their sign and with a decimal point: no more of them than tell the number from others, and of
    /// cents both or none.
    fn digits(self) -> String {
        if self.value.abs() >= HUGE {
            return format!("{:e}", self.value.abs());
        }
        let shortest = self.value.abs().to_string();
        match shortest.split_once('.') {
            Some((_, fraction)) if self.is_money && fraction.len() < CENTS => {
                format!(
                    "{shortest:0<width$}",
                    width = shortest.len() + CENTS - fraction.len()
                )
            }
            _ => shortest,
        }
    }
}

fn push_groups(text: &mut String, whole: &str, mark: char) {
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;
    use crate::Language::{English, Spanish};

    #[test]
    fn amounts() {
        for (value, spanish, english) in [
            (1000.82, "1.000,82 €", "€1,000.82"),
            (80.0, "80 €", "€80"),
            (12.5, "12,50 €", "€12.50"),
            (-1234567.0, "-1.234.567 €", "-€1,234,567"),
            (0.125, "0,125 €", "€0.125"),
            (999.0, "999 €", "€999"),
        ] {
            assert_eq!(Quantity::euros(value).in_language(Spanish), spanish);
            assert_eq!(Quantity::euros(value).in_language(English), english);
        }
    }

    #[test]
    fn other_numbers() {
        for (value, spanish, english) in [
            (202_310.0, "202310", "202310"),
            (1000.82, "1.000,82", "1,000.82"),
            (-0.5, "-0,5", "-0.5"),
            (0.0, "0", "0"),
            (-1.5e300, "-1,5e300", "-1.5e300"),
            (f64::INFINITY, "inf", "inf"),
        ] {
            assert_eq!(Quantity::plain(value).in_language(Spanish), spanish);
            assert_eq!(Quantity::plain(value).in_language(English), english);
        }
    }
}
