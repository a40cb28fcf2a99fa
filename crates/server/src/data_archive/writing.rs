//! A data directory into an archive, while servers use it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use propenso_lifecycle::private;
use propenso_lifecycle::registry::{KeyStore, Registry, State, condition};
use propenso_store::sqlite::condition as database;
use tempfile::{NamedTempFile, TempDir};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{FORMAT, Manifest, Member, VersionLine};
use super::{Advance, ArchiveError, DATABASE, DECISIONS, MANIFEST, PSEUDONYM_KEY, copy, member};
use crate::PROGRAM;
use crate::whole_file::sync_folder;

/// What came of it.
#[derive(Debug)]
pub struct Backup {
    /// What is in the archive.
    pub manifest: Manifest,
    /// What was damaged or missing in the data directory, and is so in the archive.
    pub lacking: Vec<String>,
}

/// Writes a data directory into a file, which is there whole or not at all, readable by this account alone. A file of
/// that name is replaced only with `force`.
///
/// # Errors
///
/// [`ArchiveError`]; then there is no new file.
pub fn write(
    data_dir: &Path,
    to: &Path,
    force: bool,
    advance: Advance<'_>,
) -> Result<Backup, ArchiveError> {
    if !force && to.exists() {
        return Err(ArchiveError::Exists(to.to_owned()));
    }
    let Some(condition) = condition::look(data_dir)? else {
        return Err(ArchiveError::NoData(data_dir.to_owned()));
    };
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unwritable = || ArchiveError::file(to);
    let aside = TempDir::new_in(folder).map_err(unwritable())?;
    // Before the registry: what answered them is in it then.
    copy_decisions(data_dir, aside.path())?;
    condition::copy(data_dir, &aside.path().join(DATABASE))?;
    let file = NamedTempFile::new_in(folder).map_err(unwritable())?;
    let mut archive = Archive {
        zip: ZipWriter::new(BufWriter::new(file)),
        path: to,
        members: Vec::new(),
        lacking: Vec::new(),
        done: 0,
        total: total(data_dir),
        advance,
    };
    archive.add_all(data_dir, aside.path())?;
    let mut manifest = Manifest {
        format: FORMAT,
        program: PROGRAM.to_owned(),
        made: Timestamp::now(),
        layout: condition.layout,
        versions: Vec::new(),
        holders: 0,
        members: std::mem::take(&mut archive.members),
    };
    // Last: it brings the copy up to date, where it is old.
    let missing = describe(&mut manifest, aside.path())?;
    archive.lacking.extend(missing);
    let lacking = std::mem::take(&mut archive.lacking);
    let file = archive.finish(&manifest).map_err(unwritable())?;
    let named = match force {
        true => file.persist(to),
        false => file.persist_noclobber(to),
    };
    named.map_err(|error| ArchiveError::file(to)(error.error))?;
    sync_folder(folder).map_err(unwritable())?;
    Ok(Backup { manifest, lacking })
}

/// Copies what is kept of decisions, each file as it is at one moment; the months in their order, so that none is there
/// without those before.
fn copy_decisions(data_dir: &Path, aside: &Path) -> Result<(), ArchiveError> {
    let copies = aside.join(DECISIONS);
    private::create_folder(&copies).map_err(ArchiveError::file(&copies))?;
    for (name, path) in entries(&data_dir.join(DECISIONS), member::is_decisions)? {
        let copied = database::copy(&path, &copies.join(&name));
        match copied {
            Ok(()) => {}
            // Its time was over meanwhile.
            Err(_) if !path.exists() => {}
            Err(error) => return Err(ArchiveError::file(&path)(io::Error::other(error))),
        }
    }
    Ok(())
}

/// Says in the manifest which versions and keys the copied database has. Gives the model files that are needed and are not
/// there.
fn describe(manifest: &mut Manifest, copied: &Path) -> Result<Vec<String>, ArchiveError> {
    let registry = Registry::open(copied)?;
    let mut missing = Vec::new();
    for version in registry.versions()? {
        let model = version.content.model.to_string();
        let name = format!("files/{model}");
        let is_there = manifest.members.iter().any(|member| member.name == name);
        if !is_there && version.state != State::Rejected {
            missing.push(name);
        }
        manifest.versions.push(VersionLine {
            number: version.number,
            state: version.state.name().to_owned(),
            model,
        });
    }
    manifest.holders = KeyStore::open(copied)?.holders()?.len();
    Ok(missing)
}

