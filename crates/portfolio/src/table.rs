//! A table of clients in memory, from a file in any form: what models are compared, measured and checked on.
//!
//! It is read as portfolios are, by the same [`source`], so that a file means the same whatever it is used for.

mod lines;
mod outcomes;

use std::io::Write;
use std::path::Path;

use propenso_scoring::{Ambiguity, Contract, Header, Row};
use tempfile::NamedTempFile;

use crate::batch::Batch;
use crate::columns::{ColumnMatcher, Columns};
use crate::decimals::{Decimals, Evidence, Votes};
use crate::error::PortfolioError;
use crate::frame::Frame;
use crate::known_columns::KnownColumns;
use crate::request::{Decimal, Reading};
use crate::row_encoder::{ask_texts, row_of};
use crate::source;

/// Bytes of cells that are held: a small file may be a large one, compressed.
const MAX_BYTES: usize = 512 << 20;

/// A table of clients in memory.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    /// The header's row, as a spreadsheet counts, from 1.
    header_row: u64,
    /// The line behind the header's, where the file is text.
    first_line: Option<u64>,
    /// What each column's numbers have before their decimals, where that is known.
    decimals: Decimals,
    batches: Vec<Batch>,
    /// The number of rows before each batch.
    starts: Vec<usize>,
    n_rows: usize,
}

/// The columns that a contract's inputs are read from.
#[derive(Debug)]
pub struct TableColumns(Columns);

impl TableColumns {
    /// Takes the column of each of a contract's inputs, in the contract's order.
    #[must_use]
    pub fn new(inputs: Vec<Option<usize>>) -> Self {
        Self(Columns {
            inputs,
            id: None,
            amount: None,
        })
    }
}

/// A row that has more or fewer cells than the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OddRow {
    /// The row's cells.
    pub n_cells: usize,
}

impl Table {
    /// Reads a whole file. The contract's inputs tell which sheet, row and separator the columns' names are found by.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no table, or has no rows.
    pub fn open(path: &Path, contract: &Contract) -> Result<Self, PortfolioError> {
        let table = Self::open_by(path, &ColumnMatcher::of_contract(contract))?;
        if table.n_rows == 0 {
            return Err(PortfolioError::unreadable(
                path,
                ("no tiene filas", "it has no rows"),
            ));
        }
        Ok(table)
    }

    /// Reads a file that is in memory, as [`Self::open`] does.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no table, or has no rows.
    pub fn read(bytes: &[u8], contract: &Contract) -> Result<Self, PortfolioError> {
        Self::open(written(bytes)?.path(), contract)
    }

    /// Reads a whole file, which may have no rows. Its header is found by other columns than a contract's inputs.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no table.
    pub fn open_by(path: &Path, known: &dyn KnownColumns) -> Result<Self, PortfolioError> {
        let mut source = source::open(Some(path), &Reading::default(), known)?;
        let detected = source.detected();
        let mut table = Self {
            header: source.header().to_vec(),
            header_row: detected.header_row,
            first_line: source.first_line(),
            decimals: source.decimals(),
            batches: Vec::new(),
            starts: Vec::new(),
            n_rows: 0,
        };
        let mut n_bytes = 0;
        while let Some(piece) = source.next()? {
            let mut batch = Batch::default();
            piece.read(&mut batch);
            n_bytes += batch.n_bytes();
            if n_bytes > MAX_BYTES {
                return Err(PortfolioError::unreadable(
                    path,
                    (
                        "sin comprimir ocupa más de 512 MB; envíe menos filas",
                        "it is larger than 512 MB uncompressed; send fewer rows",
                    ),
                ));
            }
            table.starts.push(table.n_rows);
            table.n_rows += batch.n_rows();
            table.batches.push(batch);
        }
        table.decimals = table.evidence(known).decide(Reading::default().decimal);
        Ok(table)
    }

    /// Takes clients that a program has. Their rows are numbered from 0, as it does.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] for a row that is longer than any client's.
    pub fn of_frame(frame: &Frame, known: &dyn KnownColumns) -> Result<Self, PortfolioError> {
        let mut table = Self {
            header: frame.header().to_vec(),
            header_row: 0,
            first_line: None,
            decimals: Decimals::default(),
            batches: Vec::new(),
            starts: Vec::new(),
            n_rows: 0,
        };
        for batch in frame.cells()? {
            table.starts.push(table.n_rows);
            table.n_rows += batch.n_rows();
            table.batches.push(batch);
        }
        table.decimals = table.evidence(known).decide(Reading::default().decimal);
        Ok(table)
    }

