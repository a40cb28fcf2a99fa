//! Places in the day's order, in bounded memory.
//!
//! Keys come in the order of the rows. They are sorted run by run; runs that are full are merged into files, and in the
//! end all runs are merged once. The places that come out in the day's order are put back into the rows' order, a range of
//! rows at a time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::PortfolioError;
use crate::repeats::{Client, Repeats};

/// Keys of a run: sorted in a few milliseconds, in the processor's cache.
const RUN: usize = 1 << 17;

/// Runs in memory before they become one file.
const RUNS: usize = 8;

/// Rows whose places are in memory at a time.
const RANGE: usize = 1 << 22;

/// Keys and their rows, from the first row to the last.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    /// The run that is being filled.
    run: Vec<Entry>,
    /// Full ones, sorted.
    runs: Vec<Vec<Entry>>,
    files: Vec<File>,
    n_rows: u64,
    /// Bytes of all rows.
    n_bytes: u64,
    run_length: usize,
    range: usize,
}

/// The key's order, turned round, above the row's number and its size: smaller is called first, and of equals the first
/// row.
type Entry = u128;

/// Bits of an entry that have the row's size. What is larger counts as the largest.
const SIZE_BITS: u32 = 24;

/// Bits that have its number.
const ROW_BITS: u32 = 40;

/// What a row's place depends on, and how many bytes it will take where rows are put in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SortKey {
    /// The highest comes first, and NaN last.
    pub(crate) key: f64,
    pub(crate) size: usize,
    /// Whose row it is; `None` where every row has a place.
    pub(crate) client: Option<Client>,
}

/// The place of each row, from the first row to the last.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// The first place of each bucket.
    pub(crate) buckets: Vec<u64>,
    /// Rows whose clients have a place by another row; theirs come behind all.
    pub(crate) n_repeated: u64,
    /// Files with the places of the ranges that follow.
    ranges: std::vec::IntoIter<File>,
    folder: PathBuf,
    places: Vec<u64>,
    at: usize,
}

