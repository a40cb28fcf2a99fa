//! What a browser brings in place of a key, once somebody has shown one: a cookie that names who it was and until when, sealed
//! with a secret of the server's. There is no key in it.
//!
//! Nothing is kept of sessions that go on: they outlive a restart, and several machines that share the secret know each other's. Whether
//! a key still works is asked of the keys themselves, each time.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use propenso_lifecycle::keys::KeyId;
use propenso_model::Sha256;

/// The cookie's name.
pub const COOKIE: &str = "propenso_session";

/// How long a session lasts: a day's work.
pub const LASTS: Duration = Duration::from_secs(12 * 3600);

/// How long a link that lets somebody in may be followed.
const LINK_LASTS: Duration = Duration::from_secs(3600);

/// Who a session was begun by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visitor {
    /// Who had a key.
    Key(KeyId),
    /// Who had the admin token, of which this is the beginning of the hash.
    AdminToken(String),
    /// Who followed a link that was shown on this machine.
    ThisMachine,
}

/// A session, as its cookie says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who began it.
    pub visitor: Visitor,
    /// Second until which it lasts.
    until: i64,
    /// Tells it apart.
    number: u64,
}

/// Begins sessions, and knows them again.
#[derive(Debug)]
pub struct Sessions {
    secret: [u8; 32],
    /// Sessions that were ended before their time, and the second when that is over anyway.
    ended: Mutex<HashMap<u64, i64>>,
    /// Hash of the one link that lets somebody in, and the second until which it may be followed.
    link: Mutex<Option<(Sha256, i64)>>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self::new(random())
    }
}

impl Sessions {
    /// Seals with a secret.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            secret,
            ended: Mutex::default(),
            link: Mutex::default(),
        }
    }

    /// Begins a session. Gives the cookie's value.
    #[must_use]
    pub fn begin(&self, visitor: Visitor, now: Timestamp) -> String {
        let session = Session {
            visitor,
            until: now.as_second() + LASTS.as_secs().cast_signed(),
            number: u64::from_le_bytes(random()),
        };
        let text = session.to_string();
        let seal = self.seal(&text).finalize().into_bytes();
        format!("{text}.{}", hex(&seal))
    }

    /// Finds the session that a request's cookie names, if it still lasts.
    #[must_use]
    pub fn find(&self, headers: &HeaderMap, now: Timestamp) -> Option<Session> {
        let (text, seal) = cookie(headers, COOKIE)?.rsplit_once('.')?;
        self.seal(text).verify_slice(&from_hex(seal)?).ok()?;
        let session: Session = text.parse().ok()?;
        let lasts = session.until > now.as_second();
        let is_ended = lock(&self.ended).contains_key(&session.number);
        (lasts && !is_ended).then_some(session)
    }

    /// Ends a session before its time.
    pub fn end(&self, session: &Session, now: Timestamp) {
        let mut ended = lock(&self.ended);
        ended.retain(|_, until| *until > now.as_second());
        ended.insert(session.number, session.until);
    }

    /// Makes a link's secret, which lets in once; the one before is over.
    #[must_use]
    pub fn make_link(&self, now: Timestamp) -> String {
        let text = hex(&random::<16>());
        let until = now.as_second() + LINK_LASTS.as_secs().cast_signed();
        *lock(&self.link) = Some((Sha256::of(text.as_bytes()), until));
        text
    }

    /// Tells whether a text is the link's secret; it is over then.
    #[must_use]
    pub fn take_link(&self, text: &str, now: Timestamp) -> bool {
        let mut link = lock(&self.link);
        let hash = Sha256::of(text.as_bytes());
        let is_it = link
            .as_ref()
            .is_some_and(|(known, until)| *known == hash && *until > now.as_second());
        if is_it {
            *link = None;
        }
        is_it
    }

    fn seal(&self, text: &str) -> Hmac<sha2::Sha256> {
        // A key of any length will do.
        let mut seal = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&self.secret)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        seal.update(text.as_bytes());
        seal
    }
}

