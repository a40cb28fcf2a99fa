//! Sixteen rows from a level of heaps to the bottom, tier by tier.
//!
//! One row's walks are as many as there are trees, and wait for nobody. Sixteen rows would fetch too much at once if all
//! trees took turns, so a group's trees do: as soon as a row knows its line of the next tier that is fetched, and by the
//! time it is asked for the other rows and trees of the group have been walked.

use super::{LineGroup, LineHeaps, NODES, Tier, fetch};
use crate::forest::column::LANES;
use crate::forest::kernel::child;
use crate::forest::layout::HeapNode;
use crate::forest::tops::{MAX_LEVELS, ROWS};

/// Walks side by side.
const CHAINS: usize = 8;

const _: () = assert!(ROWS.is_multiple_of(CHAINS));

/// Where [`ROWS`] rows are in a heap, numbered as in the heap: `1 << level` is the first place of a level.
pub(crate) type Places = [u16; ROWS];

/// Lines of a heap that begin at the same level.
#[derive(Debug, Clone, Copy)]
struct Begin {
    /// The first of them.
    line: usize,
    /// Its place in the heap.
    place: usize,
}

impl LineGroup {
    /// Its tiers, each with the level that it begins at.
    fn by_level(&self) -> impl Iterator<Item = (usize, Tier)> {
        self.tiers.iter().scan(0, |below, tier| {
            let level = *below;
            *below += tier.levels;
            Some((level, *tier))
        })
    }

    /// The tier that begins at a level.
    fn tier_at(&self, level: usize) -> Option<Tier> {
        let mut tiers = self.by_level();
        tiers.find_map(|(begins, tier)| (begins == level).then_some(tier))
    }
}

impl LineHeaps {
    /// The group at a position among all, if it has heaps with questions.
    fn group(&self, position: usize) -> Option<&LineGroup> {
        self.groups.get(position)?.as_ref()
    }

    /// Levels in the first tiers of the group at a position: as many tiers as have [`MAX_LEVELS`] at most.
    pub(crate) fn first_levels(&self, position: usize) -> usize {
        let tiers = self
            .group(position)
            .into_iter()
            .flat_map(LineGroup::by_level);
        let ends = tiers.map(|(level, tier)| level + tier.levels);
        ends.filter(|level| *level <= MAX_LEVELS).max().unwrap_or(0)
    }

    /// Has the processor fetch the lines that rows at a level of a group's heaps ask for next, where a tier begins
    /// there. `places` has those of each heap.
    #[inline(always)]
    pub(crate) fn fetch_lines<'p>(
        &self,
        position: usize,
        level: usize,
        places: impl Iterator<Item = &'p Places>,
    ) {
        let group = self.group(position);
        let Some((group, tier)) = group.and_then(|group| Some((group, group.tier_at(level)?)))
        else {
            return;
        };
        for (start, places) in group.starts.into_iter().zip(places) {
            let lines = self.lines.as_ptr().wrapping_add(start + tier.first);
            for place in places {
                fetch(lines.wrapping_add(usize::from(*place) - (1 << level)));
            }
        }
    }

    /// Walks rows at a level of a group's heaps to the end of the tier that begins there, and gives the level they are
    /// at then; none at the bottom. `keys` are those of a chunk from the first of the rows on.
    #[inline(always)]
    pub(crate) fn descend_rows<'p>(
        &self,
        position: usize,
        level: usize,
        keys: &[u16],
        places: impl Iterator<Item = &'p mut Places>,
    ) -> Option<usize> {
        let group = self.group(position)?;
        let tier = group.tier_at(level)?;
        for (start, places) in group.starts.into_iter().zip(places) {
            let begin = Begin {
                line: start + tier.first,
                place: 1 << level,
            };
            match tier.levels {
                1 => self.descend_lines::<1>(begin, keys, places),
                2 => self.descend_lines::<2>(begin, keys, places),
                3 => self.descend_lines::<3>(begin, keys, places),
                _ => self.descend_lines::<4>(begin, keys, places),
            }
        }
        Some(level + tier.levels)
    }

    /// Walks rows `N` levels through lines. `keys` are those of a chunk from the first of the rows on.
    // Not inlined: for AVX-512 the compiler would make gathers of it.
    #[inline(never)]
    fn descend_lines<const N: usize>(&self, begin: Begin, keys: &[u16], places: &mut Places) {
        assert!(keys.len() + LANES >= self.n_keys + ROWS);
        let nodes = self.lines.as_ptr().cast::<HeapNode>();
        let (groups, _) = places.as_chunks_mut::<CHAINS>();
        for (group, places) in groups.iter_mut().enumerate() {
            let keys = &keys[group * CHAINS..];
            let lines = places.map(|place| begin.line + usize::from(place) - begin.place);
            assert!(
                lines
                    .iter()
                    .fold(true, |all, line| all & (*line < self.lines.len()))
            );
            let lines = lines.map(|line| nodes.wrapping_add(line * NODES));
            let mut at = [1_usize; CHAINS];
            for _ in 0..N {
                for (lane, at) in at.iter_mut().enumerate() {
                    // SAFETY: there is such a line, as was seen above, and a walk of four steps at most from node 1 stays
                    // among its nodes until the last step.
                    let node = unsafe { *lines[lane].add(*at) };
                    debug_assert!(usize::from(node.start) + lane < keys.len());
                    // SAFETY: where a node's keys start, `LANES` of them follow within the chunk, and the
                    // assertion leaves at least `ROWS` of them.
                    let key = unsafe { *keys.get_unchecked(usize::from(node.start) + lane) };
                    *at = child(*at, *at, u32::from(key), u32::from(node.bound));
                }
            }
            for (place, at) in places.iter_mut().zip(at) {
                *place = (*place << N) + at as u16 - (1 << N);
            }
        }
    }
}
