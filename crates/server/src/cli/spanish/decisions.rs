//! The help of `propenso decisions`.

use super::Texts;

pub(super) const TEXTS: [Texts; 1] = [Texts {
    path: "decisions",
    about: "Lo que se respondió, y lo que se le dice a una persona de ello",
    after: "",
    arguments: &[],
}];
