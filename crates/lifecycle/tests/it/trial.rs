//! A small model of scikit-learn 1.2.2 before the gates, by its own columns.

use std::io::Read;

use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::gates::clients::{ClientRows, Clients};
use propenso_lifecycle::gates::examination::{Candidate, Examined, examine};
use propenso_lifecycle::gates::limits::GateLimits;
use propenso_lifecycle::gates::progress::Progress;
use propenso_lifecycle::gates::standard::Standard;
use propenso_lifecycle::gates::target::Target;
use propenso_lifecycle::gates::{Concern, Gate};
use propenso_lifecycle::load;
use propenso_scoring::Scorer;
use serde_json::Value;

use crate::support::repository;

/// All have the features of the example as columns.
pub(crate) const TREE: &str = "a_dt_bin.joblib.xz";
pub(crate) const FOREST: &str = "a_rf_bin.pkl";
pub(crate) const LINEAR: &str = "a_lr_liblinear.joblib.lzma";
pub(crate) const BAGGING: &str = "a_bag.joblib.bz2";
/// Takes missing values, which the others refuse.
pub(crate) const HISTOGRAM: &str = "a_hgb_monotonic.joblib.lz4";
/// Has classes and no probabilities.
pub(crate) const MARGIN: &str = "a_linsvc.pkl";
/// Plain pickle.
pub(crate) const DUMMY: &str = "a_dummy_mostfrequent.pkl";

pub(crate) fn model(name: &str) -> Vec<u8> {
    std::fs::read(repository("testdata/models/1.2.2").join(name)).unwrap()
}

/// A model in service, by its own columns.
pub(crate) fn scorer(name: &str) -> Scorer {
    let path = repository("testdata/models/1.2.2").join(name);
    load::scorer(&path, Some("model")).unwrap()
}

/// Rows that the library answered, with its answers.
pub(crate) struct Answered(Value);

impl Answered {
    /// Those of a model, by the name of its file.
    pub(crate) fn of(model: &str) -> Self {
        let name = model.split('.').next().unwrap();
        let path = repository("testdata/models/1.2.2").join(format!("{name}.json.gz"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    pub(crate) fn header(&self) -> Vec<String> {
        cells(&self.0["columns"])
    }

    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        self.0["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(cells)
            .collect()
    }

    pub(crate) fn classes(&self) -> Vec<String> {
        cells(&self.0["predict"])
    }

    /// The classes that there are.
    pub(crate) fn labels(&self) -> Vec<String> {
        cells(&self.0["classes"])
    }

    /// The probabilities of the second class.
    pub(crate) fn probabilities(&self) -> Vec<f64> {
        let rows = self.0["predict_proba"].as_array().unwrap();
        rows.iter().map(|row| row[1].as_f64().unwrap()).collect()
    }
}

fn cells(row: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    row.as_array().unwrap().iter().map(text).collect()
}

/// A table as CSV.
pub(crate) fn csv(header: &[String], rows: &[Vec<String>]) -> String {
    let lines = std::iter::once(header.join(",")).chain(rows.iter().map(|row| row.join(",")));
    lines.map(|line| line + "\n").collect()
}

/// What a model is examined with.
pub(crate) struct Trial<'t> {
    pub(crate) model: Vec<u8>,
    pub(crate) is_as_announced: bool,
    pub(crate) key: Option<&'t str>,
    /// `None` for the one that fits.
    pub(crate) contract: Option<ContractSource>,
    pub(crate) golden: Option<String>,
    pub(crate) holdout: Option<String>,
    /// Version 7, where there is one.
    pub(crate) champion: Option<&'t Scorer>,
    pub(crate) has_champion: bool,
    pub(crate) champion_golden: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) limits: GateLimits,
    pub(crate) is_strict: bool,
}

impl<'t> Trial<'t> {
    pub(crate) fn of(name: &str) -> Self {
        Self::of_bytes(model(name))
    }

    pub(crate) fn of_bytes(model: Vec<u8>) -> Self {
        Self {
            model,
            is_as_announced: true,
            key: None,
            contract: Some(ContractSource::shipped("model").unwrap()),
            golden: None,
            holdout: None,
            champion: None,
            has_champion: false,
            champion_golden: None,
            reference: None,
            limits: GateLimits::default(),
            is_strict: false,
        }
    }

    pub(crate) fn beside(self, champion: &'t Scorer) -> Self {
        Self {
            champion: Some(champion),
            has_champion: true,
            ..self
        }
    }

    pub(crate) fn examined(&self) -> Examined {
        let model = self.model.clone().into();
        let reference = self.reference.as_deref().map(|t| clients("cartera.csv", t));
        let holdout = self.holdout.as_deref().map(|t| clients("pagos.csv", t));
        let candidate = Candidate {
            file_name: "modelo.pkl",
            model: &model,
            is_as_announced: self.is_as_announced,
            key: self.key,
            is_known: false,
            contract: self.contract.as_ref(),
            golden: self.golden.as_deref().map(str::as_bytes),
            holdout: holdout.as_ref(),
            progress: &Progress::default(),
        };
        let standard = Standard {
            champion: self.champion.map(|scorer| (7, scorer)),
            has_champion: self.has_champion,
            champion_golden: self.champion_golden.as_deref().map(str::as_bytes),
            reference: reference.as_ref(),
            target: &Target::default(),
            limits: &self.limits,
            is_strict: self.is_strict,
        };
        examine(&candidate, &standard).unwrap()
    }

    /// What the gate at this place says.
    pub(crate) fn gate(&self, place: usize) -> Gate {
        self.examined().report.gates.swap_remove(place)
    }

    /// What speaks against the model, by the gate at this place.
    pub(crate) fn concerns(&self, place: usize) -> Vec<Concern> {
        self.gate(place).concerns
    }
}

fn clients<'c>(name: &str, table: &'c str) -> Clients<'c> {
    Clients {
        name: name.to_owned(),
        rows: ClientRows::Sent(table.as_bytes()),
    }
}
