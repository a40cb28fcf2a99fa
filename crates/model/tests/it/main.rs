//! Model files through the crate's public face. Honest files are compared with scikit-learn's
//! answers by the tests of `propenso-engine`; here are the hostile ones.

mod attacks;
mod damage;
mod onnx;
mod onnx_hostile;
