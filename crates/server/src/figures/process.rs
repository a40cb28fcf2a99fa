//! What the process takes of the machine.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Registry;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::names;
use super::series;

/// How long what was read of the system counts as new: whoever asks more often gets the same.
const FRESH: Duration = Duration::from_secs(1);

/// What the process takes of the machine.
#[derive(Default)]
pub struct Process(Mutex<Option<(Instant, Numbers)>>);

/// What the system says of the process.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Numbers {
    memory: Option<f64>,
    cpu_seconds: Option<f64>,
    start_time: Option<f64>,
    open_files: Option<f64>,
    most_files: Option<f64>,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").finish_non_exhaustive()
    }
}

impl Process {
    fn numbers(&self) -> Numbers {
        // Whoever asks at the same time waits for the one that reads, and gets the same.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *last {
            Some((read, numbers)) if read.elapsed() < FRESH => numbers,
            _ => {
                let numbers = Numbers::read();
                *last = Some((Instant::now(), numbers));
                numbers
            }
        }
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let numbers = self.numbers();
        series::add_gauge(registry, names::MEMORY, numbers.memory);
        let cpu = numbers.cpu_seconds;
        let cpu = cpu.map(|seconds| (Vec::new(), ConstCounter::new(seconds)));
        series::add(registry, names::CPU, cpu);
        series::add_gauge(registry, names::START_TIME, numbers.start_time);
        series::add_gauge(registry, names::OPEN_FILES, numbers.open_files);
        series::add_gauge(registry, names::MOST_FILES, numbers.most_files);
    }
}

impl Numbers {
    /// Asks the system; what it does not say is not told.
    fn read() -> Self {
        let Ok(mut system) = System::new() else {
            return Self::default();
        };
        let own = Pid::from_u32(std::process::id());
        let what = ProcessRefreshKind::nothing()
            .with_memory()
            .with_cpu()
            .without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, what);
        let Some(process) = system.process(own) else {
            return Self::default();
        };
        let number = |number: usize| number as f64;
        Self {
            memory: Some(process.memory() as f64),
            // It is given in milliseconds.
            cpu_seconds: Some(process.accumulated_cpu_time() as f64 / 1e3),
            start_time: Some(process.start_time() as f64),
            open_files: process.open_files().map(number),
            most_files: process.open_files_limit().map(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_asked_once_a_second() {
        let process = Process::default();
        let numbers = process.numbers();
        assert!(numbers.memory.is_some_and(|bytes| bytes > 1e6));
        assert!(numbers.start_time.is_some_and(|seconds| seconds > 1.6e9));
        let held: Vec<Vec<u8>> = (0..8).map(|_| vec![1; 1 << 20]).collect();
        assert_eq!(process.numbers(), numbers);
        drop(held);
    }
}
