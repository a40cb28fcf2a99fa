//! Who may call, and what each may do: holders, their keys and roles. `registry` keeps them; this says what they are.
//!
//! A holder is a person or a program; a key is one of its secrets, so that a key can be replaced while the one before it
//! still works. Of a key only a hash is kept.
//!
//! - [`role`]: what a holder may do; [`secret`]: the text of a key, and what tells it apart
//! - [`holder`]: who has which keys, and what may be done with them; [`refusal`]: why not
//! - [`ring`]: all keys, ready to be asked on every request

pub mod holder;
pub mod refusal;
pub mod ring;
pub mod role;
pub mod secret;

pub use holder::{Holder, HolderName, Key, KeyState};
pub use refusal::KeyRefusal;
pub use ring::{KeyFault, KeyRing};
pub use role::{Role, Roles};
pub use secret::{KeyId, KeySecret};
