//! One suite for every database that a store may be, and what each has beside it.

#[cfg(all(unix, feature = "postgres"))]
mod cluster;
#[cfg(all(unix, feature = "postgres"))]
mod postgres;
mod sqlite;
mod suite;
