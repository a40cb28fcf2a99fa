//! Scored rows on their way from the first pass to the second.

use crate::batch::Batch;
use crate::bytes::{read_numbers, read_text, take_array, take_text, write_numbers, write_text};

/// Bytes of a usual reason.
const REASON: usize = 100;

/// Some scored rows.
#[derive(Debug, Default)]
pub(crate) struct Folio {
    /// The original cells; for a text file what stands before the added ones, in one cell.
    pub(crate) cells: Batch,
    pub(crate) scores: Vec<Scored>,
    /// What the contract did to each row's inputs.
    pub(crate) notes: Texts,
    /// Each row's reasons, as many for every row.
    pub(crate) reasons: Texts,
}

/// A row's score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) probability: f64,
    /// Euros; NaN where the debt is not known.
    pub(crate) debt: f64,
    pub(crate) pays: bool,
    /// Put aside, to measure against.
    pub(crate) is_control: bool,
}

/// Texts in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    pub(crate) fn get(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else {
            return "";
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..*end as usize]
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Keeps the texts of some rows, of which each has as many.
    fn retain(&mut self, keep: &[bool]) {
        let each = self.ends.len() / keep.len().max(1);
        let mut kept = Self::default();
        for (row, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            for at in row * each..(row + 1) * each {
                kept.push(self.get(at));
            }
        }
        *self = kept;
    }
}

impl Folio {
    pub(crate) fn n_rows(&self) -> usize {
        self.scores.len()
    }

    /// Keeps some of the rows.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        let mut keeps = keep.iter();
        self.scores.retain(|_| keeps.next() == Some(&true));
        self.cells.retain(keep);
        self.notes.retain(keep);
        self.reasons.retain(keep);
    }

    /// Counts the rows that a folio of these bytes has.
    pub(crate) fn n_rows_of(mut bytes: &[u8]) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(take_array(&mut bytes)?)).ok()
    }

    /// Appends the folio's bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.scores.len() as u64).to_le_bytes());
        for score in &self.scores {
            score.write(out);
        }
        self.notes.write(out);
        self.reasons.write(out);
        self.cells.write(out);
    }

    /// The folio of these bytes; `None` if they are not a whole one's.
    pub(crate) fn read(mut bytes: &[u8]) -> Option<Self> {
        let from = &mut bytes;
        let n_rows = usize::try_from(u64::from_le_bytes(take_array(from)?)).ok()?;
        let (mut scores, rest) = from.split_at_checked(n_rows.checked_mul(Scored::SIZE)?)?;
        *from = rest;
        let scores = (0..n_rows).map(|_| Scored::read(&mut scores));
        Some(Self {
            scores: scores.collect::<Option<_>>()?,
            notes: Texts::read(from)?,
            reasons: Texts::read(from)?,
            cells: Batch::read(from)?,
        })
    }
}

/// Rows one by one, on their way into another order.
impl Folio {
    /// Counts the bytes that [`Self::write_row`] appends.
    pub(crate) fn row_size(&self, row: usize) -> usize {
        let texts = self.row_texts(row).map(|text| 8 + text.len());
        Scored::SIZE + texts.sum::<usize>() + self.cells.row_size(row)
    }

    /// Counts about as many bytes, whichever rows have reasons: that may depend on the threads, and the order's buckets
    /// must not.
    pub(crate) fn row_weight(&self, row: usize) -> usize {
        let n_reasons = self.reasons.ends.len() / self.scores.len().max(1);
        let notes = 8 + self.notes.get(row).len();
        Scored::SIZE + notes + n_reasons * REASON + self.cells.row_size(row)
    }

    /// Appends one row's bytes.
    pub(crate) fn write_row(&self, row: usize, out: &mut Vec<u8>) {
        self.scores[row].write(out);
        for text in self.row_texts(row) {
            write_text(text, out);
        }
        self.cells.write_row(row, out);
    }

    /// Takes what [`Self::write_row`] wrote of a folio with as many columns and reasons, and adds it; `None` if it is not
    /// whole.
    pub(crate) fn push_row(&mut self, n_reasons: usize, from: &mut &[u8]) -> Option<()> {
        self.scores.push(Scored::read(from)?);
        self.notes.push(take_text(from)?);
        for _ in 0..n_reasons {
            self.reasons.push(take_text(from)?);
        }
        self.cells.push_row(from)
    }

