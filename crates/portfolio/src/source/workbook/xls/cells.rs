//! The cells of a sheet of Excel 97–2003 ([MS-XLS] 2.4).

use std::collections::VecDeque;

use calamine::{CellErrorType, DataRef, ExcelDateTime, ExcelDateTimeType};

use super::super::book::{SheetCell, SheetError};
use super::super::cell::text_of;
use super::super::look::Look;
use super::super::sheet_rows::Cells;
use super::globals::{BOF, Globals};
use super::records::Records;
use crate::batch::CellKind;

/// Kinds of records.
const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000a;
const MUL_RK: u16 = 0x00bd;
const R_STRING: u16 = 0x00d6;
const LABEL_SST: u16 = 0x00fd;
const DIMENSIONS: u16 = 0x0200;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027e;

/// The cells of a sheet.
pub(super) struct XlsCells<'b> {
    records: Records<'b>,
    globals: &'b Globals,
    /// Cells of a record that has several.
    waiting: VecDeque<SheetCell>,
    /// The formula whose text comes in a record of its own.
    formula: Option<Place>,
    last_row: Option<u32>,
    is_over: bool,
}

/// A cell's row, column and style.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: u16,
    column: u16,
    style: u16,
}

impl<'b> XlsCells<'b> {
    /// Begins a sheet at its first record.
    pub(super) fn of(mut records: Records<'b>, globals: &'b Globals) -> Result<Self, SheetError> {
        if records.next()? != Some(BOF) {
            return Err(SheetError::damaged("it does not begin where it should"));
        }
        Ok(Self {
            records,
            globals,
            waiting: VecDeque::new(),
            formula: None,
            last_row: None,
            is_over: false,
        })
    }

    fn place(&mut self) -> Result<Place, SheetError> {
        Ok(Place {
            row: self.records.u16()?,
            column: self.records.u16()?,
            style: self.records.u16()?,
        })
    }

    /// Adds a formula that nobody calculated.
    fn add_uncalculated(&mut self, place: Place) {
        self.waiting.push_back(SheetCell {
            row: u32::from(place.row),
            column: u32::from(place.column),
            text: String::new(),
            kind: CellKind::Text,
            is_uncalculated: true,
        });
    }

    fn add(&mut self, place: Place, value: &DataRef<'_>) {
        let n_digits = match self.look(place.style) {
            Look::Digits(n_digits) => n_digits,
            _ => 0,
        };
        let (text, kind) = text_of(value, n_digits);
        self.waiting.push_back(SheetCell {
            row: u32::from(place.row),
            column: u32::from(place.column),
            text,
            kind,
            is_uncalculated: false,
        });
    }

    fn add_number(&mut self, place: Place, number: f64) {
        let at = |kind| DataRef::DateTime(ExcelDateTime::new(number, kind, self.globals.is_1904));
        let value = match self.look(place.style) {
            _ if !number.is_finite() => DataRef::Error(CellErrorType::Num),
            Look::Day => at(ExcelDateTimeType::DateTime),
            Look::Span => at(ExcelDateTimeType::TimeDelta),
            Look::Number | Look::Digits(_) => DataRef::Float(number),
        };
        self.add(place, &value);
    }

    fn look(&self, style: u16) -> Look {
        let look = self.globals.looks.get(usize::from(style));
        look.copied().unwrap_or(Look::Number)
    }

    fn add_bool_or_error(&mut self, place: Place, value: u8, is_error: bool) {
        let value = match is_error {
            true => DataRef::Error(error(value)),
            false => DataRef::Bool(value != 0),
        };
        self.add(place, &value);
    }

    /// Reads a formula's value. A text comes behind it.
    fn read_formula(&mut self) -> Result<(), SheetError> {
        let place = self.place()?;
        let value: [u8; 8] = self.records.array()?;
        match value {
            [0, .., 0xff, 0xff] => self.formula = Some(place),
            [kind @ (1 | 2), _, value, .., 0xff, 0xff] => {
                self.add_bool_or_error(place, value, kind == 2);
            }
            // A text without letters, or without a value: both are written so.
            [3, .., 0xff, 0xff] if self.globals.is_uncalculated => self.add_uncalculated(place),
            [_, .., 0xff, 0xff] => {}
            _ => self.add_number(place, f64::from_le_bytes(value)),
        }
        Ok(())
    }

