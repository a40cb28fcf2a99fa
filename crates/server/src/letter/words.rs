//! Numbers and days as a letter tells them.

use jiff::ZonedDateTime;
use propenso_scoring::Language;

const MONTHS: [(&str, &str); 12] = [
    ("enero", "January"),
    ("febrero", "February"),
    ("marzo", "March"),
    ("abril", "April"),
    ("mayo", "May"),
    ("junio", "June"),
    ("julio", "July"),
    ("agosto", "August"),
    ("septiembre", "September"),
    ("octubre", "October"),
    ("noviembre", "November"),
    ("diciembre", "December"),
];

/// A day: "14 de marzo de 2026".
pub(super) fn day(at: &ZonedDateTime, language: Language) -> String {
    let month = usize::try_from(at.month()).unwrap_or(1);
    let names = month.checked_sub(1).and_then(|month| MONTHS.get(month));
    let (spanish, english) = names.copied().unwrap_or_default();
    let (day, year) = (at.day(), at.year());
    match language {
        Language::Spanish => format!("{day} de {spanish} de {year}"),
        Language::English => format!("{day} {english} {year}"),
    }
}

/// A year and a month as they were sent, and as people read them: "202310 (octubre de 2023)".
pub(super) fn year_month(sent: String, language: Language) -> String {
    let parts = sent.get(..4).zip(sent.get(4..6));
    let month = parts.and_then(|(year, month)| {
        let month = month.parse::<usize>().ok()?.checked_sub(1)?;
        Some((year.parse::<u16>().ok()?, MONTHS.get(month)?))
    });
    match (month, language) {
        (Some((year, (name, _))), Language::Spanish) => format!("{sent} ({name} de {year})"),
        (Some((year, (_, name))), Language::English) => format!("{sent} ({name} {year})"),
        (None, _) => sent,
    }
}

/// A time of the day, with what its clock is ahead: "10:32 (UTC+01:00)".
pub(super) fn minute(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M (UTC%:z)").to_string()
}

/// A share of a hundred, to a tenth: "8,5 %". What is not quite nothing, or not quite all, is told as that.
pub(super) fn percent(share: f64, language: Language) -> String {
    let unit = language.pick(" %", "%");
    let text = format!("{:.1}", share * 100.0);
    match &*text {
        "0.0" if share > 0.0 => format!(
            "{} {}{unit}",
            language.pick("menos del", "less than"),
            in_language("0.1", language)
        ),
        "100.0" if share < 1.0 => format!(
            "{} {}{unit}",
            language.pick("más del", "more than"),
            in_language("99.9", language)
        ),
        text => format!("{}{unit}", in_language(text, language)),
    }
}

/// Points of a probability, to a tenth: "10,4 puntos".
pub(super) fn points(share: f64, language: Language) -> String {
    let text = format!("{:.1}", share.abs() * 100.0);
    let unit = match &*text {
        "1.0" => language.pick("punto", "point"),
        _ => language.pick("puntos", "points"),
    };
    format!("{} {unit}", in_language(&text, language))
}

/// A number, to four digits.
pub(super) fn number(value: f64, language: Language) -> String {
    let digits = (3.0 - value.abs().log10().floor()).clamp(0.0, 15.0);
    let text = format!("{value:.*}", digits as usize);
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    in_language(text, language)
}

/// Several things in one sentence: "a, b y c".
pub(super) fn listed(things: &[String], language: Language) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => {
            let and = language.pick("y", "and");
            format!("{} {and} {last}", first.join(", "))
        }
    }
}

/// A text of a contract or a model, quoted.
pub(super) fn quoted(text: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("«{text}»"),
        Language::English => format!("“{text}”"),
    }
}

fn in_language(number: &str, language: Language) -> String {
    match language {
        Language::Spanish => number.replace('.', ","),
        Language::English => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use Language::{English, Spanish};
    use jiff::{Timestamp, tz};

    use super::*;

    #[test]
    fn numbers_and_days_are_told_in_both_languages() {
        assert_eq!(percent(0.085, Spanish), "8,5 %");
        assert_eq!(percent(0.085, English), "8.5%");
        assert_eq!(percent(0.0, Spanish), "0,0 %");
        assert_eq!(percent(0.000_1, Spanish), "menos del 0,1 %");
        assert_eq!(percent(0.999_9, English), "more than 99.9%");
        assert_eq!(percent(1.0, English), "100.0%");
        assert_eq!(points(-0.1044, Spanish), "10,4 puntos");
        assert_eq!(points(0.01, English), "1.0 point");
        assert_eq!(number(1234.56, Spanish), "1235");
        assert_eq!(number(0.5, Spanish), "0,5");
        assert_eq!(number(0.0, English), "0");
        let list = |things: &[&str]| {
            let things: Vec<String> = things.iter().map(ToString::to_string).collect();
            listed(&things, Spanish)
        };
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b y c");
        let at = Timestamp::from_second(1_773_480_720).unwrap();
        let at = at.to_zoned_datetime(tz::Offset::constant(1).to_time_zone());
        assert_eq!(day(&at, Spanish), "14 de marzo de 2026");
        assert_eq!(day(&at, English), "14 March 2026");
        assert_eq!(
            year_month("202310".to_owned(), Spanish),
            "202310 (octubre de 2023)"
        );
        assert_eq!(
            year_month("202301.0".to_owned(), English),
            "202301.0 (January 2023)"
        );
        assert_eq!(year_month("202313".to_owned(), Spanish), "202313");
        assert_eq!(year_month("ñandú".to_owned(), Spanish), "ñandú");
        assert_eq!(minute(&at), "10:32 (UTC+01:00)");
    }
}
