//! The threads that answer.

use std::sync::{Arc, OnceLock};

use propenso_store::decision_log::writer::IdleNotice;
use tokio::runtime::{Builder, Runtime};

/// Starts them. Where there is a record of decisions, they tell it whenever they are idle.
pub(super) fn start(idle: &Arc<OnceLock<IdleNotice>>) -> std::io::Result<Runtime> {
    let idle = Arc::clone(idle);
    Builder::new_multi_thread()
        .enable_all()
        .on_thread_park(move || {
            if let Some(idle) = idle.get() {
                idle.give();
            }
        })
        .build()
}
