//! The records of a workbook's stream: each a kind, a length and bytes ([MS-XLS] 2.1.4).

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::super::book::SheetError;
use super::compound::Stream;

/// Goes on with the record before it.
const CONTINUE: u16 = 0x003c;

/// Records, one after the other.
pub(super) struct Records<'s> {
    stream: &'s mut BufReader<Stream>,
    /// Bytes that may be read: sheets that lie over each other are read over and over.
    left: &'s mut u64,
    kind: u16,
    data: Vec<u8>,
    /// The next byte of the record.
    at: usize,
    /// The kind and length of the record that comes next, once they were read.
    ahead: Option<(u16, u16)>,
}

fn cut_off() -> SheetError {
    SheetError::damaged("its records are cut off")
}

impl<'s> Records<'s> {
    /// Begins at a byte of the stream.
    pub(super) fn from(
        stream: &'s mut BufReader<Stream>,
        left: &'s mut u64,
        at: u64,
    ) -> Result<Self, SheetError> {
        stream.seek(SeekFrom::Start(at))?;
        Ok(Self {
            stream,
            left,
            kind: 0,
            data: Vec::new(),
            at: 0,
            ahead: None,
        })
    }

    /// Goes to the next record; gives its kind.
    pub(super) fn next(&mut self) -> Result<Option<u16>, SheetError> {
        match self.peek()? {
            Some(_) => self.load().map(Some),
            None => Ok(None),
        }
    }

    fn peek(&mut self) -> Result<Option<u16>, SheetError> {
        if self.ahead.is_none() {
            let mut head = Vec::with_capacity(4);
            Read::by_ref(&mut self.stream)
                .take(4)
                .read_to_end(&mut head)?;
            self.ahead = match head[..] {
                [] => None,
                [a, b, c, d] => Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))),
                _ => return Err(cut_off()),
            };
        }
        Ok(self.ahead.map(|(kind, _)| kind))
    }

    fn load(&mut self) -> Result<u16, SheetError> {
        let (kind, length) = self.ahead.take().ok_or_else(cut_off)?;
        let left = self.left.checked_sub(4 + u64::from(length));
        *self.left = left.ok_or(SheetError::damaged("its sheets lie over each other"))?;
        self.data.clear();
        self.at = 0;
        Read::by_ref(&mut self.stream)
            .take(u64::from(length))
            .read_to_end(&mut self.data)?;
        if self.data.len() < usize::from(length) {
            return Err(cut_off());
        }
        self.kind = kind;
        Ok(kind)
    }

    /// Whether the record, and those that go on with it, have no byte more.
    pub(super) fn is_over(&mut self) -> Result<bool, SheetError> {
        while self.at >= self.data.len() {
            if self.peek()? != Some(CONTINUE) {
                return Ok(true);
            }
            self.load()?;
        }
        Ok(false)
    }

    pub(super) fn u8(&mut self) -> Result<u8, SheetError> {
        if self.is_over()? {
            return Err(cut_off());
        }
        let byte = self.data.get(self.at).copied().ok_or_else(cut_off)?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, SheetError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, SheetError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], SheetError> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.u8()?;
        }
        Ok(bytes)
    }

    /// Bytes of this record alone that are left.
    pub(super) fn left(&self) -> usize {
        self.data.len() - self.at
    }

    pub(super) fn skip(&mut self, mut n_bytes: usize) -> Result<(), SheetError> {
        while n_bytes > 0 {
            if self.is_over()? {
                return Err(cut_off());
            }
            let here = n_bytes.min(self.left());
            self.at += here;
            n_bytes -= here;
        }
        Ok(())
    }

    /// Reads the letters of a text that has so many, behind a byte that says whether each takes two bytes. Where a record
    /// goes on with the text, that byte comes again (2.5.293).
    pub(super) fn letters(
        &mut self,
        count: usize,
        mut is_wide: bool,
    ) -> Result<String, SheetError> {
        let mut units: Vec<u16> = Vec::new();
        while units.len() < count {
            if self.left() == 0 {
                if self.is_over()? {
                    return Err(cut_off());
                }
                is_wide = self.u8()? & 1 != 0;
                continue;
            }
            let width = if is_wide { 2 } else { 1 };
            let here = (count - units.len()).min(self.left() / width);
            if here == 0 {
                return Err(cut_off());
            }
            let bytes = &self.data[self.at..self.at + here * width];
            match is_wide {
                true => units.extend(bytes.as_chunks().0.iter().copied().map(u16::from_le_bytes)),
                false => units.extend(bytes.iter().copied().map(u16::from)),
            }
            self.at += here * width;
        }
        Ok(String::from_utf16_lossy(&units))
    }

    /// Reads a text with how many letters it has, and what it may have besides: runs of fonts, phonetic signs.
    pub(super) fn text(&mut self) -> Result<String, SheetError> {
        let count = usize::from(self.u16()?);
        let flags = self.u8()?;
        let n_runs = if flags & 8 != 0 { self.u16()? } else { 0 };
        let n_signs = if flags & 4 != 0 { self.u32()? } else { 0 };
        let text = self.letters(count, flags & 1 != 0)?;
        self.skip(4 * usize::from(n_runs))?;
        self.skip(n_signs as usize)?;
        Ok(text)
    }
}
