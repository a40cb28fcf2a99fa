//! `propenso tls …`, and where `serve` finds its certificate.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where `serve` finds its certificate.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// The certificate (PEM), with those that vouch for it behind; read again when it changes
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_TLS_CERT",
        hide_env_values = true
    )]
    pub tls_cert: Option<PathBuf>,

    /// Its private key (PEM)
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_TLS_KEY",
        hide_env_values = true
    )]
    pub tls_key: Option<PathBuf>,

    /// Certificates (PEM) of who vouches for clients: with them, clients must show a certificate too
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_TLS_CLIENT_CA",
        hide_env_values = true
    )]
    pub tls_client_ca: Option<PathBuf>,
}

/// Arguments of `tls`.
#[derive(Debug, Args)]
pub struct TlsCommandArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TlsCommand,
}

/// What can be done about certificates.
#[derive(Debug, Subcommand)]
pub enum TlsCommand {
    /// Make a certificate and its key, for a network of one's own
    SelfSigned(SelfSignedArgs),
}

/// Arguments of `tls self-signed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  propenso tls self-signed --name scoring.agencia.local --name 192.168.1.20
  propenso serve --listen 0.0.0.0:5000 --tls-cert propenso.crt --tls-key propenso.key

Nobody vouches for such a certificate: copy propenso.crt to the machines that
ask, and have them trust it (curl --cacert propenso.crt …).")]
pub struct SelfSignedArgs {
    /// A name or an address that the server is reached by; may be given several times [default: localhost, 127.0.0.1 and ::1]
    #[arg(long, value_name = "NAME")]
    pub name: Vec<String>,

    /// Days that it is valid
    #[arg(long, value_name = "N", default_value = "825")]
    pub days: NonZeroU32,

    /// The folder that propenso.crt and propenso.key are written to
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub output: PathBuf,
}
