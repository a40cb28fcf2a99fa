//! Decisions as rows of a file: a row each, and a column for each input of the contracts of those days.

use std::path::Path;

use propenso_portfolio::{Cell, ColumnKind, PortfolioError, Readers, TableFile};
use propenso_scoring::{Language, Outcome};
use propenso_store::StoreError;
use propenso_store::access_log::Action;
use propenso_store::decision::{Channel, DecisionError, Sent};
use propenso_store::decision_log::pages::Pages;

use super::asked::{Days, Visit};
use super::found::Found;
use super::{Arc, Decisions};

/// Entries that are read at a time.
const PAGE: usize = 100;

/// The columns that every file has. Inputs stand behind them, by their query parameters.
const COLUMNS: [(&str, ColumnKind); 25] = [
    ("decision", ColumnKind::Text),
    ("time", ColumnKind::Moment),
    ("holder", ColumnKind::Text),
    ("key", ColumnKind::Text),
    ("channel", ColumnKind::Text),
    ("job", ColumnKind::Text),
    ("file", ColumnKind::Text),
    ("file_row", ColumnKind::Count),
    ("request", ColumnKind::Text),
    ("version", ColumnKind::Count),
    ("model", ColumnKind::Text),
    ("contract", ColumnKind::Text),
    ("contract_hash", ColumnKind::Text),
    ("program", ColumnKind::Text),
    ("client", ColumnKind::Text),
    ("client_reference", ColumnKind::Text),
    ("class", ColumnKind::Count),
    ("label", ColumnKind::Text),
    ("probability", ColumnKind::Number),
    ("probabilities", ColumnKind::Text),
    ("value", ColumnKind::Number),
    ("control", ColumnKind::Flag),
    ("warnings", ColumnKind::Text),
    ("unknown_inputs", ColumnKind::Text),
    ("forgotten", ColumnKind::Flag),
];

/// Why decisions could not be written into a file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database could not do it.
    #[error("the record of decisions cannot be used: {0}")]
    Store(#[from] StoreError),
    /// A decision cannot be read.
    #[error("a decision cannot be read: {0}")]
    Unreadable(#[from] DecisionError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] PortfolioError),
}

impl Decisions {
    /// Writes the decisions of some days into a file, which is whole or not there. Tells how many; `progress` hears of how
    /// many so far.
    ///
    /// # Errors
    ///
    /// [`ExportError`]; then there is no file.
    pub fn export(
        &self,
        place: &Path,
        days: Days,
        visit: &Visit,
        mut progress: impl FnMut(u64),
    ) -> Result<u64, ExportError> {
        let inputs = self.inputs_of(days)?;
        let named: Vec<String> = inputs.iter().map(|input| column_of(input)).collect();
        let texts = named.iter().map(|name| (name.as_str(), ColumnKind::Text));
        let columns: Vec<(&str, ColumnKind)> = COLUMNS.into_iter().chain(texts).collect();
        let mut file = TableFile::create(place, &columns, Readers::Owner)?;
        self.note(Action::Export, days.subject(), visit)?;
        let mut count = 0;
        for page in Pages::of(&*self.log, &days.query(), PAGE) {
            for entry in page? {
                let scorer = self.scorer(&entry.context);
                let entry = Arc::new(entry);
                for decision in entry.decisions()? {
                    let found = Found::new(Arc::clone(&entry), decision, scorer.clone());
                    Row::of(&found, &inputs).put(&mut file)?;
                    count += 1;
                }
            }
            progress(count);
        }
        file.finish()?;
        Ok(count)
    }

    /// The inputs of all contracts of some days, in the order in which they came.
    fn inputs_of(&self, days: Days) -> Result<Vec<String>, StoreError> {
        let mut inputs = Vec::<String>::new();
        let mut seen = None;
        for page in Pages::of(&*self.log, &days.query(), PAGE) {
            for entry in page? {
                if seen == Some(entry.context_digest) {
                    continue;
                }
                seen = Some(entry.context_digest);
                for input in &entry.context.inputs {
                    if !inputs.contains(input) {
                        inputs.push(input.clone());
                    }
                }
            }
        }
        Ok(inputs)
    }
}

/// The name of an input's column: its own, unless another column has that.
fn column_of(input: &str) -> String {
    match COLUMNS.iter().any(|(name, _)| *name == input) {
        true => format!("input_{input}"),
        false => input.to_owned(),
    }
}

/// A decision's texts, for as long as its row is written.
struct Row<'f> {
    found: &'f Found,
    texts: Texts,
    inputs: Vec<Option<String>>,
}

