//! Contracts from the outside: what they accept, what they make of it, and what they say.
//!
//! Tests of one function stand beside it; tests of what a client or an analyst sees stand here.

mod allocation;
mod client;
mod contract_file;
mod counterfactual;
mod encoder;
mod fit;
mod flask;
mod grammar;
mod messages;
mod own_columns;
mod properties;
mod shipped;
