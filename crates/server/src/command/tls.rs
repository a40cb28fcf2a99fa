//! `propenso tls`: certificates for a network of one's own.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use jiff::ToSpan;
use propenso_lifecycle::private;
use propenso_model::Sha256;
use propenso_scoring::Bilingual;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::ServerName;

use super::CommandError;
use crate::cli::{SelfSignedArgs, TlsCommand, TlsCommandArgs};
use crate::tls::{Tls, TlsSettings};

/// The names of a certificate that nobody named one for.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Does what was asked.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: &TlsCommandArgs) -> Result<ExitCode, CommandError> {
    match &args.command {
        TlsCommand::SelfSigned(args) => self_signed(args),
    }
}

/// Writes a new certificate and its key, and says how they are used.
fn self_signed(args: &SelfSignedArgs) -> Result<ExitCode, CommandError> {
    let names = match args.name.is_empty() {
        true => LOCAL.map(str::to_owned).to_vec(),
        false => args.name.clone(),
    };
    if let Some(wrong) = names.iter().find(|name| !is_host(name)) {
        return Err(CommandError::NoHost(wrong.clone()));
    }
    let made = certificate(&names, args.days.get());
    let made = made.map_err(|error| CommandError::Certificate(error.to_string()))?;
    let (certificate, key) = (
        args.output.join("propenso.crt"),
        args.output.join("propenso.key"),
    );
    // The key first: a certificate without it is of no use.
    write_new(&key, made.key.as_bytes())?;
    if let Err(error) = write_new(&certificate, made.certificate.as_bytes()) {
        let _ = std::fs::remove_file(&key);
        return Err(error);
    }
    // As a server will read them.
    Tls::open(TlsSettings {
        certificate: certificate.clone(),
        key: key.clone(),
        client_authorities: None,
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "certificate  {}", certificate.display())?;
    writeln!(out, "key          {}", key.display())?;
    writeln!(out, "names        {}", names.join(", "))?;
    writeln!(out, "valid        {} days", args.days)?;
    writeln!(out, "SHA-256      {}", made.fingerprint)?;
    writeln!(
        out,
        "\nServe with it: propenso serve --tls-cert {} --tls-key {}",
        certificate.display(),
        key.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Tells whether a client can look for a name in a certificate: a host's, an address, or all hosts of a domain.
fn is_host(name: &str) -> bool {
    ServerName::try_from(name.strip_prefix("*.").unwrap_or(name)).is_ok()
}

/// A certificate and its key, as PEM.
struct Made {
    certificate: String,
    key: String,
    fingerprint: Sha256,
}

fn certificate(names: &[String], days: u32) -> Result<Made, rcgen::Error> {
    let mut params = CertificateParams::new(names.to_vec())?;
    let today = jiff::ZonedDateTime::now().date();
    let day = |day: jiff::civil::Date| {
        let (month, day_of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        rcgen::date_time_ymd(day.year().into(), month, day_of_month)
    };
    // A clock that is behind must not refuse it.
    params.not_before = day(today.saturating_sub(1.day()));
    params.not_after = day(today.saturating_add(i64::from(days).days()));
    params.distinguished_name = DistinguishedName::new();
    let name = names.first().map_or("propenso", String::as_str);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok(Made {
        fingerprint: Sha256::of(certificate.der()),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// Writes a file that only this account may read, unless there is one.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let file = private::create_file(path);
    let written = file.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CommandError::file(
            path,
            Bilingual::new(
                "ya existe; nombre otra carpeta con --output",
                "it exists already; name another folder with --output",
            ),
        ),
        _ => CommandError::system(path, &error),
    })
}
