//! The places of the files that a list is cut into, or of the one that it is.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::PortfolioError;
use crate::output_name::OutputName;
use crate::pending_file::{PendingFile, WholeFile};
use crate::request::{PortfolioRequest, Readers};

/// The places of the files.
pub(super) struct Parts {
    /// `None` is standard output.
    path: Option<PathBuf>,
    readers: Readers,
    /// How many files the list is cut into; `None` where it is one.
    pub(super) of: Option<u64>,
    /// The one that is being written, from 0.
    pub(super) now: u64,
    /// Those before it.
    pub(super) whole: Vec<WholeFile>,
}

impl Parts {
    pub(super) fn new(request: &PortfolioRequest) -> Self {
        Self {
            path: request.output.clone(),
            readers: request.readers,
            of: None,
            now: 0,
            whole: Vec::new(),
        }
    }

    /// Creates the file that is to be written; none for standard output.
    pub(super) fn pending(&self) -> Result<Option<PendingFile>, PortfolioError> {
        let file = self.path.as_ref();
        file.map(|_| PendingFile::create(&self.place(), self.readers))
            .transpose()
    }

    /// Where the file belongs that is being written; `-` is standard output.
    pub(super) fn place(&self) -> PathBuf {
        match (&self.path, self.of) {
            (Some(path), Some(of)) => OutputName::new(path).part(self.now + 1, of),
            (Some(path), None) => path.clone(),
            (None, _) => "-".into(),
        }
    }

    /// Refuses to replace what the run reads, or another file that it writes.
    pub(super) fn check(
        &self,
        n_files: u64,
        request: &PortfolioRequest,
    ) -> Result<(), PortfolioError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let known = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let others = [&request.input, &request.page, &request.suppress];
        let others: Vec<PathBuf> = others
            .into_iter()
            .flatten()
            .map(|path| known(path))
            .collect();
        let name = OutputName::new(path);
        let mut places = (1..=n_files).map(|number| name.part(number, n_files));
        match places.find(|place| others.contains(&known(place))) {
            None => Ok(()),
            Some(place) => Err(PortfolioError::request(
                format!(
                    "{} sería uno de los archivos de la lista y es otro archivo de esta ejecución; dé otro nombre a --output",
                    place.display()
                ),
                format!(
                    "{} would be one of the list's files, and is another file of this run; give --output another name",
                    place.display()
                ),
            )),
        }
    }

    /// Gives the files their names. Those with the numbers behind, which an earlier run with more clients left, are
    /// removed: they would be taken for this one's.
    pub(super) fn name(mut self) -> Result<Vec<PathBuf>, PortfolioError> {
        let whole = std::mem::take(&mut self.whole);
        let names = whole.into_iter().map(WholeFile::name);
        let names = names.collect::<Result<Vec<_>, _>>()?;
        if self.of.is_none() {
            return Ok(Vec::new());
        }
        loop {
            self.now += 1;
            let left = self.place();
            match std::fs::remove_file(&left) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
                Err(error) => return Err(PortfolioError::io(&left, error)),
            }
        }
    }
}
