//! The model's life without a server: real files, a real database.
//!
//! - [`concerns`]: what is told of each thing that speaks against a model
//! - [`drift`], [`golden`], [`holdout`], [`reading`]: what each gate finds, and where its limits are
//! - [`inputs`]: what a version was sent when it was examined, and day by day
//! - [`old_registry`]: a registry that an earlier program wrote
//! - [`served_once`]: a model on its way from arrival to service, loaded once
//! - `shared`: a registry that several machines share
//! - [`support`]: a registry in a folder of its own
//! - [`trial`]: a small model before the gates

#[cfg(all(unix, feature = "postgres"))]
#[allow(dead_code, reason = "the store's own tests use all of it")]
#[path = "../../../store/tests/it/cluster.rs"]
mod cluster;
mod concerns;
mod drift;
mod golden;
mod holdout;
mod inputs;
mod old_registry;
mod reading;
mod served_once;
#[cfg(all(unix, feature = "postgres"))]
mod shared;
mod support;
mod trial;
