//! As much of YAML as MLflow writes into `MLmodel`: mappings in blocks, and scalars. What stands in lists, and in what is written on one
//! line in braces, is passed over: nothing that is needed stands there.

use std::borrow::Cow;

/// Mappings within mappings.
const MAX_DEPTH: usize = 16;

/// Scalars that are kept.
const MAX_ENTRIES: usize = 10_000;

/// A document's scalars, each with the keys that lead to it.
#[derive(Debug)]
pub(super) struct Yaml {
    entries: Vec<(Vec<String>, String)>,
}

/// Why a document cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong there.
    pub(super) what: &'static str,
}

impl Yaml {
    /// Reads a document.
    pub(super) fn read(text: &str) -> Result<Self, YamlError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            lines: text.lines().enumerate().peekable(),
            path: Vec::new(),
            entries: Vec::new(),
        };
        reader.read()?;
        Ok(Self {
            entries: reader.entries,
        })
    }

    /// A scalar; `None` where there is none, or null.
    pub(super) fn get(&self, path: &[&str]) -> Option<&str> {
        let mut found = self
            .entries
            .iter()
            .filter(|(known, _)| known.iter().eq(path));
        let (_, value) = found.next()?;
        // A key that is there twice says nothing.
        (found.next().is_none() && !matches!(&**value, "" | "null" | "~")).then_some(value)
    }

    /// The keys below others.
    pub(super) fn keys(&self, path: &[&str]) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for (known, _) in &self.entries {
            let is_below = known.len() > path.len() && known.iter().zip(path).all(|(a, b)| a == b);
            if is_below && !keys.contains(&&*known[path.len()]) {
                keys.push(&known[path.len()]);
            }
        }
        keys
    }
}

struct Reader<'t> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'t>>>,
    /// The keys that the line is below, each with how far it is indented.
    path: Vec<(usize, String)>,
    entries: Vec<(Vec<String>, String)>,
}

impl<'t> Reader<'t> {
    fn read(&mut self) -> Result<(), YamlError> {
        while let Some((at, line)) = self.lines.next() {
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            let fail = |what| Err(YamlError { line: at + 1, what });
            if content.is_empty() || content.starts_with('#') || line == "---" || line == "..." {
                continue;
            }
            if content.starts_with('\t') {
                return fail("it is indented by tabs");
            }
            if content == "-" || content.starts_with("- ") {
                self.skip_deeper(indent);
                continue;
            }
            let Some((key, value)) = key_and_value(content) else {
                return fail("it has no key");
            };
            while self.path.last().is_some_and(|(known, _)| *known >= indent) {
                self.path.pop();
            }
            if self.path.len() == MAX_DEPTH || self.entries.len() == MAX_ENTRIES {
                return fail("there is more in it than MLflow writes");
            }
            self.path.push((indent, key.into_owned()));
            let value = match value.bytes().next() {
                None => String::new(),
                Some(quote @ (b'\'' | b'"')) => match self.quoted(value, quote) {
                    Some(value) => value,
                    None => return fail("its text in quotes does not end"),
                },
                // Lists and mappings on one line, blocks of text, and names for values.
                Some(b'[' | b'{' | b'|' | b'>' | b'&' | b'*' | b'!') => {
                    self.skip_deeper(indent);
                    String::new()
                }
                Some(_) => self.plain(value, indent),
            };
            let keys = self.path.iter().map(|(_, key)| key.clone());
            self.entries.push((keys.collect(), value));
        }
        Ok(())
    }

    /// Passes over the lines that are indented further.
    fn skip_deeper(&mut self, indent: usize) {
        while self.next_deeper(indent).is_some() {}
    }

    /// The next line, if it is empty or indented further.
    fn next_deeper(&mut self, indent: usize) -> Option<&'t str> {
        let is_deeper = |line: &str| {
            let content = line.trim_start_matches(' ');
            content.is_empty() || line.len() - content.len() > indent
        };
        let (_, line) = self.lines.next_if(|(_, line)| is_deeper(line))?;
        Some(line)
    }

    /// A text without quotes, which may go on in lines that are indented further: where a value stands there are no keys below it.
    fn plain(&mut self, value: &str, indent: usize) -> String {
        let uncommented = |text: &str| match text.find(" #") {
            Some(end) => text[..end].trim_end().to_owned(),
            None => text.trim_end().to_owned(),
        };
        let mut text = uncommented(value);
        while let Some(line) = self.next_deeper(indent) {
            let more = uncommented(line.trim());
            if !more.is_empty() {
                text.push(' ');
                text.push_str(&more);
            }
        }
        text
    }

    /// A text in quotes, which may go on in the next lines: an end of a line is a blank.
    fn quoted(&mut self, value: &str, quote: u8) -> Option<String> {
        let mut text = String::new();
        let mut rest = &value[1..];
        loop {
            let ended = match quote {
                b'\'' => single(rest, &mut text),
                _ => double(rest, &mut text)?,
            };
            match ended {
                Ended::Quote => return Some(text),
                Ended::Line => {
                    let kept = text.trim_end_matches(' ').len();
                    text.truncate(kept);
                    text.push(' ');
                }
                Ended::Joined => {}
            }
            let (_, line) = self.lines.next()?;
            rest = line.trim_start_matches(' ');
        }
    }
}

