//! Portfolios from the outside: files in, files out.
//!
//! Tests of one function stand beside it; tests of what a manager or a dialler sees stand here.

mod accounted;
