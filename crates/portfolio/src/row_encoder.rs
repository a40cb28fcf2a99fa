//! A portfolio's cells become features: what [`Contract::encode`] does, remembering what it has seen.
//!
//! A portfolio says the same few things again and again. Each input is encoded on its own, so what a short text of an
//! input came to is kept, and a plain number is not even looked up but read.

use std::borrow::Cow;

use propenso_scoring::number;
use propenso_scoring::{
    Binning, Contract, Fault, Input, InputBins, InputEncoder, Language, Observed, Raw, Row, Slot,
    Warning, WarningKind,
};

use crate::batch::{Batch, BatchRow, CellKind};
use crate::columns::Columns;
use crate::decimals::{Decimals, Evidence, Vote, Votes};
use crate::request::Decimal;
use crate::summary::InputCount;

/// Texts kept per input; a power of two.
const KEPT: usize = 256;

/// The text between two notes of a row.
pub(crate) const BETWEEN_NOTES: &str = " | ";

/// Encodes the rows of one file, on one thread.
#[derive(Debug)]
pub(crate) struct RowEncoder<'c> {
    contract: &'c Contract,
    inputs: Vec<Memory<'c>>,
}

/// An input, and what its texts have come to.
#[derive(Debug)]
struct Memory<'c> {
    input: &'c Input,
    column: Option<usize>,
    /// What its numbers have before their decimals, where that is known.
    decimal: Option<Decimal>,
    /// What they say of it, where the input is a number.
    votes: Option<Votes>,
    reads_plain_numbers: bool,
    /// Whether a typed table's number needs no text to be read.
    takes_numbers: bool,
    /// The inputs its features count from, and their columns.
    counted_from: Vec<(usize, Option<usize>)>,
    /// What its values are counted in, where they are.
    bins: Option<&'c InputBins>,
    kept: Vec<Kept>,
}

/// A text's encoding.
#[derive(Debug, Clone)]
struct Kept {
    key: u128,
    features: Vec<f64>,
    notes: String,
    marks: Marks,
    vote: Option<Vote>,
}

/// Marks of what was noticed of an input in a row, and the bin it is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    noticed: u8,
    /// 0 where nobody counts.
    bin: u8,
}

impl Marks {
    const MISSING: u8 = 1;
    const UNSEEN: u8 = 2;
    const CLIPPED: u8 = 4;
    const AMBIGUOUS: u8 = 8;
    /// Besides [`Self::MISSING`]: the model takes missing values, and never saw one there.
    const UNSEEN_MISSING: u8 = 16;
    const GUESSED: u8 = 32;

    fn of(warnings: &[Warning]) -> Self {
        let marks = warnings.iter().map(|warning| match warning.kind {
            WarningKind::Imputed => Self::MISSING,
            WarningKind::Unseen if warning.is_missing() => Self::MISSING | Self::UNSEEN_MISSING,
            WarningKind::Unseen => Self::UNSEEN,
            WarningKind::Clipped => Self::CLIPPED,
            WarningKind::Ambiguous => Self::AMBIGUOUS,
            // Read as what was meant: the note beside the row says so, and there is nothing to count.
            WarningKind::Guessed => Self::GUESSED,
            WarningKind::UnknownInput => 0,
        });
        Self {
            noticed: marks.fold(0, |all, mark| all | mark),
            bin: 0,
        }
    }

    /// Counted in the bin of what the input was.
    #[inline]
    fn in_bin(self, bins: Option<&InputBins>, observed: Observed) -> Self {
        let bin = bins.map_or(0, |bins| bins.bin(observed));
        Self {
            bin: u8::try_from(bin).unwrap_or(u8::MAX),
            ..self
        }
    }

    /// The bin it is counted in.
    #[inline]
    pub(crate) fn bin(self) -> usize {
        usize::from(self.bin)
    }

    /// Whether nothing was noticed.
    pub(crate) fn is_empty(self) -> bool {
        self.noticed == 0
    }

