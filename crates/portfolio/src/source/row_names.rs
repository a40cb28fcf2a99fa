//! What the rows of a file are called.

/// Bits of a row's number below its sheet's.
const SHEET: u32 = 40;

/// The sheets that a file's rows come from, where there are several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RowNames(Vec<String>);

impl RowNames {
    /// Names the rows of a workbook, whose sheets are read one after the other.
    pub(crate) fn of_sheets(sheets: Vec<String>) -> Self {
        Self(sheets)
    }

    /// The number that stands for a row, as a spreadsheet counts, from 1, of a sheet, from 0. Those of the first sheet are
    /// the rows'.
    pub(crate) fn number(sheet: usize, row: u64) -> u64 {
        ((sheet as u64) << SHEET) | row
    }

    /// The row that a number stands for, as a spreadsheet counts.
    pub(crate) fn row(number: u64) -> u64 {
        number & ((1 << SHEET) - 1)
    }

    /// Calls a row by its number, with its sheet before it as spreadsheets do: `Barcelona!5`.
    pub(crate) fn name(&self, number: u64) -> String {
        let sheet = self.0.get((number >> SHEET) as usize);
        match sheet.filter(|_| self.0.len() > 1) {
            Some(sheet) => format!("{sheet}!{}", Self::row(number)),
            None => Self::row(number).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RowNames;

    #[test]
    fn rows_of_several_sheets_are_told_apart() {
        let names = RowNames::of_sheets(vec!["Madrid".to_owned(), "Barcelona".to_owned()]);
        assert_eq!(names.name(RowNames::number(0, 5)), "Madrid!5");
        assert_eq!(
            names.name(RowNames::number(1, 1 << 20)),
            "Barcelona!1048576"
        );
        assert_eq!(RowNames::default().name(7), "7");
        assert_eq!(RowNames::number(0, 7), 7);
    }
}
