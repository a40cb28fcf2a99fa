//! Which input a name means.

use std::sync::Arc;

/// Names, each with the index of its input. Every request asks for each of its parameters, so names are
/// found by a number made of their first letters, and most are then compared just once.
#[derive(Debug, Clone)]
pub(super) struct NameIndex {
    /// Sorted by [`key`].
    names: Vec<(u64, Arc<str>, usize)>,
}

impl NameIndex {
    /// Sorts names that differ from each other.
    pub(super) fn new(names: impl IntoIterator<Item = (Arc<str>, usize)>) -> Self {
        let names = names.into_iter();
        let mut names: Vec<_> = names
            .map(|(name, index)| (key(&name), name, index))
            .collect();
        names.sort_unstable_by_key(|(key, _, _)| *key);
        Self { names }
    }

    /// The index of the input with this name.
    pub(super) fn get(&self, name: &str) -> Option<usize> {
        let wanted = key(name);
        let first = self.names.partition_point(|(key, _, _)| *key < wanted);
        self.names
            .get(first..)?
            .iter()
            .take_while(|(key, _, _)| *key == wanted)
            .find(|(_, known, _)| **known == *name)
            .map(|(_, _, index)| *index)
    }
}

/// The first seven bytes and the length: names that are alike in both are few.
fn key(name: &str) -> u64 {
    let start = name.bytes().take(7);
    let letters = start.fold(0, |key, byte| (key << 8) | u64::from(byte));
    (letters << 8) | (name.len() as u64 % 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_alike_names_apart() {
        let names = ["nl", "NUM_LINEAS_ACTIVAS", "NUM_LINEAS_CERRADAS", "", "n"];
        let longer = "NUM_LIN".repeat(40);
        let all = names.iter().copied().chain([longer.as_str()]);
        let index = NameIndex::new(all.clone().map(Arc::from).zip(0..));
        for (at, name) in all.enumerate() {
            assert_eq!(index.get(name), Some(at), "{name}");
        }
        for unknown in ["NL", "NUM_LINEAS_BAJAS___", "nl\0", "NUM_LINEAS_ACTIVA"] {
            assert_eq!(index.get(unknown), None, "{unknown}");
        }
    }
}
