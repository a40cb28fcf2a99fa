//! An output's name, and the names of the files that a list is cut into.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A path, and what its end says: `lista.csv.gz` is `lista`, `csv` and `gz`.
#[derive(Debug, Clone)]
pub(crate) struct OutputName {
    path: PathBuf,
    stem: OsString,
    extension: Option<OsString>,
    /// `gz` or `zst`, as it is written.
    packing: Option<OsString>,
}

impl OutputName {
    pub(crate) fn new(path: &Path) -> Self {
        let packing = path.extension().filter(|end| {
            let end = end.to_ascii_lowercase();
            end == "gz" || end == "zst"
        });
        let plain = match packing {
            Some(_) => path.with_extension(""),
            None => path.to_owned(),
        };
        Self {
            path: path.to_owned(),
            stem: plain.file_stem().unwrap_or_default().to_owned(),
            extension: plain.extension().map(OsStr::to_owned),
            packing: packing.map(OsStr::to_owned),
        }
    }

    /// The extension in small letters, without that of a compressed file; empty where there is none.
    pub(crate) fn extension(&self) -> String {
        let extension = self.extension.as_deref().unwrap_or_default();
        extension.to_string_lossy().to_lowercase()
    }

    /// Tells whether the name is a compressed file's.
    pub(crate) fn is_packed(&self) -> bool {
        self.packing.is_some()
    }

    /// The name of one of so many files, from 1: `lista-001.csv`.
    pub(crate) fn part(&self, number: u64, of: u64) -> PathBuf {
        let width = of.to_string().len().max(3);
        let mut name = self.stem.clone();
        name.push(format!("-{number:0width$}"));
        for end in [&self.extension, &self.packing].into_iter().flatten() {
            name.push(".");
            name.push(end);
        }
        self.path.with_file_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (path, extension, is_packed, part) in [
            ("a/lista.csv", "csv", false, "a/lista-007.csv"),
            ("lista.CSV.gz", "csv", true, "lista-007.CSV.gz"),
            ("2026.11.xlsx", "xlsx", false, "2026.11-007.xlsx"),
            ("lista", "", false, "lista-007"),
            ("lista.zst", "", true, "lista-007.zst"),
        ] {
            let name = OutputName::new(Path::new(path));
            assert_eq!(
                (&*name.extension(), name.is_packed()),
                (extension, is_packed)
            );
            assert_eq!(name.part(7, 10), Path::new(part));
        }
        let name = OutputName::new(Path::new("lista.csv"));
        assert_eq!(name.part(7, 1_000), Path::new("lista-0007.csv"));
    }
}
