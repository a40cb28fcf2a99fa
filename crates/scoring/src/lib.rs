//! The contract between client inputs and model features, and the scorer.
//!
//! In reading order:
//!
//! * `contract`: a TOML file read once into a [`Contract`]: the inputs a client sends, how each may be
//!   written, and the features made of them, in the model's order.
//! * `header`: which column of a table is which input, as people write names: a [`Header`].
//! * `row`: a [`Row`] is what one client sent, untouched, by input.
//! * `encode`: a row becomes features and [`Warning`]s, or all its [`FieldError`]s at once.
//! * `binning`: what an input is counted as, so that days can be compared without keeping anybody's values: a [`Binning`].
//! * `known_texts`: which known text is meant by one that is written otherwise.
//! * `date`: days as people write them.
//! * [`number`], `python`: numbers as people write them, and as the old Python script read them.
//! * `scorer`: a contract bound to a model that fits it: the one thing that scores; `together`: many clients at once; `workspace`: the room for it.
//! * `counterfactual`: the smallest change of a row that flips its class.
//! * `explanation`: what each input added to a score.
//! * `answered`: what is [`Asked`] of one client, and what is [`Answered`], for every face; `stage`: the parts of that work.
//! * [`statistics`]: how two models' scores compare, and how well a model tells payers apart.
//! * `sent`, `short_name`, `quantity`: how a person reads of what was sent, of an input and of a number.
//! * `shape`: what an input takes, for those who describe a contract to programs.
//! * `language`: every text a person reads exists in Spanish and in English.
//!
//! ```
//! use propenso_scoring::{Contract, Raw, Row};
//!
//! let contract = Contract::shipped("casas-cobranzas").expect("it ships");
//! let mut row = Row::new(&contract);
//! for pair in "er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1&nl=2"
//!     .split('&')
//! {
//!     let (name, value) = pair.split_once('=').expect("name=value");
//!     row.set(&contract, name, Raw::text(value));
//! }
//! let (mut features, mut warnings) = (Vec::new(), Vec::new());
//! contract.encode(&row, &mut features, &mut warnings).expect("every field is in order");
//! assert_eq!(features.len(), contract.feature_names().len());
//! assert_eq!(warnings.len(), 1); // ed=NaN was read as 51-65
//! ```

mod answered;
mod binning;
mod contract;
mod counterfactual;
mod date;
mod decision;
mod encode;
mod excerpt;
mod explanation;
mod field_error;
mod header;
mod input;
mod known_texts;
mod language;
pub mod number;
mod python;
mod quantity;
mod row;
mod scorer;
mod sent;
mod shape;
mod short_name;
mod stage;
pub mod statistics;
mod step;
mod together;
mod warning;
mod workspace;

pub use answered::{Answered, Asked, AskedError, Sought};
pub use binning::{BinUnit, Binning, InputBins};
pub use contract::{
    Contract, ContractError, ContractFile, ContractMismatch, Difference, Overlay, Problem,
    reserved, shipped_names, shipped_text,
};
pub use counterfactual::{Change, Counterfactual, CounterfactualError};
pub use decision::{Decision, Labels, PositiveClass};
pub use encode::{InputEncoder, Observed};
pub use explanation::{ScoreExplanation, ScoreReason, unexplained_message};
pub use field_error::{Fault, FieldError};
pub use header::{Ambiguity, Header, InputColumns, plain_name};
pub use input::Input;
pub use language::{Bilingual, Language};
pub use propenso_engine::Unexplained;
pub use row::{Raw, Row, Slot};
pub use scorer::{AnsweredRow, FitError, Outcome, Score, Scorer};
pub use shape::{NumberShape, Shape};
pub use stage::{Stage, Stages};
pub use warning::{Warning, WarningKind, WarningValue};
pub use workspace::Workspace;
