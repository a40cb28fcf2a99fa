//! Lying bars, to both sides of zero.

use propenso_scoring::Language;

use super::drawing::{Anchor, Drawing, WIDTH, length};
use super::{Chart, Key, Tone};
use crate::http::pages::words::ChartWords;

/// Height of a bar with its name above it.
const ROW: f64 = 36.0;
/// Height of a bar.
const THICK: f64 = 11.0;

/// Lying bars, each below its name.
#[derive(Debug)]
pub(in crate::http::pages) struct Bars {
    pub(in crate::http::pages) title: String,
    /// What the bars are: the head of their labels.
    pub(in crate::http::pages) of: String,
    /// What the values are.
    pub(in crate::http::pages) value: String,
    pub(in crate::http::pages) bars: Vec<Bar>,
    /// What the marks are, where bars have one.
    pub(in crate::http::pages) mark: Option<String>,
    /// What the tones mean.
    pub(in crate::http::pages) tones: Vec<(Tone, String)>,
}

/// A bar.
#[derive(Debug)]
pub(in crate::http::pages) struct Bar {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) value: f64,
    /// The value as people read it.
    pub(in crate::http::pages) text: String,
    pub(in crate::http::pages) tone: Tone,
    /// A value that this one is held against, and how it is read.
    pub(in crate::http::pages) mark: Option<(f64, String)>,
}

impl Bars {
    /// Draws them.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let values = self.bars.iter().flat_map(|bar| {
            let mark = bar.mark.as_ref().map(|mark| mark.0);
            std::iter::once(bar.value).chain(mark)
        });
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((0.0_f64, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let span = if high > low { high - low } else { 1.0 };
        let place = |value: f64| 1.0 + (value - low) / span * (WIDTH - 2.0);
        let mut drawing = Drawing::new(ROW * self.bars.len() as f64);
        for (at, bar) in self.bars.iter().enumerate() {
            let top = at as f64 * ROW;
            let y = top + 19.0;
            drawing.value((WIDTH, top + 13.0), Anchor::End, &bar.text);
            let room = WIDTH - length(&bar.text) - 10.0;
            drawing.value(
                (0.0, top + 13.0),
                Anchor::Start,
                shortened(&bar.label, room),
            );
            drawing.rect("fill-track", (0.0, y), (WIDTH, THICK), "");
            let (from, to) = (place(bar.value.min(0.0)), place(bar.value.max(0.0)));
            let about = format!("{}: {}", bar.label, bar.text);
            drawing.rect(bar.tone.fill(), (from, y), (to - from, THICK), about);
            if low < 0.0 {
                let zero = place(0.0);
                drawing.line("zero", [(zero, y - 3.0), (zero, y + THICK + 3.0)]);
            }
            if let Some((mark, _)) = &bar.mark {
                let mark = place(*mark);
                drawing.line("mark", [(mark, y - 3.0), (mark, y + THICK + 3.0)]);
            }
        }
        let tones = self.tones.into_iter();
        let mut legend: Vec<Key> = tones.map(|(tone, label)| Key::bar(tone, label)).collect();
        let mut heads = vec![self.of, self.value];
        let has_marks = self.mark.is_some();
        if let Some(mark) = self.mark {
            legend.push(Key::line("mark", &mark));
            heads.push(mark);
        }
        let rows = self.bars.into_iter().map(|bar| {
            let mut row = vec![bar.label, bar.text];
            row.extend(has_marks.then(|| bar.mark.map_or_else(String::new, |mark| mark.1)));
            row
        });
        Chart {
            words: ChartWords(language),
            title: self.title,
            drawing,
            legend,
            heads,
            rows: rows.collect(),
        }
    }
}

/// A name within some room; the table has the whole of it.
fn shortened(label: &str, room: f64) -> String {
    if length(label) <= room {
        return label.to_owned();
    }
    let mut kept: String = label
        .chars()
        .scan(length("…"), |taken, letter| {
            *taken += length(letter.encode_utf8(&mut [0; 4]));
            (*taken <= room).then_some(letter)
        })
        .collect();
    kept.push('…');
    kept
}