/// How a line of a text in quotes ends.
enum Ended {
    /// With its last quote.
    Quote,
    /// It goes on in the next one.
    Line,
    /// It goes on there without a blank between.
    Joined,
}

fn single(line: &str, text: &mut String) -> Ended {
    let mut parts = line.split('\'');
    text.push_str(parts.next().unwrap_or_default());
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // Two quotes are one of the text's.
        match (part.is_empty(), parts.next()) {
            (true, Some(more)) => {
                text.push('\'');
                text.push_str(more);
            }
            _ => return Ended::Quote,
        }
    }
    Ended::Line
}

/// `None` for a sign that is written as no JSON or YAML has it.
fn double(line: &str, text: &mut String) -> Option<Ended> {
    let mut chars = line.chars();
    while let Some(next) = chars.next() {
        match next {
            '"' => return Some(Ended::Quote),
            '\\' => {
                let digits = match chars.next() {
                    None => return Some(Ended::Joined),
                    Some('x') => 2,
                    Some('u') => 4,
                    Some('U') => 8,
                    Some('n') => {
                        text.push('\n');
                        continue;
                    }
                    Some('t') => {
                        text.push('\t');
                        continue;
                    }
                    Some(sign @ ('"' | '\\' | '/' | ' ')) => {
                        text.push(sign);
                        continue;
                    }
                    Some(_) => return None,
                };
                let code: String = chars.by_ref().take(digits).collect();
                let code = u32::from_str_radix(&code, 16)
                    .ok()
                    .filter(|_| code.len() == digits)?;
                text.push(char::from_u32(code)?);
            }
            next => text.push(next),
        }
    }
    Some(Ended::Line)
}

/// Takes a line's key off.
fn key_and_value(content: &str) -> Option<(Cow<'_, str>, &str)> {
    let quote = content
        .chars()
        .next()
        .filter(|first| matches!(first, '\'' | '"'));
    let (key, rest) = match quote {
        Some(quote) => {
            let (key, rest) = content[1..].split_once(quote)?;
            (key, rest.trim_start().strip_prefix(':')?)
        }
        None => {
            let end = content.match_indices(':').map(|(at, _)| at);
            let mut ends = end.filter(|at| {
                let behind = &content[at + 1..];
                behind.is_empty() || behind.starts_with(' ')
            });
            let end = ends.next()?;
            (&content[..end], &content[end + 1..])
        }
    };
    let rest = rest.trim();
    let rest = match rest.starts_with('#') {
        true => "",
        false => rest,
    };
    (!key.is_empty()).then_some((Cow::Borrowed(key), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(text: &str, path: &[&str]) -> Option<String> {
        Yaml::read(text).unwrap().get(path).map(str::to_owned)
    }

    #[test]
    fn scalars_as_python_writes_them() {
        let text = "a: 1 # one\nb:\n  c: 'it''s\n    long'\n  \"d\": \"\\xF1 \\\n    x\\u00e9\"\n  e: two\n    lines\n\nf:\n- x: 1\n  y: 2\n- z\n\
            g: {h: 1,\n  i: 2}\nj: |\n  k: 1\nl: null\nm: ''\nn: a:b\n";
        assert_eq!(get(text, &["a"]).as_deref(), Some("1"));
        assert_eq!(get(text, &["b", "c"]).as_deref(), Some("it's long"));
        assert_eq!(get(text, &["b", "d"]).as_deref(), Some("ñ xé"));
        assert_eq!(get(text, &["b", "e"]).as_deref(), Some("two lines"));
        assert_eq!(get(text, &["n"]).as_deref(), Some("a:b"));
        for none in [
            &["l"][..],
            &["m"],
            &["b"],
            &["f", "x"],
            &["g", "h"],
            &["j", "k"],
            &["z"],
        ] {
            assert_eq!(get(text, none), None, "{none:?}");
        }
        assert_eq!(get("a: 1\na: 2\n", &["a"]), None);
        assert_eq!(Yaml::read(text).unwrap().keys(&["b"]), ["c", "d", "e"]);
    }

    #[test]
    fn what_is_no_such_document() {
        for (text, line) in [
            ("a\n", 1),
            ("a: 1\n\tb: 2\n", 2),
            ("a: 'x\n", 1),
            ("a: \"\\q\"\n", 1),
        ] {
            assert_eq!(Yaml::read(text).unwrap_err().line, line, "{text}");
        }
        let deep: String = (0..100)
            .map(|at| format!("{}k:\n", " ".repeat(at)))
            .collect();
        assert!(Yaml::read(&deep).is_err());
        assert!(Yaml::read(&"a: 1\n".repeat(MAX_ENTRIES + 1)).is_err());
    }
}