impl Sorter {
    /// Makes a sorter whose keys go to files in this folder when they are many.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with(folder, RUN, RANGE)
    }

    fn with(folder: &Path, run_length: usize, range: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            run: Vec::new(),
            runs: Vec::new(),
            files: Vec::new(),
            n_rows: 0,
            n_bytes: 0,
            run_length,
            range,
        }
    }

    /// Adds the next row's key.
    pub(crate) fn push(&mut self, key: SortKey) -> Result<(), PortfolioError> {
        let SortKey { key, size, .. } = key;
        let size = (size as u64).min((1 << SIZE_BITS) - 1);
        let row = self.n_rows & ((1 << ROW_BITS) - 1);
        let entry = (u128::from(descending(key)) << 64) | u128::from((row << SIZE_BITS) | size);
        self.n_bytes += size;
        self.push_entry(entry)
    }

    /// Adds an entry: the smaller ones come first.
    pub(crate) fn push_entry(&mut self, entry: Entry) -> Result<(), PortfolioError> {
        self.run.push(entry);
        self.n_rows += 1;
        if self.run.len() == self.run_length {
            self.end_run();
            if self.runs.len() == RUNS {
                self.store_runs()?;
            }
        }
        Ok(())
    }

    fn end_run(&mut self) {
        let next = Vec::with_capacity(if self.run.len() == self.run_length {
            self.run_length
        } else {
            0
        });
        let mut run = std::mem::replace(&mut self.run, next);
        run.sort_unstable();
        self.runs.push(run);
    }

    fn store_runs(&mut self) -> Result<(), PortfolioError> {
        let mut file = BufWriter::new(self.file()?);
        let runs = std::mem::take(&mut self.runs);
        let sources = runs.into_iter().map(|run| Run::Memory(run.into_iter()));
        Merge::new(sources.collect())
            .and_then(|mut merge| {
                while let Some(entry) = merge.next()? {
                    file.write_all(&entry.to_le_bytes())?;
                }
                file.flush()
            })
            .map_err(|error| self.failed(error))?;
        let file = file
            .into_inner()
            .map_err(|error| self.failed(error.into_error()))?;
        self.files.push(file);
        Ok(())
    }

    /// Gives all entries in their order.
    pub(crate) fn in_order(mut self, mut give: impl FnMut(Entry)) -> Result<(), PortfolioError> {
        let given = self.sources().and_then(Merge::new).and_then(|mut merge| {
            while let Some(entry) = merge.next()? {
                give(entry);
            }
            Ok(())
        });
        given.map_err(|error| self.failed(error))
    }

    /// Finds every row's place. Of a client's rows the best has the client's; the others come behind all.
    pub(crate) fn rank(mut self, repeats: Repeats) -> Result<Ranks, PortfolioError> {
        let sources = self.sources().map_err(|error| self.failed(error))?;
        let ranked = match self.n_rows as usize <= self.range {
            true => self.ranks_in_memory(sources, repeats),
            false => self.ranks_in_files(sources, repeats),
        };
        ranked.map_err(|error| self.failed(error))
    }

    /// The sorted runs.
    fn sources(&mut self) -> std::io::Result<Vec<Run>> {
        if !self.run.is_empty() {
            self.end_run();
        }
        let runs = std::mem::take(&mut self.runs);
        let mut sources: Vec<Run> = runs
            .into_iter()
            .map(|run| Run::Memory(run.into_iter()))
            .collect();
        for mut file in std::mem::take(&mut self.files) {
            file.rewind()?;
            sources.push(Run::File(BufReader::new(file)));
        }
        Ok(sources)
    }

    fn ranks_in_memory(&self, sources: Vec<Run>, repeats: Repeats) -> std::io::Result<Ranks> {
        let mut places = vec![0; self.n_rows as usize];
        let mut dividers = Dividers::new(self.n_bytes);
        let mut line = Line::new(sources, repeats)?;
        let mut place = 0;
        while let Some(entry) = line.next()? {
            place += 1;
            dividers.add(place, size_of_row(entry));
            if let Some(slot) = places.get_mut(row(entry) as usize) {
                *slot = place;
            }
        }
        Ok(Ranks {
            buckets: dividers.starts,
            n_repeated: line.n_repeated,
            ranges: Vec::new().into_iter(),
            folder: self.folder.clone(),
            places,
            at: 0,
        })
    }

    fn ranks_in_files(&self, sources: Vec<Run>, repeats: Repeats) -> std::io::Result<Ranks> {
        let range = self.range as u64;
        let ranges = (0..self.n_rows.div_ceil(range))
            .map(|_| tempfile::tempfile_in(&self.folder).map(BufWriter::new));
        let mut ranges = ranges.collect::<std::io::Result<Vec<_>>>()?;
        let mut dividers = Dividers::new(self.n_bytes);
        let mut line = Line::new(sources, repeats)?;
        let mut place = 0u64;
        while let Some(entry) = line.next()? {
            let row = row(entry);
            place += 1;
            dividers.add(place, size_of_row(entry));
            let Some(file) = ranges.get_mut((row / range) as usize) else {
                continue;
            };
            file.write_all(&(row % range).to_le_bytes())?;
            file.write_all(&place.to_le_bytes())?;
        }
        let files = ranges.into_iter().map(|file| {
            let mut file = file
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(file)
        });
        let files = files.collect::<std::io::Result<Vec<_>>>()?;
        Ok(Ranks {
            buckets: dividers.starts,
            n_repeated: line.n_repeated,
            ranges: files.into_iter(),
            folder: self.folder.clone(),
            places: Vec::new(),
            at: 0,
        })
    }

    fn file(&self) -> Result<File, PortfolioError> {
        tempfile::tempfile_in(&self.folder).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> PortfolioError {
        PortfolioError::io(&self.folder, error)
    }
}

impl Ranks {
    /// The next rows' places, from 1.
    pub(crate) fn take(&mut self, n_rows: usize) -> Result<Vec<u64>, PortfolioError> {
        let places = (0..n_rows)
            .map(|_| self.next())
            .collect::<std::io::Result<_>>();
        places.map_err(|error| PortfolioError::io(&self.folder, error))
    }

    /// The next row's place.
    fn next(&mut self) -> std::io::Result<u64> {
        if self.at == self.places.len() {
            self.load_range()?;
        }
        let place = self.places.get(self.at).copied();
        self.at += 1;
        place.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
    }

    fn load_range(&mut self) -> std::io::Result<()> {
        let Some(file) = self.ranges.next() else {
            return Ok(());
        };
        let n_rows = (file.metadata()?.len() / 16) as usize;
        self.at = 0;
        self.places.clear();
        self.places.resize(n_rows, 0);
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut pair = [0; 16];
        for _ in 0..n_rows {
            file.read_exact(&mut pair)?;
            let pair = u128::from_le_bytes(pair);
            if let Some(slot) = self.places.get_mut(pair as u64 as usize) {
                *slot = (pair >> 64) as u64;
            }
        }
        Ok(())
    }
}

/// Bytes of a bucket, for as long as there are not too many buckets.
const BUCKET: u64 = 2 << 20;

/// The most buckets there are; beyond, each has more bytes.
const MOST_BUCKETS: u64 = 1 << 11;

/// Finds where the day's order is cut into buckets, by what the rows take: a few enormous ones are a bucket of their own.
#[derive(Debug)]
struct Dividers {
    starts: Vec<u64>,
    /// Bytes of the last bucket.
    filled: u64,
    bucket: u64,
}

