//! Which column of a table has which name, as people write names.
//!
//! A name that is written exactly wins. Names that differ in what people write in different ways are the same where that
//! leaves no doubt: a column that could be two inputs is neither, and an input that could be two columns has none.

use std::collections::HashMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::{Contract, Input, Language};

/// The columns' names of a table.
#[derive(Debug)]
pub struct Header<'h> {
    names: &'h [String],
    /// The columns of each name: as it is, then as [`Likeness`] sees it.
    columns: [HashMap<String, Vec<usize>>; 3],
}

/// How alike two names must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Alike to the byte.
    Exact,
    /// Alike but for what cannot be seen: blanks around, a byte order mark, how an accent is put together.
    Visible,
    /// Alike but for case, accents, and blanks, points or dashes where others have underscores.
    Plain,
}

/// Names and columns of which it is not clear which is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// The names that are looked for.
    pub names: Vec<String>,
    /// The columns that could have them.
    pub columns: Vec<String>,
}

/// The columns of a contract's inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputColumns {
    /// The column of each input, in the contract's order.
    pub columns: Vec<Option<usize>>,
    /// What is not clear. Those inputs have no column.
    pub ambiguities: Vec<Ambiguity>,
}

impl<'h> Header<'h> {
    /// Reads the names of these columns.
    #[must_use]
    pub fn new(names: &'h [String]) -> Self {
        let columns = Likeness::ALL.map(|likeness| {
            let mut columns: HashMap<String, Vec<usize>> = HashMap::new();
            for (column, name) in names.iter().enumerate() {
                let key = likeness.key(name);
                if !key.is_empty() {
                    columns.entry(key).or_default().push(column);
                }
            }
            columns
        });
        Self { names, columns }
    }

    /// The column with a name.
    ///
    /// # Errors
    ///
    /// [`Ambiguity`] when several columns could be meant.
    pub fn find(&self, name: &str) -> Result<Option<usize>, Ambiguity> {
        for likeness in Likeness::ALL {
            match self.like(likeness, name) {
                [] => {}
                [column] => return Ok(Some(*column)),
                columns => return Err(self.ambiguity(vec![name.to_owned()], columns)),
            }
        }
        Ok(None)
    }

    /// The columns of a contract's inputs, by long name or else by parameter. `known` are inputs whose columns are known
    /// already.
    #[must_use]
    pub fn inputs(&self, contract: &Contract, known: &[(usize, usize)]) -> InputColumns {
        let mut search = Search::new(self, contract);
        for (input, column) in known {
            search.settle(*input, Some(*column));
        }
        for likeness in Likeness::ALL {
            search.look(likeness, Input::name);
            search.look(likeness, Input::parameter);
        }
        InputColumns {
            columns: search.columns,
            ambiguities: search.ambiguities,
        }
    }

    /// The other columns whose names differ from a column's only as people write them.
    pub fn lookalikes(&self, column: usize) -> impl Iterator<Item = usize> {
        let name = self.names.get(column).map_or("", String::as_str);
        let alike = self.like(Likeness::Plain, name).iter().copied();
        alike.filter(move |other| *other != column)
    }

    fn like(&self, likeness: Likeness, name: &str) -> &[usize] {
        let columns = self.columns[likeness as usize].get(&likeness.key(name));
        columns.map_or(&[], Vec::as_slice)
    }

    fn ambiguity(&self, names: Vec<String>, columns: &[usize]) -> Ambiguity {
        let columns = columns.iter().filter_map(|column| self.names.get(*column));
        Ambiguity {
            names,
            columns: columns.cloned().collect(),
        }
    }
}

/// The search for the columns of a contract's inputs.
struct Search<'s> {
    header: &'s Header<'s>,
    inputs: &'s [Input],
    columns: Vec<Option<usize>>,
    /// Inputs that are not looked for any more.
    is_settled: Vec<bool>,
    is_taken: Vec<bool>,
    ambiguities: Vec<Ambiguity>,
}

impl<'s> Search<'s> {
    fn new(header: &'s Header<'s>, contract: &'s Contract) -> Self {
        let inputs = contract.inputs();
        Self {
            header,
            inputs,
            columns: vec![None; inputs.len()],
            is_settled: vec![false; inputs.len()],
            is_taken: vec![false; header.names.len()],
            ambiguities: Vec::new(),
        }
    }

    fn settle(&mut self, input: usize, column: Option<usize>) {
        self.columns[input] = column;
        self.is_settled[input] = true;
        if let Some(column) = column {
            self.is_taken[column] = true;
        }
    }

    /// Looks for the columns of inputs that have none yet, by one of their names.
    fn look(&mut self, likeness: Likeness, name_of: fn(&Input) -> &str) {
        let rivals = self.rivals(likeness);
        for (index, input) in self.inputs.iter().enumerate() {
            if self.is_settled[index] {
                continue;
            }
            let columns = self.header.like(likeness, name_of(input)).iter().copied();
            let columns: Vec<usize> = columns.filter(|column| !self.is_taken[*column]).collect();
            let rivals = rivals.get(&likeness.key(name_of(input)));
            let mut names = vec![input.name().to_owned()];
            // A name that is written exactly is nobody else's.
            if likeness != Likeness::Exact {
                let others = rivals
                    .into_iter()
                    .flatten()
                    .filter(|other| **other != index);
                names.extend(others.map(|other| self.inputs[*other].name().to_owned()));
            }
            match (&columns[..], names.len()) {
                ([], _) => {}
                ([column], 1) => self.settle(index, Some(*column)),
                _ => {
                    if input.is_used() {
                        names.sort();
                        let ambiguity = self.header.ambiguity(names, &columns);
                        if !self.ambiguities.contains(&ambiguity) {
                            self.ambiguities.push(ambiguity);
                        }
                    }
                    self.settle(index, None);
                }
            }
        }
    }

