//! Compound files: a file system within a file, as Excel 97–2003 and encrypted workbooks are ([MS-CFB]).
//!
//! A file is cut into sectors, and a table says which one follows which. Nothing is believed that goes beyond the file or
//! comes to a sector twice; a stream's bytes stay in the file until they are asked for.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// What a compound file begins with.
pub(in crate::source) const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// The greatest number of a sector; those above mean something else.
const LAST_SECTOR: u32 = 0xffff_fffa;

/// Ends a chain of sectors.
const END: u32 = 0xffff_fffe;

/// Bytes of a sector of the stream of small streams.
const MINI: u64 = 64;

/// Streams shorter than this are in the stream of small streams.
const SMALL: u64 = 4_096;

/// Bytes of an entry of the directory.
const ENTRY: usize = 128;

/// Entries of the directory; workbooks with macros have a hundred.
const MOST_ENTRIES: usize = 1 << 16;

/// Why a compound file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompoundError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Damaged(&'static str),
}

const BEYOND: CompoundError = CompoundError::Damaged("a chain of its sectors leaves the file");

/// A compound file, its streams found.
pub(super) struct Compound {
    file: File,
    /// Bytes of a sector.
    sector: u64,
    n_sectors: usize,
    /// The sector that follows each.
    next: Vec<u32>,
    entries: Vec<Entry>,
    /// Where the table for the small streams begins.
    mini_table: u32,
}

/// An entry of the directory: a stream, or a folder of them.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    length: u64,
}

impl Compound {
    pub(super) fn open(mut file: File) -> Result<Self, CompoundError> {
        let damaged = CompoundError::Damaged("its beginning is damaged");
        let mut header = [0; 512];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut header)?;
        // A file of the fourth version has larger sectors, the header's among them.
        let sector: u64 = match (header.starts_with(&MAGIC), u16_at(&header, 30)) {
            (true, 9) => 512,
            (true, 12) => 4_096,
            _ => return Err(damaged),
        };
        let length = file.metadata()?.len();
        let n_sectors = length.saturating_sub(sector).div_ceil(sector);
        let n_sectors = usize::try_from(n_sectors.min(u64::from(LAST_SECTOR)));
        let mut compound = Self {
            file,
            sector,
            n_sectors: n_sectors.map_err(|_| damaged)?,
            next: Vec::new(),
            entries: Vec::new(),
            mini_table: u32_at(&header, 60),
        };
        compound.read_table(&header)?;
        compound.read_directory(u32_at(&header, 48))?;
        Ok(compound)
    }

    /// Reads which sector follows which. The sectors that say so are listed in the header, and in a chain of lists.
    fn read_table(&mut self, header: &[u8; 512]) -> Result<(), CompoundError> {
        let mut list: Vec<u8> = header[76..].to_vec();
        let mut following = u32_at(header, 68);
        let mut n_lists = 0;
        loop {
            for at in (0..list.len()).step_by(4) {
                let sector = u32_at(&list, at);
                if self.next.len() >= self.n_sectors {
                    return Ok(());
                }
                if sector <= LAST_SECTOR {
                    let bytes = self.read_sector(sector)?;
                    let ids = (0..bytes.len() / 4).map(|at| u32_at(&bytes, 4 * at));
                    self.next.extend(ids);
                }
            }
            n_lists += 1;
            if following > LAST_SECTOR {
                return Ok(());
            }
            if n_lists > self.n_sectors {
                return Err(CompoundError::Damaged("a chain of its sectors has no end"));
            }
            list = self.read_sector(following)?;
            let link = list.split_off(list.len().saturating_sub(4));
            following = if link.len() == 4 {
                u32_at(&link, 0)
            } else {
                END
            };
        }
    }

    /// Reads one sector; the file's last may be shorter.
    fn read_sector(&mut self, sector: u32) -> Result<Vec<u8>, CompoundError> {
        if sector as usize >= self.n_sectors {
            return Err(BEYOND);
        }
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(self.place(sector)))?;
        Read::by_ref(&mut self.file)
            .take(self.sector)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn place(&self, sector: u32) -> u64 {
        (u64::from(sector) + 1) * self.sector
    }

    /// Lists the sectors of a chain, so many at most.
    fn chain(&self, first: u32, most: u64) -> Result<Vec<u32>, CompoundError> {
        follow(first, &self.next, self.n_sectors, most)
    }

    fn read_directory(&mut self, first: u32) -> Result<(), CompoundError> {
        for sector in self.chain(first, u64::MAX)? {
            let bytes = self.read_sector(sector)?;
            for entry in bytes.as_chunks::<ENTRY>().0 {
                self.entries.push(Entry::of(entry, self.sector));
            }
            if self.entries.len() > MOST_ENTRIES {
                return Err(CompoundError::Damaged("its directory is far too long"));
            }
        }
        Ok(())
    }

    /// Finds a stream of the outermost folder. Those of folders within it are other files' that were pasted.
    fn entry(&self, name: &str) -> Option<&Entry> {
        let mut waiting = vec![self.entries.first()?.child];
        // No entry is twice in a tree.
        for _ in 0..2 * self.entries.len() {
            let at = waiting.pop()?;
            if let Some(entry) = self.entries.get(at as usize) {
                if entry.name.eq_ignore_ascii_case(name) {
                    return Some(entry);
                }
                waiting.extend([entry.left, entry.right]);
            }
        }
        None
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Opens a stream, where there is one of that name.
    pub(super) fn stream(mut self, name: &str) -> Result<Option<Stream>, CompoundError> {
        let Some(Entry { start, length, .. }) = self.entry(name).cloned() else {
            return Ok(None);
        };
        let (pieces, piece) = match length < SMALL {
            true => (self.mini_pieces(start, length)?, MINI),
            false => {
                let chain = self.chain(start, length.div_ceil(self.sector))?;
                let places = chain.into_iter().map(|sector| self.place(sector));
                (places.collect(), self.sector)
            }
        };
        if (pieces.len() as u64) < length.div_ceil(piece) {
            return Err(CompoundError::Damaged("it is not whole"));
        }
        Ok(Some(Stream {
            file: self.file,
            pieces,
            piece,
            length,
            at: 0,
        }))
    }

    /// Finds the pieces of a small stream, which lie in a stream of their own.
    fn mini_pieces(&mut self, start: u32, length: u64) -> Result<Vec<u64>, CompoundError> {
        let Some(root) = self.entries.first().cloned() else {
            return Ok(Vec::new());
        };
        let around = self.chain(root.start, root.length.div_ceil(self.sector))?;
        let mut next = Vec::new();
        for sector in self.chain(self.mini_table, u64::MAX)? {
            let bytes = self.read_sector(sector)?;
            next.extend((0..bytes.len() / 4).map(|at| u32_at(&bytes, 4 * at)));
        }
        let n_pieces = next.len();
        let pieces = follow(start, &next, n_pieces, length.div_ceil(MINI))?;
        let places = pieces.into_iter().map(|piece| {
            let at = u64::from(piece) * MINI;
            let sector = around.get((at / self.sector) as usize).ok_or(BEYOND)?;
            Ok(self.place(*sector) + at % self.sector)
        });
        places.collect()
    }
}

