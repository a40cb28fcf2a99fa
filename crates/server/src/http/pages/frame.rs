//! What stands around every page: the menu of what its reader may do, the language, and the way out.

use propenso_lifecycle::keys::Role;

use super::reader::Reader;
use super::resources;
use super::words::FrameWords;

/// What stands around a page. Every template that extends `base.html` has one as `frame`.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) words: FrameWords,
    /// What the page is called, in its tab.
    pub(super) title: String,
    pub(super) entries: Vec<Entry>,
    pub(super) who: Option<String>,
    pub(super) has_session: bool,
    /// Where to be after the language was changed.
    pub(super) path: String,
    pub(super) style: &'static str,
    pub(super) icon: &'static str,
    pub(super) scripts: [&'static str; 2],
}

/// An entry of the menu.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: &'static str,
    pub(super) label: &'static str,
    pub(super) is_here: bool,
}

/// A page's entry, and the role that it is shown to.
type Listed = (&'static str, fn(FrameWords) -> &'static str, Option<Role>);

/// The menu. A page belongs to the entry whose path its own begins with.
const MENU: [Listed; 7] = [
    ("/", FrameWords::home, None),
    ("/cliente", FrameWords::client, Some(Role::Puntuar)),
    ("/carteras", FrameWords::portfolios, Some(Role::Resultados)),
    ("/modelos", FrameWords::models, Some(Role::Lectura)),
    ("/seguimiento", FrameWords::monitoring, Some(Role::Lectura)),
    ("/decisiones", FrameWords::decisions, Some(Role::Resultados)),
    ("/ajustes", FrameWords::settings, Some(Role::Administracion)),
];

impl Frame {
    /// Makes what stands around a page for its reader.
    pub(super) fn new(reader: &Reader, title: impl Into<String>) -> Self {
        let words = FrameWords(reader.language);
        let path = reader.path.split('?').next().unwrap_or_default();
        let is_here = |entry: &str| match entry {
            "/" => path == "/",
            entry => {
                path == entry
                    || path
                        .strip_prefix(entry)
                        .is_some_and(|rest| rest.starts_with('/'))
            }
        };
        let shown = MENU
            .iter()
            .filter(|(_, _, role)| role.is_none_or(|role| reader.may(role)));
        Self {
            words,
            title: title.into(),
            entries: shown
                .map(|(path, label, _)| Entry {
                    path,
                    label: label(words),
                    is_here: is_here(path),
                })
                .collect(),
            who: reader.who.clone(),
            has_session: reader.has_session,
            path: reader.path.clone(),
            style: resources::url("page.css"),
            icon: resources::url("icon.svg"),
            scripts: [resources::url("htmx.min.js"), resources::url("page.js")],
        }
    }
}
