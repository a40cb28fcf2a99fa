//! Profiles by their names: those of the configuration, and those that were saved, a file each. A saved one is written by
//! the program; the configuration, with its comments, is people's alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use propenso_lifecycle::private;
use propenso_scoring::plain_name;
use sha2::{Digest, Sha256};

use crate::backslash;
use crate::profile::Profile;
use crate::whole_file;
use propenso_portfolio::options::RunOptions;

/// The end of a profile's file.
const END: &str = "toml";

/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// Names that Windows keeps for devices, whatever their end.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// What is known beforehand of the portfolios that come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    /// What holds for every run.
    pub defaults: RunOptions,
    /// Those of the configuration.
    pub configured: BTreeMap<String, RunOptions>,
    /// Where those are that were saved.
    pub folder: Option<PathBuf>,
}

/// A profile that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its file.
    pub path: PathBuf,
    /// Whether there was another of this name.
    pub is_replaced: bool,
}

/// Why there is no such profile, or none can be saved.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// There is none of this name.
    #[error("there is no profile `{name}`; {}", listed(.known))]
    Missing {
        /// The name.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// It is no name of a profile.
    #[error(
        "`{0}` is no name for a profile: it has 1 to {LONGEST_NAME} letters, digits, `-` and `_`, and is no device's, as `nul`"
    )]
    Name(String),
    /// The configuration has one of this name.
    #[error(
        "the configuration has a profile `{0}` already, below [portfolio.profiles]; save under another name"
    )]
    Configured(String),
    /// It cannot be used.
    #[error("the profile `{name}` cannot be used: {problem}")]
    Unusable {
        /// Its name, or the file that was named.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It cannot be written.
    #[error("the profile cannot be saved as {}: {error}", path.display())]
    Unwritable {
        /// Its file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The system names no folder for data.
    #[error("this system names no folder for data to save a profile in; give one with --data-dir")]
    NoFolder,
}

impl Profiles {
    /// Completes options by what a profile says, and by what holds for every run.
    #[must_use]
    pub fn complete(&self, options: RunOptions, profile: &RunOptions) -> RunOptions {
        options.or(profile).or(&self.defaults)
    }

    /// Finds a profile by its name.
    ///
    /// # Errors
    ///
    /// [`ProfileError`], which says which there are.
    pub fn named(&self, name: &str) -> Result<RunOptions, ProfileError> {
        if !is_name(name) {
            return Err(ProfileError::Name(name.to_owned()));
        }
        if let Some(options) = self.configured.get(name) {
            return Ok(options.clone());
        }
        let missing = || ProfileError::Missing {
            name: name.to_owned(),
            known: self.names(),
        };
        let path = self.path(name).ok_or_else(missing)?;
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(missing()),
            text => options(name, &path, text),
        }
    }

    /// Finds a profile by its name, or reads the file that is named.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn open(&self, name: &str) -> Result<RunOptions, ProfileError> {
        let path = Path::new(name);
        let is_file = path.extension().is_some() || path.components().count() > 1;
        match is_file {
            true => options(name, path, fs::read_to_string(path)),
            false => self.named(name),
        }
    }

    /// Finds the profile that was saved for files like one, and can be used.
    #[must_use]
    pub fn like(&self, likeness: &str) -> Option<(String, RunOptions)> {
        let end = format!("-{likeness}");
        let mut names = self.names().into_iter();
        let name = names.find(|name| name.ends_with(&end))?;
        let options = self.named(&name).ok()?;
        Some((name, options))
    }

    /// The names of all profiles.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let files = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        let files = files.flatten().flatten().map(|file| file.path());
        let saved = files.filter(|path| path.extension().is_some_and(|end| end == END));
        let saved = saved.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        let names = saved.filter(|name| is_name(name));
        let names: BTreeSet<String> = names.chain(self.configured.keys().cloned()).collect();
        names.into_iter().collect()
    }

    /// Checks that a profile can be saved under a name.
    ///
    /// # Errors
    ///
    /// [`ProfileError`].
    pub fn check_free(&self, name: &str) -> Result<(), ProfileError> {
        if !is_name(name) {
            return Err(ProfileError::Name(name.to_owned()));
        }
        match (self.configured.contains_key(name), &self.folder) {
            (true, _) => Err(ProfileError::Configured(name.to_owned())),
            (false, None) => Err(ProfileError::NoFolder),
            (false, Some(_)) => Ok(()),
        }
    }

    /// Saves a profile, replacing the one that was saved under this name.
    ///
    /// # Errors
    ///
    /// [`ProfileError`]; then what was there is still there.
    pub fn save(&self, name: &str, profile: &Profile) -> Result<Saved, ProfileError> {
        self.check_free(name)?;
        let path = self.path(name).ok_or(ProfileError::NoFolder)?;
        let is_replaced = path.exists();
        let text = format!(
            "# Perfil de propenso: propenso score CARTERA -o LISTA --profile {name}\n{}",
            profile.to_toml()
        );
        let folder = path.parent().unwrap_or(Path::new(""));
        let written =
            private::create_folder(folder).and_then(|()| whole_file::write(&path, text.as_bytes()));
        match written {
            Ok(()) => Ok(Saved { path, is_replaced }),
            Err(error) => Err(ProfileError::Unwritable { path, error }),
        }
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(folder.join(format!("{name}.{END}")))
    }
}