impl Dividers {
    fn new(n_bytes: u64) -> Self {
        Self {
            starts: Vec::new(),
            filled: 0,
            bucket: BUCKET.max(n_bytes / MOST_BUCKETS),
        }
    }

    fn add(&mut self, place: u64, size: u64) {
        if self.starts.is_empty() || self.filled + size > self.bucket {
            self.starts.push(place);
            self.filled = 0;
        }
        self.filled += size;
    }
}

/// The number of an entry's row.
fn row(entry: Entry) -> u64 {
    entry as u64 >> SIZE_BITS
}

/// The bytes of an entry's row.
fn size_of_row(entry: Entry) -> u64 {
    entry as u64 & ((1 << SIZE_BITS) - 1)
}

/// Sorted entries.
enum Run {
    Memory(std::vec::IntoIter<Entry>),
    File(BufReader<File>),
}

impl Run {
    fn next(&mut self) -> std::io::Result<Option<Entry>> {
        match self {
            Self::Memory(run) => Ok(run.next()),
            Self::File(file) => {
                let mut bytes = [0; 16];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Entry::from_le_bytes(bytes))),
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// The entries of many runs, in order.
struct Merge {
    runs: Vec<Run>,
    /// Each run's next entry.
    heads: BinaryHeap<Reverse<(Entry, usize)>>,
}

impl Merge {
    fn new(mut runs: Vec<Run>) -> std::io::Result<Self> {
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (at, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|entry| Reverse((entry, at))));
        }
        Ok(Self { runs, heads })
    }

    fn next(&mut self) -> std::io::Result<Option<Entry>> {
        let Some(mut first) = self.heads.peek_mut() else {
            return Ok(None);
        };
        let Reverse((entry, at)) = *first;
        match self.runs[at].next()? {
            // Changed in its place, which is cheaper than out and in again.
            Some(next) => *first = Reverse((next, at)),
            None => drop(std::collections::binary_heap::PeekMut::pop(first)),
        }
        Ok(Some(entry))
    }
}

/// Rows in the order they are called in, and behind them those without a place, as they lay: those put aside, and the other
/// rows of clients who have one.
struct Line {
    merge: Merge,
    repeats: Repeats,
    n_repeated: u64,
    /// The other rows of clients.
    behind: VecDeque<Entry>,
    /// The next row that was put aside.
    aside: Option<Entry>,
    is_behind: bool,
}

impl Line {
    fn new(sources: Vec<Run>, repeats: Repeats) -> std::io::Result<Self> {
        Ok(Self {
            merge: Merge::new(sources)?,
            repeats,
            n_repeated: 0,
            behind: VecDeque::new(),
            aside: None,
            is_behind: false,
        })
    }

    fn next(&mut self) -> std::io::Result<Option<Entry>> {
        while !self.is_behind {
            let next = self.merge.next()?;
            match next.filter(|entry| !is_aside(*entry)) {
                Some(entry) if self.repeats.has_place(row(entry)) => {
                    self.n_repeated += 1;
                    self.behind.push_back(entry);
                }
                Some(entry) => return Ok(Some(entry)),
                None => {
                    self.is_behind = true;
                    self.aside = next;
                    self.behind
                        .make_contiguous()
                        .sort_unstable_by_key(|entry| row(*entry));
                }
            }
        }
        let behind = self.behind.front();
        if behind.is_some_and(|behind| self.aside.is_none_or(|aside| row(*behind) < row(aside))) {
            return Ok(self.behind.pop_front());
        }
        let Some(aside) = self.aside else {
            return Ok(None);
        };
        self.aside = self.merge.next()?;
        Ok(Some(aside))
    }
}

/// Tells whether a row was put aside: its key is no number.
fn is_aside(entry: Entry) -> bool {
    (entry >> 64) as u64 == u64::MAX
}

