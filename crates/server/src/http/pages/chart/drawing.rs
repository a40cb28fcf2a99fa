//! What a chart is drawn of.

use std::fmt;

/// Units across a drawing.
pub(super) const WIDTH: f64 = 360.0;

/// Units that a letter takes, about; digits take less.
const LETTER: f64 = 7.0;

/// Units that a text takes, about.
pub(super) fn length(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// A place or a length, to a tenth of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At(pub(super) f64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        write!(f, "{}", if tenths == 0.0 { 0.0 } else { tenths / 10.0 })
    }
}

/// Where a text stands, seen from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        })
    }
}

/// Something drawn.
#[derive(Debug)]
pub(super) enum Shape {
    /// Straight lines from point to point.
    Line { class: &'static str, points: String },
    /// A rectangle, and what it says when it is pointed at.
    Rect {
        class: &'static str,
        x: At,
        y: At,
        width: At,
        height: At,
        /// Of 100.
        opacity: Option<u8>,
        about: String,
    },
    /// A round spot, and what it says when it is pointed at.
    Dot {
        class: &'static str,
        x: At,
        y: At,
        about: String,
    },
    /// A text.
    Text {
        class: &'static str,
        x: At,
        y: At,
        anchor: Anchor,
        text: String,
    },
}

/// Shapes, the later ones above the earlier.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) height: f64,
    pub(super) shapes: Vec<Shape>,
}

impl Drawing {
    pub(super) fn new(height: f64) -> Self {
        Self {
            height,
            shapes: Vec::new(),
        }
    }

    pub(super) fn line(
        &mut self,
        class: &'static str,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) {
        let points = points.into_iter();
        let points: Vec<String> = points
            .map(|(x, y)| format!("{},{}", At(x), At(y)))
            .collect();
        self.shapes.push(Shape::Line {
            class,
            points: points.join(" "),
        });
    }

    pub(super) fn rect(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        about: impl Into<String>,
    ) {
        self.shapes.push(Shape::Rect {
            class,
            x: At(x),
            y: At(y),
            width: At(width.max(0.0)),
            height: At(height.max(0.0)),
            opacity: None,
            about: about.into(),
        });
    }

    pub(super) fn dot(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        about: impl Into<String>,
    ) {
        self.shapes.push(Shape::Dot {
            class,
            x: At(x),
            y: At(y),
            about: about.into(),
        });
    }

    /// A text in the soft colour of an axis.
    pub(super) fn text(&mut self, place: (f64, f64), anchor: Anchor, text: impl Into<String>) {
        self.text_of("", place, anchor, text);
    }

    /// A text in the colour of what matters.
    pub(super) fn value(&mut self, place: (f64, f64), anchor: Anchor, text: impl Into<String>) {
        self.text_of("value", place, anchor, text);
    }

    pub(super) fn text_of(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        anchor: Anchor,
        text: impl Into<String>,
    ) {
        self.shapes.push(Shape::Text {
            class,
            x: At(x),
            y: At(y),
            anchor,
            text: text.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn places_are_short() {
        let texts: Vec<String> = [1.0, 1.26, -0.01, 0.04, 359.96]
            .map(|at| At(at).to_string())
            .to_vec();
        assert_eq!(texts, ["1", "1.3", "0", "0", "360"]);
    }
}
