//! Numbers and moments as people read them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use propenso_scoring::Language;

/// A whole number, its thousands apart: "12.345" in Spanish, "12,345" in English.
pub(super) fn count(count: u64, language: Language) -> String {
    let digits = count.to_string();
    let mark = language.pick('.', ',');
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// A number with so many decimals.
pub(super) fn number(value: f64, decimals: usize, language: Language) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    let whole = match whole.parse() {
        Ok(whole) => count(whole, language),
        Err(_) => whole.to_owned(),
    };
    match rest {
        "" => format!("{sign}{whole}"),
        rest => format!("{sign}{whole}{}{rest}", language.pick(',', '.')),
    }
}

/// A share, 0 to 1, as a percentage with one decimal.
pub(super) fn percent(share: f64, language: Language) -> String {
    let space = language.pick("\u{a0}", "");
    format!("{}{space}%", number(share * 100.0, 1, language))
}

/// Bytes, in the unit that is read best.
pub(super) fn bytes(bytes: u64, language: Language) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        if value < 1_000.0 {
            break;
        }
        value /= 1_000.0;
        unit = larger;
    }
    let decimals = usize::from(unit != "B" && value < 10.0);
    format!("{}\u{a0}{unit}", number(value, decimals, language))
}

/// A moment by this machine's clock: "26/11/2026 09:14" in Spanish, "26 Nov 2026 09:14" in English.
pub(super) fn moment(at: Timestamp, language: Language) -> String {
    let at = at.to_zoned_datetime(TimeZone::system());
    let form = language.pick("%d/%m/%Y %H:%M", "%-d %b %Y %H:%M");
    at.strftime(form).to_string()
}

/// The day of a moment by this machine's clock.
pub(super) fn date_of(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::system()).date()
}

/// A day: "26/11/2026" in Spanish, "26 Nov 2026" in English.
pub(super) fn day(day: Date, language: Language) -> String {
    day.strftime(language.pick("%d/%m/%Y", "%-d %b %Y"))
        .to_string()
}

/// A day whose year is known: "26/11" in Spanish, "26 Nov" in English.
pub(super) fn short_day(day: Date, language: Language) -> String {
    day.strftime(language.pick("%d/%m", "%-d %b")).to_string()
}

/// A moment for machines to read: the `datetime` of a `<time>`.
pub(super) fn machine_moment(at: Timestamp) -> String {
    format!("{at:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_does() {
        let es = |value, decimals| number(value, decimals, Language::Spanish);
        assert_eq!(es(1_234_567.891, 2), "1.234.567,89");
        assert_eq!(es(-0.004, 2), "0,00");
        assert_eq!(es(-12.5, 1), "−12,5");
        assert_eq!(es(f64::NAN, 1), "–");
        assert_eq!(number(1_000.0, 0, Language::English), "1,000");
        assert_eq!(percent(0.7349, Language::Spanish), "73,5\u{a0}%");
        assert_eq!(percent(1.0, Language::English), "100.0%");
        assert_eq!(count(0, Language::Spanish), "0");
        assert_eq!(bytes(999, Language::Spanish), "999\u{a0}B");
        assert_eq!(bytes(1_500_000, Language::English), "1.5\u{a0}MB");
        assert_eq!(bytes(38_000_000_000, Language::Spanish), "38\u{a0}GB");
    }
}
