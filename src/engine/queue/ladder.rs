//! The ladder: a priority queue of entries by (time, sequence) in constant amortised time.
//!
//! ```text
//!   earlier ─────────────────────────────────────────────────────────────▶ later
//!   early (heap) and near (sorted)  │ rung 1, unopened  │ rung 0, unopened │ …
//!                                 front                                  rest
//! ```
//!
//! A *rung* cuts a range of keys into buckets of equal, power-of-two width; a bucket is an unsorted bag. Only the next
//! bucket is ever opened: up to `RUN` entries are sorted into `near` and served from its end; more are spread over a new
//! rung whose width follows from their own least and greatest key and their number. So nothing is tuned to a law of
//! increments, and a bad law costs one more rung, never a scan. The last bucket of a rung is open to the right, as far as
//! the rung above it begins; that of the outermost rung takes the far future.
//!
//! Entries before the front go to a small heap beside `near`. When it overflows, heap and run become a new innermost
//! rung. A queue of few events therefore lives in the heap alone.
//!
//! Keys are (time << 64 | sequence), so simultaneous events are cut by their sequence: ties need no case of their own.
//!
//! After W. T. Tang, R. S. M. Goh and I. L.-J. Thng, "Ladder queue: an O(1) priority queue structure for large-scale
//! discrete event simulation", ACM TOMACS 15(3), 2005, with chunked buckets, widths from the keys at hand and the heap.

use super::Entry;
use super::chunks::{Chain, Chunks};
use super::heap::Heap;

/// Entries that are sorted at once; more are spread over a rung.
const RUN: usize = 48;
/// Entries wished for in each bucket of a new rung.
const FILL: usize = 24;
/// Two to this power: the most buckets a rung is cut into.
const BUCKETS_LOG2_MAX: u32 = 10;
/// Entries in the heap that make it overflow into a rung.
const EARLY_MAX: usize = 64;
/// With this many rungs the heap may grow as it likes. A descending order of pushes could otherwise add a rung for every
/// `EARLY_MAX` of them.
const SPILL_DEPTH: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct Ladder<E> {
    /// Latest first; served from the end.
    near: Vec<Entry<E>>,
    early: Heap<E>,
    /// The outermost first; only the first `depth` are in use, the others keep their memory.
    rungs: Vec<Rung>,
    depth: usize,
    chunks: Chunks<E>,
}

#[derive(Clone, Debug)]
struct Rung {
    /// The key at which bucket 0 begins.
    base: u128,
    /// A bucket is 2^shift keys wide.
    shift: u32,
    /// The next bucket to open, always within `buckets`.
    next: usize,
    /// The key at which bucket `next` begins: what is earlier does not belong here.
    start: u128,
    /// The key at which the rung above continues.
    limit: u128,
    buckets: Vec<Chain>,
}

impl<E: Copy> Ladder<E> {
    pub(super) fn new() -> Self {
        Ladder { near: Vec::new(), early: Heap::new(), rungs: Vec::new(), depth: 0, chunks: Chunks::new() }
    }

    /// Adds an entry. Its key must be new.
    #[inline]
    pub(super) fn push(&mut self, entry: Entry<E>) {
        let key = entry.key();
        for rung in &mut self.rungs[..self.depth] {
            if key >= rung.start {
                self.chunks.add(rung.bucket(key), entry);
                return;
            }
        }
        self.early.push(entry);
        if self.early.len() > EARLY_MAX && self.depth < SPILL_DEPTH {
            self.spill();
        }
    }

    /// Takes the entry with the least key, if that is less than `end`.
    #[inline]
    pub(super) fn pop_before(&mut self, end: u128) -> Option<Entry<E>> {
        loop {
            let near = self.near.last().map_or(u128::MAX, Entry::key);
            let early = self.early.first().map_or(u128::MAX, Entry::key);
            if near.min(early) >= end {
                if near != u128::MAX || early != u128::MAX || !self.refill(end) {
                    return None;
                }
            } else if near < early {
                return self.near.pop();
            } else {
                return self.early.pop();
            }
        }
    }

    /// The least key; reads the next bucket through where it is still unsorted.
    pub(super) fn first(&self) -> Option<u128> {
        let sorted = [self.near.last(), self.early.first()].into_iter().flatten().map(Entry::key).min();
        sorted.or_else(|| {
            let waiting = self.rungs[..self.depth].iter().rev().flat_map(|rung| &rung.buckets[rung.next..]);
            let next = *waiting.into_iter().find(|bucket| !bucket.is_empty())?;
            self.chunks.slices(next).flatten().map(Entry::key).min()
        })
    }

    /// The `k`-th entry of the sorted run, counted from the next.
    #[inline]
    pub(super) fn upcoming(&self, k: usize) -> Option<&E> {
        let place = self.near.len().checked_sub(k + 1)?;
        Some(&self.near[place].event)
    }

