//! A 4-ary heap of entries by (time, sequence), for the heads of the lanes. Four children a node halve the depth of a
//! binary heap, and their keys are read together.

use super::Entry;

const CHILDREN: usize = 4;

#[derive(Clone, Debug)]
pub(super) struct Heap<E> {
    entries: Vec<Entry<E>>,
}

impl<E: Copy> Heap<E> {
    pub(super) fn new() -> Self {
        Heap { entries: Vec::new() }
    }

    /// The earliest entry.
    #[inline]
    pub(super) fn first(&self) -> Option<&Entry<E>> {
        self.entries.first()
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, entry: Entry<E>) {
        self.entries.push(entry);
        self.lift_last();
    }

    /// Drops the earliest entry, which there must be.
    #[inline(never)]
    pub(super) fn drop_first(&mut self) {
        let last = self.entries.pop().expect("an entry to drop");
        if !self.entries.is_empty() {
            self.replace_first(last);
        }
    }

    /// Puts `entry` in the place of the earliest, which there must be.
    pub(super) fn replace_first(&mut self, entry: Entry<E>) {
        let entries = &mut self.entries[..];
        let mut place = 0;
        loop {
            let first = place * CHILDREN + 1;
            let Some(children) = entries.get(first..entries.len().min(first + CHILDREN)) else { break };
            let Some((offset, child)) = children.iter().enumerate().min_by_key(|(_, child)| child.key()) else { break };
            if entry.key() < child.key() {
                break;
            }
            entries[place] = *child;
            place = first + offset;
        }
        entries[place] = entry;
    }

    /// Restores the order after a push.
    #[inline(never)]
    fn lift_last(&mut self) {
        let mut place = self.entries.len() - 1;
        let entry = self.entries[place];
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.entries[parent].key() < entry.key() {
                break;
            }
            self.entries[place] = self.entries[parent];
            place = parent;
        }
        self.entries[place] = entry;
    }
}
