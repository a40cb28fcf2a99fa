//! How many decisions so far, where somebody looks at standard error.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Counts on a terminal.
pub(super) struct Counter(ProgressBar);

impl Counter {
    pub(super) fn start() -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {human_pos}  {per_sec}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    pub(super) fn show(&self, count: u64) {
        self.0.set_position(count);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
