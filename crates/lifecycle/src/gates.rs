//! The gates that a model passes on its way in: each says pass, warn or fail, with its numbers.
//!
//! | gate | asks |
//! |---|---|
//! | [`reading`] | can the file be read and its model served; does it name anything foreign |
//! | [`fit`] | does the contract make the features it was trained on |
//! | [`golden`] | do golden rows that came along reproduce |
//! | [`drift`] | how do its scores of a reference portfolio compare with the champion's |
//! | [`holdout`] | how well does it tell payers apart, beside the champion, on labelled clients |
//!
//! [`examine`](examination::examine) runs them; [`standard`] is what they compare with, by [`limits`], on [`clients`], of whom a
//! [`target`] says who paid; [`importance`] is which inputs move a model, [`input_reference`] what they
//! were on the reference portfolio; [`concern`] is what speaks against a model; [`report`] is what they say together, on what
//! [`evidence`]; [`progress`] is how far it is.

mod checked;
pub mod clients;
pub mod concern;
pub mod drift;
pub mod evidence;
pub mod examination;
pub mod figures;
pub mod fit;
pub mod golden;
pub mod holdout;
pub mod importance;
pub mod input_reference;
pub mod limits;
pub mod progress;
pub mod reading;
pub mod reading_problem;
pub mod report;
pub mod standard;
pub mod target;

pub use concern::{Concern, Level};
pub use evidence::Evidence;
pub use report::{Findings, Gate, GateOutcome, GateReport, Verdict};
