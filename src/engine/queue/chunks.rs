//! Where the ladder keeps its unsorted events: chains of fixed chunks in one arena with a free list.
//!
//! A bucket that grows by whole vectors keeps the capacity of its worst moment; a chain gives its chunks back, so the
//! whole ladder holds about as much memory as its pending events need, whichever buckets they are in.

use super::Entry;

/// Entries in one chunk: 512 bytes of 32-byte entries.
pub(super) const CHUNK: usize = 16;

/// No chunk.
const NONE: u32 = u32::MAX;

/// A first-in, first-out list of entries. Only its newest chunk may be partly filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// The chunks form a ring: after the newest comes the oldest.
    newest: u32,
    count: u32,
}

impl Chain {
    pub(super) const EMPTY: Chain = Chain { newest: NONE, count: 0 };

    /// Entries in the list.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.count as usize
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// All chunks, in use or free.
#[derive(Clone, Debug)]
pub(super) struct Chunks<E> {
    entries: Vec<[Entry<E>; CHUNK]>,
    /// By chunk: the next of its chain, or the next free one.
    next: Vec<u32>,
    /// The first free chunk. There is one whenever an entry is added.
    free: u32,
}

impl<E: Copy> Chunks<E> {
    pub(super) fn new() -> Self {
        Chunks { entries: Vec::new(), next: Vec::new(), free: NONE }
    }

    /// To be called with any entry before the first is added.
    pub(super) fn prepare(&mut self, entry: Entry<E>) {
        if self.free == NONE {
            self.grow([entry; CHUNK]);
        }
    }

    /// Adds an entry to a chain.
    ///
    /// The entry is written where it stays. Handing it on to a function of its own would write it to the stack in parts
    /// and read it back whole, which stalls the processor; hence the free chunk held ready, so that the arena can grow
    /// without knowing the entry.
    #[inline(always)]
    pub(super) fn add(&mut self, chain: &mut Chain, entry: Entry<E>) {
        let place = chain.count as usize % CHUNK;
        if place == 0 {
            self.append(chain);
        }
        self.entries[chain.newest as usize][place] = entry;
        chain.count += 1;
    }

    /// The chunks of a chain, oldest first.
    #[inline]
    pub(super) fn of(&self, chain: Chain) -> impl Iterator<Item = u32> {
        let count = chain.len().div_ceil(CHUNK);
        let mut chunk = chain.newest;
        (0..count).map(move |_| {
            chunk = self.next[chunk as usize];
            chunk
        })
    }

    /// The entries in one chunk of a chain.
    #[inline]
    pub(super) fn filled(&self, chain: Chain, chunk: u32) -> &[Entry<E>] {
        let filled = if chunk == chain.newest { (chain.len() - 1) % CHUNK + 1 } else { CHUNK };
        &self.entries[chunk as usize][..filled]
    }

    /// The entries of a chain, oldest first.
    pub(super) fn entries(&self, chain: Chain) -> impl Iterator<Item = &Entry<E>> {
        self.of(chain).flat_map(move |chunk| self.filled(chain, chunk))
    }

    /// One entry of a chunk.
    #[inline]
    pub(super) fn entry(&self, chunk: u32, place: usize) -> Entry<E> {
        self.entries[chunk as usize][place]
    }

    /// Moves every entry of a chain to the end of one of `chains`: `place` says by its time to which.
    #[inline]
    pub(super) fn spread(&mut self, mut chain: Chain, chains: &mut [Chain], place: impl Fn(u64) -> usize) {
        while !chain.is_empty() {
            let chunk = self.next[chain.newest as usize];
            for offset in 0..chain.len().min(CHUNK) {
                let entry = self.entries[chunk as usize][offset];
                self.add(&mut chains[place(entry.time)], entry);
            }
            self.drop_chunk(&mut chain);
        }
    }

