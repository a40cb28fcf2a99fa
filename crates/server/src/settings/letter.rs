//! `[letter]` of the configuration: what the house says in its letters.

use propenso_scoring::Bilingual;
use serde::Deserialize;

use super::{File, SettingsError};
use crate::cli::RegistryArgs;
use crate::letter::sender::Sender;

/// `[letter]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterFile {
    sender: Option<Bilingual>,
    contact: Option<Bilingual>,
    officer: Option<Bilingual>,
    authority: Option<Bilingual>,
    used_for: Option<Bilingual>,
    note: Option<Bilingual>,
}

/// What the configuration says of letters.
///
/// # Errors
///
/// [`SettingsError`] when it cannot be used.
pub fn sender(args: &RegistryArgs) -> Result<Sender, SettingsError> {
    let (file, _) = File::open(args.config.as_deref())?;
    Ok(file.letter.resolve())
}

impl LetterFile {
    /// A text of blanks says nothing.
    fn resolve(self) -> Sender {
        let said = |text: Option<Bilingual>| text.filter(|text| !text.is_blank());
        Sender {
            sender: said(self.sender),
            contact: said(self.contact),
            officer: said(self.officer),
            authority: said(self.authority),
            used_for: said(self.used_for),
            note: said(self.note),
        }
    }
}