    /// The inputs that a name like this could mean. Those that have their column count too: where a model tells `Málaga`
    /// from `Malaga`, `MALAGA` is neither of them for sure.
    fn rivals(&self, likeness: Likeness) -> HashMap<String, Vec<usize>> {
        let mut rivals: HashMap<String, Vec<usize>> = HashMap::new();
        if likeness == Likeness::Exact {
            return rivals;
        }
        for (index, input) in self.inputs.iter().enumerate() {
            let name = likeness.key(input.name());
            let parameter = likeness.key(input.parameter());
            if !self.is_settled[index] && parameter != name {
                rivals.entry(parameter).or_default().push(index);
            }
            rivals.entry(name).or_default().push(index);
        }
        rivals
    }
}

impl Likeness {
    const ALL: [Self; 3] = [Self::Exact, Self::Visible, Self::Plain];

    /// What two names have in common that are this much alike.
    fn key(self, name: &str) -> String {
        match self {
            Self::Exact => name.to_owned(),
            Self::Visible => name.trim_matches(is_unseen).nfc().collect(),
            Self::Plain => plain_name(name),
        }
    }
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// A name without what people write in different ways: case, accents, a byte order mark, and blanks, points or dashes
/// where others have underscores.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim_matches(is_unseen).nfkd() {
        match c {
            _ if is_combining_mark(c) => {}
            '\u{feff}' => {}
            _ if c.is_whitespace() || matches!(c, '_' | '-' | '.') => {
                if !out.ends_with('_') {
                    out.push('_');
                }
            }
            _ => out.extend(c.to_lowercase()),
        }
    }
    out.trim_matches('_').to_owned()
}

impl Ambiguity {
    /// Whether several columns have the very same name, so that no name tells them apart.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        match &self.columns[..] {
            [first, others @ ..] => !others.is_empty() && others.iter().all(|name| name == first),
            [] => false,
        }
    }

    /// What is not clear and what to do, as a sentence without its full stop.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let is_spanish = language == Language::Spanish;
        let names = self.names.join(", ");
        let columns: Vec<String> = self.columns.iter().map(|c| format!("«{c}»")).collect();
        let n_columns = columns.len();
        let is_repeated = self.is_repeated();
        let columns = columns[..if is_repeated { 1 } else { n_columns }].join(", ");
        match (is_repeated, is_spanish) {
            (true, true) => format!(
                "hay {n_columns} columnas con el mismo nombre, {columns}; cambie el nombre de las que sobran o quítelas"
            ),
            (true, false) => format!(
                "{n_columns} columns have the same name, {columns}; rename or remove those that are too many"
            ),
            (false, true) => format!(
                "no está claro qué columna es {names}: puede ser {columns}; escriba su nombre en la cabecera exactamente igual"
            ),
            (false, false) => format!(
                "it is not clear which column is {names}: it could be {columns}; write its name in the header exactly so"
            ),
        }
    }
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Language::English))
    }
}

impl std::error::Error for Ambiguity {}

#[cfg(test)]
mod tests {
    use super::{Header, plain_name};

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_are_compared_as_people_read_them() {
        for name in [
            "CÓDIGO POSTAL",
            "codigo_postal",
            " Código  Postal ",
            "\u{feff}Codigo-Postal",
            "cod\u{301}igo.postal".replace("d\u{301}", "d").as_str(),
        ] {
            assert_eq!(plain_name(name), "codigo_postal", "{name}");
        }
        assert_eq!(plain_name("0_30"), "0_30");
        assert_eq!(plain_name("0-30"), "0_30");
    }

    #[test]
    fn an_exact_name_wins() {
        let names = header(&["deuda total", "DEUDA_TOTAL", "Málaga ", "Malaga", ""]);
        let header = Header::new(&names);
        assert_eq!(header.find("DEUDA_TOTAL"), Ok(Some(1)));
        assert_eq!(header.find("deuda total"), Ok(Some(0)));
        // An accent put together of two characters, and a blank behind it.
        assert_eq!(header.find("Ma\u{301}laga"), Ok(Some(2)));
        assert_eq!(header.find("Malaga"), Ok(Some(3)));
        assert_eq!(header.find("EDAD"), Ok(None));
        assert_eq!(header.find("_"), Ok(None));
        assert!(header.lookalikes(0).eq([1]));
    }

    #[test]
    fn what_could_be_two_columns_is_told() {
        let names = header(&["deuda total", "Deuda-Total", "EDAD", "EDAD"]);
        let header = Header::new(&names);
        let told = header.find("DEUDA_TOTAL").unwrap_err().to_string();
        assert!(told.contains("«deuda total», «Deuda-Total»"), "{told}");
        let told = header.find("EDAD").unwrap_err().to_string();
        assert!(
            told.contains("2 columns have the same name, «EDAD»"),
            "{told}"
        );
        let told = header.find("edad").unwrap_err().to_string();
        assert!(told.contains("2 columns"), "{told}");
    }
}
