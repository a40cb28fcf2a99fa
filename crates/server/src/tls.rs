//! TLS: the certificate that the server shows, and what it asks of clients.
//!
//! Certificate and key are read again when their files change, and new connections get the new ones; those that are open
//! keep what they have. While the files do not fit together, as between the copying of one and the other, what was read
//! before stays. [`expiry`] tells when a certificate ends.

pub mod expiry;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use propenso_model::Sha256;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Bytes of a file of certificates at the most.
const LARGEST_FILE: u64 = 1 << 20;

/// What is offered, the first that a client knows is spoken.
const PROTOCOLS: [&[u8]; 2] = [HTTP_2, b"http/1.1"];

/// HTTP/2 by the name it has in a handshake.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// Where certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// The certificate and those that vouch for it, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
    /// Certificates of who may vouch for clients, as PEM; without them, clients show none.
    pub client_authorities: Option<PathBuf>,
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file holds something else.
    #[error("{}: {problem}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what belongs there.
        problem: String,
    },
    /// Certificate and key are not a pair.
    #[error(
        "the certificate {} and the key {} cannot be used together: {error}",
        certificate.display(),
        key.display()
    )]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why not.
        error: rustls::Error,
    },
}

/// What new connections are given, as the files were last read.
#[derive(Debug)]
pub struct Tls {
    settings: TlsSettings,
    config: ArcSwap<ServerConfig>,
    /// When the first of the certificates ends.
    expiry: Mutex<Option<Timestamp>>,
    /// What the files held when they were last looked at, whether or not they could be used.
    seen: Mutex<Sha256>,
}

/// Until when the certificate in a file is valid; `None` where that cannot be read.
#[must_use]
pub fn valid_until(certificate: &Path) -> Option<Timestamp> {
    let bytes = read(certificate).ok()?;
    let chain = certificates(&bytes, certificate).ok()?;
    expiry::of(chain.first()?)
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    ///
    /// [`TlsError`] when they cannot be used.
    pub fn open(settings: TlsSettings) -> Result<Arc<Self>, TlsError> {
        let files = Files::read(&settings)?;
        Ok(Arc::new(Self {
            config: ArcSwap::from_pointee(files.config(&settings)?),
            expiry: Mutex::new(files.expiry(&settings)),
            seen: Mutex::new(files.hash()),
            settings,
        }))
    }

    /// Gives what a new connection is served by.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.config.load_full()
    }

    /// Reads the files again. Tells whether they have changed.
    ///
    /// # Errors
    ///
    /// [`TlsError`] when what they hold now cannot be used; then what was read before stays.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let files = Files::read(&self.settings)?;
        let hash = files.hash();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == hash {
            return Ok(false);
        }
        *seen = hash;
        self.config.store(Arc::new(files.config(&self.settings)?));
        *self.lock_expiry() = files.expiry(&self.settings);
        Ok(true)
    }

    /// Tells when the first of the certificates that are shown ends.
    pub fn expiry(&self) -> Option<Timestamp> {
        *self.lock_expiry()
    }

    fn lock_expiry(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.expiry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the files again whenever they change, for ever.
    pub async fn watch(self: Arc<Self>) {
        let mut is_told = false;
        loop {
            tokio::time::sleep(LOOK).await;
            let tls = Arc::clone(&self);
            let reloaded = tokio::task::spawn_blocking(move || tls.reload()).await;
            match reloaded {
                Ok(Ok(true)) => {
                    is_told = false;
                    tracing::info!("the certificate was read again; new connections get it");
                }
                // What cannot be used stays as it is until the files change again: it is told once.
                Ok(Err(error)) if !is_told => {
                    is_told = true;
                    tracing::error!(%error, "the certificate of before stays in use");
                }
                Ok(Ok(false) | Err(_)) | Err(_) => {}
            }
        }
    }
}

/// What the files hold.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_authorities: Option<Vec<u8>>,
}

impl Files {
    fn read(settings: &TlsSettings) -> Result<Self, TlsError> {
        let authorities = settings.client_authorities.as_deref();
        Ok(Self {
            certificate: read(&settings.certificate)?,
            key: read(&settings.key)?,
            client_authorities: authorities.map(read).transpose()?,
        })
    }

    fn expiry(&self, settings: &TlsSettings) -> Option<Timestamp> {
        let shown = certificates(&self.certificate, &settings.certificate).ok()?;
        let ends = shown
            .iter()
            .filter_map(|certificate| expiry::of(certificate));
        ends.min()
    }

    fn hash(&self) -> Sha256 {
        let none = Vec::new();
        let parts = [
            &self.certificate,
            &self.key,
            self.client_authorities.as_ref().unwrap_or(&none),
        ];
        let parts = parts.map(|part| Sha256::of(part).to_string());
        Sha256::of(parts.concat().as_bytes())
    }

    fn config(&self, settings: &TlsSettings) -> Result<ServerConfig, TlsError> {
        let chain = certificates(&self.certificate, &settings.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| TlsError::Wrong {
            path: settings.key.clone(),
            problem: format!(
                "it holds no private key as PEM ({error}); it begins with -----BEGIN PRIVATE KEY-----"
            ),
        })?;
        let provider = Arc::new(ring::default_provider());
        let pair = |error| TlsError::Pair {
            certificate: settings.certificate.clone(),
            key: settings.key.clone(),
            error,
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(pair)?;
        let builder = match self.client_verifier(settings, provider)? {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(pair)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(config)
    }

    /// What checks clients' certificates, where they have to show one.
    fn client_verifier(
        &self,
        settings: &TlsSettings,
        provider: Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn rustls::server::danger::ClientCertVerifier>>, TlsError> {
        let Some((path, bytes)) = settings
            .client_authorities
            .as_ref()
            .zip(self.client_authorities.as_ref())
        else {
            return Ok(None);
        };
        let wrong = |problem: String| TlsError::Wrong {
            path: path.clone(),
            problem,
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(bytes, path)? {
            roots
                .add(certificate)
                .map_err(|error| wrong(error.to_string()))?;
        }
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map(Some)
            .map_err(|error| wrong(error.to_string()))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |error| TlsError::Unreadable {
        path: path.to_owned(),
        error,
    };
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST_FILE {
        return Err(TlsError::Wrong {
            path: path.to_owned(),
            problem: "it is too large for certificates".to_owned(),
        });
    }
    fs::read(path).map_err(unreadable)
}

fn certificates(bytes: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |problem: String| TlsError::Wrong {
        path: path.to_owned(),
        problem,
    };
    let read = CertificateDer::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>();
    let found = read.map_err(|error| wrong(format!("it is no PEM ({error})")))?;
    match found.is_empty() {
        true => Err(wrong(
            "it holds no certificate as PEM; it begins with -----BEGIN CERTIFICATE-----".to_owned(),
        )),
        false => Ok(found),
    }
}
