//! `/`: what needs a person.

use std::fs;

use super::page;
use crate::support::registry::Registry;
use crate::support::until;

/// The inbox is told as it was at the last look: a page waits for no share.
#[test]
fn what_lies_in_the_inbox_is_told_and_that_it_cannot_be_opened() {
    let registry =
        Registry::with("inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 600.0\n");
    let server = registry.serve(&[]);
    let home = |text: &str| until(|| page(&server, "/", &[]).contains(text));
    home("</span> vacío");
    let inbox = registry.path("entrada");
    fs::write(inbox.join("modelo.pkl"), "medio").unwrap();
    home("</span> 1 archivo dentro");
    fs::write(inbox.join("modelo.pkl.part"), "no cuenta").unwrap();
    fs::write(inbox.join("otro.pkl"), "medio").unwrap();
    home("</span> 2 archivos dentro");
    // Windows removes no folder that is looked into.
    if cfg!(windows) {
        return;
    }
    // Whoever looks makes it again, unless something else is there first.
    until(|| {
        let _ = fs::remove_dir_all(&inbox);
        fs::write(&inbox, "en lugar de la carpeta").is_ok()
    });
    home("</span> no se puede abrir");
    let body = page(&server, "/", &[]);
    assert!(body.contains("No se puede abrir la carpeta"), "{body}");
    let english = page(&server, "/", &[("accept-language", "en")]);
    assert!(english.contains("cannot be opened"), "{english}");
}
