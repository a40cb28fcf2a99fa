//! The unit that ships, for a program and a configuration where they are.

use std::path::Path;

use super::ServiceError;

/// The unit of the package.
const SHIPPED: &str = include_str!("../../../../../../deploy/systemd/propenso.service");
/// What it starts there.
const STARTED: &str = "/usr/bin/propenso serve --config /etc/propenso/propenso.toml";

/// A unit's text.
#[derive(Debug)]
pub(super) struct Unit(String);

impl Unit {
    /// Makes the unit that starts a program with a configuration.
    pub(super) fn of(program: &Path, config: &Path) -> Result<Self, ServiceError> {
        let (program, config) = (word(program)?, word(config)?);
        let started = format!("{program} serve --config {config}");
        Ok(Self(SHIPPED.replace(STARTED, &started)))
    }

    /// Gives the text.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Writes a path as a unit's word. What systemd gives a meaning (`%`, `$`, quotes, spaces) is refused rather than escaped.
fn word(path: &Path) -> Result<&str, ServiceError> {
    let is_plain = |text: &str| {
        let mut bytes = text.bytes();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"/._-@+".contains(&byte))
    };
    path.to_str()
        .filter(|text| path.is_absolute() && is_plain(text))
        .ok_or_else(|| ServiceError::Unwritable {
            path: path.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_and_configuration_are_put_in() {
        let shipped = Unit::of(
            Path::new("/usr/bin/propenso"),
            Path::new("/etc/propenso/propenso.toml"),
        );
        assert_eq!(shipped.unwrap().text(), SHIPPED);
        let own = Unit::of(
            Path::new("/opt/propenso/propenso"),
            Path::new("/etc/p.toml"),
        )
        .unwrap();
        assert!(
            own.text()
                .contains("ExecStart=/opt/propenso/propenso serve --config /etc/p.toml\n")
        );
    }

    #[test]
    fn paths_that_mean_something_else_are_refused() {
        for path in [
            "propenso.toml",
            "/a b",
            "/a%b",
            "/a$b",
            "/ñ",
            "/a\nb",
            "/a;b",
        ] {
            let made = Unit::of(Path::new("/usr/bin/propenso"), Path::new(path));
            assert!(
                matches!(made, Err(ServiceError::Unwritable { .. })),
                "{path}"
            );
        }
    }
}