impl std::fmt::Display for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.visitor {
            Visitor::Key(key) => write!(f, "k.{key}")?,
            Visitor::AdminToken(beginning) => write!(f, "t.{beginning}")?,
            Visitor::ThisMachine => f.write_str("m.")?,
        }
        write!(f, ".{}.{:016x}", self.until, self.number)
    }
}

/// A text that names no session.
#[derive(Debug)]
pub struct NoSession;

impl FromStr for Session {
    type Err = NoSession;

    fn from_str(text: &str) -> Result<Self, NoSession> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(NoSession);
        let (kind, who, until, number) = (next()?, next()?, next()?, next()?);
        let visitor = match kind {
            "k" => Visitor::Key(who.parse().map_err(|_| NoSession)?),
            "t" => Visitor::AdminToken(who.to_owned()),
            "m" => Visitor::ThisMachine,
            _ => return Err(NoSession),
        };
        Ok(Self {
            visitor,
            until: until.parse().map_err(|_| NoSession)?,
            number: u64::from_str_radix(number, 16).map_err(|_| NoSession)?,
        })
    }
}

/// Finds a cookie among a request's headers.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let sent = headers.get_all(header::COOKIE).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// Random bytes. Without any from the system nobody could be let in safely, so nothing goes on.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = getrandom::fill(&mut bytes);
    assert!(filled.is_ok(), "the system gives no random bytes");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn headers(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("lang=es; {COOKIE}={cookie}");
        headers.insert(header::COOKIE, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_session_is_known_again_until_it_is_over() {
        let secret = [7; 32];
        let sessions = Sessions::new(secret);
        let key: KeyId = "prp_0000000a".parse().unwrap();
        for visitor in [
            Visitor::Key(key),
            Visitor::AdminToken("0a1b2c3d".to_owned()),
            Visitor::ThisMachine,
        ] {
            let cookie = headers(&sessions.begin(visitor.clone(), at(100)));
            let found = sessions.find(&cookie, at(101)).unwrap();
            assert_eq!(found.visitor, visitor);
            // After a restart, too, or on another machine with the same secret.
            assert!(Sessions::new(secret).find(&cookie, at(101)).is_some());
            assert!(Sessions::default().find(&cookie, at(101)).is_none());
            let over = 100 + LASTS.as_secs().cast_signed();
            assert!(sessions.find(&cookie, at(over)).is_none());
            sessions.end(&found, at(102));
            assert!(sessions.find(&cookie, at(103)).is_none());
        }
    }

    #[test]
    fn no_other_text_is_a_session() {
        let sessions = Sessions::new([7; 32]);
        let cookie = sessions.begin(Visitor::ThisMachine, at(100));
        let other = cookie.replacen("m.", "k.prp_0000000a", 1);
        let (text, seal) = cookie.rsplit_once('.').unwrap();
        let (half, _) = seal.split_at(seal.len() / 2);
        for wrong in [
            other,
            format!("{text}."),
            format!("{text}.{half}"),
            format!("{text}.{}é", &seal[2..]),
            text.to_owned(),
            String::new(),
        ] {
            let mut headers = HeaderMap::new();
            let value = format!("{COOKIE}={wrong}");
            let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.insert(header::COOKIE, value);
            assert_eq!(sessions.find(&headers, at(101)), None, "{wrong}");
        }
        assert_eq!(sessions.find(&HeaderMap::new(), at(101)), None);
    }

    #[test]
    fn a_link_lets_in_once() {
        let sessions = Sessions::default();
        let before = sessions.make_link(at(0));
        let link = sessions.make_link(at(0));
        assert!(!sessions.take_link(&before, at(1)));
        assert!(!sessions.take_link("", at(1)));
        assert!(sessions.take_link(&link, at(1)));
        assert!(!sessions.take_link(&link, at(1)));
        let late = sessions.make_link(at(0));
        assert!(!sessions.take_link(&late, at(3600)));
    }
}
