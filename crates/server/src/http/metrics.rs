//! `GET /metrics`: figures in the text that Prometheus scrapes. What is not counted as it happens is looked at here, when
//! somebody asks.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::registry::Registry;
use propenso_lifecycle::registry::{Registry as Versions, RegistryError, State as Doing};
use propenso_lifecycle::served::Served;
use propenso_lifecycle::tally::{ShadowDay, Tally};
use propenso_store::decision_log::writer::DecisionWriter;

use super::App;
use super::problem::Problem;
use crate::blocking::blocking;
use crate::figures::names;
use crate::figures::portfolios::Portfolios;
use crate::figures::scorings::version_of;
use crate::figures::series::{self, Labels};
use crate::jobs::{JobState, Jobs, OpenJobs};
use crate::record::Record;

/// Answers with all figures.
///
/// # Errors
///
/// 500 when they cannot be written, which would be our bug.
pub async fn answer(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    // The registry's database and the system are asked: both may wait for a disk.
    let text = blocking(move || scrape(&app)).await;
    let text = text.map_err(|error| Problem::internal("the figures cannot be written", &error))?;
    let media_type = HeaderValue::from_static(prometheus_text::CONTENT_TYPE);
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}

/// All figures as they are now.
fn scrape(app: &App) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::default();
    look_at_lanes(app);
    app.figures.describe(&mut registry);
    describe_portfolios(app.portfolios.as_ref().map(OpenJobs::jobs), &mut registry);
    describe_champion(app, &mut registry);
    describe_shadow(app, &mut registry);
    describe_record(app.record.as_deref(), &mut registry);
    describe_certificate(app, &mut registry);
    let build = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    series::add_gauges(&mut registry, names::BUILD, [(build, 1.0)]);
    let mut text = String::new();
    prometheus_text::encode(&mut text, &registry)?;
    Ok(text)
}

/// Looks how many wait, and work, in each lane.
fn look_at_lanes(app: &App) {
    let limits = &app.limits;
    let lanes = [
        ("single", limits.single.line()),
        ("batch", limits.batch.line()),
        ("large_bodies", &limits.large),
        ("uploads", &limits.uploads),
    ];
    for (name, line) in lanes {
        let lane = app.figures.lanes.lane(name);
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        lane.running.set(gauge(line.n_taken()));
        lane.waiting.set(gauge(line.n_waiting()));
    }
}

fn describe_portfolios(jobs: Option<&Jobs>, registry: &mut Registry) {
    match jobs {
        Some(jobs) => jobs.figures().describe(registry),
        None => Portfolios::default().describe(registry),
    }
    let counts = jobs.map(Jobs::count_by_state);
    let counts = counts.into_iter().flatten().map(|(state, count)| {
        let labels = vec![("state", name_of(state).to_owned())];
        (labels, count as f64)
    });
    series::add_gauges(registry, names::JOBS, counts);
    let room = jobs.map(Jobs::room);
    let taken = room.map(|(taken, _)| taken as f64);
    series::add_gauge(registry, names::JOBS_DISK, taken);
    let most = room.map(|(_, most)| most as f64);
    series::add_gauge(registry, names::JOBS_DISK_LIMIT, most);
}

fn name_of(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Done => "done",
        JobState::Failed => "failed",
        JobState::Cancelling => "cancelling",
    }
}

fn describe_champion(app: &App, registry: &mut Registry) {
    let live = app.serving.live();
    let champion = live.champion();
    let is_degraded = champion.is_some() && live.fallback().is_some();
    let is = |yes: bool| Some(f64::from(u8::from(yes)));
    series::add_gauge(registry, names::READY, is(champion.is_some()));
    series::add_gauge(registry, names::DEGRADED, is(is_degraded));
    let info = champion.as_deref().map(|served| (info_of(served), 1.0));
    series::add_gauges(registry, names::CHAMPION, info);
    let number = champion.as_deref().and_then(|served| served.version);
    series::add_gauge(registry, names::CHAMPION_VERSION, number.map(f64::from));
    let promoted = number.and_then(|number| ask(app, |versions| versions.promoted_at(number)));
    let age = promoted.flatten().map(|at| Timestamp::now() - at);
    let age = age.map(|age| age.as_secs_f64());
    series::add_gauge(registry, names::CHAMPION_AGE, age);
}

