//! Settings: flags over environment over file over defaults, merged once.
//!
//! clap already puts a flag before its environment variable, so [`ServeArgs`] carries both; what it
//! leaves open the file may fill. [`http`] are limits, [`models`] those of the registry, which `serve` and `models` share, [`choice`] the model
//! that a command scores with, [`portfolio`] what is known beforehand of portfolios, [`log`] where the log goes,
//! [`platform`] what the platforms say that start containers, [`record`] what is kept of answers, [`letter`] what letters about them say.

pub mod changes;
pub mod choice;
pub mod http;
pub mod letter;
pub mod log;
pub mod models;
mod notify;
pub mod platform;
pub mod portfolio;
pub mod record;
mod store;
mod traces;

use std::path::{Path, PathBuf};

use propenso_lifecycle::contract_source::is_file_name;
use propenso_lifecycle::watched_folder::WatchSettings;
use propenso_store::{StoreUrl, StoreUrlError};
use serde::Deserialize;

use crate::access::exposure::Transport;
use crate::backslash::{self, Backslash};
use crate::cli::{IntakeArgs, RegistryArgs, ServeArgs, TlsArgs};
use crate::jobs::JobSettings;
use crate::profiles::Profiles;
use crate::record::{Mode, RecordSettings};
use crate::tls::TlsSettings;
use crate::traces::TraceSettings;
use http::HttpFile;
pub use http::{ConnectionSettings, HttpSettings, WorkSettings};
use letter::LetterFile;
use log::{LogFile, LogLevelError, LogSettings};
use models::ModelsFile;
pub use models::ModelsSettings;
use notify::NotifyFile;
use platform::{Platform, PlatformRoutes};
use portfolio::PortfolioFile;
use record::RecordFile;
use store::{StoreFile, WithoutPasswords};
use traces::TracesFile;

/// Everything `serve` needs, ready to use.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The model file; without one, the registry's champion is served.
    pub model: Option<PathBuf>,
    /// The key under which the model file, a dict or a list, has its model.
    pub key: Option<String>,
    /// Name or file of the contract, if one is named.
    pub contract: Option<String>,
    /// Whether the strict policy decides which files are served.
    pub strict: bool,
    /// The registry.
    pub models: ModelsSettings,
    /// The file that holds the secret of the routes that change what is served.
    pub admin_token_file: Option<PathBuf>,
    /// Address and port.
    pub listen: String,
    /// A second one, for clients of gRPC.
    pub grpc_listen: Option<String>,
    /// The paths that a platform asks, where one started this.
    pub platform: Option<PlatformRoutes>,
    /// What hides keys and clients on the way.
    pub transport: Transport,
    /// Certificate and key; without them, connections are not encrypted.
    pub tls: Option<TlsSettings>,
    /// Limits of the HTTP face.
    pub http: HttpSettings,
    /// Portfolios that are sent.
    pub portfolios: JobSettings,
    /// The folder that portfolios are dropped into.
    pub portfolio_inbox: Option<WatchSettings>,
    /// What is kept of what was answered.
    pub record: RecordSettings,
    /// Where traces go, if anywhere.
    pub traces: Option<TraceSettings>,
    /// The log.
    pub log: LogSettings,
}

/// The configuration file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Option<PathBuf>,
    key: Option<String>,
    contract: Option<String>,
    strict: Option<bool>,
    listen: Option<String>,
    grpc_listen: Option<String>,
    data_dir: Option<PathBuf>,
    admin_token_file: Option<PathBuf>,
    behind_proxy: Option<bool>,
    insecure_lan: Option<bool>,
    #[serde(default)]
    models: ModelsFile,
    #[serde(default)]
    notify: NotifyFile,
    #[serde(default)]
    store: StoreFile,
    #[serde(default)]
    portfolio: PortfolioFile,
    #[serde(default)]
    portfolios: PortfoliosFile,
    #[serde(default)]
    tls: TlsFile,
    #[serde(default)]
    http: HttpFile,
    #[serde(default)]
    record: RecordFile,
    #[serde(default)]
    letter: LetterFile,
    #[serde(default)]
    traces: TracesFile,
    #[serde(default)]
    log: LogFile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsFile {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    client_ca: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PortfoliosFile {
    max_upload_bytes: Option<u64>,
    max_disk_bytes: Option<u64>,
    keep_days: Option<u32>,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is not the TOML expected.
    #[error("the configuration file {} is wrong: {}{}", path.display(), told(error), in_quotes(.backslash.as_ref()))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        error: Box<toml::de::Error>,
        /// The backslash that is to blame, if one is.
        backslash: Option<Backslash>,
    },
    /// A path in which a backslash has become something else.
    #[error(
        "the configuration file {} is wrong in line {}: a backslash in double quotes begins an escape, as \\t for a tab; write {}, or \
         double each backslash",
        path.display(),
        backslash.line,
        backslash.mended
    )]
    Backslash {
        /// The file.
        path: PathBuf,
        /// Where it is, and how it would do.
        backslash: Backslash,
    },
    /// A level of the log that is none.
    #[error(transparent)]
    LogLevel(#[from] LogLevelError),
    /// A value that cannot be used.
    #[error("{key} = {value}: {problem}")]
    Value {
        /// Where it stands.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        problem: &'static str,
    },
    /// A database that cannot be meant.
    #[error("[store] url: {0}")]
    Store(StoreUrlError),
    /// A certificate without its key, or the other way round.
    #[error("TLS needs a certificate and its key: {missing} is not given")]
    HalfTls {
        /// What is not given.
        missing: &'static str,
    },
    /// The system names no folder for data.
    #[error("this system names no folder for data; give one with --data-dir")]
    NoDataFolder,
}