    /// The kinds of warnings that these are.
    pub(crate) fn kinds(self) -> impl Iterator<Item = WarningKind> {
        let has = move |mark: u8| self.noticed & mark != 0;
        let is_unseen = has(Self::UNSEEN | Self::UNSEEN_MISSING);
        let kinds = [
            (
                has(Self::MISSING) && !has(Self::UNSEEN_MISSING),
                WarningKind::Imputed,
            ),
            (has(Self::CLIPPED), WarningKind::Clipped),
            (has(Self::AMBIGUOUS), WarningKind::Ambiguous),
            (is_unseen, WarningKind::Unseen),
            (has(Self::GUESSED), WarningKind::Guessed),
        ];
        kinds
            .into_iter()
            .filter_map(|(is_so, kind)| is_so.then_some(kind))
    }

    /// Counts a row.
    #[inline]
    pub(crate) fn count_in(self, counts: &mut InputCount) {
        if self.is_empty() {
            return;
        }
        counts.missing += u64::from(self.noticed & Self::MISSING != 0);
        counts.unseen += u64::from(self.noticed & Self::UNSEEN != 0);
        counts.clipped += u64::from(self.noticed & Self::CLIPPED != 0);
        counts.ambiguous += u64::from(self.noticed & Self::AMBIGUOUS != 0);
    }
}

/// Room for rows' encodings.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// The features of the rows that are in order, one after the other.
    pub(crate) features: Vec<f64>,
    /// The notes of the row that is being encoded.
    pub(crate) notes: String,
    /// What was noticed of its inputs, in the contract's order.
    pub(crate) marks: Vec<Marks>,
    /// What is wrong with the row, by input.
    pub(crate) errors: Vec<(usize, Fault)>,
    /// Those of the input that is being encoded.
    warnings: Vec<Warning>,
}

impl<'c> RowEncoder<'c> {
    pub(crate) fn new(contract: &'c Contract, columns: &Columns, decimals: &Decimals) -> Self {
        let places: Vec<Option<usize>> = columns
            .of_inputs(contract)
            .map(|(_, column)| column)
            .collect();
        let inputs = columns.of_inputs(contract).map(|(input, column)| Memory {
            input,
            column,
            decimal: column.and_then(|column| decimals.of(column)),
            votes: input.is_number().then(Votes::default),
            reads_plain_numbers: contract.reads_plain_numbers(input),
            takes_numbers: contract.reads_numbers(input)
                && input.counted_from().next().is_none()
                && !is_counted_from(input, contract),
            counted_from: input
                .counted_from()
                .map(|at| (at, places.get(at).copied().flatten()))
                .collect(),
            bins: None,
            kept: Vec::new(),
        });
        Self {
            contract,
            inputs: inputs.collect(),
        }
    }

    /// Tells of each input which of some bins it is in.
    #[must_use]
    pub(crate) fn counting(mut self, binning: Option<&'c Binning>) -> Self {
        for (index, memory) in self.inputs.iter_mut().enumerate() {
            let known = binning.and_then(|binning| binning.of_input(index));
            memory.bins = known.map(|(_, bins)| bins);
        }
        self
    }

    /// Tells what the numbers so far say of the marks before their decimals.
    pub(crate) fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for memory in &self.inputs {
            if let (Some(column), Some(votes)) = (memory.column, memory.votes) {
                evidence.add(column, votes);
            }
        }
        evidence
    }

    /// Tells whether the numbers of a typed table need no text to be read as this input.
    pub(crate) fn takes_numbers(&self, input: usize) -> bool {
        self.inputs
            .get(input)
            .is_some_and(|memory| memory.takes_numbers)
    }

    /// Encodes a row: appends its features, and writes what was noticed and what is wrong. The features of a row with
    /// errors are taken back.
    pub(crate) fn encode(&mut self, batch: &Batch, row: usize, encoded: &mut Encoded) {
        self.encode_row(batch, row, (&NumberCells::default(), row), encoded);
    }

    /// Encodes a row as [`Self::encode`] does, whose numbers are partly at hand as such, in a row of theirs. What they come to
    /// is the same.
    pub(crate) fn encode_row(
        &mut self,
        batch: &Batch,
        row: usize,
        (numbers, number_row): (&NumberCells, usize),
        encoded: &mut Encoded,
    ) {
        let before = encoded.features.len();
        encoded.notes.clear();
        encoded.marks.clear();
        encoded.errors.clear();
        let context = Context {
            contract: self.contract,
            is_typed: batch.is_typed(),
        };
        for (index, memory) in self.inputs.iter_mut().enumerate() {
            if let Some(number) = numbers.get(index, number_row) {
                let marks = memory.number(number, &context, encoded);
                note(index, marks, encoded);
                continue;
            }
            let marks = match memory.column {
                Some(_) if !memory.counted_from.is_empty() => {
                    memory.beside(batch.row(row), &context, encoded)
                }
                None => memory.absent(&context, encoded),
                Some(column) => memory.cell(batch.row(row), column, &context, encoded),
            };
            note(index, marks, encoded);
        }
        if !encoded.errors.is_empty() {
            encoded.features.truncate(before);
        }
    }
}

