//! How an input is read: the keys of each kind.

use super::InputCompiler;
use crate::contract::wire::{InputTable, Kind, OneHotTable, Outside, Parse, RangeTable};
use crate::date::DateReading;
use crate::input::{Codes, NO_FEATURE, NumberReading, NumberSyntax, Range, Reading};
use crate::known_texts::KnownTexts;

impl InputCompiler<'_> {
    /// A key of another kind would be silently without effect; say so instead.
    pub(super) fn check_keys(&mut self, table: &InputTable) {
        let (kind, allowed): (&str, &[&str]) = match table.kind {
            Kind::Number if table.bands.is_some() => {
                ("number with bands", &["parse", "bands", "outside"])
            }
            Kind::Number if table.ranges.is_some() => (
                "number with ranges",
                &["parse", "whole", "counts", "ranges", "features"],
            ),
            Kind::Number => (
                "number",
                &["parse", "minimum", "maximum", "whole", "counts", "features"],
            ),
            Kind::Amount => ("amount", &["minimum", "maximum", "features"]),
            Kind::Codes if table.one_hot.is_some() => {
                ("codes with one_hot", &["one_hot", "unknown"])
            }
            Kind::Codes => ("codes", &["accept", "otherwise", "features"]),
            Kind::Date => ("date", &["formats", "features"]),
            Kind::YearMonth => ("year_month", &["features"]),
            Kind::Text => ("text", &["features"]),
        };
        for (key, given) in [
            ("parse", table.parse.is_some()),
            ("minimum", table.minimum.is_some()),
            ("maximum", table.maximum.is_some()),
            ("whole", table.whole.is_some()),
            ("counts", table.counts.is_some()),
            ("ranges", table.ranges.is_some()),
            ("accept", table.accept.is_some()),
            ("otherwise", table.otherwise.is_some()),
            ("features", table.features.is_some()),
            ("bands", table.bands.is_some()),
            ("outside", table.outside.is_some()),
            ("one_hot", table.one_hot.is_some()),
            ("unknown", table.unknown.is_some()),
            ("formats", table.formats.is_some()),
        ] {
            if given && !allowed.contains(&key) {
                let spanish = kind.replace(" with ", " con ");
                self.problem(
                    format!("`{key}` no va con kind {spanish}; quítelo"),
                    format!("`{key}` does not go with kind {kind}; remove it"),
                );
            }
        }
    }

    pub(super) fn reading(&mut self, table: &InputTable) -> Reading {
        match table.kind {
            Kind::Number | Kind::Amount => Reading::Number(self.number(table)),
            Kind::Codes => Reading::Codes(self.codes(table)),
            Kind::YearMonth => Reading::YearMonth,
            Kind::Date => Reading::Date(self.date(table)),
            Kind::Text => Reading::AnyText,
        }
    }

    fn number(&mut self, table: &InputTable) -> NumberReading {
        self.check_finite("minimum", table.minimum);
        self.check_finite("maximum", table.maximum);
        if let (Some(minimum), Some(maximum)) = (table.minimum, table.maximum)
            && minimum > maximum
        {
            self.problem(
                "`minimum` es mayor que `maximum`; no se aceptaría ningún número",
                "`minimum` is more than `maximum`; no number could be accepted",
            );
        }
        let syntax = match (table.kind, table.parse) {
            (Kind::Amount, _) => NumberSyntax::Money,
            (_, Some(Parse::PythonInt)) => NumberSyntax::PythonInt,
            (_, Some(Parse::PythonFloat)) => NumberSyntax::PythonFloat,
            (_, None) => NumberSyntax::Plain,
        };
        NumberReading {
            syntax,
            // Neither an amount nor a place in one of several ranges is true or false.
            takes_booleans: syntax == NumberSyntax::Plain
                && table.bands.is_none()
                && table.ranges.is_none(),
            // Python's int() gives whole numbers only, and infinities for the longest of them.
            whole: syntax != NumberSyntax::PythonInt
                && (table.bands.is_some() || table.whole == Some(true)),
            counts: table.counts == Some(true),
            minimum: table.minimum,
            maximum: table.maximum,
            ranges: self.ranges(table.ranges.as_deref()),
        }
    }

    fn ranges(&mut self, tables: Option<&[RangeTable]>) -> Vec<Range> {
        let Some(tables) = tables else {
            return Vec::new();
        };
        if tables.is_empty() {
            self.problem(
                "`ranges` está vacío; ponga los intervalos que se aceptan, o quítelo",
                "`ranges` is empty; list the accepted ranges, or remove it",
            );
        }
        for (i, range) in tables.iter().enumerate() {
            let (from, to) = (range.from, range.to);
            let es = format!("el intervalo de {from} a {to}");
            let en = format!("range from {from} to {to}");
            if !(range.from.is_finite() && range.to.is_finite() && range.from <= range.to) {
                self.problem(
                    format!("{es}: ponga dos números finitos, el menor primero"),
                    format!("{en}: give two finite numbers, the smaller first"),
                );
            }
            if range
                .floor_divide
                .is_some_and(|by| by == 0.0 || !by.is_finite())
            {
                self.problem(
                    format!("{es}: `floor_divide` debe ser un número finito distinto de 0"),
                    format!("{en}: `floor_divide` must be finite and not 0"),
                );
            }
            let overlaps = |other: &&RangeTable| other.from <= range.to && range.from <= other.to;
            if let Some(other) = tables[..i].iter().find(overlaps) {
                let (from, to) = (other.from, other.to);
                self.problem(
                    format!("{es} se solapa con el de {from} a {to}; sepárelos"),
                    format!("{en} overlaps the one from {from} to {to}; separate them"),
                );
            }
        }
        let compile = |range: &RangeTable| Range {
            from: range.from,
            to: range.to,
            floor_divide: range.floor_divide,
        };
        tables.iter().map(compile).collect()
    }

    fn date(&mut self, table: &InputTable) -> DateReading {
        if table.absent.is_some() {
            self.problem(
                "`absent` no va con kind date; quítelo",
                "`absent` does not go with kind date; remove it",
            );
        }
        let formats = table.formats.as_deref().unwrap_or_default();
        if table.formats.is_some() && formats.is_empty() {
            self.problem(
                "`formats` está vacío; diga cómo se escribe una fecha, o quítelo",
                "`formats` is empty; name how a day is written, or remove it",
            );
        }
        DateReading::new(formats).unwrap_or_else(|error| {
            self.problem(
                format!("`formats`: {}", error.spanish()),
                format!("`formats`: {error}"),
            );
            DateReading::default()
        })
    }

    /// The spellings of all features, each with the index of its feature.
    fn one_hot_codes(&mut self, table: &InputTable, tables: &[OneHotTable]) -> Codes {
        let mut accept: Vec<(Box<str>, f64)> = Vec::new();
        let mut features = 0;
        for column in tables {
            let name = column.feature.as_deref().unwrap_or("(none)");
            let code = match column.feature {
                Some(_) => {
                    features += 1;
                    f64::from(features - 1)
                }
                None => NO_FEATURE,
            };
            if column.accept.is_empty() {
                self.problem_of(
                    name,
                    "`accept` está vacío; ponga las grafías para las que vale 1",
                    "`accept` is empty; list the spellings it is 1 for",
                );
            }
            for spelling in &column.accept {
                self.check_spelling("one_hot", spelling);
                if accept.iter().any(|(known, _)| **known == **spelling) {
                    self.problem_of(
                        name,
                        format!("{spelling:?} ya se acepta; un texto solo puede ser una cosa"),
                        format!("{spelling:?} is accepted already; a text can be one thing only"),
                    );
                }
                accept.push((spelling.as_str().into(), code));
            }
        }
        Codes {
            texts: KnownTexts::new(&accept),
            accept,
            otherwise: (table.unknown == Some(Outside::Zeros)).then_some(NO_FEATURE),
        }
    }

    fn codes(&mut self, table: &InputTable) -> Codes {
        if let Some(tables) = &table.one_hot {
            return self.one_hot_codes(table, tables);
        }
        let mut accept: Vec<_> = table.accept.iter().flatten().collect();
        accept.sort_by_key(|(_, code)| code.span().start);
        if accept.is_empty() {
            self.problem(
                "`accept` está vacío; ponga las grafías que se aceptan y lo que valen",
                "`accept` is empty; list the accepted spellings and their values",
            );
        }
        for (spelling, code) in &accept {
            self.check_spelling("accept", spelling);
            self.check_finite(&format!("accept.{spelling}"), Some(*code.get_ref()));
        }
        self.check_finite("otherwise", table.otherwise);
        let code = |(spelling, code): (&String, &toml::Spanned<f64>)| {
            (spelling.as_str().into(), *code.get_ref())
        };
        let accept: Vec<_> = accept.into_iter().map(code).collect();
        Codes {
            texts: KnownTexts::new(&accept),
            accept,
            otherwise: table.otherwise,
        }
    }
}
