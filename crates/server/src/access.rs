//! Who may call: keys and roles, the rule for this machine, and when a server may listen beyond it.
//!
//! It knows of requests nothing but where they come from and their headers, so that every transport can ask it.
//!
//! - [`visit`]: what a request shows of itself; [`credentials`]: the key that it brings; [`this_machine`]: whether it was
//!   made here, by itself
//! - [`caller`]: who it turned out to be; [`denial`]: why it may not
//! - [`admin_token`]: the secret of `--admin-token-file`; [`exposure`]: what there must be before others are answered
//! - [`session`]: what a browser brings in place of a key, and [`session_secret`], what that is sealed with
//! - [`failures`]: wrong keys, and who sends too many
//! - [`key_watch`]: what other processes do to keys, and when those were used

pub mod admin_token;
pub mod caller;
pub mod credentials;
pub mod denial;
pub mod exposure;
pub mod failures;
pub mod key_watch;
pub mod session;
pub mod session_secret;
pub mod this_machine;
pub mod visit;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use jiff::Timestamp;
use propenso_lifecycle::keys::ring::{RingKey, is_same};
use propenso_lifecycle::keys::{KeyFault, KeyRing, Role, Roles};
use propenso_model::Sha256;

use caller::Principal;
use credentials::Sent;
use denial::Denial;
use failures::Failures;
use session::{Session, Sessions, Visitor};
use visit::Visit;

/// Who may call, at any moment.
///
/// While nobody was ever given a key and this machine alone is answered, scoring is open to whoever is on it, and the rest
/// to this machine by itself (or to who has the token, where there is one). Otherwise everything needs a key.
#[derive(Debug, Default)]
pub struct Access {
    ring: ArcSwap<KeyRing>,
    /// Hash of the token that may do everything.
    token: Option<Sha256>,
    /// Whether requests may come from elsewhere.
    is_exposed: bool,
    failures: Failures,
    /// Of those who use a browser.
    sessions: Sessions,
    denials: Mutex<Denials>,
}

/// Whoever a key or a session names, and what they may do; `None` is all.
struct Known {
    principal: Principal,
    roles: Option<Roles>,
}

impl Known {
    fn admit(&self, role: Role) -> Result<Principal, Denial> {
        match self.roles.is_none_or(|roles| roles.allow(role)) {
            true => Ok(self.principal.clone()),
            false => Err(Denial::Role(role)),
        }
    }
}

/// Requests that were refused, until they are told.
#[derive(Debug, Default)]
pub struct Denials {
    /// How many there were.
    pub count: u64,
    /// Where the last one came from.
    pub last: Option<IpAddr>,
}

impl Access {
    /// Lets in who has the token; keys come from whoever watches them.
    #[must_use]
    pub fn new(token: Option<Sha256>, is_exposed: bool) -> Self {
        Self {
            token,
            is_exposed,
            ..Self::default()
        }
    }

    /// Counts wrong keys by the address that the proxy names which all requests come through.
    #[must_use]
    pub fn behind_proxy(self) -> Self {
        Self {
            failures: Failures::new(true),
            ..self
        }
    }

    /// Seals sessions with a secret, so that they outlive this process.
    #[must_use]
    pub fn with_sessions(self, sessions: Sessions) -> Self {
        Self { sessions, ..self }
    }

    /// Finds out who asks for something that a role is needed for.
    ///
    /// # Errors
    ///
    /// [`Denial`], which is counted.
    pub fn admit(&self, role: Role, visit: &Visit<'_>) -> Result<Principal, Denial> {
        let admitted = self.find(role, visit);
        admitted.inspect_err(|_| self.count_denial(visit))
    }

    fn count_denial(&self, visit: &Visit<'_>) {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        denials.count += 1;
        denials.last = visit.peer.map(|peer| peer.0.ip());
    }

    /// Tells whether one would be let in, without telling of it where not; a wrong key counts as one all the same.
    pub fn would_admit(&self, role: Role, visit: &Visit<'_>) -> bool {
        self.find(role, visit).is_ok()
    }

