//! A whole portfolio: any client file in, a ranked file out, every row accounted for.
//!
//! In reading order:
//!
//! * `request`: what is asked; [`options`]: the same by names and texts; `plan`: what will be written; `run`: from the first byte to the last
//! * `source`: the forms a portfolio comes in; `limits`: how much each may ask for; `known_columns`: how its header is found; `columns`: which of its columns
//!   is which input
//! * `batch`: some rows as text; `decimals`: what stands before the decimals of each column's numbers; `row_encoder`: from cells to features, remembering what was seen
//! * `first_pass`: rows are scored or become a `rejection`; `debt`, `reasons`; `suppression` and `control_group` take clients out;
//!   `folio`, `bytes`, `spool`: where scored rows wait
//! * `ranking`: every row's place, by an external sort; `clients`, `repeats`: those with several rows, of which one has a place; `sorting`, `buckets`: rows put into the day's order; `second_pass`:
//!   rows with their places
//! * `finished`, `sink`: the forms a ranked file is written in; `output`, `output_name`, `pending_file`: files that are whole or
//!   not there
//! * `preview`: what a file is taken for, by its beginning
//! * `frame`: clients in memory, as a program has them
//! * `table`: a file in memory, to compare models on, or to check them by; `table_file`: rows of anything, into a file
//! * `typed_column`, `typed_batch`, `typed_table`, `typed_limits`: clients in a table that has types, in memory; `arrow_stream`: one that came over the wire, bounded before it is
//!   decoded; `arrow_answer`: answers on their way back
//! * `witness`: what each client was answered, for whoever keeps that
//! * `in_order`: many threads, one order; `progress`: how far they are
//! * `count`, `money`: exact sums; `summary`, `report`, `summary_page`: what they come to, for programs and for people

mod arrow_answer;
mod arrow_stream;
mod batch;
mod buckets;
mod bytes;
mod clients;
mod columns;
mod control_group;
mod count;
mod day;
mod debt;
mod decimals;
mod error;
mod finished;
mod first_pass;
mod folio;
mod frame;
mod in_order;
mod known_columns;
mod limits;
mod money;
pub mod options;
mod output;
mod output_name;
mod pending_file;
mod plan;
mod preview;
mod progress;
mod ranking;
mod reasons;
mod rejection;
mod repeats;
mod report;
mod request;
mod row_encoder;
mod run;
mod second_pass;
mod side_file;
mod sink;
mod sorting;
mod source;
mod spool;
mod summary;
mod summary_page;
mod suppression;
mod table;
mod table_file;
mod typed_batch;
mod typed_column;
mod typed_limits;
mod typed_table;
mod witness;

pub use arrow_answer::{AnswerColumn, write_stream};
pub use columns::Sought;
pub use control_group::ControlGroup;
pub use error::PortfolioError;
pub use frame::{BoundFrame, ClientRows, Frame, FrameReading, FrameScores, RefusedRow};
pub use in_order::{Pass, in_order};
pub use known_columns::KnownColumns;
pub use money::Money;
pub use preview::{Doubt, Preview, PreviewInput, PreviewRow, Trial, UnclearColumn};
pub use progress::{Place, Progress, Silent, Stage};
pub use report::Report;
pub use request::{
    Clients, Control, Decimal, Encoding, Format, Limits, ListOrder, Mapping, NotAccepted,
    PortfolioRequest, RankBy, RankDirection, RankName, Readers, Reading, Separator, Share,
    SuppressMissing, Writing,
};
pub use run::{score_portfolio, score_witnessed};
pub use sink::text::guard;
pub use source::Detected;
pub use summary::{
    Group, HISTOGRAM_BINS, InputCount, Reference, RejectionCount, RowsAside, Summary,
    SuppressionCount, Total,
};
pub use table::{OddRow, Table, TableColumns};
pub use table_file::{Cell, ColumnKind, TableFile};
pub use typed_limits::{TypedLimits, TypedTableError};
pub use typed_table::{TypedRow, TypedTable};
pub use witness::{Witness, WitnessedRow};
