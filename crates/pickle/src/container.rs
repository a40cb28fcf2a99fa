//! What the pickle stream is wrapped in, told by content and never by file name.
//!
//! The prefixes are those of joblib's own detection (`joblib/compressor.py`), in its order.

use std::fmt;
use std::io::{BufReader, Cursor, Read};

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::shared_bytes::SharedBytes;

/// The compression around a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the format of that name")]
pub enum Container {
    Raw,
    Zlib,
    Gzip,
    Bzip2,
    Lzma,
    Xz,
    Lz4,
    /// A skops archive: zip, and inside it what is rewritten as a pickle.
    Skops,
}

impl Container {
    /// The container a file's first bytes announce; [`Container::Raw`] when none does.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Self {
        match bytes {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x42, 0x5a, b'h', ..] => Self::Bzip2,
            [0x5d, 0x00, ..] => Self::Lzma,
            [0xfd, b'7', b'z', b'X', b'Z', ..] => Self::Xz,
            [0x04, 0x22, 0x4d, 0x18, ..] => Self::Lz4,
            // The low nibble 8 is deflate; the two bytes together are a multiple of 31.
            [first @ 0x78, second, ..]
                if u16::from_be_bytes([*first, *second]).checked_rem(31) == Some(0) =>
            {
                Self::Zlib
            }
            _ => Self::Raw,
        }
    }

    /// Whether a file is joblib's format before 0.10 (`ZF` and a hexadecimal length).
    pub(crate) fn is_legacy_zfile(bytes: &[u8]) -> bool {
        bytes.starts_with(b"ZF0x")
    }

    /// The format's usual name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bz2",
            Self::Lzma => "lzma",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
            Self::Skops => "skops",
        }
    }

    /// A reader of the decompressed stream, or the file itself when it is not compressed.
    ///
    /// gzip and bz2 files may consist of several members, which follow each other in the output.
    pub(crate) fn open(self, file: SharedBytes, limits: &Limits) -> Result<Opened, ErrorKind> {
        let reader: Box<dyn Read> = match self {
            Self::Raw | Self::Skops => return Ok(Opened::Whole(file)),
            Self::Zlib => Box::new(flate2::bufread::ZlibDecoder::new(Cursor::new(file))),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(Cursor::new(file))),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(Cursor::new(file))),
            Self::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(Cursor::new(file))),
            Self::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(
                BufReader::new(Cursor::new(file)),
                true,
                dictionary_kib(limits),
            )),
            Self::Lzma => Box::new(
                lzma_rust2::LzmaReader::new_mem_limit(
                    BufReader::new(Cursor::new(file)),
                    dictionary_kib(limits),
                    None,
                )
                .map_err(|error| self.damaged(&error))?,
            ),
        };
        Ok(Opened::Stream(reader))
    }

    /// The first bytes of the decompressed stream, to tell what it is; fewer where it ends or breaks off.
    #[must_use]
    pub fn head(self, file: &[u8], n_bytes: u64, limits: &Limits) -> Vec<u8> {
        let mut head = Vec::new();
        match self.open(file.to_vec().into(), limits) {
            Ok(Opened::Stream(stream)) => {
                // What was read before an error is what there is to look at.
                let _ = stream.take(n_bytes).read_to_end(&mut head);
            }
            Ok(Opened::Whole(_)) | Err(_) => {}
        }
        head
    }

    pub(crate) fn damaged(self, error: &std::io::Error) -> ErrorKind {
        ErrorKind::Decompression {
            container: self.name(),
            message: error.to_string(),
        }
    }
}

/// xz and lzma headers name the memory they need; the decoders take the bound in KiB.
fn dictionary_kib(limits: &Limits) -> u32 {
    u32::try_from(limits.dictionary_bytes >> 10).unwrap_or(u32::MAX)
}

/// A container opened for reading.
pub(crate) enum Opened {
    /// Not compressed: all bytes are at hand.
    Whole(SharedBytes),
    /// Compressed: bytes come as they are asked for.
    Stream(Box<dyn Read>),
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_by_content() {
        assert_eq!(Container::detect(&[0x78, 0x5e, 1]), Container::Zlib);
        assert_eq!(Container::detect(&[0x78, 0x5f, 1]), Container::Raw);
        assert_eq!(Container::detect(&[0x80, 4, 0x95]), Container::Raw);
        assert_eq!(Container::detect(&[0x1f, 0x8b, 8]), Container::Gzip);
        assert_eq!(Container::detect(b"BZh9"), Container::Bzip2);
        assert_eq!(Container::detect(&[0x5d, 0, 0]), Container::Lzma);
        assert_eq!(Container::detect(b"\xfd7zXZ\0"), Container::Xz);
        assert_eq!(Container::detect(&[4, 0x22, 0x4d, 0x18]), Container::Lz4);
        assert_eq!(Container::detect(&[]), Container::Raw);
    }
}
