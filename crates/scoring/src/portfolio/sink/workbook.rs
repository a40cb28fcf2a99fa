//! Stub.
use crate::portfolio::{error::PortfolioError, finished::OutputColumns, sink::TableWriter};
pub(crate) struct WorkbookWriter;
impl WorkbookWriter {
    pub(crate) fn create(
        _: &std::path::Path,
        _: &OutputColumns,
    ) -> Result<Box<dyn TableWriter>, PortfolioError> {
        Err(PortfolioError::NoProbability)
    }
}
