//! What the numbers of each column have before their decimals.
//!
//! `1.250` is a thousand in one file and little more than one in another. Numbers that can be read in one way only tell,
//! first those of the column itself, then those of the file. All rows are counted while they are scored; if they do not
//! bear out what was taken for granted, the file is read again.

use propenso_scoring::number::{self, Decimal, Notation, is_outer_blank};

/// What a text says of the mark before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vote {
    /// It has one beyond doubt, or shows by its thousands which one it would have.
    For(Decimal),
    /// It is a number that can be read in two ways.
    Either,
}

impl Vote {
    /// Asks a text; `None` for those that say nothing.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim_matches(is_outer_blank);
        let (last, other) = match text.as_bytes()[text.rfind(['.', ','])?] {
            b'.' => (Decimal::Point, Decimal::Comma),
            _ => (Decimal::Comma, Decimal::Point),
        };
        let number = number::parse(text, Notation::Money).ok()?;
        if number.ambiguous {
            return Some(Self::Either);
        }
        // One mark several times stands between thousands.
        let is_decimal = text.matches(last.mark()).count() == 1;
        Some(Self::For(if is_decimal { last } else { other }))
    }
}

/// The votes of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Votes {
    points: u64,
    commas: u64,
    either: u64,
}

impl Votes {
    #[inline]
    pub(crate) fn add(&mut self, vote: Vote) {
        match vote {
            Vote::For(Decimal::Point) => self.points += 1,
            Vote::For(Decimal::Comma) => self.commas += 1,
            Vote::Either => self.either += 1,
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.points += other.points;
        self.commas += other.commas;
        self.either += other.either;
    }

    /// Gives the mark that all who have one agree on.
    fn agreed(self) -> Option<Decimal> {
        match (self.points, self.commas) {
            (1.., 0) => Some(Decimal::Point),
            (0, 1..) => Some(Decimal::Comma),
            _ => None,
        }
    }
}

/// The votes of a file's columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Evidence(Vec<Votes>);

impl Evidence {
    /// Counts the votes of one column besides.
    pub(crate) fn add(&mut self, column: usize, votes: Votes) {
        if self.0.len() <= column {
            self.0.resize(column + 1, Votes::default());
        }
        self.0[column].merge(votes);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (column, votes) in other.0.iter().enumerate() {
            self.add(column, *votes);
        }
    }

    /// Decides: each column by its own numbers, else by the file's.
    pub(crate) fn decide(&self, forced: Option<Decimal>) -> Decimals {
        let all = self.0.iter().fold(Votes::default(), |mut all, votes| {
            all.merge(*votes);
            all
        });
        Decimals {
            forced,
            columns: self.0.iter().map(|votes| votes.agreed()).collect(),
            file: all.agreed(),
        }
    }

    /// Lists the columns with numbers that remain readable in two ways.
    pub(crate) fn unclear(&self, decimals: &Decimals) -> Vec<usize> {
        self.columns(|column, votes| votes.either > 0 && decimals.of(column).is_none())
    }

    /// Tells whether numbers were read in one way that should have been read in another.
    pub(crate) fn contradicts(&self, taken: &Decimals, decided: &Decimals) -> bool {
        let is_misread =
            |column, votes: Votes| votes.either > 0 && taken.of(column) != decided.of(column);
        !self.columns(is_misread).is_empty()
    }

    fn columns(&self, is_meant: impl Fn(usize, Votes) -> bool) -> Vec<usize> {
        let columns = self.0.iter().enumerate();
        let meant = columns.filter(|(column, votes)| is_meant(*column, **votes));
        meant.map(|(column, _)| column).collect()
    }
}

/// The mark before the decimals of each column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Decimals {
    /// What was said beforehand.
    forced: Option<Decimal>,
    columns: Vec<Option<Decimal>>,
    file: Option<Decimal>,
}

impl Decimals {
    /// Takes the mark that was said beforehand for all columns, and knows no other.
    pub(crate) fn said(decimal: Option<Decimal>) -> Self {
        Self {
            forced: decimal,
            ..Self::default()
        }
    }

    /// A column's mark, where it is known.
    pub(crate) fn of(&self, column: usize) -> Option<Decimal> {
        let own = self.columns.get(column).copied().flatten();
        self.forced.or(own).or(self.file)
    }

    /// Knows the same of some of the columns, in another order.
    pub(crate) fn of_columns(&self, columns: &[usize]) -> Self {
        let known = |column: &usize| self.columns.get(*column).copied().flatten();
        Self {
            columns: columns.iter().map(known).collect(),
            ..*self
        }
    }

    /// The mark that the file as a whole uses, where its numbers agree.
    pub(crate) fn of_file(&self) -> Option<Decimal> {
        self.forced.or(self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_what_they_have_before_their_decimals() {
        use Decimal::{Comma, Point};
        for (text, vote) in [
            ("1,5", Some(Vote::For(Comma))),
            ("62.83", Some(Vote::For(Point))),
            ("1.250", Some(Vote::Either)),
            ("1,250", Some(Vote::Either)),
            ("0.250", Some(Vote::For(Point))),
            ("1.250,00 €", Some(Vote::For(Comma))),
            ("1,250.00", Some(Vote::For(Point))),
            ("1.234.567", Some(Vote::For(Comma))),
            (" 1 234,5 ", Some(Vote::For(Comma))),
            ("980", None),
            ("hola, tú", None),
            ("", None),
        ] {
            assert_eq!(Vote::of(text), vote, "{text}");
        }
    }

    #[test]
    fn a_column_decides_before_its_file() {
        let mut evidence = Evidence::default();
        let texts = [
            (0, vec!["98,25", "1.250"]),
            (1, vec!["62.83"]),
            (2, vec!["1.250"]),
            (3, vec!["980"]),
        ];
        for (column, texts) in texts {
            let mut votes = Votes::default();
            texts
                .into_iter()
                .filter_map(Vote::of)
                .for_each(|vote| votes.add(vote));
            evidence.add(column, votes);
        }
        let decided = evidence.decide(None);
        assert_eq!(decided.of(0), Some(Decimal::Comma));
        assert_eq!(decided.of(1), Some(Decimal::Point));
        assert_eq!((decided.of(2), decided.of(9)), (None, None));
        assert_eq!(evidence.unclear(&decided), [2]);
        assert!(evidence.contradicts(&Decimals::said(Some(Decimal::Point)), &decided));
        assert!(!evidence.contradicts(&decided, &decided));
        let said = evidence.decide(Some(Decimal::Comma));
        assert!(evidence.unclear(&said).is_empty());
        assert_eq!(said.of(2), Some(Decimal::Comma));
    }
}
