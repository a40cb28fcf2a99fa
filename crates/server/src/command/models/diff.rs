//! `propenso models diff`: who moves between two versions, or two files.

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use propenso_lifecycle::gates::clients::opinions;
use propenso_lifecycle::load::{self, ModelPath};
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::registry::Registry;
use propenso_lifecycle::served::Served;
use propenso_portfolio::{PortfolioError, Table, guard};
use propenso_scoring::statistics::{Deciles, Migration};
use propenso_scoring::{Bilingual, Scorer};

use super::CommandError;
use crate::cli::{DiffArgs, NamedModel};
use crate::settings::ModelsSettings;

/// Scores the clients with both versions and writes who moves.
pub(super) fn run(args: &DiffArgs, settings: &ModelsSettings) -> Result<ExitCode, CommandError> {
    let is_file = |model: &NamedModel| matches!(model, NamedModel::File(_));
    let has_file = is_file(&args.before) || is_file(&args.after);
    if !has_file && (args.contract.is_some() || args.key.is_some()) {
        return Err(CommandError::FilesOnly);
    }
    let unreadable = |error: PortfolioError| {
        CommandError::file(&args.on, Bilingual::of(|language| error.problem(language)))
    };
    let before = scorer(&args.before, args, settings)?;
    let after = scorer(&args.after, args, settings)?;
    let table = Table::open(&args.on, before.contract()).map_err(unreadable)?;
    let id_column = table.column(&args.id_column);
    let id_column = id_column.map_err(|error| {
        CommandError::file(&args.on, Bilingual::of(|language| error.message(language)))
    })?;
    let diff = Diff {
        args,
        table: &table,
        id_column,
        before: Scores::of(&before, &table).map_err(unreadable)?,
        after: Scores::of(&after, &table).map_err(unreadable)?,
    };
    let written = match &args.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| CommandError::system(path, &error))?;
            diff.write_table(file)
        }
        None => diff.write_table(std::io::stdout().lock()),
    };
    written.map_err(std::io::Error::from)?;
    diff.write_summary()?;
    Ok(ExitCode::SUCCESS)
}

fn scorer(
    model: &NamedModel,
    args: &DiffArgs,
    settings: &ModelsSettings,
) -> Result<Arc<Scorer>, CommandError> {
    match model {
        NamedModel::Version(number) => {
            let number = *number;
            let registry = Registry::open(&settings.place)?;
            let version = registry.version(number)?;
            let served = Served::load(&registry, &version);
            let served = served.map_err(|reason| CommandError::Version { number, reason })?;
            Ok(served.scorer)
        }
        NamedModel::File(path) => {
            let rules = &settings.rules;
            let key = args.key.as_deref().or(rules.key.as_deref());
            let contract = args.contract.as_deref().or(rules.contract.as_deref());
            let model = ModelPath::new(path, key);
            let scorer = match rules.strict {
                true => load::strict_scorer(model, contract),
                false => load::scorer(model, contract),
            };
            Ok(Arc::new(scorer?))
        }
    }
}

/// What the columns of two models are called: by number, or by file, and where both are called alike by place too.
fn names(args: &DiffArgs) -> [String; 2] {
    let name = |model: &NamedModel| match model {
        NamedModel::Version(number) => number.to_string(),
        NamedModel::File(path) => {
            let stem = path.file_stem().unwrap_or(path.as_os_str());
            stem.to_string_lossy().into_owned()
        }
    };
    match (name(&args.before), name(&args.after)) {
        (before, after) if before == after => [format!("{before}_1"), format!("{after}_2")],
        (before, after) => [before, after],
    }
}

/// What the summary calls a model.
fn called(model: &NamedModel) -> String {
    match model {
        NamedModel::Version(number) => format!("la versión {number}"),
        NamedModel::File(path) => path.display().to_string(),
    }
}

/// What a version says of every client.
struct Scores {
    opinions: Vec<Option<Opinion>>,
    deciles: Option<Deciles>,
}

