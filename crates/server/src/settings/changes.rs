//! What a configuration that was read again changes: what follows at once, and what a restart is needed for.

use propenso_lifecycle::rules::AdmissionRules;

use super::Settings;

/// Names of settings that are others than before, as the configuration has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those that count from now on.
    pub taken: Vec<&'static str>,
    /// Those that count from the next start on.
    pub left: Vec<&'static str>,
}

impl Changes {
    /// Compares two.
    #[must_use]
    pub fn between(before: &Settings, after: &Settings) -> Self {
        let (old, new) = (before, after);
        let taken = [
            ("log.level", old.log.level != new.log.level),
            ("log.file", old.log.file != new.log.file),
            (
                "http.max_body_bytes",
                old.http.max_body_bytes != new.http.max_body_bytes,
            ),
            (
                "http.max_tree_walks",
                old.http.work.max_tree_walks != new.http.work.max_tree_walks,
            ),
            (
                "portfolios",
                (old.portfolios.max_upload_bytes, old.portfolios.keep_days)
                    != (new.portfolios.max_upload_bytes, new.portfolios.keep_days),
            ),
            (
                "portfolio",
                old.portfolios.profiles != new.portfolios.profiles,
            ),
        ];
        // What the running server goes on with.
        let mut kept = old.clone();
        kept.log.level = new.log.level.clone();
        kept.log.file = new.log.file.clone();
        kept.http = old.http.followed_by(new.http);
        kept.portfolios = super::JobSettings {
            max_disk_bytes: old.portfolios.max_disk_bytes,
            ..new.portfolios.clone()
        };
        Self {
            taken: named(&taken),
            left: left(&kept, new),
        }
    }
}

/// The settings that a running server does not follow, and that are others.
fn left(old: &Settings, new: &Settings) -> Vec<&'static str> {
    let (models, others) = (&old.models, &new.models);
    // What is named for itself counts for models that arrive, too.
    let rules = AdmissionRules {
        key: others.rules.key.clone(),
        contract: others.rules.contract.clone(),
        strict: others.rules.strict,
        ..models.rules.clone()
    };
    let mut left = named(&[
        ("model", old.model != new.model),
        ("key", old.key != new.key),
        ("contract", old.contract != new.contract),
        ("strict", old.strict != new.strict),
        ("data_dir", models.data_dir != others.data_dir),
        ("store", models.place.url != others.place.url),
        ("listen", old.listen != new.listen),
        ("grpc_listen", old.grpc_listen != new.grpc_listen),
        (
            "behind_proxy, insecure_lan",
            old.transport != new.transport && old.tls == new.tls,
        ),
        ("tls", old.tls != new.tls),
        ("record", old.record != new.record),
        (
            "admin_token_file",
            old.admin_token_file != new.admin_token_file,
        ),
        (
            "portfolios.max_disk_bytes",
            old.portfolios.max_disk_bytes != new.portfolios.max_disk_bytes,
        ),
        (
            "portfolio.inbox",
            old.portfolio_inbox != new.portfolio_inbox,
        ),
        ("http", old.http != new.http),
        ("traces", old.traces != new.traces),
        ("log.format", old.log.format != new.log.format),
        ("notify", models.notify != others.notify),
        (
            "models",
            rules != others.rules
                || models.inbox != others.inbox
                || models.promotion != others.promotion
                || models.max_upload_bytes != others.max_upload_bytes,
        ),
    ]);
    // What is not named above, and compared all the same.
    if left.is_empty() && old != new {
        left.push("others");
    }
    left
}

fn named(all: &[(&'static str, bool)]) -> Vec<&'static str> {
    let changed = all.iter().filter(|(_, is_other)| *is_other);
    changed.map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{RegistryArgs, ServeArgs};

    fn settings(text: &str) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("propenso.toml");
        let data = "data_dir = '/data'\nmodel = '/m.pkl'\n";
        std::fs::write(&path, format!("{data}{text}")).unwrap();
        let registry = RegistryArgs {
            config: Some(path),
            ..RegistryArgs::default()
        };
        Settings::resolve(ServeArgs {
            registry,
            ..ServeArgs::default()
        })
        .unwrap()
    }

    #[test]
    fn what_changes_is_named_by_whether_it_counts_at_once() {
        for (text, taken, left) in [
            ("", &[][..], &[][..]),
            ("[log]\nlevel = 'debug'", &["log.level"], &[]),
            ("[log]\nfile = '/a.log'", &["log.file"], &[]),
            ("[log]\nformat = 'json'", &[], &["log.format"]),
            ("[http]\nmax_body_bytes = 9", &["http.max_body_bytes"], &[]),
            ("[http]\nshutdown_seconds = 9", &[], &["http"]),
            ("[portfolio]\ndecimal = 'comma'", &["portfolio"], &[]),
            ("[portfolios]\nkeep_days = 1", &["portfolios"], &[]),
            (
                "[portfolios]\nmax_disk_bytes = 1",
                &[],
                &["portfolios.max_disk_bytes"],
            ),
            ("listen = '127.0.0.1:1'", &[], &["listen"]),
            ("strict = true", &[], &["strict"]),
            ("[http]\nmax_tree_walks = 9", &["http.max_tree_walks"], &[]),
            ("[http]\nmax_connections = 9", &[], &["http"]),
            (
                "[traces]\nendpoint = 'http://127.0.0.1:4318'",
                &[],
                &["traces"],
            ),
            ("[models]\nkeep_days = 1", &[], &["models"]),
        ] {
            let changes = Changes::between(&settings(""), &settings(text));
            assert_eq!(changes.taken, taken, "{text}");
            assert_eq!(changes.left, left, "{text}");
        }
    }
}