/// Follows a chain, so many links at most. One that is longer than there are sectors goes in a circle.
fn follow(
    first: u32,
    next: &[u32],
    n_sectors: usize,
    most: u64,
) -> Result<Vec<u32>, CompoundError> {
    let (mut chain, mut sector) = (Vec::new(), first);
    while sector != END && (chain.len() as u64) < most {
        if sector as usize >= n_sectors {
            return Err(BEYOND);
        }
        if chain.len() >= n_sectors {
            return Err(CompoundError::Damaged("a chain of its sectors has no end"));
        }
        chain.push(sector);
        sector = next.get(sector as usize).copied().ok_or(BEYOND)?;
    }
    Ok(chain)
}

impl Entry {
    fn of(bytes: &[u8; ENTRY], sector: u64) -> Self {
        let length = usize::from(u16_at(bytes, 64)).clamp(2, 64) - 2;
        let units: Vec<u16> = (0..length / 2).map(|at| u16_at(bytes, 2 * at)).collect();
        let high = if sector == 512 { 0 } else { u32_at(bytes, 124) };
        Self {
            name: String::from_utf16_lossy(&units),
            left: u32_at(bytes, 68),
            right: u32_at(bytes, 72),
            child: u32_at(bytes, 76),
            start: u32_at(bytes, 116),
            length: u64::from(high) << 32 | u64::from(u32_at(bytes, 120)),
        }
    }
}

/// The number at a byte, the lowest byte first; 0 beyond the last.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().map_or(0, u32::from_le_bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().map_or(0, u16::from_le_bytes)
}

/// A stream of a compound file.
#[derive(Debug)]
pub(super) struct Stream {
    file: File,
    /// Where its pieces are, which are all as long.
    pieces: Vec<u64>,
    piece: u64,
    length: u64,
    at: u64,
}

impl Stream {
    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (index, within) = (self.at / self.piece, self.at % self.piece);
        let pieces = usize::try_from(index)
            .ok()
            .and_then(|at| self.pieces.get(at..));
        let Some((first, others)) = pieces.and_then(<[u64]>::split_first) else {
            return Ok(0);
        };
        // Pieces that lie side by side are read at once.
        let wanted = (buffer.len() as u64).min(self.length.saturating_sub(self.at));
        let (mut found, mut last) = (self.piece - within, *first);
        for piece in others {
            if found >= wanted || *piece != last + self.piece {
                break;
            }
            (found, last) = (found + self.piece, *piece);
        }
        let n_bytes = usize::try_from(found.min(wanted)).unwrap_or(buffer.len());
        self.file.seek(SeekFrom::Start(first + within))?;
        let n_bytes = self.file.read(&mut buffer[..n_bytes])?;
        self.at += n_bytes as u64;
        Ok(n_bytes)
    }
}

impl Seek for Stream {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
