//! The form, made from the contract: a field an input, of the kind that takes least typing.

use propenso_scoring::{Contract, FieldError, Input, Language, Shape};

/// How far a slider goes where the contract sets no end to a number: so many times what was typed.
const REACH: f64 = 3.0;

/// Steps of a slider over numbers with decimals.
const STEPS: f64 = 200.0;

/// A field of the form.
#[derive(Debug)]
pub(super) struct Field {
    /// The input's query parameter.
    pub(super) name: String,
    /// What the page's elements are told apart by: an id has no blanks, and a parameter may.
    pub(super) id: String,
    pub(super) label: String,
    /// What it is, where that says more than the label.
    pub(super) help: String,
    pub(super) accepted: String,
    pub(super) value: String,
    pub(super) control: Control,
    pub(super) may_be_blank: bool,
    /// What is wrong with what was typed.
    pub(super) wrong: Option<String>,
}

/// What is typed into, or chosen from.
#[derive(Debug)]
pub(super) enum Control {
    /// One of some texts.
    Choice(Vec<String>),
    /// Some texts, or another one.
    Suggestions(Vec<String>),
    /// A number, with a slider where it has ends.
    Number(Option<Slider>),
    /// A year and a month.
    YearMonth,
    /// A day, as browsers write it: every contract reads that besides its own formats.
    Day,
    /// Any text.
    Text,
}

/// From where to where a number is moved.
#[derive(Debug)]
pub(super) struct Slider {
    pub(super) least: f64,
    pub(super) most: f64,
    pub(super) step: f64,
    pub(super) value: f64,
}

/// Makes the form, filled in with what was typed. What the model does not look at is not asked for.
pub(super) fn of(
    contract: &Contract,
    values: &[(String, String)],
    errors: &[FieldError],
    language: Language,
) -> Vec<Field> {
    let used = contract.inputs().iter().filter(|input| input.is_used());
    used.enumerate()
        .map(|(at, input)| {
            let is_of =
                |(name, _): &&(String, String)| name == input.parameter() || name == input.name();
            let value = values.iter().find(is_of);
            let value = value.map_or_else(String::new, |(_, value)| value.clone());
            let label = input.text_at_start(language).into_owned();
            let help = input.help(language);
            let error = errors
                .iter()
                .find(|error| error.parameter == input.parameter());
            let control = Control::of(input, &value);
            // A day that somebody wrote as people do would be blank in a calendar.
            let value = match (&control, input.iso_day(&value)) {
                (Control::Day, Some(day)) => day,
                _ => value,
            };
            Field {
                name: input.parameter().to_owned(),
                id: id_of(input.parameter(), at),
                help: match help == input.text(language) {
                    true => String::new(),
                    false => help.to_owned(),
                },
                label,
                accepted: match control {
                    // It is picked from a calendar.
                    Control::Day => String::new(),
                    _ => accepted(input, language),
                },
                control,
                may_be_blank: input.may_be_missing() || !input.must_be_sent(),
                wrong: error.map(|error| {
                    let accepted = error.accepted(language);
                    format!("{}; {accepted}", error.message(language))
                }),
                value,
            }
        })
        .collect()
}

/// The parameter itself where it is plain, else its place, which no plain one looks like.
fn id_of(parameter: &str, at: usize) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match parameter.chars().all(is_plain) {
        true => parameter.to_owned(),
        false => format!(".{at}"),
    }
}

/// What is wrong with an input, and with which.
pub(super) fn complaint(contract: &Contract, error: &FieldError, language: Language) -> String {
    let input = contract
        .input_index(&error.parameter)
        .and_then(|at| contract.inputs().get(at));
    let name = input.map_or_else(
        || error.input.clone(),
        |input| input.text_at_start(language).into_owned(),
    );
    format!("{name}: {}", error.message(language))
}

/// What may be typed; nothing where it is chosen from a list.
fn accepted(input: &Input, language: Language) -> String {
    match input.shape() {
        Shape::Choice {
            takes_others: false,
            ..
        } => String::new(),
        _ => input.accepted(language).to_owned(),
    }
}

impl Control {
    fn of(input: &Input, value: &str) -> Self {
        match input.shape() {
            Shape::Choice {
                known,
                takes_others,
                ..
            } => {
                let known = known.into_iter().map(str::to_owned).collect();
                match takes_others {
                    true => Self::Suggestions(known),
                    false => Self::Choice(known),
                }
            }
            Shape::Number(number) if !number.labels.is_empty() => {
                Self::Suggestions(number.labels.into_iter().map(str::to_owned).collect())
            }
            Shape::Number(number) => {
                let ends = number.ranges.first().copied();
                Self::Number(ends.and_then(|ends| Slider::of(ends, number.is_whole, value)))
            }
            Shape::YearMonth => Self::YearMonth,
            // What is no day, and nothing to be picked from a calendar, is shown as it was typed.
            Shape::Date { .. } => match value.is_empty() || input.iso_day(value).is_some() {
                true => Self::Day,
                false => Self::Text,
            },
            Shape::Text | Shape::Unused => Self::Text,
        }
    }
}

