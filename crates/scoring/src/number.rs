//! Numbers as people write them.
//!
//! Promise on hostile text: no panic, time linear in the length, and no allocation for texts of up
//! to 64 bytes.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use smallvec::SmallVec;

/// ASCII bytes gathered one by one, on the stack up to 64 of them: numbers people write fit.
pub(crate) type Ascii = SmallVec<[u8; 64]>;

/// A number read from text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The nearest double.
    pub value: f64,
    /// One mark before exactly three digits, as in `1.000`: read as a decimal mark, though the
    /// writer may have meant a thousand.
    pub ambiguous: bool,
}

/// Why a text is no usable number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// It is no number.
    NotANumber,
    /// Thousands separators that do not stand between groups of three digits.
    Grouping,
    /// Beyond what a double can hold.
    NotFinite,
    /// A number, but not a whole one where only a whole one can be read.
    NotWhole,
}

/// What may be written besides digits, sign, one decimal mark (`.` or `,`) and an exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Nothing.
    Plain,
    /// Thousands separators (`.`, `,` or a blank) and a leading or trailing `€`.
    Money,
}

/// Reads `text`, which has no outer blanks, correctly rounded to the nearest double.
///
/// # Errors
///
/// [`NumberError`], which says why it is no usable number.
pub fn parse(text: &str, notation: Notation) -> Result<Number, NumberError> {
    let (negative, body) = match notation {
        Notation::Plain => split_sign(text),
        Notation::Money => strip_currency(text)?,
    };
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let marks = Marks::scan(mantissa)?;
    let layout = marks.layout()?;
    if layout.group.is_some() && (notation == Notation::Plain || exponent.is_some()) {
        return Err(NumberError::NotANumber);
    }
    let (whole, fraction) = match layout.decimal {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, ""),
    };

    let mut ascii = Ascii::new();
    if negative {
        ascii.push(b'-');
    }
    match layout.group {
        Some(mark) => push_groups(&mut ascii, whole, mark)?,
        None => push_digits(&mut ascii, whole)?,
    }
    if !fraction.is_empty() {
        ascii.push(b'.');
        push_digits(&mut ascii, fraction)?;
    }
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumberError::NotANumber);
    }
    if let Some(exponent) = exponent {
        push_exponent(&mut ascii, exponent)?;
    }

    let value = to_f64(&ascii).ok_or(NumberError::NotANumber)?;
    if !value.is_finite() {
        return Err(NumberError::NotFinite);
    }
    let ambiguous = layout.decimal.is_some()
        && layout.group.is_none()
        && exponent.is_none()
        && fraction.len() == 3
        && (1..=3).contains(&whole.len())
        // Nobody writes a thousand as 0.500 or 01.000.
        && !whole.starts_with('0');
    Ok(Number { value, ambiguous })
}

/// A plain number: up to 15 digits with at most one `.` or `,` among them, which is clearly a decimal mark. What it reads
/// it reads as [`parse`] does, several times as fast; `None` sends the text there.
///
/// Both the digits as a whole number and the power of ten are doubles without rounding, so that their quotient is rounded
/// once (W. D. Clinger, *How to read floating point numbers accurately*, 1990).
#[must_use]
#[inline]
pub fn plain(text: &[u8]) -> Option<f64> {
    plain_with_mark(text).map(|(number, _)| number)
}

/// A plain number as [`plain`] reads it, and the mark before its decimals where it has one.
#[must_use]
#[inline]
pub fn plain_with_mark(text: &[u8]) -> Option<(f64, Option<Decimal>)> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    let mut digits = 0u64;
    let mut mark = None;
    for (at, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            digits = digits * 10 + u64::from(digit);
        } else if matches!(byte, b'.' | b',') && mark.is_none() {
            mark = Some(at);
        } else {
            return None;
        }
    }
    let Some(mark) = mark else {
        return (text.len() < 16).then_some((digits as f64, None));
    };
    let n_decimals = text.len() - 1 - mark;
    let may_be_thousands = n_decimals == 3 && (1..=3).contains(&mark) && text[0] != b'0';
    if may_be_thousands || text.len() == 1 {
        return None;
    }
    let decimal = match text[mark] {
        b'.' => Decimal::Point,
        _ => Decimal::Comma,
    };
    Some((digits as f64 / POWERS[n_decimals], Some(decimal)))
}

