//! A table of clients, as CSV: a portfolio to compare models on, or labelled clients.

use std::borrow::Cow;

use csv::StringRecord;
use encoding_rs::WINDOWS_1252;
use propenso_scoring::{Ambiguity, Contract, Header, Language, Raw, Row};

/// A table in memory.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    records: Vec<StringRecord>,
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It has no rows, or lines of different lengths.
    #[error("no es una tabla CSV ({0})")]
    Malformed(String),
    /// It lacks columns.
    #[error("faltan columnas: {}", .0.join(", "))]
    Missing(Vec<String>),
    /// It is not clear which of its columns is which.
    #[error("{}", .0.message(Language::Spanish))]
    Ambiguous(#[from] Ambiguity),
}

/// Which column each of a contract's inputs is read from.
#[derive(Debug)]
pub struct InputColumns(Vec<(String, usize)>);

impl Table {
    /// Reads CSV with any of `;` `,` `|` or tabs between the columns, whichever the header has most of, in UTF-8
    /// or else Windows-1252.
    ///
    /// # Errors
    ///
    /// [`TableError::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(text.as_bytes()))
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| TableError::Malformed(error.to_string());
        let header = reader.headers().map_err(malformed)?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let records = reader.records().collect::<Result<Vec<_>, _>>();
        let records = records.map_err(malformed)?;
        if records.is_empty() {
            return Err(TableError::Malformed("no tiene filas".to_owned()));
        }
        Ok(Self { header, records })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.records.len()
    }

    /// The position of a column, by its exact name, or else by one that people write alike.
    ///
    /// # Errors
    ///
    /// [`TableError::Ambiguous`] when it could be one of several.
    pub fn column(&self, name: &str) -> Result<Option<usize>, TableError> {
        Ok(Header::new(&self.header).find(name)?)
    }

    /// A cell; empty beyond the table.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.records
            .get(row)
            .and_then(|record| record.get(column))
            .unwrap_or("")
    }

    /// Where a contract's inputs are, by long name or parameter.
    ///
    /// # Errors
    ///
    /// [`TableError::Missing`] with every input the model looks at that has no column; [`TableError::Ambiguous`] where it
    /// is not clear which one it has.
    pub fn inputs(&self, contract: &Contract) -> Result<InputColumns, TableError> {
        let found = Header::new(&self.header).inputs(contract, &[]);
        if let Some(ambiguity) = found.ambiguities.into_iter().next() {
            return Err(TableError::Ambiguous(ambiguity));
        }
        let inputs = || contract.inputs().iter().zip(&found.columns);
        let missing: Vec<String> = inputs()
            .filter(|(input, column)| input.is_used() && column.is_none())
            .map(|(input, _)| input.name().to_owned())
            .collect();
        if !missing.is_empty() {
            return Err(TableError::Missing(missing));
        }
        let found =
            inputs().filter_map(|(input, column)| Some((input.name().to_owned(), (*column)?)));
        Ok(InputColumns(found.collect()))
    }

    /// A client, as a contract sees it; panics beyond the last.
    #[must_use]
    pub fn row<'t>(&'t self, row: usize, columns: &InputColumns, contract: &Contract) -> Row<'t> {
        assert!(row < self.n_rows());
        let mut client = Row::new(contract);
        for (name, column) in &columns.0 {
            let value = match self.cell(row, *column) {
                "" => Raw::Missing,
                text => Raw::text(text),
            };
            client.set(contract, name, value);
        }
        client
    }
}

/// The separator that the first line has most of.
#[must_use]
pub(crate) fn separator(text: &[u8]) -> u8 {
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first_line.iter().filter(|byte| **byte == separator).count();
    [b',', b';', b'\t', b'|']
        .into_iter()
        .max_by_key(|separator| (count(*separator), *separator == b','))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_as_they_come() {
        let tables: [&[u8]; 4] = [
            b"A,FECHA CARGA\n1,x\n",
            b"\xef\xbb\xbfA;fecha_carga\r\n1;x\r\n",
            b"a\tFecha_Carga\n1\tx\n",
            b"A|\"FECHA CARGA\"\n1|\"x\"\n",
        ];
        for bytes in tables {
            let table = Table::read(bytes).unwrap();
            assert_eq!(table.n_rows(), 1);
            let column = table.column("FECHA_CARGA").unwrap().unwrap();
            assert_eq!((table.cell(0, column), table.cell(0, 9)), ("x", ""));
        }
        let latin = Table::read(b"A;B\nn\xfa;\x80\n").unwrap();
        assert_eq!((latin.cell(0, 0), latin.cell(0, 1)), ("nú", "€"));
    }

    #[test]
    fn what_is_no_table() {
        assert!(matches!(Table::read(b""), Err(TableError::Malformed(_))));
        assert!(matches!(
            Table::read(b"A;B\n"),
            Err(TableError::Malformed(_))
        ));
        assert!(matches!(
            Table::read(b"A;B\n1\n"),
            Err(TableError::Malformed(_))
        ));
    }

    #[test]
    fn inputs_are_found_by_name_or_parameter() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let header = "er;po;vt;cp;ec;vf;vb;fb;ed;cf;im;Deuda Total";
        let table = Table::read(format!("{header}\nPER;;;;;;;;;;;9\n").as_bytes()).unwrap();
        let missing = table.inputs(&contract).unwrap_err();
        assert_eq!(
            missing,
            TableError::Missing(vec!["NUM_LINEAS_ACTIVAS".to_owned()])
        );
        let table = Table::read(format!("{header};nl\nPER;;;;;;;;;;;9;1\n").as_bytes()).unwrap();
        let columns = table.inputs(&contract).unwrap();
        let mut expected = Row::new(&contract);
        for input in contract.inputs() {
            let value = match input.parameter() {
                "er" => Raw::text("PER"),
                "dt" => Raw::text("9"),
                "nl" => Raw::text("1"),
                _ => Raw::Missing,
            };
            expected.set(&contract, input.name(), value);
        }
        assert_eq!(table.row(0, &columns, &contract), expected);
    }
}
