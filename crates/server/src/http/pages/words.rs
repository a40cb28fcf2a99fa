//! Every text of the pages, in Spanish and in English: a file a page. A text that is missing in either language does not compile.
//!
//! ```text
//! texts! {
//!     /// What the first page says.
//!     HomeWords {
//!         title: "Inicio", "Home";
//!         since(when: &str): "en servicio desde {when}", "in service since {when}";
//!     }
//! }
//! ```

mod chart;
mod client;
mod decisions;
mod door;
mod draft;
mod frame;
mod home;
mod models;
mod monitoring;
mod portfolios;
mod settings;
mod workshop;

pub(super) use chart::ChartWords;
pub(super) use client::ClientWords;
pub(super) use decisions::DecisionWords;
pub(super) use door::DoorWords;
pub(super) use draft::DraftWords;
pub(super) use frame::FrameWords;
pub(super) use home::HomeWords;
pub(super) use models::ModelsWords;
pub(super) use monitoring::MonitoringWords;
pub(super) use portfolios::PortfolioWords;
pub(super) use settings::SettingsWords;
pub(super) use workshop::WorkshopWords;

/// Makes the texts of a page: a method each, which gives the text in the reader's language.
macro_rules! texts {
    ($(#[$about:meta])* $name:ident {
        $($key:ident $(($($argument:ident: $kind:ty),+))?: $spanish:literal, $english:literal;)*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub(in crate::http::pages) struct $name(pub(in crate::http::pages) propenso_scoring::Language);

        #[allow(dead_code, reason = "templates use them")]
        impl $name {
            $($crate::http::pages::words::text! { $key $(($($argument: $kind),+))?: $spanish, $english })*
        }
    };
}

/// Makes one text.
macro_rules! text {
    ($key:ident: $spanish:literal, $english:literal) => {
        pub(in crate::http::pages) fn $key(self) -> &'static str {
            self.0.pick($spanish, $english)
        }
    };
    ($key:ident($($argument:ident: $kind:ty),+): $spanish:literal, $english:literal) => {
        pub(in crate::http::pages) fn $key(self, $($argument: $kind),+) -> String {
            match self.0 {
                propenso_scoring::Language::Spanish => format!($spanish),
                propenso_scoring::Language::English => format!($english),
            }
        }
    };
}

use {text, texts};
