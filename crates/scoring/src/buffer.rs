//! A short ASCII text on the stack.

/// Numbers people write fit in this; a longer one moves to the heap.
const INLINE: usize = 64;

/// ASCII bytes gathered one by one, on the stack up to [`INLINE`] of them.
pub(crate) struct AsciiBuffer {
    inline: [u8; INLINE],
    len: usize,
    /// Holds everything once the inline part is full; empty (and unallocated) before.
    heap: Vec<u8>,
}

impl AsciiBuffer {
    pub(crate) fn new() -> Self {
        Self {
            inline: [0; INLINE],
            len: 0,
            heap: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, byte: u8) {
        debug_assert!(byte.is_ascii());
        if self.len < INLINE {
            self.inline[self.len] = byte;
        } else {
            if self.len == INLINE {
                self.heap.extend_from_slice(&self.inline);
            }
            self.heap.push(byte);
        }
        self.len += 1;
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.len <= INLINE {
            &self.inline[..self.len]
        } else {
            &self.heap
        }
    }

    /// The number the bytes spell, correctly rounded; `None` where they spell none.
    pub(crate) fn to_f64(&self) -> Option<f64> {
        std::str::from_utf8(self.as_bytes()).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{AsciiBuffer, INLINE};

    #[test]
    fn keeps_every_byte_across_the_move_to_the_heap() {
        for n in [0, 1, INLINE - 1, INLINE, INLINE + 1, 3 * INLINE] {
            let mut buffer = AsciiBuffer::new();
            for i in 0..n {
                buffer.push(b'0' + (i % 10) as u8);
            }
            let expected: Vec<u8> = (0..n).map(|i| b'0' + (i % 10) as u8).collect();
            assert_eq!(buffer.as_bytes(), expected);
        }
    }
}
