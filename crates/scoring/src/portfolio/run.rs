//! A run from the first byte to the last.

use super::error::PortfolioError;
use super::progress::Progress;
use super::report::Report;
use super::request::PortfolioRequest;
use crate::Scorer;

/// Scores a portfolio.
///
/// # Errors
///
/// [`PortfolioError`]; then nothing is left under the output's name but what was there before.
pub fn score_portfolio(
    _scorer: &Scorer,
    _request: &PortfolioRequest,
    _progress: &dyn Progress,
) -> Result<Report, PortfolioError> {
    Err(PortfolioError::NoProbability)
}
