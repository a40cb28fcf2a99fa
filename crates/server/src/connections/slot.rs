//! What is known of one open connection: whether it is asked something, and since when nothing came or went.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Clock;
use crate::settings::ConnectionSettings;

/// How long a connection that is asked nothing may stay when the server stops: what was sent already arrives. Whoever serves it
/// ends it before, if it lets itself be ended.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Stands for no moment.
const NEVER: u64 = 0;

/// One connection, as the others see it.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) address: IpAddr,
    clock: Arc<Clock>,
    in_flight: AtomicUsize,
    /// When bytes came or went, or a request began or ended.
    active: AtomicU64,
    /// Since when the beginning of a request is there.
    head: AtomicU64,
    /// Since when bytes of an answer wait to be read.
    unread: AtomicU64,
    close: Notify,
}

/// A request in flight, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Slot>);

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdue {
    /// Nothing was asked for too long.
    Idle,
    /// A request began, and never ended.
    Head,
    /// An answer is not read.
    Unread,
}

impl Slot {
    pub(super) fn new(address: IpAddr, clock: Arc<Clock>) -> Self {
        let active = AtomicU64::new(clock.now());
        Self {
            address,
            clock,
            in_flight: AtomicUsize::new(0),
            active,
            head: AtomicU64::new(NEVER),
            unread: AtomicU64::new(NEVER),
            close: Notify::new(),
        }
    }

    /// Counts a request, until what this gives is dropped.
    pub(crate) fn request(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.head.store(NEVER, Ordering::Relaxed);
        self.touch();
        InFlight(Arc::clone(self))
    }

    /// Completes when the connection is to be closed.
    pub(crate) async fn closed(&self) {
        self.close.notified().await;
    }

    pub(super) fn close(&self) {
        self.close.notify_one();
    }

    /// Hears that bytes came. Those that belong to no request yet are the beginning of one.
    pub(super) fn read(&self) {
        self.touch();
        if self.is_free() && self.head.load(Ordering::Relaxed) == NEVER {
            self.head.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    /// Hears that bytes went.
    pub(super) fn wrote(&self) {
        self.touch();
        self.unread.store(NEVER, Ordering::Relaxed);
    }

    /// Hears that bytes cannot go.
    pub(super) fn waits_to_write(&self) {
        if self.unread.load(Ordering::Relaxed) == NEVER {
            self.unread.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    /// Tells when something happened last, if nothing is asked.
    pub(super) fn free_since(&self) -> Option<u64> {
        self.is_free().then(|| self.active.load(Ordering::Relaxed))
    }

    /// Tells whether its time is over.
    pub(super) fn overdue(
        &self,
        limits: &ConnectionSettings,
        is_stopping: bool,
    ) -> Option<Overdue> {
        let is_over = |since: &AtomicU64, limit: Duration| {
            let since = since.load(Ordering::Relaxed);
            since != NEVER && self.clock.since(since) > limit
        };
        if is_over(&self.unread, limits.stall) {
            return Some(Overdue::Unread);
        }
        if !self.is_free() {
            return None;
        }
        if is_over(&self.head, limits.header) {
            return Some(Overdue::Head);
        }
        let idle = if is_stopping { LAST_WORD } else { limits.idle };
        is_over(&self.active, idle).then_some(Overdue::Idle)
    }

    fn is_free(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) == 0
    }

    fn touch(&self) {
        self.active.store(self.clock.now(), Ordering::Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.touch();
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn slot() -> Arc<Slot> {
        Arc::new(Slot::new(Ipv4Addr::LOCALHOST.into(), Arc::default()))
    }

    fn after(slot: &Slot, seconds: u64) -> Option<Overdue> {
        slot.clock.advance(Duration::from_secs(seconds));
        slot.overdue(&ConnectionSettings::default(), false)
    }

    #[test]
    fn a_connection_that_asks_nothing_has_a_minute() {
        let slot = slot();
        assert_eq!(after(&slot, 60), None);
        assert_eq!(after(&slot, 1), Some(Overdue::Idle));
        let request = slot.request();
        assert_eq!(after(&slot, 1_000), None, "the server's own time");
        drop(request);
        assert_eq!(after(&slot, 60), None);
        assert_eq!(after(&slot, 1), Some(Overdue::Idle));
    }

    /// A byte now and then does not make a request's beginning any younger.
    #[test]
    fn a_head_that_drips_has_ten_seconds() {
        let slot = slot();
        for _ in 0..10 {
            slot.read();
            assert_eq!(after(&slot, 1), None);
        }
        slot.read();
        assert_eq!(after(&slot, 1), Some(Overdue::Head));
        drop(slot.request());
        assert_eq!(after(&slot, 1), None);
    }

    #[test]
    fn an_answer_that_is_read_slowly_may_take_its_time() {
        let slot = slot();
        let _request = slot.request();
        for _ in 0..10 {
            slot.waits_to_write();
            assert_eq!(after(&slot, 20), None);
            slot.wrote();
        }
        slot.waits_to_write();
        slot.waits_to_write();
        assert_eq!(after(&slot, 31), Some(Overdue::Unread));
    }

    #[test]
    fn when_the_server_stops_those_who_ask_nothing_go() {
        let (free, asking) = (slot(), slot());
        let _request = asking.request();
        for slot in [&free, &asking] {
            slot.clock.advance(Duration::from_secs(3));
        }
        let limits = ConnectionSettings::default();
        assert_eq!(free.overdue(&limits, true), Some(Overdue::Idle));
        assert_eq!(asking.overdue(&limits, true), None);
    }
}
