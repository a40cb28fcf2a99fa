//! Portfolios from the outside: files in, files out.
//!
//! Tests of one function stand beside it; tests of what a manager or a dialler sees stand here.
//!
//! - [`accounted`]: files with every defect, row by row
//! - [`dates`]: days, and codes with a feature each, in files of every form
//! - [`defects`]: files with every defect at once, beside other readers
//! - [`hostile`]: tables that attack their readers, in `attacks/tables/`
//! - [`mutated`]: tables with bytes changed anywhere
//! - [`odd_files`]: files as people really send them
//! - [`outcomes`]: tables that models are compared on
//! - [`preview`]: files before they are scored
//! - [`support`]: the example's scorer
//! - [`workbooks`]: one portfolio in every form of workbook

mod accounted;
mod dates;
mod defects;
mod hostile;
mod mutated;
mod odd_files;
mod outcomes;
mod preview;
mod support;
mod workbooks;