/// What a text says where it is one of the words for true and false: those of Python, JSON and SQL, and those that a
/// Spanish Excel shows. The case does not matter.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    let is_any = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match text.len() {
        4..=9 if is_any(["true", "verdadero"]) => Some(true),
        5 if is_any(["false", "falso"]) => Some(false),
        _ => None,
    }
}

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decimal {
    /// `0.5`
    Point,
    /// `0,5`
    Comma,
}

/// A text that is no decimal mark and no name of one. Its message says which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`comma` or `point`")]
pub struct DecimalError;

impl Decimal {
    /// The mark itself.
    #[must_use]
    pub const fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// Its name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        match text {
            "comma" | "," => Ok(Self::Comma),
            "point" | "." => Ok(Self::Point),
            _ => Err(DecimalError),
        }
    }
}

/// A number without the mark between its thousands, where it has just that one and it is not the decimal one: `1.000` in
/// a file of decimal commas.
#[must_use]
pub fn without_thousands(text: &str, decimal: Decimal) -> Cow<'_, str> {
    let other = match decimal {
        Decimal::Comma => '.',
        Decimal::Point => ',',
    };
    let is_clear =
        !text.contains(other) || !parse(text, Notation::Money).is_ok_and(|number| number.ambiguous);
    if is_clear {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace(other, ""))
    }
}

/// Blanks that may stand around a value: the ASCII ones and those that may stand within an amount.
#[must_use]
pub fn is_outer_blank(c: char) -> bool {
    c.is_ascii_whitespace() || is_blank(c)
}

/// Blanks that may stand within an amount: the ASCII one, NBSP, thin space and narrow NBSP.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Takes one `€` from either end, and the sign from before or after it.
fn strip_currency(text: &str) -> Result<(bool, &str), NumberError> {
    let (negative, unsigned) = split_sign(text);
    let Some(body) = unsigned.strip_prefix('€') else {
        let body = unsigned
            .strip_suffix('€')
            .map_or(unsigned, |b| b.trim_end_matches(is_blank));
        return Ok((negative, body));
    };
    let body = body.trim_start_matches(is_blank);
    if unsigned.len() < text.len() {
        return Ok((negative, body));
    }
    Ok(split_sign(body))
}

/// The marks of a mantissa: how many of each, and where the last `.` or `,` stands.
#[derive(Default)]
struct Marks {
    dots: usize,
    commas: usize,
    /// The blank used, when there is one.
    blank: Option<char>,
    last: Option<(usize, char)>,
}

/// What the marks mean.
struct Layout {
    /// Byte offset of the decimal mark.
    decimal: Option<usize>,
    group: Option<char>,
}

impl Marks {
    fn scan(mantissa: &str) -> Result<Self, NumberError> {
        let mut marks = Self::default();
        for (at, c) in mantissa.char_indices() {
            match c {
                '0'..='9' => {}
                '.' => {
                    marks.dots += 1;
                    marks.last = Some((at, c));
                }
                ',' => {
                    marks.commas += 1;
                    marks.last = Some((at, c));
                }
                _ if is_blank(c) => {
                    if marks.blank.is_some_and(|blank| blank != c) {
                        return Err(NumberError::Grouping);
                    }
                    marks.blank = Some(c);
                }
                _ => return Err(NumberError::NotANumber),
            }
        }
        Ok(marks)
    }

    /// Tells the marks apart. The last of two kinds is the decimal one; one kind several times separates thousands.
    fn layout(&self) -> Result<Layout, NumberError> {
        let Some((at, last)) = self.last else {
            return Ok(Layout {
                decimal: None,
                group: self.blank,
            });
        };
        let (count, other, other_mark) = match last {
            '.' => (self.dots, self.commas, ','),
            _ => (self.commas, self.dots, '.'),
        };
        match (count, other, self.blank) {
            (1, 0, blank) => Ok(Layout {
                decimal: Some(at),
                group: blank,
            }),
            (1, _, None) => Ok(Layout {
                decimal: Some(at),
                group: Some(other_mark),
            }),
            (_, 0, None) => Ok(Layout {
                decimal: None,
                group: Some(last),
            }),
            _ => Err(NumberError::Grouping),
        }
    }
}