impl Slider {
    /// A slider for a number that was typed. None for what a program would not read at once as the number a person means: a slider must not
    /// say another.
    fn of((least, most): (f64, f64), is_whole: bool, value: &str) -> Option<Self> {
        let value: f64 = value.trim().parse().ok()?;
        if !value.is_finite() || value < least || value > most {
            return None;
        }
        let reach = nice((value.abs() * REACH).max(10.0));
        let least = match least.is_finite() {
            true => least,
            false => value.min(0.0) - reach,
        };
        let most = match most.is_finite() {
            true => most,
            false => least.max(0.0) + reach,
        };
        let has_decimals = !is_whole && (value.fract() != 0.0 || most - least < 10.0);
        Some(Self {
            step: match has_decimals {
                true => nice((most - least) / STEPS).min(0.01_f64.max((most - least) / STEPS)),
                false => 1.0,
            },
            least,
            most,
            value,
        })
    }
}

/// The next number above that people count by: 1, 2 or 5 times a power of ten.
fn nice(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let digit = number / power;
    let digit = [1.0, 2.0, 5.0].into_iter().find(|nice| digit <= *nice);
    digit.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_the_shipped_contract() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let values = [("cf".to_owned(), "3".to_owned())];
        let fields = of(&contract, &values, &[], Language::Spanish);
        let field = |name: &str| fields.iter().find(|field| field.name == name).unwrap();
        assert_eq!(fields.len(), contract.inputs().len());
        assert!(matches!(&field("er").control, Control::Choice(known) if known.len() == 3));
        assert!(matches!(field("fb").control, Control::YearMonth));
        assert!(matches!(&field("ed").control, Control::Suggestions(known) if known.len() == 4));
        let Control::Number(Some(slider)) = &field("cf").control else {
            panic!("{:?}", field("cf"))
        };
        assert_eq!((slider.least, slider.most, slider.step), (0.0, 10.0, 1.0));
        assert!(matches!(field("im").control, Control::Number(None)));
        assert_eq!(field("cf").label, "Cantidad de facturas");
    }

    #[test]
    fn ids_have_no_blanks() {
        let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
        let own = shipped.replacen("parameter = \"cf\"", "parameter = \"n.º facturas\"", 1);
        let contract = Contract::parse(&own).unwrap();
        let fields = of(&contract, &[], &[], Language::Spanish);
        let (at, field) = { fields.iter().enumerate() }
            .find(|(_, field)| field.name == "n.º facturas")
            .unwrap();
        assert_eq!(field.id, format!(".{at}"));
        assert!(fields.iter().all(|field| !field.id.contains(' ')));
    }

    #[test]
    fn a_day_is_picked_from_a_calendar() {
        let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
        let month = "kind = \"year_month\"";
        let day = "kind = \"date\"\nformats = [\"%d/%m/%Y\"]";
        let contract = Contract::parse(&shipped.replacen(month, day, 1)).unwrap();
        let field = |value: &str| {
            let values = [("fb".to_owned(), value.to_owned())];
            let fields = of(&contract, &values, &[], Language::Spanish);
            fields.into_iter().find(|field| field.name == "fb").unwrap()
        };
        for (typed, shown) in [
            ("", ""),
            ("2023-10-31", "2023-10-31"),
            ("31/10/2023", "2023-10-31"),
        ] {
            let field = field(typed);
            assert!(matches!(field.control, Control::Day), "{field:?}");
            assert_eq!((&*field.value, &*field.accepted), (shown, ""), "{typed}");
        }
        // What is no day stays as it was typed, with how a day is written.
        let field = field("31/02/2023");
        assert!(matches!(field.control, Control::Text));
        assert!(
            field.value == "31/02/2023" && field.accepted.contains("31/10/2023"),
            "{field:?}"
        );
    }

    #[test]
    fn a_slider_is_around_what_was_typed() {
        let slider = |ends, value| Slider::of(ends, false, value);
        let amount = slider((0.0, f64::INFINITY), "263.68").unwrap();
        assert_eq!((amount.least, amount.most), (0.0, 1_000.0));
        assert!(amount.step <= 5.0);
        let any = slider((f64::NEG_INFINITY, f64::INFINITY), "-4").unwrap();
        assert!(any.least < -4.0 && any.most > 0.0);
        for none in ["", "1.234,56", "NaN", "-1", "x"] {
            assert!(slider((0.0, f64::INFINITY), none).is_none(), "{none}");
        }
    }

    #[test]
    fn people_count_by_nice_numbers() {
        for (number, expected) in [
            (1.0, 1.0),
            (1.1, 2.0),
            (9.0, 10.0),
            (791.0, 1_000.0),
            (0.03, 0.05),
        ] {
            assert!((nice(number) - expected).abs() < 1e-12, "{number}");
        }
    }
}
