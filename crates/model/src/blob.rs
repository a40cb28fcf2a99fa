//! A file as it came: its bytes, and their hash.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use propenso_pickle::SharedBytes;

use crate::sha256::{Hasher, Sha256, fill};

/// Bytes that are read before they are hashed, while the next ones are read.
const PIECE: usize = 1 << 20;

/// A file that is read once and hashed once, whoever looks at it afterwards. Cloning it copies no bytes.
#[derive(Debug, Clone)]
pub struct Blob {
    pub(crate) bytes: SharedBytes,
    pub(crate) sha256: Sha256,
}

impl Blob {
    /// Reads a file as [`Self::read`] does.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let n_bytes = file.metadata()?.len();
        let n_bytes = usize::try_from(n_bytes).map_err(|_| ErrorKind::FileTooLarge)?;
        Self::read(file, n_bytes)
    }

    /// Reads a file of about so many bytes to its end. What has been read is hashed while the rest is still read.
    ///
    /// # Errors
    ///
    /// What the reader says; [`ErrorKind::OutOfMemory`].
    pub fn read(mut reader: impl Read, n_bytes: usize) -> io::Result<Self> {
        // What is asked for below would end the process where there is no room.
        let mut room = Vec::<u8>::new();
        room.try_reserve_exact(n_bytes)?;
        drop(black_box(room));
        let mut bytes = vec![0; n_bytes];
        let (n_read, hasher) = match n_bytes > PIECE {
            true => read_and_hash(&mut reader, &mut bytes)?,
            false => (fill(&mut reader, &mut bytes)?, None),
        };
        bytes.truncate(n_read);
        // A file may have grown since it was measured.
        reader.read_to_end(&mut bytes)?;
        let n_hashed = hasher.as_ref().map_or(0, |_| n_read);
        let mut hasher = hasher.unwrap_or_default();
        hasher.update(&bytes[n_hashed..]);
        Ok(Self {
            bytes: SharedBytes::from(bytes),
            sha256: hasher.finish(),
        })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their hash.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::of(&bytes);
        let bytes = SharedBytes::from(bytes);
        Self { bytes, sha256 }
    }
}

/// Fills bytes piece by piece, as far as there are any, on this thread, and hashes them on another, if there is one to be had.
fn read_and_hash(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<(usize, Option<Hasher>)> {
    thread::scope(|scope| {
        let (send, pieces) = mpsc::channel::<&[u8]>();
        let hash = move || {
            let mut hasher = Hasher::default();
            pieces.iter().for_each(|piece| hasher.update(piece));
            hasher
        };
        let hashing = thread::Builder::new().spawn_scoped(scope, hash).ok();
        let mut n_read = 0;
        for piece in bytes.chunks_mut(PIECE) {
            let n_filled = fill(reader, piece)?;
            n_read += n_filled;
            // Nobody takes it where there is no thread.
            let _ = send.send(&piece[..n_filled]);
            if n_filled < piece.len() {
                break;
            }
        }
        drop(send);
        match hashing.map(thread::ScopedJoinHandle::join).transpose() {
            Ok(hasher) => Ok((n_read, hasher)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives bytes in uneven helpings, and is interrupted before each.
    struct Halting<'b> {
        left: &'b [u8],
        is_interrupted: bool,
    }

    impl Read for Halting<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.is_interrupted = !self.is_interrupted;
            if self.is_interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let n_bytes = room.len().min(700_001);
            self.left.read(&mut room[..n_bytes])
        }
    }

    #[test]
    fn a_file_is_hashed_as_it_is_read() {
        let sizes = [0, 1, PIECE, PIECE + 1, 3 * PIECE - 1, 3 * PIECE];
        for n_bytes in sizes {
            let file: Vec<u8> = (0..n_bytes).map(|at| (at * at / 7) as u8).collect();
            // Measured rightly, before it grew, and before it shrank.
            for measured in [n_bytes, n_bytes / 2, n_bytes + 1, n_bytes + 2 * PIECE] {
                let reader = Halting {
                    left: &file,
                    is_interrupted: false,
                };
                let read = Blob::read(reader, measured).unwrap();
                assert!(read.bytes() == file, "{n_bytes}, taken for {measured}");
                assert_eq!(read.sha256(), Sha256::of(&file));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }
        }
        for n_bytes in [0, 1, 2 * PIECE] {
            let error = Blob::read(Broken, n_bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        }
        let error = Blob::read(io::empty(), usize::MAX).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    }
}