/// Texts that a decision does not have as such.
struct Texts {
    id: String,
    file: Option<String>,
    model: String,
    contract: String,
    client: Option<String>,
    label: String,
    probabilities: Option<String>,
    warnings: String,
    unknown: Option<String>,
}

impl<'f> Row<'f> {
    fn of(found: &'f Found, inputs: &[String]) -> Self {
        let context = &found.entry.context;
        let personal = found.personal();
        let public = &found.decision.public;
        let warnings = public.warnings.iter().map(|warning| {
            let input = warning.input.map_or("?", |index| found.parameter(index));
            format!("{input}:{}", warning.kind.as_str())
        });
        let texts = Texts {
            id: found.decision.id.to_string(),
            file: match &context.channel {
                Channel::Portfolio { file, .. } => file.map(|file| file.to_string()),
                Channel::Route(_) => None,
            },
            model: context.model.to_string(),
            contract: context.contract.to_string(),
            client: personal.and_then(|known| known.client.map(|client| client.to_string())),
            label: found.label(),
            probabilities: match &public.outcome {
                Outcome::Class { probabilities, .. } => {
                    let texts = probabilities.iter().map(f64::to_string);
                    Some(texts.collect::<Vec<_>>().join(" "))
                }
                Outcome::Payer { .. } | Outcome::Value(_) => None,
            },
            warnings: warnings.collect::<Vec<_>>().join(" "),
            unknown: personal
                .map(|known| known.unknown.join(" "))
                .filter(|names| !names.is_empty()),
        };
        let mut sent = vec![None; inputs.len()];
        for input in found.inputs(Language::English) {
            let place = inputs.iter().position(|name| name == input.parameter);
            if let Some(cell) = place.and_then(|place| sent.get_mut(place)) {
                *cell = as_cell(input.sent);
            }
        }
        Self {
            found,
            texts,
            inputs: sent,
        }
    }

    fn put(&self, file: &mut TableFile) -> Result<(), PortfolioError> {
        let (found, texts) = (self.found, &self.texts);
        let (context, public) = (&found.entry.context, &found.decision.public);
        let personal = found.personal();
        let (class, probability, value) = match public.outcome {
            Outcome::Payer { pays, probability } => (Some(pays.into()), probability, None),
            Outcome::Value(value) => (None, None, Some(value)),
            Outcome::Class { class, .. } => (Some(class as u64), None, None),
        };
        let number = |number: Option<f64>| number.map_or(Cell::Empty, Cell::Number);
        let job = match &context.channel {
            Channel::Portfolio { job, .. } => Some(job.as_str()),
            Channel::Route(_) => None,
        };
        let mut cells = vec![
            Cell::Text(&texts.id),
            Cell::Moment(found.decision.id.at()),
            Cell::Text(&context.who.name),
            text(context.who.key.as_deref()),
            Cell::Text(context.channel.name()),
            text(job),
            text(texts.file.as_deref()),
            public.row.map_or(Cell::Empty, Cell::Count),
            text(personal.and_then(|known| known.request.as_deref())),
            context
                .version
                .map_or(Cell::Empty, |version| Cell::Count(version.into())),
            Cell::Text(&texts.model),
            Cell::Text(&context.contract_name),
            Cell::Text(&texts.contract),
            Cell::Text(&context.program),
            text(texts.client.as_deref()),
            text(personal.and_then(|known| known.reference.as_deref())),
            class.map_or(Cell::Empty, Cell::Count),
            Cell::Text(&texts.label),
            number(probability),
            text(texts.probabilities.as_deref()),
            number(value),
            public.control.map_or(Cell::Empty, Cell::Flag),
            Cell::Text(&texts.warnings),
            text(texts.unknown.as_deref()),
            Cell::Flag(personal.is_none()),
        ];
        cells.extend(self.inputs.iter().map(|cell| text(cell.as_deref())));
        file.push(&cells)
    }
}

fn text(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Empty, Cell::Text)
}

/// What was sent, as a cell has it: what was not sent is empty, as what was sent empty.
fn as_cell(sent: &Sent) -> Option<String> {
    match sent {
        Sent::Absent | Sent::Missing | Sent::Withheld => None,
        Sent::Text(text) | Sent::Number(text) => Some(text.clone()),
        Sent::Boolean(is_true) => Some(is_true.to_string()),
        Sent::Other(kind) => Some((*kind).to_owned()),
        Sent::Pseudonym(pseudonym) => Some(pseudonym.to_string()),
    }
}
