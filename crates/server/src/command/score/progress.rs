//! How far a run is, for whoever waits for it: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use propenso_portfolio::{Place, Progress, Stage};
use propenso_scoring::Language;

use crate::shutdown;

/// When the first line comes where there is no bar: short runs need none.
const FIRST_LINE: Duration = Duration::from_secs(2);

/// How often a line comes then.
const LINES: Duration = Duration::from_secs(10);

/// Shows how far a run is, and ends it on Ctrl-C.
pub(super) struct Watcher {
    view: Mutex<View>,
    language: Language,
    is_cancelled: Arc<AtomicBool>,
}

enum View {
    Nothing,
    Bar {
        bar: ProgressBar,
        /// What it shows, and since when.
        stage: Option<(Stage, Instant)>,
    },
    Lines {
        start: Instant,
        next: Instant,
    },
}

impl Watcher {
    /// Starts to show progress, if somebody looks at standard error.
    pub(super) fn start(is_quiet: bool, language: Language) -> Self {
        let view = match is_quiet {
            true => View::Nothing,
            false if std::io::stderr().is_terminal() => View::Bar {
                bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
                stage: None,
            },
            false => View::Lines {
                start: Instant::now(),
                next: Instant::now() + FIRST_LINE,
            },
        };
        let is_cancelled = Arc::new(AtomicBool::new(false));
        listen(Arc::clone(&is_cancelled));
        Self {
            view: Mutex::new(view),
            language,
            is_cancelled,
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        let view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        if let View::Bar { bar, .. } = &*view {
            bar.finish_and_clear();
        }
    }
}

/// Sets the flag when the process is asked to stop. The thread ends with the process.
fn listen(is_cancelled: Arc<AtomicBool>) {
    let waiting = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        // Without signals a run can still be killed.
        if let Ok(runtime) = runtime {
            runtime.block_on(async { shutdown::signal().await });
            is_cancelled.store(true, Ordering::Relaxed);
        }
    };
    drop(std::thread::spawn(waiting));
}

impl Progress for Watcher {
    fn advance(&self, place: &Place) {
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *view {
            View::Nothing => {}
            View::Bar { bar, stage } => {
                let since = match stage {
                    Some((shown, since)) if *shown == place.stage => *since,
                    _ => {
                        begin(bar, place, self.language);
                        stage.insert((place.stage, Instant::now())).1
                    }
                };
                bar.set_position(place.done);
                let rate = place.rows as f64 / since.elapsed().as_secs_f64().max(0.1);
                let rows = grouped(place.rows, self.language);
                let rate = grouped(rate as u64, self.language);
                bar.set_message(self.language.pick(
                    format!("{rows} filas, {rate} por segundo"),
                    format!("{rows} rows, {rate} a second"),
                ));
            }
            View::Lines { start, next } => {
                let now = Instant::now();
                if now >= *next {
                    *next = now + LINES;
                    // Nobody may be reading.
                    let _ = writeln!(
                        std::io::stderr(),
                        "{}",
                        line(place, now - *start, self.language)
                    );
                }
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

/// A stage's bar: with an end where that is known.
fn begin(bar: &ProgressBar, place: &Place, language: Language) {
    let word = word(place.stage, language);
    let left = language.pick("quedan {eta}", "{eta} left");
    let template = match place.total {
        Some(_) => format!("{word} [{{bar:30}}] {{percent}} %  {{msg}}  {left}"),
        None => format!("{word} {{spinner}} {{msg}}  {{elapsed}}"),
    };
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.reset();
    match place.total {
        Some(total) => bar.set_length(total),
        None => bar.unset_length(),
    }
}

fn word(stage: Stage, language: Language) -> &'static str {
    match stage {
        Stage::Scoring => language.pick("Puntuando", "Scoring"),
        Stage::Writing => language.pick("Escribiendo", "Writing"),
    }
}

fn line(place: &Place, elapsed: Duration, language: Language) -> String {
    let share = match place.total {
        Some(total @ 1..) => format!(" ({} %)", place.done.min(total) * 100 / total),
        _ => String::new(),
    };
    let word = word(place.stage, language);
    let rows = language.pick("filas", "rows");
    format!(
        "{word}: {} {rows}{share}, {} s",
        grouped(place.rows, language),
        elapsed.as_secs()
    )
}

/// A number as its readers group it.
fn grouped(number: u64, language: Language) -> String {
    let english = indicatif::HumanCount(number).to_string();
    language.pick(english.replace(',', "."), english)
}