/// A number that is smaller the greater the key is; NaN is the greatest of all.
pub(crate) fn descending(key: f64) -> u64 {
    if key.is_nan() {
        return u64::MAX;
    }
    // Both zeros are one key.
    let bits = (key + 0.0).to_bits();
    let ascending = match bits >> 63 {
        0 => bits | (1 << 63),
        _ => !bits,
    };
    !ascending
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(key: f64) -> SortKey {
        SortKey {
            key,
            size: 100,
            client: None,
        }
    }

    fn places(keys: &[f64], run: usize, range: usize) -> Vec<u64> {
        let mut sorter = Sorter::with(&std::env::temp_dir(), run, range);
        for key in keys {
            sorter.push(of(*key)).unwrap();
        }
        let mut ranks = sorter.rank(Repeats::default()).unwrap();
        let places = ranks.take(keys.len()).unwrap();
        assert!(ranks.take(1).is_err());
        places
    }

    #[test]
    fn the_highest_first_and_of_equals_the_first() {
        let keys = [0.5, f64::NAN, 0.9, 0.5, -1.0, 0.0, -0.0, f64::INFINITY];
        assert_eq!(places(&keys, 100, 100), [3, 8, 2, 4, 7, 5, 6, 1]);
        assert!(places(&[], 3, 3).is_empty());
        // Both zeros are one key, whichever comes first.
        assert_eq!(places(&[-0.0, 0.0, -1.0, 1.0], 100, 100), [2, 3, 4, 1]);
    }

    /// What is in memory: a run that is being filled, fewer than [`RUNS`] full ones, and the rest in files.
    #[test]
    fn full_runs_are_set_aside_and_many_of_them_stored() {
        let mut sorter = Sorter::with(&std::env::temp_dir(), 3, 100);
        let held = |sorter: &Sorter| (sorter.run.len(), sorter.runs.len(), sorter.files.len());
        let mut push = |n: usize| {
            for _ in 0..n {
                sorter.push(of(0.5)).unwrap();
            }
            held(&sorter)
        };
        assert_eq!(push(2), (2, 0, 0));
        assert_eq!(push(1), (0, 1, 0));
        assert_eq!(push(3 * RUNS - 4), (2, RUNS - 1, 0));
        assert_eq!(push(1), (0, 0, 1));
        assert_eq!(push(3 * RUNS + 1), (1, 0, 2));
    }

    #[test]
    fn a_run_is_many_keys_and_not_all_of_them() {
        let mut sorter = Sorter::new(&std::env::temp_dir());
        for row in 0..=RUN {
            sorter.push(of(row as f64)).unwrap();
        }
        assert_eq!((sorter.run.len(), sorter.runs.len()), (1, 1));
        assert!((100_000..1_000_000).contains(&RUN));
        assert!((1_000_000..10_000_000).contains(&RANGE));
    }

    #[test]
    fn places_of_more_rows_than_a_range_are_in_files() {
        let ranks = |n: usize| {
            let mut sorter = Sorter::with(&std::env::temp_dir(), 100, 4);
            for _ in 0..n {
                sorter.push(of(0.5)).unwrap();
            }
            let ranks = sorter.rank(Repeats::default()).unwrap();
            (ranks.places.len(), ranks.ranges.len())
        };
        assert_eq!(ranks(3), (3, 0));
        assert_eq!(ranks(4), (4, 0));
        assert_eq!(ranks(5), (0, 2));
        assert_eq!(ranks(9), (0, 3));
    }

    #[test]
    fn buckets_are_cut_by_what_rows_take() {
        let buckets = |sizes: &[usize], range: usize| {
            let mut sorter = Sorter::with(&std::env::temp_dir(), 100, range);
            for size in sizes {
                sorter
                    .push(SortKey {
                        key: 0.5,
                        size: *size,
                        client: None,
                    })
                    .unwrap();
            }
            sorter.rank(Repeats::default()).unwrap().buckets
        };
        let half = BUCKET as usize / 2;
        for range in [2, 100] {
            assert!(buckets(&[], range).is_empty());
            assert_eq!(buckets(&[1, 1, 1], range), [1]);
            assert_eq!(buckets(&[half, half, 1, half], range), [1, 3]);
            assert_eq!(buckets(&[1, usize::MAX, 1], range), [1, 2, 3]);
        }
        let mut dividers = Dividers::new(1 << 40);
        for place in 1..=(1 << 20) {
            dividers.add(place, 1 << 20);
        }
        assert_eq!(dividers.starts.len() as u64, MOST_BUCKETS);
    }

    /// The end of a run is no error, and an error is no end: rows would be without a place.
    #[test]
    fn a_run_that_cannot_be_read_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut empty = Run::File(BufReader::new(file.reopen().unwrap()));
        assert!(empty.next().unwrap().is_none());
        let write_only = File::options().write(true).open(file.path()).unwrap();
        let mut unreadable = Run::File(BufReader::new(write_only));
        assert!(unreadable.next().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn wherever_the_runs_lie(
            keys in prop::collection::vec(prop_oneof![-9i32..9, any::<i32>()], 0..400),
            run in 1usize..20,
            range in 1usize..100,
        ) {
            let keys: Vec<f64> = keys.into_iter().map(f64::from).collect();
            let mut order: Vec<usize> = (0..keys.len()).collect();
            order.sort_by(|a, b| keys[*b].total_cmp(&keys[*a]));
            let mut expected = vec![0; keys.len()];
            for (place, row) in (1..).zip(order) {
                expected[row] = place;
            }
            prop_assert_eq!(places(&keys, run, range), expected);
        }
    }
}
