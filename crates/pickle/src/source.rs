//! The decompressed bytes of a file, pulled from the decompressor only as the machine reads them,
//! with the frame boundaries of protocol 4 enforced.
//!
//! Pulling on demand is what makes a decompression bomb cheap to refuse: a gigabyte of zeros stops
//! at its first byte, which is no opcode.

use std::io::Read;

use crate::arena::Span;
use crate::container::{Container, Opened};
use crate::error::ErrorKind;
use crate::limits::{Limit, Limits};
use crate::shared_bytes::SharedBytes;

/// Bytes asked of the decompressor at a time.
const CHUNK: usize = 64 << 10;

pub(crate) struct Source {
    buffer: SharedBytes,
    stream: Option<Box<dyn Read>>,
    container: Container,
    position: usize,
    /// End of the frame being read, if one is open; at the end it is as good as closed.
    frame_end: Option<usize>,
    output_limit: usize,
}

impl Source {
    pub(crate) fn open(file: SharedBytes, limits: &Limits) -> Result<Self, ErrorKind> {
        if Container::is_legacy_zfile(&file) {
            return Err(ErrorKind::LegacyJoblib);
        }
        let container = Container::detect(&file);
        let (buffer, stream) = match container.open(file, limits)? {
            Opened::Whole(buffer) => (buffer, None),
            Opened::Stream(stream) => (SharedBytes::default(), Some(stream)),
        };
        let output_limit = limits.output_bytes;
        if stream.is_none() && buffer.len() > output_limit {
            return Err(ErrorKind::limit(Limit::OutputBytes, output_limit));
        }
        let mut source = Self {
            buffer,
            stream,
            container,
            position: 0,
            frame_end: None,
            output_limit,
        };
        source.refuse_second_layer()?;
        Ok(source)
    }

    fn refuse_second_layer(&mut self) -> Result<(), ErrorKind> {
        if self.container == Container::Raw {
            return Ok(());
        }
        // A short stream is judged by the machine, not here.
        match self.fill_to(6) {
            Ok(()) | Err(ErrorKind::Truncated { .. }) => {}
            Err(error) => return Err(error),
        }
        if Container::detect(&self.buffer) == Container::Raw {
            Ok(())
        } else {
            Err(ErrorKind::TwoLayers)
        }
    }

    pub(crate) fn container(&self) -> Container {
        self.container
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The bytes of a span that was read before.
    pub(crate) fn bytes(&self, start: usize, len: usize) -> &[u8] {
        start
            .checked_add(len)
            .and_then(|end| self.buffer.get(start..end))
            .unwrap_or_default()
    }

    /// The byte of the next opcode. Only here may a frame that is read to its end be left: an
    /// argument must lie in the frame of its opcode.
    pub(crate) fn take_opcode(&mut self) -> Result<u8, ErrorKind> {
        if self.frame_left() == 0 {
            self.frame_end = None;
        }
        let [byte] = self.take_array::<1>()?;
        Ok(byte)
    }

    /// The next byte, which stays the next.
    pub(crate) fn peek(&mut self) -> Result<u8, ErrorKind> {
        let end = self.checked_end(1)?;
        self.fill_to(end)?;
        let byte = self.bytes(self.position, 1).first();
        byte.copied().ok_or(ErrorKind::Truncated { needed: 1 })
    }

    /// The next `n` bytes, which must lie inside the open frame if there is one.
    pub(crate) fn take(&mut self, n: usize) -> Result<Span, ErrorKind> {
        let end = self.checked_end(n)?;
        if self.frame_end.is_some_and(|frame_end| end > frame_end) {
            return Err(ErrorKind::FrameStraddled);
        }
        self.fill_to(end)?;
        let span = Span::source(self.position, n);
        self.position = end;
        Ok(span)
    }

    /// Takes so many bytes as [`Self::take`] does, for a length written in the file.
    pub(crate) fn take_announced(&mut self, n: u64) -> Result<Span, ErrorKind> {
        let n = usize::try_from(n).map_err(|_| ErrorKind::Truncated { needed: n })?;
        self.take(n)
    }

    /// The next `N` bytes as an array, for fixed-size arguments.
    pub(crate) fn take_array<const N: usize>(&mut self) -> Result<[u8; N], ErrorKind> {
        let span = self.take(N)?;
        self.bytes(span.start, span.len)
            .first_chunk::<N>()
            .copied()
            .ok_or(ErrorKind::Truncated { needed: 0 })
    }

    /// The bytes up to the next newline, without it; at most `allowed` of them, or `limit` is exceeded.
    pub(crate) fn take_line(&mut self, allowed: usize, limit: Limit) -> Result<Span, ErrorKind> {
        let start = self.position;
        // The newline may stand behind the last allowed byte.
        let last = start.saturating_add(allowed).saturating_add(1);
        loop {
            let from = self.position;
            let reach = self
                .buffer
                .len()
                .min(self.frame_end.unwrap_or(usize::MAX))
                .min(last);
            let at_hand = self.buffer.get(from..reach).unwrap_or_default();
            if let Some(newline) = at_hand.iter().position(|byte| *byte == b'\n') {
                let end = from.saturating_add(newline);
                self.position = end.saturating_add(1);
                return Ok(Span::source(start, end.saturating_sub(start)));
            }
            if reach == last {
                return Err(ErrorKind::limit(limit, allowed));
            }
            // One more byte, which brings more with it or says why there is none.
            self.position = reach.max(from);
            let more = self.position;
            self.take(1)?;
            self.position = more;
        }
    }

    /// Opens a frame of `length` bytes at the current position.
    pub(crate) fn open_frame(&mut self, length: u64) -> Result<(), ErrorKind> {
        if self.frame_end.is_some() {
            return Err(ErrorKind::FrameNested);
        }
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.position.checked_add(length))
            .filter(|end| *end <= self.output_limit)
            .filter(|end| self.stream.is_some() || *end <= self.buffer.len())
            .ok_or(ErrorKind::FrameTooLong(length))?;
        self.frame_end = Some(end);
        Ok(())
    }

