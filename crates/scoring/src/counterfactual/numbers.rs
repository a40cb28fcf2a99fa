//! The numbers an input may be changed to: one for each interval that the model can tell from the
//! others.

use propenso_model::Thresholds;

use super::cell::{Cell, MAX_DECIMALS};
use crate::input::{Feature, Input, NumberReading, NumberSyntax, Output, Range};
use crate::step::{Step, floor_divide};

/// Points that an input's range is split into where the model's thresholds are not known.
const GRID: usize = 64;

/// Significant digits of a number that is neither an amount nor whole.
const DIGITS: f64 = 6.0;

/// A part of a number that nobody calls a change of it.
const SLIGHT: f64 = 0.01;

/// What a number may be changed to.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Rising, without common numbers. Their ends are numbers a client could send.
    pub(super) cells: Vec<Cell>,
    /// What a change is measured by: the width of what the contract accepts and does not clip, else
    /// the distance between the model's outermost thresholds.
    pub(super) scale: f64,
    /// Most decimals of a number worth proposing.
    pub(super) decimals: usize,
    /// The least that anybody would call a change, whatever the number: a euro, or one thing.
    pub(super) least: f64,
}

/// Accepted numbers, and what they are divided by before the features see them.
struct Segment {
    cell: Cell,
    floor_divide: Option<f64>,
}

/// The thresholds of each feature of an input that is made of its number.
type Compared<'i> = Vec<(&'i Feature, Option<&'i [f64]>)>;

impl Numbers {
    /// The intervals of an input's numbers; none when nothing bounds the numbers and the model's
    /// thresholds are not known.
    pub(super) fn of(input: &Input, reading: &NumberReading, thresholds: &Thresholds) -> Self {
        let compared = compared(input, thresholds);
        let segments = segments(reading, &compared);
        let edges: Vec<Vec<f64>> = segments
            .iter()
            .map(|segment| segment.edges(&compared))
            .collect();
        let scale = scale(&segments, &edges);
        let decimals = decimals(reading, scale);
        let is_known = compared.iter().all(|(_, list)| list.is_some());
        let mut cells = Vec::new();
        for (segment, edges) in segments.iter().zip(&edges) {
            if is_known {
                cells.extend(segment.cells(edges, decimals));
            } else {
                cells.extend(segment.grid(decimals));
            }
        }
        cells.sort_by(|a: &Cell, b| a.low.total_cmp(&b.low));
        Self {
            cells,
            scale,
            decimals,
            least: match reading.syntax {
                NumberSyntax::Money => 1.0,
                _ if is_whole(reading) => 1.0,
                _ => 0.0,
            },
        }
    }

    /// The least that anybody would call a change of a number. Of years, say, 1 % would be twenty, so it is 1 % of what
    /// the numbers of the input span where that is less.
    pub(super) fn least_change(&self, number: f64) -> f64 {
        self.least.max(SLIGHT * number.abs().min(self.scale))
    }
}

fn compared<'i>(input: &'i Input, thresholds: &'i Thresholds) -> Compared<'i> {
    let Output::Features(features) = &input.output else {
        return Vec::new();
    };
    let numbered = (input.first_feature..).zip(features);
    numbered
        .filter(|(_, feature)| !feature.is_present)
        .map(|(position, feature)| (feature, thresholds.of_input(position)))
        .collect()
}

/// The accepted numbers, less those beyond what every feature clips at: they would change nothing.
fn segments(reading: &NumberReading, compared: &Compared<'_>) -> Vec<Segment> {
    if !reading.ranges.is_empty() {
        let segment = |range: &Range| Segment {
            cell: Cell {
                low: range.from,
                high: range.to,
            },
            floor_divide: range.floor_divide,
        };
        return reading.ranges.iter().map(segment).collect();
    }
    let accepted = Cell {
        low: reading.minimum.unwrap_or(f64::MIN),
        high: reading.maximum.unwrap_or(f64::MAX),
    };
    let first_clip = |feature: &Feature| match feature.steps.first() {
        Some(Step::Clip { low, high }) => (*low, *high),
        _ => (f64::MIN, f64::MAX),
    };
    let hull = compared
        .iter()
        .map(|(feature, _)| first_clip(feature))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (mut low, mut high) = hull.unwrap_or((f64::MIN, f64::MAX));
    if is_whole(reading) {
        // The first number beyond is the only one that reaches a bound with decimals.
        (low, high) = (low.floor(), high.ceil());
    }
    let within = Cell {
        low: accepted.low.max(low),
        high: accepted.high.min(high),
    };
    let cell = if within.low <= within.high {
        within
    } else {
        accepted
    };
    vec![Segment {
        cell,
        floor_divide: None,
    }]
}

