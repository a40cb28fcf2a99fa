//! Memory that decisions and entries are written in, used again.
//!
//! Entries are made by many threads and wait by the thousand for one that appends them. Freed, that memory goes back to the system and
//! comes again page by page, which takes longer than writing an entry does. So each thread keeps what the last entry that it has to do
//! with was written in.

use std::cell::Cell;

/// Bytes that most decisions fit in.
const ROOM: usize = 256;

/// Bytes above which memory is not kept: a portfolio's are not for the next answer.
const LARGE: usize = 1 << 12;

thread_local! {
    static SPARE: Cell<Option<Buffers>> = const { Cell::new(None) };

    /// What the last decision was written in.
    static SPARE_ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What one entry is written in.
#[derive(Debug)]
pub(super) struct Buffers {
    /// All of its decisions.
    pub(super) body: Vec<u8>,
    /// Their clients.
    pub(super) clients: Vec<u8>,
}

impl Buffers {
    /// Takes what this thread has left over, or new ones.
    pub(super) fn take() -> Self {
        SPARE.take().unwrap_or_else(|| Self {
            body: Vec::with_capacity(ROOM),
            clients: Vec::new(),
        })
    }

    /// Leaves them to the next entry that this thread begins.
    pub(super) fn give(mut self) {
        if self.body.capacity() + self.clients.capacity() > LARGE {
            return;
        }
        self.body.clear();
        self.clients.clear();
        SPARE.set(Some(self));
    }
}

/// Takes room for one decision, with nothing in it.
pub(super) fn take_room() -> Vec<u8> {
    let mut room = SPARE_ROOM.take();
    room.reserve(ROOM);
    room
}

/// Leaves it to the next decision that this thread writes down.
pub(super) fn give_room(mut room: Vec<u8>) {
    if room.capacity() <= LARGE {
        room.clear();
        // A thread that ends has no next one.
        let _ = SPARE_ROOM.try_with(|spare| spare.set(room));
    }
}
