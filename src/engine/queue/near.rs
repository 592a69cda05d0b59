//! The run: the next few events, sorted and served in order.

use super::Entry;
use super::chunks::CHUNK;

/// The most entries of a run.
pub(super) const RUN: usize = 3 * CHUNK;

/// Bits for a place in the run.
const PLACE_BITS: u32 = 6;
const _: () = assert!(RUN <= 1 << PLACE_BITS);

/// The longest a run may stretch, so that its times and places fit into one number: nine years of nanoseconds.
pub(super) const STRETCH_MAX: u64 = u64::MAX >> PLACE_BITS;

/// What is sorted is not the entries but one number for each: how long after the run's beginning it is due, and its
/// place. Entries come in the order of their sequence, so the place breaks ties as the sequence would.
#[derive(Clone, Debug)]
pub(super) struct Near<E> {
    entries: Vec<Entry<E>>,
    order: [u64; RUN],
    served: usize,
}

impl<E: Copy> Near<E> {
    pub(super) fn new() -> Self {
        Near { entries: Vec::with_capacity(RUN), order: [0; RUN], served: 0 }
    }

    /// The `k`-th entry after the next one.
    #[inline]
    pub(super) fn get(&self, k: usize) -> Option<&Entry<E>> {
        let order = self.order[..self.entries.len()].get(self.served + k)?;
        Some(&self.entries[(order & ((1 << PLACE_BITS) - 1)) as usize])
    }

    /// Drops the next entry.
    #[inline]
    pub(super) fn drop_first(&mut self) {
        self.served += 1;
    }

    /// The entries still to be served, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<E>> {
        (0..).map_while(|k| self.get(k))
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.served = 0;
    }

    /// Begins a new run with what `fill` puts into it: at most `RUN` entries, in the order of their sequence, none due
    /// before `start` nor by more than `STRETCH_MAX` after it.
    pub(super) fn fill(&mut self, start: u64, fill: impl FnOnce(&mut Vec<Entry<E>>)) {
        self.clear();
        fill(&mut self.entries);
        let order = &mut self.order[..self.entries.len()];
        for (place, (order, entry)) in order.iter_mut().zip(&self.entries).enumerate() {
            *order = (entry.time - start) << PLACE_BITS | place as u64;
        }
        order.sort_unstable();
    }
}
