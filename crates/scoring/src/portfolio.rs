//! A whole portfolio: any client file in, a ranked file out, every row accounted for.

mod batch;
mod columns;
mod control_group;
mod count;
mod day;
mod error;
mod finished;
mod first_pass;
mod folio;
mod in_order;
mod money;
mod output;
mod pending_file;
mod plan;
mod progress;
mod ranking;
mod rejection;
mod report;
mod request;
mod row_encoder;
mod run;
mod second_pass;
mod sink;
mod source;
mod spool;
mod summary;
mod summary_page;
mod suppression;

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
