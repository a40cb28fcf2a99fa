//! Which column of a file is which input of the contract.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::error::PortfolioError;
use super::request::{Mapping, PortfolioRequest};
use crate::Contract;

/// Finds a contract's inputs among the columns of files.
#[derive(Debug)]
pub(crate) struct ColumnMatcher<'c> {
    contract: &'c Contract,
    /// Columns, in their plain form, that are inputs under another name.
    mapping: Vec<(String, usize)>,
    /// The same columns as they were asked for.
    mapped: Vec<String>,
    /// The id's column, and whether it must be there.
    id: Option<(String, bool)>,
    amount: Option<(String, bool)>,
}

/// The columns of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The column of each of the contract's inputs.
    pub(crate) inputs: Vec<Option<usize>>,
    /// The clients' ids.
    pub(crate) id: Option<usize>,
    /// The debt.
    pub(crate) amount: Option<usize>,
}

impl<'c> ColumnMatcher<'c> {
    /// # Errors
    ///
    /// [`PortfolioError::Request`] where a mapping names no input.
    pub(crate) fn new(
        contract: &'c Contract,
        request: &PortfolioRequest,
    ) -> Result<Self, PortfolioError> {
        let mapping = request.mapping.iter().map(|Mapping { column, input }| {
            let index = contract.input_index(input).or_else(|| {
                let wanted = plain(input);
                let inputs = contract.inputs();
                inputs
                    .iter()
                    .position(|input| plain(input.name()) == wanted)
            });
            let index = index.ok_or_else(|| {
                let inputs: Vec<&str> = contract.inputs().iter().map(crate::Input::name).collect();
                PortfolioError::Request(format!(
                    "--map {column}={input}: the contract has no input `{input}`; it has {}",
                    inputs.join(", ")
                ))
            })?;
            Ok((plain(column), index))
        });
        let asked = |column: &Option<String>, known: Option<&str>| match (column, known) {
            (Some(column), _) => Some((column.clone(), true)),
            (None, known) => known.map(|known| (known.to_owned(), false)),
        };
        Ok(Self {
            mapping: mapping.collect::<Result<_, PortfolioError>>()?,
            mapped: request
                .mapping
                .iter()
                .map(|mapping| mapping.column.clone())
                .collect(),
            id: asked(&request.id_column, contract.id_column()),
            amount: asked(&request.amount_column, contract.amount_column()),
            contract,
        })
    }

    /// By the contract's names alone.
    pub(crate) fn of_contract(contract: &'c Contract) -> Self {
        Self {
            mapping: Vec::new(),
            mapped: Vec::new(),
            id: contract.id_column().map(|name| (name.to_owned(), false)),
            amount: contract
                .amount_column()
                .map(|name| (name.to_owned(), false)),
            contract,
        }
    }

    /// The column of the clients' ids in another file.
    pub(crate) fn id_column(&self, header: &[String]) -> Option<usize> {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        self.id.as_ref().and_then(|(id, _)| position(&names, id))
    }

    /// How many of the contract's inputs a row of cells names: a header names most.
    pub(crate) fn count<'a>(&self, cells: impl IntoIterator<Item = &'a str>) -> usize {
        let names: Vec<String> = cells.into_iter().map(plain).collect();
        self.inputs(&names).iter().flatten().count()
    }

    /// The columns of a header that hold numbers: those of the inputs that are numbers, and the debt's.
    pub(crate) fn number_columns(&self, header: &[String]) -> Vec<usize> {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let inputs = self.contract.inputs().iter().zip(self.inputs(&names));
        let numbers = inputs.filter_map(|(input, column)| column.filter(|_| input.is_number()));
        let mut columns: Vec<usize> = numbers.collect();
        columns.extend(
            self.amount
                .as_ref()
                .and_then(|(name, _)| position(&names, name)),
        );
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Finds every input's column.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingColumns`] where the model looks at an input that has none, and the contract has no
    /// value for its absence; [`PortfolioError::Request`] where a column that was asked for is not there.
    pub(crate) fn bind(&self, header: &[String]) -> Result<Columns, PortfolioError> {
        let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
        let inputs = self.inputs(&names);
        for ((column, _), asked) in self.mapping.iter().zip(&self.mapped) {
            if !names.contains(column) {
                return Err(no_column("--map", asked, header));
            }
        }
        let needed = self.contract.inputs().iter().zip(&inputs);
        let missing: Vec<String> = needed
            .filter(|(input, column)| column.is_none() && input.must_be_sent())
            .map(|(input, _)| input.name().to_owned())
            .collect();
        if !missing.is_empty() {
            return Err(PortfolioError::MissingColumns {
                inputs: missing,
                columns: header.to_vec(),
            });
        }
        let find = |asked: &Option<(String, bool)>, flag: &str| match asked {
            None => Ok(None),
            Some((name, is_needed)) => match position(&names, name) {
                None if *is_needed => Err(no_column(flag, name, header)),
                found => Ok(found),
            },
        };
        Ok(Columns {
            id: find(&self.id, "--id-column")?,
            amount: find(&self.amount, "--amount-column")?,
            inputs,
        })
    }

    fn inputs(&self, names: &[String]) -> Vec<Option<usize>> {
        let inputs = self.contract.inputs().iter().enumerate();
        let columns = inputs.map(|(index, input)| {
            let mapped = self.mapping.iter().find(|(_, input)| *input == index);
            match mapped {
                Some((column, _)) => names.iter().position(|name| name == column),
                None => {
                    let is_taken =
                        |name: &String| self.mapping.iter().any(|(column, _)| column == name);
                    let find = |wanted: &str| {
                        let wanted = plain(wanted);
                        names
                            .iter()
                            .position(|name| *name == wanted && !is_taken(name))
                    };
                    find(input.name()).or_else(|| find(input.parameter()))
                }
            }
        });
        columns.collect()
    }
}

fn position(names: &[String], wanted: &str) -> Option<usize> {
    let wanted = plain(wanted);
    names.iter().position(|name| *name == wanted)
}

fn no_column(flag: &str, name: &str, header: &[String]) -> PortfolioError {
    PortfolioError::Request(format!(
        "{flag}: the file has no column `{name}`; its columns are {}",
        header.join(", ")
    ))
}

/// A name without what people write in different ways: case, accents, a byte order mark, and blanks, points or dashes
/// where others have underscores.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim_matches(['\u{feff}', '\u{200b}']).trim().nfkd() {
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

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_are_compared_as_people_read_them() {
        for name in [
            "CÓDIGO POSTAL",
            "codigo_postal",
            " Código  Postal ",
            "\u{feff}Codigo-Postal",
            "cod\u{301}igo.postal".replace("d\u{301}", "d").as_str(),
        ] {
            assert_eq!(plain(name), "codigo_postal", "{name}");
        }
        assert_eq!(plain("0_30"), "0_30");
        assert_eq!(plain("0-30"), "0_30");
    }
}
