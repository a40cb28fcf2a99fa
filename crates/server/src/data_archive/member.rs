//! The names that an archive may have in it. Nothing else is written, wherever it would lead.

use propenso_model::Sha256;

use super::{DATABASE, DECISIONS, PSEUDONYM_KEY};
use crate::profiles;

/// Characters of a file's name in a portfolio's folder.
const LONGEST_NAME: usize = 100;

/// Tells whether this is the name of something that a data directory has.
pub(super) fn is_name(name: &str) -> bool {
    let steps: Vec<&str> = name.split('/').collect();
    match steps[..] {
        [DATABASE | PSEUDONYM_KEY] => true,
        [DECISIONS, file] => is_decisions(file),
        ["files", hash] => is_hash(hash),
        ["profiles", file] => is_profile(file),
        ["portfolios", id, file] => is_id(id) && is_file(file),
        _ => false,
    }
}

/// Tells whether a file holds what its own name says.
pub(super) fn is_as_named(name: &str, hash: &str) -> bool {
    name.strip_prefix("files/")
        .is_none_or(|named| named == hash)
}

pub(super) fn is_hash(name: &str) -> bool {
    name.parse::<Sha256>()
        .is_ok_and(|hash| hash.to_string() == name)
}

pub(super) fn is_profile(name: &str) -> bool {
    name.strip_suffix(".toml").is_some_and(profiles::is_name)
}

/// The decisions of a month, or the accesses to all of them.
pub(super) fn is_decisions(name: &str) -> bool {
    let is_month = |month: &str| {
        let shape = b"0000-00";
        month.len() == shape.len()
            && month.bytes().zip(shape).all(|(byte, of)| match of {
                b'0' => byte.is_ascii_digit(),
                _ => byte == *of,
            })
    };
    let stem = name.strip_suffix(".db");
    stem.is_some_and(|stem| stem == "access" || is_month(stem))
}

pub(super) fn is_id(name: &str) -> bool {
    name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A plain name, that is no device's on Windows either and hides nothing behind an end.
pub(super) fn is_file(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let stem = name.split('.').next().unwrap_or_default();
    name.len() <= LONGEST_NAME
        && name.chars().all(is_letter)
        && !name.ends_with('.')
        && profiles::is_name(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        let hash = "0a".repeat(32);
        let id = "0a1b2c3d4e5f0a1b2c3d4e5f";
        for name in [
            "registry.db".to_owned(),
            "pseudonym.key".to_owned(),
            "decisions/2026-11.db".to_owned(),
            "decisions/access.db".to_owned(),
            format!("files/{hash}"),
            "profiles/campaña.toml".to_owned(),
            format!("portfolios/{id}/job.json"),
            format!("portfolios/{id}/salida.rechazados.csv"),
        ] {
            assert!(is_name(&name), "{name}");
        }
        for name in [
            "".to_owned(),
            "manifest.json".to_owned(),
            "../registry.db".to_owned(),
            "/registry.db".to_owned(),
            "registry.db/".to_owned(),
            "./registry.db".to_owned(),
            "C:\\registry.db".to_owned(),
            format!("files/../{hash}"),
            format!("files\\{hash}"),
            format!("files/{}", hash.to_uppercase()),
            "files/x".to_owned(),
            "decisions/2026-11.db-wal".to_owned(),
            "decisions/../2026.db".to_owned(),
            "decisions/2026-11.new".to_owned(),
            "profiles/../a.toml".to_owned(),
            "profiles/nul.toml".to_owned(),
            "profiles/a.exe".to_owned(),
            format!("portfolios/{id}/.."),
            format!("portfolios/{id}/.hidden"),
            format!("portfolios/{id}/a/b"),
            format!("portfolios/{id}/a:b"),
            format!("portfolios/{id}/con.txt"),
            format!("portfolios/{id}/a."),
            format!("portfolios/{id}"),
            "portfolios/x/job.json".to_owned(),
        ] {
            assert!(!is_name(&name), "{name}");
        }
    }
}
