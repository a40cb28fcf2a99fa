//! How much a file may ask for.

/// Bounds on what is read from one file. A file beyond them is refused with what to do; within them, memory and time are
/// bounded by what they say, not by what the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Columns of a table. Excel's sheets have as many.
    pub columns: usize,
    /// Bytes of text in a row.
    pub row_bytes: usize,
    /// Bytes of text, and cells, that are in memory as one batch of rows.
    pub batch: usize,
    /// What a file may become, in bytes and cells: so much in any case …
    pub expanded: u64,
    /// … and so many times its own size besides. Exports of clients are compressed ten to thirty times, and made-up ones a
    /// thousand times.
    pub expansion: u64,
    /// Bytes of a part of a workbook that is no sheet and no list of texts, such as its styles.
    pub part_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            columns: 16_384,
            row_bytes: 4 << 20,
            batch: 4 << 20,
            expanded: 64 << 20,
            expansion: 256,
            part_bytes: 32 << 20,
        }
    }
}

impl Limits {
    /// Tells whether a batch of so many bytes of text, and cells, is full.
    pub(crate) fn is_full(&self, n_bytes: usize, n_cells: usize) -> bool {
        n_bytes + n_cells > self.batch
    }

    /// Tells whether a file of so many bytes may become so much.
    pub(crate) fn may_become(&self, file: u64, expanded: u64) -> bool {
        expanded
            <= self
                .expanded
                .saturating_add(self.expansion.saturating_mul(file))
    }
}

/// The empty cells that a wide header asks for in short rows: what is written has them all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Padding {
    cells: u64,
    padded: u64,
}

impl Padding {
    /// Empty cells that any table may have, and those it may have for each cell that says something.
    const MOST: (u64, u64) = (16 << 20, 64);

    /// Counts a row. Tells whether the table has no more empty cells than tables of clients have.
    pub(crate) fn add(&mut self, n_cells: usize, n_columns: usize) -> bool {
        self.cells += n_cells as u64;
        self.padded += n_columns.saturating_sub(n_cells) as u64;
        self.padded <= Self::MOST.0 + Self::MOST.1 * self.cells
    }
}
