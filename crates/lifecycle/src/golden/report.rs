//! What came of golden rows: how many are as expected, and which are not.

use std::io::Write;

use propenso_model::Rounding;
use propenso_scoring::{Language, Scorer};
use serde::Serialize;

use super::comparison::{Comparison, Judgement};
use super::{Golden, GoldenError, Place};

/// Rows listed one by one; the rest are counted.
const MAX_LISTED: usize = 20;

/// What came of golden rows.
#[derive(Debug, Serialize)]
pub struct Report {
    model: String,
    contract: String,
    #[serde(skip)]
    language: Language,
    /// The model's own arithmetic.
    #[serde(skip)]
    rounding: Rounding,
    /// The largest difference that counts as rounding.
    tolerance: f64,
    /// What it is the rounding of; none where the caller said the tolerance.
    arithmetic: Option<&'static str>,
    /// Rows that were compared.
    pub rows: u64,
    /// Rows whose every number had the expected bits.
    pub equal: u64,
    /// Rows whose class was the expected one and whose numbers differed by no more than the tolerance.
    pub within_tolerance: u64,
    /// The largest difference of those.
    worst_rounding: f64,
    /// Rows with another class, where rounding alone decides between the two.
    pub ties: u64,
    /// Rows that were refused, as expected.
    pub refused_as_expected: u64,
    /// Rows that differed by more, or had another class, or were refused.
    pub different: u64,
    /// The largest difference of all.
    worst: Option<Worst>,
    /// The first of the different rows, and of the ties.
    pub listed: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Worst {
    difference: f64,
    #[serde(flatten)]
    place: Place,
    what: String,
}

/// A row that is not as expected.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong with it.
    pub what: String,
}

impl Report {
    /// Compares every row of a file with what a scorer answers. A tolerance of the caller's stands in place of the model's own.
    ///
    /// # Errors
    ///
    /// As [`Golden::compare`].
    pub fn of(
        golden: &Golden,
        scorer: &Scorer,
        tolerance: Option<f64>,
        language: Language,
    ) -> Result<Self, GoldenError> {
        let mut report = Self::new(scorer, tolerance, language);
        golden.compare(scorer, language, |place, comparison| {
            report.add(place, comparison);
        })?;
        Ok(report)
    }

    fn new(scorer: &Scorer, tolerance: Option<f64>, language: Language) -> Self {
        let rounding = scorer.predictor().rounding();
        Self {
            language,
            model: scorer.model().to_string(),
            contract: scorer.contract().name().to_owned(),
            rounding,
            tolerance: tolerance.unwrap_or_else(|| rounding.tolerance()),
            arithmetic: tolerance.is_none().then(|| rounding.name()),
            rows: 0,
            equal: 0,
            within_tolerance: 0,
            worst_rounding: 0.0,
            ties: 0,
            refused_as_expected: 0,
            different: 0,
            worst: None,
            listed: Vec::new(),
        }
    }

    fn add(&mut self, place: Place, comparison: Comparison) {
        self.rows += 1;
        if let Some((difference, what)) = comparison.worst() {
            let known = self.worst.as_ref().map_or(0.0, |worst| worst.difference);
            if difference > known {
                self.worst = Some(Worst {
                    difference,
                    place,
                    what: what.to_owned(),
                });
            }
        }
        match comparison.judge(self.tolerance, self.rounding) {
            Judgement::RefusedAsExpected => self.refused_as_expected += 1,
            Judgement::Equal => self.equal += 1,
            Judgement::Rounding { worst } => {
                self.within_tolerance += 1;
                self.worst_rounding = self.worst_rounding.max(worst);
            }
            Judgement::Tie(what) => {
                self.ties += 1;
                let why = self.language.pick(
                    "solo el redondeo decide entre las dos clases",
                    "a tie but for rounding",
                );
                let what = format!("{what}: {why}");
                self.list(place, what);
            }
            Judgement::Different(what) | Judgement::Refused(what) => {
                self.different += 1;
                self.list(place, what);
            }
        }
    }

