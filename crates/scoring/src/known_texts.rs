//! Which of the texts that an input knows is meant by one that is written otherwise.
//!
//! Promise on hostile text: time linear in its length, and memory for its first characters at most twice.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What says yes and what says no, in their plain forms.
const YES: [&str; 6] = ["s", "si", "y", "yes", "true", "verdadero"];
const NO: [&str; 4] = ["n", "no", "false", "falso"];

/// Among more texts than these nobody looks for one that is near: a column of postal codes has thousands, and each is
/// near to some other.
const MAX_COMPARED: usize = 200;

/// Longer texts are near to none.
const MAX_CHARS: usize = 32;

/// Letters that may be wrong.
const MAX_WRONG: usize = 2;

/// A text without what people write in different ways: case, accents, and the blanks around it.
fn plain(text: &str) -> String {
    let bare = text.trim().nfkd().filter(|c| !is_combining_mark(*c));
    bare.flat_map(char::to_lowercase).collect()
}

/// The texts that an input knows by their plain forms.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownTexts {
    /// Where the text of each plain form is; `None` where texts of several meanings have it.
    by_plain: HashMap<Box<str>, Option<usize>>,
    /// Where the first text is that says no, and the first that says yes, where all texts say either.
    no_and_yes: Option<[usize; 2]>,
}

impl KnownTexts {
    /// Takes texts, each with the value that it stands for.
    pub(crate) fn new(known: &[(Box<str>, f64)]) -> Self {
        let mut by_plain: HashMap<Box<str>, Option<usize>> = HashMap::new();
        for (at, (text, value)) in known.iter().enumerate() {
            by_plain
                .entry(plain(text).into())
                .and_modify(|first| *first = first.filter(|first| known[*first].1 == *value))
                .or_insert(Some(at));
        }
        Self {
            by_plain,
            no_and_yes: no_and_yes(known),
        }
    }

    /// Where the one text is that differs from another only in case, accents or the blanks around it.
    pub(crate) fn alike(&self, text: &str) -> Option<usize> {
        *self.by_plain.get(&*plain(text))?
    }

    /// As [`Self::alike`]; and where all texts say yes or no, any other word that does.
    pub(crate) fn meant(&self, text: &str) -> Option<usize> {
        let says_so = || {
            let [no, yes] = self.no_and_yes?;
            says_yes(text).map(|is_yes| if is_yes { yes } else { no })
        };
        self.alike(text).or_else(says_so)
    }
}

fn says_yes(text: &str) -> Option<bool> {
    let plain = plain(text);
    match &*plain {
        word if YES.contains(&word) => Some(true),
        word if NO.contains(&word) => Some(false),
        _ => None,
    }
}

/// The first text that says no and the first that says yes, where all do, and all that say the same mean the same.
fn no_and_yes(known: &[(Box<str>, f64)]) -> Option<[usize; 2]> {
    let mut found: [Option<usize>; 2] = [None, None];
    for (at, (text, value)) in known.iter().enumerate() {
        let place = &mut found[usize::from(says_yes(text)?)];
        let first = *place.get_or_insert(at);
        if known[first].1 != *value {
            return None;
        }
    }
    let [no, yes] = [found[0]?, found[1]?];
    (known[no].1 != known[yes].1).then_some([no, yes])
}

/// The text that was probably meant: the nearest, of one or two other letters, or that begins as the other does. `None`
/// where that could be texts of different meanings.
pub(crate) fn nearest<'k>(
    known: impl ExactSizeIterator<Item = (&'k str, f64)>,
    text: &str,
) -> Option<&'k str> {
    if known.len() > MAX_COMPARED || text.chars().nth(MAX_CHARS).is_some() {
        return None;
    }
    let text: Vec<char> = plain(text).chars().collect();
    let mut best: Option<(usize, &str, f64)> = None;
    let mut is_clear = true;
    for (candidate, value) in known {
        let Some(wrong) = apart(&plain(candidate).chars().collect::<Vec<_>>(), &text) else {
            continue;
        };
        match best {
            Some((least, _, _)) if wrong > least => {}
            Some((least, _, same)) if wrong == least => is_clear &= same == value,
            _ => {
                best = Some((wrong, candidate, value));
                is_clear = true;
            }
        }
    }
    best.filter(|_| is_clear).map(|(_, candidate, _)| candidate)
}

