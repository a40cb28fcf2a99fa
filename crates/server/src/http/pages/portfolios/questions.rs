//! What is not clear of a portfolio, as a form; and what else can be said of how it is read.

use std::collections::BTreeMap;

use propenso_portfolio::{Doubt, Encoding, Format, Mapping, Preview, Separator, Sought};
use propenso_scoring::Contract;

use super::recognised::{encoding_name, separator_name};
use crate::http::pages::words::DraftWords;
use propenso_portfolio::options::{self, COLUMNS, MAP, RunOptions};

/// What the field of an input is called begins so.
const COLUMN_OF: &str = "columna.";

/// Sent for what is to be found out.
const BY_ITSELF: &str = "";

/// What is wrong with fields, by their names.
pub(super) type Wrong = BTreeMap<String, String>;

/// The form in which it is said how a file is read.
pub(super) struct ReadingForm {
    /// Which of several sheets is meant.
    pub(super) which_sheet: Vec<Choice>,
    pub(super) columns: Vec<ColumnQuestion>,
    /// Columns that have the same name, so that none can be told from the others.
    pub(super) repeated: Vec<String>,
    pub(super) decimal: Option<DecimalQuestion>,
    /// What can be said besides, a field each.
    pub(super) id_column: Option<Field>,
    pub(super) amount_column: Option<Field>,
    pub(super) inputs: Vec<Field>,
    pub(super) sheets: Vec<Choice>,
    pub(super) header_row: Field,
    pub(super) decimals: Vec<Choice>,
    pub(super) separators: Vec<Choice>,
    pub(super) encodings: Vec<Choice>,
    /// The columns that there are to choose among.
    pub(super) known: Vec<String>,
    pub(super) is_open: bool,
}

/// A question for a column.
pub(super) struct ColumnQuestion {
    pub(super) field: String,
    pub(super) question: String,
    pub(super) help: String,
    pub(super) choices: Vec<Choice>,
    pub(super) wrong: Option<String>,
}

/// A question for the mark before decimals.
pub(super) struct DecimalQuestion {
    /// Columns, each with some numbers.
    pub(super) columns: Vec<(String, String)>,
    pub(super) is_certain: bool,
}

/// A field with what is in it.
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) wrong: Option<String>,
}

/// One of several values.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

impl ReadingForm {
    pub(super) fn new(
        contract: &Contract,
        preview: Option<&Preview>,
        rivals: Option<&[String]>,
        (options, mut wrong): (&RunOptions, Wrong),
        words: DraftWords,
    ) -> Self {
        let is_wrong = !wrong.is_empty();
        let doubts = preview.map_or(&[][..], |preview| &preview.doubts);
        let known = preview.map_or_else(Vec::new, selectable);
        let (mut columns, mut repeated, mut decimal) = (Vec::new(), Vec::new(), None);
        for doubt in doubts {
            match doubt {
                Doubt::Decimal {
                    columns,
                    is_certain,
                } => {
                    let columns = columns.iter();
                    decimal = Some(DecimalQuestion {
                        columns: columns
                            .map(|column| (column.name.clone(), column.examples.join(" · ")))
                            .collect(),
                        is_certain: *is_certain,
                    });
                }
                Doubt::Column { candidates, .. } if is_same_name(candidates) => {
                    repeated.extend(candidates.first().cloned());
                }
                Doubt::Column { sought, candidates } => {
                    let among = if candidates.is_empty() {
                        &known
                    } else {
                        candidates
                    };
                    let field = field_of(sought);
                    columns.push(ColumnQuestion {
                        question: question(sought, words),
                        help: help(contract, sought, candidates, words),
                        choices: choices(
                            among.iter().map(|name| (name.as_str(), name.as_str())),
                            "",
                        ),
                        wrong: wrong.remove(&field),
                        field,
                    });
                }
            }
        }
        repeated.sort();
        repeated.dedup();
        let is_asked = |name: &str| columns.iter().any(|column| column.field == name);
        let mut field = |id: String, name: &str, label: &str, value: String| {
            (!is_asked(name)).then(|| Field {
                id,
                name: name.to_owned(),
                label: label.to_owned(),
                value,
                wrong: wrong.remove(name),
            })
        };
        let said = |name: &str| options.get(name).unwrap_or_default().to_owned();
        let inputs = contract.inputs().iter().enumerate();
        let inputs = inputs.filter(|(_, input)| input.is_used());
        // Names may have blanks, which no id may have.
        let inputs = inputs.filter_map(|(at, input)| {
            let name = format!("{COLUMN_OF}{}", input.name());
            let column = mapped(options, input.name());
            field(format!("columna-{at}"), &name, input.name(), column)
        });
        let inputs: Vec<Field> = inputs.collect();
        let detected = preview.map(|preview| &preview.detected);
        let is_text = detected.is_none_or(|detected| detected.format == Format::Csv);
        let sheets = preview.map_or(&[][..], |preview| &preview.sheets);
        let sheets = if sheets.len() > 1 { sheets } else { &[] };
        Self {
            which_sheet: choices(names(rivals.unwrap_or_default()), ""),
            decimal,
            repeated,
            id_column: field(
                "f-id".to_owned(),
                "id_column",
                words.id(),
                said("id_column"),
            ),
            amount_column: field(
                "f-amount".to_owned(),
                "amount_column",
                words.amount(),
                said("amount_column"),
            ),
            header_row: Field {
                id: "f-header".to_owned(),
                name: "header_row".to_owned(),
                label: words.header_row().to_owned(),
                value: said("header_row"),
                wrong: wrong.remove("header_row"),
            },
            inputs,
            columns,
            sheets: choices(names(sheets), &said("sheet")),
            decimals: choices(
                [
                    ("comma", words.decimal_comma()),
                    ("point", words.decimal_point()),
                ],
                &said("decimal"),
            ),
            separators: match is_text {
                true => choices(
                    Separator::ALL.map(|mark| (mark.name(), separator_name(mark, words))),
                    &said("separator"),
                ),
                false => Vec::new(),
            },
            encodings: match is_text {
                true => choices(
                    [Encoding::Utf8, Encoding::Windows1252, Encoding::Utf16Le]
                        .map(|encoding| (encoding.name(), encoding_name(encoding))),
                    &said("encoding"),
                ),
                false => Vec::new(),
            },
            known,
            is_open: is_wrong,
        }
    }

