//! `propenso score`: a whole portfolio from the shell.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{BoolishValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, ValueEnum};
use propenso_portfolio::{
    Clients, Decimal, Encoding, Format, ListOrder, Mapping, NotAccepted, PortfolioRequest,
    RankDirection, RankName, Separator, Share, SuppressMissing,
};

use super::{ContractArg, IntakeArgs, ProfileArgs, RegistryArgs};

/// Arguments of `score`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso score cartera.csv -o salida.csv --model modelo_final.pkl
  propenso score cartera.xlsx -o lista.xlsx --rank-by expected --capacity 2400
  propenso score cartera.csv -o lista.csv --rank-by net --fee 20% --contact-cost 0.35 \\
      --suppress no_llamar.csv --control-share 5% --seed-key noviembre --resumen resumen.html
  propenso score cartera.csv -o lista.csv --decimal comma --id-column CLIENTE --save-as gestora
  propenso score cartera_2.csv -o lista_2.csv --profile gestora
  zcat altas.csv.gz | propenso score - -o - --output-format jsonl > altas.jsonl

How the file is written (separator, encoding, decimal comma, header row) is found
out and reported; each option below forces one of these. Rejected rows go to
OUTPUT.rechazados.csv with the row, the field, the value and the reason; clients
of --suppress to OUTPUT.suprimidos.csv. See docs/portfolios.md.

Exit status: 0 all rows scored, 2 some were rejected or there were none, 1 failed,
64 the command was typed wrongly; with 1 and 64, and without a single client,
OUTPUT is as it was before.")]
pub struct ScoreArgs {
    /// The portfolio: CSV, .xlsx, .ods, .xls, Parquet or JSON records, text also as .gz or .zst, or one of these in a .zip; `-` is standard input
    pub input: PathBuf,

    /// The ranked file; its name tells its form: .csv, .xlsx, .parquet, .jsonl; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    /// The model file; without one, the configuration's model scores, else the registry's champion
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_MODEL",
        hide_env_values = true,
        help_heading = "Model"
    )]
    pub model: Option<PathBuf>,

    /// With --model: the key under which the file, a dict or a list, has the model (of a list: its place, from 0)
    #[arg(
        long,
        value_name = "KEY",
        env = "PROPENSO_KEY",
        hide_env_values = true,
        help_heading = "Model"
    )]
    pub key: Option<String>,

    /// With --model: a contract that ships, `model` for the model's own columns, or a contract file
    #[arg(
        long,
        value_name = "NAME|FILE",
        env = "PROPENSO_CONTRACT",
        hide_env_values = true,
        help_heading = "Model"
    )]
    pub contract: Option<String>,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// What is remembered.
    #[command(flatten)]
    pub remembered: ProfileArgs,

    /// How the input is read.
    #[command(flatten)]
    pub reading: ReadingArgs,

    /// How the output is written.
    #[command(flatten)]
    pub writing: WritingArgs,

    /// Who comes first.
    #[command(flatten)]
    pub order: OrderArgs,

    /// Write also the K inputs that moved each score most, a sentence each
    #[arg(long, value_name = "K", help_heading = "Reports", value_parser = clap::value_parser!(u8).range(1..=PortfolioRequest::MOST_REASONS.into()))]
    pub explain: Option<u8>,

    /// Write a summary page in Spanish, to open in a browser
    #[arg(long, value_name = "FILE.html", help_heading = "Reports")]
    pub resumen: Option<PathBuf>,

    /// A recent portfolio to compare the columns with in the summary [default: the configuration's models.reference]
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub reference: Option<PathBuf>,

    /// How the run is reported at its end
    #[arg(long, value_enum, default_value = "text", help_heading = "Reports")]
    pub report: ReportForm,

    /// No progress and no report
    #[arg(short, long, help_heading = "Reports")]
    pub quiet: bool,

    /// Threads to work on, at most four per core [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

impl ScoreArgs {
    /// What a model file is read by.
    #[must_use]
    pub fn intake(&self) -> IntakeArgs {
        IntakeArgs {
            key: self.key.clone(),
            contract: ContractArg {
                named: self.contract.clone(),
            },
            strict: None,
        }
    }
}