    /// Reads a file that is in memory, as [`Self::open_by`] does.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no table.
    pub fn read_by(bytes: &[u8], known: &dyn KnownColumns) -> Result<Self, PortfolioError> {
        Self::open_by(written(bytes)?.path(), known)
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns' names as the file spells them.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What a column's numbers have before their decimals, where that is known.
    #[must_use]
    pub fn decimal(&self, column: usize) -> Option<Decimal> {
        self.decimals.of(column)
    }

    /// Finds a column by its exact name, or else by one that people write alike.
    ///
    /// # Errors
    ///
    /// [`Ambiguity`] when several columns could be meant.
    pub fn column(&self, name: &str) -> Result<Option<usize>, Ambiguity> {
        Header::new(&self.header).find(name)
    }

    /// A cell's text; empty beyond the header's last column.
    ///
    /// # Panics
    ///
    /// Beyond the last row.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let (batch, at) = self.place(row);
        match column < batch.n_columns() {
            true => batch.cell(at, column),
            false => "",
        }
    }

    /// A client, as a contract sees it.
    ///
    /// # Errors
    ///
    /// [`OddRow`] where the row has more or fewer cells than the header.
    ///
    /// # Panics
    ///
    /// Beyond the last row.
    pub fn row(
        &self,
        row: usize,
        columns: &TableColumns,
        contract: &Contract,
    ) -> Result<Row<'_>, OddRow> {
        let (batch, at) = self.place(row);
        match batch.odd_cells(at) {
            Some(n_cells) => Err(OddRow {
                n_cells: n_cells as usize,
            }),
            None => Ok(row_of(batch.row(at), &columns.0, &self.decimals, contract)),
        }
    }

    /// Asks all numbers what they have before their decimals.
    fn evidence(&self, known: &dyn KnownColumns) -> Evidence {
        let mut evidence = Evidence::default();
        for column in known.number_columns(&self.header) {
            let mut votes = Votes::default();
            for batch in &self.batches {
                ask_texts(batch, column, &mut votes);
            }
            evidence.add(column, votes);
        }
        evidence
    }

    /// The batch that a row is in, and its place there.
    fn place(&self, row: usize) -> (&Batch, usize) {
        let batch = self.starts.partition_point(|start| *start <= row) - 1;
        (&self.batches[batch], row - self.starts[batch])
    }
}

/// Writes bytes into a file: workbooks and Parquet are not read from the first byte to the last.
fn written(bytes: &[u8]) -> Result<NamedTempFile, PortfolioError> {
    let failed = |error| PortfolioError::Temporary {
        folder: std::env::temp_dir(),
        error,
    };
    let mut file = NamedTempFile::new().map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use propenso_scoring::Raw;

    use super::*;

    fn contract() -> Contract {
        Contract::shipped("casas-cobranzas").unwrap()
    }

    #[test]
    fn tables_as_they_come() {
        let tables: [&[u8]; 4] = [
            b"EDAD,FECHA CARGA\n1,x\n",
            b"\xef\xbb\xbfEDAD;fecha_carga\r\n1;x\r\n",
            b"EDAD\tFecha_Carga\n1\tx\n",
            b"EDAD|\"FECHA CARGA\"\n1|\"x\"\n",
        ];
        for bytes in tables {
            let table = Table::read(bytes, &contract()).unwrap();
            assert_eq!(table.n_rows(), 1);
            let column = table.column("FECHA_CARGA").unwrap().unwrap();
            assert_eq!((table.cell(0, column), table.cell(0, 9)), ("x", ""));
        }
        let latin = Table::read(b"EDAD;B\nn\xfa;\x80\n", &contract()).unwrap();
        assert_eq!((latin.cell(0, 0), latin.cell(0, 1)), ("nú", "€"));
    }

    #[test]
    fn what_is_no_table_is_told_in_both_languages() {
        use propenso_scoring::Language::{English, Spanish};
        for (bytes, spanish, english) in [
            (&b""[..], "vacío", "empty"),
            (b"EDAD;B\n", "no tiene filas", "no rows"),
            (b"%PDF-1.7", "PDF", "PDF"),
        ] {
            let error = Table::read(bytes, &contract()).unwrap_err();
            assert!(error.problem(Spanish).contains(spanish), "{error}");
            assert!(error.problem(English).contains(english), "{error}");
        }
    }

    #[test]
    fn rows_are_as_a_contract_takes_them() {
        let contract = contract();
        let text = "vt;DEUDA TOTAL;nota\nS;1.000,5;x\nN;1.000\n;2,5;y\nN;1.000;y\n";
        let table = Table::read(text.as_bytes(), &contract).unwrap();
        let columns = contract
            .inputs()
            .iter()
            .map(|input| match input.parameter() {
                "vt" => Some(0),
                "dt" => Some(1),
                _ => None,
            });
        let columns = TableColumns::new(columns.collect());
        let expected = |vpt: Raw<'static>, debt: &'static str| {
            let mut row = Row::new(&contract);
            row.set(&contract, "vt", vpt);
            row.set(&contract, "dt", Raw::text(debt));
            row
        };
        let row = |row| table.row(row, &columns, &contract);
        assert_eq!(row(0), Ok(expected(Raw::text("S"), "1.000,5")));
        assert_eq!(row(1), Err(OddRow { n_cells: 2 }));
        assert_eq!(row(2), Ok(expected(Raw::Missing, "2,5")));
        // The file's decimals are commas.
        assert_eq!(row(3), Ok(expected(Raw::text("N"), "1000")));
    }
}
