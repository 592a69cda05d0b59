//! Where the ladder keeps its unsorted events: chains of fixed chunks in one arena with a free list.
//!
//! A bucket that grows by whole vectors keeps the capacity of its worst moment; a chain gives its chunks back, so the
//! whole ladder holds about as much memory as its pending events need, whichever buckets they are in.

use super::Entry;

/// Entries in one chunk: 512 bytes of 32-byte entries.
pub(super) const CHUNK: usize = 16;

/// No chunk.
const NONE: u32 = u32::MAX;

/// A bag of entries: its newest chunk, which links to the one before it. Only the newest may be partly filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    newest: u32,
    count: u32,
}

impl Chain {
    pub(super) const EMPTY: Chain = Chain { newest: NONE, count: 0 };

    /// Entries in the bag.
    pub(super) fn len(self) -> usize {
        self.count as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.count == 0
    }

    /// Entries in the newest chunk.
    fn filled(self) -> usize {
        if self.count == 0 { 0 } else { (self.count as usize - 1) % CHUNK + 1 }
    }
}

/// All chunks, in use or free.
#[derive(Clone, Debug)]
pub(super) struct Chunks<E> {
    entries: Vec<[Entry<E>; CHUNK]>,
    /// By chunk: the next older chunk of its chain, or the next free one.
    older: Vec<u32>,
    free: u32,
}

impl<E: Copy> Chunks<E> {
    pub(super) fn new() -> Self {
        Chunks { entries: Vec::new(), older: Vec::new(), free: NONE }
    }

    /// Puts an entry into a chain.
    #[inline]
    pub(super) fn add(&mut self, chain: &mut Chain, entry: Entry<E>) {
        let place = chain.count as usize % CHUNK;
        if place == 0 {
            chain.newest = self.take_chunk(chain.newest, entry);
        } else {
            self.entries[chain.newest as usize][place] = entry;
        }
        chain.count += 1;
    }

    /// The entries of a chain, newest chunk first, as slices.
    pub(super) fn slices(&self, chain: Chain) -> impl Iterator<Item = &[Entry<E>]> {
        let (mut chunk, mut filled) = (chain.newest, chain.filled());
        let mut left = chain.len();
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let slice = &self.entries[chunk as usize][..filled];
            left -= filled;
            chunk = self.older[chunk as usize];
            filled = CHUNK;
            Some(slice)
        })
    }

    /// Takes the newest chunk out of a chain: its entries (as many as the second value says). The chunk is free again.
    pub(super) fn take_newest(&mut self, chain: &mut Chain) -> ([Entry<E>; CHUNK], usize) {
        let (chunk, filled) = (chain.newest, chain.filled());
        let entries = self.entries[chunk as usize];
        chain.newest = self.older[chunk as usize];
        chain.count -= filled as u32;
        self.older[chunk as usize] = self.free;
        self.free = chunk;
        (entries, filled)
    }

    /// Chunks ever needed at once.
    #[cfg(test)]
    pub(super) fn reserved(&self) -> usize {
        self.entries.len()
    }

    /// A free chunk that begins with `entry` and links to `older`.
    fn take_chunk(&mut self, older: u32, entry: Entry<E>) -> u32 {
        if self.free == NONE {
            let chunk = u32::try_from(self.entries.len()).expect("fewer than 2^32 chunks");
            assert!(chunk != NONE, "fewer than 2^32 - 1 chunks");
            self.entries.push([entry; CHUNK]);
            self.older.push(older);
            return chunk;
        }
        let chunk = self.free;
        self.free = self.older[chunk as usize];
        self.older[chunk as usize] = older;
        self.entries[chunk as usize][0] = entry;
        chunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_keep_what_they_are_given_and_return_their_chunks() {
        let mut chunks = Chunks::new();
        for _ in 0..3 {
            let (mut even, mut odd) = (Chain::EMPTY, Chain::EMPTY);
            for n in 0..100 {
                let chain = if n % 2 == 0 { &mut even } else { &mut odd };
                chunks.add(chain, Entry { time: n, sequence: n, event: n as u32 });
            }
            for (mut chain, parity) in [(even, 0), (odd, 1)] {
                let seen: usize = chunks.slices(chain).map(<[_]>::len).sum();
                assert_eq!(seen, 50);
                let mut events = Vec::new();
                while !chain.is_empty() {
                    let (entries, filled) = chunks.take_newest(&mut chain);
                    events.extend(entries[..filled].iter().map(|entry| entry.event));
                }
                events.sort_unstable();
                assert_eq!(events, (0..50).map(|n| 2 * n + parity).collect::<Vec<u32>>());
            }
        }
        assert_eq!(chunks.reserved(), 8, "two chains of 50 entries need four chunks each, however often");
    }
}
