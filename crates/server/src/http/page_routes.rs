//! The pages' routes, and what each needs of who asks.

use super::pages::{client, door, home, monitoring, portfolios, resources};
use super::route::{Carteras, Lectura, Open, Puntuar, Resultados, Route, Routes};

/// All pages, and what each needs of who asks.
pub(super) fn add_to(routes: Routes) -> Routes {
    portfolio_pages(routes)
        .with(Route::<Open>::get("/", home::page).page())
        .with(Route::<Puntuar>::get("/cliente", client::page).page())
        .with(Route::<Puntuar>::post("/cliente", client::ask).page())
        .with(Route::<Puntuar>::post("/cliente/cambio", client::change).page())
        .with(Route::<Puntuar>::post("/cliente/y-si", client::what_if).page())
        .with(Route::<Lectura>::get("/seguimiento", monitoring::page).page())
        .with(Route::<Lectura>::get("/seguimiento/{file}", monitoring::export::file).page())
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
        .with(Route::<Carteras>::post("/carteras/{id}/quitar", job::remove).page())
}
