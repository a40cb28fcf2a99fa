//! numpy values inside pickles: dtypes, arrays and scalars.
//!
//! Formats: `numpy/core/src/multiarray/descriptor.c` (dtype state), `methods.c`
//! (`array_setstate`), `numpy/core/numeric.py` (`_frombuffer`), for numpy 1.19 to 2.4.

pub(crate) mod array;
pub mod array_view;
pub mod dtype;
pub(crate) mod scalar;
