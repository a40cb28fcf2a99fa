//! Explanations of what is served, made ready while plain answers are given: the first reason does not wait for it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use propenso_lifecycle::served::Served;

use crate::background::in_background;
use crate::http::App;

/// How often it is looked whether another model answers.
const LOOK: Duration = Duration::from_millis(500);

/// Makes explanations of whatever is served ready, now and when another model answers, on threads that let others go first.
pub(super) async fn keep_ready(app: Arc<App>) {
    // A weak reference keeps no model in memory, and its address from being another's.
    let mut ready: Weak<Served> = Weak::new();
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        let Some(live) = app.serving.live().champion() else {
            continue;
        };
        if !std::ptr::eq(Arc::as_ptr(&live), ready.as_ptr()) {
            ready = Arc::downgrade(&live);
            in_background(move || live.scorer.predictor().prepare_explanations()).await;
        }
    }
}