    /// Whether the byte last read belongs to an open frame.
    pub(crate) fn in_frame(&self) -> bool {
        self.frame_end.is_some()
    }

    /// Bytes of the open frame not read yet.
    pub(crate) fn frame_left(&self) -> usize {
        self.frame_end
            .map_or(0, |end| end.saturating_sub(self.position))
    }

    /// Forgets a frame that is read to its end; otherwise the error for the bytes left in it.
    pub(crate) fn close_frame(
        &mut self,
        unfinished: impl FnOnce(usize) -> ErrorKind,
    ) -> Result<(), ErrorKind> {
        match self.frame_left() {
            0 => {
                self.frame_end = None;
                Ok(())
            }
            left => Err(unfinished(left)),
        }
    }

    /// Whether anything follows the current position. Asks for one byte only: that verifies the
    /// checksum of a stream that ends here, and leaves a bomb behind `STOP` unread.
    pub(crate) fn has_trailing_bytes(&mut self) -> Result<bool, ErrorKind> {
        if self.buffer.len() > self.position {
            return Ok(true);
        }
        let Some(stream) = self.stream.as_mut() else {
            return Ok(false);
        };
        stream
            .by_ref()
            .take(1)
            .read_to_end(self.buffer.to_mut())
            .map_err(|error| self.container.damaged(&error))?;
        Ok(self.buffer.len() > self.position)
    }

    /// Gives up the bytes read.
    pub(crate) fn into_buffer(self) -> SharedBytes {
        self.buffer
    }

    fn checked_end(&self, n: usize) -> Result<usize, ErrorKind> {
        let end = self
            .position
            .checked_add(n)
            .ok_or(ErrorKind::Truncated { needed: u64::MAX })?;
        if self.stream.is_none() && end > self.buffer.len() {
            let missing = end.saturating_sub(self.buffer.len());
            return Err(ErrorKind::Truncated {
                needed: u64::try_from(missing).unwrap_or(u64::MAX),
            });
        }
        if end > self.output_limit {
            return Err(ErrorKind::limit(Limit::OutputBytes, self.output_limit));
        }
        Ok(end)
    }

    /// Decompresses until `end` bytes are at hand. The buffer grows with what really comes.
    fn fill_to(&mut self, end: usize) -> Result<(), ErrorKind> {
        while self.buffer.len() < end {
            let missing = end.saturating_sub(self.buffer.len());
            let Some(stream) = self.stream.as_mut() else {
                return Err(ErrorKind::Truncated {
                    needed: u64::try_from(missing).unwrap_or(u64::MAX),
                });
            };
            let before = self.buffer.len();
            let room = self.output_limit.saturating_sub(before).min(CHUNK);
            let chunk = u64::try_from(room).unwrap_or(0);
            stream
                .by_ref()
                .take(chunk)
                .read_to_end(self.buffer.to_mut())
                .map_err(|error| self.container.damaged(&error))?;
            if self.buffer.len() == before {
                return Err(ErrorKind::Truncated {
                    needed: u64::try_from(missing).unwrap_or(u64::MAX),
                });
            }
        }
        Ok(())
    }
}
