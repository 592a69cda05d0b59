//! The ladder: a priority queue of entries by (time, sequence) in constant amortised time.
//!
//! ```text
//!   earlier ──────────────────────────────────────────────────────────────▶ later
//!   near (sorted)  │ inner rung, unopened │ outer rung, unopened │ …
//!                front
//! ```
//!
//! A *rung* cuts a stretch of time into buckets of equal, power-of-two width; a bucket is an unsorted list. Only the next
//! bucket is ever opened. Up to `RUN` entries are sorted into `near` and served from there; more are spread over a new,
//! inner rung whose width follows from their own first and last time and their number. So nothing is tuned to a law of
//! delays, and an unfavourable law costs one more rung, never a scan. The last bucket of a rung is open to the right as
//! far as the rung above it begins; that of the outermost takes the far future.
//!
//! Entries before the front are inserted into `near`, which becomes a new innermost rung when it is full. A queue of few
//! events therefore lives in `near` alone.
//!
//! Entries arrive in the order of their sequence and every list keeps its order, so rungs need look at times only, and a
//! bucket of simultaneous events is served from its list as it stands.
//!
//! After W. T. Tang, R. S. M. Goh and I. L.-J. Thng, "Ladder queue: an O(1) priority queue structure for large-scale
//! discrete event simulation", ACM TOMACS 15(3), 2005, with chunked buckets, and widths from the times at hand.

use super::Entry;
use super::chunks::{Chain, Chunks};
use super::near::{Near, ROOM, RUN, STRETCH_MAX};

/// Without rungs, or in a bucket that is open to the right, so few entries are served as a run. More are cut into a rung
/// all the same, since a run would have to take in every later push.
const FEW: usize = 16;
/// Entries wished for in each bucket of a new inner rung.
const FILL: usize = 48;
/// The same for the outermost rung, whose buckets are joined by several times as many until they are opened.
const FILL_OUTERMOST: usize = 4;
/// Two to this power: the most buckets a rung is cut into.
const CUTS_LOG2_MAX: u32 = 11;
/// With this many rungs, a full `near` takes inner rungs that are no longer than itself along. Pushes in descending order
/// could otherwise add a rung for each `ROOM` of them; so there are logarithmically many.
const DEPTH: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct Ladder<E> {
    near: Near<E>,
    /// The outermost first.
    rungs: Vec<Rung>,
    chunks: Chunks<E>,
    /// Buckets for further rungs: of former ones, or made ahead. All have the capacity for the most there can be, so that
    /// a queue in its stride allocates nothing.
    spare: Vec<Vec<Chain>>,
    /// What is on its way from the run to a new rung.
    moving: Vec<Entry<E>>,
}

#[derive(Clone, Debug)]
struct Rung {
    /// When bucket 0 begins.
    base: u64,
    /// A bucket is 2^shift wide.
    shift: u32,
    /// The next bucket to open, always within `buckets`.
    next: usize,
    /// When the unopened part begins: what is earlier does not belong here.
    start: u64,
    /// When the rung above continues.
    limit: u64,
    buckets: Vec<Chain>,
}

impl<E: Copy> Ladder<E> {
    pub(super) fn new() -> Self {
        Ladder { near: Near::new(), rungs: Vec::new(), chunks: Chunks::new(), spare: Vec::new(), moving: Vec::new() }
    }

    /// Adds an entry. Its sequence must be greater than all before.
    #[inline(always)]
    pub(super) fn push(&mut self, entry: Entry<E>) {
        for rung in &mut self.rungs {
            if entry.time >= rung.start {
                let place = rung.place(entry.time);
                self.chunks.add(&mut rung.buckets[place], entry);
                return;
            }
        }
        self.near.insert(entry);
        if self.near.entries().len() > if self.rungs.is_empty() { FEW } else { ROOM } {
            self.spill();
        }
    }

    /// Takes the time and event of the entry with the least key, if that is less than `end`.
    #[inline(always)]
    pub(super) fn pop_before(&mut self, end: u128) -> Option<(u64, E)> {
        loop {
            if let Some(first) = self.near.entries().first() {
                if first.key() >= end {
                    return None;
                }
                let popped = (first.time, first.event);
                self.near.drop_first();
                return Some(popped);
            }
            if !self.refill(end) {
                return None;
            }
        }
    }

    /// The least key; reads the next bucket through where it is still unsorted.
    pub(super) fn first(&self) -> Option<u128> {
        self.near.entries().first().map(Entry::key).or_else(|| {
            let waiting = self.rungs.iter().rev().flat_map(|rung| &rung.buckets[rung.next..]);
            let next = *waiting.into_iter().find(|bucket| !bucket.is_empty())?;
            self.chunks.entries(next).map(Entry::key).min()
        })
    }

    /// The `k`-th entry of the run after the next one.
    #[inline]
    pub(super) fn upcoming(&self, k: usize) -> Option<&E> {
        self.near.entries().get(k).map(|entry| &entry.event)
    }

