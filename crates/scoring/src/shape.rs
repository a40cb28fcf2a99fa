//! What an input takes, for those who describe a contract to programs; for people there is [`Input::accepted`].

use crate::Input;
use crate::date::iso;
use crate::input::{NumberReading, NumberSyntax, OnMissing, Output, Reading};

/// What may be sent for an input, besides what means that it is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape<'i> {
    /// A number.
    Number(NumberShape<'i>),
    /// One of these texts, in the contract's order; what differs in case or accents alone may be read too.
    Choice {
        /// The texts.
        known: Vec<&'i str>,
        /// Any other text is taken too.
        takes_others: bool,
        /// Those of true and false that are clearly one of them.
        booleans: Vec<bool>,
    },
    /// A year and a month, as in `202310`.
    YearMonth,
    /// A day.
    Date {
        /// A day in each way it may be written, the contract's first.
        examples: Vec<String>,
        /// A regular expression for each.
        patterns: Vec<String>,
    },
    /// Any text that does not mean "missing".
    Text,
    /// Anything: the model does not look at it.
    Unused,
}

/// Which numbers an input takes, and how they may be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberShape<'i> {
    /// It is in one of these, both ends included; an infinite end is none.
    pub ranges: Vec<(f64, f64)>,
    /// It has no decimals.
    pub is_whole: bool,
    /// It may be written as an amount of money.
    pub is_amount: bool,
    /// True is 1 and false is 0.
    pub takes_booleans: bool,
    /// Texts that stand for some numbers.
    pub labels: Vec<&'i str>,
}

impl Input {
    /// What may be sent for it, besides what means that it is missing.
    pub fn shape(&self) -> Shape<'_> {
        match &self.reading {
            Reading::Number(number) => Shape::Number(self.number_shape(number)),
            Reading::Codes(codes) => Shape::Choice {
                known: codes.accept.iter().map(|(text, _)| &**text).collect(),
                takes_others: codes.otherwise.is_some(),
                booleans: self.booleans(),
            },
            Reading::Category(categories) => Shape::Choice {
                known: categories.known.iter().map(|(text, _)| &**text).collect(),
                takes_others: !categories.refuses_unknown,
                booleans: self.booleans(),
            },
            Reading::YearMonth => Shape::YearMonth,
            Reading::Date(date) => Shape::Date {
                examples: date.examples(),
                patterns: date.patterns(),
            },
            Reading::AnyText => Shape::Text,
            Reading::Ignored => Shape::Unused,
        }
    }

    /// The day that a text is to an input of days, as browsers write it: `2023-10-31`.
    pub fn iso_day(&self, text: &str) -> Option<String> {
        let Reading::Date(date) = &self.reading else {
            return None;
        };
        date.read(text.trim()).ok().map(iso)
    }

    /// Whether it may be sent as missing.
    pub fn may_be_missing(&self) -> bool {
        self.missing != OnMissing::Refuse
    }

    fn booleans(&self) -> Vec<bool> {
        let is_clear = |is_true: &bool| {
            let meant = match &self.reading {
                // `SI` and `NO` are said as true and false too.
                Reading::Codes(codes) => codes.meant(if *is_true { "True" } else { "False" }),
                _ => None,
            };
            meant.is_some() || self.reading.find_boolean(*is_true).is_some()
        };
        [true, false].into_iter().filter(is_clear).collect()
    }

    fn number_shape<'i>(&'i self, number: &NumberReading) -> NumberShape<'i> {
        let low = number.minimum.unwrap_or(f64::NEG_INFINITY);
        let high = number.maximum.unwrap_or(f64::INFINITY);
        let mut labels = Vec::new();
        let mut ranges: Vec<(f64, f64)> = match (&self.output, number.ranges.is_empty()) {
            (Output::Bands(bands), _) if !bands.zeros_outside => bands
                .bands
                .iter()
                .map(|band| (band.from, band.to))
                .collect(),
            (_, false) => number
                .ranges
                .iter()
                .map(|range| (range.from, range.to))
                .collect(),
            _ => vec![(low, high)],
        };
        if let Output::Bands(bands) = &self.output {
            labels.extend(bands.bands.iter().filter_map(|band| band.label.as_deref()));
        }
        for range in &mut ranges {
            *range = (range.0.max(low), range.1.min(high));
        }
        NumberShape {
            ranges,
            is_whole: number.whole || number.syntax == NumberSyntax::PythonInt,
            is_amount: matches!(number.syntax, NumberSyntax::Money | NumberSyntax::Any),
            takes_booleans: number.takes_booleans,
            labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contract;

    fn shape<'c>(contract: &'c Contract, name: &str) -> Shape<'c> {
        contract.inputs()[contract.input_index(name).unwrap()].shape()
    }

    #[test]
    fn the_shapes_of_the_shipped_contract() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let Shape::Number(bills) = shape(&contract, "cf") else {
            panic!("a number")
        };
        assert_eq!(bills.ranges, [(0.0, f64::INFINITY)]);
        assert!(bills.takes_booleans && !bills.is_amount && !bills.is_whole);
        let Shape::Number(amount) = shape(&contract, "im") else {
            panic!("a number")
        };
        assert!(amount.is_amount);
        let Shape::Number(code) = shape(&contract, "cp") else {
            panic!("a number")
        };
        assert_eq!(code.ranges, [(1001.0, 52999.0), (1.0, 52.0)]);
        assert!(code.is_whole && !code.takes_booleans);
        let Shape::Number(age) = shape(&contract, "ed") else {
            panic!("a number")
        };
        assert_eq!(age.ranges.len(), 4);
        assert_eq!(age.labels, ["0-30", "31-50", "51-65", "MAYOR 65"]);
        let known = vec!["PER", "FU", "EMP"];
        let scenario = Shape::Choice {
            known,
            takes_others: false,
            booleans: Vec::new(),
        };
        assert_eq!(shape(&contract, "er"), scenario);
        let Shape::Choice { booleans, .. } = shape(&contract, "vt") else {
            panic!("a choice")
        };
        assert_eq!(booleans, [true, false]);
        assert_eq!(shape(&contract, "fb"), Shape::YearMonth);
        assert!(contract.missing_spellings().any(|text| text == "NaN"));
    }
}
