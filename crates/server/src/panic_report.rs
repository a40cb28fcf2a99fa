//! What is said of a panic, which is always our bug: where it was, and never what it says, for that may hold a client's data.

use std::panic::PanicHookInfo;

/// Says where a panic was on standard error, in a sentence, instead of what the standard library says.
pub fn to_standard_error() {
    std::panic::set_hook(Box::new(|panic| eprintln!("propenso: {}", sentence(panic))));
}

/// Says where a panic was in the log, in a line like any other.
pub fn to_log() {
    std::panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    tracing::error!(
        place = place(panic),
        "propenso failed; that is a bug, please report it with this line"
    );
}

fn sentence(panic: &PanicHookInfo<'_>) -> String {
    format!(
        "it failed in {}; that is a bug, please report it with this line and `propenso --version`",
        place(panic)
    )
}

/// File, line and column in the source.
fn place(panic: &PanicHookInfo<'_>) -> String {
    match panic.location() {
        Some(location) => location.to_string(),
        None => "an unknown place".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Panics with a payload, and gives what a report makes of it.
    fn reported<T: Send + 'static>(report: fn(&PanicHookInfo<'_>) -> T, payload: &str) -> T {
        let (tell, told) = std::sync::mpsc::channel();
        let (mine, tell) = (std::thread::current().id(), Mutex::new(tell));
        let before = Arc::new(std::panic::take_hook());
        let others = Arc::clone(&before);
        std::panic::set_hook(Box::new(move |panic| {
            // Other tests run meanwhile.
            if std::thread::current().id() == mine {
                tell.lock().unwrap().send(report(panic)).unwrap();
            } else {
                others(panic);
            }
        }));
        let payload = payload.to_owned();
        std::panic::catch_unwind(|| panic!("cut within `{payload}`")).unwrap_err();
        drop(std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| before(panic)));
        told.recv().unwrap()
    }

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_told_by_its_place_alone() {
        // One after the other: there is one hook.
        let sentence = reported(sentence, "CELDA-DE-ANA");
        assert!(sentence.contains("panic_report.rs:"), "{sentence}");
        assert!(!sentence.contains("ANA") && !sentence.contains("cut within"));

        let log = Memory::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || reported(super::log, "CELDA-DE-ANA"));
        let lines = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert!(line["place"].as_str().unwrap().contains("panic_report.rs:"));
        assert!(!lines.contains("ANA") && !lines.contains("cut within"));
    }
}
