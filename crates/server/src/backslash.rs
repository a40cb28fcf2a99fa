//! Windows paths in TOML: in double quotes a backslash begins an escape, so that `"C:\propenso"` is an error and
//! `"C:\temp"` has a tab in it.

use toml::{Table, Value};

/// What stands for a path, or may begin with one, by its last key.
const PATHS: [&str; 14] = [
    "model",
    "contract",
    "data_dir",
    "admin_token_file",
    "certificate",
    "key",
    "client_ca",
    "inbox",
    "reference",
    "file",
    "command",
    "suppress",
    "ca",
    "folder",
];

/// A line with a backslash that was meant as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backslash {
    /// The line's number, from 1.
    pub line: usize,
    /// The line as it would do.
    pub mended: String,
}

/// Finds the backslash that makes a text no TOML, if that is what is wrong with it.
#[must_use]
pub fn refused(text: &str, error: &toml::de::Error) -> Option<Backslash> {
    let at = error.span()?.start.min(text.len());
    let line = text.get(..at)?.matches('\n').count();
    // What is wrong with a value, and not with how it is written, is told by the text's other reader.
    text.parse::<Table>().err()?;
    let mended = mended(text.lines().nth(line)?)?;
    Some(Backslash {
        line: line + 1,
        mended,
    })
}

/// Finds a path in which a backslash and the letter behind it have become a tab, a line end or the like.
#[must_use]
pub fn swallowed(text: &str) -> Option<Backslash> {
    let table: Table = text.parse().ok()?;
    let key = damaged(&table)?;
    let is_meant =
        |line: &&str| line.contains(&key) && line.contains('\\') && mended(line).is_some();
    let (at, line) = text.lines().enumerate().find(|(_, line)| is_meant(line))?;
    Some(Backslash {
        line: at + 1,
        mended: mended(line)?,
    })
}

/// The last key of a path that no path is.
fn damaged(table: &Table) -> Option<String> {
    table.iter().find_map(|(key, value)| match value {
        Value::Table(table) => damaged(table),
        value => (PATHS.contains(&key.as_str()) && has_control(value)).then(|| key.clone()),
    })
}

fn has_control(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(char::is_control),
        Value::Array(values) => values.iter().any(has_control),
        _ => false,
    }
}

/// Writes a line's texts in single quotes, where each is one that has a backslash.
fn mended(line: &str) -> Option<String> {
    let mut parts: Vec<&str> = line.split('"').collect();
    // An odd number of quotes is a backslash before the last one: "C:\datos\".
    if parts.len() < 3 || !line.contains('\\') || line.contains('\'') {
        return None;
    }
    let after = match parts.len().is_multiple_of(2) {
        true => return None,
        false => parts.pop()?,
    };
    let mut told = String::new();
    for pair in parts.chunks(2) {
        let [before, inside] = pair else {
            return None;
        };
        let quote = if inside.contains('\\') { '\'' } else { '"' };
        // Whoever doubled some of them meant each pair as one, but for the two that a share begins with.
        let share = if inside.starts_with("\\\\") { "\\" } else { "" };
        let inside = format!("{share}{}", inside.replace("\\\\", "\\"));
        told.push_str(&format!("{before}{quote}{inside}{quote}"));
    }
    Some((told + after).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Backslash> {
        match toml::from_str::<Table>(text) {
            Ok(_) => swallowed(text),
            Err(error) => refused(text, &error),
        }
    }

    #[test]
    fn windows_paths_are_written_as_they_would_do() {
        for (line, mended) in [
            (r#"data_dir = "C:\propenso""#, r"data_dir = 'C:\propenso'"),
            (r#"data_dir = "C:\Users\ana""#, r"data_dir = 'C:\Users\ana'"),
            (r#"data_dir = "C:\temp\new""#, r"data_dir = 'C:\temp\new'"),
            (
                r#"model = "D:\x\m.pkl" # mine"#,
                r"model = 'D:\x\m.pkl' # mine",
            ),
            (r#"data_dir = "C:\propenso\""#, r"data_dir = 'C:\propenso\'"),
            (
                r#"key = "\\srv\claves\t.key""#,
                r"key = '\\srv\claves\t.key'",
            ),
        ] {
            let text = format!("listen = \"127.0.0.1:0\"\n{line}\n");
            let found = found(&text).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.line, found.mended.as_str()), (2, mended));
        }
    }

    #[test]
    fn other_lines_are_left_alone() {
        for text in [
            r#"data_dir = "C:\\propenso""#,
            r"data_dir = 'C:\temp'",
            "listen = 5",
            "listen = ",
            "note = \"a\\tb\"",
            "data_dir = \"a\nb\"",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
