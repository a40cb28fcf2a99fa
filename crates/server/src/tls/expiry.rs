//! When a certificate ends, read of its bytes.
//!
//! ```text
//! Certificate    = SEQUENCE { TBSCertificate, … }
//! TBSCertificate = SEQUENCE { [0] version?, serial, algorithm, issuer, SEQUENCE { not before, not after }, … }
//! ```
//!
//! The rest of it is rustls's, which tells nobody ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280), 4.1).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;

/// Gives the moment that a certificate ends, of its DER; `None` of bytes that are none.
#[must_use]
pub fn of(certificate: &[u8]) -> Option<Timestamp> {
    let (inside, _) = expect(SEQUENCE, certificate)?;
    let (inside, _) = expect(SEQUENCE, inside)?;
    let (tag, _, after) = element(inside)?;
    let serial = if tag == VERSION { after } else { inside };
    let (_, _, algorithm) = element(serial)?;
    let (_, _, issuer) = element(algorithm)?;
    let (_, _, validity) = element(issuer)?;
    let (validity, _) = expect(SEQUENCE, validity)?;
    let (_, _, not_after) = element(validity)?;
    let (tag, text, _) = element(not_after)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// The content of an element that has a tag, and what follows it.
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, after) = element(bytes)?;
    (found == tag).then_some((content, after))
}

/// An element's tag and content, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match usize::from(*first) {
        short @ ..=0x7f => (short, bytes),
        // The length of the length; lengths of more than four bytes are no certificate's.
        long @ 0x81..=0x84 => {
            let (length, bytes) = bytes.split_at_checked(long - 0x80)?;
            let length = length
                .iter()
                .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            (usize::try_from(length).ok()?, bytes)
        }
        _ => return None,
    };
    let (content, after) = bytes.split_at_checked(length)?;
    Some((*tag, content, after))
}

/// `YYMMDDhhmmssZ` of 1950 to 2049, or `YYYYMMDDhhmmssZ`.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        UTC_TIME => {
            let century = if text < "5" { "20" } else { "19" };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let local = DateTime::strptime("%Y%m%d%H%M%SZ", &text).ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 2, 3);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn both_forms_of_time_are_read() {
        // Years from 2050 on have another form.
        for year in [2027, 2031, 2049, 2050, 2061, 2091] {
            let end = of(&certificate(year)).unwrap();
            assert_eq!(end.to_string(), format!("{year}-02-03T00:00:00Z"));
        }
    }

    #[test]
    fn what_is_cut_or_changed_is_no_certificate_and_no_panic() {
        let whole = certificate(2030);
        for length in 0..whole.len() {
            assert_eq!(of(&whole[..length]), None);
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            let _ = of(&bytes);
        }
        assert_eq!(of(b""), None);
        assert_eq!(of(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
