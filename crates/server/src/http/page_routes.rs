//! The pages' routes, and what each needs of who asks.

use super::pages::{
    client, decisions, door, home, models, monitoring, portfolios, resources, settings, workshop,
};
use super::route::{
    Administracion, Carteras, Lectura, Modelos, Open, Puntuar, Resultados, Route, Routes,
};

/// All pages, and what each needs of who asks.
pub(super) fn add_to(routes: Routes) -> Routes {
    let routes = portfolio_pages(routes);
    let routes = decision_pages(routes);
    let routes = settings_pages(routes);
    let routes = workshop_pages(routes);
    model_pages(routes)
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

/// The pages of decisions. What cannot be undone is for who administers.
fn decision_pages(routes: Routes) -> Routes {
    use decisions::{acts, exported};
    routes
        .with(Route::<Resultados>::get("/decisiones", decisions::page).page())
        .with(Route::<Resultados>::post("/decisiones", decisions::find).page())
        .with(Route::<Resultados>::post("/decisiones/{id}/repetir", acts::replay).page())
        .with(Route::<Resultados>::post("/decisiones/{id}/carta", acts::letter).page())
        .with(Route::<Administracion>::post("/decisiones/{id}/olvidar", acts::forget).page())
        .with(Route::<Administracion>::post("/decisiones/{id}/retener", acts::hold).page())
        .with(Route::<Administracion>::post("/decisiones/{id}/soltar", acts::release).page())
        .with(Route::<Administracion>::post("/decisiones/exportar", exported::export).page())
}

/// The pages of models.
fn model_pages(routes: Routes) -> Routes {
    use models::{arrival, file, put_in_service};
    routes
        .with(Route::<Lectura>::get("/modelos", models::list).page())
        .with(Route::<Modelos>::post("/modelos", arrival::add).page())
        .with(Route::<Modelos>::get("/modelos/examen/{id}", arrival::examination).page())
        .with(Route::<Lectura>::get("/modelos/{version}", models::show).page())
        .with(Route::<Lectura>::get("/modelos/{version}/archivo", file::show).page())
        .with(Route::<Modelos>::post("/modelos/{version}/poner", put_in_service::promote).page())
}

/// The pages of contracts in the making, which go with models.
fn workshop_pages(routes: Routes) -> Routes {
    use workshop::draft;
    routes
        .with(Route::<Modelos>::get("/modelos/contrato", workshop::page).page())
        .with(Route::<Modelos>::post("/modelos/contrato", workshop::begin).page())
        .with(Route::<Modelos>::get("/modelos/contrato/{id}", draft::page).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}", draft::check).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}/mientras", draft::while_typed).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}/archivo", draft::file).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}/muestra", draft::draft_again).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}/enviar", draft::submit).page())
        .with(Route::<Modelos>::post("/modelos/contrato/{id}/quitar", draft::remove).page())
}

/// The pages of settings.
fn settings_pages(routes: Routes) -> Routes {
    use settings::keys;
    routes
        .with(Route::<Administracion>::get("/ajustes", settings::page).page())
        .with(Route::<Administracion>::get("/ajustes/equipo", settings::machine).page())
        .with(
            Route::<Administracion>::get("/ajustes/configuracion", settings::configuration).page(),
        )
        .with(Route::<Administracion>::post("/ajustes/copia", settings::backup).page())
        .with(Route::<Administracion>::post("/ajustes/claves", keys::add).page())
        .with(Route::<Administracion>::post("/ajustes/claves/otra", keys::rotate).page())
        .with(Route::<Administracion>::post("/ajustes/claves/anular", keys::disable).page())
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
