//! A table of clients in memory, from a file in any form: what models are compared and measured on.
//!
//! It is read as portfolios are, by the same [`source`], so that a file means the same whatever it is used for.

mod outcomes;

use std::io::Write;
use std::path::Path;

use propenso_scoring::{Ambiguity, Contract, Header, Row};
use tempfile::NamedTempFile;

use crate::batch::Batch;
use crate::columns::{ColumnMatcher, Columns};
use crate::error::PortfolioError;
use crate::request::{Decimal, Reading};
use crate::row_encoder::row_of;
use crate::source;

/// A table of clients in memory.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    /// What numbers have before their decimals, where that is known.
    decimal: Option<Decimal>,
    batches: Vec<Batch>,
    /// The number of rows before each batch.
    starts: Vec<usize>,
    n_rows: usize,
}

/// The columns that a contract's inputs are read from.
#[derive(Debug)]
pub struct TableColumns(Columns);

impl Table {
    /// Reads a whole file. The contract's inputs tell which sheet, row and separator the columns' names are found by.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no table, or has no rows.
    pub fn open(path: &Path, contract: &Contract) -> Result<Self, PortfolioError> {
        let matcher = ColumnMatcher::of_contract(contract);
        let mut source = source::open(Some(path), &Reading::default(), &matcher)?;
        let mut table = Self {
            header: source.header().to_vec(),
            decimal: source.detected().decimal,
            batches: Vec::new(),
            starts: Vec::new(),
            n_rows: 0,
        };
        while let Some(piece) = source.next()? {
            let mut batch = Batch::default();
            piece.read(&mut batch);
            table.starts.push(table.n_rows);
            table.n_rows += batch.n_rows();
            table.batches.push(batch);
        }
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
        let failed = |error| PortfolioError::io(Path::new("-"), error);
        // Workbooks and Parquet are not read from the first byte to the last.
        let mut file = NamedTempFile::new().map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        Self::open(file.path(), contract)
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
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

    /// Finds the columns of a contract's inputs, by long name or parameter.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingColumns`] with every input that must be sent and has no column;
    /// [`PortfolioError::AmbiguousColumns`] where it is not clear which one it has.
    pub fn inputs(&self, contract: &Contract) -> Result<TableColumns, PortfolioError> {
        let matcher = ColumnMatcher::of_contract(contract);
        matcher.bind(&self.header).map(TableColumns)
    }

    /// A client, as a contract sees it; `None` of a row that has more or fewer cells than the header.
    ///
    /// # Panics
    ///
    /// Beyond the last row.
    #[must_use]
    pub fn row(
        &self,
        row: usize,
        columns: &TableColumns,
        contract: &Contract,
    ) -> Option<Row<'static>> {
        let (batch, at) = self.place(row);
        batch
            .odd_cells(at)
            .is_none()
            .then(|| row_of(batch.row(at), &columns.0, self.decimal, contract).into_owned())
    }

    /// The batch that a row is in, and its place there.
    fn place(&self, row: usize) -> (&Batch, usize) {
        let batch = self.starts.partition_point(|start| *start <= row) - 1;
        (&self.batches[batch], row - self.starts[batch])
    }
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
    fn inputs_are_found_by_name_or_parameter() {
        let contract = contract();
        let header = "er;po;vt;cp;ec;vf;vb;fb;ed;cf;im;Deuda Total";
        let row = "PER;;;;;;;;;;;1.000,5";
        let table = Table::read(format!("{header}\n{row}\n").as_bytes(), &contract).unwrap();
        let missing = table.inputs(&contract).unwrap_err();
        assert!(missing.to_string().contains("NUM_LINEAS_ACTIVAS"));
        let text = format!("{header};nl\n{row};1\n{row}\n");
        let table = Table::read(text.as_bytes(), &contract).unwrap();
        let columns = table.inputs(&contract).unwrap();
        let mut expected = Row::new(&contract);
        for input in contract.inputs() {
            let value = match input.parameter() {
                "er" => Raw::text("PER"),
                "dt" => Raw::text("1.000,5"),
                "nl" => Raw::text("1"),
                _ => Raw::Missing,
            };
            expected.set(&contract, input.name(), value);
        }
        assert_eq!(table.row(0, &columns, &contract), Some(expected));
        assert_eq!(table.row(1, &columns, &contract), None);
    }
}