    /// Whether anything is asked.
    pub(super) fn asks(&self) -> bool {
        !self.which_sheet.is_empty()
            || !self.columns.is_empty()
            || !self.repeated.is_empty()
            || self.decimal.is_some()
    }

    /// Reads what was sent: how the file is read, and what of it cannot be.
    pub(super) fn read(
        form: &[(String, String)],
        preview: Option<&Preview>,
        words: DraftWords,
    ) -> (RunOptions, Wrong) {
        let (mut options, mut wrong) = (RunOptions::default(), Wrong::new());
        let mut taken = Vec::new();
        for (field, value) in form {
            let value = value.trim();
            if value == BY_ITSELF || taken.contains(&field) {
                continue;
            }
            taken.push(field);
            let (name, text) = match field.strip_prefix(COLUMN_OF) {
                Some(input) => (COLUMNS, format!("{value}={input}")),
                None => (field.as_str(), value.to_owned()),
            };
            let Some(name) = options::READING.into_iter().find(|known| *known == name) else {
                continue;
            };
            let is_column = [COLUMNS, "id_column", "amount_column"].contains(&name);
            if is_column && preview.is_some_and(|preview| !has(preview, value)) {
                wrong.insert(field.clone(), words.wrong_column(value));
            } else if options::check(name, &text).is_err() {
                let sentence = match name {
                    "header_row" => words.wrong_row(),
                    _ => words.no_such_choice(),
                };
                wrong.insert(field.clone(), sentence.to_owned());
            }
            options.put(name, Some(text));
        }
        (options, wrong)
    }
}

/// Whether a file has a column of this name, as far as that is known here.
fn has(preview: &Preview, name: &str) -> bool {
    let is_known = preview.columns.iter().any(|column| column.trim() == name);
    is_known || preview.n_columns > preview.columns.len()
}

/// The columns that a name tells from all others.
fn selectable(preview: &Preview) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for column in &preview.columns {
        *times.entry(column.trim()).or_default() += 1;
    }
    let columns = preview.columns.iter();
    let once = columns.filter(|column| !column.trim().is_empty() && times[column.trim()] == 1);
    once.cloned().collect()
}

fn is_same_name(candidates: &[String]) -> bool {
    matches!(candidates, [first, others @ ..] if !others.is_empty() && others.iter().all(|name| name == first))
}

fn field_of(sought: &Sought) -> String {
    match sought {
        Sought::Input(input) => format!("{COLUMN_OF}{input}"),
        Sought::Id => "id_column".to_owned(),
        Sought::Amount => "amount_column".to_owned(),
    }
}

fn question(sought: &Sought, words: DraftWords) -> String {
    match sought {
        Sought::Input(input) => words.which_column(input),
        Sought::Id => words.which_id().to_owned(),
        Sought::Amount => words.which_amount().to_owned(),
    }
}

/// Says why it is asked, and what the input is.
fn help(contract: &Contract, sought: &Sought, candidates: &[String], words: DraftWords) -> String {
    let why = match candidates.is_empty() {
        true => words.no_column(),
        false => words.several_columns(),
    };
    let input = match sought {
        Sought::Input(name) => contract.input_index(name),
        Sought::Id | Sought::Amount => None,
    };
    match input.map(|input| &contract.inputs()[input]) {
        Some(input) => format!(
            "{why} {}: {}.",
            input.text_at_start(words.0),
            input.accepted(words.0)
        ),
        None => why.to_owned(),
    }
}

/// The column that was said to be an input.
fn mapped(options: &RunOptions, input: &str) -> String {
    let mappings = options
        .iter()
        .filter(|(name, _)| [MAP, COLUMNS].contains(name));
    let mappings = mappings.filter_map(|(_, text)| text.parse::<Mapping>().ok());
    let mut columns = mappings.filter(|mapping| mapping.input == input);
    columns
        .next()
        .map(|mapping| mapping.column)
        .unwrap_or_default()
}

fn names(names: &[String]) -> impl Iterator<Item = (&str, &str)> {
    names.iter().map(|name| (name.as_str(), name.as_str()))
}

fn choices<'c>(all: impl IntoIterator<Item = (&'c str, &'c str)>, chosen: &str) -> Vec<Choice> {
    let all = all.into_iter();
    all.map(|(value, label)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: value == chosen,
    })
    .collect()
}
