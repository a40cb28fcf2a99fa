//! Scored rows on their way from the file's order into the day's.
//!
//! The places are cut into ranges, and each range has a bucket. Rows are thrown into the buckets in whatever order they
//! come; then the buckets are emptied one after the other, and what was in one is put in order in memory. Bytes beyond a
//! limit lie in one file, a piece of a bucket after a piece of another.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::batch::Batch;
use crate::bytes::take_array;
use crate::error::PortfolioError;
use crate::folio::Folio;

/// Bytes of all buckets that are kept in memory; more go to a file.
const IN_MEMORY: usize = 24 << 20;

/// Buckets that are being filled.
#[derive(Debug)]
pub(crate) struct Buckets {
    folder: PathBuf,
    /// The first place of each.
    starts: Vec<u64>,
    buckets: Vec<Bucket>,
    /// It has no name and is gone with the process; there is none while everything is in memory.
    file: Option<File>,
    stored: u64,
    /// Bytes of a bucket that are kept in memory.
    share: usize,
}

/// Rows of a range of places, in no order.
#[derive(Debug, Default)]
struct Bucket {
    /// Where its bytes are in the file, and how many.
    stored: Vec<(u64, usize)>,
    /// Those behind them.
    waiting: Vec<u8>,
}

/// Buckets that are being emptied, the first called first.
#[derive(Debug)]
pub(crate) struct FullBuckets {
    folder: PathBuf,
    buckets: std::vec::IntoIter<Bucket>,
    file: Option<File>,
}

/// Rows for the buckets, bucket by bucket.
#[derive(Debug, Default)]
pub(crate) struct Throw {
    bytes: Vec<u8>,
    /// Which bucket, and where its bytes end.
    ends: Vec<(usize, usize)>,
}

impl Buckets {
    /// Makes a bucket for each range of places, of which `starts` are the first. A file, if there must be one, is in this
    /// folder.
    pub(crate) fn new(folder: &Path, starts: Vec<u64>) -> Self {
        Self::with(folder, starts, IN_MEMORY)
    }

    fn with(folder: &Path, starts: Vec<u64>, in_memory: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            share: in_memory / starts.len().max(1),
            buckets: starts.iter().map(|_| Bucket::default()).collect(),
            file: None,
            stored: 0,
            starts,
        }
    }

    /// The ranges of places, for whoever makes a [`Throw`].
    pub(crate) fn ranges(&self) -> Ranges {
        Ranges(self.starts.clone())
    }

    /// Puts rows where they belong.
    pub(crate) fn throw(&mut self, rows: &Throw) -> Result<(), PortfolioError> {
        let mut start = 0;
        for (bucket, end) in &rows.ends {
            let thrown = self.add(*bucket, &rows.bytes[start..*end]);
            thrown.map_err(|error| PortfolioError::io(&self.folder, error))?;
            start = *end;
        }
        Ok(())
    }

    fn add(&mut self, bucket: usize, bytes: &[u8]) -> std::io::Result<()> {
        let Some(bucket) = self.buckets.get_mut(bucket) else {
            return Ok(());
        };
        if !bucket.waiting.is_empty() && bucket.waiting.len() + bytes.len() > self.share {
            let file = match &mut self.file {
                Some(file) => file,
                None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
            };
            file.write_all(&bucket.waiting)?;
            bucket.stored.push((self.stored, bucket.waiting.len()));
            self.stored += bucket.waiting.len() as u64;
            bucket.waiting.clear();
            // One enormous row is not to hold its room for good.
            bucket.waiting.shrink_to(self.share);
        }
        bucket.waiting.extend_from_slice(bytes);
        Ok(())
    }

    /// Begins to give the rows, from the first called on.
    pub(crate) fn empty(self) -> FullBuckets {
        FullBuckets {
            folder: self.folder,
            buckets: self.buckets.into_iter(),
            file: self.file,
        }
    }
}

impl FullBuckets {
    /// The next bucket's bytes; `None` behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, PortfolioError> {
        let Some(bucket) = self.buckets.next() else {
            return Ok(None);
        };
        let bytes = self.bytes_of(bucket);
        bytes
            .map(Some)
            .map_err(|error| PortfolioError::io(&self.folder, error))
    }

    fn bytes_of(&mut self, bucket: Bucket) -> std::io::Result<Vec<u8>> {
        let Some(file) = self.file.as_mut().filter(|_| !bucket.stored.is_empty()) else {
            return Ok(bucket.waiting);
        };
        let n_stored: usize = bucket.stored.iter().map(|(_, length)| length).sum();
        let mut bytes = vec![0; n_stored];
        let mut rest = &mut bytes[..];
        for (start, length) in bucket.stored {
            let (piece, behind) = rest.split_at_mut(length);
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(piece)?;
            rest = behind;
        }
        bytes.extend_from_slice(&bucket.waiting);
        Ok(bytes)
    }
}

/// Which bucket a place belongs to.
#[derive(Debug)]
pub(crate) struct Ranges(Vec<u64>);

