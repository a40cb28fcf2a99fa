//! From the file as spelt to the checked contract. Problems are gathered, not returned one by one:
//! whoever wrote the file gets to see all of them at once.

mod dates;
mod output;
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::iter;
use std::sync::Arc;

use propenso_model::Sha256;

use self::dates::Dates;
use super::error::Problem;
use super::name_index::NameIndex;
use super::wire::{Blanks, ContractFile, DecisionTable, InputTable, Repeated};
use super::{Contract, ContractError, accepted};
use crate::date::iso;
use crate::input::{NO_FEATURE, OnMissing, Output, Reading};
use crate::number::is_outer_blank;
use crate::short_name::ShortName;
use crate::{Bilingual, Decision, Input, Labels, PositiveClass, WarningValue};

impl TryFrom<ContractFile> for Contract {
    type Error = ContractError;

    fn try_from(file: ContractFile) -> Result<Self, ContractError> {
        let mut problems = Vec::new();
        check_head(&file, &mut problems);
        let decision = compile_decision(file.decision, &mut problems);
        let mut inputs = Vec::new();
        let mut feature_names = Vec::new();
        let dates = Dates::of(&file.input);
        for table in file.input {
            let mut compiler = InputCompiler {
                place: format!("input {}", table.name),
                blanks: file.blanks,
                missing: &file.missing,
                dates: &dates,
                problems: &mut problems,
                feature_names: &mut feature_names,
            };
            inputs.push(compiler.input(table));
        }
        let names = index_names(&inputs, &mut problems);
        check_features(&feature_names, &mut problems);
        if !problems.is_empty() {
            return Err(ContractError::Invalid(problems));
        }
        Ok(Self {
            name: file.name.into(),
            description: file.description,
            inputs,
            names,
            feature_names,
            missing: file.missing.into_iter().collect(),
            decision: Some(decision),
            portfolio: file.portfolio,
            blanks: file.blanks,
            takes_first: file.repeated == Repeated::First,
            digest: Sha256::of(&[]),
            is_models_own: false,
            checks_float32: true,
        })
    }
}

fn check_head(file: &ContractFile, problems: &mut Vec<Problem>) {
    let mut problem = |text: Bilingual| problems.push(Problem::new("contract", text));
    if file.name.trim().is_empty() {
        problem(Bilingual::new(
            "`name` está vacío; dé un nombre al contrato",
            "`name` is empty; give the contract a name",
        ));
    }
    if file.description.is_blank() {
        problem(Bilingual::new(
            "`description` está vacía; diga para qué es el contrato, en ambos idiomas",
            "`description` is empty; say what the contract is for, in both languages",
        ));
    }
    if file.input.is_empty() {
        problem(Bilingual::new(
            "no hay ningún [[input]]; describa cada dato que envía un cliente",
            "there is no [[input]]; describe each value a client sends",
        ));
    }
    for spelling in &file.missing {
        if file.blanks == Blanks::Ignored && has_outer_blanks(spelling) {
            problem(never_seen("missing", spelling));
        }
    }
}

pub(super) fn compile_decision(table: DecisionTable, problems: &mut Vec<Problem>) -> Decision {
    let mut problem =
        |es: &str, en: &str| problems.push(Problem::new("decision", Bilingual::new(es, en)));
    let positive_class = match table.positive_class {
        toml::Value::Integer(class) => PositiveClass::Int(class),
        toml::Value::Float(class) => {
            if !class.is_finite() {
                problem(
                    "`positive_class` no es un número finito; ninguna clase se llama así",
                    "`positive_class` is not a finite number; no class has that label",
                );
            }
            PositiveClass::Float(class)
        }
        toml::Value::Boolean(class) => PositiveClass::Bool(class),
        toml::Value::String(class) => PositiveClass::Text(class),
        toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            problem(
                "`positive_class` debe ser un número, un texto, o true o false",
                "`positive_class` must be a number, a text, or true or false",
            );
            PositiveClass::Int(1)
        }
    };
    if table
        .threshold
        .is_some_and(|threshold| !(0.0..=1.0).contains(&threshold))
    {
        problem(
            "`threshold` es una probabilidad; ponga un número de 0 a 1, o quítelo",
            "`threshold` is a probability; give a number from 0 to 1, or leave it out",
        );
    }
    let labels = Labels {
        positive: table.labels.positive,
        negative: table.labels.negative,
    };
    if labels.positive.trim().is_empty() || labels.negative.trim().is_empty() {
        problem(
            "una de las `labels` está vacía; dé nombre a ambos resultados",
            "a label is empty; name both outcomes",
        );
    } else if labels.positive == labels.negative {
        problem(
            "las dos `labels` son iguales; nadie distinguiría los resultados",
            "both labels are the same; nobody could tell the outcomes apart",
        );
    }
    Decision {
        positive_class,
        threshold: table.threshold,
        labels,
    }
}

/// Long names and parameters live in one namespace: a client may use either.
pub(super) fn index_names(inputs: &[Input], problems: &mut Vec<Problem>) -> NameIndex {
    let mut names: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for (index, input) in inputs.iter().enumerate() {
        let parameter = (input.parameter != input.name).then_some(&input.parameter);
        for name in iter::once(&input.name).chain(parameter) {
            let first = *names.entry(Arc::clone(name)).or_insert(index);
            if first != index {
                let other = &inputs[first].name;
                problems.push(Problem::new(
                    format!("input {}", input.name),
                    Bilingual::new(
                        format!("{name:?} ya es el nombre o el parámetro del dato {other}; cambie uno de los dos"),
                        format!("{name:?} is already a name or parameter of input {other}; rename one"),
                    ),
                ));
            }
        }
    }
    NameIndex::new(names)
}