    /// Every entry, in no useful order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<E>> {
        let waiting = self.rungs[..self.depth].iter().flat_map(|rung| &rung.buckets);
        let waiting = waiting.flat_map(|&bucket| self.chunks.slices(bucket)).flatten();
        self.near.iter().chain(self.early.entries()).chain(waiting)
    }

    /// Entries there is place for in the buckets.
    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.chunks.reserved() * super::chunks::CHUNK
    }

    /// Opens buckets until the run has entries; false if there are none before `end`. The run and the heap must be empty.
    ///
    /// A bucket that begins at `end` or later stays shut, since all that is pushed before the front burdens the heap.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, end: u128) -> bool {
        while let Some(rung) = self.rungs[..self.depth].last_mut() {
            if rung.start >= end {
                return false;
            }
            let bucket = rung.open_next();
            if rung.next == rung.buckets.len() {
                self.depth -= 1;
            }
            match bucket.len() {
                0 => {}
                1..=RUN => {
                    self.sort(bucket);
                    return true;
                }
                _ => self.spread(bucket),
            }
        }
        false
    }

    /// Moves a bucket into the run.
    fn sort(&mut self, mut bucket: Chain) {
        while !bucket.is_empty() {
            let (entries, filled) = self.chunks.take_newest(&mut bucket);
            self.near.extend_from_slice(&entries[..filled]);
        }
        self.near.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.key()));
    }

    /// Moves a bucket into a new innermost rung.
    fn spread(&mut self, mut bucket: Chain) {
        let mut range = (u128::MAX, 0);
        for entry in self.chunks.slices(bucket).flatten() {
            range = (range.0.min(entry.key()), range.1.max(entry.key()));
        }
        let rung = add_rung(&mut self.rungs, &mut self.depth, range, bucket.len());
        while !bucket.is_empty() {
            let (entries, filled) = self.chunks.take_newest(&mut bucket);
            for &entry in &entries[..filled] {
                self.chunks.add(rung.bucket(entry.key()), entry);
            }
        }
    }

    /// Moves the run and the heap into a new innermost rung.
    #[cold]
    #[inline(never)]
    fn spill(&mut self) {
        let entries = || self.near.iter().chain(self.early.entries());
        let keys = || entries().map(Entry::key);
        let range = (keys().min().unwrap_or(0), keys().max().unwrap_or(0));
        let rung = add_rung(&mut self.rungs, &mut self.depth, range, self.near.len() + self.early.len());
        for &entry in entries() {
            self.chunks.add(rung.bucket(entry.key()), entry);
        }
        self.near.clear();
        self.early.clear();
    }
}

impl Rung {
    /// The bucket for a key that is not before `start`.
    #[inline]
    fn bucket(&mut self, key: u128) -> &mut Chain {
        let last = self.buckets.len() - 1;
        let place = ((key - self.base) >> self.shift).min(last as u128) as usize;
        &mut self.buckets[place]
    }

    /// Takes the next bucket, which may be empty, and moves on.
    fn open_next(&mut self) -> Chain {
        let bucket = std::mem::replace(&mut self.buckets[self.next], Chain::EMPTY);
        self.next += 1;
        let passed = self.next as u128;
        // No key is as great as the greatest number, so a start beyond the numbers is one that no entry reaches.
        let width = if passed.leading_zeros() < self.shift { u128::MAX } else { passed << self.shift };
        self.start = self.base.saturating_add(width).min(self.limit);
        bucket
    }
}

/// An empty rung inside the others for `count` entries with keys from `least` to `greatest`.
fn add_rung<'a>(
    rungs: &'a mut Vec<Rung>,
    depth: &mut usize,
    (least, greatest): (u128, u128),
    count: usize,
) -> &'a mut Rung {
    let limit = if *depth == 0 { u128::MAX } else { rungs[*depth - 1].start };
    if *depth == rungs.len() {
        rungs.push(Rung { base: 0, shift: 0, next: 0, start: 0, limit, buckets: Vec::new() });
    }
    let rung = &mut rungs[*depth];
    *depth += 1;
    let range = greatest - least;
    let cuts_log2 = (count / FILL).max(1).next_power_of_two().ilog2().min(BUCKETS_LOG2_MAX);
    rung.shift = (u128::BITS - range.leading_zeros()).saturating_sub(cuts_log2);
    rung.base = least;
    rung.start = least;
    rung.limit = limit;
    rung.next = 0;
    // One bucket more than the range needs, for what is still to come.
    let used = (range >> rung.shift) as usize + 1;
    rung.buckets.clear();
    rung.buckets.resize(used + 1, Chain::EMPTY);
    rung
}
