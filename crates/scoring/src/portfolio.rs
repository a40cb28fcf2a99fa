//! A whole portfolio: any client file in, a ranked file out, every row accounted for.

mod batch;
mod columns;
mod error;
mod finished;
mod money;
mod progress;
mod report;
mod request;
mod run;
mod sink;
mod source;
mod summary;

pub use error::PortfolioError;
pub use money::Money;
pub use progress::{Place, Progress, Silent, Stage};
pub use report::Report;
pub use request::{
    Control, Decimal, Encoding, Format, Mapping, PortfolioRequest, RankBy, Reading, Separator,
    Writing,
};
pub use run::score_portfolio;
pub use source::Detected;
pub use summary::{Group, HISTOGRAM_BINS, InputCount, Reference, RejectionCount, Summary, Total};
