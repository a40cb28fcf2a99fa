//! `propenso backup` and `propenso restore`: the data directory as one file, and back.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use propenso_lifecycle::registry::{Registry, State};
use propenso_lifecycle::served::Served;
use propenso_scoring::Language;

use super::check_config::bytes;
use super::{CommandError, PARTIAL};
use crate::cli::{BackupArgs, IntakeArgs, RestoreArgs};
use crate::data_archive::writing::Backup;
use crate::data_archive::{ArchiveError, Manifest, restoring, writing};
use crate::settings::ModelsSettings;

/// Writes the data directory into a file, while servers use it.
///
/// # Errors
///
/// [`CommandError`]; then there is no new file.
pub fn backup(args: &BackupArgs, language: Language) -> Result<ExitCode, CommandError> {
    let bar = Bar::start();
    let written = write(args, &mut |done, total| bar.show(done, total));
    bar.end();
    let written = written?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", args.file.display())?;
    writeln!(out, "{}", told(&written.manifest, language))?;
    if written.lacking.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let lacking = written.lacking.join("\n  ");
    let told = match language {
        Language::Spanish => format!(
            "En la carpeta de datos estos archivos faltan o están dañados, y así quedan en la copia:\n  {lacking}\nAñada otra vez esos modelos."
        ),
        Language::English => format!(
            "These files are missing or damaged in the data directory, and so they are in the backup:\n  {lacking}\nAdd those models again."
        ),
    };
    eprintln!("{told}");
    Ok(ExitCode::from(PARTIAL))
}

/// Writes it; `advance` hears how far it is.
pub(super) fn write(
    args: &BackupArgs,
    advance: &mut dyn FnMut(u64, u64),
) -> Result<Backup, CommandError> {
    let settings = ModelsSettings::resolve(&args.registry, &IntakeArgs::default())?;
    refuse_shared(&settings)?;
    let data_dir = &settings.data_dir;
    Ok(writing::write(data_dir, &args.file, args.force, advance)?)
}

/// Puts what a backup has into a data directory.
///
/// # Errors
///
/// [`CommandError`], whose text says whether something was changed.
pub fn restore(args: &RestoreArgs, language: Language) -> Result<ExitCode, CommandError> {
    let settings = ModelsSettings::resolve(&args.registry, &IntakeArgs::default())?;
    refuse_shared(&settings)?;
    let folder = &settings.data_dir;
    let bar = Bar::start();
    let restored = restoring::restore(&args.file, folder, args.force, &mut |done, total| {
        bar.show(done, total);
    });
    bar.end();
    let restored = restored?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", folder.display())?;
    writeln!(out, "{}", told(&restored.manifest, language))?;
    if let Some(before) = &restored.before {
        let words = language.pick(
            "Lo que había se ha guardado en",
            "What was there is kept in",
        );
        writeln!(out, "{words} {}", before.display())?;
    }
    // As a server will load it.
    let registry = Registry::open(folder)?;
    if let Some(champion) = registry.holder(State::Champion)? {
        Served::load(&registry, &champion).map_err(CommandError::Champion)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A shared registry is all in its database, which has ways of its own to be copied.
fn refuse_shared(settings: &ModelsSettings) -> Result<(), ArchiveError> {
    match settings.place.url.is_shared() {
        true => Err(ArchiveError::Shared(settings.place.to_string())),
        false => Ok(()),
    }
}

/// What is in it, in a sentence.
fn told(manifest: &Manifest, language: Language) -> String {
    let (versions, holders) = (manifest.versions.len(), manifest.holders);
    let files = manifest.members.len();
    let size = bytes(manifest.bytes());
    let champion = manifest.champion();
    let champion = champion.map_or_else(|| "-".to_owned(), |number| number.to_string());
    match language {
        Language::Spanish => format!(
            "archivos: {files} ({size}); versiones: {versions}; en servicio: {champion}; con clave: {holders}"
        ),
        Language::English => format!(
            "files: {files} ({size}); versions: {versions}; in service: {champion}; with keys: {holders}"
        ),
    }
}

/// How far it is, where somebody looks at standard error.
struct Bar(ProgressBar);

impl Bar {
    fn start() -> Self {
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{bar:30} {binary_bytes} / {binary_total_bytes}");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    fn show(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
