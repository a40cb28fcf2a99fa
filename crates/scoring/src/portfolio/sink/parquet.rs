//! Stub.
use crate::portfolio::{error::PortfolioError, finished::OutputColumns, sink::TableWriter};
pub(crate) struct ParquetWriter;
impl ParquetWriter {
    pub(crate) fn create(
        _: &std::path::Path,
        _: &OutputColumns,
        _: Option<arrow_schema::SchemaRef>,
    ) -> Result<Box<dyn TableWriter>, PortfolioError> {
        Err(PortfolioError::NoProbability)
    }
}
