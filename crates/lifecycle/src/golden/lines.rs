//! Where the lines of a file begin, for numbers that an editor shows too.

use std::collections::VecDeque;
use std::io::{self, Read};

/// A reader that notes where lines end. The `csv` crate numbers lines one too low behind `\r\n` and
/// behind empty lines.
#[derive(Debug)]
pub(super) struct Lines<R> {
    inner: R,
    /// Bytes read so far.
    n_bytes: u64,
    /// The bytes that end lines, `\r` and `\n`, that [`Self::number_at`] has not passed.
    ends: VecDeque<(u64, u8)>,
    /// Lines that ended before those.
    n_lines: u64,
    /// Whether the byte that was passed last was a `\r`, which ends a line together with a `\n`.
    after_return: Option<u64>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            n_bytes: 0,
            ends: VecDeque::new(),
            n_lines: 0,
            after_return: None,
        }
    }

    /// The number of the line, from 1, that the first byte at or after a place is on that does not end a
    /// line itself. Places must not fall from call to call.
    pub(super) fn number_at(&mut self, place: u64) -> u64 {
        let mut place = place;
        while let Some((at, byte)) = self.ends.front().copied() {
            if at > place {
                break;
            }
            place = place.max(at + 1);
            self.ends.pop_front();
            let is_second = byte == b'\n' && self.after_return.map(|before| before + 1) == Some(at);
            self.n_lines += u64::from(!is_second);
            self.after_return = (byte == b'\r').then_some(at);
        }
        self.n_lines + 1
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        let ends = (self.n_bytes..).zip(&buffer[..n_read]);
        let ends = ends.filter(|(_, byte)| matches!(byte, b'\r' | b'\n'));
        self.ends.extend(ends.map(|(at, byte)| (at, *byte)));
        self.n_bytes += n_read as u64;
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_any_way() {
        //          0123 4 5678 9 0 1 2345 6
        let text = "abc\r\ndef\r\n\r\n\"g\nh\"\ri\n";
        let mut lines = Lines::new(text.as_bytes());
        io::copy(&mut lines, &mut io::sink()).unwrap();
        assert_eq!(lines.number_at(0), 1);
        // From the `\n` of `\r\n`, as csv's places are.
        assert_eq!(lines.number_at(4), 2);
        // Past an empty line.
        assert_eq!(lines.number_at(9), 4);
        // Past a quoted line break and a lone `\r`.
        assert_eq!(lines.number_at(17), 6);
    }
}
