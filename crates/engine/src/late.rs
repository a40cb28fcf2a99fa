//! What nobody waits for at the start.

use std::sync::{Mutex, OnceLock, PoisonError};

/// A value that is made when it is first asked for, of something that is let go then.
#[derive(Debug)]
pub(crate) struct Late<S, T> {
    /// What it is made of, until it is.
    source: Mutex<Option<S>>,
    made: OnceLock<T>,
}

impl<S, T> Late<S, T> {
    pub(crate) fn new(source: S) -> Self {
        Self {
            source: Mutex::new(Some(source)),
            made: OnceLock::new(),
        }
    }

    /// The value. Whoever asks for it while it is made waits.
    pub(crate) fn get(&self, make: impl FnOnce(&S) -> T) -> &T {
        self.made.get_or_init(|| {
            let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
            let made = make(
                source
                    .as_ref()
                    .expect("it is let go once the value is made"),
            );
            *source = None;
            made
        })
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use super::*;

    #[test]
    fn it_is_made_once_and_lets_its_source_go() {
        let source = Arc::new(7);
        let late = Late::new(Arc::clone(&source));
        assert_eq!(Arc::strong_count(&source), 2);
        let panicking = || late.get(|_| panic!("not now"));
        assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
        assert_eq!(late.get(|source| **source + 1), &8);
        assert_eq!(Arc::strong_count(&source), 1);
        assert_eq!(late.get(|_| unreachable!("it is there")), &8);
    }
}
