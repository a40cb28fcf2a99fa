//! What a number looks like: how its format code shows it.

/// The longest format code that Excel takes.
const LONGEST: usize = 255;

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// As a number.
    Number,
    /// Filled up with zeros to so many digits.
    Digits(usize),
    /// As a day, or a time of day.
    Day,
    /// As a length of time.
    Span,
}

/// The digits that a format code fills numbers up to with zeros: 7 where it is `0000000`; 0 for other codes.
pub(super) fn digits(code: &str) -> usize {
    let is_filled = (2..=LONGEST).contains(&code.len()) && code.bytes().all(|byte| byte == b'0');
    if is_filled { code.len() } else { 0 }
}

impl Look {
    /// Tells the look of the format codes that every Excel has, by their numbers.
    pub(super) fn built_in(id: u16) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Day,
            46 => Self::Span,
            _ => Self::Number,
        }
    }

    /// Tells the look of a format code, by its part for positive numbers: a letter of a date outside quotes and brackets
    /// makes a day, hours, minutes or seconds within brackets a length of time.
    pub(super) fn of(code: &str) -> Self {
        match digits(code) {
            0 => {}
            n_digits => return Self::Digits(n_digits),
        }
        let mut letters = code.chars();
        while let Some(letter) = letters.next() {
            match letter {
                // What follows is shown as it is, is as wide as a blank, or fills the cell.
                '\\' | '_' | '*' => drop(letters.next()),
                '"' => drop(letters.by_ref().find(|letter| *letter == '"')),
                '[' => {
                    let within: String = letters
                        .by_ref()
                        .take_while(|letter| *letter != ']')
                        .collect();
                    if is_span(&within.to_ascii_lowercase()) {
                        return Self::Span;
                    }
                }
                ';' => break,
                'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return Self::Day,
                _ => {}
            }
        }
        Self::Number
    }
}

/// Tells whether brackets hold hours, minutes or seconds, and not a colour or a language.
fn is_span(within: &str) -> bool {
    let unit = within.trim_start_matches(['h', 'm', 's']);
    let mut letters = within.bytes();
    let first = letters.next();
    unit.is_empty() && first.is_some() && letters.all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_days_from_numbers() {
        for (code, look) in [
            ("General", Look::Number),
            ("", Look::Number),
            ("0", Look::Number),
            ("0000000", Look::Digits(7)),
            ("00000", Look::Digits(5)),
            ("0.00E+00", Look::Number),
            ("#,##0.00\\ \"días\"", Look::Number),
            ("#,##0_d;[Red]-#,##0", Look::Number),
            ("[$-C0A]dd\\-mmm\\-yy", Look::Day),
            ("DD/MM/YYYY", Look::Day),
            ("yyyy-mm-dd\\ hh:mm", Look::Day),
            ("[h]:mm:ss", Look::Span),
            ("[Mm]:ss", Look::Span),
            ("[Red]0;d", Look::Number),
            ("\"sin cerrar d", Look::Number),
        ] {
            assert_eq!(Look::of(code), look, "{code}");
        }
        assert_eq!(
            [1, 14, 22, 46, 49].map(Look::built_in),
            [Look::Number, Look::Day, Look::Day, Look::Span, Look::Number]
        );
    }
}