    /// Every entry, in no useful order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<E>> {
        let waiting = self.rungs.iter().flat_map(|rung| &rung.buckets);
        self.near.entries().iter().chain(waiting.flat_map(|&bucket| self.chunks.entries(bucket)))
    }

    /// Entries there is place for in the buckets.
    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.chunks.reserved() * super::chunks::CHUNK
    }

    /// Opens buckets until there is a run; false if there is none before `end`. The run must be empty.
    ///
    /// A bucket that begins at `end` or later stays shut, since all that is pushed before the front has to be inserted.
    #[inline(never)]
    fn refill(&mut self, end: u128) -> bool {
        while let Some(rung) = self.rungs.last_mut() {
            let start = rung.start;
            if (start as u128) << 64 >= end {
                return false;
            }
            let width = rung.width();
            if width == Some(1) && rung.buckets[rung.next].len() > RUN {
                // All simultaneous, and in order: the bucket is served as it stands, and events may still join it.
                self.near.fill(start, &mut rung.buckets[rung.next], &mut self.chunks);
                return true;
            }
            let mut bucket = rung.open();
            if rung.next == rung.buckets.len() {
                self.spare.extend(self.rungs.pop().map(|rung| rung.buckets));
            }
            if bucket.is_empty() {
                continue;
            }
            let short = bucket.len() <= if width.is_some() { RUN } else { FEW };
            if short && width.is_some_and(|width| width <= STRETCH_MAX) {
                self.near.fill(start, &mut bucket, &mut self.chunks);
                return true;
            }
            // This pass also brings the bucket into the cache: without it a million pending events cost a fifth more.
            let (first, last) = times(self.chunks.entries(bucket));
            if short && last - first <= STRETCH_MAX {
                self.near.fill(first, &mut bucket, &mut self.chunks);
                return true;
            }
            self.spread(bucket, first, last);
        }
        false
    }

    /// Moves a bucket, whose first and last time are given, into a new innermost rung.
    fn spread(&mut self, bucket: Chain, first: u64, last: u64) {
        let mut rung = self.rung(first, last, bucket.len());
        let (base, shift, open) = (rung.base, rung.shift, rung.buckets.len() - 1);
        self.chunks.spread(bucket, &mut rung.buckets, |time| (((time - base) >> shift) as usize).min(open));
        self.rungs.push(rung);
    }

    /// Moves the run into a new innermost rung.
    #[cold]
    #[inline(never)]
    fn spill(&mut self) {
        let mut entries = std::mem::take(&mut self.moving);
        entries.extend_from_slice(self.near.entries());
        self.near.clear();
        while self.rungs.len() > DEPTH {
            let rung = &self.rungs[self.rungs.len() - 1];
            if rung.buckets.iter().map(|bucket| bucket.len()).sum::<usize>() > entries.len() {
                break;
            }
            let Some(mut rung) = self.rungs.pop() else { break };
            for bucket in &mut rung.buckets {
                entries.extend(self.chunks.entries(*bucket));
                self.chunks.drop_oldest(bucket, bucket.len());
            }
            self.spare.push(rung.buckets);
        }
        // Every chain is to be in the order of sequence.
        entries.sort_unstable_by_key(|entry| entry.sequence);
        self.chunks.prepare(entries[0]);
        let (first, last) = times(&entries);
        let mut rung = self.rung(first, last, entries.len());
        for entry in entries.drain(..) {
            let place = rung.place(entry.time);
            self.chunks.add(&mut rung.buckets[place], entry);
        }
        self.rungs.push(rung);
        self.moving = entries;
    }

    /// An empty rung to be the innermost, for `count` entries due from `first` to `last`.
    fn rung(&mut self, first: u64, last: u64, count: usize) -> Rung {
        let stretch = last - first;
        let fill = if self.rungs.is_empty() { FILL_OUTERMOST } else { FILL };
        // At least two cuts, so that every rung is finer than the bucket it comes from.
        let cuts_log2 = (count / fill).max(2).next_power_of_two().ilog2().min(CUTS_LOG2_MAX);
        let shift = (u64::BITS - stretch.leading_zeros()).saturating_sub(cuts_log2);
        // One bucket more than the stretch needs, for what is still to come.
        let count = (stretch >> shift) as usize + 2;
        if self.spare.is_empty() {
            self.spare.resize_with(DEPTH, || Vec::with_capacity((1 << CUTS_LOG2_MAX) + 2));
        }
        let mut buckets = self.spare.pop().unwrap_or_default();
        buckets.clear();
        buckets.resize(count, Chain::EMPTY);
        let limit = self.rungs.last().map_or(u64::MAX, |rung| rung.start);
        Rung { base: first, shift, next: 0, start: first, limit, buckets }
    }
}

impl Rung {
    /// The place of the bucket for a time that is not before `start`.
    #[inline]
    fn place(&self, time: u64) -> usize {
        (((time - self.base) >> self.shift) as usize).min(self.buckets.len() - 1)
    }

    /// The width of the next bucket, unless it is open to the right.
    fn width(&self) -> Option<u64> {
        (self.next + 1 < self.buckets.len()).then_some(1 << self.shift)
    }

    /// Takes the next bucket, which may be empty, and moves on.
    fn open(&mut self) -> Chain {
        let bucket = std::mem::replace(&mut self.buckets[self.next], Chain::EMPTY);
        self.next += 1;
        let passed = self.next as u64;
        let stretch = if passed.leading_zeros() < self.shift { u64::MAX } else { passed << self.shift };
        self.start = self.base.saturating_add(stretch).min(self.limit);
        bucket
    }
}

/// The first and the last time of some entries.
fn times<'a, E: 'a>(entries: impl IntoIterator<Item = &'a Entry<E>>) -> (u64, u64) {
    entries.into_iter().fold((u64::MAX, 0), |(first, last), entry| (first.min(entry.time), last.max(entry.time)))
}
