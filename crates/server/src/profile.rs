//! What is known of a file and of a day's order, as the configuration and the files of profiles have it: options under
//! their names. `columns` is what `--map` says, a table from columns to inputs, of files that may not have them all.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use toml::{Table, Value};

use propenso_portfolio::options::{self, COLUMNS, MAP, RunOptions};

/// Options that were written down, each checked by the type that reads it when it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile(RunOptions);

impl Profile {
    /// Keeps options that were typed, but for the secret: it does not belong into a file that is shown around.
    #[must_use]
    pub fn of(mut options: RunOptions) -> Self {
        options.remove("seed_key");
        Self(options)
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &RunOptions {
        &self.0
    }

    /// Takes the options.
    #[must_use]
    pub fn into_options(self) -> RunOptions {
        self.0
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().next().is_none()
    }

    /// Takes a key's value from a table that it stands in, among others that are none of a profile's.
    ///
    /// # Errors
    ///
    /// What the table says of a key or a value that cannot be.
    pub fn take<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        table: &mut A,
        others: &[&'static str],
    ) -> Result<(), A::Error> {
        if key == COLUMNS {
            let columns: BTreeMap<String, String> = table.next_value()?;
            for (column, input) in columns {
                let mapping = mapping(&column, &input).map_err(Error::custom)?;
                self.0.put(COLUMNS, Some(mapping));
            }
            return Ok(());
        }
        let mut names = names();
        let name = names.find(|name| *name == key);
        let name = name.ok_or_else(|| Error::custom(unknown(key, others)))?;
        self.0
            .put(name, Some(table.next_value_seed(ValueOf(name))?));
        Ok(())
    }

    /// Writes it as it is read.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut table = Table::new();
        let mut columns = Table::new();
        for (name, text) in self.0.iter() {
            match text.rsplit_once('=') {
                Some((column, input)) if [MAP, COLUMNS].contains(&name) => {
                    columns.insert(column.trim().to_owned(), input.trim().into());
                }
                _ => {
                    table.insert(name.to_owned(), value(text));
                }
            }
        }
        if !columns.is_empty() {
            table.insert(COLUMNS.to_owned(), columns.into());
        }
        // Texts and tables of texts can always be written.
        toml::to_string(&table).unwrap_or_default()
    }
}

/// Numbers and truths as such where they are read as the same text again, everything else as text.
fn value(text: &str) -> Value {
    match (text.parse::<i64>(), text) {
        (Ok(number), _) if number.to_string() == text => number.into(),
        (_, "true") => true.into(),
        (_, "false") => false.into(),
        _ => text.into(),
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Profile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("options of `propenso score`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Profile, A::Error> {
        let mut profile = Profile::default();
        while let Some(key) = map.next_key::<String>()? {
            profile.take(&key, &mut map, &[])?;
        }
        Ok(profile)
    }
}

fn mapping(column: &str, input: &str) -> Result<String, String> {
    let text = format!("{column}={input}");
    match input.contains('=') || options::check(COLUMNS, &text).is_err() {
        true => Err(format!(
            "`{COLUMNS}` cannot have \"{column}\" = \"{input}\": write it as {{ \"Cód. Postal\" = \"CODIGO_POSTAL\" }}"
        )),
        false => Ok(text),
    }
}

/// The keys of a profile.
fn names() -> impl Iterator<Item = &'static str> {
    options::names().filter(|name| *name != MAP)
}

fn unknown(key: &str, others: &[&'static str]) -> String {
    let names: Vec<&str> = others.iter().copied().chain(names()).collect();
    format!(
        "there is no key `{key}` here; there are {}",
        names.join(", ")
    )
}

/// The value of an option, as the text that it would be typed as.
struct ValueOf(&'static str);

impl ValueOf {
    fn check<E: Error>(self, text: String) -> Result<String, E> {
        options::check(self.0, &text).map_err(E::custom)?;
        Ok(text)
    }
}

impl<'de> DeserializeSeed<'de> for ValueOf {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for ValueOf {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text, a number, true or false for `{}`", self.0)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        self.check(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        self.check(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        self.check(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        self.check(value.to_string())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        self.check(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Profile, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// What each option may be.
    const EACH: [(&str, &str); 29] = [
        ("amount_column", "Deuda = total"),
        ("capacity", "2.400"),
        ("columns", "Cód. = Postal=CODIGO_POSTAL"),
        ("columns_first", "false"),
        ("contact_cost", "0.35"),
        ("control_share", "5%"),
        ("decimal", "comma"),
        ("encoding", "windows-1252"),
        ("explain", "3"),
        ("fee", "0.2"),
        ("header_row", "3"),
        ("id_column", "007"),
        ("input_format", "csv"),
        ("map", "Años=EDAD"),
        ("one_per_client", "no"),
        ("only_fits", "true"),
        ("order", "file"),
        ("output_decimal", "point"),
        ("output_encoding", "utf-8"),
        ("output_format", "xlsx"),
        ("output_separator", ";"),
        ("rank_by", "net"),
        ("rank_direction", "last"),
        ("seed_key", "noviembre"),
        ("separator", "tab"),
        ("sheet", "2024"),
        ("split", "500"),
        ("suppress", "/no llamar.csv"),
        ("suppress_missing", "ok"),
    ];

    #[test]
    fn what_is_written_is_read_again() {
        assert!(options::names().eq(EACH.map(|(name, _)| name)));
        let mut all = RunOptions::default();
        for (name, value) in EACH {
            options::check(name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
            all.put(name, Some(value));
        }
        let profile = Profile::of(all.clone());
        let again = read(&profile.to_toml()).unwrap().into_options();
        for (name, value) in EACH {
            let kept = again.iter().any(|option| option == (name, value));
            assert_eq!(kept, !["seed_key", MAP].contains(&name), "{name}");
        }
        assert!(again.iter().any(|option| option == (COLUMNS, "Años=EDAD")));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_may_stand_there() {
        for (text, named, accepted) in [
            (
                "decimals = 'comma'",
                "`decimals`",
                "columns_first, contact_cost",
            ),
            ("map = 'a=b'", "`map`", "columns"),
            ("decimal = 'x'", "`decimal`", "`comma` or `point`"),
            ("header_row = 0", "`header_row`", "from 1"),
            ("capacity = 2.5", "`capacity`", "2.400"),
            ("sheet = ['a']", "sheet", "a text, a number"),
            ("columns = { a = '' }", "`columns`", "CODIGO_POSTAL"),
            ("columns = { a = 'b=c' }", "`columns`", "CODIGO_POSTAL"),
            ("columns = 'a=b'", "columns", "map"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(named) && error.contains(accepted), "{error}");
        }
        let profile = read("only_fits = true\ncapacity = 2400\nfee = 0.2").unwrap();
        assert_eq!(profile.options().get("capacity"), Some("2400"));
        assert_eq!(profile.options().get("only_fits"), Some("true"));
    }
}