/// What is wrong with the file, with its line, but for a password in it.
#[must_use]
pub(crate) fn told(error: &toml::de::Error) -> String {
    WithoutPasswords(&error.to_string()).to_string()
}

/// Says how a path with backslashes would do.
fn in_quotes(backslash: Option<&Backslash>) -> String {
    backslash.map_or(String::new(), |backslash| {
        format!(
            "a backslash in double quotes begins an escape; write {}, or double each backslash",
            backslash.mended
        )
    })
}

impl Settings {
    /// Merges what was typed with the configuration file it names.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] when the file cannot be used or no model is named.
    pub fn resolve(args: ServeArgs) -> Result<Self, SettingsError> {
        let (file, beside) = File::open(args.registry.config.as_deref())?;
        let general = General::resolve(&args.registry, &args.intake, &file, &beside)?;
        let (key, contract) = (general.key.clone(), general.contract.clone());
        let strict = general.strict;
        let data_dir = general.data_dir.clone();
        let notify = file.notify.resolve(&beside)?;
        let platform = Platform::of_environment()?;
        let tls = file.tls.resolve(args.tls, &beside)?;
        let traces = file.traces.resolve(args.traces, &beside)?;
        let models = file.models.resolve(general, notify, &beside)?;
        let of_models = models.inbox.as_ref().map(|inbox| inbox.folder.as_path());
        let portfolio_inbox = file.portfolio.inbox(&beside, of_models)?;
        let profiles = file.portfolio.resolve(data_dir, &beside)?;
        let model = args.model.or(file.model.map(|path| beside.path(path)));
        // Whoever serves a file tries something out; whoever has a registry decides on people.
        let usual = match model {
            Some(_) => Mode::Off,
            None => Mode::Required,
        };
        Ok(Self {
            record: file.record.resolve(usual, &beside)?,
            model,
            key,
            contract,
            strict,
            models,
            portfolio_inbox,
            admin_token_file: args
                .admin_token_file
                .or(file.admin_token_file.map(|path| beside.path(path))),
            listen: args
                .listen
                .or_else(|| platform.listen())
                .or(file.listen)
                .unwrap_or_else(|| "127.0.0.1:5000".to_owned()),
            grpc_listen: args.grpc_listen.or(file.grpc_listen),
            platform: platform.routes,
            transport: transport(
                args.behind_proxy.or(file.behind_proxy),
                args.insecure_lan.or(file.insecure_lan),
                tls.is_some(),
            ),
            tls,
            http: file
                .http
                .resolve(args.max_body_bytes, args.shutdown_seconds)?,
            portfolios: file.portfolios.resolve(profiles),
            traces,
            log: file.log.resolve(args.log, &beside)?,
        })
    }
}

impl Settings {
    /// Tells whether a registry is meant to be served, be it empty: somebody who forgot to name a file is better told so.
    #[must_use]
    pub fn is_registry_meant(&self) -> bool {
        let models = &self.models;
        models.is_data_dir_named
            || models.place.url.is_shared()
            || models.inbox.is_some()
            || self.portfolio_inbox.is_some()
    }
}

/// Tells what hides keys and clients. Behind a proxy every request comes from elsewhere, encrypted here or not.
fn transport(behind_proxy: Option<bool>, insecure_lan: Option<bool>, has_tls: bool) -> Transport {
    match (behind_proxy, insecure_lan) {
        (Some(true), _) => Transport::BehindProxy,
        _ if has_tls => Transport::Tls,
        (_, Some(true)) => Transport::InsecureLan,
        _ => Transport::Plain,
    }
}

/// What stands outside of `[models]` and counts for the registry too, whichever command asks.
#[derive(Debug)]
struct General {
    data_dir: Option<PathBuf>,
    store: StoreUrl,
    key: Option<String>,
    contract: Option<String>,
    strict: bool,
}

impl General {
    fn resolve(
        args: &RegistryArgs,
        intake: &IntakeArgs,
        file: &File,
        beside: &Beside,
    ) -> Result<Self, SettingsError> {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let data_dir = || file.data_dir.clone().map(|path| beside.path(path));
        Ok(Self {
            data_dir: args.data_dir.clone().or_else(data_dir),
            store: file.store.resolve(args, beside)?,
            key: said(&intake.key).or_else(|| file.key.clone()),
            contract: said(&intake.contract.named)
                .or_else(|| beside.contract(file.contract.clone())),
            strict: intake.strict.or(file.strict).unwrap_or(false),
        })
    }
}

