//! What is made of an input's value, and what stands for it when it is missing.

use super::InputCompiler;
use crate::contract::wire::{BandTable, FeatureTable, InputTable, Kind, Outside, StepTable};
use crate::date::days_since_1970;
use crate::input::{Band, Bands, Feature, NO_FEATURE, OnMissing, Output, Reading};
use crate::step::Step;

/// What days are counted from.
enum Since {
    Day(f64),
    /// The day that the input at this index is.
    Input(usize),
}

/// The number of a day that a contract names; `None` of a time, and where there is no such day.
fn days_of(day: &toml::value::Datetime) -> Option<f64> {
    let (Some(date), None, None) = (day.date, day.time, day.offset) else {
        return None;
    };
    let days = days_since_1970(date.year.into(), date.month.into(), date.day.into());
    days.map(f64::from)
}

impl InputCompiler<'_> {
    pub(super) fn output(&mut self, table: &InputTable) -> Output {
        if let Some(bands) = &table.bands {
            return Output::Bands(self.bands(bands, table.outside));
        }
        if let Some(columns) = &table.one_hot {
            let names = columns.iter().filter_map(|column| column.feature.clone());
            let before = self.feature_names.len();
            self.feature_names.extend(names);
            let count = self.feature_names.len() - before;
            if count == 0 {
                self.problem(
                    "`one_hot` no hace ninguna variable; dé nombre a una, o quite el dato",
                    "`one_hot` makes no feature; name one, or remove the input",
                );
            }
            return Output::OneHot(count);
        }
        let tables = table.features.as_deref().unwrap_or_default();
        if tables.is_empty() && !self.dates.is_counted_from(&table.name) {
            self.problem(
                "no hace ninguna variable; ponga `features` (o `bands`), o quite el dato",
                "it makes no feature; give `features` (or `bands`), or remove the input",
            );
        }
        let features: Vec<_> = tables.iter().map(|feature| self.feature(feature)).collect();
        if table.kind == Kind::Text && features.iter().any(|feature| !feature.is_present) {
            self.problem(
                "un texto no tiene valor; empiece los `steps` de sus variables con \"is_present\"",
                "a text has no value; start its features' steps with \"is_present\"",
            );
        }
        let has_value = |feature: &Feature, table: &FeatureTable| {
            feature.is_present || matches!(table.steps.first(), Some(StepTable::DaysSince(_)))
        };
        if table.kind == Kind::Date
            && !features
                .iter()
                .zip(tables)
                .all(|(feature, table)| has_value(feature, table))
        {
            self.problem(
                "una fecha no tiene valor por sí misma; empiece los `steps` de sus variables con \
                 { days_since = 2020-01-31 }, { days_since = \"OTRA_FECHA\" } o \"is_present\"",
                "a day has no value of its own; start its features' steps with \
                 { days_since = 2020-01-31 }, { days_since = \"ANOTHER_DATE\" } or \"is_present\"",
            );
        }
        if table.kind != Kind::Date
            && let Some(table) = tables.iter().find(|table| {
                let mut steps = table.steps.iter();
                steps.any(|step| matches!(step, StepTable::DaysSince(_)))
            })
        {
            self.problem_of(
                &table.name,
                "`days_since` es para kind date; quítelo",
                "`days_since` is for kind date; remove it",
            );
        }
        Output::Features(features)
    }

    fn feature(&mut self, table: &FeatureTable) -> Feature {
        self.feature_names.push(table.name.clone());
        let name = &table.name;
        let mut steps = Vec::new();
        let mut since = None;
        for (i, step) in table.steps.iter().enumerate() {
            let step = match step {
                StepTable::IsPresent => {
                    if i > 0 {
                        self.problem_of(
                            name,
                            "\"is_present\" debe ir el primero",
                            "\"is_present\" must come first",
                        );
                    }
                    continue;
                }
                StepTable::DaysSince(_) if i > 0 => {
                    self.problem_of(
                        name,
                        "`days_since` debe ir el primero",
                        "`days_since` must come first",
                    );
                    continue;
                }
                StepTable::DaysSince(day) => match self.days_since(name, day) {
                    Some(Since::Day(days)) => Step::Subtract(days),
                    Some(Since::Input(at)) => {
                        since = Some(at);
                        continue;
                    }
                    None => continue,
                },
                StepTable::Subtract(amount) => {
                    if !amount.is_finite() {
                        self.problem_of(
                            name,
                            "`subtract` debe ser un número finito",
                            "`subtract` must be finite",
                        );
                    }
                    Step::Subtract(*amount)
                }
                StepTable::Log1p => Step::Log1p,
                StepTable::Clip(bounds) => self.clip(name, bounds),
                StepTable::Divide(by) => Step::Divide(self.divisor(name, "divide", *by)),
                StepTable::FloorDivide(by) => {
                    Step::FloorDivide(self.divisor(name, "floor_divide", *by))
                }
            };
            steps.push(step);
        }
        let is_present = matches!(table.steps.first(), Some(StepTable::IsPresent));
        Feature {
            is_present,
            since,
            steps,
        }
    }

    /// What a feature counts days from.
    fn days_since(&mut self, feature: &str, day: &toml::Value) -> Option<Since> {
        let (es, en) = match day {
            toml::Value::Datetime(day) => match days_of(day) {
                Some(days) => return Some(Since::Day(days)),
                None => (
                    format!("`days_since` es {day}; escriba un día como 2020-01-31"),
                    format!("`days_since` is {day}; write a day as 2020-01-31"),
                ),
            },
            toml::Value::String(name) => match self.dates.position(name) {
                Some(at) => return Some(Since::Input(at)),
                None => (
                    format!(
                        "`days_since` es {name:?}, que no es ningún dato de kind date; ponga el nombre de uno, o un día \
                         sin comillas"
                    ),
                    format!(
                        "`days_since` is {name:?}, which is no input of kind date; use the name of one, or a day \
                         without quotes"
                    ),
                ),
            },
            _ => (
                "`days_since` debe ser un día, como 2020-01-31, o el nombre de un dato".to_owned(),
                "`days_since` must be a day, as 2020-01-31, or the name of an input".to_owned(),
            ),
        };
        self.problem_of(feature, es, en);
        None
    }

    fn clip(&mut self, feature: &str, bounds: &[f64]) -> Step {
        match *bounds {
            [low, high] if low.is_finite() && high.is_finite() && low <= high => {
                Step::Clip { low, high }
            }
            _ => {
                self.problem_of(
                    feature,
                    "`clip` necesita dos números finitos, el menor primero",
                    "`clip` needs two finite numbers, the smaller first",
                );
                Step::Clip {
                    low: 0.0,
                    high: 0.0,
                }
            }
        }
    }

    fn divisor(&mut self, feature: &str, key: &str, by: f64) -> f64 {
        if by == 0.0 || !by.is_finite() {
            self.problem_of(
                feature,
                format!("`{key}` debe ser un número finito distinto de 0"),
                format!("`{key}` must be finite and not 0"),
            );
        }
        by
    }

    fn bands(&mut self, tables: &[BandTable], outside: Option<Outside>) -> Bands {
        if tables.is_empty() {
            self.problem(
                "`bands` está vacío; ponga los tramos, o use `features`",
                "`bands` is empty; list the bands, or use `features`",
            );
        }
        let mut bands: Vec<Band> = Vec::new();
        for table in tables {
            self.feature_names.push(table.feature.clone());
            let name = &table.feature;
            if let Some(label) = &table.label {
                self.check_spelling("bands", label);
                if bands
                    .iter()
                    .any(|band| band.label.as_deref() == Some(label))
                {
                    self.problem_of_band(
                        name,
                        format!("la etiqueta {label:?} ya es de otro tramo"),
                        format!("label {label:?} is already another band's"),
                    );
                }
            }
            let whole = |end: Option<f64>| end.is_none_or(|end| end.fract() == 0.0);
            if !(whole(table.from) && whole(table.to)) {
                self.problem_of_band(
                    name,
                    "los tramos son de números enteros; redondee sus extremos",
                    "bands are of whole numbers; round its ends",
                );
            }
            bands.push(Band {
                label: table.label.as_deref().map(Into::into),
                from: table.from.unwrap_or(f64::NEG_INFINITY),
                to: table.to.unwrap_or(f64::INFINITY),
            });
        }
        let zeros_outside = outside == Some(Outside::Zeros);
        self.check_tiling(tables, &bands, zeros_outside);
        Bands {
            bands,
            zeros_outside,
        }
    }

    /// Bands must not overlap, and may leave holes only where the contract says what then.
    fn check_tiling(&mut self, tables: &[BandTable], bands: &[Band], zeros_outside: bool) {
        let mut sorted: Vec<_> = bands.iter().zip(tables).collect();
        sorted.sort_by(|(a, _), (b, _)| a.from.total_cmp(&b.from));
        for (band, table) in &sorted {
            if band.from > band.to {
                self.problem_of_band(
                    &table.feature,
                    "`from` es mayor que `to`",
                    "`from` is more than `to`",
                );
            }
        }
        for pair in sorted.windows(2) {
            let [(low, low_table), (high, high_table)] = pair else {
                continue;
            };
            let (one, other) = (&low_table.feature, &high_table.feature);
            let (end, start) = (low.to, high.from);
            if start <= end {
                self.problem(
                    format!("los tramos {one} y {other} se solapan; un número debe estar en un solo tramo"),
                    format!("bands {one} and {other} overlap; a number must be in one band"),
                );
            } else if !zeros_outside && start > end + 1.0 {
                self.problem(
                    format!(
                        "los tramos {one} y {other} dejan fuera los números entre {end} y {start}; únalos, o ponga \
                         outside = \"zeros\""
                    ),
                    format!(
                        "bands {one} and {other} leave out the numbers between {end} and {start}; join them, or say \
                         outside = \"zeros\""
                    ),
                );
            }
        }
    }

    pub(super) fn on_missing(
        &mut self,
        table: &InputTable,
        reading: &Reading,
        output: &Output,
    ) -> OnMissing {
        let value = table.missing.as_ref();
        if let Output::OneHot(_) = output {
            return self.missing_code(value, reading);
        }
        // Where a feature counts days from it, a day is needed, whatever its own features ask.
        let tells = !self.dates.is_counted_from(&table.name)
            && matches!(output, Output::Features(features)
            if !features.is_empty() && features.iter().all(|feature| feature.is_present));
        let number = match value {
            None if tells => return OnMissing::Tell,
            None => return OnMissing::Refuse,
            Some(_) if tells => {
                self.problem(
                    "`missing` no tiene efecto sobre \"is_present\"; quítelo",
                    "`missing` has no effect on \"is_present\"; remove it",
                );
                return OnMissing::Tell;
            }
            Some(value) if table.kind == Kind::Date => match value {
                toml::Value::Datetime(day) if let Some(days) = days_of(day) => {
                    return OnMissing::Number(days);
                }
                _ => {
                    self.problem(
                        "`missing` debe ser un día, como 2020-01-31",
                        "`missing` must be a day, as 2020-01-31",
                    );
                    return OnMissing::Refuse;
                }
            },
            Some(toml::Value::String(label)) => return self.missing_label(label, output),
            Some(toml::Value::Integer(number)) => *number as f64,
            Some(toml::Value::Float(number)) => *number,
            Some(_) => {
                self.problem(
                    "`missing` debe ser un número o la etiqueta de un tramo",
                    "`missing` must be a number or the label of a band",
                );
                return OnMissing::Refuse;
            }
        };
        self.check_finite("missing", Some(number));
        if let Output::Bands(bands) = output
            && !bands.zeros_outside
            && bands.containing(number).is_none()
        {
            self.problem(
                format!(
                    "`missing` es {number}, que no está en ningún tramo; elija uno que lo esté"
                ),
                format!("`missing` is {number}, which is in no band; choose one that is"),
            );
        }
        OnMissing::Number(number)
    }

    /// What stands for a missing text of `one_hot`: a spelling, or no feature at all.
    fn missing_code(&mut self, value: Option<&toml::Value>, reading: &Reading) -> OnMissing {
        let Reading::Codes(codes) = reading else {
            return OnMissing::Refuse;
        };
        let known = |text: &str| codes.find(text);
        match value {
            None => OnMissing::Refuse,
            Some(toml::Value::String(text)) if let Some(code) = known(text) => {
                OnMissing::Number(code)
            }
            Some(toml::Value::String(text)) if text == "zeros" => OnMissing::Number(NO_FEATURE),
            Some(_) => {
                self.problem(
                    "`missing` debe ser una de las grafías de `one_hot`, o \"zeros\"",
                    "`missing` must be one of the spellings in `one_hot`, or \"zeros\"",
                );
                OnMissing::Refuse
            }
        }
    }

    fn missing_label(&mut self, label: &str, output: &Output) -> OnMissing {
        let band = match output {
            Output::Bands(bands) => bands.labelled(label),
            Output::Features(_) | Output::OneHot(_) => None,
        };
        if let Some(band) = band {
            return OnMissing::Band(band);
        }
        self.problem(
            format!("`missing` es {label:?}, que no es la etiqueta de ningún tramo; use una, o un número"),
            format!("`missing` is {label:?}, which is no band's label; use one, or a number"),
        );
        OnMissing::Refuse
    }
}
