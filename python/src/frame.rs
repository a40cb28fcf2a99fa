//! Clients in whatever form Python has them.

use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_pyarrow::FromPyArrow;
use propenso_portfolio::{ClientRows, Frame};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyString};

use crate::errors::FrameError;

/// Clients, ready to be scored.
#[pyclass(name = "Frame", frozen, module = "propenso._propenso")]
pub(crate) struct PyFrame {
    pub(crate) frame: Frame,
    /// Whether its columns have no names.
    pub(crate) by_position: bool,
}

#[pymethods]
impl PyFrame {
    /// Takes anything with `__arrow_c_stream__` or `__arrow_c_array__`; nothing is copied.
    #[staticmethod]
    fn of_arrow(clients: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (schema, batches) = match clients.hasattr("__arrow_c_stream__")? {
            true => {
                let reader = RecordBatchStreamReader::from_pyarrow_bound(clients)?;
                let schema = reader.schema();
                let batches: Result<Vec<_>, _> = reader.collect();
                let unread =
                    |error| FrameError::new_err(format!("the table cannot be read: {error}"));
                (schema, batches.map_err(unread)?)
            }
            false => {
                let batch = RecordBatch::from_pyarrow_bound(clients)?;
                (batch.schema(), vec![batch])
            }
        };
        Ok(Self {
            frame: Frame::of_arrow(&schema, batches),
            by_position: false,
        })
    }

    /// Takes the bytes of doubles in the machine's order, row after row or column after column.
    #[staticmethod]
    fn of_matrix(
        names: Option<Vec<String>>,
        values: &Bound<'_, PyBytes>,
        n_rows: usize,
        n_columns: usize,
        is_by_column: bool,
    ) -> PyResult<Self> {
        let by_position = names.is_none();
        let names = names.unwrap_or_else(|| vec![String::new(); n_columns]);
        let values = doubles(values.as_bytes());
        let frame = match is_by_column {
            true => Frame::of_columns(names, values, n_rows),
            false => Frame::of_matrix(names, values, n_rows),
        };
        let frame = frame.ok_or_else(|| FrameError::new_err("the matrix is not whole"))?;
        Ok(Self { frame, by_position })
    }

    /// Takes rows of as many values as there are names, or as many as each other without names.
    #[staticmethod]
    fn of_rows(
        names: Option<Vec<String>>,
        rows: &Bound<'_, PyAny>,
        n_columns: usize,
    ) -> PyResult<Self> {
        let by_position = names.is_none();
        let names = names.unwrap_or_else(|| vec![String::new(); n_columns]);
        let mut made = ClientRows::new(names.clone());
        for (row, values) in rows.try_iter()?.enumerate() {
            let values = values?;
            match values.cast::<PyDict>() {
                Ok(values) => {
                    for (column, name) in names.iter().enumerate() {
                        match values.get_item(name)? {
                            Some(value) => push(&mut made, &value, (row, column))?,
                            None => made.text(""),
                        }
                    }
                }
                Err(_) => push_row(&mut made, &values, row, n_columns)?,
            }
            made.end_row();
        }
        Ok(Self {
            frame: Frame::of_rows(made),
            by_position,
        })
    }

    fn __len__(&self) -> usize {
        self.frame.n_rows()
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.frame.header().to_vec()
    }
}

/// The doubles that bytes stand for.
pub(crate) fn doubles(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers
        .iter()
        .map(|number| f64::from_ne_bytes(*number))
        .collect()
}

fn push_row(
    made: &mut ClientRows,
    values: &Bound<'_, PyAny>,
    row: usize,
    n_columns: usize,
) -> PyResult<()> {
    let mut n_values = 0;
    for value in values.try_iter()? {
        push(made, &value?, (row, n_values))?;
        n_values += 1;
    }
    if n_values == n_columns {
        return Ok(());
    }
    Err(FrameError::new_err(format!(
        "row {row} has {n_values} values, and there are {n_columns} columns"
    )))
}

/// Adds a value as a typed table has it.
fn push(made: &mut ClientRows, value: &Bound<'_, PyAny>, place: (usize, usize)) -> PyResult<()> {
    if let Ok(number) = value.cast::<PyFloat>() {
        made.number(number.value());
    } else if let Ok(text) = value.cast::<PyString>() {
        made.text(&text.to_cow()?);
    } else if value.is_none() {
        made.text("");
    } else if let Ok(is_true) = value.cast::<PyBool>() {
        made.boolean(is_true.is_true());
    } else if value.is_instance_of::<PyInt>() {
        made.number_text(&value.str()?.to_cow()?);
    } else {
        push_other(made, value, place)?;
    }
    Ok(())
}

/// Adds a value of numpy's, pandas' or the standard library's, which is known by its type's name: none of them is imported
/// for it.
fn push_other(
    made: &mut ClientRows,
    value: &Bound<'_, PyAny>,
    (row, column): (usize, usize),
) -> PyResult<()> {
    let kind = value.get_type().name()?;
    match &*kind.to_cow()? {
        "NAType" | "NaTType" => made.text(""),
        "bool" | "bool_" => made.boolean(value.is_truthy()?),
        "Timestamp" | "datetime" | "date" => made.day(&day(value)?),
        "datetime64" => made.day(&day(&value.call_method0("item")?)?),
        _ if value.hasattr("__float__")? && !value.hasattr("__len__")? => {
            let text = value.str()?;
            match &*text.to_cow()? {
                "nan" | "NaN" => made.text(""),
                text => made.number_text(text),
            }
        }
        kind => {
            return Err(FrameError::new_err(format!(
                "row {row}, column {column}: a {kind} is no value of a client; give a text, a number, a bool, a date, or None"
            )));
        }
    }
    Ok(())
}

/// A day as cells have it; a moment in UTC, where it has a zone.
fn day(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let has_time = value.hasattr("hour")?;
    let value = match has_time && !value.getattr("tzinfo")?.is_none() {
        true => {
            let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
            value.call_method1("astimezone", (utc,))?
        }
        false => value.clone(),
    };
    let part = |name: &str| value.getattr(name)?.extract::<u32>();
    let mut text = format!(
        "{:02}/{:02}/{:04}",
        part("day")?,
        part("month")?,
        part("year")?
    );
    if has_time {
        let (hour, minute, second) = (part("hour")?, part("minute")?, part("second")?);
        if (hour, minute, second) != (0, 0, 0) {
            text.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
        }
    }
    Ok(text)
}
