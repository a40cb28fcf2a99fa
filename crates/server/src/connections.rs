//! Open connections: how many there may be, which are closed, and when all have ended.
//!
//! - `slot`: what is known of one; `watched`: how it becomes known; `clock`: when
//!
//! Nobody can keep others out by opening connections and asking nothing: where there are too many, the one that has been silent for the
//! longest goes. One look at all of them, a few times a second, replaces timers of each.

mod clock;
pub(crate) mod slot;
pub(crate) mod watched;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::figures::Figures;
use crate::figures::connections::{Closed, OpenConnection as Counted};
use crate::settings::ConnectionSettings;
use clock::Clock;
use slot::Slot;

/// How often they are looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How often the log says at most that connections were refused.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// All open connections of a server.
#[derive(Debug)]
pub struct Connections {
    limits: ConnectionSettings,
    clock: Arc<Clock>,
    open: Mutex<Open>,
    count: watch::Sender<usize>,
    figures: Arc<Figures>,
    is_stopping: AtomicBool,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    slots: HashMap<u64, Arc<Slot>>,
}

/// A connection that counts as open until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    pub(crate) slot: Arc<Slot>,
    number: u64,
    all: Arc<Connections>,
    _counted: Counted,
}

impl Connections {
    /// None are open yet; those that will be are counted among the figures.
    #[must_use]
    pub fn new(limits: ConnectionSettings, figures: Arc<Figures>) -> Arc<Self> {
        Arc::new(Self {
            limits,
            clock: Arc::default(),
            open: Mutex::default(),
            count: watch::Sender::new(0),
            figures,
            is_stopping: AtomicBool::new(false),
            refused: AtomicU64::new(0),
        })
    }

    /// Tells how many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Lets one in, and lets another go for it where there are too many; `None` where all that are there are being answered.
    pub(crate) fn open(self: &Arc<Self>, address: IpAddr) -> Option<OpenConnection> {
        self.clock.set();
        let mut open = self.lock();
        let max_of_one = self.limits.max_per_address;
        let refusal = if max_of_one.is_some_and(|max| !open.has_room(max, Some(address))) {
            Some(Closed::TooManyOfOne)
        } else if !open.has_room(self.limits.max, None) {
            Some(Closed::TooMany)
        } else {
            None
        };
        if let Some(why) = refusal {
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.figures.connections.refused(why);
            return None;
        }
        let slot = Arc::new(Slot::new(address, Arc::clone(&self.clock)));
        let number = open.next;
        open.next += 1;
        open.slots.insert(number, Arc::clone(&slot));
        self.count.send_replace(open.slots.len());
        Some(OpenConnection {
            slot,
            number,
            all: Arc::clone(self),
            _counted: self.figures.connections.opened(),
        })
    }

    /// Lets the one go that has been silent for the longest: the system has no room for another.
    pub(crate) fn make_room(&self) {
        self.lock().let_go(None);
    }

    /// Closes what is overdue, for ever.
    pub(crate) async fn look_after(self: Arc<Self>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let looks = u32::try_from(TOLD_EVERY.as_millis() / LOOK.as_millis()).unwrap_or(1);
        for n in 0_u32.. {
            look.tick().await;
            self.look();
            if n.is_multiple_of(looks) {
                self.tell();
            }
        }
    }

    /// Lets those go that ask nothing, and hears of no others.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Completes when none is open.
    pub(crate) async fn all_ended(&self) {
        // The sender is here: it cannot be gone.
        let _ = self.count.subscribe().wait_for(|open| *open == 0).await;
    }

    fn look(&self) {
        self.clock.set();
        let is_stopping = self.is_stopping.load(Ordering::Relaxed);
        for slot in self.lock().slots.values() {
            if let Some(why) = slot.overdue(&self.limits, is_stopping) {
                tracing::debug!(?why, "closing a connection");
                slot.close();
            }
        }
    }

    fn tell(&self) {
        let refused = self.refused.swap(0, Ordering::Relaxed);
        if refused > 0 {
            let open = self.count();
            tracing::warn!(refused, open, "connections were refused: too many are open");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Tells whether there is room for one more, after another went where that can be.
    fn has_room(&mut self, max: usize, whose: Option<IpAddr>) -> bool {
        let count = match whose {
            None => self.slots.len(),
            Some(_) => self.of(whose).count(),
        };
        count < max || self.let_go(whose)
    }

    /// Lets the one go that has been silent for the longest. Its place is free at once: how it ends concerns it alone.
    fn let_go(&mut self, whose: Option<IpAddr>) -> bool {
        let free = self
            .of(whose)
            .filter_map(|(number, slot)| Some((slot.free_since()?, *number)));
        let Some((_, number)) = free.min() else {
            return false;
        };
        if let Some(slot) = self.slots.remove(&number) {
            slot.close();
        }
        true
    }

    fn of(&self, whose: Option<IpAddr>) -> impl Iterator<Item = (&u64, &Arc<Slot>)> {
        let slots = self.slots.iter();
        slots.filter(move |(_, slot)| whose.is_none_or(|address| slot.address == address))
    }
}

impl OpenConnection {
    /// Hears that its handshake failed, or took too long.
    pub(crate) fn handshake_failed(&self) {
        self.all.figures.connections.refused(Closed::Handshake);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        open.slots.remove(&self.number);
        self.all.count.send_replace(open.slots.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(max: usize, max_per_address: Option<usize>) -> Arc<Connections> {
        let limits = ConnectionSettings {
            max,
            max_per_address,
            ..ConnectionSettings::default()
        };
        Connections::new(limits, Arc::new(Figures::new([], [])))
    }

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn the_one_that_is_silent_for_the_longest_makes_room() {
        let all = at_most(2, None);
        let first = all.open(address(1)).unwrap();
        all.clock.advance(Duration::from_secs(1));
        let second = all.open(address(2)).unwrap();
        let _asks = first.slot.request();
        all.clock.advance(Duration::from_secs(1));
        let third = all.open(address(3)).unwrap();
        assert_eq!(all.count(), 2, "the second has gone");
        let _asks = third.slot.request();
        assert!(all.open(address(4)).is_none(), "both are being answered");
        drop(second);
        assert_eq!(all.count(), 2);
        drop(first);
        assert!(all.open(address(4)).is_some());
    }

    #[test]
    fn an_address_keeps_itself_out_alone() {
        let all = at_most(10, Some(1));
        let first = all.open(address(1)).unwrap();
        let _asks = first.slot.request();
        assert!(all.open(address(1)).is_none());
        assert!(all.open(address(2)).is_some());
    }

    #[tokio::test]
    async fn all_have_ended_when_the_last_one_has() {
        let all = at_most(10, None);
        all.all_ended().await;
        let one = all.open(address(1)).unwrap();
        assert!(
            tokio::time::timeout(Duration::from_millis(10), all.all_ended())
                .await
                .is_err()
        );
        drop(one);
        all.all_ended().await;
    }
}
