//! Names that are free, and files that get them when they are whole.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::whole_file::sync_folder;

/// Bytes of a name before its end, so that there is room for longer ends: systems take 255 in all.
const LONGEST: usize = 160;

/// Ends of files whose content says what is in them, and of compressed ones.
const PACKED: [&str; 3] = ["gz", "zst", "zip"];

/// A file's name without its ends: `cartera` of `cartera.csv.gz`.
pub(super) fn stem(name: &Path) -> String {
    let is_packed = name
        .extension()
        .is_some_and(|end| PACKED.iter().any(|packed| end.eq_ignore_ascii_case(packed)));
    let stem = Path::new(name.file_stem().unwrap_or_default());
    let is_inner = |end: &std::ffi::OsStr| end.len() <= "parquet".len();
    let stem = match stem.extension() {
        Some(end) if is_packed && is_inner(end) => stem.file_stem().unwrap_or_default(),
        _ => stem.as_os_str(),
    };
    // Marks that lead elsewhere on some system.
    shortened(&stem.to_string_lossy()).replace(['\\', ':'], "_")
}

/// A file's ends: `.csv.gz` of `cartera.csv.gz`.
fn ends(name: &Path) -> String {
    let whole = name.to_string_lossy();
    let end = |path: &Path| {
        let end = path.extension();
        end.map_or(String::new(), |end| format!(".{}", end.to_string_lossy()))
    };
    let last = end(name);
    let before = &whole[..whole.len() - last.len()];
    let is_packed = PACKED
        .iter()
        .any(|packed| last.trim_start_matches('.').eq_ignore_ascii_case(packed));
    let ends = match is_packed {
        true => end(Path::new(before)) + &last,
        false => last,
    };
    match ends.len() > 32 {
        true => String::new(),
        false => ends,
    }
}

/// Cuts a text where a name must end.
fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A path in a folder for a file of this name, with a number where it is taken. What says why it could not be scored has a
/// name of its own beside it.
pub(super) fn free_name(folder: &Path, name: &Path) -> PathBuf {
    let is_free = |path: &Path| {
        let mut reason = path.as_os_str().to_owned();
        reason.push(super::REASON);
        !is_there(path) && !is_there(Path::new(&reason))
    };
    let path = folder.join(name);
    if name.as_os_str().len() <= LONGEST && is_free(&path) {
        return path;
    }
    let (stem, ends) = (stem(name), ends(name));
    let numbered = (1..).map(|number| folder.join(numbered(&stem, number) + &ends));
    // One of them is free.
    numbered
        .into_iter()
        .find(|path| is_free(path))
        .unwrap_or(path)
}

/// A list's name without its end that no file in a folder begins with, and that is not among those that are spoken for.
pub(super) fn free_stem(folder: &Path, name: &Path, spoken_for: &[String]) -> io::Result<String> {
    let mut taken = Vec::new();
    for entry in fs::read_dir(folder)? {
        taken.push(entry?.file_name().to_string_lossy().to_lowercase());
    }
    let stem = stem(name);
    let is_free = |stem: &String| {
        let lower = stem.to_lowercase();
        let with_end = format!("{lower}.");
        let is_of_list = |file: &String| *file == lower || file.starts_with(&with_end);
        !taken.iter().any(is_of_list)
            && !spoken_for.iter().any(|other| other.to_lowercase() == lower)
    };
    let mut numbered = (1..).map(|number| numbered(&stem, number));
    Ok(numbered.find(is_free).unwrap_or_default())
}

fn numbered(stem: &str, number: u32) -> String {
    match number {
        1 => stem.to_owned(),
        _ => format!("{stem}-{number}"),
    }
}

/// Whether there is anything of this name, a broken link among them.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// A file that is whole and stored under another name beside its own.
pub(super) struct Waiting {
    unfinished: PathBuf,
    place: PathBuf,
}

impl Waiting {
    /// Writes what is read for a place.
    pub(super) fn write(place: PathBuf, mut content: impl Read) -> io::Result<Self> {
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = place.with_file_name(format!(".{name}.parcial"));
        // Of a process that was killed. It may be another's link, which is not written through.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Whoever reads the folder may read it.
        let mut file = File::create_new(&unfinished)?;
        let waiting = Self { unfinished, place };
        io::copy(&mut content, &mut file)?;
        file.flush()?;
        file.sync_all()?;
        Ok(waiting)
    }

    /// Gives it its name.
    pub(super) fn name(mut self) -> io::Result<()> {
        let unfinished = std::mem::take(&mut self.unfinished);
        fs::rename(unfinished, &self.place)?;
        sync_folder(self.place.parent().unwrap_or(Path::new("")))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.unfinished.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_and_not_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let free = |name: &str| {
            let path = free_name(folder.path(), Path::new(name));
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            fs::write(path, "").unwrap();
            name
        };
        assert_eq!(free("cartera.csv.gz"), "cartera.csv.gz");
        assert_eq!(free("cartera.csv.gz"), "cartera-2.csv.gz");
        assert_eq!(free("cartera.csv.gz"), "cartera-3.csv.gz");
        assert_eq!(free("2026.11.xlsx"), "2026.11.xlsx");
        assert_eq!(free("2026.11.xlsx"), "2026.11-2.xlsx");
        // On Windows that is a file of the drive `a:`, and none in a folder is called so.
        if cfg!(not(windows)) {
            assert_eq!(stem(Path::new("a:b.csv")), "a_b");
        }
        assert_eq!(free("x"), "x");
        assert_eq!(free("x"), "x-2");
        let long = "ñ".repeat(124) + ".xlsx";
        assert_eq!(free(&long), "ñ".repeat(80) + ".xlsx");
        assert_eq!(free(&long), "ñ".repeat(80) + "-2.xlsx");
        let list = |name: &str| free_stem(folder.path(), Path::new(name), &["lista".to_owned()]);
        assert_eq!(list("Cartera.xlsx").unwrap(), "Cartera-4");
        assert_eq!(list("lista.csv").unwrap(), "lista-2");
        assert_eq!(list("2026.12.xlsx").unwrap(), "2026.12");
    }

    #[test]
    fn nothing_half_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("lista.csv");
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let waiting = Waiting::write(place.clone(), &b"whole"[..]).unwrap();
        assert!(!place.exists() && names() == 1);
        drop(waiting);
        assert_eq!(names(), 0);
        // Left by a process that was killed.
        fs::write(folder.path().join(".lista.csv.parcial"), "half").unwrap();
        let waiting = Waiting::write(place.clone(), &b"whole"[..]).unwrap();
        waiting.name().unwrap();
        assert_eq!(
            (fs::read(&place).unwrap().as_slice(), names()),
            (&b"whole"[..], 1)
        );
    }
}
