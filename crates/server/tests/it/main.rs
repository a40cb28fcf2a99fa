//! The product through its public faces: real sockets on port 0, the real binary, real files.
//!
//! - [`portfolio`]: both months of the example, every row, bit for bit, through every face
//! - [`migration`]: the old script's requests: its answers under its contract, no 5xx under any
//! - [`routes`]: what each route answers, errors included
//! - [`counterfactual`]: the smallest change that flips a class, through every face
//! - [`explanation`]: what moved a score, through every face
//! - [`hostile`]: broken requests over a raw socket
//! - [`commands`]: the binary's subcommands
//! - [`own_columns`]: models served by their own columns, without a contract or with a little one
//! - [`verify`]: proof of equality from golden rows
//! - [`process`]: starting, logging and stopping
//! - [`support`]: a server to talk to, and the example's files

mod commands;
mod counterfactual;
mod explanation;
mod hostile;
mod migration;
mod own_columns;
mod portfolio;
mod process;
mod routes;
mod support;
mod verify;
