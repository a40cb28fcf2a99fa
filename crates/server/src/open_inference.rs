//! The Open Inference Protocol (V2), by whichever wire it comes: named tensors become clients, and their answers tensors again.
//!
//! - [`datatype`]: what elements are; [`tensor`]: what was sent of one name; [`table`]: tensors as the clients of a request
//! - [`signature`]: what a model takes and gives; [`output_name`], [`output`]: what may be asked of it, and its
//!   answers as tensors
//!
//! The contract decides what may be sent: an input comes as a tensor of its name, one element a client, or all inputs as the
//! columns of one tensor, in the contract's order. Source: `open_inference_rest.yaml` and the binary tensor extension of
//! <https://github.com/kserve/open-inference-protocol> and <https://github.com/triton-inference-server/server>.

pub mod datatype;
pub mod output;
pub mod output_name;
pub mod signature;
pub mod table;
pub mod tensor;

/// What the served model is called, beside its versions' numbers.
pub const MODEL: &str = "propenso";

/// What models are made with, by the protocol's word for it.
pub const PLATFORM: &str = "sklearn_pickle";
