//! Numbers as Python's `int()` and `float()` read them, for the contract that repeats what the old
//! script computed.
//!
//! Promise on hostile text: no panic, time linear in the length, and no allocation for texts of up
//! to 64 characters.

use crate::number::{Ascii, NumberError, to_f64};

/// Longer integers are refused by CPython since 3.10.7 (`sys.set_int_max_str_digits`).
const MAX_INT_DIGITS: usize = 4300;

/// The zero of each run of decimal digits (category Nd) in Unicode 13, which is Python 3.10's.
/// Nine more follow each.
#[rustfmt::skip]
const ZEROS: [u32; 65] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0,
    0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// `int(text)`, as the nearest double. Where Python keeps an integer that no double can hold, this
/// gives an infinity of its sign: the comparisons and clips that follow come out the same.
pub(crate) fn int(text: &str) -> Result<f64, NumberError> {
    let ascii = to_ascii(text)?;
    let unsigned = skip_sign(&ascii);
    if !unsigned.is_empty() && unsigned.iter().all(u8::is_ascii_digit) {
        if unsigned.len() > MAX_INT_DIGITS {
            return Err(NumberError::NotFinite);
        }
        return to_f64(&ascii).ok_or(NumberError::NotANumber);
    }
    // The old script refused `8029.0` and `1e3`; say that they are numbers, but not whole ones.
    match parse_float(&ascii) {
        Some(value) if value.is_finite() => Err(NumberError::NotWhole),
        Some(value) if value.is_infinite() => Err(NumberError::NotFinite),
        _ => Err(NumberError::NotANumber),
    }
}

/// `float(text)`: infinities and NaN are floats to Python too.
pub(crate) fn float(text: &str) -> Result<f64, NumberError> {
    parse_float(&to_ascii(text)?).ok_or(NumberError::NotANumber)
}

/// Outer white space gone, every decimal digit as its ASCII one, and underscores gone from between
/// digits, the only place Python has them.
fn to_ascii(text: &str) -> Result<Ascii, NumberError> {
    let mut ascii = Ascii::new();
    let mut chars = text.trim().chars().map(to_ascii_char).peekable();
    let mut after_digit = false;
    while let Some(c) = chars.next() {
        let byte = c.ok_or(NumberError::NotANumber)?;
        if byte == b'_' {
            let before_digit = matches!(chars.peek(), Some(Some(b'0'..=b'9')));
            if !(after_digit && before_digit) {
                return Err(NumberError::NotANumber);
            }
        } else {
            ascii.push(byte);
        }
        after_digit = byte.is_ascii_digit();
    }
    Ok(ascii)
}

fn to_ascii_char(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(c)
        && byte.is_ascii()
    {
        return Some(byte);
    }
    let code = u32::from(c);
    // The last run that starts at or before this character.
    let run = ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?;
    let digit = u8::try_from(code - ZEROS[run]).ok()?;
    (digit < 10).then(|| b'0' + digit)
}

fn skip_sign(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        _ => bytes,
    }
}

/// Python's grammar for floats and Rust's are the same: `inf`, `infinity` and `nan` in any case,
/// with a sign; digits with an optional point and exponent; no hexadecimal.
fn parse_float(ascii: &[u8]) -> Option<f64> {
    to_f64(ascii)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NumberError, ZEROS, float, int};

    /// What CPython 3.11 prints for `int(text)` and `float(text)`; `None` is a `ValueError`.
    #[test]
    fn as_cpython() {
        let inf = f64::INFINITY;
        for (text, as_int, as_float) in [
            ("5", Some(5.0), Some(5.0)),
            ("  5\n", Some(5.0), Some(5.0)),
            ("\u{1f}5", None, None),
            ("\u{1c}5\u{1d}", None, None),
            ("\u{a0}5", Some(5.0), Some(5.0)),
            ("\u{85}5", Some(5.0), Some(5.0)),
            ("\u{2028} 5", Some(5.0), Some(5.0)),
            ("\u{200b}5", None, None),
            ("\u{a0}\u{1f}5", None, None),
            ("5\0", None, None),
            ("1_0", Some(10.0), Some(10.0)),
            ("_1", None, None),
            ("1_", None, None),
            ("1__0", None, None),
            ("+1_0", Some(10.0), Some(10.0)),
            ("- 5", None, None),
            ("-5", Some(-5.0), Some(-5.0)),
            ("--5", None, None),
            ("\u{2212}5", None, None),
            ("0_8", Some(8.0), Some(8.0)),
            ("08029", Some(8029.0), Some(8029.0)),
            ("٣", Some(3.0), Some(3.0)),
            ("1２", Some(12.0), Some(12.0)),
            ("𝟗", Some(9.0), Some(9.0)),
            ("²", None, None),
            ("", None, None),
            ("+", None, None),
            ("1e5", None, Some(1e5)),
            ("1_0e1_0", None, Some(1e11)),
            ("1_.5", None, None),
            ("1._5", None, None),
            ("1_e5", None, None),
            ("5.", None, Some(5.0)),
            (".5", None, Some(0.5)),
            (".", None, None),
            ("8029.0", None, Some(8029.0)),
            ("12,5", None, None),
            ("inf", None, Some(inf)),
            ("-Infinity", None, Some(-inf)),
            ("infin", None, None),
            ("nan(1)", None, None),
            ("1e400", None, Some(inf)),
            ("1e", None, None),
            ("1e+", None, None),
            ("e5", None, None),
            ("0x10", None, None),
            ("1d3", None, None),
            ("12€", None, None),
            ("12%", None, None),
        ] {
            assert_eq!(int(text).ok(), as_int, "int({text:?})");
            assert_eq!(float(text).ok(), as_float, "float({text:?})");
        }
        for nan in ["nan", "-nan", "+nan", "NAN", "NaN", " NaN "] {
            assert!(float(nan).unwrap().is_nan());
            assert_eq!(int(nan), Err(NumberError::NotANumber));
        }
    }

    #[test]
    fn whole_numbers_of_any_length_up_to_cpythons_limit() {
        assert_eq!(int(&"1".repeat(4300)), Ok(f64::INFINITY));
        assert_eq!(
            int(&format!("-{}", "1".repeat(4300))),
            Ok(f64::NEG_INFINITY)
        );
        assert_eq!(int(&vec!["1"; 4300].join("_")), Ok(f64::INFINITY));
        assert_eq!(int(&"0".repeat(4301)), Err(NumberError::NotFinite));
    }

    #[test]
    fn a_number_that_is_not_whole_is_told_from_no_number() {
        assert_eq!(int("8029.0"), Err(NumberError::NotWhole));
        assert_eq!(int("1e3"), Err(NumberError::NotWhole));
        assert_eq!(int("inf"), Err(NumberError::NotFinite));
        assert_eq!(int("AD500"), Err(NumberError::NotANumber));
    }

    #[test]
    fn the_table_of_digits_is_sorted_and_its_runs_apart() {
        assert!(ZEROS.windows(2).all(|pair| pair[0] + 10 <= pair[1]));
        for zero in ZEROS {
            for digit in 0..10 {
                let c = char::from_u32(zero + digit).unwrap();
                assert_eq!(int(&c.to_string()), Ok(f64::from(digit)));
            }
        }
    }

    proptest! {
        #[test]
        fn hostile_text_never_panics(text in "\\PC*", numeric in "[-+0-9.,eE_ ٣１]{0,90}") {
            for text in [&text, &numeric] {
                let _ = (int(text), float(text));
            }
        }
    }
}
