//! `propenso doctor`: the machine and the data directory as they are, beside a server or without one.

mod places;
mod port;
mod record;

use std::process::ExitCode;

use jiff::Timestamp;
use propenso_lifecycle::contract_source::{ContractSource, MODEL_CONTRACT};
use propenso_lifecycle::golden::Golden;
use propenso_lifecycle::golden::comparison::Judgement;
use propenso_lifecycle::load;
use propenso_lifecycle::registry::condition::Condition;
use propenso_lifecycle::registry::{Registry, Verdict, Version};
use propenso_scoring::{Language, Scorer};

use super::findings::{Findings, Subject};
use super::{CommandError, checks};
use crate::cli::{DoctorArgs, ServeArgs};
use crate::settings::Settings;

/// When this program was made: a clock before that is wrong.
const MADE: &str = "2026-11-01T00:00:00Z";

/// Nine digits: some golden files are written with no more.
const LEAST_TOLERANCE: f64 = 1e-9;

/// How much further than the last event a clock may be set back: summer time and the like are no reason.
const BACKWARDS_SECONDS: i64 = 60;

/// Looks at everything, and says what is wrong with what to do.
///
/// # Errors
///
/// [`CommandError::Io`] when it cannot be printed.
pub fn run(args: DoctorArgs, language: Language) -> Result<ExitCode, CommandError> {
    let mut found = Findings::new(language);
    look_at(args.serve, &mut found);
    found.print(args.json)?;
    Ok(found.exit_code())
}

/// Looks at what a server would be given, or was.
pub(super) fn look_at(args: ServeArgs, found: &mut Findings) {
    match Settings::resolve(args) {
        Ok(settings) => look(&settings, found),
        Err(error) => {
            let text = CommandError::from(error).message(found.language);
            found.error(Subject::Configuration, text, None);
        }
    }
}

fn look(settings: &Settings, found: &mut Findings) {
    places::data(settings, found);
    places::disk(settings, found);
    let looked = checks::database(settings, found);
    clock(looked.as_ref(), found);
    if let Some(tls) = &settings.tls {
        checks::certificate(tls, found);
    }
    let can_open = looked.is_some();
    checks::keys(settings, can_open, found);
    record::look(settings, found);
    port::look(settings, found);
    checks::inboxes(settings, found);
    if let Some((version, scorer)) = checks::model(settings, can_open, found)
        && let Some(number) = version
    {
        golden(settings, number, &scorer, found);
    }
}

/// A clock that is wrong ends keys too early or too late, and makes a mess of events.
fn clock(looked: Option<&Condition>, found: &mut Findings) {
    let now = Timestamp::now();
    let text = now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let advice = found.say(
        "ponga el reloj en hora (NTP): de él dependen la caducidad de las claves y los certificados",
        "set the clock (NTP): the ends of keys and certificates depend on it",
    );
    let made: Option<Timestamp> = MADE.parse().ok();
    if made.is_some_and(|made| now < made) {
        return found.error(Subject::Clock, text, Some(advice));
    }
    let last = looked.and_then(|looked| looked.last_event);
    match last {
        Some(last) if last.as_second() > now.as_second() + BACKWARDS_SECONDS => {
            let text = found.say(
                format!("{text}, antes de lo último que pasó en el registro ({last})"),
                format!("{text}, before what happened last in the registry ({last})"),
            );
            found.error(Subject::Clock, text, Some(advice));
        }
        _ => found.ok(Subject::Clock, text),
    }
}

/// The rows with the original's answers that came with the champion, asked again on this machine.
fn golden(settings: &Settings, number: u32, scorer: &Scorer, found: &mut Findings) {
    let asked = Registry::open(&settings.models.place)
        .and_then(|registry| Ok((registry.version(number)?, registry)));
    let (version, registry) = match asked {
        Ok(asked) => asked,
        Err(error) => return found.error(Subject::Model, error.to_string(), None),
    };
    let Some(hash) = version.content.golden else {
        return;
    };
    let asked = registry.file(hash).map_err(|error| error.to_string());
    let rows = asked.and_then(|file| Rows::ask(file.bytes(), &version, &registry, scorer));
    let Rows { all, wrong } = match rows {
        Ok(rows) => rows,
        Err(text) => return found.error(Subject::Model, text, None),
    };
    if wrong == 0 {
        let text = found.say(
            format!("responde como el original en las {all} filas que trajo"),
            format!("it answers as the original in the {all} rows that it brought along"),
        );
        return found.ok(Subject::Model, text);
    }
    let text = found.say(
        format!("en {wrong} de las {all} filas que trajo no responde como el original"),
        format!(
            "in {wrong} of the {all} rows that it brought along it does not answer as the original"
        ),
    );
    let advice = found.say(
        "compare con «propenso verify» y avise a quien hizo el modelo; «propenso models rollback» pone el de antes",
        "compare with `propenso verify` and tell whoever made the model; `propenso models rollback` brings the one before back",
    );
    match version.report.verdict() {
        // Somebody put it into service knowing that.
        Verdict::Failed => found.warning(Subject::Model, text, advice),
        _ => found.error(Subject::Model, text, Some(advice)),
    }
}

/// How many rows there are, and how many answers are others.
#[derive(Default)]
struct Rows {
    all: usize,
    wrong: usize,
}

impl Rows {
    /// Asks the rows that a version brought along: by the model's own columns, if they are the file's.
    fn ask(
        bytes: &[u8],
        version: &Version,
        registry: &Registry,
        scorer: &Scorer,
    ) -> Result<Self, String> {
        let language = Language::English;
        let golden = Golden::read(bytes).map_err(|error| error.message(language))?;
        let own = golden.has_columns_of(scorer.predictor().signature());
        let own = own.then(|| own_columns(version, registry)).transpose()?;
        let scorer = own.as_ref().unwrap_or(scorer);
        let rounding = scorer.predictor().rounding();
        let tolerance = rounding.tolerance().max(LEAST_TOLERANCE);
        let mut rows = Self::default();
        let compared = golden.compare(scorer, language, |_, comparison| {
            let judged = comparison.judge(tolerance, rounding);
            let is_other = matches!(judged, Judgement::Different(_) | Judgement::Refused(_));
            rows.all += 1;
            rows.wrong += usize::from(is_other);
        });
        compared.map_err(|error| error.message(language))?;
        Ok(rows)
    }
}

/// A version's model, by its own columns.
fn own_columns(version: &Version, registry: &Registry) -> Result<Scorer, String> {
    let file = registry.model(version).map_err(|error| error.to_string())?;
    let source = ContractSource::named(MODEL_CONTRACT).map_err(|error| error.to_string())?;
    let path = registry.path(version.content.model);
    load::scorer_of(&path.to_string_lossy(), file, &source).map_err(|error| error.to_string())
}