    /// Gives all that whoever asks may do, and who that is, as far as it is known. None of it counts as a request that was refused.
    #[must_use]
    pub fn roles(&self, visit: &Visit<'_>) -> (Option<Principal>, Vec<Role>) {
        let ring = self.ring.load();
        let known = self.known(&ring, visit).ok();
        let mut principal = known.as_ref().map(|known| known.principal.clone());
        let mut roles = Vec::new();
        for role in Role::ALL {
            let found = self.without_key(&ring, role, visit);
            let found = found.unwrap_or_else(|| match &known {
                Some(known) => known.admit(role),
                None => Err(Denial::NoKey),
            });
            if let Ok(found) = found {
                principal.get_or_insert(found);
                roles.push(role);
            }
        }
        (principal, roles)
    }

    fn find(&self, role: Role, visit: &Visit<'_>) -> Result<Principal, Denial> {
        let ring = self.ring.load();
        match self.without_key(&ring, role, visit) {
            Some(found) => found,
            None => self.known(&ring, visit)?.admit(role),
        }
    }

    /// What holds while nobody was ever given a key; `None` where one is asked for.
    fn without_key(
        &self,
        ring: &KeyRing,
        role: Role,
        visit: &Visit<'_>,
    ) -> Option<Result<Principal, Denial>> {
        if !ring.is_empty() || self.is_exposed {
            return None;
        }
        match (role, self.token) {
            (Role::Puntuar, _) => Some(Ok(Principal::Anyone)),
            (_, None) if this_machine::is_local(visit) => Some(Ok(Principal::ThisMachine)),
            (_, None) => Some(Err(Denial::Elsewhere)),
            (_, Some(_)) => None,
        }
    }

    /// Finds out who shows a key, or has a session.
    fn known(&self, ring: &KeyRing, visit: &Visit<'_>) -> Result<Known, Denial> {
        match Sent::of(visit.headers) {
            Some(sent) => self.of_key(ring, &sent, visit),
            None => self.of_session(ring, visit),
        }
    }

    /// Finds out whose key was sent.
    fn of_key(&self, ring: &KeyRing, sent: &Sent<'_>, visit: &Visit<'_>) -> Result<Known, Denial> {
        // A browser sends by itself what it was told once, whichever page asks.
        if sent.is_basic && this_machine::is_foreign_page(visit) {
            return Err(Denial::ForeignPage);
        }
        let may_try = self.failures.look(visit);
        if let Some(token) = &self.token
            && may_try.is_ok()
            && is_same(&Sha256::of(sent.key.as_bytes()), token)
        {
            return Ok(Known {
                principal: Principal::AdminToken,
                roles: None,
            });
        }
        let opened = ring.open(&sent.key, Timestamp::now());
        let key = opened.map_err(|fault| match fault {
            KeyFault::Unknown => match self.failures.count(visit) {
                Ok(()) => Denial::Unknown,
                Err(wait) => Denial::TooManyTries(wait),
            },
            // Whoever has it knows what once was one.
            KeyFault::Expired | KeyFault::Disabled => Denial::from(fault),
        })?;
        Ok(Known {
            principal: Principal::Holder {
                name: key.holder.clone(),
                key: key.id(),
            },
            roles: Some(key.roles),
        })
    }

    /// Finds out who began the session that a browser sends by itself.
    fn of_session(&self, ring: &KeyRing, visit: &Visit<'_>) -> Result<Known, Denial> {
        let now = Timestamp::now();
        let session = self.sessions.find(visit.headers, now);
        let session = session.ok_or(Denial::NoKey)?;
        if this_machine::is_foreign_page(visit) {
            return Err(Denial::ForeignPage);
        }
        match session.visitor {
            Visitor::Key(id) => {
                let key = ring.get(id, now)?;
                Ok(Known {
                    principal: Principal::Holder {
                        name: key.holder.clone(),
                        key: key.id(),
                    },
                    roles: Some(key.roles),
                })
            }
            Visitor::AdminToken(beginning) => match &self.token {
                Some(token) if token.short() == beginning => Ok(Known {
                    principal: Principal::AdminToken,
                    roles: None,
                }),
                _ => Err(Denial::Unknown),
            },
            Visitor::ThisMachine if this_machine::is_local(visit) => Ok(Known {
                principal: Principal::ThisMachine,
                roles: None,
            }),
            Visitor::ThisMachine => Err(Denial::Elsewhere),
        }
    }

