//! What is refused unread: a file, or what came along with it, that is none or too large.

use std::io;
use std::path::Path;

use super::name::companions;
use crate::plain_file;
use crate::plain_text::in_one_line;

/// Larger files are not read: no model is so large.
pub(super) const MAX_BYTES: u64 = 2 << 30;

/// Larger files do not come along.
pub(super) const MAX_COMPANION_BYTES: u64 = 256 << 20;

/// The verdict on a model that is not read; `None` on one that is.
pub(super) fn unread(model: &Path) -> io::Result<Option<String>> {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let no_file = "es un enlace o una carpeta, no un archivo: los enlaces no se siguen. Deje el archivo mismo";
    if plain_file::is_other(model) {
        return Ok(Some(verdict(&format!("«{}» {no_file}", name(model)))));
    }
    if plain_file::metadata(model)?.len() > MAX_BYTES {
        let reason = "El archivo ocupa más de 2 GB: no es un modelo";
        return Ok(Some(verdict(reason)));
    }
    for companion in companions(model) {
        let is_large = || {
            plain_file::metadata(&companion).is_ok_and(|there| there.len() > MAX_COMPANION_BYTES)
        };
        let problem = if plain_file::is_other(&companion) {
            no_file
        } else if is_large() {
            "ocupa más de 256 MB, y no se lee"
        } else {
            continue;
        };
        return Ok(Some(verdict(&format!(
            "«{}», que acompaña al modelo, {problem}",
            name(&companion)
        ))));
    }
    Ok(None)
}

fn verdict(reason: &str) -> String {
    format!("VEREDICTO: RECHAZADO. {}.\n", in_one_line(reason))
}
