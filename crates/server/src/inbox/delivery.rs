//! What comes of a file: its list and what belongs to it, or the reason why there is none.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use propenso_lifecycle::plain_text::in_one_line;

use super::drop_off::{DropOff, Note};
use super::place::{Waiting, free_name, free_stem};
use super::{DONE, LISTS, REASON, UNREAD};
use crate::jobs::{Job, Jobs, REPORT, SUMMARY};

/// Brings a list back, with its report beside it, and puts the file it was made of away.
///
/// What its files are called is written down before any of them is there: if it is done again, the names are the same.
///
/// # Errors
///
/// What the system says; then it is tried again.
pub(super) fn deliver(drop: &DropOff, job: &Job, jobs: &Jobs) -> io::Result<()> {
    let lists = drop.inbox().join(LISTS);
    let stem = list_name(drop, &lists)?;
    let files = Files::of(job);
    let mut waiting = Vec::new();
    for (name, ending) in files.beside() {
        let from = File::open(jobs.path(job, name))?;
        waiting.push(Waiting::write(lists.join(format!("{stem}{ending}")), from)?);
    }
    let report = fs::read_to_string(jobs.path(job, REPORT))? + &files.told(&stem);
    let place = lists.join(format!("{stem}.informe.txt"));
    waiting.push(Waiting::write(place, for_notepad(&report).as_bytes())?);
    // Last: who waits for the list finds the rest beside it.
    let list = File::open(jobs.path(job, &job.output))?;
    let place = lists.join(format!("{stem}{}", files.end));
    waiting.push(Waiting::write(place, list)?);
    waiting.into_iter().try_for_each(Waiting::name)?;
    put_away(drop, DONE)?;
    tracing::info!(list = stem, "a portfolio is back in the inbox");
    Ok(())
}

/// Says why a file could not be scored, and puts it away with that.
///
/// # Errors
///
/// What the system says; then it is tried again.
pub(super) fn refuse(drop: &DropOff, reason: &str) -> io::Result<()> {
    let file = drop.dropped()?;
    let name = Path::new(file.file_name().unwrap_or_default());
    let target = free_name(&drop.inbox().join(UNREAD), name);
    let text = format!(
        "NO SE HA PUNTUADO: {}\n\nMotivo: {reason}.\n\nCuando esté arreglado, deje el archivo otra vez en la carpeta.\n",
        in_one_line(&name.to_string_lossy())
    );
    let mut place = target.as_os_str().to_owned();
    place.push(REASON);
    Waiting::write(place.into(), for_notepad(&text).as_bytes())?.name()?;
    drop.move_to(&target)?;
    tracing::warn!(file = %target.display(), "a portfolio in the inbox could not be scored");
    Ok(())
}

/// What a list is called, without its end.
fn list_name(drop: &DropOff, lists: &Path) -> io::Result<String> {
    let note = drop.note();
    if let Some(stem) = note.list {
        return Ok(stem);
    }
    let others = DropOff::all(drop.inbox());
    let spoken_for = others.iter().filter_map(|other| other.note().list);
    let spoken_for: Vec<String> = spoken_for.collect();
    let file = drop.dropped()?;
    let name = Path::new(file.file_name().unwrap_or_default());
    let stem = free_stem(lists, name, &spoken_for)?;
    drop.write(&Note {
        list: Some(stem.clone()),
        ..note
    })?;
    Ok(stem)
}

/// Writes a text as Windows' Notepad of some years ago reads it.
fn for_notepad(text: &str) -> String {
    format!("\u{feff}{text}").replace('\n', "\r\n")
}

fn put_away(drop: &DropOff, folder: &str) -> io::Result<()> {
    let file = drop.dropped()?;
    let name = Path::new(file.file_name().unwrap_or_default());
    drop.move_to(&free_name(&drop.inbox().join(folder), name))
}

/// A job's files that are brought back.
struct Files<'j> {
    job: &'j Job,
    /// The end of the list's name.
    end: String,
}

impl<'j> Files<'j> {
    fn of(job: &'j Job) -> Self {
        let end = Path::new(&job.output).extension().unwrap_or_default();
        let end = format!(".{}", end.to_string_lossy());
        Self { job, end }
    }

    /// The files beside the list, each with the end of the name that it gets.
    fn beside(&self) -> Vec<(&'j str, &'static str)> {
        let job = self.job;
        let some = [
            (&job.rejected, ".rechazados.csv"),
            (&job.suppressed, ".suprimidos.csv"),
            (&job.unmatched, ".sin_encontrar.csv"),
        ];
        let there = some.into_iter();
        let there = there.filter_map(|(name, ending)| Some((name.as_deref()?, ending)));
        let page = std::iter::once((SUMMARY, ".resumen.html"));
        there.chain(page).collect()
    }

    /// What the report says of them, as that of the command does.
    fn told(&self, stem: &str) -> String {
        let mut told = format!("Lista: {stem}{}\n", self.end);
        for (_, ending) in self.beside() {
            let what = match ending {
                ".rechazados.csv" => "Rechazados",
                ".suprimidos.csv" => "Excluidos",
                ".sin_encontrar.csv" => "De la lista, sin encontrar",
                _ => "Resumen",
            };
            told.push_str(&format!("{what}: {stem}{ending}\n"));
        }
        told
    }
}