    /// Begins a session of whoever brings a key. Gives the cookie's value.
    ///
    /// # Errors
    ///
    /// [`Denial`], which is counted.
    pub fn begin_session(&self, key: &str, visit: &Visit<'_>) -> Result<String, Denial> {
        if this_machine::is_foreign_page(visit) {
            return Err(Denial::ForeignPage);
        }
        let sent = Sent {
            key: key.into(),
            is_basic: false,
        };
        let known = self.of_key(&self.ring.load(), &sent, visit);
        let known = known.inspect_err(|_| self.count_denial(visit))?;
        let visitor = match (&known.principal, &self.token) {
            (Principal::Holder { key, .. }, _) => Visitor::Key(*key),
            (_, Some(token)) => Visitor::AdminToken(token.short()),
            (_, None) => return Err(Denial::Unknown),
        };
        Ok(self.sessions.begin(visitor, Timestamp::now()))
    }

    /// Begins a session of whoever follows the link that was shown on this machine, once. Gives the cookie's value.
    ///
    /// # Errors
    ///
    /// [`Denial`] when the link is over, or is followed from elsewhere.
    pub fn begin_session_by_link(&self, link: &str, visit: &Visit<'_>) -> Result<String, Denial> {
        let now = Timestamp::now();
        let begun = match this_machine::is_local(visit) {
            false => Err(Denial::Elsewhere),
            true if self.failures.look(visit).is_ok() && self.sessions.take_link(link, now) => {
                Ok(self.sessions.begin(Visitor::ThisMachine, now))
            }
            true => match self.failures.count(visit) {
                Ok(()) => Err(Denial::Unknown),
                Err(wait) => Err(Denial::TooManyTries(wait)),
            },
        };
        begun.inspect_err(|_| self.count_denial(visit))
    }

    /// Makes a link that lets somebody on this machine in, once. Gives its secret; the one before is over.
    #[must_use]
    pub fn make_link(&self) -> String {
        self.sessions.make_link(Timestamp::now())
    }

    /// The session that a request names, if it still lasts.
    #[must_use]
    pub fn session(&self, visit: &Visit<'_>) -> Option<Session> {
        self.sessions.find(visit.headers, Timestamp::now())
    }

    /// Ends a session before its time.
    pub fn end_session(&self, session: &Session) {
        self.sessions.end(session, Timestamp::now());
    }

    /// The keys that count now.
    pub fn ring(&self) -> Guard<Arc<KeyRing>> {
        self.ring.load()
    }

    /// Lets other keys count from the next request on.
    pub fn replace(&self, ring: KeyRing) {
        self.ring.store(Arc::new(ring));
    }

