//! What was answered beforehand: typed, in a profile, or in the configuration; and what is remembered of it.

use std::io::Write;

use propenso_portfolio::PortfolioError;
use propenso_scoring::Bilingual;

use crate::cli::ScoreArgs;
use crate::command::CommandError;
use crate::profile::Profile;
use crate::profiles::Profiles;
use crate::settings::portfolio;
use propenso_portfolio::options::RunOptions;

/// The answers of one run.
pub(super) struct Answers {
    /// All of them, what was typed before what is remembered.
    pub(super) options: RunOptions,
    profiles: Profiles,
    /// What is to be saved, and as what.
    kept: Option<(String, Profile)>,
    /// Whether there is a secret, which is not saved.
    has_secret: bool,
}

impl Answers {
    /// Puts together what was typed and what is remembered.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when there is no such profile, or none can be saved.
    pub(super) fn gather(args: &ScoreArgs) -> Result<Self, CommandError> {
        let profiles = portfolio::profiles(&args.registry)?;
        let profile = args.remembered.profile.as_deref();
        let profile = profile.map(|name| profiles.open(name)).transpose()?;
        let profile = profile.unwrap_or_default();
        let typed = typed(args);
        let kept = match &args.remembered.save_as {
            Some(name) => {
                profiles.check_free(name)?;
                Some((name.clone(), kept(args, &typed, &profile)?))
            }
            None => None,
        };
        // The output's name says its form, whatever is remembered.
        let mut options = profiles.complete(typed.clone(), &profile);
        if args.output.extension().is_some() && typed.get("output_format").is_none() {
            options.remove("output_format");
        }
        Ok(Self {
            has_secret: typed.get("seed_key").is_some(),
            options,
            profiles,
            kept,
        })
    }

    /// Saves what is to be remembered, and tells so.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it cannot be saved; the list is there nevertheless.
    pub(super) fn save(&self) -> Result<(), CommandError> {
        let Some((name, profile)) = &self.kept else {
            return Ok(());
        };
        let saved = self.profiles.save(name, profile)?;
        let path = saved.path.display();
        let told = match saved.is_replaced {
            true => format!("Perfil «{name}» sustituido por lo de ahora: {path}"),
            false => format!("Perfil «{name}» guardado: {path}"),
        };
        let secret = match self.has_secret {
            true => "; la clave de --seed-key no se guarda",
            false => "",
        };
        // Standard output may be the list's, or a program's.
        writeln!(
            std::io::stderr(),
            "{told}; se usa con --profile {name}{secret}"
        )?;
        Ok(())
    }
}

/// What is remembered of a run: what was typed, and what the profile said that it used.
///
/// # Errors
///
/// [`CommandError::NothingToSave`] when that is nothing.
fn kept(
    args: &ScoreArgs,
    typed: &RunOptions,
    profile: &RunOptions,
) -> Result<Profile, CommandError> {
    let mut options = typed.clone();
    if let Some(list) = &args.order.suppress {
        let list = std::path::absolute(list)?;
        let text = list.to_str().ok_or_else(|| CommandError::File {
            path: list.clone(),
            problem: Bilingual::new(
                "su nombre no es texto y ningún perfil lo puede guardar",
                "its name is no text, so that no profile can hold it",
            ),
        })?;
        options.put("suppress", Some(text));
    }
    let kept = Profile::of(options.or(profile));
    match kept.is_empty() {
        true => Err(CommandError::NothingToSave),
        false => Ok(kept),
    }
}

/// What was typed, by its names.
fn typed(args: &ScoreArgs) -> RunOptions {
    let mut options = RunOptions::default();
    let reading = &args.reading;
    options.put("input_format", reading.input_format);
    options.put("separator", reading.separator);
    options.put("encoding", reading.encoding);
    options.put("decimal", reading.decimal);
    options.put("sheet", reading.sheet.as_ref());
    options.put("header_row", reading.header_row);
    for mapping in &reading.map {
        options.put("map", Some(mapping));
    }
    options.put("id_column", reading.id_column.as_ref());
    options.put("amount_column", reading.amount_column.as_ref());
    let writing = &args.writing;
    options.put("output_format", writing.output_format);
    options.put("output_separator", writing.output_separator);
    options.put("output_encoding", writing.output_encoding);
    options.put("output_decimal", writing.output_decimal);
    options.put("columns_first", writing.columns_first);
    let order = &args.order;
    options.put("rank_by", order.rank_by);
    options.put("order", order.order);
    options.put("fee", order.fee);
    options.put("contact_cost", order.contact_cost);
    options.put("capacity", order.capacity);
    options.put("only_fits", order.only_fits);
    options.put("split", order.split);
    options.put("rank_direction", order.rank_direction);
    options.put("one_per_client", order.one_per_client);
    options.put("suppress_missing", order.suppress_missing);
    options.put("control_share", order.control_share);
    options.put("seed_key", order.seed_key.as_ref());
    options.put("explain", args.explain);
    options
}

/// Says of a question that a file asks how its answer is remembered.
pub(super) fn unanswered(error: PortfolioError) -> CommandError {
    let line = match &error {
        PortfolioError::UnclearNumbers { .. } => "decimal = \"comma\"",
        PortfolioError::MissingColumns { .. } => "columns = { \"COLUMN\" = \"INPUT\" }",
        // No name tells columns apart that have the same.
        PortfolioError::AmbiguousColumns(ambiguity) if !ambiguity.is_repeated() => {
            "columns = { \"COLUMN\" = \"INPUT\" }"
        }
        _ => return error.into(),
    };
    CommandError::Unanswered { error, line }
}
