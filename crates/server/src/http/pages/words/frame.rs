//! What stands around every page.

use super::texts;

texts! {
    /// What stands around every page.
    FrameWords {
        code: "es", "en";
        skip: "Ir al contenido", "Skip to the content";
        menu: "Páginas", "Pages";
        home: "Inicio", "Home";
        client: "Cliente", "Client";
        portfolios: "Carteras", "Portfolios";
        models: "Modelos", "Models";
        monitoring: "Seguimiento", "Monitoring";
        decisions: "Decisiones", "Decisions";
        settings: "Ajustes", "Settings";
        enter: "Entrar", "Sign in";
        leave: "Salir", "Sign out";
        other_language: "English", "Español";
        other_code: "en", "es";
        signed_in_as(who: &str): "Ha entrado como {who}", "Signed in as {who}";
        data: "Datos", "Data";
        back_home: "Volver al inicio", "Back to the first page";
        not_done: "No se ha podido", "That could not be done";
        not_found: "No existe esa página", "There is no such page";
        what_is_wrong: "Qué hay que corregir", "What has to be corrected";
        request(id: &str): "Si pregunta a informática, dígales la petición {id}.", "If you ask IT about it, tell them request {id}.";
    }
}
