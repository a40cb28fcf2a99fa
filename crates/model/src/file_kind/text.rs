//! Kinds of files that are text, by their first lines.

use super::{Booster, FileKind};

/// A text that says nothing of what it is.
pub(super) const PLAIN: &str = "plain text";

/// A text without a letter.
pub(super) const BLANK: &str = "blank text";

/// Lines that are looked at.
const MAX_LINES: usize = 200;

/// Text in which a base64 file is one: shorter ones may be words.
const MIN_BASE64: usize = 64;

/// What some text is; `None` for what is no text.
pub(super) fn kind(head: &[u8]) -> Option<FileKind> {
    let text = decode(head)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return Some(FileKind::Document(BLANK));
    }
    pointer(text)
        .or_else(|| markup(text))
        .or_else(|| json(text))
        .or_else(|| booster_text(text))
        .or_else(|| described(text))
        .or_else(|| base64(text))
        .or_else(|| program(text))
        .or_else(|| table(text))
        .or(Some(FileKind::Document(PLAIN)))
}

/// The text of UTF-8, UTF-16 with a mark, or Latin-1 bytes; `None` where there are bytes that no text has.
fn decode(head: &[u8]) -> Option<String> {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units = head.as_chunks::<2>().0.iter().skip(1).copied().map(from);
        let decoded = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}'));
        decoded.collect::<String>()
    };
    let text = match head {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => match std::str::from_utf8(head) {
            Ok(text) => text.to_owned(),
            // Cut inside a character.
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&head[..error.valid_up_to()])
                    .ok()?
                    .to_owned()
            }
            Err(_) => head.iter().copied().map(char::from).collect(),
        },
    };
    let is_control = |c: char| c.is_control() && !"\n\r\t\u{c}".contains(c);
    (!text.chars().any(is_control)).then_some(text)
}

fn pointer(text: &str) -> Option<FileKind> {
    if text.starts_with("version https://git-lfs.github.com/")
        || text.starts_with("version https://hawser.github.com/")
    {
        return Some(FileKind::Pointer("Git LFS"));
    }
    if text.starts_with("outs:") && text.contains("md5:") {
        return Some(FileKind::Pointer("DVC"));
    }
    text.starts_with("[InternetShortcut]")
        .then_some(FileKind::Pointer("Windows shortcut"))
}

fn markup(text: &str) -> Option<FileKind> {
    let start: String = text
        .chars()
        .take(4_096)
        .collect::<String>()
        .to_ascii_lowercase();
    if start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.starts_with("<head")
    {
        return Some(FileKind::WebPage);
    }
    if !start.starts_with('<') {
        return None;
    }
    if start.contains("<pmml") {
        return Some(FileKind::OtherModel("PMML"));
    }
    // Object stores answer like this.
    if start.contains("<html") || start.contains("<error>") {
        return Some(FileKind::WebPage);
    }
    Some(FileKind::Document("XML"))
}

fn json(text: &str) -> Option<FileKind> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let has = |needle: &str| text.contains(needle);
    Some(match () {
        () if has("\"cell_type\"") || has("\"nbformat\"") => FileKind::Program("notebook"),
        () if text.starts_with('[') && has("\"nodeid\"") => FileKind::TreeDump(Booster::XGBoost),
        () if has("\"tree_info\"") || (has("\"name\"") && has("\"num_tree_per_iteration\"")) => {
            FileKind::TreeDump(Booster::LightGbm)
        }
        () if has("\"learner\"") && has("\"generic_param\"") => FileKind::Settings,
        () if has("\"class_name\"") && has("\"config\"") => {
            FileKind::HalfNetwork("the layers of a Keras network (to_json)")
        }
        () if has("org.apache.spark.ml") => FileKind::OtherModel("Spark ML"),
        () if text.starts_with("{\\rtf") => FileKind::Document("RTF"),
        () => FileKind::Table("JSON"),
    })
}

fn booster_text(text: &str) -> Option<FileKind> {
    if text.starts_with("booster[0]:") || text.starts_with("digraph {") {
        return Some(FileKind::TreeDump(Booster::XGBoost));
    }
    None
}

fn described(text: &str) -> Option<FileKind> {
    if text.starts_with("-----BEGIN PGP") {
        return Some(FileKind::Encrypted);
    }
    let line_begins = |start: &str| {
        text.lines()
            .take(MAX_LINES)
            .any(|line| line.starts_with(start))
    };
    if line_begins("flavors:") && line_begins("  python_function:") {
        return Some(FileKind::Description(
            "MLflow's description of a model (MLmodel)",
        ));
    }
    (line_begins("MIME-Version:") && line_begins("Subject:"))
        .then_some(FileKind::Document("e-mail"))
}

/// Base64 and nothing else, as long as only a file is.
fn base64(text: &str) -> Option<FileKind> {
    // `data:application/octet-stream;base64,…`
    let text = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => text,
    };
    let text = text.trim_matches(['"', '\'', '\n', '\r']);
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    let mut codes = text.bytes().filter(|byte| !b"\r\n".contains(byte));
    let lines_are_long = text.lines().rev().skip(1).all(|line| line.len() >= 60);
    let n_codes = text.len();
    let is_mixed = text.bytes().any(|b| b.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase());
    (n_codes >= MIN_BASE64 && lines_are_long && is_mixed && codes.all(is_code))
        .then_some(FileKind::Base64)
}

fn program(text: &str) -> Option<FileKind> {
    if text.starts_with("#!") {
        return Some(FileKind::Program("script"));
    }
    let is_python = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().take(3).collect();
        match words[..] {
            ["import", module, ..] => module
                .chars()
                .all(|c| c.is_alphanumeric() || "._,".contains(c)),
            ["from", _, "import"] => true,
            ["def" | "class", name, ..] => {
                line.trim_end().ends_with(':') && name.contains(['(', ':'])
            }
            _ => false,
        }
    };
    let is_r = |line: &str| line.starts_with("library(") || line.contains(" <- ");
    let mut lines = text.lines().take(MAX_LINES);
    if lines.clone().any(is_python) {
        return Some(FileKind::Program("Python"));
    }
    lines.any(is_r).then_some(FileKind::Program("R"))
}

/// Lines of equally many fields.
fn table(text: &str) -> Option<FileKind> {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let (first, second) = (lines.next()?, lines.next()?);
    let separated = [';', '\t', ',', '|'].into_iter().any(|separator| {
        let n = |line: &str| line.matches(separator).count();
        n(first) > 0 && n(first) == n(second)
    });
    separated.then_some(FileKind::Table("CSV"))
}
