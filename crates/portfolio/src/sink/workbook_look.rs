//! How a workbook's list looks, on a screen and on paper.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use crate::finished::Role;

/// Characters of the widest column that is not wrapped.
const WIDEST: usize = 40;

/// Characters of a column of sentences, which are wrapped.
const SENTENCE: usize = 38;

/// Lines of a row of sentences, at the most.
const MOST_LINES: usize = 8;

/// The height of a line, in points.
const LINE: f64 = 15.0;

/// Characters that can be read side by side on paper. What would not fit is on the screen only.
const ON_PAPER: usize = 250;

/// The paper's number: A4.
const A4: u8 = 9;

/// The looks of cells. All stand at the top of their row, beside sentences of several lines.
pub(super) struct Formats {
    pub(super) header: Format,
    pub(super) text: Format,
    pub(super) sentence: Format,
    pub(super) number: Format,
    pub(super) day: Format,
    pub(super) time: Format,
    pub(super) probability: Format,
    pub(super) euros: Format,
    pub(super) count: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let cell = || Format::new().set_align(FormatAlign::Top);
        // Not to be read as one with a number that ends where the text begins.
        let text = || cell().set_align(FormatAlign::Left).set_indent(1);
        let number = |format: &str| cell().set_num_format(format);
        Self {
            header: cell()
                .set_bold()
                .set_background_color("#E7ECF3")
                .set_align(FormatAlign::Left)
                .set_indent(1),
            text: text(),
            sentence: text().set_text_wrap(),
            number: cell(),
            day: number("dd/mm/yyyy"),
            time: number("dd/mm/yyyy hh:mm:ss"),
            // The cell has every bit of it.
            probability: number("0.00%"),
            euros: number("#,##0.00"),
            count: number("0"),
        }
    }
}

/// The widths of a sheet's columns, as wide as what stands in them.
#[derive(Debug, Default)]
pub(super) struct Widths(Vec<usize>);

impl Widths {
    /// Makes room for characters in a column.
    pub(super) fn add(&mut self, column: usize, characters: usize) {
        if self.0.len() <= column {
            self.0.resize(column + 1, 0);
        }
        self.0[column] = self.0[column].max(characters);
    }

    /// Makes room for a text's longest line.
    pub(super) fn add_text(&mut self, column: usize, text: &str) {
        let longest = text.lines().map(|line| line.chars().count()).max();
        self.add(column, longest.unwrap_or(0));
    }

    /// Makes room for a name in bold, and for the filter's button beside it.
    pub(super) fn add_name(&mut self, column: usize, name: &str) {
        let length = name.chars().count();
        self.add(column, length + length / 8 + 4);
    }

    /// Gives the columns their widths. `is_sentence` tells which are wrapped.
    pub(super) fn set(
        &self,
        sheet: &mut Worksheet,
        is_sentence: impl Fn(usize) -> bool,
    ) -> Result<(), XlsxError> {
        for (column, width) in (0..).zip(self.bounded(is_sentence)) {
            sheet.set_column_width(column, width as f64)?;
        }
        Ok(())
    }

    /// Counts the columns, at least so many, that are printed of a sheet: as many as can be read.
    pub(super) fn on_paper(&self, least: usize, is_sentence: impl Fn(usize) -> bool) -> usize {
        let mut sum = 0;
        let fit = self.bounded(is_sentence).take_while(|width| {
            sum += width;
            sum <= ON_PAPER
        });
        fit.count().max(least).min(self.0.len())
    }

    fn bounded(&self, is_sentence: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let widths = self.0.iter().enumerate();
        widths.map(move |(column, width)| {
            let most = if is_sentence(column) {
                SENTENCE
            } else {
                WIDEST
            };
            (width + 2).min(most)
        })
    }
}

/// Gives the height, in points, of a row with these sentences in it; `None` for one line's.
pub(super) fn row_height<'t>(sentences: impl Iterator<Item = &'t str>) -> Option<f64> {
    let lines = sentences.map(n_lines).max().unwrap_or(1);
    (lines > 1).then(|| lines.min(MOST_LINES) as f64 * LINE)
}

/// Counts the lines that a text is wrapped into.
fn n_lines(text: &str) -> usize {
    let of_line = |line: &str| {
        let (mut lines, mut filled) = (1, 0);
        for word in line.split(' ') {
            let length = word.chars().count();
            if filled > 0 && filled + 1 + length > SENTENCE - 3 {
                (lines, filled) = (lines + 1, 0);
            }
            filled += length + usize::from(filled > 0);
            // A word that is longer than a line is broken.
            lines += filled / SENTENCE;
            filled %= SENTENCE;
        }
        lines
    };
    text.lines().map(of_line).sum()
}

/// Tells whether a column has sentences.
pub(super) fn is_sentence(role: Role) -> bool {
    matches!(role, Role::Notes | Role::Reason(_))
}

/// Makes a sheet fit to be printed: one page wide, with its header on each, and numbered.
pub(super) fn print_on_paper(sheet: &mut Worksheet) -> &mut Worksheet {
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
        .set_footer("&L&A&RPágina &P de &N")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_high_as_their_sentences() {
        let height = |texts: &[&str]| row_height(texts.iter().copied());
        assert_eq!(height(&[]), None);
        assert_eq!(height(&["", "corto"]), None);
        let words =
            "deuda total, en euros = 1.000,82: reduce la probabilidad de pago en 17,3 puntos";
        assert_eq!(height(&["", words]), Some(3.0 * LINE));
        assert_eq!(height(&["a\nb"]), Some(2.0 * LINE));
        assert_eq!(height(&[&"x".repeat(3 * SENTENCE - 1)]), Some(3.0 * LINE));
        assert_eq!(
            height(&[&"dos palabras ".repeat(500)]),
            Some(MOST_LINES as f64 * LINE)
        );
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut widths = Widths::default();
        widths.add_name(0, "rango");
        widths.add_text(2, &"x".repeat(500));
        widths.add_text(3, &"x".repeat(500));
        widths.add_text(1, "una\nlínea");
        let bounded: Vec<usize> = widths.bounded(|column| column == 3).collect();
        assert_eq!(bounded, [11, 7, WIDEST, SENTENCE]);
        assert_eq!(widths.on_paper(2, |_| false), 4);
        for column in 4..20 {
            widths.add(column, 100);
        }
        assert_eq!(widths.on_paper(2, |_| false), 7);
        assert_eq!(widths.on_paper(9, |_| false), 9);
    }
}
