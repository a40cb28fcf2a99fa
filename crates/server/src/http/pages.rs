//! The pages for people who do the work, in Spanish and in English: HTML that is made here, with nothing from elsewhere.
//!
//! A page is a face like the others: it decodes, asks what the API asks, and encodes. It works without JavaScript; with it, parts of a
//! page are asked for and put in their place (htmx, which is in the program).
//!
//! | route | page |
//! |---|---|
//! | `/` | [`home`]: what is in service, and what needs a person |
//! | `/cliente`, `/cliente/cambio`, `/cliente/y-si` | [`client`]: one client |
//! | `/decisiones…` | [`decisions`]: what was answered, and what is done with it |
//! | `/ajustes…` | [`settings`]: keys, contract, configuration, machine, a backup |
//! | `/entrar`, `/salir`, `/idioma` | [`door`]: who reads, and in which language |
//! | `/carteras…` | [`portfolios`]: this morning's file, from what it is to the ranked list |
//! | `/modelos…` | [`models`]: which there are, what each is worth, what changes what answers |
//! | `/modelos/contrato…` | [`workshop`]: a contract in the making |
//! | `/seguimiento…` | [`monitoring`]: what is seen of the model at work, day by day |
//! | `/recursos/{hash}/{file}` | [`resources`]: style, scripts, icon |
//!
//! - `reader`: who reads a page, and how; `frame`: what stands around all of them; `html`: a template as an answer, and errors as
//!   pages
//! - `contract_view`: a contract as a table; `form`: what was sent with one; `download`: a file that was made for one answer
//! - `words`: every text of theirs, in both languages; `figure`: numbers and moments as people read them;
//!   `chart`: figures to look at
//!
//! Which there are, and what each needs of who asks, is in `page_routes`. Templates are in `templates/`, by the name of the page; askama checks them when they are compiled, and escapes what is put into them.

#[allow(dead_code, unused_imports, reason = "pages use them as they come")]
mod chart;
pub mod client;
mod contract_view;
pub mod decisions;
pub mod door;
mod download;
mod figure;
mod form;
mod frame;
pub mod home;
mod html;
pub mod models;
pub mod monitoring;
pub mod portfolios;
mod reader;
pub mod resources;
pub mod settings;
mod words;
pub mod workshop;

pub(super) use html::told;
