//! The pages for people who do the work, in Spanish and in English: HTML that is made here, with nothing from elsewhere.
//!
//! A page is a face like the others: it decodes, asks what the API asks, and encodes. It works without JavaScript; with it, parts of a
//! page are asked for and put in their place (htmx, which is in the program).
//!
//! | route | page |
//! |---|---|
//! | `/` | [`home`]: what is in service, and what needs a person |
//! | `/entrar`, `/salir`, `/idioma` | [`door`]: who reads, and in which language |
//! | `/carteras…` | [`portfolios`]: this morning's file, from what it is to the ranked list |
//! | `/recursos/{hash}/{file}` | [`resources`]: style, scripts, icon |
//!
//! - [`reader`]: who reads a page, and how; [`frame`]: what stands around all of them; [`html`]: a template as an answer, and errors as
//!   pages
//! - [`words`]: every text of theirs, in both languages; [`figure`]: numbers and moments as people read them
//!
//! Templates are in `templates/`, by the name of the page; askama checks them when they are compiled, and escapes what is put into them.

pub mod door;
mod figure;
mod frame;
pub mod home;
mod html;
pub mod portfolios;
mod reader;
pub mod resources;
mod words;

pub(super) use html::told;

use super::route::{Carteras, Open, Resultados, Route, Routes};

/// All pages, and what each needs of who asks.
pub(super) fn add_to(routes: Routes) -> Routes {
    portfolio_pages(routes)
        .with(Route::<Open>::get("/", home::page).page())
        .with(Route::<Open>::get("/entrar", door::page).page())
        .with(Route::<Open>::post("/entrar", door::enter).page())
        .with(Route::<Open>::post("/salir", door::leave).page())
        .with(Route::<Open>::post("/idioma", door::language).page())
        .with(Route::<Open>::get("/recursos/{hash}/{file}", resources::file).page())
}

/// The pages of portfolios. Who may see results may not send, and the other way round.
fn portfolio_pages(routes: Routes) -> Routes {
    use portfolios::{draft, job};
    routes
        .with(Route::<Resultados>::get("/carteras", portfolios::page).page())
        .with(Route::<Carteras>::post("/carteras", portfolios::send).page())
        .with(Route::<Carteras>::get("/carteras/borrador/{id}", draft::page).page())
        .with(Route::<Carteras>::post("/carteras/borrador/{id}", draft::score).page())
        .with(Route::<Carteras>::post("/carteras/borrador/{id}/lectura", draft::answer).page())
        .with(Route::<Carteras>::post("/carteras/borrador/{id}/quitar", draft::remove).page())
        .with(Route::<Resultados>::get("/carteras/{id}", job::page).page())
        .with(Route::<Resultados>::get("/carteras/{id}/avance", job::progress).page())
        .with(Route::<Carteras>::post("/carteras/{id}/corregir", job::mend).page())
        .with(Route::<Carteras>::post("/carteras/{id}/quitar", job::remove).page())
}