/// Reads a profile's text. Files that it names lie where it does.
fn options(name: &str, path: &Path, text: io::Result<String>) -> Result<RunOptions, ProfileError> {
    let unusable = |problem: String| ProfileError::Unusable {
        name: name.to_owned(),
        problem,
    };
    let text = text.map_err(|error| unusable(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let profile: Profile = toml::from_str(text).map_err(|error| {
        let told = backslash::refused(text, &error);
        let told = told.map(|backslash| format!("write {}", backslash.mended));
        unusable(format!("{error}{}", told.unwrap_or_default()))
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(beside(profile.into_options(), folder))
}

/// Finds the file of clients that must not be called beside the file that names it, wherever the program was started.
#[must_use]
pub fn beside(mut options: RunOptions, folder: &Path) -> RunOptions {
    if let Some(list) = options.get("suppress").map(|list| folder.join(list)) {
        let list = std::path::absolute(&list).unwrap_or(list);
        options.remove("suppress");
        // It was a text, and so is the path unless the folder's name is none.
        options.put("suppress", Some(list.display()));
    }
    options
}

/// What files have in common whose columns, or sheets, have these names: what a profile's name ends in that is for files
/// like that.
#[must_use]
pub fn likeness(names: &[String]) -> String {
    let mut hash = Sha256::new();
    for name in names {
        hash.update(plain_name(name));
        hash.update([0]);
    }
    let hash = hash.finalize();
    hash.iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A name for the profile of files like one: what people know the file by, and the likeness.
#[must_use]
pub fn name_for(file_name: &str, likeness: &str) -> String {
    let stem = file_name.split('.').next().unwrap_or_default();
    let plain = plain_name(stem);
    let letters = plain
        .chars()
        .filter(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let letters: String = letters.take(24).collect();
    let known = letters.trim_matches(['-', '_']);
    match known.is_empty() {
        true => format!("cartera-{likeness}"),
        false => format!("{known}-{likeness}"),
    }
}

/// Tells whether a text can be a profile's name, and so no way out of the folder.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty()
        && text.chars().count() <= LONGEST_NAME
        && text.chars().all(is_letter)
        && !DEVICES.contains(&text.to_lowercase().as_str())
}

fn listed(known: &[String]) -> String {
    match known.is_empty() {
        true => "there is none yet; --save-as NAME saves one".to_owned(),
        false => format!("there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder() {
        for name in ["gestora", "campaña-2026_11", "a", "007"] {
            assert!(is_name(name), "{name}");
        }
        let long = "a".repeat(65);
        for name in [
            "", "..", "a/b", "a\\b", "a.toml", "a b", "NUL", "com1", &long,
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn files_that_are_alike_share_a_profile() {
        let names = |names: [&str; 2]| likeness(&names.map(str::to_owned));
        let alike = names(["Código Postal", "EDAD"]);
        assert_eq!(alike, names(["CODIGO_POSTAL", "edad"]));
        assert_ne!(alike, names(["CODIGO_POSTALE", "DAD"]));
        for (file, name) in [
            ("Cartera noviembre 2026.csv", "cartera_noviembre"),
            ("../../etc/passwd", "cartera"),
            ("<script>.csv", "script"),
            ("2026-11.xlsx", "cartera"),
        ] {
            let saved = name_for(file, &alike);
            assert_eq!(saved, format!("{name}-{alike}"));
            assert!(is_name(&saved), "{saved}");
        }
    }

    #[test]
    fn a_profile_is_saved_found_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").join("profiles");
        let mut profiles = Profiles {
            folder: Some(data.clone()),
            ..Profiles::default()
        };
        let missing = profiles.named("gestora").unwrap_err().to_string();
        assert!(missing.contains("--save-as"), "{missing}");
        let mut options = RunOptions::default();
        options.put("decimal", Some("comma"));
        options.put("suppress", Some("no_llamar.csv"));
        let profile = Profile::of(options);
        let saved = profiles.save("gestora", &profile).unwrap();
        assert!(!saved.is_replaced);
        assert!(profiles.save("gestora", &profile).unwrap().is_replaced);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&data), mode(&saved.path)), (0o700, 0o600));
        }
        let found = profiles.named("gestora").unwrap();
        assert_eq!(found.get("decimal"), Some("comma"));
        let list = data.join("no_llamar.csv");
        assert_eq!(found.get("suppress"), list.to_str());
        assert_eq!(profiles.open(saved.path.to_str().unwrap()).unwrap(), found);

        profiles
            .configured
            .insert("otra".to_owned(), RunOptions::default());
        let missing = profiles.named("tercera").unwrap_err().to_string();
        assert!(missing.contains("gestora, otra"), "{missing}");
        profiles.save("otra", &profile).unwrap_err();
        profiles.named("../gestora").unwrap_err();
        fs::write(data.join("rota.toml"), "decimal = 'x'").unwrap();
        let broken = profiles.named("rota").unwrap_err().to_string();
        assert!(
            broken.contains("`rota`") && broken.contains("`comma` or `point`"),
            "{broken}"
        );
    }
}
