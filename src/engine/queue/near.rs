//! The run: the next few events, sorted and served in order.

use super::Entry;
use super::chunks::{CHUNK, Chain, Chunks};

/// The most entries that begin a run.
pub(super) const RUN: usize = 8 * CHUNK;
/// The most entries a run may grow to.
pub(super) const ROOM: usize = RUN + RUN / 2;
/// Half a run more than that, so that there are places to either side to move entries to.
const PLACES: usize = ROOM + RUN / 2;

/// Bits for the number of an entry in the chain a run is made of.
const NUMBER_BITS: u32 = 7;
const _: () = assert!(RUN <= 1 << NUMBER_BITS);

/// The longest a new run may stretch, so that a time and a number fit into one integer: four and a half years of nanoseconds.
pub(super) const STRETCH_MAX: u64 = u64::MAX >> NUMBER_BITS;

#[derive(Clone, Debug)]
pub(super) struct Near<E> {
    /// All places, or none before the first entry; those from `next` to `end` are in use.
    places: Vec<Entry<E>>,
    next: usize,
    end: usize,
}

impl<E: Copy> Near<E> {
    pub(super) fn new() -> Self {
        Near { places: Vec::new(), next: 0, end: 0 }
    }

    /// The entries still to be served, in their order.
    #[inline]
    pub(super) fn entries(&self) -> &[Entry<E>] {
        &self.places[self.next..self.end]
    }

    /// Drops the first entry.
    #[inline]
    pub(super) fn drop_first(&mut self) {
        self.next += 1;
    }

    pub(super) fn clear(&mut self) {
        (self.next, self.end) = (0, 0);
    }

    /// Adds an entry where its time belongs, after all that are due at that time. The run must not be full.
    #[inline(always)]
    pub(super) fn insert(&mut self, entry: Entry<E>) {
        if self.places.is_empty() {
            self.places.resize(PLACES, entry);
        }
        let place = self.make_room(entry.time);
        self.places[place] = entry;
    }

    /// Begins a new run with the oldest `RUN` entries of a chain, or all if there are fewer; none may be due before
    /// `start` nor by more than `STRETCH_MAX` after it.
    ///
    /// What is sorted is not the entries but one integer for each: its time from `start` on and its number in the chain,
    /// which breaks ties as the sequence would.
    pub(super) fn fill(&mut self, start: u64, chain: &mut Chain, chunks: &mut Chunks<E>) {
        let mut order = [0; RUN];
        let mut sources = [0; RUN / CHUNK];
        let mut count = 0;
        for (source, chunk) in sources.iter_mut().zip(chunks.of(*chain)) {
            *source = chunk;
            for entry in chunks.filled(*chain, chunk) {
                order[count] = (entry.time - start) << NUMBER_BITS | count as u64;
                count += 1;
            }
        }
        let order = &mut order[..count];
        order.sort_unstable();
        if self.places.is_empty() {
            self.places.resize(PLACES, chunks.entry(sources[0], 0));
        }
        for (place, number) in self.places.iter_mut().zip(order) {
            let number = *number as usize % RUN;
            *place = chunks.entry(sources[number / CHUNK], number % CHUNK);
        }
        (self.next, self.end) = (0, count);
        chunks.drop_oldest(chain, count);
    }

    /// Moves entries aside for one that is due at `time`; its place.
    #[inline]
    fn make_room(&mut self, time: u64) -> usize {
        if self.next > 0 && self.entries().first().is_none_or(|first| time < first.time) {
            // Before all others: above all what is due at once.
            self.next -= 1;
            return self.next;
        }
        self.move_aside(time)
    }

    #[inline(never)]
    fn move_aside(&mut self, time: u64) -> usize {
        if self.end == PLACES {
            self.places.copy_within(self.next..self.end, 0);
            (self.next, self.end) = (0, self.end - self.next);
        }
        let place = self.next + self.entries().partition_point(|entry| entry.time <= time);
        if self.next > 0 && place - self.next < self.end - place {
            self.places.copy_within(self.next..place, self.next - 1);
            self.next -= 1;
            place - 1
        } else {
            self.places.copy_within(place..self.end, place + 1);
            self.end += 1;
            place
        }
    }
}
