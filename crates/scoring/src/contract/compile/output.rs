//! What is made of an input's value, and what stands for it when it is missing.

use super::InputCompiler;
use crate::contract::wire::{BandTable, FeatureTable, InputTable, Kind, Outside, StepTable};
use crate::input::{Band, Bands, Feature, OnMissing, Output};
use crate::step::Step;

impl InputCompiler<'_> {
    pub(super) fn output(&mut self, table: &InputTable) -> Output {
        if let Some(bands) = &table.bands {
            return Output::Bands(self.bands(bands, table.outside));
        }
        let tables = table.features.as_deref().unwrap_or_default();
        if tables.is_empty() {
            self.problem("it makes no feature; give `features` (or `bands`), or remove the input");
        }
        let features: Vec<_> = tables.iter().map(|feature| self.feature(feature)).collect();
        if table.kind == Kind::Text && features.iter().any(|feature| !feature.is_present) {
            self.problem("a text has no value; start its features' steps with \"is_present\"");
        }
        Output::Features(features)
    }

    fn feature(&mut self, table: &FeatureTable) -> Feature {
        self.feature_names.push(table.name.clone());
        let name = &table.name;
        let mut steps = Vec::new();
        for (i, step) in table.steps.iter().enumerate() {
            let step = match step {
                StepTable::IsPresent => {
                    if i > 0 {
                        self.problem(format!("feature {name}: \"is_present\" must come first"));
                    }
                    continue;
                }
                StepTable::Clip(bounds) => self.clip(name, bounds),
                StepTable::Divide(by) => Step::Divide(self.divisor(name, "divide", *by)),
                StepTable::FloorDivide(by) => {
                    Step::FloorDivide(self.divisor(name, "floor_divide", *by))
                }
            };
            steps.push(step);
        }
        let is_present = matches!(table.steps.first(), Some(StepTable::IsPresent));
        Feature { is_present, steps }
    }

    fn clip(&mut self, feature: &str, bounds: &[f64]) -> Step {
        match *bounds {
            [low, high] if low.is_finite() && high.is_finite() && low <= high => {
                Step::Clip { low, high }
            }
            _ => {
                self.problem(format!(
                    "feature {feature}: `clip` needs two finite numbers, the smaller first"
                ));
                Step::Clip {
                    low: 0.0,
                    high: 0.0,
                }
            }
        }
    }

    fn divisor(&mut self, feature: &str, key: &str, by: f64) -> f64 {
        if by == 0.0 || !by.is_finite() {
            self.problem(format!(
                "feature {feature}: `{key}` must be finite and not 0"
            ));
        }
        by
    }

    fn bands(&mut self, tables: &[BandTable], outside: Option<Outside>) -> Bands {
        if tables.is_empty() {
            self.problem("`bands` is empty; list the bands, or use `features`");
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
                    self.problem(format!(
                        "band {name}: label {label:?} is already another band's"
                    ));
                }
            }
            let whole = |end: Option<f64>| end.is_none_or(|end| end.fract() == 0.0);
            if !(whole(table.from) && whole(table.to)) {
                self.problem(format!(
                    "band {name}: bands are of whole numbers; round its ends"
                ));
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
                self.problem(format!("band {}: `from` is more than `to`", table.feature));
            }
        }
        for pair in sorted.windows(2) {
            let [(low, low_table), (high, high_table)] = pair else {
                continue;
            };
            let names = format!("bands {} and {}", low_table.feature, high_table.feature);
            if high.from <= low.to {
                self.problem(format!("{names} overlap; a number must be in one band"));
            } else if !zeros_outside && high.from > low.to + 1.0 {
                self.problem(format!(
                    "{names} leave out the numbers between {} and {}; join them, or say \
                     outside = \"zeros\"",
                    low.to, high.from
                ));
            }
        }
    }

    pub(super) fn on_missing(&mut self, value: Option<&toml::Value>, output: &Output) -> OnMissing {
        let tells = matches!(output, Output::Features(features)
            if !features.is_empty() && features.iter().all(|feature| feature.is_present));
        let number = match value {
            None if tells => return OnMissing::Tell,
            None => return OnMissing::Refuse,
            Some(_) if tells => {
                self.problem("`missing` has no effect on \"is_present\"; remove it");
                return OnMissing::Tell;
            }
            Some(toml::Value::String(label)) => return self.missing_label(label, output),
            Some(toml::Value::Integer(number)) => *number as f64,
            Some(toml::Value::Float(number)) => *number,
            Some(_) => {
                self.problem("`missing` must be a number or the label of a band");
                return OnMissing::Refuse;
            }
        };
        self.check_finite("missing", Some(number));
        if let Output::Bands(bands) = output
            && !bands.zeros_outside
            && bands.containing(number).is_none()
        {
            self.problem(format!(
                "`missing` is {number}, which is in no band; choose one that is"
            ));
        }
        OnMissing::Number(number)
    }

    fn missing_label(&mut self, label: &str, output: &Output) -> OnMissing {
        let band = match output {
            Output::Bands(bands) => bands.labelled(label),
            Output::Features(_) => None,
        };
        if let Some(band) = band {
            return OnMissing::Band(band);
        }
        self.problem(format!(
            "`missing` is {label:?}, which is no band's label; use one, or a number"
        ));
        OnMissing::Refuse
    }
}
