//! Clients in a table that has types, in memory: what a request of many brings as an Arrow stream or a Parquet file.

use std::path::Path;

use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use propenso_scoring::{Input, Language, Raw};

use crate::arrow_stream::ArrowStream;
use crate::error::PortfolioError;
use crate::request::Limits;
use crate::row_encoder::{iso, year_month};
use crate::source::guarded;
use crate::source::parquet::Decoded;
use crate::typed_column::{TypedCell, TypedColumn};
use crate::typed_limits::{TypedLimits, TypedTableError};

/// Most letters of what is told of a type.
const TOLD: usize = 80;

/// Clients in a table that has types.
#[derive(Debug)]
pub struct TypedTable {
    names: Vec<String>,
    parts: Vec<Part>,
    /// The rows before each part.
    starts: Vec<usize>,
    n_rows: usize,
}

/// Some consecutive rows: of each column what stands there, where somebody asks for it.
#[derive(Debug)]
struct Part(Vec<Option<TypedColumn>>);

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub struct TypedRow<'t> {
    part: &'t Part,
    at: usize,
}

impl TypedTable {
    /// Reads an Arrow stream. `wanted` tells of a column's name whether it will be asked for: others are left alone, whatever they are.
    ///
    /// # Errors
    ///
    /// [`TypedTableError`].
    pub fn of_stream(
        bytes: Bytes,
        wanted: &dyn Fn(&str) -> bool,
        limits: TypedLimits,
    ) -> Result<Self, TypedTableError> {
        let mut stream = ArrowStream::open(bytes, limits)?;
        let schema = stream.schema()?;
        let mut reading = Reading::begin(&schema, wanted, limits)?;
        while let Some(rows) = stream.next()? {
            reading.add(&rows)?;
        }
        Ok(reading.table)
    }

    /// Reads a Parquet file, as [`Self::of_stream`] reads a stream.
    ///
    /// # Errors
    ///
    /// [`TypedTableError`].
    pub fn of_parquet(
        bytes: Bytes,
        wanted: &dyn Fn(&str) -> bool,
        limits: TypedLimits,
    ) -> Result<Self, TypedTableError> {
        let path = Path::new("body");
        let unreadable =
            |error: PortfolioError| TypedTableError::Unreadable(error.problem(Language::English));
        let own = Limits {
            columns: limits.columns,
            expanded: limits.bytes as u64,
            expansion: 0,
            ..Limits::default()
        };
        let mut file = Decoded::open(bytes, path, own).map_err(unreadable)?;
        let mut reading = Reading::begin(&file.schema, wanted, limits)?;
        while let Some(rows) = file.next(path).map_err(unreadable)? {
            reading.add(&rows)?;
        }
        Ok(reading.table)
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// One of the rows; `None` behind the last.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<TypedRow<'_>> {
        if row >= self.n_rows {
            return None;
        }
        let place = self.starts.partition_point(|start| *start <= row) - 1;
        Some(TypedRow {
            part: self.parts.get(place)?,
            at: row - self.starts.get(place)?,
        })
    }
}

impl<'t> TypedRow<'t> {
    /// What stands in a column, as the contract takes it: a day is its month where the input wants one.
    #[must_use]
    pub fn raw(self, column: usize, input: Option<&Input>) -> Raw<'t> {
        let Some(Some(column)) = self.part.0.get(column) else {
            return Raw::Missing;
        };
        match column.cell(self.at) {
            // What cannot be shown is no input.
            Err(_) | Ok(TypedCell::Other(_)) => Raw::Other("a value that cannot be shown"),
            Ok(TypedCell::Empty) => Raw::Missing,
            Ok(TypedCell::Text(text)) => Raw::text(text),
            Ok(TypedCell::Number(text)) => Raw::number(text),
            Ok(TypedCell::Whole(number)) => Raw::whole(number),
            Ok(TypedCell::Double(number)) => Raw::double(number),
            Ok(TypedCell::Boolean(is_true)) => Raw::Boolean(is_true),
            Ok(TypedCell::Day(day)) => {
                let written = match input {
                    Some(input) if input.is_year_month() => year_month(&day),
                    Some(input) if input.is_date() => iso(&day),
                    _ => None,
                };
                Raw::text(written.unwrap_or(day))
            }
        }
    }
}

/// A table that is being read.
struct Reading {
    table: TypedTable,
    /// Which columns are asked for.
    wanted: Vec<bool>,
    limits: TypedLimits,
    bytes: usize,
}

impl Reading {
    fn begin(
        schema: &SchemaRef,
        wanted: &dyn Fn(&str) -> bool,
        limits: TypedLimits,
    ) -> Result<Self, TypedTableError> {
        if schema.fields().len() > limits.columns {
            return Err(TypedTableError::TooManyColumns(limits.columns));
        }
        let names = schema.fields().iter().map(|field| field.name().clone());
        let names: Vec<_> = names.collect();
        Ok(Self {
            wanted: names.iter().map(|name| wanted(name)).collect(),
            table: TypedTable {
                names,
                parts: Vec::new(),
                starts: Vec::new(),
                n_rows: 0,
            },
            limits,
            bytes: 0,
        })
    }

    fn add(&mut self, rows: &RecordBatch) -> Result<(), TypedTableError> {
        let n_rows = rows.num_rows();
        if n_rows == 0 {
            return Ok(());
        }
        if self.table.n_rows + n_rows > self.limits.rows {
            return Err(TypedTableError::TooManyRows(self.limits.rows));
        }
        let columns = rows.columns().iter().zip(&self.wanted);
        let columns = columns.enumerate().map(|(place, (array, is_wanted))| {
            if !is_wanted {
                return Ok(None);
            }
            // The library panics where a damaged file contradicts itself.
            let column = guarded(|| TypedColumn::of(array));
            match column {
                Some(Ok(column)) if column.is_plain() => Ok(Some(column)),
                Some(Ok(_)) => Err(self.no_input(place, array)),
                _ => Err(TypedTableError::Unreadable(format!(
                    "the column `{}` cannot be read; write it again",
                    self.table.names[place]
                ))),
            }
        });
        let part = Part(columns.collect::<Result<_, _>>()?);
        for column in part.0.iter().flatten() {
            let bytes = (0..n_rows).map(|row| column.text_bytes(row));
            self.bytes = bytes.fold(self.bytes, usize::saturating_add);
            if self.bytes > self.limits.bytes {
                return Err(TypedTableError::TooLarge(self.limits.bytes));
            }
        }
        self.table.starts.push(self.table.n_rows);
        self.table.n_rows += n_rows;
        self.table.parts.push(part);
        Ok(())
    }

    fn no_input(&self, place: usize, array: &dyn Array) -> TypedTableError {
        let mut found = array.data_type().to_string();
        if found.len() > TOLD {
            found.truncate(found.floor_char_boundary(TOLD));
            found.push('…');
        }
        TypedTableError::Type {
            name: self.table.names[place].clone(),
            found,
        }
    }
}
