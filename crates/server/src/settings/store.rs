//! The database: `[store]` of the configuration.

use std::fmt;
use std::path::PathBuf;

use propenso_store::StoreUrl;
use serde::Deserialize;

use super::{Beside, SettingsError};
use crate::cli::{RegistryArgs, StoreUrlText};

/// `[store]` as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreFile {
    url: Option<StoreUrlText>,
    ca: Option<PathBuf>,
}

impl StoreFile {
    /// The database that is meant.
    pub(super) fn resolve(
        &self,
        args: &RegistryArgs,
        beside: &Beside,
    ) -> Result<StoreUrl, SettingsError> {
        let typed = args.store_url.as_ref().or(self.url.as_ref());
        let Some(url) = typed.filter(|url| !url.0.is_empty()) else {
            return Ok(StoreUrl::default());
        };
        let ca = args.store_ca.clone();
        let ca = ca.or_else(|| self.ca.clone().map(|path| beside.path(path)));
        let ca = ca.filter(|path| !path.as_os_str().is_empty());
        StoreUrl::read(&url.0, ca).map_err(SettingsError::Store)
    }
}

/// A text without the passwords of addresses in it: what is wrong with a file is told with the line that it is in.
pub(super) struct WithoutPasswords<'t>(pub(super) &'t str);

impl fmt::Display for WithoutPasswords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SCHEME: &str = "://";
        let mut rest = self.0;
        while let Some(at) = rest.find(SCHEME) {
            let (before, after) = rest.split_at(at + SCHEME.len());
            f.write_str(before)?;
            let line = after.find('\n').unwrap_or(after.len());
            rest = after;
            // A password may have been written as it is, with an @ or a / in it.
            if let Some(host) = after[..line].rfind('@') {
                f.write_str("…")?;
                rest = &after[host..];
            }
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_wins_and_the_default_is_inside() {
        let beside = Beside(Some("/etc/propenso".into()));
        let file: StoreFile = toml::from_str("url = 'postgres://ana:s@localhost/a'").unwrap();
        let typed = |url: Option<&str>| RegistryArgs {
            store_url: url.map(|url| StoreUrlText(url.to_owned())),
            ..RegistryArgs::default()
        };
        let shown = |file: &StoreFile, url| {
            let url = file.resolve(&typed(url), &beside);
            url.map_err(|error| error.to_string())
                .map(|url| url.to_string())
        };
        let none = StoreFile::default();
        assert_eq!(shown(&none, None), Ok("sqlite:".to_owned()));
        assert_eq!(shown(&none, Some("")), Ok("sqlite:".to_owned()));
        let from_file = "postgres://ana@localhost/a".to_owned();
        assert_eq!(shown(&file, None), Ok(from_file));
        let from_typed = "postgres://eva@localhost/b".to_owned();
        assert_eq!(
            shown(&file, Some("postgres://eva:s@localhost/b")),
            Ok(from_typed)
        );
        let refused = shown(&file, Some("postgres://eva:secreto@db/b")).unwrap_err();
        assert!(refused.starts_with("[store] url: "), "{refused}");
        assert!(!refused.contains("secreto"), "{refused}");
        assert!(!format!("{file:?}").contains("ana:s"));
    }

    #[test]
    fn a_password_in_a_line_that_is_wrong_is_left_out() {
        let told = |text| WithoutPasswords(text).to_string();
        assert_eq!(told("sin nada"), "sin nada");
        assert_eq!(told("http://localhost/"), "http://localhost/");
        let line = "3 | url = \"postgres://ana:se@cr/eto@db/x\n  | ^\na@b";
        assert_eq!(told(line), "3 | url = \"postgres://…@db/x\n  | ^\na@b");
    }
}