fn info_of(served: &Served) -> Labels {
    let scorer = &served.scorer;
    let predictor = scorer.predictor();
    vec![
        ("version", version_of(served)),
        ("hash", scorer.model().short()),
        ("contract", scorer.contract().name().to_owned()),
        ("class", predictor.signature().class.clone()),
        ("engine", predictor.engine_name().to_owned()),
    ]
}

/// What came of comparing the shadow: the registry's counts, which a restart does not set back.
fn describe_shadow(app: &App, registry: &mut Registry) {
    let days = ask(app, |versions| match versions.holder(Doing::Shadow)? {
        Some(shadow) => {
            let days = versions.shadow_days(shadow.number)?;
            Ok(days.into_iter().map(|day| (shadow.number, day)).collect())
        }
        None => Ok(Vec::new()),
    });
    let counts = by_pair(days.unwrap_or_default());
    let counts = counts.into_iter().flat_map(|(shadow, champion, tally)| {
        let counts = [
            ("agreed", tally.agreed),
            ("to_payer", tally.to_payer),
            ("to_non_payer", tally.to_non_payer),
            ("failed", tally.failed),
            ("dropped", tally.dropped),
        ];
        counts.map(|(outcome, count)| {
            let labels = vec![
                ("version", shadow.to_string()),
                ("champion", champion.to_string()),
                ("outcome", outcome.to_owned()),
            ];
            (labels, count)
        })
    });
    series::add_counts(registry, names::SHADOW, counts);
}

/// The days of each pair of versions, added up.
fn by_pair(days: Vec<(u32, ShadowDay)>) -> Vec<(u32, u32, Tally)> {
    let mut pairs: Vec<(u32, u32, Tally)> = Vec::new();
    for (shadow, day) in days {
        let same = |pair: &&mut (u32, u32, Tally)| (pair.0, pair.1) == (shadow, day.champion);
        match pairs.iter_mut().find(same) {
            Some((_, _, tally)) => tally.add(&day.tally),
            None => pairs.push((shadow, day.champion, day.tally)),
        }
    }
    pairs
}

/// What became of decisions since the process started.
fn describe_record(record: Option<&Record>, registry: &mut Registry) {
    let writer = record.map(Record::writer);
    let kept = writer.map(DecisionWriter::kept);
    let outcomes = kept.into_iter().flat_map(|kept| {
        let counts = [
            ("kept", kept.decisions),
            ("lost", kept.lost),
            ("refused", kept.refused),
        ];
        counts.map(|(outcome, count)| (vec![("outcome", outcome.to_owned())], count))
    });
    series::add_counts(registry, names::RECORD_DECISIONS, outcomes);
    let one = |count: Option<u64>| count.map(|count| (Labels::new(), count));
    let commits = one(kept.map(|kept| kept.commits));
    series::add_counts(registry, names::RECORD_COMMITS, commits);
    let failures = one(kept.map(|kept| kept.failures));
    series::add_counts(registry, names::RECORD_FAILURES, failures);
    let waiting = kept.map(|kept| kept.waiting as f64);
    series::add_gauge(registry, names::RECORD_WAITING, waiting);
    let failing = writer.map(|writer| f64::from(u8::from(writer.trouble().is_some())));
    series::add_gauge(registry, names::RECORD_FAILING, failing);
}

fn describe_certificate(app: &App, registry: &mut Registry) {
    let expiry = app.tls.as_ref().and_then(|tls| tls.expiry());
    let expiry = expiry.map(|at| at.as_second() as f64);
    series::add_gauge(registry, names::CERTIFICATE_EXPIRY, expiry);
    let now = Timestamp::now().as_second() as f64;
    let remaining = expiry.map(|expiry| expiry - now);
    series::add_gauge(registry, names::CERTIFICATE_REMAINING, remaining);
}

/// Asks the registry, where one is served. What it cannot say now is not told: the other figures are.
fn ask<T>(app: &App, question: impl FnOnce(&Versions) -> Result<T, RegistryError>) -> Option<T> {
    let models = app.models.as_ref()?;
    match question(&models.registry) {
        Ok(answer) => Some(answer),
        Err(error) => {
            tracing::warn!(%error, "the registry cannot say what there is to be measured");
            None
        }
    }
}