fn check_features(names: &[String], problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for name in names {
        let place = format!("feature {name}");
        if name.trim().is_empty() {
            problems.push(Problem::new(
                place,
                Bilingual::new(
                    "una variable no tiene nombre; ponga el que tiene en el modelo",
                    "a feature has no name; use the model's",
                ),
            ));
        } else if !seen.insert(name) {
            problems.push(Problem::new(
                place,
                Bilingual::new(
                    "se hace dos veces; hágala de un solo dato",
                    "is made twice; make it of one input only",
                ),
            ));
        }
    }
}

/// One `[[input]]` on its way. What it returns is only used when no problem was found.
struct InputCompiler<'c> {
    place: String,
    blanks: Blanks,
    missing: &'c [String],
    dates: &'c Dates,
    problems: &'c mut Vec<Problem>,
    feature_names: &'c mut Vec<String>,
}

impl InputCompiler<'_> {
    fn input(&mut self, table: InputTable) -> Input {
        if table.name.trim().is_empty() || table.parameter.trim().is_empty() {
            self.problem(
                "`name` o `parameter` está vacío; un cliente no podría enviarlo",
                "`name` or `parameter` is empty; a client could not send it",
            );
        }
        if table.text.as_ref().is_some_and(Bilingual::is_blank) {
            self.problem(
                "`text` está vacío; diga cómo lo llama la gente, o quítelo",
                "`text` is empty; say what people call the input, or leave it out",
            );
        }
        if table.help.as_ref().is_some_and(Bilingual::is_blank) {
            self.problem(
                "`help` está vacío; diga qué es el dato, o quítelo",
                "`help` is empty; say what the input is, or leave it out",
            );
        }
        self.check_keys(&table);
        let first_feature = self.feature_names.len();
        let reading = self.reading(&table);
        let output = self.output(&table);
        let missing = self.on_missing(&table, &reading, &output);
        self.check_finite("absent", table.absent);
        let accepted = accepted::describe(&reading, &output, missing, self.missing);
        let imputes = imputes(table.missing.as_ref(), &reading, &output, missing);
        let name: Arc<str> = table.name.into();
        Input {
            short_name: match table.text {
                Some(words) => ShortName::words(words),
                None => ShortName::own(&name),
            },
            help: table.help,
            name,
            parameter: table.parameter.into(),
            accepted,
            reading,
            missing,
            imputes,
            absent: table.absent,
            immutable: table.immutable,
            output,
            first_feature,
        }
    }

    fn problem(&mut self, es: impl Into<Arc<str>>, en: impl Into<Arc<str>>) {
        let text = Bilingual::new(es, en);
        self.problems.push(Problem::new(self.place.clone(), text));
    }

    /// Tells what is wrong with one of the features.
    fn problem_of(&mut self, feature: &str, es: impl Display, en: impl Display) {
        self.problem(
            format!("variable {feature}: {es}"),
            format!("feature {feature}: {en}"),
        );
    }

    /// Tells what is wrong with one of the bands.
    fn problem_of_band(&mut self, band: &str, es: impl Display, en: impl Display) {
        self.problem(format!("tramo {band}: {es}"), format!("band {band}: {en}"));
    }

    fn check_finite(&mut self, key: &str, number: Option<f64>) {
        if number.is_some_and(|number| !number.is_finite()) {
            self.problem(
                format!("`{key}` no es un número finito; ponga uno"),
                format!("`{key}` is not a finite number; give one"),
            );
        }
    }

    /// A spelling that is compared after its outer blanks are gone must not have any.
    fn check_spelling(&mut self, key: &str, spelling: &str) {
        if self.blanks == Blanks::Ignored && has_outer_blanks(spelling) {
            let text = never_seen(key, spelling);
            self.problems.push(Problem::new(self.place.clone(), text));
        }
    }
}

/// What a person is told stands for a missing value, where the number alone says nothing.
fn imputes(
    written: Option<&toml::Value>,
    reading: &Reading,
    output: &Output,
    missing: OnMissing,
) -> Option<WarningValue> {
    match (reading, output, missing) {
        (Reading::Date(_), _, OnMissing::Number(days)) => Some(WarningValue::text(&iso(days))),
        (_, Output::OneHot(_), OnMissing::Number(NO_FEATURE)) => Some(WarningValue::text("0")),
        (_, Output::OneHot(_), OnMissing::Number(_)) => written
            .and_then(toml::Value::as_str)
            .map(WarningValue::text),
        _ => None,
    }
}

fn has_outer_blanks(spelling: &str) -> bool {
    spelling.trim_matches(is_outer_blank) != spelling
}

fn never_seen(key: &str, spelling: &str) -> Bilingual {
    Bilingual::new(
        format!(
            "{spelling:?} en `{key}` no puede llegar nunca, porque los espacios de los extremos no cuentan; \
             escríbalo sin ellos"
        ),
        format!(
            "{spelling:?} in `{key}` can never be seen, because outer blanks are ignored; \
             write it without them"
        ),
    )
}
