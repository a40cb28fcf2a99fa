//! Requests a second, by who makes them: the generic cell rate algorithm (ITU-T I.371), one moment for each.
//!
//! A request moves the moment on by its share of a second; whose moment is more than a second ahead waits.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use propenso_lifecycle::keys::KeyId;

const SECOND: Duration = Duration::from_secs(1);

/// How many are remembered before those are forgotten who have nothing to wait for.
const REMEMBERED: usize = 10_000;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Those with one key.
    Key(KeyId),
    /// Those without a key of their own, from one address; `None` where that is not known.
    Address(Option<IpAddr>),
}

/// The moments of all who ask.
#[derive(Debug)]
pub struct Rates {
    share: Duration,
    /// How far ahead one may be.
    burst: Duration,
    start: Instant,
    moments: Mutex<HashMap<Who, Duration>>,
}

impl Rates {
    /// Lets everybody make so many requests a second, and as many as a second has at once.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self::with_burst(per_second, per_second)
    }

    /// Lets everybody make so many requests a second, and so many at once.
    #[must_use]
    pub fn with_burst(per_second: u32, at_once: u32) -> Self {
        let share = SECOND / per_second.max(1);
        Self {
            share,
            burst: share * at_once.max(1),
            start: Instant::now(),
            moments: Mutex::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// How long to wait, for who makes too many; then it does not count.
    pub fn take(&self, who: Who) -> Result<(), Duration> {
        self.take_at(who, self.start.elapsed())
    }

    fn take_at(&self, who: Who, now: Duration) -> Result<(), Duration> {
        let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let mut who = who;
        if moments.len() >= REMEMBERED && !moments.contains_key(&who) {
            moments.retain(|_, moment| *moment > now);
            // More addresses at a time than are remembered count as one.
            if moments.len() >= REMEMBERED && matches!(who, Who::Address(_)) {
                who = Who::Address(None);
            }
        }
        let moment = moments.entry(who).or_default();
        let next = (*moment).max(now) + self.share;
        self.must_wait(next, now)?;
        *moment = next;
        Ok(())
    }

    /// Asks what [`Self::take`] would say, without counting anything.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub fn look(&self, who: Who) -> Result<(), Duration> {
        let now = self.start.elapsed();
        let moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = moments.contains_key(&who) || moments.len() < REMEMBERED;
        let who = if is_known { who } else { Who::Address(None) };
        let moment = moments.get(&who).copied().unwrap_or_default();
        self.must_wait(moment.max(now) + self.share, now)
    }

    fn must_wait(&self, next: Duration, now: Duration) -> Result<(), Duration> {
        match next.checked_sub(now + self.burst) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(n: u32) -> Who {
        Who::Address(Some(IpAddr::from(n.to_be_bytes())))
    }

    #[test]
    fn so_many_a_second_each() {
        let rates = Rates::new(10);
        let at = Duration::from_millis;
        let (one, other) = (who(1), who(2));
        let taken = (0..20).filter(|_| rates.take_at(one, at(0)).is_ok());
        assert_eq!(taken.count(), 10);
        assert_eq!(rates.take_at(one, at(0)), Err(at(100)));
        assert_eq!(rates.take_at(other, at(0)), Ok(()), "each for itself");
        assert_eq!(rates.take_at(one, at(100)), Ok(()));
        assert!(rates.take_at(one, at(100)).is_err());
        let later = (0..20).filter(|_| rates.take_at(one, at(60_000)).is_ok());
        assert_eq!(later.count(), 10, "what was not asked is not saved up");
    }

    #[test]
    fn more_at_once_than_a_second_has() {
        let rates = Rates::with_burst(5, 20);
        let taken = (0..30).filter(|_| rates.take(who(1)).is_ok());
        assert!((20..=22).contains(&taken.count()));
        let wait = rates.look(who(1)).unwrap_err();
        assert!(wait <= Duration::from_millis(200));
        assert_eq!(rates.look(who(2)), Ok(()));
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let rates = Rates::with_burst(1, 3);
        for n in 0..REMEMBERED as u32 + 100 {
            let _ = rates.take_at(who(n), Duration::ZERO);
        }
        let remembered = rates.moments.lock().unwrap().len();
        assert!(remembered <= REMEMBERED + 1, "{remembered}");
        assert!(rates.take_at(who(1_000_000), Duration::ZERO).is_err());
    }

    #[test]
    fn those_who_do_not_wait_are_forgotten() {
        let rates = Rates::new(1);
        for n in 0..REMEMBERED as u32 + 10 {
            let now = Duration::from_secs(2 * u64::from(n));
            rates.take_at(who(n), now).unwrap();
        }
        let remembered = rates.moments.lock().unwrap().len();
        assert!(remembered <= 20, "{remembered}");
    }
}
