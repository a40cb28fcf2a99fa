//! The key that a request brings: as `x-api-key`, or as `Authorization: Bearer`, or as the password of `Basic`, which is
//! all that some clients can send. Never in the query string, which ends up in logs and histories.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, header};

/// The header that has a key and nothing else.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A key as it was sent. It may be none of ours.
pub struct Sent<'h> {
    /// Its text.
    pub key: Cow<'h, str>,
    /// Whether it came as the password of `Basic`.
    pub is_basic: bool,
}

impl<'h> Sent<'h> {
    /// Finds the key among a request's headers. `x-api-key` goes first: `Authorization` may be a proxy's.
    #[must_use]
    pub fn of(headers: &'h HeaderMap) -> Option<Self> {
        if let Some(key) = headers.get(API_KEY) {
            return Some(Self {
                key: key.to_str().ok()?.trim().into(),
                is_basic: false,
            });
        }
        let (scheme, rest) = headers
            .get(header::AUTHORIZATION)?
            .to_str()
            .ok()?
            .trim()
            .split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self {
                key: rest.into(),
                is_basic: false,
            });
        }
        scheme.eq_ignore_ascii_case("basic").then_some(())?;
        let both = String::from_utf8(from_base64(rest)?).ok()?;
        let (_, password) = both.split_once(':')?;
        Some(Self {
            key: password.to_owned().into(),
            is_basic: true,
        })
    }
}

/// Reads base64 (RFC 4648), with or without the `=` at its end.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | sextet(*digit)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        // Four digits are three bytes, three two, two one; one is none.
        bytes.extend_from_slice(whole.get(..group.len().checked_sub(1).filter(|n| *n > 0)?)?);
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes base64.
    pub(in crate::access) fn base64(text: &str) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for group in text.as_bytes().chunks(3) {
            let mut bytes = [0; 4];
            bytes[1..=group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes(bytes);
            for place in 0..4 {
                let digit = (bits >> (18 - 6 * place)) as usize & 63;
                out.push(match place <= group.len() {
                    true => DIGITS[digit].into(),
                    false => '=',
                });
            }
        }
        out
    }

    fn sent(headers: &[(&'static str, &str)]) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Sent::of(&map).map(|sent| sent.key.into_owned())
    }

    #[test]
    fn base64_is_read_as_it_is_written() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar", "añ:ü?>"] {
            let written = base64(text);
            assert_eq!(from_base64(&written).unwrap(), text.as_bytes());
            let bare = written.trim_end_matches('=');
            assert_eq!(from_base64(bare).unwrap(), text.as_bytes());
        }
        assert_eq!(base64("foobar"), "Zm9vYmFy");
        for wrong in ["A", "AAAAA", "A*==", "ñ", "A A="] {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn where_a_key_may_stand() {
        let basic = format!("basic {}", base64("user:k:1"));
        type Headers<'h> = &'h [(&'static str, &'h str)];
        let cases: [(Headers<'_>, Option<&str>); 10] = [
            (&[], None),
            (&[("authorization", "Bearer k1")], Some("k1")),
            (&[("authorization", "BEARER  k1 ")], Some("k1")),
            (&[("authorization", "k1")], None),
            (&[("authorization", "Digest k1")], None),
            (&[("authorization", &basic)], Some("k:1")),
            (&[("authorization", "Basic dXNlcg==")], None),
            (&[("authorization", "Basic ////")], None),
            (&[("x-api-key", " k1")], Some("k1")),
            (
                &[("x-api-key", "k1"), ("authorization", &basic)],
                Some("k1"),
            ),
        ];
        for (headers, expected) in cases {
            assert_eq!(sent(headers).as_deref(), expected, "{headers:?}");
        }
    }
}
