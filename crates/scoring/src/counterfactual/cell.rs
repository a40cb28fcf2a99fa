//! Numbers a client could send that the model cannot tell apart.

/// 10 to the power of the position; exact, as `powi` does not promise to be.
const POWERS: [f64; MAX_DECIMALS + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Most decimals a number can be asked to have.
pub(super) const MAX_DECIMALS: usize = 15;

/// The numbers from `low` to `high`, both included. An end at the outermost double is open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Cell {
    pub(super) fn contains(self, number: f64) -> bool {
        self.low <= number && number <= self.high
    }

    /// The number of the cell nearest to another.
    pub(super) fn nearest(self, number: f64) -> f64 {
        if number < self.low {
            self.low
        } else if number > self.high {
            self.high
        } else {
            number
        }
    }

    /// The part of the cell that is so far from a number outside; `None` where no part is.
    pub(super) fn away_from(self, number: f64, distance: f64) -> Option<Self> {
        let part = if number > self.high {
            Self {
                high: self.high.min(number - distance),
                ..self
            }
        } else {
            Self {
                low: self.low.max(number + distance),
                ..self
            }
        };
        (part.low <= part.high).then_some(part)
    }

    /// The cell drawn in to numbers of at most so many decimals; `None` when it holds none. An open
    /// end, which nobody sends, stays where it is.
    pub(super) fn drawn_in(self, decimals: usize) -> Option<Self> {
        let low = if self.is_open_below() {
            self.low
        } else {
            self.first(decimals)?
        };
        let high = if self.is_open_above() {
            self.high
        } else {
            self.last(decimals)?
        };
        Some(Self { low, high })
    }

    pub(super) fn is_open_below(self) -> bool {
        self.low == f64::MIN
    }

    pub(super) fn is_open_above(self) -> bool {
        self.high == f64::MAX
    }

    /// The number of the cell with the fewest decimals, at most `decimals`, and of those the one nearest
    /// to a number outside.
    pub(super) fn plainest(self, decimals: usize, towards: f64) -> Option<f64> {
        (0..=decimals).find_map(|decimals| {
            if towards > self.high {
                self.last(decimals)
            } else {
                self.first(decimals)
            }
        })
    }

    /// The first number of at most so many decimals; none where there is no first.
    fn first(self, decimals: usize) -> Option<f64> {
        if self.is_open_below() {
            return None;
        }
        let power = POWERS[decimals.min(MAX_DECIMALS)];
        let near = (self.low * power).ceil();
        self.pick([near - 1.0, near, near + 1.0], power)
    }

    /// The last number of at most so many decimals; none where there is no last.
    fn last(self, decimals: usize) -> Option<f64> {
        if self.is_open_above() {
            return None;
        }
        let power = POWERS[decimals.min(MAX_DECIMALS)];
        let near = (self.high * power).floor();
        self.pick([near + 1.0, near, near - 1.0], power)
    }

    /// The product that led here was rounded, so the number wanted may be a neighbour. The quotient
    /// of two whole numbers is the double that its decimal text is read as.
    fn pick(self, counts: [f64; 3], power: f64) -> Option<f64> {
        // Adding 0 turns -0, which nobody writes, into 0.
        let numbers = counts.map(|count| count / power + 0.0);
        numbers.into_iter().find(|number| self.contains(*number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Cell;

    #[test]
    fn the_plainest_number_on_the_near_side() {
        let cell = |low, high| Cell { low, high };
        assert_eq!(cell(72.311, 80.127).plainest(2, 263.68), Some(80.0));
        assert_eq!(cell(72.311, 80.127).plainest(2, 1.0), Some(73.0));
        assert_eq!(cell(0.31, 0.36).plainest(2, 1.0), Some(0.36));
        assert_eq!(cell(0.301, 0.309).plainest(2, 1.0), None);
        assert_eq!(cell(0.301, 0.309).plainest(3, 1.0), Some(0.309));
        assert_eq!(cell(-0.4, 0.4).plainest(2, 9.0), Some(0.0));
        assert!(
            cell(-0.4, 0.4)
                .plainest(2, -9.0)
                .unwrap()
                .is_sign_positive()
        );
        assert_eq!(cell(2.5, 3.5).plainest(0, 0.0), Some(3.0));
        assert_eq!(cell(f64::MIN, f64::MAX).plainest(2, 0.0), None);
        assert_eq!(cell(f64::MIN, 7.5).plainest(2, 9.0), Some(7.0));
    }

    #[test]
    fn the_part_that_is_far_enough() {
        let cell = Cell {
            low: 1200.0,
            high: 1230.0,
        };
        let ends = |number, distance| {
            let part = cell.away_from(number, distance)?;
            Some((part.low, part.high))
        };
        assert_eq!(ends(1234.5, 1.0), Some((1200.0, 1230.0)));
        assert_eq!(ends(1234.5, 12.0), Some((1200.0, 1222.5)));
        assert_eq!(ends(1234.5, 34.5), Some((1200.0, 1200.0)));
        assert_eq!(ends(1234.5, 40.0), None);
        assert_eq!(ends(1199.0, 11.0), Some((1210.0, 1230.0)));
    }

    proptest! {
        /// What is proposed lies in the cell, and is what its own text is read as.
        #[test]
        fn plain_numbers_lie_in_the_cell(
            low in -1e6..1e6f64, width in 0.0..1e3f64, towards in -1e7..1e7f64, decimals in 0usize..9,
        ) {
            let cell = Cell { low, high: low + width };
            if let Some(number) = cell.plainest(decimals, towards) {
                prop_assert!(cell.contains(number));
                let text = number.to_string();
                prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
                let written = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
                prop_assert!(written <= decimals, "{} has more than {} decimals", text, decimals);
            } else {
                prop_assert!(width < 1.0);
            }
            if let Some(drawn) = cell.drawn_in(decimals) {
                prop_assert!(cell.contains(drawn.low) && cell.contains(drawn.high));
            }
        }
    }
}
