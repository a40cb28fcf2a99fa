//! Which column of a file is which input of the contract.

use std::collections::HashSet;

use propenso_scoring::{Ambiguity, Contract, Header, Input, Language, plain_name};

use crate::error::{PortfolioError, listed};
use crate::known_columns::KnownColumns;
use crate::request::{Mapping, PortfolioRequest};

/// Finds a contract's inputs among the columns of files.
#[derive(Debug)]
pub(crate) struct ColumnMatcher<'c> {
    contract: &'c Contract,
    /// Columns that are inputs under another name.
    mapping: Vec<Named>,
    /// What each input's column is called, in the forms that names are compared in where there is no doubt.
    plain_names: Vec<Vec<String>>,
    /// The id's column, and whether it must be there.
    id: Option<(String, bool)>,
    amount: Option<(String, bool)>,
}

/// A column that is an input under another name.
#[derive(Debug)]
struct Named {
    column: String,
    input: usize,
    is_needed: bool,
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

/// What is looked for among a file's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// An input of the contract, by its name.
    Input(String),
    /// The clients' ids.
    Id,
    /// The debt.
    Amount,
}

/// The columns of one file as far as they are clear, and what is not.
#[derive(Debug)]
pub(crate) struct Sighting {
    pub(crate) columns: Columns,
    /// What must have a column and has none, with those that it could be; none where nothing is like it.
    pub(crate) doubts: Vec<(Sought, Vec<String>)>,
}

impl Columns {
    /// Goes through a contract's inputs, each with its column.
    pub(crate) fn of_inputs<'c>(
        &self,
        contract: &'c Contract,
    ) -> impl Iterator<Item = (&'c Input, Option<usize>)> {
        contract.inputs().iter().zip(self.inputs.iter().copied())
    }
}

impl<'c> ColumnMatcher<'c> {
    /// # Errors
    ///
    /// [`PortfolioError::Request`] where a mapping names no input.
    pub(crate) fn new(
        contract: &'c Contract,
        request: &PortfolioRequest,
    ) -> Result<Self, PortfolioError> {
        let mapping = request.mapping.iter().map(|mapping| {
            let input = input_of(contract, mapping)?;
            Ok(Named {
                column: mapping.column.clone(),
                input,
                is_needed: mapping.is_needed,
            })
        });
        let asked = |column: &Option<String>, known: Option<&str>| match (column, known) {
            (Some(column), _) => Some((column.clone(), true)),
            (None, known) => known.map(|known| (known.to_owned(), false)),
        };
        let mapping = mapping.collect::<Result<Vec<_>, PortfolioError>>()?;
        Ok(Self {
            plain_names: plain_names(contract, &mapping),
            mapping,
            id: asked(&request.id_column, contract.id_column()),
            amount: asked(&request.amount_column, contract.amount_column()),
            contract,
        })
    }

    /// Makes one that goes by the contract's names alone.
    pub(crate) fn of_contract(contract: &'c Contract) -> Self {
        let known = |name: Option<&str>| name.map(|name| (name.to_owned(), false));
        Self {
            plain_names: plain_names(contract, &[]),
            mapping: Vec::new(),
            id: known(contract.id_column()),
            amount: known(contract.amount_column()),
            contract,
        }
    }

    /// The column of the clients' ids in another file.
    ///
    /// # Errors
    ///
    /// [`Ambiguity`] where several columns could be meant.
    pub(crate) fn id_column(&self, header: &[String]) -> Result<Option<usize>, Ambiguity> {
        match &self.id {
            Some((id, _)) => Header::new(header).find(id),
            None => Ok(None),
        }
    }

    /// Finds every input's column.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingColumns`] where the model looks at an input that has none, and the contract has no
    /// value for its absence; [`PortfolioError::AmbiguousColumns`] where it is not clear which one it has;
    /// [`PortfolioError::Request`] where a column that was asked for is not there.
    pub(crate) fn bind(&self, header: &[String]) -> Result<Columns, PortfolioError> {
        let names = Header::new(header);
        let known = self.mapped(&names, header)?;
        let found = names.inputs(self.contract, &known);
        if let Some(ambiguity) = found.ambiguities.into_iter().next() {
            return Err(PortfolioError::AmbiguousColumns(ambiguity));
        }
        let inputs = found.columns;
        let needed = self.contract.inputs().iter().zip(&inputs);
        let missing: Vec<String> = needed
            .filter(|(input, column)| column.is_none() && input.must_be_sent())
            .map(|(input, _)| input.name().to_owned())
            .collect();
        if !missing.is_empty() {
            // What begins with a digit is no name but a client's cell: the file has no header.
            let is_client = |cell: &String| cell.trim().starts_with(|c: char| c.is_ascii_digit());
            let has_names = inputs.iter().any(Option::is_some) || !header.iter().any(is_client);
            return Err(PortfolioError::MissingColumns {
                inputs: missing,
                columns: header.iter().filter(|_| has_names).cloned().collect(),
            });
        }
        let find = |asked: &Option<(String, bool)>, flag: &str| {
            let Some((name, is_needed)) = asked else {
                return Ok(None);
            };
            match names.find(name) {
                Ok(None) if *is_needed => Err(no_column(flag, name, header)),
                Ok(found) => Ok(found),
                Err(ambiguity) => Err(unclear(flag, &ambiguity)),
            }
        };
        Ok(Columns {
            id: find(&self.id, "--id-column")?,
            amount: find(&self.amount, "--amount-column")?,
            inputs,
        })
    }