/// Some rows' numbers by input, of the inputs that take them without their text.
#[derive(Debug, Default)]
pub(crate) struct NumberCells(pub(crate) Vec<Option<Vec<f64>>>);

impl NumberCells {
    /// A number; NaN where there is none. `None` for inputs that are read from cells.
    #[inline]
    pub(crate) fn get(&self, input: usize, row: usize) -> Option<f64> {
        self.0.get(input)?.as_ref()?.get(row).copied()
    }
}

/// Whether another input's features count from this one.
fn is_counted_from(input: &Input, contract: &Contract) -> bool {
    let index = contract.input_index(input.name());
    let mut counted = contract.inputs().iter().flat_map(Input::counted_from);
    counted.any(|at| Some(at) == index)
}

#[inline]
fn note(index: usize, marks: Result<Marks, Fault>, encoded: &mut Encoded) {
    let marks = marks.unwrap_or_else(|fault| {
        encoded.errors.push((index, fault));
        Marks::default()
    });
    encoded.marks.push(marks);
}

/// The things that are the same for all inputs of a file.
struct Context<'c> {
    contract: &'c Contract,
    is_typed: bool,
}

impl Memory<'_> {
    /// Encodes an input that has no column.
    fn absent(&mut self, context: &Context<'_>, encoded: &mut Encoded) -> Result<Marks, Fault> {
        // No text has this key.
        self.keep(u128::MAX, &Slot::Absent, context, encoded)
    }

    /// Encodes an input that is counted from others: what it comes to depends on more than its own text.
    fn beside(
        &self,
        cells: BatchRow<'_>,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<Marks, Fault> {
        let inputs = context.contract.inputs();
        let slot = |column: usize, input: &Input| {
            let kind = match context.is_typed {
                true => cells.kind(column),
                false => CellKind::Text,
            };
            raw(cells.cell(column), kind, input)
        };
        let mut row = Row::new(context.contract);
        for (at, column) in &self.counted_from {
            if let (Some(column), Some(input)) = (column, inputs.get(*at)) {
                row.replace(*at, slot(*column, input));
            }
        }
        let own = match self.column {
            Some(column) => Slot::Given(slot(column, self.input)),
            None => Slot::Absent,
        };
        encoded.warnings.clear();
        let encoder = InputEncoder::new(context.contract, self.input, &mut encoded.warnings);
        let observed = encoder.beside(&row).encode(&own, &mut encoded.features)?;
        write_notes(&encoded.warnings, &mut encoded.notes);
        Ok(self.marks(observed, &encoded.warnings))
    }

    /// Encodes a typed table's number; NaN where there is none.
    #[inline]
    fn number(
        &mut self,
        number: f64,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<Marks, Fault> {
        if number.is_nan() {
            return self.look_up(0, "", context, encoded);
        }
        encoded.warnings.clear();
        let encoder = InputEncoder::new(context.contract, self.input, &mut encoded.warnings);
        let observed = match number.is_finite() {
            true => encoder.encode_number(number, &mut encoded.features),
            false => {
                let slot = Slot::Given(Raw::number(number.to_string()));
                encoder.encode(&slot, &mut encoded.features)
            }
        }?;
        write_notes(&encoded.warnings, &mut encoded.notes);
        Ok(self.marks(observed, &encoded.warnings))
    }

    #[inline]
    fn cell(
        &mut self,
        row: BatchRow<'_>,
        column: usize,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<Marks, Fault> {
        let text = row.cell(column);
        if self.reads_plain_numbers
            && let Some((number, mark)) = number::plain_with_mark(text.as_bytes())
        {
            if let (Some(mark), Some(votes)) = (mark, &mut self.votes)
                && !(context.is_typed && row.kind(column) != CellKind::Text)
            {
                votes.add(Vote::For(mark));
            }
            encoded.warnings.clear();
            let encoder = InputEncoder::new(context.contract, self.input, &mut encoded.warnings);
            let observed = encoder.encode_number(number, &mut encoded.features)?;
            write_notes(&encoded.warnings, &mut encoded.notes);
            return Ok(self.marks(observed, &encoded.warnings));
        }
        let kind = match context.is_typed {
            true => row.kind(column),
            false => CellKind::Text,
        };
        if kind == CellKind::Text
            && let Some(key) = row.key(column)
        {
            return self.look_up(key, text, context, encoded);
        }
        if kind == CellKind::Text {
            let vote = self.votes.and_then(|_| Vote::of(shown(text)));
            self.count(vote);
        }
        let slot = Slot::Given(raw(text, kind, self.input));
        let (notes, marks) = self.encode(&slot, context, encoded)?;
        add_notes(&notes, &mut encoded.notes);
        Ok(marks)
    }

    #[inline]
    fn look_up(
        &mut self,
        key: u128,
        text: &str,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<Marks, Fault> {
        if let Some(kept) = self.kept.get(place(key))
            && kept.key == key
        {
            let vote = kept.vote;
            encoded.features.extend_from_slice(&kept.features);
            add_notes(&kept.notes, &mut encoded.notes);
            let marks = kept.marks;
            self.count(vote);
            return Ok(marks);
        }
        let slot = Slot::Given(raw(text, CellKind::Text, self.input));
        self.keep(key, &slot, context, encoded)
    }

    /// Encodes a value and keeps what it came to.
    fn keep(
        &mut self,
        key: u128,
        slot: &Slot<'_>,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<Marks, Fault> {
        let before = encoded.features.len();
        let vote = match (slot, self.votes) {
            (Slot::Given(Raw::Text(text)), Some(_)) => Vote::of(text),
            _ => None,
        };
        self.count(vote);
        let (notes, marks) = self.encode(slot, context, encoded)?;
        add_notes(&notes, &mut encoded.notes);
        if self.kept.is_empty() {
            let nothing = Kept {
                // No text has this key either.
                key: u128::MAX - 1,
                features: Vec::new(),
                notes: String::new(),
                marks,
                vote: None,
            };
            self.kept.resize(KEPT, nothing);
        }
        self.kept[place(key)] = Kept {
            key,
            features: encoded.features[before..].to_vec(),
            notes,
            marks,
            vote,
        };
        Ok(marks)
    }

    fn count(&mut self, vote: Option<Vote>) {
        if let (Some(vote), Some(votes)) = (vote, &mut self.votes) {
            votes.add(vote);
        }
    }

    /// Encodes a value as every row's is, and gives its notes and marks.
    fn encode(
        &self,
        slot: &Slot<'_>,
        context: &Context<'_>,
        encoded: &mut Encoded,
    ) -> Result<(String, Marks), Fault> {
        encoded.warnings.clear();
        let encoder = InputEncoder::new(context.contract, self.input, &mut encoded.warnings);
        let observed = encoder
            .in_file(self.decimal)
            .encode(slot, &mut encoded.features)?;
        let mut notes = String::new();
        write_notes(&encoded.warnings, &mut notes);
        Ok((notes, self.marks(observed, &encoded.warnings)))
    }

    #[inline]
    fn marks(&self, observed: Observed, warnings: &[Warning]) -> Marks {
        Marks::of(warnings).in_bin(self.bins, observed)
    }
}

/// Makes a row as a client alone would send it. Its numbers can be read in one way only.
pub(crate) fn row_of<'b>(
    cells: BatchRow<'b>,
    columns: &Columns,
    decimals: &Decimals,
    contract: &Contract,
) -> Row<'b> {
    let mut row = Row::new(contract);
    for (index, (input, column)) in columns.of_inputs(contract).enumerate() {
        let Some(column) = column else {
            continue;
        };
        let (text, kind) = (cells.cell(column), cells.kind(column));
        let is_written_number = kind == CellKind::Text && input.is_number();
        let decimal = decimals.of(column).filter(|_| is_written_number);
        let text = match decimal {
            Some(decimal) => number::without_thousands(text, decimal),
            None => text.into(),
        };
        let value = match text {
            Cow::Borrowed(text) => raw(text, kind, input),
            Cow::Owned(text) => raw(&text, kind, input).into_owned(),
        };
        row.replace(index, value);
    }
    row
}

