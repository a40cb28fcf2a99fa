//! The pages for people who do the work, over HTTP: what is shown, what is done with them.

mod models;
