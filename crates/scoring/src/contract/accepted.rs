//! What may be sent, in words, made once per contract from what it accepts.

use crate::date::DateReading;
use crate::input::{
    Band, CategoryReading, NumberReading, NumberSyntax, OnMissing, Output, Range, Reading,
};
use crate::quantity::Quantity;
use crate::{Bilingual, Language};

/// The words for one input. `spellings` are the contract's ways to write "missing".
pub(super) fn describe(
    reading: &Reading,
    output: &Output,
    missing: OnMissing,
    spellings: &[String],
) -> Bilingual {
    let [es, en] = [Language::Spanish, Language::English].map(|language| {
        let mut text = match reading {
            Reading::Number(number) => number_text(language, number, output),
            Reading::Codes(codes) => {
                let list: Vec<&str> = codes
                    .accept
                    .iter()
                    .map(|(spelling, _)| &**spelling)
                    .collect();
                let others = match codes.otherwise {
                    Some(_) => language.pick(" u otro texto", " or any other text"),
                    None => "",
                };
                format!("{}{others}", list.join(", "))
            }
            Reading::Category(categories) => categories_text(language, categories),
            Reading::Ignored => language
                .pick("cualquier valor; no se usa", "any value; it is not used")
                .to_owned(),
            Reading::Date(date) => dates_text(language, date),
            Reading::YearMonth => language
                .pick("año y mes, como 202310", "year and month, such as 202310")
                .to_owned(),
            Reading::AnyText => language.pick("cualquier texto", "any text").to_owned(),
        };
        if missing != OnMissing::Refuse
            && let Some(spelling) = spellings.first()
        {
            text.push_str(&or_missing(language, spelling));
        }
        text
    });
    Bilingual::new(es, en)
}

fn dates_text(language: Language, date: &DateReading) -> String {
    let examples = date.examples().join(language.pick(" o ", " or "));
    let such = language.pick("fecha, como", "date, such as");
    format!("{such} {examples}")
}

/// A category, in quotes where its blanks would not be seen.
fn visible(category: &str) -> String {
    if category.is_empty() || category.trim() != category {
        format!("«{category}»")
    } else {
        category.to_owned()
    }
}

/// The first categories: a column of postal codes has thousands.
fn categories_text(language: Language, categories: &CategoryReading) -> String {
    const MAX_LISTED: usize = 20;
    let known = &categories.known;
    let listed: Vec<String> = known
        .iter()
        .take(MAX_LISTED)
        .map(|(text, _)| visible(text))
        .collect();
    let mut text = listed.join(", ");
    if known.len() > MAX_LISTED {
        let more = known.len() - MAX_LISTED;
        text.push_str(&format!(
            " {} {more} {}",
            language.pick("y", "and"),
            language.pick("más", "more")
        ));
    }
    if !categories.refuses_unknown {
        text.push_str(language.pick(" u otro texto", " or any other text"));
    }
    text
}

fn number_text(language: Language, number: &NumberReading, output: &Output) -> String {
    let whole = number.whole || number.syntax == NumberSyntax::PythonInt;
    let noun = match number.syntax {
        NumberSyntax::Money => language.pick("importe", "amount"),
        _ if whole => language.pick("número entero", "whole number"),
        _ => language.pick("número", "number"),
    };
    let limits = match output {
        Output::Bands(bands) => {
            let (low, high) = bands.extent();
            let finite = |end: f64| end.is_finite().then_some(end);
            limits(language, finite(low), finite(high)) + &or_labels(language, &bands.bands)
        }
        Output::Features(_) | Output::OneHot(_) if number.ranges.is_empty() => {
            limits(language, number.minimum, number.maximum)
        }
        Output::Features(_) | Output::OneHot(_) => ranges(language, &number.ranges),
    };
    let example = match number.syntax {
        NumberSyntax::Money => language.pick(
            ", como 1000.82 o 1.000,82 €",
            ", such as 1000.82 or 1.000,82 €",
        ),
        _ => "",
    };
    format!("{noun}{limits}{example}")
}

fn limits(language: Language, minimum: Option<f64>, maximum: Option<f64>) -> String {
    let shown = |number| Quantity::plain(number).in_language(language);
    match (minimum, maximum) {
        (None, None) => String::new(),
        (Some(low), None) => {
            format!(
                " {} {}",
                language.pick("mayor o igual que", "greater than or equal to"),
                shown(low)
            )
        }
        (None, Some(high)) => {
            format!(
                " {} {}",
                language.pick("menor o igual que", "less than or equal to"),
                shown(high)
            )
        }
        (Some(low), Some(high)) => between(language, low, high),
    }
}

fn between(language: Language, low: f64, high: f64) -> String {
    let [low, high] = [low, high].map(|end| Quantity::plain(end).in_language(language));
    format!(
        " {} {low} {} {high}",
        language.pick("de", "from"),
        language.pick("a", "to")
    )
}

fn ranges(language: Language, ranges: &[Range]) -> String {
    let list: Vec<_> = ranges
        .iter()
        .map(|range| between(language, range.from, range.to))
        .collect();
    list.join(language.pick(" o", " or"))
}

fn or_labels(language: Language, bands: &[Band]) -> String {
    let labels: Vec<&str> = bands
        .iter()
        .filter_map(|band| band.label.as_deref())
        .collect();
    if labels.is_empty() {
        return String::new();
    }
    format!(
        ", {} {}",
        language.pick("o bien", "or one of"),
        labels.join(", ")
    )
}

fn or_missing(language: Language, spelling: &str) -> String {
    let unknown = language.pick("si no se conoce", "when unknown");
    if spelling.is_empty() {
        format!("; {} {unknown}", language.pick("vacío", "empty"))
    } else {
        format!("; {spelling} {unknown}")
    }
}
