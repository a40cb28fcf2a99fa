//! The encodings of text files.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::bytes::Bytes;
use crate::error::PortfolioError;
use crate::request::Encoding;

/// Bytes that an encoding is told by.
const SAMPLE: usize = 1 << 20;

/// Finds out an encoding by the beginning of a file: by its mark, by the zeros of UTF-16, and else as UTF-8 where it is
/// valid, which hardly any text in Windows-1252 with an accent is.
pub(crate) fn detect(sample: &[u8]) -> Encoding {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8Bom,
        [0xff, 0xfe, ..] => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    let (pairs, _) = sample.as_chunks();
    let zeros = |place: usize| {
        pairs
            .iter()
            .filter(|pair: &&[u8; 2]| pair[place] == 0)
            .count()
    };
    if zeros(1) * 2 > pairs.len() {
        return Encoding::Utf16Le;
    }
    if zeros(0) * 2 > pairs.len() {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(sample) {
        // A character that the sample's end cuts is no error.
        Err(error) if error.error_len().is_some() => Encoding::Windows1252,
        _ => Encoding::Utf8,
    }
}

/// A file's text as UTF-8. That of a file in UTF-8 is not checked here, but by whoever takes it apart.
pub(crate) struct Text {
    bytes: Bytes,
    pub(crate) encoding: Encoding,
    /// None for UTF-8.
    decoder: Option<Decoder>,
    /// Bytes that were read to find out the encoding.
    sample: Vec<u8>,
    has_more: bool,
    /// Lines end in `\r` alone, as on old Macs.
    ends_in_returns: bool,
}

impl Text {
    /// Makes a decoder of a file in this encoding, or in the one that it seems to be in.
    pub(crate) fn new(
        mut bytes: Bytes,
        encoding: Option<Encoding>,
    ) -> Result<Self, PortfolioError> {
        let mut sample = Vec::new();
        let has_more = bytes.read(SAMPLE, &mut sample)?;
        let encoding = match (encoding, detect(&sample)) {
            // What is said of UTF-8 says nothing of its mark.
            (Some(Encoding::Utf8) | None, Encoding::Utf8Bom) => Encoding::Utf8Bom,
            (Some(encoding), _) | (None, encoding) => encoding,
        };
        let decoder = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => None,
            Encoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_with_bom_removal()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_with_bom_removal()),
        };
        if decoder.is_none() && sample.starts_with(&[0xef, 0xbb, 0xbf]) {
            sample.drain(..3);
        }
        Ok(Self {
            bytes,
            encoding,
            decoder,
            sample,
            has_more,
            ends_in_returns: false,
        })
    }

    /// Appends some text, about so many bytes. Gives whether there may be more.
    pub(crate) fn read(
        &mut self,
        n_bytes: usize,
        to: &mut Vec<u8>,
    ) -> Result<bool, PortfolioError> {
        let before = to.len();
        let Some(decoder) = &mut self.decoder else {
            if !self.sample.is_empty() {
                to.append(&mut self.sample);
            } else if self.has_more {
                self.has_more = self.bytes.read(n_bytes, to)?;
            }
            self.mend_line_ends(to, before);
            return Ok(self.has_more);
        };
        let mut raw = std::mem::take(&mut self.sample);
        if raw.is_empty() && self.has_more {
            self.has_more = self.bytes.read(n_bytes, &mut raw)?;
        }
        decode(decoder, &raw, !self.has_more, to);
        self.mend_line_ends(to, before);
        Ok(self.has_more)
    }

    /// Has, from the text in hand on, a `\r` end a line as `\n` does elsewhere.
    pub(crate) fn end_in_returns(&mut self, in_hand: &mut [u8]) {
        self.ends_in_returns = true;
        in_hand
            .iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }

    fn mend_line_ends(&self, text: &mut [u8], from: usize) {
        if self.ends_in_returns {
            let added = text.iter_mut().skip(from);
            added
                .filter(|byte| **byte == b'\r')
                .for_each(|byte| *byte = b'\n');
        }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

/// Appends what some bytes say. Bytes that say nothing become a replacement character.
fn decode(decoder: &mut Decoder, mut raw: &[u8], is_last: bool, to: &mut Vec<u8>) {
    // As much as it can become: a byte of Windows-1252 three of UTF-8.
    let mut room = vec![0; raw.len().min(1 << 16) * 3 + 16];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(raw, &mut room, is_last);
        to.extend_from_slice(&room[..written]);
        raw = &raw[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_by_the_first_bytes() {
        for (bytes, encoding) in [
            (&b""[..], Encoding::Utf8),
            (b"a;b", Encoding::Utf8),
            ("ñ;é".as_bytes(), Encoding::Utf8),
            (b"c\xc3", Encoding::Utf8),
            (b"c\xf3digo;a", Encoding::Windows1252),
            (b"\xef\xbb\xbfa", Encoding::Utf8Bom),
            (b"\xff\xfea\0", Encoding::Utf16Le),
            (b"\xfe\xff\0a", Encoding::Utf16Be),
            (b"a\0;\0b\0", Encoding::Utf16Le),
            (b"\0a\0;\0b", Encoding::Utf16Be),
        ] {
            assert_eq!(detect(bytes), encoding, "{bytes:?}");
        }
    }

    #[test]
    fn characters_may_be_cut_anywhere() {
        let text = "ñ€𝄞;código\r\n".repeat(9);
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        let raw: Vec<u8> = units.collect();
        for size in 1..9 {
            let mut decoder = UTF_16LE.new_decoder_with_bom_removal();
            let mut out = Vec::new();
            for part in raw.chunks(size) {
                decode(&mut decoder, part, false, &mut out);
            }
            decode(&mut decoder, &[], true, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