/// An archive that is being written.
struct Archive<'a> {
    zip: ZipWriter<BufWriter<NamedTempFile>>,
    path: &'a Path,
    members: Vec<Member>,
    lacking: Vec<String>,
    done: u64,
    total: u64,
    advance: Advance<'a>,
}

impl Archive<'_> {
    fn add_all(&mut self, data_dir: &Path, copied: &Path) -> Result<(), ArchiveError> {
        self.add(DATABASE.to_owned(), &copied.join(DATABASE))?;
        self.add(PSEUDONYM_KEY.to_owned(), &data_dir.join(PSEUDONYM_KEY))?;
        for (name, path) in entries(&copied.join(DECISIONS), member::is_decisions)? {
            self.add(format!("{DECISIONS}/{name}"), &path)?;
        }
        for (folder, is_meant) in [
            ("files", member::is_hash as fn(&str) -> bool),
            ("profiles", member::is_profile),
        ] {
            for (name, path) in entries(&data_dir.join(folder), is_meant)? {
                self.add(format!("{folder}/{name}"), &path)?;
            }
        }
        let portfolios = data_dir.join("portfolios");
        for (id, folder) in entries(&portfolios, member::is_id)? {
            self.add_job(&id, &folder)?;
        }
        Ok(())
    }

    /// Adds a portfolio. What it says of itself is read first: files that come later are those of a later state, and are
    /// made again.
    fn add_job(&mut self, id: &str, folder: &Path) -> Result<(), ArchiveError> {
        const RECORD: &str = "job.json";
        let record = fs::read(folder.join(RECORD));
        // One that is being sent has none yet, and one that was removed meanwhile none any more.
        let Ok(record) = record else {
            return Ok(());
        };
        let files = entries(folder, |name| member::is_file(name) && name != RECORD)?;
        let opened = files.into_iter().filter_map(|(name, path)| {
            let file = File::open(path).ok()?;
            file.metadata().ok()?.is_file().then_some((name, file))
        });
        let opened: Vec<(String, File)> = opened.collect();
        if !folder.join(RECORD).exists() {
            return Ok(());
        }
        self.put(format!("portfolios/{id}/{RECORD}"), &mut record.as_slice())?;
        for (name, mut file) in opened {
            self.put(format!("portfolios/{id}/{name}"), &mut file)?;
        }
        Ok(())
    }

    /// Adds a file, unless it was removed meanwhile.
    fn add(&mut self, name: String, path: &Path) -> Result<(), ArchiveError> {
        match File::open(path) {
            Ok(mut file) => self.put(name, &mut file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(ArchiveError::file(path)(error)),
        }
    }

    fn put(&mut self, name: String, from: &mut impl io::Read) -> Result<(), ArchiveError> {
        let (bytes, hash) = self
            .copy(&name, from)
            .map_err(ArchiveError::file(self.path))?;
        if !member::is_as_named(&name, &hash) {
            self.lacking.push(name.clone());
        }
        self.members.push(Member {
            name,
            bytes,
            sha256: hash,
        });
        Ok(())
    }

    fn copy(&mut self, name: &str, from: &mut impl io::Read) -> io::Result<(u64, String)> {
        self.zip.start_file(name, options())?;
        let (done, total, advance) = (&mut self.done, self.total, &mut self.advance);
        copy(from, &mut self.zip, |n_bytes| {
            *done += n_bytes;
            // It may grow meanwhile.
            advance(*done, total.max(*done));
        })
    }

    fn finish(mut self, manifest: &Manifest) -> io::Result<NamedTempFile> {
        self.zip.start_file(MANIFEST, options())?;
        self.zip.write_all(&serde_json::to_vec_pretty(manifest)?)?;
        let written = self.zip.finish()?;
        let file = written
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
        .unix_permissions(0o600)
}

/// What a folder has that is meant, in the order of the names; nothing where there is no folder.
fn entries(
    folder: &Path,
    is_meant: impl Fn(&str) -> bool,
) -> Result<Vec<(String, PathBuf)>, ArchiveError> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(ArchiveError::file(folder))?,
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry.map_err(ArchiveError::file(folder))?;
        if let Some(name) = entry.file_name().to_str().filter(|name| is_meant(name)) {
            found.push((name.to_owned(), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// Bytes that there are to copy, roughly.
fn total(data_dir: &Path) -> u64 {
    let places = [DATABASE, "files", "profiles", "portfolios", DECISIONS];
    places.iter().map(|place| size(&data_dir.join(place))).sum()
}

fn size(path: &Path) -> u64 {
    let Ok(about) = fs::symlink_metadata(path) else {
        return 0;
    };
    if !about.is_dir() {
        return about.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}
