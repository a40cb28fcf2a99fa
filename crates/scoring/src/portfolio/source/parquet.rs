//! Stub.
use super::Source;
use crate::portfolio::{columns::ColumnMatcher, error::PortfolioError};
pub(crate) fn open(
    _: &std::path::Path,
    _: &ColumnMatcher<'_>,
) -> Result<Box<dyn Source>, PortfolioError> {
    Err(PortfolioError::NoProbability)
}