    /// Finds what can be found, and tells what is not clear instead of refusing the file.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] where a column that was asked for is not there, or could be several.
    pub(crate) fn sight(&self, header: &[String]) -> Result<Sighting, PortfolioError> {
        let names = Header::new(header);
        let known = self.mapped(&names, header)?;
        let found = names.inputs(self.contract, &known);
        let mut doubts = Vec::new();
        for Ambiguity { names, columns } in found.ambiguities {
            let inputs = names.into_iter().map(Sought::Input);
            doubts.extend(inputs.map(|input| (input, columns.clone())));
        }
        for (input, column) in self.contract.inputs().iter().zip(&found.columns) {
            let sought = Sought::Input(input.name().to_owned());
            let is_told = doubts.iter().any(|(told, _)| *told == sought);
            if column.is_none() && input.must_be_sent() && !is_told {
                doubts.push((sought, Vec::new()));
            }
        }
        let mut find = |asked: &Option<(String, bool)>, sought: Sought| {
            let (name, is_needed) = asked.as_ref()?;
            match names.find(name) {
                Ok(None) if *is_needed => doubts.push((sought, Vec::new())),
                Ok(found) => return found,
                Err(ambiguity) => doubts.push((sought, ambiguity.columns)),
            }
            None
        };
        Ok(Sighting {
            columns: Columns {
                id: find(&self.id, Sought::Id),
                amount: find(&self.amount, Sought::Amount),
                inputs: found.columns,
            },
            doubts,
        })
    }

    /// The inputs whose columns were named, and those columns.
    fn mapped(
        &self,
        names: &Header<'_>,
        header: &[String],
    ) -> Result<Vec<(usize, usize)>, PortfolioError> {
        let mapped = self.mapping.iter().map(|named| {
            let found = names
                .find(&named.column)
                .map_err(|ambiguity| unclear("--map", &ambiguity))?;
            match found {
                None if named.is_needed => Err(no_column("--map", &named.column, header)),
                found => Ok(found.map(|found| (named.input, found))),
            }
        });
        mapped.filter_map(Result::transpose).collect()
    }
}

impl KnownColumns for ColumnMatcher<'_> {
    /// Counts the contract's inputs that a row of cells could name. A header names most.
    fn count(&self, cells: &[String]) -> usize {
        let cells: HashSet<String> = cells.iter().map(|cell| plain_name(cell)).collect();
        let is_named = |names: &&Vec<String>| names.iter().any(|name| cells.contains(name));
        self.plain_names.iter().filter(is_named).count()
    }

    /// Lists the columns of a header that hold numbers: those of the inputs that are numbers, and the debt's.
    fn number_columns(&self, header: &[String]) -> Vec<usize> {
        let names = Header::new(header);
        // What is not clear is told when the columns are bound.
        let known = self.mapped(&names, header).unwrap_or_default();
        let found = names.inputs(self.contract, &known).columns;
        let inputs = self.contract.inputs().iter().zip(found);
        let numbers = inputs.filter_map(|(input, column)| column.filter(|_| input.is_number()));
        let mut columns: Vec<usize> = numbers.collect();
        let amount = self.amount.as_ref().map(|(name, _)| names.find(name));
        columns.extend(amount.and_then(|found| found.ok().flatten()));
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// The input that a mapping names.
fn input_of(contract: &Contract, mapping: &Mapping) -> Result<usize, PortfolioError> {
    let Mapping { column, input, .. } = mapping;
    if let Some(index) = contract.input_index(input) {
        return Ok(index);
    }
    let inputs: Vec<String> = contract
        .inputs()
        .iter()
        .map(|input| input.name().to_owned())
        .collect();
    match Header::new(&inputs).find(input) {
        Ok(Some(index)) => Ok(index),
        Ok(None) => {
            let inputs = inputs.join(", ");
            Err(PortfolioError::request(
                format!(
                    "--map {column}={input}: el contrato no tiene la variable «{input}»; tiene {inputs}"
                ),
                format!(
                    "--map {column}={input}: the contract has no input `{input}`; it has {inputs}"
                ),
            ))
        }
        Err(Ambiguity { columns, .. }) => {
            let columns = columns.join(", ");
            Err(PortfolioError::request(
                format!(
                    "--map {column}={input}: el contrato tiene {columns}; escriba exactamente la que sea"
                ),
                format!(
                    "--map {column}={input}: the contract has {columns}; write the one that is meant exactly"
                ),
            ))
        }
    }
}

/// Lists what each input's column could be called.
fn plain_names(contract: &Contract, mapping: &[Named]) -> Vec<Vec<String>> {
    let names = |(index, input): (usize, &Input)| {
        let mapped = mapping.iter().filter(|named| named.input == index);
        let mut names: Vec<String> = mapped
            .clone()
            .map(|named| plain_name(&named.column))
            .collect();
        if !mapped.clone().any(|named| named.is_needed) {
            names.extend([plain_name(input.name()), plain_name(input.parameter())]);
        }
        names.into_iter().filter(|name| !name.is_empty()).collect()
    };
    contract.inputs().iter().enumerate().map(names).collect()
}

fn no_column(flag: &str, name: &str, header: &[String]) -> PortfolioError {
    PortfolioError::request(
        format!(
            "{flag}: el archivo no tiene la columna «{name}»; sus columnas son {}",
            listed(header, Language::Spanish)
        ),
        format!(
            "{flag}: the file has no column `{name}`; its columns are {}",
            listed(header, Language::English)
        ),
    )
}

fn unclear(flag: &str, ambiguity: &Ambiguity) -> PortfolioError {
    PortfolioError::request(
        format!("{flag}: {}", ambiguity.message(Language::Spanish)),
        format!("{flag}: {ambiguity}"),
    )
}