impl Scores {
    fn of(scorer: &Scorer, table: &Table) -> Result<Self, PortfolioError> {
        let opinions = opinions(scorer, table)?;
        let known: Vec<f64> = opinions
            .iter()
            .flatten()
            .filter_map(|opinion| opinion.probability)
            .collect();
        Ok(Self {
            deciles: Deciles::of(&known),
            opinions,
        })
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.opinions[row].map(|opinion| opinion.class)
    }

    fn decile(&self, row: usize) -> Option<u8> {
        let probability = self.opinions[row]?.probability?;
        self.deciles
            .as_ref()
            .map(|deciles| deciles.decile(probability))
    }

    /// Probability, class and decile, as cells.
    fn cells(&self, row: usize) -> [String; 3] {
        let opinion = self.opinions[row];
        let probability = opinion.and_then(|opinion| opinion.probability);
        let text = |value: Option<String>| value.unwrap_or_default();
        [
            text(probability.map(|probability| probability.to_string())),
            text(opinion.map(|opinion| opinion.class.to_string())),
            text(self.decile(row).map(|decile| decile.to_string())),
        ]
    }
}

/// Two versions' answers on the same clients.
struct Diff<'d> {
    args: &'d DiffArgs,
    table: &'d Table,
    /// The column that tells clients apart, where the table has it.
    id_column: Option<usize>,
    before: Scores,
    after: Scores,
}

impl Diff<'_> {
    fn write_table(&self, out: impl Write) -> Result<(), csv::Error> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(self.header())?;
        for row in 0..self.table.n_rows() {
            if self.moves(row) || self.args.all {
                out.write_record(self.record(row))?;
            }
        }
        out.flush()?;
        Ok(())
    }

    fn header(&self) -> Vec<String> {
        let mut header = vec!["row".to_owned()];
        header.extend(self.id_column.map(|_| self.args.id_column.clone()));
        for model in names(self.args) {
            let columns = ["probability", "class", "decile"];
            header.extend(columns.map(|column| format!("{column}_{model}")));
        }
        header
    }

    /// Whether a client changes decile or class.
    fn moves(&self, row: usize) -> bool {
        let (before, after) = (&self.before, &self.after);
        before.decile(row) != after.decile(row) || before.class(row) != after.class(row)
    }

    fn record(&self, row: usize) -> Vec<String> {
        let mut record = vec![(row + 1).to_string()];
        record.extend(self.id_column.map(|column| {
            let id = self.table.cell(row, column);
            format!("{}{id}", guard(id))
        }));
        record.extend(self.before.cells(row));
        record.extend(self.after.cells(row));
        record
    }

    /// Writes how many move to standard error, so that the table may go to a pipe.
    fn write_summary(&self) -> std::io::Result<()> {
        let opinions = self.before.opinions.iter().zip(&self.after.opinions);
        let (before, after): (Vec<f64>, Vec<f64>) = opinions
            .filter_map(|(before, after)| Some(((*before)?.probability?, (*after)?.probability?)))
            .unzip();
        let mut out = std::io::stderr().lock();
        let Some(migration) = Migration::of(&before, &after) else {
            return writeln!(
                out,
                "Ningún cliente tiene probabilidad con los dos modelos."
            );
        };
        writeln!(
            out,
            "{} clientes. Decil con {} (filas) y con {} (columnas):\n",
            before.len(),
            called(&self.args.before),
            called(&self.args.after)
        )?;
        let columns: String = (1..=10).map(|decile| format!("{decile:>7}")).collect();
        writeln!(out, "{:>4}{columns}", "")?;
        for (row, counts) in (1..).zip(migration.counts()) {
            let counts: String = counts.iter().map(|count| format!("{count:>7}")).collect();
            writeln!(out, "{row:>4}{counts}")?;
        }
        let percent = |share: f64| format!("{:.1} %", share * 100.0).replace('.', ",");
        writeln!(
            out,
            "\nCambian de decil {}; dos deciles o más {}.",
            percent(migration.share_moving(1)),
            percent(migration.share_moving(2))
        )
    }
}
