//! Wrong keys, by the address that they come from: who tries many is told to wait.
//!
//! A key is 256 random bits, and is let in however many wrong ones came from its address: a proxy's is everybody's. The admin
//! token is what a person made up, and is not looked at while its address has to wait: it cannot be found by trying.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::http::HeaderMap;

use super::visit::Visit;
use crate::limits::rate::{Rates, Who};

/// Wrong keys that an address may send a second.
const PER_SECOND: u32 = 10;

/// Wrong keys that an address may send at once: an office behind one address whose key was changed this morning.
const AT_ONCE: u32 = 200;

/// Who names the address that a proxy got a request from. The last one is what the proxy itself has seen.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Wrong keys, counted.
#[derive(Debug)]
pub struct Failures {
    rates: Rates,
    /// Whether every request comes through a proxy, which says from whom.
    is_behind_proxy: bool,
}

impl Default for Failures {
    fn default() -> Self {
        Self::new(false)
    }
}

impl Failures {
    /// Counts them from the beginning.
    #[must_use]
    pub fn new(is_behind_proxy: bool) -> Self {
        Self {
            rates: Rates::with_burst(PER_SECOND, AT_ONCE),
            is_behind_proxy,
        }
    }

    /// Asks whether one more wrong key may come from where a visit does.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub fn look(&self, visit: &Visit<'_>) -> Result<(), Duration> {
        self.rates.look(self.who(visit))
    }

    /// Counts a wrong key.
    ///
    /// # Errors
    ///
    /// How long to wait, where there were too many.
    pub fn count(&self, visit: &Visit<'_>) -> Result<(), Duration> {
        self.rates.take(self.who(visit))
    }

    fn who(&self, visit: &Visit<'_>) -> Who {
        let told = self.is_behind_proxy.then(|| told_by_proxy(visit.headers));
        let peer = visit.peer.map(|peer| peer.0.ip());
        Who::Address(told.flatten().or(peer).map(network))
    }
}

fn told_by_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    let all = headers.get_all(FORWARDED_FOR).iter().next_back()?;
    let last = all.to_str().ok()?.rsplit(',').next()?.trim();
    let bare = last.trim_start_matches('[').trim_end_matches(']').parse();
    let with_port = || last.parse().map(|address: SocketAddr| address.ip());
    bare.or_else(|_| with_port()).ok()
}

/// What one party has of addresses: of IPv6, 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(bits).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::caller::Peer;

    fn who(is_behind_proxy: bool, peer: &str, forwarded: &[&'static str]) -> Who {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let visit = Visit {
            peer: Some(Peer(peer.parse().unwrap())),
            headers: &headers,
            authority: None,
        };
        Failures::new(is_behind_proxy).who(&visit)
    }

    #[test]
    fn whose_failure_it_is() {
        let of = |address: &str| Who::Address(Some(address.parse().unwrap()));
        let peer = "10.0.0.1:9";
        assert_eq!(who(false, peer, &["1.1.1.1"]), of("10.0.0.1"));
        assert_eq!(who(true, peer, &[]), of("10.0.0.1"));
        assert_eq!(who(true, peer, &["1.1.1.1, 2.2.2.2"]), of("2.2.2.2"));
        assert_eq!(who(true, peer, &["1.1.1.1", "3.3.3.3:80"]), of("3.3.3.3"));
        assert_eq!(who(true, peer, &["unknown"]), of("10.0.0.1"));
        assert_eq!(who(true, peer, &["[2001:db8::7]:80"]), of("2001:db8::"));
        assert_eq!(who(false, "[2001:db8::1:2:3:4]:9", &[]), of("2001:db8::"));
        assert_eq!(who(false, "[::ffff:10.0.0.1]:9", &[]), of("10.0.0.1"));
    }
}
