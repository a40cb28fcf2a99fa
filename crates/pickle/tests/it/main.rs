//! The reader through its public face.
//!
//! - [`values`]: what honest opcodes make
//! - [`refusals`]: one literal program per kind of error
//! - [`text_protocols`]: protocols 0 and 1, which have no header and spell values as text
//! - [`properties`]: no panic and bounded work on damaged and random programs
//!
//! Real model files are read by the tests of `propenso-engine`; hostile ones, from `attacks/`, by
//! those of `propenso-model`.

mod properties;
mod refusals;
mod text_protocols;
mod values;