    fn list(&mut self, place: Place, what: String) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(Listed { place, what });
        }
    }

    /// Whether there were rows, and every one was as expected.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.rows > 0 && self.different == 0 && self.ties == 0
    }

    /// Says in a sentence without its full stop what that means.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self {
            _ if self.rows == 0 => self
                .language
                .pick("no hay ninguna fila que comprobar", "there is no row to check"),
            _ if self.different > 0 => self.language.pick(
                "el modelo no contesta lo que se esperaba",
                "the model does not answer as expected",
            ),
            _ if self.ties > 0 => self.language.pick(
                "todos los números son los esperados, pero el redondeo decide la clase de algunas filas",
                "every number is as expected, but rounding decides the class of some rows",
            ),
            _ => self
                .language
                .pick("todas las filas son como se esperaba", "every row is as expected"),
        }
    }

    /// Rows that are not as expected, and not listed.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        (self.different + self.ties).saturating_sub(self.listed.len() as u64)
    }

    fn arithmetic(&self) -> &'static str {
        match (self.arithmetic, self.language) {
            (None, language) => language.pick("la tolerancia pedida", "the tolerance asked for"),
            (Some(name), Language::English) => name,
            (Some(_), Language::Spanish) => match self.rounding {
                Rounding::Exact => "las cifras del propio número esperado",
                Rounding::Double => "la aritmética de float64",
                Rounding::SingleExponential | Rounding::Single => "la aritmética de float32",
            },
        }
    }

    /// Says how many, as in `64 (of float32 arithmetic, up to 2.5e-7; worst 4.2e-8)`.
    fn describe_rounding(&self) -> String {
        let worst = match self.within_tolerance {
            0 => String::new(),
            _ => {
                let name = self.language.pick("el mayor", "worst");
                format!("; {name} {:.1e}", self.worst_rounding)
            }
        };
        let arithmetic = self.arithmetic();
        let (rows, tolerance) = (self.within_tolerance, self.tolerance);
        let (of, up_to) = self.language.pick(("de", "hasta"), ("of", "up to"));
        format!("{rows} ({of} {arithmetic}, {up_to} {tolerance:e}{worst})")
    }

    /// Writes it as text, a line a figure.
    ///
    /// # Errors
    ///
    /// What writing says.
    pub fn write_text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let language = self.language;
        let width = language.pick(25, 20);
        let mut line = |es: &str, en: &str, value: String| {
            let name = language.pick(es, en);
            writeln!(out, "{name:<width$}{value}")
        };
        line("modelo", "model", self.model.clone())?;
        line("contrato", "contract", self.contract.clone())?;
        line("filas comprobadas", "rows checked", self.rows.to_string())?;
        line(
            "iguales bit a bit",
            "equal bit for bit",
            self.equal.to_string(),
        )?;
        line(
            "iguales salvo redondeo",
            "within rounding",
            self.describe_rounding(),
        )?;
        if self.ties > 0 {
            line(
                "clase en un empate",
                "class at a tie",
                self.ties.to_string(),
            )?;
        }
        line(
            "rechazadas como debían",
            "refused as expected",
            self.refused_as_expected.to_string(),
        )?;
        line("distintas", "different", self.different.to_string())?;
        if let Some(worst) = &self.worst {
            let Worst {
                difference,
                place,
                what,
            } = worst;
            line(
                "la mayor diferencia",
                "worst difference",
                format!("{difference:e}, {}, {what}", place.name(language)),
            )?;
        }
        for listed in &self.listed {
            let place = listed.place.name(language);
            line("", "", format!("{place}: {}", listed.what))?;
        }
        let unlisted = self.unlisted();
        if unlisted > 0 {
            let more = language.pick(format!("y {unlisted} más"), format!("and {unlisted} more"));
            line("", "", more)?;
        }
        line("resultado", "result", self.result().to_owned())
    }
}
