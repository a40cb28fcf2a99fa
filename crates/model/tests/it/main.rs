//! Model files through the crate's public face. Honest files are compared with their libraries'
//! answers by the tests of `propenso-engine`.
//!
//! - [`attacks`]: every hostile file of `attacks/`, refused as its manifest says
//! - [`damage`]: honest files cut and changed at random: no panic, no hang
//! - [`documented`]: docs/models.md says what the code says
//! - [`onnx`], [`onnx_hostile`]: what ONNX operators mean, and files made to break their reader
//! - [`ways_out`]: what is sent by mistake, and that the way out its refusal tells leads there

mod attacks;
mod damage;
mod documented;
mod onnx;
mod onnx_hostile;
mod ways_out;
