//! What all sheets of a workbook share: its texts, its formats, and where each sheet begins.

use std::collections::HashMap;

use super::super::book::{LONGEST_NAME, MOST_SHEETS, Sheet, SheetError};
use super::super::look::Look;
use super::records::Records;
use crate::request::Limits;

/// The version that Excel 97 and later write.
const BIFF8: u16 = 0x0600;

/// Kinds of records.
const EOF: u16 = 0x000a;
const DATE_1904: u16 = 0x0022;
const FILE_PASS: u16 = 0x002f;
const BOUND_SHEET: u16 = 0x0085;
const XF: u16 = 0x00e0;
const SST: u16 = 0x00fc;
const FORMAT: u16 = 0x041e;
pub(super) const BOF: u16 = 0x0809;

/// Why a workbook cannot be opened.
#[derive(Debug)]
pub(super) enum Refusal {
    Old,
    Encrypted,
    Sheets,
    Other(SheetError),
}

impl From<SheetError> for Refusal {
    fn from(error: SheetError) -> Self {
        Self::Other(error)
    }
}

/// What sheets share.
#[derive(Debug, Default)]
pub(super) struct Globals {
    pub(super) is_1904: bool,
    /// Whether its formulas may never have been calculated.
    pub(super) is_uncalculated: bool,
    pub(super) texts: Texts,
    /// How each style shows numbers.
    pub(super) looks: Vec<Look>,
    pub(super) sheets: Vec<Sheet>,
    /// The byte that each sheet begins at; none for one that has no cells, as one of charts.
    pub(super) places: Vec<Option<u64>>,
}

/// Texts, each of which any number of cells have.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn get(&self, at: u32) -> Option<&str> {
        let at = at as usize;
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.all.get(start..end)
    }

    /// Reads them. A file that says it has more than it has ends where they do.
    fn read(records: &mut Records<'_>, limits: Limits) -> Result<Self, SheetError> {
        let mut texts = Self::default();
        records.u32()?;
        let count = records.u32()?;
        for _ in 0..count {
            if records.is_over()? {
                break;
            }
            texts.all.push_str(&records.text()?);
            texts.ends.push(texts.all.len());
            let n_bytes = texts.all.len() + size_of::<usize>() * texts.ends.len();
            if n_bytes as u64 > limits.expanded {
                return Err(SheetError::damaged(
                    "it has far more texts than any portfolio",
                ));
            }
        }
        Ok(texts)
    }
}

impl Globals {
    pub(super) fn read(records: &mut Records<'_>, limits: Limits) -> Result<Self, Refusal> {
        let mut globals = Self::default();
        let mut styles = Vec::new();
        let mut formats = HashMap::new();
        if records.next()? != Some(BOF) || records.u16()? != BIFF8 {
            return Err(Refusal::Old);
        }
        while let Some(kind) = records.next()? {
            match kind {
                EOF => break,
                FILE_PASS => return Err(Refusal::Encrypted),
                DATE_1904 => globals.is_1904 = records.u16()? == 1,
                BOUND_SHEET => globals.add_sheet(records)?,
                // Styles are numbered in 16 bits.
                XF if styles.len() <= usize::from(u16::MAX) => {
                    records.skip(2)?;
                    styles.push(records.u16()?);
                }
                FORMAT => {
                    let id = records.u16()?;
                    formats.insert(id, Look::of(&records.text()?));
                }
                SST => globals.texts = Texts::read(records, limits)?,
                _ => {}
            }
        }
        let look = |id: &u16| formats.get(id).copied().unwrap_or(Look::built_in(*id));
        globals.looks = styles.iter().map(look).collect();
        Ok(globals)
    }

    fn add_sheet(&mut self, records: &mut Records<'_>) -> Result<(), Refusal> {
        let place = u64::from(records.u32()?);
        let state = records.u8()?;
        let has_cells = records.u8()? == 0;
        let n_letters = usize::from(records.u8()?);
        let is_wide = records.u8()? & 1 != 0;
        let name = records.letters(n_letters.min(LONGEST_NAME), is_wide)?;
        self.sheets.push(Sheet {
            name: name.replace('\0', ""),
            is_hidden: state & 3 != 0,
        });
        self.places.push(has_cells.then_some(place));
        match self.sheets.len() > MOST_SHEETS {
            true => Err(Refusal::Sheets),
            false => Ok(()),
        }
    }
}
