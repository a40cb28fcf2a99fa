//! `propenso contract …`: a contract drafted from a model and a sample, and checked.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::draft::{self, SampleColumns};
use propenso_lifecycle::load;
use propenso_lifecycle::load_error::LoadError;
use propenso_portfolio::Table;
use propenso_scoring::{Bilingual, Language};

use super::{CommandError, PARTIAL, verify};
use crate::cli::{CheckContractArgs, ContractArgs, ContractCommand, DraftArgs};

/// Does what was asked.
///
/// # Errors
///
/// [`CommandError`] when a file cannot be used.
pub fn run(args: &ContractArgs, language: Language) -> Result<ExitCode, CommandError> {
    match &args.command {
        ContractCommand::Draft(args) => draft(args, language),
        ContractCommand::Check(args) => check(args, language),
    }
}

fn draft(args: &DraftArgs, language: Language) -> Result<ExitCode, CommandError> {
    let (_, estimator) = load::estimator(args.model.path())?;
    let sample = match &args.sample {
        None => None,
        Some(path) => {
            let table = Table::open_by(path, &SampleColumns::of(&estimator.signature));
            Some(table.map_err(|error| {
                let problem = Bilingual::of(|language| error.problem(language));
                CommandError::file(path, problem)
            })?)
        }
    };
    let name = draft::name_of(args.output.as_deref().unwrap_or(&args.model.file));
    let draft = draft::draft(&estimator, &name, sample.as_ref(), language);
    let Some(path) = &args.output else {
        std::io::stdout().lock().write_all(draft.text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    // Whoever has answered the questions of a draft must not lose the answers.
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = created.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CommandError::file(
            path,
            Bilingual::new(
                "ya existe; elija otro nombre, o bórrelo antes",
                "it exists already; choose another name, or remove it first",
            ),
        ),
        _ => CommandError::system(path, &error),
    })?;
    file.write_all(draft.text.as_bytes())
        .map_err(|error| CommandError::system(path, &error))?;
    println!(
        "{}",
        match language {
            Language::Spanish => format!(
                "{}: escrito; preguntas por responder: {}",
                path.display(),
                draft.questions
            ),
            Language::English => format!(
                "{}: written; questions to answer: {}",
                path.display(),
                draft.questions
            ),
        }
    );
    Ok(ExitCode::SUCCESS)
}

fn check(args: &CheckContractArgs, language: Language) -> Result<ExitCode, CommandError> {
    let (file, estimator) = load::estimator(args.model.path())?;
    let source = ContractSource::named(&args.contract)?;
    let model = args.model.file.to_string_lossy();
    let mut out = std::io::stdout().lock();
    let scorer = match load::bind_source(&model, file.sha256(), estimator, &source) {
        Ok(scorer) => scorer,
        Err(error @ (LoadError::Contract { .. } | LoadError::Fit { .. })) => {
            writeln!(out, "{}", CommandError::from(error).message(language))?;
            return Ok(ExitCode::from(PARTIAL));
        }
        Err(error) => return Err(error.into()),
    };
    let contract = scorer.contract();
    let (inputs, features) = (contract.inputs().len(), contract.feature_names().len());
    let name = contract.name();
    let questions = source
        .text()
        .map_or(0, |text| draft::questions(text).count());
    match language {
        Language::Spanish => writeln!(
            out,
            "{name}: encaja con el modelo; datos del cliente: {inputs}, variables: {features}, preguntas por responder: {questions}"
        )?,
        Language::English => writeln!(
            out,
            "{name}: fits the model; inputs: {inputs}, features: {features}, questions to answer: {questions}"
        )?,
    }
    let Some(golden) = &args.golden else {
        return Ok(ExitCode::SUCCESS);
    };
    Ok(match verify::prove(&scorer, golden, language, &mut out)? {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(PARTIAL),
    })
}
