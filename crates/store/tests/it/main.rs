//! One suite for every database that a store may be, and what each has beside it.
//!
//! - `suite`: what is done with a registry and with keys, on each; `cluster`: a PostgreSQL of the tests' own
//! - `decisions`: decisions are kept, found, forgotten and let go, and what was changed is noticed
//! - `accesses`: who looked at them

mod accesses;
#[cfg(all(unix, feature = "postgres"))]
mod cluster;
mod decisions;
#[cfg(all(unix, feature = "postgres"))]
mod postgres;
mod sqlite;
mod suite;
