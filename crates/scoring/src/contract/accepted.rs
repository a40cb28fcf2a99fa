//! What may be sent, in words, made once per contract from what it accepts.

use crate::input::{
    Band, CategoryReading, NumberReading, NumberSyntax, OnMissing, Output, Range, Reading,
};
use crate::{Bilingual, Language};

/// The words for one input. `spellings` are the contract's ways to write "missing".
pub(super) fn describe(
    reading: &Reading,
    output: &Output,
    missing: OnMissing,
    spellings: &[String],
) -> Bilingual {
    let [es, en] = [Language::Spanish, Language::English].map(|language| {
        let words = Words(language);
        let mut text = match reading {
            Reading::Number(number) => words.number(number, output),
            Reading::Codes(codes) => {
                let list: Vec<&str> = codes
                    .accept
                    .iter()
                    .map(|(spelling, _)| &**spelling)
                    .collect();
                let others = match codes.otherwise {
                    Some(_) => words.0.pick(" u otro texto", " or any other text"),
                    None => "",
                };
                format!("{}{others}", list.join(", "))
            }
            Reading::Category(categories) => words.categories(categories),
            Reading::Ignored => words
                .0
                .pick("cualquier valor; no se usa", "any value; it is not used")
                .to_owned(),
            Reading::YearMonth => words
                .0
                .pick("año y mes, como 202310", "year and month, such as 202310")
                .to_owned(),
            Reading::AnyText => words.0.pick("cualquier texto", "any text").to_owned(),
        };
        if missing != OnMissing::Refuse
            && let Some(spelling) = spellings.first()
        {
            text.push_str(&words.or_missing(spelling));
        }
        text
    });
    Bilingual::new(es, en)
}

/// A category, in quotes where its blanks would not be seen.
fn visible(category: &str) -> String {
    if category.is_empty() || category.trim() != category {
        format!("«{category}»")
    } else {
        category.to_owned()
    }
}

/// Words in one language.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    /// The first categories: a column of postal codes has thousands.
    fn categories(self, categories: &CategoryReading) -> String {
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
                self.0.pick("y", "and"),
                self.0.pick("más", "more")
            ));
        }
        if !categories.refuses_unknown {
            text.push_str(self.0.pick(" u otro texto", " or any other text"));
        }
        text
    }

    fn number(self, number: &NumberReading, output: &Output) -> String {
        let whole = number.whole || number.syntax == NumberSyntax::PythonInt;
        let noun = match number.syntax {
            NumberSyntax::Money => self.0.pick("importe", "amount"),
            _ if whole => self.0.pick("número entero", "whole number"),
            _ => self.0.pick("número", "number"),
        };
        let limits = match output {
            Output::Bands(bands) => {
                let (low, high) = bands.extent();
                let finite = |end: f64| end.is_finite().then_some(end);
                self.limits(finite(low), finite(high)) + &self.or_labels(&bands.bands)
            }
            Output::Features(_) if number.ranges.is_empty() => {
                self.limits(number.minimum, number.maximum)
            }
            Output::Features(_) => self.ranges(&number.ranges),
        };
        let example = match number.syntax {
            NumberSyntax::Money => self.0.pick(
                ", como 1000.82 o 1.000,82 €",
                ", such as 1000.82 or 1.000,82 €",
            ),
            _ => "",
        };
        format!("{noun}{limits}{example}")
    }

    fn limits(self, minimum: Option<f64>, maximum: Option<f64>) -> String {
        match (minimum, maximum) {
            (None, None) => String::new(),
            (Some(low), None) => {
                format!(
                    " {} {low}",
                    self.0.pick("mayor o igual que", "greater than or equal to")
                )
            }
            (None, Some(high)) => {
                format!(
                    " {} {high}",
                    self.0.pick("menor o igual que", "less than or equal to")
                )
            }
            (Some(low), Some(high)) => self.between(low, high),
        }
    }

    fn between(self, low: f64, high: f64) -> String {
        format!(
            " {} {low} {} {high}",
            self.0.pick("de", "from"),
            self.0.pick("a", "to")
        )
    }

    fn ranges(self, ranges: &[Range]) -> String {
        let list: Vec<_> = ranges
            .iter()
            .map(|range| self.between(range.from, range.to))
            .collect();
        list.join(self.0.pick(" o", " or"))
    }

    fn or_labels(self, bands: &[Band]) -> String {
        let labels: Vec<&str> = bands
            .iter()
            .filter_map(|band| band.label.as_deref())
            .collect();
        if labels.is_empty() {
            return String::new();
        }
        format!(
            ", {} {}",
            self.0.pick("o bien", "or one of"),
            labels.join(", ")
        )
    }

    fn or_missing(self, spelling: &str) -> String {
        let unknown = self.0.pick("si no se conoce", "when unknown");
        if spelling.is_empty() {
            format!("; {} {unknown}", self.0.pick("vacío", "empty"))
        } else {
            format!("; {spelling} {unknown}")
        }
    }
}