impl Segment {
    /// A feature's value for an accepted number.
    fn feature(&self, feature: &Feature, number: f64) -> f64 {
        let start = self
            .floor_divide
            .map_or(number, |by| floor_divide(number, by));
        feature.steps.iter().fold(start, |value, step| match step {
            // Without a logarithm it is as low as can be, so that the order of numbers is kept.
            Step::Log1p if value <= -1.0 => f64::MIN,
            step => step.apply(value),
        })
    }

    /// Where the features cross a threshold: the last number before each crossing, rising.
    fn edges(&self, compared: &Compared<'_>) -> Vec<f64> {
        let mut edges = Vec::new();
        for (feature, thresholds) in compared {
            let crossings = thresholds.unwrap_or_default().iter();
            edges.extend(crossings.filter_map(|threshold| self.crossing(feature, *threshold)));
        }
        edges.sort_unstable_by(f64::total_cmp);
        edges.dedup();
        edges
    }

    /// The last number before a feature crosses a threshold, found by halving: every step keeps the
    /// order of numbers or turns it round, so there is one crossing at most, and what rounding does
    /// on the way is part of the answer.
    fn crossing(&self, feature: &Feature, threshold: f64) -> Option<f64> {
        let passes = |number| self.feature(feature, number) <= threshold;
        let at_low = passes(self.cell.low);
        if passes(self.cell.high) == at_low {
            return None;
        }
        let (mut before, mut after) = (rank(self.cell.low), rank(self.cell.high));
        while before.checked_add(1).is_some_and(|next| next < after) {
            let middle = i64::midpoint(before, after);
            if passes(of_rank(middle)) == at_low {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(of_rank(before))
    }

    /// The intervals between edges that hold a number somebody would send.
    fn cells(&self, edges: &[f64], decimals: usize) -> Vec<Cell> {
        let ends = edges.iter().copied().chain([self.cell.high]);
        let starts = edges.iter().map(|edge| edge.next_up());
        [self.cell.low]
            .into_iter()
            .chain(starts)
            .zip(ends)
            .filter_map(|(low, high)| Cell { low, high }.drawn_in(decimals))
            .collect()
    }

    /// Numbers evenly apart, each an interval of its own.
    fn grid(&self, decimals: usize) -> Vec<Cell> {
        let Cell { low, high } = self.cell;
        if self.cell.is_open_below() || self.cell.is_open_above() {
            return Vec::new();
        }
        let step = (high - low) / GRID as f64;
        let is_fine = |decimals: &usize| 10_f64.powi(-(*decimals as i32)) <= step;
        let decimals = (0..decimals).find(is_fine).unwrap_or(decimals);
        let rounded = |i: usize| {
            let text = format!("{:.decimals$}", low + step * i as f64);
            text.parse()
                .ok()
                .filter(|number| self.cell.contains(*number))
        };
        let mut numbers: Vec<f64> = (0..=GRID).filter_map(rounded).collect();
        numbers.dedup();
        let alone = |number: f64| Cell {
            low: number,
            high: number,
        };
        numbers.into_iter().map(alone).collect()
    }
}

fn scale(segments: &[Segment], edges: &[Vec<f64>]) -> f64 {
    let ends = segments.iter().map(|segment| segment.cell);
    let accepted = ends.reduce(|a, b| Cell {
        low: a.low.min(b.low),
        high: a.high.max(b.high),
    });
    let edges = || edges.iter().flatten().copied();
    let first = edges().fold(f64::INFINITY, f64::min);
    let last = edges().fold(f64::NEG_INFINITY, f64::max);
    let widths = [
        accepted
            .filter(|cell| !cell.is_open_below() && !cell.is_open_above())
            .map(|cell| cell.high - cell.low),
        Some(last - first),
        Some(first.abs()),
    ];
    let usable = |width: &f64| *width > 0.0 && width.is_finite();
    widths.into_iter().flatten().find(usable).unwrap_or(1.0)
}

/// Whether decimals are refused, or make no sense.
fn is_whole(reading: &NumberReading) -> bool {
    reading.whole || reading.counts || reading.syntax == NumberSyntax::PythonInt
}

/// Most decimals worth proposing: cents of an amount, none of a whole number, and of any other as
/// many as make six digits of its scale.
fn decimals(reading: &NumberReading, scale: f64) -> usize {
    match reading.syntax {
        _ if is_whole(reading) => 0,
        NumberSyntax::Money => 2,
        _ => {
            let digits = DIGITS - scale.log10().floor();
            digits.clamp(0.0, MAX_DECIMALS as f64) as usize
        }
    }
}

/// The position of a number among all doubles, which has no gaps: halving it halves what is left.
fn rank(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn of_rank(rank: i64) -> f64 {
    f64::from_bits((rank ^ (((rank >> 63) as u64) >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn segment(low: f64, high: f64, floor_divide: Option<f64>) -> Segment {
        Segment {
            cell: Cell { low, high },
            floor_divide,
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let divisor = prop_oneof![0.1..1e3f64, -1e3..-0.1f64];
        prop_oneof![
            (-50.0..0.0f64, 0.0..500.0f64).prop_map(|(low, high)| Step::Clip { low, high }),
            (-50.0..50.0f64).prop_map(Step::Subtract),
            Just(Step::Log1p),
            divisor.clone().prop_map(Step::Divide),
            divisor.prop_map(Step::FloorDivide),
        ]
    }

    proptest! {
        /// Every number a client could send is in an interval, and is told from no other number of
        /// it, after encoding, by any threshold.
        #[test]
        fn the_model_cannot_tell_the_numbers_of_an_interval(
            steps in vec(any_step(), 0..3),
            mut thresholds in vec(-3.0..3.0f64, 1..20),
            range in (-500i32..0, 1i32..700),
            floor in prop::option::of(2.0..100.0f64),
            sent in vec(0.0..1.0f64, 20),
            decimals in 0usize..4,
        ) {
            thresholds.sort_by(f64::total_cmp);
            let feature = Feature { is_present: false, since: None, steps };
            let compared = vec![(&feature, Some(&thresholds[..]))];
            let (low, high) = (f64::from(range.0), f64::from(range.1));
            let segment = segment(low, high, floor);
            let edges = segment.edges(&compared);
            let cells = segment.cells(&edges, decimals);
            prop_assert!(cells.is_sorted_by(|a, b| a.high < b.low));
            let passed = |number: f64| {
                let value = segment.feature(&feature, number);
                thresholds.iter().filter(|threshold| value <= **threshold).count()
            };
            for share in sent {
                let text = format!("{:.decimals$}", low + (high - low) * share);
                let number: f64 = text.parse().unwrap();
                let cell = cells.iter().find(|cell| cell.contains(number));
                prop_assert!(cell.is_some(), "{} of {:?}", number, cells);
                let cell = cell.unwrap();
                for towards in [low - 1.0, high + 1.0] {
                    let plain = cell.plainest(decimals, towards).unwrap();
                    prop_assert!(cell.contains(plain));
                    prop_assert_eq!(passed(plain), passed(number));
                }
            }
        }
    }

    #[test]
    fn without_thresholds_numbers_lie_evenly() {
        let cells = segment(0.0, 640.0, None).grid(2);
        assert_eq!(cells.len(), 65);
        assert_eq!((cells[1].low, cells[1].high), (10.0, 10.0));
        let lows = |segment: &Segment, decimals| -> Vec<f64> {
            segment.grid(decimals).iter().map(|cell| cell.low).collect()
        };
        assert_eq!(lows(&segment(0.0, 3.0, None), 0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(lows(&segment(0.0, 2.5, None), 6).len(), 65);
        assert!(lows(&segment(0.0, f64::MAX, None), 2).is_empty());
    }
}