    /// A row's note and its reasons.
    fn row_texts(&self, row: usize) -> impl Iterator<Item = &str> {
        let n_reasons = self.reasons.ends.len() / self.scores.len().max(1);
        let reasons = (row * n_reasons..(row + 1) * n_reasons).map(|at| self.reasons.get(at));
        std::iter::once(self.notes.get(row)).chain(reasons)
    }
}

impl Scored {
    /// Bytes of a score.
    const SIZE: usize = 17;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.probability.to_le_bytes());
        out.extend(self.debt.to_le_bytes());
        out.push(u8::from(self.pays) | (u8::from(self.is_control) << 1));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let probability = f64::from_le_bytes(take_array(from)?);
        let debt = f64::from_le_bytes(take_array(from)?);
        let [flags] = take_array(from)?;
        Some(Self {
            probability,
            debt,
            pays: flags & 1 != 0,
            is_control: flags & 2 != 0,
        })
    }
}

impl Texts {
    fn write(&self, out: &mut Vec<u8>) {
        write_numbers(&self.ends, out);
        write_text(&self.text, out);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            ends: read_numbers(from)?,
            text: read_text(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::CellKind;

    #[test]
    fn comes_back_as_it_was() {
        let mut folio = Folio {
            cells: Batch::new(2),
            ..Folio::default()
        };
        folio.cells.push_line("a;ñ", b';', 2);
        folio.cells.push("1", CellKind::Number);
        folio.cells.push("31/12/2023", CellKind::Date);
        folio.cells.end_row(7);
        for (row, debt) in [f64::NAN, 12.5].into_iter().enumerate() {
            folio.scores.push(Scored {
                probability: 0.1,
                debt,
                pays: row == 0,
                is_control: row == 1,
            });
            folio.notes.push(if row == 0 { "" } else { "EDAD: falta" });
            folio.reasons.push("uno");
            folio.reasons.push("dos");
        }
        let mut bytes = Vec::new();
        folio.write(&mut bytes);
        let read = Folio::read(&bytes).unwrap();
        assert_eq!(read.scores[1], folio.scores[1]);
        assert!(read.scores[0].debt.is_nan() && read.scores[0].pays);
        assert_eq!((read.notes.get(0), read.notes.get(1)), ("", "EDAD: falta"));
        assert_eq!(read.reasons.get(3), "dos");
        assert_eq!(
            (read.cells.cell(0, 1), read.cells.cell(1, 1)),
            ("ñ", "31/12/2023")
        );
        assert_eq!(read.cells.kind(1, 0), CellKind::Number);
        assert_eq!(read.cells.number(1), 7);
        for length in 0..bytes.len() {
            assert!(Folio::read(&bytes[..length]).is_none(), "{length}");
        }
        let mut one = Folio::read(&bytes).unwrap();
        one.retain(&[false, true]);
        assert_eq!((one.n_rows(), one.notes.get(0)), (1, "EDAD: falta"));
        assert_eq!((one.reasons.get(1), one.cells.cell(0, 0)), ("dos", "1"));
        assert!(one.scores[0].is_control);
        // And its rows one by one, in another order.
        let mut rows = Vec::new();
        for row in [1, 0] {
            let before = rows.len();
            folio.write_row(row, &mut rows);
            assert_eq!(rows.len() - before, folio.row_size(row));
        }
        let mut turned = Folio {
            cells: Batch::new(2),
            ..Folio::default()
        };
        let from = &mut &rows[..];
        turned.push_row(2, from).unwrap();
        turned.push_row(2, from).unwrap();
        assert!(from.is_empty() && turned.push_row(2, from).is_none());
        assert_eq!(turned.scores[0], folio.scores[1]);
        assert_eq!(turned.notes.get(0), "EDAD: falta");
        assert_eq!(turned.reasons.get(1), "dos");
        assert_eq!((turned.cells.cell(1, 1), turned.cells.number(0)), ("ñ", 7));
    }
}
