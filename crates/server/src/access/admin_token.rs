//! The secret of `--admin-token-file`: a holder of one key, in a file instead of the registry, that may do everything.

use std::path::Path;

use propenso_lifecycle::private;
use propenso_model::Sha256;

/// A token file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the admin token file {path}: {problem}")]
pub struct TokenError {
    path: String,
    problem: String,
}

/// Characters that a token has at least: shorter ones can be guessed.
const MIN_TOKEN: usize = 16;

/// Reads the token in a file. Gives what is kept of it.
///
/// # Errors
///
/// [`TokenError`] when there is no token in the file.
pub fn read(path: &Path) -> Result<Sha256, TokenError> {
    let wrong = |problem: String| TokenError {
        path: path.display().to_string(),
        problem,
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    if private::is_open_to_others(path) {
        tracing::warn!(file = ?path, "others on this machine may read the admin token; chmod 600 its file");
    }
    let token = text.trim_start_matches('\u{feff}').trim();
    if token.len() < MIN_TOKEN {
        return Err(wrong(format!(
            "a token has at least {MIN_TOKEN} characters; write a long random text into the file"
        )));
    }
    if token.chars().any(char::is_control) {
        let problem = "a token is one line: no header could bring more";
        return Err(wrong(problem.to_owned()));
    }
    Ok(Sha256::of(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            super::read(&path)
        };
        let token = read("\u{feff}a-long-enough-secret\r\n").unwrap();
        assert_eq!(token, Sha256::of(b"a-long-enough-secret"));
        assert!(read("short").is_err());
        assert!(read("a-long-enough-secret\nanother-long-secret").is_err());
        assert!(super::read(Path::new("no/such/file")).is_err());
    }
}
