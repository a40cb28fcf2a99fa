//! The pages, over HTTP.

mod portfolios;
