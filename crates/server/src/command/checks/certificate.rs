//! The certificate and its key.

use jiff::Timestamp;

use super::{SECONDS_OF_A_DAY, SOON, day};
use crate::command::findings::{Findings, Subject};
use crate::tls::{self, Tls, TlsSettings};

/// The certificate and its key, and until when it is valid.
pub(in crate::command) fn certificate(settings: &TlsSettings, found: &mut Findings) {
    if let Err(error) = Tls::open(settings.clone()) {
        let advice = found.say(
            "ponga ahí el certificado y la clave que le corresponde, en PEM",
            "put the certificate there and the key that belongs to it, as PEM",
        );
        return found.error(Subject::Certificate, error.to_string(), Some(advice));
    }
    let path = settings.certificate.display();
    let Some(end) = tls::valid_until(&settings.certificate) else {
        return found.ok(Subject::Certificate, path.to_string());
    };
    let days = (end.as_second() - Timestamp::now().as_second()).div_euclid(SECONDS_OF_A_DAY);
    let text = found.say(
        format!("{path}: vale {days} días más, hasta el {}", day(end)),
        format!("{path}: valid for {days} days more, until {}", day(end)),
    );
    let advice = found.say(
        "pida o haga otro y póngalo en su lugar: se lee sin parar el servidor",
        "have another one made and put it in its place: it is read while the server runs",
    );
    match days {
        ..0 => {
            let text = found.say(
                format!("{path}: caducó el {}", day(end)),
                format!("{path}: it ended on {}", day(end)),
            );
            found.error(Subject::Certificate, text, Some(advice));
        }
        0..SOON => found.warning(Subject::Certificate, text, advice),
        _ => found.ok(Subject::Certificate, text),
    }
}