/// The number the bytes spell, correctly rounded; `None` where they spell none.
pub(crate) fn to_f64(ascii: &[u8]) -> Option<f64> {
    std::str::from_utf8(ascii).ok()?.parse().ok()
}

fn push_digits(ascii: &mut Ascii, digits: &str) -> Result<(), NumberError> {
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return Err(NumberError::NotANumber);
        }
        ascii.push(byte);
    }
    Ok(())
}

fn push_groups(ascii: &mut Ascii, whole: &str, mark: char) -> Result<(), NumberError> {
    if whole.starts_with(mark) {
        return Err(NumberError::NotANumber);
    }
    for (i, group) in whole.split(mark).enumerate() {
        let fits = if i == 0 {
            (1..=3).contains(&group.len())
        } else {
            group.len() == 3
        };
        if !fits {
            return Err(NumberError::Grouping);
        }
        push_digits(ascii, group).map_err(|_| NumberError::Grouping)?;
    }
    Ok(())
}

fn push_exponent(ascii: &mut Ascii, exponent: &str) -> Result<(), NumberError> {
    let (negative, digits) = split_sign(exponent);
    if digits.is_empty() {
        return Err(NumberError::NotANumber);
    }
    ascii.push(b'e');
    if negative {
        ascii.push(b'-');
    }
    push_digits(ascii, digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Decimal, Notation, NumberError, boolean, is_outer_blank, parse, plain, without_thousands,
    };

    fn money(text: &str) -> Result<(f64, bool), NumberError> {
        parse(text, Notation::Money).map(|number| (number.value, number.ambiguous))
    }

    #[test]
    fn amounts_in_every_notation() {
        for text in [
            "1000.82",
            "1000,82",
            "1.000,82",
            "1,000.82",
            "1 000,82",
            "1\u{a0}000,82",
            "1\u{202f}000.82",
            "1\u{2009}000,82",
            "1000,82€",
            "1000,82 €",
            "€1000.82",
            "€ 1.000,82",
            "1.000,82\u{a0}€",
            "+1000.82",
            "1000.820",
            "01000.82",
            "100082e-2",
            "1.00082e3",
            "1,00082E+3",
        ] {
            assert_eq!(money(text), Ok((1000.82, false)), "{text}");
        }
        for text in ["-5,5", "-5.5€", "-€5.5", "€-5.5", "€ -5,50"] {
            assert_eq!(money(text), Ok((-5.5, false)), "{text}");
        }
        assert_eq!(money("1.234.567"), Ok((1_234_567.0, false)));
        assert_eq!(money("1,234,567"), Ok((1_234_567.0, false)));
        assert_eq!(money("1 234 567"), Ok((1_234_567.0, false)));
        assert_eq!(money("1.234,567"), Ok((1234.567, false)));
        assert_eq!(money("12.345.678,9"), Ok((12_345_678.9, false)));
        assert_eq!(money("0"), Ok((0.0, false)));
        assert_eq!(money("5."), Ok((5.0, false)));
        assert_eq!(money(",5"), Ok((0.5, false)));
        assert_eq!(money("1e-400"), Ok((0.0, false)));
    }

    #[test]
    fn one_mark_before_three_digits_is_ambiguous() {
        assert_eq!(money("1.000"), Ok((1.0, true)));
        assert_eq!(money("1,000"), Ok((1.0, true)));
        assert_eq!(money("-12.345€"), Ok((-12.345, true)));
        assert_eq!(money("999,999"), Ok((999.999, true)));
        for clear in [
            "0.500", "1234.567", "1.0000", "1.00", "1.000e0", "8029.000", ".500",
        ] {
            assert!(!money(clear).unwrap().1, "{clear}");
        }
    }

    #[test]
    fn words_for_true_and_false() {
        for text in [
            "True",
            "TRUE",
            "true",
            "VERDADERO",
            "Verdadero",
            "verdadero",
        ] {
            assert_eq!(boolean(text), Some(true), "{text}");
        }
        for text in ["False", "FALSE", "false", "FALSO", "Falso", "falso"] {
            assert_eq!(boolean(text), Some(false), "{text}");
        }
        for text in [
            "", "1", "0", "T", "SI", "S", "No", "truee", "falsa", "verdader", "true ",
        ] {
            assert_eq!(boolean(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            "+",
            "€",
            "€€5",
            "€5€",
            "--5",
            "-€-5",
            "+-5",
            "- 5",
            "nan",
            "NaN",
            "inf",
            "-inf",
            "Infinity",
            "0x1F",
            "1d3",
            "12%",
            "\u{2212}5",
            "１２",
            "٣",
            "1_000",
            "e5",
            "1e",
            "1e+",
            "1e5.0",
            "1e1e1",
            "abc",
            "5\0",
            ".",
            ",",
            "1.000,82e1",
            "1 000e1",
            "$5",
            "5 EUR",
            "true",
            "1'000",
        ] {
            assert_eq!(money(text), Err(NumberError::NotANumber), "{text:?}");
        }
        for text in [
            "1.00,5",
            "1,00.5",
            "1.2.3",
            "1..2",
            "1.234,567.8",
            "1,234.567,8",
            "1  000",
            "1 00",
            "1 000.000,5",
            "1.0000.000",
            "1234.567.890",
            ".000.000",
            "1.000.",
            "1 \u{a0}000",
            "1.234 567",
            "1 ,5",
        ] {
            assert!(
                matches!(
                    money(text),
                    Err(NumberError::Grouping | NumberError::NotANumber)
                ),
                "{text:?} -> {:?}",
                money(text)
            );
        }
        assert_eq!(money("1.00,5"), Err(NumberError::Grouping));
        assert_eq!(money("1.2.3"), Err(NumberError::Grouping));
        for text in ["1e400", "-1e400", "1e99999999999999999999"] {
            assert_eq!(money(text), Err(NumberError::NotFinite), "{text}");
        }
        assert_eq!(money(&"9".repeat(400)), Err(NumberError::NotFinite));
        assert_eq!(money(&"9".repeat(100)), Ok((1e100, false)));
    }

    #[test]
    fn plain_numbers_have_no_groups_and_no_currency() {
        let plain = |text| parse(text, Notation::Plain).map(|number| number.value);
        assert_eq!(plain("8029.0"), Ok(8029.0));
        assert_eq!(plain("08029"), Ok(8029.0));
        assert_eq!(plain("2,5"), Ok(2.5));
        assert_eq!(plain("1e3"), Ok(1000.0));
        for text in ["5€", "1 000", "1.000,82", "1.000.000"] {
            assert_eq!(plain(text), Err(NumberError::NotANumber), "{text}");
        }
    }

    #[test]
    fn plain_reads_what_is_short_and_clear() {
        for (text, expected) in [
            ("0", 0.0),
            ("8029", 8029.0),
            ("012", 12.0),
            ("2,5", 2.5),
            ("5.", 5.0),
            (".5", 0.5),
            ("1.00", 1.0),
            ("1.0000", 1.0),
            ("12.50", 12.5),
            ("0.500", 0.5),
            (".500", 0.5),
            ("1234.567", 1234.567),
            ("123456789012345", 123_456_789_012_345.0),
            ("123456789012.345", 123_456_789_012.345),
            (".123456789012345", 0.123_456_789_012_345),
            ("123456789012345.", 123_456_789_012_345.0),
        ] {
            assert_eq!(plain(text.as_bytes()), Some(expected), "{text}");
        }
        for text in [
            "",
            ".",
            ",",
            "1.000",
            "12,000",
            "999.999",
            "1.2.3",
            "1.2,3",
            "-1",
            "+1",
            "1e3",
            "1:",
            "1/",
            "a",
            "1 000",
            "5€",
            "1234567890123456",
            "1234567890123456.",
            ".1234567890123456",
            "12345678901234567",
        ] {
            assert_eq!(plain(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_mark_between_thousands_goes_where_the_decimal_one_is_known() {
        use Decimal::{Comma, Point};
        for (text, decimal, expected) in [
            ("1.000", Comma, "1000"),
            ("-1.000€", Comma, "-1000€"),
            ("1.000", Point, "1.000"),
            ("1,000", Point, "1000"),
            ("1,000", Comma, "1,000"),
            // Clear by itself, or no number at all.
            ("1.00", Comma, "1.00"),
            ("0.500", Comma, "0.500"),
            ("1.000,5", Comma, "1.000,5"),
            ("1.000.000", Comma, "1.000.000"),
            ("1000", Comma, "1000"),
            ("a.000", Comma, "a.000"),
            ("", Point, ""),
        ] {
            assert_eq!(
                without_thousands(text, decimal),
                expected,
                "{text} {decimal:?}"
            );
        }
    }

    #[test]
    fn a_decimal_mark_or_its_name() {
        for (text, expected) in [
            ("comma", Ok(Decimal::Comma)),
            (",", Ok(Decimal::Comma)),
            ("point", Ok(Decimal::Point)),
            (".", Ok(Decimal::Point)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for text in ["", "coma", "Comma", ";"] {
            let error = text.parse::<Decimal>().unwrap_err();
            assert_eq!(error.to_string(), "`comma` or `point`");
        }
    }

    #[test]
    fn blanks_around_a_value() {
        for blank in [
            ' ', '\t', '\n', '\r', '\u{c}', '\u{a0}', '\u{2009}', '\u{202f}',
        ] {
            assert!(is_outer_blank(blank), "{blank:?}");
        }
        for other in ['0', '.', '€', '_', '\u{3000}', '\0'] {
            assert!(!is_outer_blank(other), "{other:?}");
        }
        // A tab may stand around an amount, not in it.
        assert_eq!(money("1\t000"), Err(NumberError::NotANumber));
    }

    /// `whole` with `mark` between groups of three.
    fn grouped(whole: &str, mark: &str) -> String {
        let mut out = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push_str(mark);
            }
            out.push(digit);
        }
        out
    }

    proptest! {
        /// Whatever a double prints as, in each style, is read back with the same bits.
        #[test]
        fn every_style_round_trips(x in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(money(&format!("{x:e}")).unwrap().0.to_bits(), x.to_bits());
            prop_assert_eq!(money(&format!("{x}")).unwrap().0.to_bits(), x.to_bits());
        }

        #[test]
        fn every_locale_round_trips(cents in -999_999_999_999i64..=999_999_999_999) {
            let expected: f64 = format!("{}{}.{:02}", if cents < 0 { "-" } else { "" },
                cents.abs() / 100, cents.abs() % 100).parse().unwrap();
            let whole = (cents.abs() / 100).to_string();
            let sign = if cents < 0 { "-" } else { "" };
            for (mark, decimal) in
                [("", "."), ("", ","), (".", ","), (",", "."), (" ", ","), ("\u{a0}", "."),
                 ("\u{202f}", ","), ("\u{2009}", ",")]
            {
                for (before, after) in [("", ""), ("€", ""), ("€ ", ""), ("", "€"), ("", " €")] {
                    let text = format!("{sign}{before}{}{decimal}{:02}{after}",
                        grouped(&whole, mark), cents.abs() % 100);
                    let (value, ambiguous) = money(&text).unwrap();
                    prop_assert_eq!(value.to_bits(), expected.to_bits(), "{}", text);
                    prop_assert!(!ambiguous);
                }
            }
        }

        #[test]
        fn plain_numbers_are_read_alike(
            text in "[0-9]{0,9}[.,]?[0-9]{0,9}",
            hostile in "[-+0-9.,eE €]{0,18}",
        ) {
            for text in [&text, &hostile] {
                if let Some(value) = plain(text.as_bytes()) {
                    for notation in [Notation::Plain, Notation::Money] {
                        let number = parse(text, notation).unwrap();
                        prop_assert_eq!(number.value.to_bits(), value.to_bits(), "{}", text);
                        prop_assert!(!number.ambiguous, "{}", text);
                    }
                }
            }
            let is_long = text.len() > 15;
            let clear = parse(&text, Notation::Plain).is_ok_and(|number| !number.ambiguous);
            prop_assert!(is_long || !clear || plain(text.as_bytes()).is_some(), "{}", text);
        }

        #[test]
        fn hostile_text_never_panics(text in "\\PC*", numeric in "[-+0-9.,eE €\u{a0}]{0,90}") {
            for text in [&text, &numeric] {
                for notation in [Notation::Plain, Notation::Money] {
                    if let Ok(number) = parse(text, notation) {
                        prop_assert!(number.value.is_finite());
                    }
                }
            }
        }
    }
}