impl PortfoliosFile {
    fn resolve(self, profiles: Profiles) -> JobSettings {
        let default = JobSettings::default();
        JobSettings {
            max_upload_bytes: self.max_upload_bytes.unwrap_or(default.max_upload_bytes),
            max_disk_bytes: self.max_disk_bytes.unwrap_or(default.max_disk_bytes),
            keep_days: self.keep_days.unwrap_or(default.keep_days),
            profiles,
        }
    }
}

impl TlsFile {
    fn resolve(self, args: TlsArgs, beside: &Beside) -> Result<Option<TlsSettings>, SettingsError> {
        let given = |typed: Option<PathBuf>, file: Option<PathBuf>| {
            let typed = typed.filter(|path| !path.as_os_str().is_empty());
            typed.or(file.map(|path| beside.path(path)))
        };
        let certificate = given(args.tls_cert, self.certificate);
        let key = given(args.tls_key, self.key);
        let client_authorities = given(args.tls_client_ca, self.client_ca);
        let missing = |missing| Err(SettingsError::HalfTls { missing });
        match (certificate, key) {
            (Some(certificate), Some(key)) => Ok(Some(TlsSettings {
                certificate,
                key,
                client_authorities,
            })),
            (None, None) if client_authorities.is_none() => Ok(None),
            (Some(_), None) => missing("--tls-key, or [tls] key,"),
            (None, _) => missing("--tls-cert, or [tls] certificate,"),
        }
    }
}

/// Where paths in a configuration file start: beside the file, not wherever the service was started.
#[derive(Debug, Default)]
pub(crate) struct Beside(Option<PathBuf>);

impl Beside {
    pub(crate) fn path(&self, path: PathBuf) -> PathBuf {
        match &self.0 {
            Some(folder) => folder.join(path),
            None => path,
        }
    }

    fn contract(&self, name: Option<String>) -> Option<String> {
        let name = name?;
        if is_file_name(&name) {
            Some(self.path(name.into()).to_string_lossy().into_owned())
        } else {
            Some(name)
        }
    }
}

impl File {
    /// The file that is named, if any.
    fn open(path: Option<&Path>) -> Result<(Self, Beside), SettingsError> {
        match path {
            Some(path) => Ok((Self::read(path)?, Beside(path.parent().map(Path::to_owned)))),
            None => Ok((Self::default(), Beside::default())),
        }
    }

    fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|error| SettingsError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        // Notepad saves UTF-8 with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let file = toml::from_str(text).map_err(|error| SettingsError::Invalid {
            path: path.to_owned(),
            backslash: backslash::refused(text, &error),
            error: Box::new(error),
        })?;
        match backslash::swallowed(text) {
            Some(backslash) => Err(SettingsError::Backslash {
                path: path.to_owned(),
                backslash,
            }),
            None => Ok(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::RegistryArgs;

    fn args(config: Option<PathBuf>) -> ServeArgs {
        let registry = RegistryArgs {
            config,
            ..RegistryArgs::default()
        };
        ServeArgs {
            registry,
            ..ServeArgs::default()
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("propenso.toml");
        std::fs::write(
            &path,
            "\u{feff}model = 'm.pkl'\nlisten = '0.0.0.0:80'\ninsecure_lan = true\nbehind_proxy = true\ncontract = 'mine.toml'\n[http]\nmax_body_bytes = 9\n[log]\nformat = 'json'\n",
        )
        .unwrap();
        let settings = Settings::resolve(ServeArgs {
            listen: Some("[::1]:1".to_owned()),
            behind_proxy: Some(false),
            ..args(Some(path))
        })
        .unwrap();
        assert_eq!(settings.model, Some(folder.path().join("m.pkl")));
        assert_eq!(
            Path::new(settings.contract.as_deref().unwrap_or_default()),
            folder.path().join("mine.toml")
        );
        assert_eq!(settings.listen, "[::1]:1");
        assert_eq!(settings.transport, Transport::InsecureLan);
        assert_eq!(settings.http.max_body_bytes, 9);
        assert_eq!(settings.http.shutdown, Duration::from_secs(30));
        assert_eq!(settings.log.format, crate::cli::LogFormat::Json);
    }

    #[test]
    fn what_is_refused() {
        let missing = Settings::resolve(args(Some("no/such.toml".into()))).unwrap_err();
        assert!(missing.to_string().contains("such.toml"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("propenso.toml");
        std::fs::write(&path, "modle = 'm.pkl'").unwrap();
        let unknown = Settings::resolve(args(Some(path))).unwrap_err();
        assert!(unknown.to_string().contains("modle"), "{unknown}");
    }
}
