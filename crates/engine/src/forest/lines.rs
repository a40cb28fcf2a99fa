//! The heaps again, cut into cache lines: for one row, and for a few (`rows`).
//!
//! One row meets every tree once, and all trees together fill more than the nearest caches. What it
//! costs is the cache lines it touches, and a heap's levels lie in a line each as soon as they are
//! longer than one. So here a line holds a subtree of four levels, and a walk of eleven levels touches
//! three lines instead of eight. And all trees are walked four levels at a time, so that there is time
//! to fetch each walk's next line before it is asked for.

#[cfg(target_arch = "x86_64")]
pub(super) mod rows;

use super::kernel::child;
use super::layout::{GROUP, HeapGroup, HeapNode, Heaps};

/// Levels in a line.
const LEVELS: usize = 4;

/// Nodes in a line; the first is not used, so that the children of node `i` are `2i` and `2i + 1`
/// here too.
const NODES: usize = 1 << LEVELS;

/// 64 bytes: a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([HeapNode; NODES]);

/// A forest's heaps in lines.
#[derive(Debug, Default)]
pub(crate) struct LineHeaps {
    lines: Vec<Line>,
    /// By their positions among all; none where trees are no heaps, or have no questions.
    groups: Vec<Option<LineGroup>>,
    /// Keys of a chunk.
    n_keys: usize,
}

/// A group's heaps, which have one depth.
#[derive(Debug)]
struct LineGroup {
    /// Where each tree's lines start; the last tree again where there are fewer.
    starts: [usize; GROUP],
    /// Its tiers, from the top.
    tiers: Vec<Tier>,
}

/// A tier of a heap: all lines that begin at the same level.
#[derive(Debug, Clone, Copy)]
struct Tier {
    /// Lines of the tree that come before.
    first: usize,
    /// Levels in each line: as many as a line has, but what is left over in the second one.
    levels: usize,
}

impl LineHeaps {
    /// Copies a forest's heaps.
    pub(crate) fn of(all: &Heaps) -> Self {
        let mut heaps = Self {
            lines: Vec::new(),
            groups: Vec::new(),
            n_keys: all.n_keys(),
        };
        for (position, group) in all.groups() {
            if group.depth() > 0 {
                heaps.groups.resize_with(position, || None);
                heaps.push(group);
            }
        }
        heaps
    }

    fn push(&mut self, heaps: HeapGroup<'_>) {
        let tiers = tiers(heaps.depth());
        let mut starts = Vec::with_capacity(GROUP);
        for heap in heaps.trees() {
            starts.push(self.lines.len());
            let mut above = 0;
            for tier in &tiers {
                for line in 1 << above..2 << above {
                    // Node `i` of a line is in its heap as many times 2 below the line's root.
                    let node = |i: usize| {
                        let level = i.checked_ilog2().unwrap_or(0) as usize;
                        let place = (line << level) + i - (1 << level);
                        let is_there = i > 0 && level < tier.levels;
                        if is_there {
                            heap.nodes()[place]
                        } else {
                            HeapNode::FILLING
                        }
                    };
                    self.lines.push(Line(std::array::from_fn(node)));
                }
                above += tier.levels;
            }
        }
        let last = starts[starts.len() - 1];
        self.groups.push(Some(LineGroup {
            starts: std::array::from_fn(|tree| starts.get(tree).copied().unwrap_or(last)),
            tiers,
        }));
    }

    /// Walks one row, the first of the chunk whose keys these are, through all heaps. `places` has
    /// [`GROUP`] zeros for each group of the forest, and takes the row's position at the bottom of each
    /// of the heaps, from 0.
    #[inline(always)]
    pub(crate) fn descend(&self, keys: &[u16], places: &mut [usize]) {
        assert!(keys.len() >= self.n_keys);
        let (places, _) = places.as_chunks_mut::<GROUP>();
        assert!(places.len() >= self.groups.len());
        let groups = self.groups.iter().flatten();
        let n_tiers = groups.map(|group| group.tiers.len()).max();
        for tier in 0..n_tiers.unwrap_or(0) {
            for (group, places) in self.groups.iter().zip(&mut *places) {
                if let Some(group) = group
                    && tier < group.tiers.len()
                {
                    self.descend_tier(group, tier, keys, places);
                }
            }
        }
    }

    #[inline(always)]
    fn descend_tier(
        &self,
        group: &LineGroup,
        tier: usize,
        keys: &[u16],
        places: &mut [usize; GROUP],
    ) {
        let Tier { first, levels } = group.tiers[tier];
        let roots: [usize; GROUP] =
            std::array::from_fn(|tree| (group.starts[tree] + first + places[tree]) * NODES);
        assert!(roots.iter().all(|root| *root < self.lines.len() * NODES));
        let mut at = roots.map(|root| root + 1);
        let nodes = self.lines.as_ptr().cast::<HeapNode>();
        for _ in 0..levels {
            for at in &mut at {
                // SAFETY: the lines are nothing but nodes, one after the other. A walk starts at node 1
                // of a line that there is, and stays in it until it leaves it after the last level.
                let node = unsafe { *nodes.add(*at) };
                debug_assert!(usize::from(node.start) < keys.len());
                // SAFETY: a node's keys start within the trees' `n_keys`.
                let key = unsafe { *keys.get_unchecked(usize::from(node.start)) };
                *at = child(*at, *at % NODES, u32::from(key), u32::from(node.bound));
            }
        }
        for (place, (at, root)) in places.iter_mut().zip(at.iter().zip(roots)) {
            *place = (*place << levels) + (at - root - (1 << levels));
        }
        if let Some(next) = group.tiers.get(tier + 1) {
            for (place, start) in places.iter().zip(group.starts) {
                fetch(self.lines.as_ptr().wrapping_add(start + next.first + place));
            }
        }
    }
}

/// Has the processor fetch a line.
#[inline(always)]
fn fetch(line: *const Line) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: fetching ahead reads nothing, and is harmless wherever the address leads.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(line.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// The tiers of a heap: the top and the deepest are full, so that few lines are not.
fn tiers(depth: usize) -> Vec<Tier> {
    let mut tiers = Vec::new();
    let (mut first, mut above) = (0, 0);
    while above < depth {
        let levels = match (depth - above) % LEVELS {
            left_over @ 1.. if above > 0 => left_over,
            _ => LEVELS.min(depth - above),
        };
        tiers.push(Tier { first, levels });
        first += 1 << above;
        above += levels;
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_cache_line() {
        assert_eq!(size_of::<Line>(), 64);
    }

    #[test]
    fn tiers_of_eleven_levels() {
        let tiers: Vec<_> = tiers(11).iter().map(|t| (t.first, t.levels)).collect();
        assert_eq!(tiers, [(0, 4), (1, 3), (17, 4)]);
    }
}