    /// Drops the oldest `count` entries of a chain: a multiple of the chunk's, or all.
    pub(super) fn drop_oldest(&mut self, chain: &mut Chain, count: usize) {
        for _ in 0..count.div_ceil(CHUNK) {
            self.drop_chunk(chain);
        }
    }

    /// Chunks ever needed at once.
    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.entries.len()
    }

    /// Frees the oldest chunk of a chain.
    #[inline]
    fn drop_chunk(&mut self, chain: &mut Chain) {
        let oldest = self.next[chain.newest as usize];
        self.next[chain.newest as usize] = self.next[oldest as usize];
        self.next[oldest as usize] = self.free;
        self.free = oldest;
        chain.count = chain.count.saturating_sub(CHUNK as u32);
    }

    /// Appends an empty chunk to a chain.
    #[inline(never)]
    fn append(&mut self, chain: &mut Chain) {
        let chunk = self.free;
        self.free = self.next[chunk as usize];
        let oldest =
            if chain.is_empty() { chunk } else { std::mem::replace(&mut self.next[chain.newest as usize], chunk) };
        self.next[chunk as usize] = oldest;
        chain.newest = chunk;
        if self.free == NONE {
            // What fills a free chunk is never read; this one's entries are at hand.
            self.grow(self.entries[chunk as usize]);
        }
    }

    /// Adds a free chunk.
    #[cold]
    fn grow(&mut self, entries: [Entry<E>; CHUNK]) {
        let chunk = u32::try_from(self.entries.len()).expect("fewer than 2^32 chunks");
        assert!(chunk != NONE, "fewer than 2^32 - 1 chunks");
        self.entries.push(entries);
        self.next.push(self.free);
        self.free = chunk;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_keep_their_order_and_return_their_chunks() {
        let mut chunks = Chunks::new();
        chunks.prepare(Entry { time: 0, sequence: 0, event: 0 });
        for _ in 0..3 {
            let (mut even, mut odd) = (Chain::EMPTY, Chain::EMPTY);
            for n in 0..100 {
                let chain = if n % 2 == 0 { &mut even } else { &mut odd };
                chunks.add(chain, Entry { time: n, sequence: n, event: n as u32 });
            }
            for (mut chain, parity) in [(even, 0), (odd, 1)] {
                let events =
                    |chunks: &Chunks<u32>, chain| chunks.entries(chain).map(|entry| entry.event).collect::<Vec<_>>();
                assert_eq!(events(&chunks, chain), (0..50).map(|n| 2 * n + parity).collect::<Vec<_>>());
                chunks.drop_oldest(&mut chain, 2 * CHUNK);
                assert_eq!(chain.len(), 18);
                chunks.add(&mut chain, Entry { time: 100, sequence: 100, event: 100 + parity });
                assert_eq!(events(&chunks, chain), (32..51).map(|n| 2 * n + parity).collect::<Vec<_>>());
                chunks.drop_oldest(&mut chain, 19);
                assert!(chain.is_empty());
            }
        }
        assert_eq!(chunks.reserved(), 9, "two chains of 50 entries need four chunks each, and one is held ready");
    }

    #[test]
    fn a_chain_is_spread_in_its_order() {
        let mut chunks = Chunks::new();
        chunks.prepare(Entry { time: 0, sequence: 0, event: () });
        let mut chain = Chain::EMPTY;
        for n in 0..1000 {
            chunks.add(&mut chain, Entry { time: n * 7 % 10, sequence: n, event: () });
        }
        let mut chains = [Chain::EMPTY; 10];
        chunks.spread(chain, &mut chains, |time| time as usize);
        for (time, chain) in chains.iter().enumerate() {
            let entries: Vec<_> = chunks.entries(*chain).collect();
            assert_eq!(entries.len(), 100);
            assert!(entries.iter().all(|entry| entry.time == time as u64));
            assert!(entries.is_sorted_by_key(|entry| entry.sequence));
        }
    }
}
