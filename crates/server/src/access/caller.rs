//! Who asks.

use std::net::SocketAddr;
use std::sync::Arc;

use propenso_lifecycle::keys::KeyId;

/// The address a connection came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who was let in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// Whoever it is: nobody has a key.
    Anyone,
    /// Somebody at this machine.
    ThisMachine,
    /// Whoever has the token of `--admin-token-file`.
    AdminToken,
    /// The holder of a key.
    Holder {
        /// Its name.
        name: Arc<str>,
        /// The key.
        key: KeyId,
    },
}

impl Principal {
    /// The holder's name, where there is one.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        match self {
            Self::Anyone | Self::ThisMachine => None,
            Self::AdminToken => Some("admin-token"),
            Self::Holder { name, .. } => Some(name),
        }
    }

    /// What tells the key apart that was sent.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::Holder { key, .. } => Some(*key),
            Self::Anyone | Self::ThisMachine | Self::AdminToken => None,
        }
    }
}

/// Who was let in, and from where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// From where, if that is known.
    pub peer: Option<Peer>,
}

impl Caller {
    /// Names who asks, for the record: the name they give, and beside it the holder of the key, or where they are.
    #[must_use]
    pub fn name(&self, by: Option<&str>) -> String {
        let place = match (self.principal.holder(), self.peer) {
            (Some(holder), _) => holder.to_owned(),
            (None, Some(peer)) => peer.0.ip().to_string(),
            (None, None) => "HTTP".to_owned(),
        };
        match by.filter(|name| !name.trim().is_empty()) {
            Some(name) => format!("{name} ({place})"),
            None => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_has_the_name_given_and_what_is_known() {
        let peer = Some(Peer("10.0.0.7:1".parse().unwrap()));
        let caller = |principal| Caller { principal, peer };
        let here = caller(Principal::ThisMachine);
        assert_eq!(here.name(Some("Ana")), "Ana (10.0.0.7)");
        assert_eq!(here.name(Some(" ")), "10.0.0.7");
        let holder = caller(Principal::Holder {
            name: "crm".into(),
            key: "prp_00000001".parse().unwrap(),
        });
        assert_eq!(holder.name(Some("Ana")), "Ana (crm)");
        assert_eq!(holder.name(None), "crm");
        assert_eq!(caller(Principal::AdminToken).name(None), "admin-token");
    }
}