impl Ranges {
    /// Takes those rows of a folio that are wanted.
    pub(crate) fn throw(
        &self,
        folio: &Folio,
        places: &[u64],
        is_wanted: impl Fn(usize) -> bool,
    ) -> Throw {
        let mut rows: Vec<(u64, usize)> = places
            .iter()
            .copied()
            .zip(0..folio.n_rows())
            .filter(|(_, row)| is_wanted(*row))
            .collect();
        rows.sort_unstable();
        let mut throw = Throw::default();
        let mut bucket = 0;
        for (place, row) in rows {
            if self.0.get(bucket + 1).is_some_and(|next| *next <= place) {
                throw.end(bucket);
                bucket += self.0[bucket + 1..].partition_point(|start| *start <= place);
            }
            throw.push(folio, row, place);
        }
        throw.end(bucket);
        throw
    }
}

impl Throw {
    fn push(&mut self, folio: &Folio, row: usize, place: u64) {
        self.bytes.extend(place.to_le_bytes());
        self.bytes
            .extend((folio.row_size(row) as u64).to_le_bytes());
        folio.write_row(row, &mut self.bytes);
    }

    fn end(&mut self, bucket: usize) {
        let begun = self.ends.last().map_or(0, |(_, end)| *end);
        if self.bytes.len() > begun {
            self.ends.push((bucket, self.bytes.len()));
        }
    }
}

/// Puts a bucket's rows, with so many columns and reasons, in the order of their places. Gives none if the bytes are no
/// whole bucket's.
pub(crate) fn in_order(
    bytes: &[u8],
    n_columns: usize,
    n_reasons: usize,
) -> Option<(Folio, Vec<u64>)> {
    let mut rows = Vec::new();
    let mut from = bytes;
    while !from.is_empty() {
        let place = u64::from_le_bytes(take_array(&mut from)?);
        let length = usize::try_from(u64::from_le_bytes(take_array(&mut from)?)).ok()?;
        let (row, rest) = from.split_at_checked(length)?;
        from = rest;
        rows.push((place, row));
    }
    rows.sort_unstable_by_key(|(place, _)| *place);
    let mut folio = Folio {
        cells: Batch::new(n_columns),
        ..Folio::default()
    };
    for (_, row) in &rows {
        folio.push_row(n_reasons, &mut &row[..])?;
    }
    Some((folio, rows.into_iter().map(|(place, _)| place).collect()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::folio::Scored;

    fn folio(places: &[u64]) -> Folio {
        let mut folio = Folio {
            cells: Batch::new(1),
            ..Folio::default()
        };
        for place in places {
            folio.cells.push_line(&format!("row {place}"), b';', *place);
            folio.scores.push(Scored {
                probability: *place as f64,
                debt: 0.0,
                pays: true,
                is_control: false,
            });
            folio.notes.push("");
        }
        folio
    }

    /// Every row comes out once, in the order of the places, whatever is in memory and whatever in the file.
    fn check(places: &[u64], starts: &[u64], in_memory: usize) {
        let mut buckets = Buckets::with(&std::env::temp_dir(), starts.to_vec(), in_memory);
        let ranges = buckets.ranges();
        for some in places.chunks(7) {
            let throw = ranges.throw(&folio(some), some, |row| some[row] != 4);
            buckets.throw(&throw).unwrap();
        }
        let is_small = places.len() * 100 <= in_memory;
        assert!(!is_small || buckets.file.is_none());
        let mut buckets = buckets.empty();
        let mut found = Vec::new();
        while let Some(bytes) = buckets.next().unwrap() {
            let (folio, places) = in_order(&bytes, 1, 0).unwrap();
            for (row, place) in places.into_iter().enumerate() {
                assert_eq!(folio.cells.cell(row, 0), format!("row {place}"));
                assert_eq!(folio.scores[row].probability, place as f64);
                found.push(place);
            }
        }
        let mut expected: Vec<u64> = places.iter().copied().filter(|place| *place != 4).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bucket_that_is_not_whole_is_told() {
        let throw = Ranges(vec![1]).throw(&folio(&[2, 1]), &[2, 1], |_| true);
        assert_eq!(throw.ends, [(0, throw.bytes.len())]);
        assert_eq!(in_order(&throw.bytes, 1, 0).unwrap().1, [1, 2]);
        let half = throw.bytes.len() / 2;
        for length in (1..throw.bytes.len()).filter(|length| *length != half) {
            assert!(in_order(&throw.bytes[..length], 1, 0).is_none(), "{length}");
        }
    }

    #[test]
    fn what_is_too_much_for_memory_is_in_one_file() {
        let mut buckets = Buckets::with(&std::env::temp_dir(), vec![1, 100], 1_000);
        let ranges = buckets.ranges();
        for place in 1..=200 {
            let throw = ranges.throw(&folio(&[place]), &[place], |_| true);
            buckets.throw(&throw).unwrap();
            let waiting = buckets.buckets.iter().map(|bucket| bucket.waiting.len());
            assert!(waiting.max() <= Some(500));
        }
        assert!(buckets.file.is_some() && buckets.buckets[1].stored.len() > 10);
        let places: Vec<u64> = (1..=200).rev().collect();
        check(&places, &[1, 100], 1_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn whatever_the_order(
            n in 0u64..300,
            width in 1u64..90,
            seed in any::<u64>(),
            in_memory in prop::sample::select(vec![0usize, 1 << 20]),
        ) {
            let mut places: Vec<u64> = (1..=n).collect();
            places.sort_by_key(|place| (place ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let starts: Vec<u64> = (1..=n).step_by(width as usize).collect();
            check(&places, &starts, in_memory);
        }
    }
}
