//! The model that answers now, and how it is replaced without anybody noticing.
//!
//! A request takes one counted reference to the champion and keeps it to its end: whatever is promoted
//! meanwhile, it finishes on the version it started with. Replacing is one atomic store. The request that
//! happens to drop the last reference must not pay for freeing a forest, so a keeper holds on to what was
//! replaced until nobody else does.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use propenso_model::Sha256;
use propenso_scoring::Scorer;

use crate::fallback::Fallback;
use crate::served::Served;
use crate::shadow::Shadow;

/// How often the keeper looks whether requests are done with what was replaced.
const LOOK: Duration = Duration::from_millis(100);

/// What answers now.
#[derive(Debug)]
pub struct Live {
    champion: ArcSwapOption<Served>,
    shadow: ArcSwapOption<Shadow>,
    fallback: ArcSwapOption<Fallback>,
    keeper: Keeper,
}

impl Live {
    /// Nothing answers yet.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            champion: ArcSwapOption::empty(),
            shadow: ArcSwapOption::empty(),
            fallback: ArcSwapOption::empty(),
            keeper: Keeper::start(),
        }
    }

    /// One scorer answers.
    #[must_use]
    pub fn of(served: Served) -> Self {
        let live = Self::empty();
        live.champion.store(Some(Arc::new(served)));
        live
    }

    /// What answers, for one request to keep to its end.
    #[must_use]
    pub fn champion(&self) -> Option<Arc<Served>> {
        self.champion.load_full()
    }

    /// What is compared with it.
    #[must_use]
    pub fn shadow(&self) -> Option<Arc<Shadow>> {
        self.shadow.load_full()
    }

    /// The scorer of a model and a contract, where it answers now or is compared with what does.
    #[must_use]
    pub fn scorer_of(&self, model: Sha256, contract: Sha256) -> Option<Arc<Scorer>> {
        let shadow = self.shadow();
        let shadow = shadow.map(|shadow| Arc::clone(shadow.served()));
        let mut served = self.champion().into_iter().chain(shadow);
        served.find_map(|served| {
            let scorer = &served.scorer;
            let is_it = scorer.model() == model && scorer.contract().digest() == contract;
            is_it.then(|| Arc::clone(scorer))
        })
    }

    /// Lets another answer from the next request on. What answered before is given back.
    pub fn replace(&self, served: Arc<Served>) -> Option<Arc<Served>> {
        self.champion.swap(Some(served))
    }

    /// Lets another be compared with the champion, or none.
    pub fn compare_with(&self, shadow: Option<Arc<Shadow>>) {
        if let Some(before) = self.shadow.swap(shadow) {
            self.keeper.keep(Arc::clone(before.served()));
        }
    }

    /// Whether what answers is not what should.
    #[must_use]
    pub fn fallback(&self) -> Option<Arc<Fallback>> {
        self.fallback.load_full()
    }

    /// Says whether what answers is not what should.
    pub fn tell_fallback(&self, fallback: Option<Fallback>) {
        self.fallback.store(fallback.map(Arc::new));
    }

    /// Takes a scorer out of service; it is freed when the last request is done with it.
    pub fn retire(&self, served: Arc<Served>) {
        self.keeper.keep(served);
    }
}

/// Frees scorers on a thread of its own, when nobody else holds them.
#[derive(Debug)]
struct Keeper(Sender<Arc<Served>>);

impl Keeper {
    fn start() -> Self {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || Self::run(&receiver));
        Self(sender)
    }

    fn keep(&self, served: Arc<Served>) {
        // Without the thread, the last one to drop it frees it.
        let _ = self.0.send(served);
    }

    fn run(receiver: &Receiver<Arc<Served>>) {
        let mut kept: Vec<Arc<Served>> = Vec::new();
        loop {
            let received = if kept.is_empty() {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                receiver.recv_timeout(LOOK)
            };
            match received {
                Ok(served) => kept.push(served),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Nobody can come by a new reference to what only the keeper holds. Whoever scores decisions again may have its scorer still.
            kept.retain(|served| {
                Arc::strong_count(served) > 1 || Arc::strong_count(&served.scorer) > 1
            });
        }
    }
}