    /// Tells whether somebody could be let in by a key or the token.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.token.is_some() || !self.ring.load().is_empty()
    }

    /// Gives the refused requests since it was asked last.
    pub fn take_denials(&self) -> Denials {
        let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *denials)
    }

    /// Says in the log who may call.
    pub fn log_state(&self) {
        let ring = self.ring.load();
        let has_token = self.token.is_some();
        if ring.is_empty() && !self.is_exposed {
            tracing::info!(
                has_token,
                "nobody has a key: scoring is open to whoever is on this machine, the rest to {}",
                if has_token {
                    "who has the token"
                } else {
                    "this machine by itself"
                }
            );
            return;
        }
        let now = Timestamp::now();
        let live = ring.live(now).count();
        let next_end = ring.live(now).filter_map(RingKey::expires).min();
        let next_end = next_end.map(|end| end.to_string());
        tracing::info!(
            holders = ring.n_holders(),
            live,
            next_end,
            has_token,
            "keys are asked for"
        );
        if live == 0 && !has_token {
            tracing::warn!(
                "no key works any more, so nobody is answered; `propenso keys list` shows why"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use propenso_lifecycle::keys::{Holder, HolderName, Key, KeySecret};

    use super::*;
    use crate::access::caller::Peer;

    const HERE: &str = "127.0.0.1:4000";
    const AWAY: &str = "10.0.0.7:4000";

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in all {
            map.insert(*name, value.parse().unwrap());
        }
        map
    }

    fn ask(
        access: &Access,
        role: Role,
        peer: &str,
        sent: &[(&'static str, &str)],
    ) -> Result<Principal, Denial> {
        let visit = Visit {
            peer: Some(Peer(peer.parse().unwrap())),
            headers: &headers(sent),
            authority: None,
        };
        access.admit(role, &visit)
    }

    fn ring(roles: &str) -> (KeyRing, KeySecret) {
        let (id, secret) = KeySecret::make().unwrap();
        let name: HolderName = "crm".parse().unwrap();
        let key = Key {
            id,
            hash: secret.hash(),
            created: Timestamp::UNIX_EPOCH,
            expires: None,
            disabled: None,
            last_used: None,
        };
        let holder = Holder {
            name,
            roles: roles.parse().unwrap(),
            created: Timestamp::UNIX_EPOCH,
            disabled: None,
            keys: vec![key],
        };
        (KeyRing::of(vec![holder], &KeyRing::default()), secret)
    }

    #[test]
    fn without_keys_scoring_is_open_and_the_rest_this_machines() {
        let access = Access::default();
        let own = [("host", "127.0.0.1:5000")];
        assert_eq!(
            ask(&access, Role::Puntuar, AWAY, &[]),
            Ok(Principal::Anyone)
        );
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Puntuar) {
            let asked = |peer| ask(&access, role, peer, &own);
            assert_eq!(asked(HERE), Ok(Principal::ThisMachine));
            assert_eq!(asked(AWAY), Err(Denial::Elsewhere));
        }
        let denials = access.take_denials();
        assert_eq!((denials.count, access.take_denials().count), (6, 0));
        assert_eq!(denials.last, Some("10.0.0.7".parse().unwrap()));
    }

    #[test]
    fn with_a_token_whoever_has_it() {
        let token = "a-long-enough-secret";
        let access = Access::new(Some(Sha256::of(token.as_bytes())), false);
        let bearer = format!("Bearer {token}");
        let sent = [("authorization", bearer.as_str())];
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Puntuar) {
            assert_eq!(ask(&access, role, AWAY, &sent), Ok(Principal::AdminToken));
            assert_eq!(ask(&access, role, HERE, &[]), Err(Denial::NoKey));
            let wrong = [("authorization", "Bearer another")];
            assert_eq!(ask(&access, role, HERE, &wrong), Err(Denial::Unknown));
        }
        assert_eq!(
            ask(&access, Role::Puntuar, HERE, &[]),
            Ok(Principal::Anyone)
        );
    }

    #[test]
    fn a_server_that_others_reach_needs_keys_for_everything() {
        let access = Access::new(None, true);
        let own = [("host", "localhost")];
        for role in Role::ALL {
            assert_eq!(ask(&access, role, HERE, &own), Err(Denial::NoKey));
        }
    }

    #[test]
    fn a_key_is_taken_in_three_ways_and_opens_what_its_roles_say() {
        let access = Access::default();
        let (ring, secret) = ring("puntuar");
        access.replace(ring);
        let key = secret.reveal();
        let bearer = format!("bearer {key}");
        // printf 'any:KEY' | base64, as MLflow's client and curl -u send it.
        let basic = format!(
            "Basic {}",
            credentials::tests::base64(&format!("any:{key}"))
        );
        let ways = [
            [("authorization", bearer.as_str())],
            [("x-api-key", key)],
            [("authorization", basic.as_str())],
        ];
        for sent in ways {
            let admitted = ask(&access, Role::Puntuar, AWAY, &sent).unwrap();
            assert_eq!(admitted.holder(), Some("crm"));
            let denied = ask(&access, Role::Modelos, AWAY, &sent);
            assert_eq!(denied, Err(Denial::Role(Role::Modelos)));
        }
        // This machine is no exception once there are keys.
        assert_eq!(ask(&access, Role::Puntuar, HERE, &[]), Err(Denial::NoKey));
        let page = [
            ("authorization", basic.as_str()),
            ("host", "propenso.example"),
            ("origin", "https://evil.example"),
        ];
        let denied = ask(&access, Role::Puntuar, AWAY, &page);
        assert_eq!(denied, Err(Denial::ForeignPage));
    }
}