/// Reads a cell as the contract takes it: a typed table's number is a number, and a day is its month where the contract
/// wants one.
fn raw<'b>(text: &'b str, kind: CellKind, input: &Input) -> Raw<'b> {
    let text = shown(text);
    match kind {
        _ if text.is_empty() => Raw::Missing,
        CellKind::Number => Raw::number(text),
        CellKind::Date if input.is_year_month() => match year_month(text) {
            Some(month) => Raw::text(month),
            None => Raw::text(text),
        },
        CellKind::Date if input.is_date() => match iso(text) {
            Some(day) => Raw::text(day),
            None => Raw::text(text),
        },
        CellKind::Boolean => match number::boolean(text) {
            Some(is_true) => Raw::Boolean(is_true),
            None => Raw::text(text),
        },
        CellKind::Date | CellKind::Text => Raw::text(text),
    }
}

/// Gives the text that Excel shows for a cell: `="0000101"` keeps its zeros when it opens a text file.
pub(crate) fn shown(text: &str) -> &str {
    let inner = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text)
}

/// Asks the texts of a column what they have before their decimals.
pub(crate) fn ask_texts(batch: &Batch, column: usize, votes: &mut Votes) {
    let texts = (0..batch.n_rows())
        .filter(|row| batch.kind(*row, column) == CellKind::Text)
        .map(|row| shown(batch.cell(row, column)));
    texts.filter_map(Vote::of).for_each(|vote| votes.add(vote));
}

