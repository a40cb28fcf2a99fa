//! What is no contract's grammar, in Spanish too.
//!
//! Serde says a handful of things, each of one form, which its documentation names (`serde::de::Error`). What has another form is
//! told as it came, behind a few words of Spanish: nothing is guessed. What the reader of TOML says is known by its beginning, or
//! told the same way.

use crate::Bilingual;

/// How what the reader of TOML says begins, and what that means.
const NO_TOML: [(&str, &str); 16] = [
    ("duplicate key", "esta clave está dos veces"),
    (
        "key with no value",
        "aquí hay un nombre sin valor; escriba `=` y el valor detrás",
    ),
    ("missing value", "falta el valor detrás de `=`"),
    ("extra `=`", "hay un `=` de más"),
    (
        "string values must be quoted",
        "los textos van entre comillas",
    ),
    (
        "invalid basic string",
        "este texto no se cierra con comillas",
    ),
    (
        "invalid literal string",
        "este texto no se cierra con comillas",
    ),
    (
        "missing opening quote",
        "a este texto le faltan las comillas del principio",
    ),
    (
        "missing escaped value",
        "una barra invertida entre comillas dobles empieza un escape; dóblela",
    ),
    ("unclosed array table", "falta `]]` al final"),
    ("unclosed table", "falta `]` al final"),
    ("unclosed array", "falta `]` al final de la lista"),
    ("unclosed inline table", "falta `}` al final"),
    ("missing comma", "falta una coma entre dos elementos"),
    (
        "unexpected key or value",
        "sobra lo que hay detrás; cada clave va en su línea",
    ),
    (
        "unexpected leading zero",
        "un número no empieza por 0; si es un código, escríbalo entre comillas",
    ),
];

/// Puts what a reader said in both languages.
pub(super) fn told(message: &str) -> Bilingual {
    let message = message.trim_end();
    let spanish = spanish(message)
        .unwrap_or_else(|| format!("no se entiende; el lector de TOML dice, en inglés: {message}"));
    Bilingual::new(spanish, message)
}

fn spanish(message: &str) -> Option<String> {
    if let Some(key) = between(message, "missing field `", "`") {
        return Some(format!("falta la clave `{key}`"));
    }
    if let Some((key, known)) = unknown(message, "unknown field `") {
        return Some(format!("la clave `{key}` no existe aquí; {known}"));
    }
    if let Some((value, known)) = unknown(message, "unknown variant `") {
        return Some(format!("`{value}` no es nada que se conozca; {known}"));
    }
    for form in ["invalid type: ", "invalid value: "] {
        if let Some((found, wanted)) = message
            .strip_prefix(form)
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            return Some(format!(
                "hay {}, y se espera {}",
                value(found),
                what(wanted)?
            ));
        }
    }
    if message.starts_with("wanted exactly 1 element") {
        return Some("va una sola clave entre las llaves, como en { divide = 2 }".to_owned());
    }
    let known = NO_TOML
        .iter()
        .find(|(begins, _)| message.starts_with(begins));
    known.map(|(_, spanish)| (*spanish).to_owned())
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

/// What is not known, and what would be.
fn unknown<'t>(message: &'t str, before: &str) -> Option<(&'t str, String)> {
    let rest = message.strip_prefix(before)?;
    // What was written may have anything in it.
    let forms = ["`, expected ", "`, there are no "];
    let at = forms.iter().find_map(|form| rest.rfind(form))?;
    let (name, rest) = (rest.get(..at)?, rest.get(at + 3..)?);
    let known = match rest.strip_prefix("expected ") {
        None => return Some((name, "no se admite ninguna".to_owned())),
        Some(known) => known.strip_prefix("one of ").unwrap_or(known),
    };
    Some((name, format!("se admite {}", known.replace(" or ", " o "))))
}

/// What was found, such as ``integer `1` ``.
fn value(found: &str) -> String {
    let kinds = [
        ("string ", "el texto "),
        ("integer ", "el número "),
        ("floating point ", "el número "),
        ("boolean ", ""),
    ];
    let kind = kinds
        .iter()
        .find_map(|(en, es)| Some(format!("{es}{}", found.strip_prefix(en)?)));
    kind.unwrap_or_else(|| match found {
        "map" => "una tabla { … }".to_owned(),
        "sequence" => "una lista [ … ]".to_owned(),
        other => other.to_owned(),
    })
}

/// What is wanted, as far as the grammar wants it.
fn what(wanted: &str) -> Option<&'static str> {
    Some(match wanted {
        "f64" | "i64" | "u64" => "un número",
        "a string" => "un texto entre comillas",
        "a boolean" => "true o false",
        "a sequence" => "una lista [ … ]",
        "a map" => "una tabla { … }",
        "a text, or one per language as in { es = \"…\", en = \"…\" }" => {
            "un texto, o uno por idioma como en { es = \"…\", en = \"…\" }"
        }
        wanted if wanted.starts_with("struct ") => "una tabla { … }",
        wanted if wanted.starts_with("enum ") || wanted == "string or table" => {
            "un nombre entre comillas, o una tabla { … } de una clave"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::Language;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what is wrong with it is looked at")]
    struct Table {
        number: Option<f64>,
        text: Option<String>,
        yes: Option<bool>,
        list: Option<Vec<f64>>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code, reason = "only what is wrong with it is looked at")]
    enum Kind {
        One,
        Two(f64),
    }

    /// What serde and the reader say is theirs to change; then this tells.
    #[test]
    fn what_is_no_grammar_is_told_in_spanish() {
        for (toml, spanish) in [
            (
                "numer = 1",
                "la clave `numer` no existe aquí; se admite `number`, `text`, `yes`, `list`, `kind`",
            ),
            (
                "number = \"1\"",
                "hay el texto \"1\", y se espera un número",
            ),
            (
                "text = 1",
                "hay el número `1`, y se espera un texto entre comillas",
            ),
            (
                "text = 1.5",
                "hay el número `1.5`, y se espera un texto entre comillas",
            ),
            (
                "text = { a = 1 }",
                "hay una tabla { … }, y se espera un texto entre comillas",
            ),
            ("yes = []", "hay una lista [ … ], y se espera true o false"),
            ("list = true", "hay `true`, y se espera una lista [ … ]"),
            (
                "kind = \"three\"",
                "`three` no es nada que se conozca; se admite `one` o `two`",
            ),
            (
                "kind = { two = 1, one = 2 }",
                "va una sola clave entre las llaves, como en { divide = 2 }",
            ),
            ("text = \"a", "este texto no se cierra con comillas"),
            ("text = a", "los textos van entre comillas"),
            (
                "text",
                "aquí hay un nombre sin valor; escriba `=` y el valor detrás",
            ),
            ("number = 1\nnumber = 2", "esta clave está dos veces"),
            ("[table", "falta `]` al final"),
            ("list = [1", "falta `]` al final de la lista"),
            (
                "number = 01",
                "un número no empieza por 0; si es un código, escríbalo entre comillas",
            ),
        ] {
            let error = toml::from_str::<Table>(toml).unwrap_err();
            let told = told(error.message());
            assert_eq!(
                told.in_language(Language::Spanish),
                spanish,
                "{toml}: {error}"
            );
            assert_eq!(
                told.in_language(Language::English),
                error.message().trim_end()
            );
        }
        let other = told("something else")
            .in_language(Language::Spanish)
            .to_owned();
        assert!(other.ends_with("something else"), "{other}");
    }
}