/// Refuses a key or a contract that is typed where no model file is named: it would be of none. Those of the environment are
/// of whichever file comes.
pub(super) fn check(command: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some(("score", typed)) = matches.subcommand() else {
        return Ok(());
    };
    let is_typed = |id| typed.value_source(id) == Some(ValueSource::CommandLine);
    if typed.contains_id("model") || !(is_typed("key") || is_typed("contract")) {
        return Ok(());
    }
    let Some(score) = command.find_subcommand_mut("score") else {
        return Ok(());
    };
    let missing = score
        .get_arguments()
        .find(|argument| argument.get_id() == "model")
        .map(ToString::to_string);
    let missing = missing.unwrap_or_default();
    let mut error = clap::Error::new(ErrorKind::MissingRequiredArgument).with_cmd(score);
    error.insert(
        ContextKind::InvalidArg,
        ContextValue::Strings(vec![missing]),
    );
    error.insert(
        ContextKind::Usage,
        ContextValue::StyledStr(score.render_usage()),
    );
    Err(error)
}

/// How the input is read; what is left out is found out.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub struct ReadingArgs {
    /// The form of the file
    #[arg(long, value_name = "FORM", value_parser = form(&Format::READ, Format::of_input))]
    pub input_format: Option<Format>,

    /// What stands between cells: `;` `,` `|` or `tab`
    #[arg(long, value_name = "MARK")]
    pub separator: Option<Separator>,

    /// utf-8, utf-8-bom, windows-1252, latin-1, utf-16le, utf-16be
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<Encoding>,

    /// What stands before decimals: `comma` or `point`
    #[arg(long, value_name = "MARK")]
    pub decimal: Option<Decimal>,

    /// The workbook's sheet
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,

    /// The row with the columns' names, as a spreadsheet counts
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u32).range(1..))]
    pub header_row: Option<u32>,

    /// A column that is an input under another name: "Cód. Postal=CODIGO_POSTAL"; may be given several times
    #[arg(long, value_name = "COLUMN=INPUT")]
    pub map: Vec<Mapping>,

    /// The column with the clients' ids [default: the contract's]
    #[arg(long, value_name = "COLUMN")]
    pub id_column: Option<String>,

    /// The column with the debt, in euros [default: the contract's]
    #[arg(long, value_name = "COLUMN")]
    pub amount_column: Option<String>,
}

/// How the output is written; what is left out is the input's, or what a Spanish Excel opens.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct WritingArgs {
    /// The form of the file [default: as its name says]
    #[arg(long, value_name = "FORM", value_parser = form(&Format::WRITTEN, Format::from_str))]
    pub output_format: Option<Format>,

    /// What stands between cells
    #[arg(long, value_name = "MARK")]
    pub output_separator: Option<Separator>,

    /// The encoding
    #[arg(long, value_name = "NAME")]
    pub output_encoding: Option<Encoding>,

    /// What stands before decimals
    #[arg(long, value_name = "MARK")]
    pub output_decimal: Option<Decimal>,

    /// The new columns before the original ones, or with `=no` behind them [default: yes in workbooks]
    #[arg(
        long,
        value_name = "yes|no",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yes",
        value_parser = BoolishValueParser::new()
    )]
    pub columns_first: Option<bool>,
}

/// Who comes first, and who is left out.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Order and capacity")]
pub struct OrderArgs {
    /// What clients are ranked by: probability, probability × debt, or fee × probability × debt − cost [default: probability]
    #[arg(long, value_parser = rank())]
    pub rank_by: Option<RankName>,

    /// The order of the list: who is called first on top, or the clients as the file has them [default: rank]
    #[arg(long, value_parser = order())]
    pub order: Option<ListOrder>,

    /// The agency's share of what is recovered: 0.2 or 20%
    #[arg(long, value_name = "SHARE")]
    pub fee: Option<Share>,

    /// What contacting a client costs, in euros
    #[arg(long, value_name = "EUROS")]
    pub contact_cost: Option<f64>,

