//! How much of the training data came to each node of a tree.

/// A cover a node, in whatever the library counts: rows, weights, hessians. Finite and not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Covers(Room);

/// Counts of rows fit 4 bytes, and there are millions of them.
#[derive(Debug, Clone, PartialEq)]
enum Room {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl Covers {
    /// Takes covers by node; none where one is negative or not finite.
    pub(super) fn new(covers: Vec<f64>) -> Option<Self> {
        if !covers
            .iter()
            .all(|cover| cover.is_finite() && *cover >= 0.0)
        {
            return None;
        }
        let are_single = covers
            .iter()
            .all(|cover| f64::from(*cover as f32) == *cover);
        Some(Self(match are_single {
            true => Room::Single(covers.iter().map(|cover| *cover as f32).collect()),
            false => Room::Double(covers),
        }))
    }

    /// A node's cover, by its index.
    ///
    /// # Panics
    ///
    /// When there is no such node.
    #[must_use]
    pub fn of(&self, node: u32) -> f64 {
        match &self.0 {
            Room::Single(covers) => f64::from(covers[node as usize]),
            Room::Double(covers) => covers[node as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_are_exact_in_either_room() {
        for covers in [vec![16_777_216.0, 0.5, 0.0], vec![16_777_217.0, 0.1, 1e300]] {
            let found = Covers::new(covers.clone()).unwrap();
            let found: Vec<_> = (0..3).map(|node| found.of(node)).collect();
            assert_eq!(found, covers);
        }
        assert_eq!(Covers::new(vec![1.0, f64::NAN]), None);
        assert_eq!(Covers::new(vec![-1.0]), None);
        assert_eq!(Covers::new(vec![f64::INFINITY]), None);
    }
}
