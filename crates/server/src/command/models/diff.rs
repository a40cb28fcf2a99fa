//! `propenso models diff`: who moves between two versions.

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use propenso_lifecycle::gates::clients::opinions;
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::registry::Registry;
use propenso_lifecycle::served::Served;
use propenso_portfolio::{Table, guard};
use propenso_scoring::statistics::{Deciles, Migration};
use propenso_scoring::{Language, Scorer};

use super::{CommandError, unusable};
use crate::cli::DiffArgs;

/// Scores the clients with both versions and writes who moves.
pub(super) fn run(args: &DiffArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    let wrong = |problem: String| unusable(&args.on, &problem);
    let scorer = |number: u32| -> Result<Scorer, CommandError> {
        let version = registry.version(number)?;
        let path = registry.path(version.content.model);
        let served = Served::load(registry, &version);
        let served = served.map_err(|problem| unusable(&path, &problem.to_string()))?;
        Ok(served.scorer)
    };
    let (before, after) = (scorer(args.before)?, scorer(args.after)?);
    let table = Table::open(&args.on, before.contract());
    let table = table.map_err(|error| wrong(error.problem(Language::English)))?;
    let id = table.column(&args.id_column);
    let id = id.map_err(|error| wrong(error.to_string()))?;
    let scores = |scorer| Scores::of(scorer, &table).map_err(wrong);
    let (before, after) = (scores(&before)?, scores(&after)?);
    let written = match &args.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| unusable(path, &error.to_string()))?;
            write_table(args, (&table, id), (&before, &after), file)
        }
        None => {
            let out = std::io::stdout().lock();
            write_table(args, (&table, id), (&before, &after), out)
        }
    };
    written.map_err(std::io::Error::from)?;
    write_summary(args, (&before, &after))?;
    Ok(ExitCode::SUCCESS)
}

/// What a version says of every client.
struct Scores {
    opinions: Vec<Option<Opinion>>,
    deciles: Option<Deciles>,
}

impl Scores {
    fn of(scorer: &Scorer, table: &Table) -> Result<Self, String> {
        let opinions = opinions(scorer, table);
        let opinions = opinions.map_err(|error| error.problem(Language::English))?;
        let known: Vec<f64> = opinions
            .iter()
            .flatten()
            .filter_map(|o| o.probability)
            .collect();
        Ok(Self {
            deciles: Deciles::of(&known),
            opinions,
        })
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
        let text = |value: Option<String>| value.unwrap_or_default();
        [
            text(opinion.and_then(|o| o.probability).map(|p| p.to_string())),
            text(opinion.map(|o| o.class.to_string())),
            text(self.decile(row).map(|decile| decile.to_string())),
        ]
    }
}

fn write_table(
    args: &DiffArgs,
    (table, id): (&Table, Option<usize>),
    (before, after): (&Scores, &Scores),
    out: impl Write,
) -> Result<(), csv::Error> {
    let mut out = csv::Writer::from_writer(out);
    let (a, b) = (args.before, args.after);
    let mut header = vec!["row".to_owned()];
    header.extend(id.map(|_| args.id_column.clone()));
    for version in [a, b] {
        header.extend(["probability", "class", "decile"].map(|name| format!("{name}_{version}")));
    }
    out.write_record(&header)?;
    for row in 0..table.n_rows() {
        let class = |scores: &Scores| scores.opinions[row].map(|opinion| opinion.class);
        let moves = before.decile(row) != after.decile(row) || class(before) != class(after);
        if !moves && !args.all {
            continue;
        }
        let mut record = vec![(row + 1).to_string()];
        record.extend(id.map(|column| {
            let id = table.cell(row, column);
            format!("{}{id}", guard(id))
        }));
        record.extend(before.cells(row));
        record.extend(after.cells(row));
        out.write_record(&record)?;
    }
    out.flush()?;
    Ok(())
}

/// To standard error, so that the table may go to a pipe.
fn write_summary(args: &DiffArgs, (before, after): (&Scores, &Scores)) -> std::io::Result<()> {
    let pairs: Vec<(f64, f64)> = before
        .opinions
        .iter()
        .zip(&after.opinions)
        .filter_map(|(a, b)| Some(((*a)?.probability?, (*b)?.probability?)))
        .collect();
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let mut out = std::io::stderr().lock();
    let Some(migration) = Migration::of(&a, &b) else {
        return writeln!(
            out,
            "Ningún cliente tiene probabilidad con las dos versiones."
        );
    };
    writeln!(
        out,
        "{} clientes. Decil con la versión {} (filas) y con la {} (columnas):\n",
        a.len(),
        args.before,
        args.after
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
