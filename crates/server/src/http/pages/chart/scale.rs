//! From values to places: the room that is drawn in, and the values that its edges have.

use propenso_scoring::Language;

use super::Unit;
use super::drawing::{Anchor, Drawing, WIDTH, length};

/// Room above the plot, for what its upright axis is of.
const ABOVE: f64 = 22.0;
/// Room below, for a line of labels.
const LINE: f64 = 18.0;

/// The room that values are drawn in.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) height: f64,
    y: (f64, f64),
}

impl Plot {
    /// Makes room so high, with so many lines of labels below it, for values between some ticks.
    pub(super) fn new(room: f64, lines: u8, ticks: &[f64], labels: &[String]) -> Self {
        let widest = labels.iter().map(|label| length(label)).fold(0.0, f64::max);
        let bottom = ABOVE + room;
        let first = ticks.first().copied().unwrap_or(0.0);
        let last = ticks.last().copied().unwrap_or(1.0);
        Self {
            left: widest + 6.0,
            right: WIDTH - 8.0,
            top: ABOVE,
            bottom,
            height: bottom + LINE * f64::from(lines) + 4.0,
            y: (first, last),
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// The place of a share of the width.
    pub(super) fn x(&self, share: f64) -> f64 {
        self.left + share.clamp(0.0, 1.0) * self.width()
    }

    /// The place of a value.
    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = self.y;
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// Draws the upright axis: what it is of, and a line for each tick.
    pub(super) fn draw_y(
        &self,
        drawing: &mut Drawing,
        name: &str,
        ticks: &[f64],
        labels: &[String],
    ) {
        drawing.text((0.0, 11.0), Anchor::Start, name);
        for (tick, label) in ticks.iter().zip(labels) {
            let y = self.y(*tick);
            drawing.line("axis", [(self.left, y), (self.right, y)]);
            drawing.text((self.left - 5.0, y + 4.0), Anchor::End, label);
        }
    }

    /// Draws a label below the plot, kept within the drawing.
    pub(super) fn draw_x(&self, drawing: &mut Drawing, place: f64, label: &str) {
        let half = length(label) / 2.0;
        let place = place.min(WIDTH - half).max(half);
        drawing.text((place, self.bottom + 15.0), Anchor::Middle, label);
    }
}

/// Round values from zero, or below it, to above the largest.
pub(super) fn ticks(low: f64, high: f64, unit: Unit) -> Vec<f64> {
    let low = low.min(0.0);
    let high = if high > low { high } else { low + 1.0 };
    let rough = (high - low) / 4.0;
    let size = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|part| part * size);
    let step = step.into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(rough);
    // Nothing is counted by halves.
    let step = if unit == Unit::Count {
        step.ceil().max(1.0)
    } else {
        step
    };
    let first = (low / step).floor();
    let steps = ((high / step) - first).ceil().clamp(1.0, 12.0) as u32;
    (0..=steps)
        .map(|at| (first + f64::from(at)) * step)
        .collect()
}

/// What stands beside ticks.
pub(super) fn labels(ticks: &[f64], unit: Unit, language: Language) -> Vec<String> {
    ticks
        .iter()
        .map(|tick| unit.tick(*tick, language))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_largest() {
        assert_eq!(ticks(0.0, 1.0, Unit::Percent), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(0.0, 3.0, Unit::Count), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0, 0.0, Unit::Count), [0.0, 1.0]);
        assert_eq!(
            ticks(0.0, 7_339.0, Unit::Count),
            [0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0]
        );
        assert_eq!(ticks(-3.0, 3.0, Unit::Count), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        for high in [1e-9, 0.07, 12.0, 99_999.0, 1e15] {
            let ticks = ticks(0.0, high, Unit::Number(3));
            assert!((2..=6).contains(&ticks.len()), "{high} {ticks:?}");
            assert!(ticks.last().is_some_and(|last| *last >= high * 0.999));
        }
    }
}
