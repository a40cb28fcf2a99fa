//! The first page.

use super::texts;

texts! {
    /// The first page.
    HomeWords {
        title: "Inicio", "Home";
    }
}