/// Makes `202312` of `31/12/2023`.
pub(crate) fn year_month(day: &str) -> Option<String> {
    let (month, year) = (day.get(3..5)?, day.get(6..10)?);
    Some(format!("{year}{month}"))
}

/// Makes `2023-12-31` of `31/12/2023`, whatever a contract's formats are.
pub(crate) fn iso(day: &str) -> Option<String> {
    let (date, time) = (day.get(..10)?, day.get(10..)?);
    let (day, month, year) = (date.get(..2)?, date.get(3..5)?, date.get(6..)?);
    Some(format!("{year}-{month}-{day}{time}"))
}

/// Finds a kept text's place. Multiplied by an odd number, its upper bits depend on all of the key's.
#[inline]
fn place(key: u128) -> usize {
    let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

#[inline]
fn add_notes(notes: &str, to: &mut String) {
    if notes.is_empty() {
        return;
    }
    if !to.is_empty() {
        to.push_str(BETWEEN_NOTES);
    }
    to.push_str(notes);
}

fn write_notes(warnings: &[Warning], to: &mut String) {
    for warning in warnings {
        if !to.is_empty() {
            to.push_str(BETWEEN_NOTES);
        }
        warning.write_message(Language::Spanish, to);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Cells of all kinds, repeated so that memory is used, for each of the contract's inputs.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(vec![
                "",
                "S",
                "N",
                "SI",
                "NO",
                "A",
                "B",
                "PER",
                "FU",
                "EMP",
                "N/A",
                "N/A ",
                "51-65",
                "NaN",
                "1.000",
                "0-30",
                "MAYOR 65",
                "202311",
                "202311.0",
                "28013",
                "8029",
                "3",
                "3,5",
                "1.000,82 €",
                "-5",
                "hola",
                "1e3",
            ])
            .prop_map(str::to_owned),
            "[0-9]{1,4}[.,]?[0-9]{0,4}",
            "\\PC{0,20}",
        ]
    }

    /// Bins of all inputs, by a few values of each.
    fn binning(contract: &Contract) -> Binning {
        let seen = [1.0, 3.0, 30.0, 202_311.0].map(Observed::Value);
        let inputs = contract.inputs().iter();
        let bins = inputs.filter_map(|input| Some((input.name(), InputBins::of(input, &seen)?)));
        let bins: Vec<(&str, InputBins)> = bins.collect();
        let bins = bins.iter().map(|(name, bins)| (*name, bins));
        Binning::new(contract, String::new(), bins)
    }

    proptest! {
        /// Whatever is remembered, a row comes to what the contract makes of it alone.
        #[test]
        fn as_the_contract_does(rows in prop::collection::vec(prop::collection::vec(cell(), 13), 1..40)) {
            let contract = Contract::shipped("casas-cobranzas").unwrap();
            let columns = Columns { inputs: (0..13).map(Some).collect(), id: None, amount: None };
            let binning = binning(&contract);
            let mut encoder = RowEncoder::new(&contract, &columns, &Decimals::default()).counting(Some(&binning));
            let mut batch = Batch::new(13);
            for (number, cells) in rows.iter().enumerate() {
                for cell in cells {
                    batch.push(cell, CellKind::Text);
                }
                batch.end_row(number as u64);
            }
            let mut encoded = Encoded::default();
            for (at, cells) in rows.iter().enumerate() {
                encoded.features.clear();
                encoder.encode(&batch, at, &mut encoded);
                let mut row = Row::new(&contract);
                for (input, cell) in contract.inputs().iter().zip(cells) {
                    let raw = if cell.is_empty() { Raw::Missing } else { Raw::text(cell.as_str()) };
                    row.set(&contract, input.name(), raw);
                }
                let (mut features, mut warnings) = (Vec::new(), Vec::new());
                let mut observed = Vec::new();
                match contract.encode_observed(&row, &mut features, &mut warnings, |input| observed.push(input)) {
                    Ok(()) => {
                        for (index, (marks, observed)) in encoded.marks.iter().zip(&observed).enumerate() {
                            let (_, bins) = binning.of_input(index).unwrap();
                            prop_assert_eq!(marks.bin(), bins.bin(*observed));
                        }
                        prop_assert_eq!(&encoded.features, &features);
                        let mut notes = String::new();
                        write_notes(&warnings, &mut notes);
                        prop_assert_eq!(&encoded.notes, &notes);
                    }
                    Err(errors) => {
                        let faults: Vec<Fault> = errors.iter().map(|error| error.fault).collect();
                        let found: Vec<Fault> = encoded.errors.iter().map(|(_, fault)| *fault).collect();
                        prop_assert_eq!(found, faults);
                    }
                }
            }
        }
    }

    #[test]
    fn a_day_is_its_month_where_one_is_wanted() {
        assert_eq!(year_month("31/12/2023").as_deref(), Some("202312"));
        assert_eq!(year_month("ñ/1"), None);
    }

    #[test]
    fn a_known_decimal_mark_makes_thousands_clear() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let columns = Columns {
            inputs: (0..13).map(Some).collect(),
            id: None,
            amount: None,
        };
        let cells = [
            "1", "1.000", "PER", "1,000", "NO", "S", "28013", "1", "A", "N", "N", "", "40",
        ];
        let mut batch = Batch::new(13);
        for cell in cells {
            batch.push(cell, CellKind::Text);
        }
        batch.end_row(2);
        for (decimal, invoice, debt) in [
            (Some(Decimal::Comma), 314.24, 1.0),
            (Some(Decimal::Point), 1.0, 628.83),
            (None, 1.0, 1.0),
        ] {
            let mut encoded = Encoded::default();
            RowEncoder::new(&contract, &columns, &Decimals::said(decimal)).encode(
                &batch,
                0,
                &mut encoded,
            );
            assert_eq!(encoded.errors, []);
            assert_eq!(encoded.features[1], invoice / 314.24, "{decimal:?}");
            assert_eq!(encoded.features[3], debt / 628.83, "{decimal:?}");
            assert_eq!(encoded.notes.contains("dos maneras"), decimal.is_none());
        }
    }
}