/// How many letters are wrong, where that is few enough for one text to be meant by the other.
fn apart(known: &[char], text: &[char]) -> Option<usize> {
    let shorter = known.len().min(text.len());
    let is_near = known.len().abs_diff(text.len()) <= MAX_WRONG;
    let wrong = is_near.then(|| distance(known, text));
    let wrong = wrong.filter(|wrong| *wrong <= MAX_WRONG && *wrong < shorter);
    // `EMPRESA` begins with EMP as a word does, `S/N` does not begin with S.
    let begins = |long: &[char], short: &[char]| {
        !short.is_empty()
            && long.starts_with(short)
            && long
                .get(short.len())
                .is_some_and(|next| next.is_alphabetic())
    };
    let is_beginning = begins(known, text) || begins(text, known);
    wrong.or(is_beginning.then_some(MAX_WRONG))
}

/// Levenshtein's distance: letters to put in, leave out or replace.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(texts: &[(&str, f64)]) -> Vec<(Box<str>, f64)> {
        texts
            .iter()
            .map(|(text, value)| ((*text).into(), *value))
            .collect()
    }

    const SCENARIOS: [(&str, f64); 3] = [("PER", 1.0), ("FU", 1.0), ("EMP", 0.0)];

    fn meant(texts: &[(&str, f64)], text: &str) -> Option<usize> {
        KnownTexts::new(&known(texts)).meant(text)
    }

    #[test]
    fn case_accents_and_outer_blanks() {
        for (text, expected) in [
            ("per", Some(0)),
            ("Emp\u{a0}", Some(2)),
            ("fú", Some(1)),
            ("p er", None),
            ("", None),
        ] {
            assert_eq!(meant(&SCENARIOS, text), expected, "{text}");
        }
        // Two texts that only their case tells apart: neither is meant by a third, unless both mean the same.
        assert_eq!(meant(&[("Si", 1.0), ("sI", 0.0)], "SI"), None);
        assert_eq!(meant(&[("Si", 1.0), ("sI", 1.0)], "SI"), Some(0));
    }

    #[test]
    fn yes_and_no_where_there_is_nothing_else() {
        let flags = [("S", 1.0), ("SI", 1.0), ("N", 0.0), ("NO", 0.0)];
        for (text, expected) in [
            ("Sí", Some(1)),
            ("verdadero", Some(0)),
            ("FALSE", Some(2)),
            ("no ", Some(3)),
            ("quizá", None),
        ] {
            assert_eq!(meant(&flags, text), expected, "{text}");
        }
        assert_eq!(meant(&[("SI", 1.0), ("NO", 0.0), ("BAJA", 0.0)], "s"), None);
        assert_eq!(meant(&[("S", 1.0), ("SI", 0.0), ("N", 0.0)], "true"), None);
        assert_eq!(meant(&[("S", 1.0), ("N", 1.0)], "true"), None);
        assert_eq!(meant(&[("S", 1.0)], "true"), None);
    }

    #[test]
    fn what_is_near() {
        let near = |texts: &[(&str, f64)], text: &str| {
            let texts = known(texts);
            let texts = texts.iter().map(|(text, value)| (&**text, *value));
            nearest(texts, text).map(str::to_owned)
        };
        for (text, expected) in [
            ("PERM", Some("PER")),
            ("Empresa", Some("EMP")),
            ("PRE", Some("PER")),
            ("P", Some("PER")),
            ("XXX", None),
            ("", None),
            ("1", None),
            ("EMP-1", Some("EMP")),
            ("EMP-123", None),
        ] {
            assert_eq!(near(&SCENARIOS, text).as_deref(), expected, "{text}");
        }
        let states = [("A", 1.0), ("B", 0.0)];
        assert_eq!(near(&states, "C"), None);
        assert_eq!(near(&states, "baja").as_deref(), Some("B"));
        // As near to one as to the other.
        assert_eq!(near(&[("CASA", 1.0), ("CAMA", 0.0)], "CAXA"), None);
        let many: Vec<_> = (0..=MAX_COMPARED).map(|_| ("PER", 1.0)).collect();
        assert_eq!(near(&many, "PERM"), None);
        assert_eq!(near(&SCENARIOS, &"PER".repeat(100_000)), None);
    }
}