    /// How many clients can be called, as 2400 or 2.400: marks who fits
    #[arg(long, value_name = "N")]
    pub capacity: Option<Clients>,

    /// Write only those who fit; the report counts the others
    #[arg(
        long,
        value_name = "yes|no",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yes",
        value_parser = BoolishValueParser::new()
    )]
    pub only_fits: Option<bool>,

    /// Cut the list into files of N clients: OUTPUT-001.csv, OUTPUT-002.csv …
    #[arg(long, value_name = "N", value_parser = some_clients)]
    pub split: Option<NonZeroU64>,

    /// What `rango` counts from: 1 is called first, or the greatest number is, for diallers that call by priority [default: first]
    #[arg(long, value_parser = direction(), value_name = "END")]
    pub rank_direction: Option<RankDirection>,

    /// One place for a client with several rows, by the best of them; with `=no` each row has its own [default: yes]
    #[arg(
        long,
        value_name = "yes|no",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yes",
        value_parser = BoolishValueParser::new()
    )]
    pub one_per_client: Option<bool>,

    /// Clients that must not be called: a file with a column of their ids
    #[arg(long, value_name = "FILE")]
    pub suppress: Option<PathBuf>,

    /// If that file has ids that the portfolio writes otherwise, or none of the portfolio's: `fail` or `ok` [default: fail]
    #[arg(long, value_name = "WHAT")]
    pub suppress_missing: Option<SuppressMissing>,

    /// Share of a random group that is not called, to measure against: 0.05 or 5%
    #[arg(long, value_name = "SHARE")]
    pub control_share: Option<Share>,

    /// The secret that, with a client's id, decides who is in that group
    #[arg(long, value_name = "TEXT")]
    pub seed_key: Option<String>,
}

/// How a run is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    /// For people, in Spanish.
    Text,
    /// For programs.
    Json,
}

/// Reads the name of a form, which the help lists.
fn form(
    forms: &[Format],
    read: fn(&str) -> Result<Format, NotAccepted>,
) -> impl TypedValueParser<Value = Format> {
    let listed = forms.iter().map(|form| {
        PossibleValue::new(form.name()).help(match form {
            Format::Csv => "Text with a separator",
            Format::Xlsx => "An Excel workbook",
            Format::Ods => "A LibreOffice workbook",
            Format::Xls => "A workbook of Excel 97–2003",
            Format::Parquet => "Apache Parquet",
            Format::JsonLines => "A JSON object a line",
        })
    });
    PossibleValuesParser::new(listed).try_map(move |text| read(&text))
}

/// Reads the name of an order, which the help lists.
fn rank() -> impl TypedValueParser<Value = RankName> {
    let listed = RankName::ALL.map(|rank| {
        PossibleValue::new(rank.name()).help(match rank {
            RankName::Probability => "The likeliest to pay first",
            RankName::Expected => "Those of whom most is expected",
            RankName::Net => "Those who leave most",
        })
    });
    PossibleValuesParser::new(listed).try_map(|text| text.parse::<RankName>())
}

/// Reads a number of clients that is not 0.
fn some_clients(text: &str) -> Result<NonZeroU64, NotAccepted> {
    let clients: Clients = text.parse()?;
    clients.try_into()
}

/// Reads what `rango` counts from, which the help lists.
fn direction() -> impl TypedValueParser<Value = RankDirection> {
    let listed = RankDirection::ALL.map(|direction| {
        PossibleValue::new(direction.name()).help(match direction {
            RankDirection::First => "1 is called first",
            RankDirection::Last => "1 is called last",
        })
    });
    PossibleValuesParser::new(listed).try_map(|text| text.parse::<RankDirection>())
}

/// Reads the name of the list's order, which the help lists.
fn order() -> impl TypedValueParser<Value = ListOrder> {
    let listed = ListOrder::ALL.map(|order| {
        PossibleValue::new(order.name()).help(match order {
            ListOrder::Rank => "By `rango`; those without one last",
            ListOrder::File => "As the file has them",
        })
    });
    PossibleValuesParser::new(listed).try_map(|text| text.parse::<ListOrder>())
}