    /// Reads numbers of one row side by side.
    fn read_numbers(&mut self) -> Result<(), SheetError> {
        let (row, first) = (self.records.u16()?, self.records.u16()?);
        // The last two bytes say what the last column is.
        let count = self.records.left().saturating_sub(2) / 6;
        for at in 0..count {
            let column = usize::from(first) + at;
            let place = Place {
                row,
                column: u16::try_from(column).map_err(|_| SheetError::Column(u32::from(row)))?,
                style: self.records.u16()?,
            };
            let number = short_number(self.records.u32()?);
            self.add_number(place, number);
        }
        Ok(())
    }

    /// Reads the next record.
    fn read(&mut self) -> Result<(), SheetError> {
        let Some(kind) = self.records.next()? else {
            return Err(SheetError::damaged("it ends too early"));
        };
        match kind {
            EOF => self.is_over = true,
            BOF => self.skip_inner()?,
            DIMENSIONS => {
                self.records.skip(4)?;
                self.last_row = self.records.u32()?.checked_sub(1);
            }
            NUMBER => {
                let place = self.place()?;
                let number = f64::from_le_bytes(self.records.array()?);
                self.add_number(place, number);
            }
            RK => {
                let place = self.place()?;
                let number = short_number(self.records.u32()?);
                self.add_number(place, number);
            }
            MUL_RK => self.read_numbers()?,
            LABEL_SST => {
                let (place, at) = (self.place()?, self.records.u32()?);
                let globals = self.globals;
                let text = globals.texts.get(at);
                let text = text.ok_or(SheetError::damaged("a text of it is missing"))?;
                self.add(place, &DataRef::SharedString(text));
            }
            LABEL | R_STRING => {
                let place = self.place()?;
                let text = self.records.text()?;
                self.add(place, &DataRef::String(text));
            }
            BOOL_ERR => {
                let place = self.place()?;
                let (value, is_error) = (self.records.u8()?, self.records.u8()? != 0);
                self.add_bool_or_error(place, value, is_error);
            }
            FORMULA => self.read_formula()?,
            STRING => {
                if let Some(place) = self.formula.take() {
                    let text = self.records.text()?;
                    self.add(place, &DataRef::String(text));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Goes over what is pasted into a sheet: charts have records of cells too.
    fn skip_inner(&mut self) -> Result<(), SheetError> {
        let mut depth = 1;
        while depth > 0 {
            match self.records.next()? {
                Some(BOF) => depth += 1,
                Some(EOF) => depth -= 1,
                Some(_) => {}
                None => return Err(SheetError::damaged("it ends too early")),
            }
        }
        Ok(())
    }
}

impl Cells for XlsCells<'_> {
    fn next(&mut self) -> Result<Option<SheetCell>, SheetError> {
        loop {
            if let Some(cell) = self.waiting.pop_front() {
                return Ok(Some(cell));
            }
            if self.is_over {
                return Ok(None);
            }
            self.read()?;
        }
    }

    fn last_row(&self) -> Option<u32> {
        self.last_row
    }
}

/// A number in four bytes: the upper thirty bits of a number, or a whole one; in hundredths, if a bit says so (2.5.217).
fn short_number(bits: u32) -> f64 {
    let number = match bits & 2 != 0 {
        true => f64::from(bits.cast_signed() >> 2),
        false => f64::from_bits(u64::from(bits & !3) << 32),
    };
    if bits & 1 != 0 {
        number / 100.0
    } else {
        number
    }
}

fn error(code: u8) -> CellErrorType {
    match code {
        0x00 => CellErrorType::Null,
        0x07 => CellErrorType::Div0,
        0x0f => CellErrorType::Value,
        0x17 => CellErrorType::Ref,
        0x1d => CellErrorType::Name,
        0x24 => CellErrorType::Num,
        _ => CellErrorType::NA,
    }
}

#[cfg(test)]
mod tests {
    use super::short_number;

    #[test]
    fn short_numbers() {
        for (bits, number) in [
            (0x3ff0_0000, 1.0),
            (0x3ff0_0001, 0.01),
            ((101 << 2) | 2, 101.0),
            ((6_283 << 2) | 3, 62.83),
            ((-5i32 << 2).cast_unsigned() | 2, -5.0),
        ] {
            assert_eq!(short_number(bits), number, "{bits:x}");
        }
    }
}
