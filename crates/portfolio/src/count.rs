//! What a thread has counted; added up, it is the summary.

use std::collections::BTreeMap;

use propenso_scoring::statistics::Deciles;
use propenso_scoring::{Binning, Contract};

use crate::folio::Scored;
use crate::money::Money;
use crate::rejection::{Problem, Rejection};
use crate::row_encoder::Marks;
use crate::summary::{Group, HISTOGRAM_BINS, InputCount, RejectionCount, Summary, Total};

/// What the first pass counts.
#[derive(Debug, Default)]
pub(crate) struct Count {
    pub(crate) total: Totals,
    inputs: Vec<InputCount>,
    /// Where each input's bins begin among all, where it has some.
    first_bins: Vec<Option<usize>>,
    /// Scored rows by input and bin.
    bins: Vec<u64>,
    histogram: Vec<u64>,
    bands: Option<[Group; 5]>,
    /// Rows by input and reason.
    rejections: BTreeMap<(String, String), u64>,
    /// Ids that a spreadsheet has as numbers of more digits than it keeps.
    pub(crate) rounded_ids: u64,
    /// The numbers of rows with the sums of others.
    totals: Vec<u64>,
}

/// Rows and debt.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) read: Total,
    pub(crate) scored: Total,
    pub(crate) rejected: Total,
    pub(crate) suppressed: Total,
    pub(crate) control: Total,
}

impl Count {
    pub(crate) fn new(contract: &Contract, has_bands: bool) -> Self {
        let inputs = contract.inputs().iter().map(|input| InputCount {
            input: input.name().to_owned(),
            ..InputCount::default()
        });
        Self {
            inputs: inputs.collect(),
            histogram: vec![0; HISTOGRAM_BINS],
            bands: has_bands.then(Default::default),
            ..Self::default()
        }
    }

    /// Counts the bins of inputs, too.
    #[must_use]
    pub(crate) fn counting(mut self, binning: Option<&Binning>) -> Self {
        if let Some(binning) = binning {
            let inputs = 0..self.inputs.len();
            let first = inputs.map(|index| binning.of_input(index).map(|(first, _)| first));
            self.first_bins = first.collect();
            self.bins = vec![0; binning.count()];
        }
        self
    }

    /// Counts what was noticed of a scored row's inputs.
    pub(crate) fn marks(&mut self, marks: &[Marks]) {
        for (count, marks) in self.inputs.iter_mut().zip(marks) {
            marks.count_in(count);
        }
        for (first, marks) in self.first_bins.iter().zip(marks) {
            let count = first.and_then(|first| self.bins.get_mut(first + marks.bin()));
            if let Some(count) = count {
                *count += 1;
            }
        }
    }

    /// Counts a scored row.
    pub(crate) fn score(&mut self, scored: &Scored, cuts: Option<&Deciles>) {
        let debt = Money::of(scored.debt);
        self.total.scored.add(debt);
        let bin = (scored.probability * HISTOGRAM_BINS as f64) as usize;
        if let Some(count) = self.histogram.get_mut(bin.min(HISTOGRAM_BINS - 1)) {
            *count += 1;
        }
        if let (Some(bands), Some(cuts)) = (&mut self.bands, cuts)
            && let Some(group) = bands.get_mut(cuts.fifth(scored.probability))
        {
            let expected = scored.expected().map_or(Money::default(), Money::of);
            group.add(scored.probability, scored.pays, debt, expected);
        }
    }

    /// Counts a rejected row.
    pub(crate) fn reject(&mut self, rejection: &Rejection) {
        self.total.rejected.add(rejection.debt);
        for problem in &rejection.problems {
            if let Problem::Field { input, error } = problem
                && let Some(count) = self.inputs.get_mut(*input)
            {
                count.rejected += 1;
                *count.faults.entry(error.fault.as_str()).or_default() += 1;
            }
            let reason = (problem.input().to_owned(), problem.kind());
            *self.rejections.entry(reason).or_default() += 1;
        }
    }

    /// Counts a row with the sums of others.
    pub(crate) fn total_row(&mut self, number: u64) {
        self.totals.push(number);
    }

    /// The rows with the sums of others, in their order.
    pub(crate) fn total_rows(&self) -> Vec<u64> {
        let mut rows = self.totals.clone();
        rows.sort_unstable();
        rows
    }

    /// Adds what other threads have counted.
    pub(crate) fn sum(counts: impl IntoIterator<Item = Self>) -> Self {
        let mut counts = counts.into_iter();
        let mut sum = counts.next().unwrap_or_default();
        for count in counts {
            sum.total.merge(&count.total);
            for (sum, input) in sum.inputs.iter_mut().zip(&count.inputs) {
                sum.merge(input);
            }
            let bins = sum.bins.iter_mut().zip(&count.bins);
            for (sum, bin) in bins.chain(sum.histogram.iter_mut().zip(&count.histogram)) {
                *sum += bin;
            }
            for (sum, group) in sum
                .bands
                .iter_mut()
                .flatten()
                .zip(count.bands.iter().flatten())
            {
                sum.merge(group);
            }
            sum.rounded_ids += count.rounded_ids;
            sum.totals.extend(count.totals);
            for (reason, rows) in count.rejections {
                *sum.rejections.entry(reason).or_default() += rows;
            }
        }
        sum
    }

    /// Writes it all into a summary.
    pub(crate) fn write(self, summary: &mut Summary) {
        let Totals {
            read,
            scored,
            rejected,
            suppressed,
            control,
        } = self.total;
        summary.read = read;
        summary.aside.totals = self.totals.len() as u64;
        summary.scored = scored;
        summary.rejected = rejected;
        summary.suppressed = suppressed;
        summary.control = control;
        summary.inputs = self.inputs;
        summary.bins = self.bins;
        summary.histogram = self.histogram;
        summary.bands = self.bands;
        let rejections = self.rejections.into_iter();
        let rejections = rejections.map(|((input, reason), rows)| RejectionCount {
            input,
            reason,
            rows,
        });
        summary.rejections = rejections.collect();
        summary
            .rejections
            .sort_by_key(|rejection| std::cmp::Reverse(rejection.rows));
    }
}

impl Totals {
    fn merge(&mut self, other: &Self) {
        self.read.merge(other.read);
        self.scored.merge(other.scored);
        self.rejected.merge(other.rejected);
        self.suppressed.merge(other.suppressed);
        self.control.merge(other.control);
    }
}
