//! A 4-ary binary-style heap of entries by (time, sequence): for the few events before the ladder's front, and for the
//! heads of the lanes. Four children a node halve the depth of a binary heap, and their keys are read together.

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

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The earliest entry.
    #[inline]
    pub(super) fn first(&self) -> Option<&Entry<E>> {
        self.entries.first()
    }

    /// All entries, in no useful order.
    pub(super) fn entries(&self) -> &[Entry<E>] {
        &self.entries
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn push(&mut self, entry: Entry<E>) {
        let mut place = self.entries.len();
        self.entries.push(entry);
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

    /// Takes the earliest entry.
    pub(super) fn pop(&mut self) -> Option<Entry<E>> {
        let first = *self.entries.first()?;
        let last = self.entries.pop()?;
        if !self.entries.is_empty() {
            self.sink(last);
        }
        Some(first)
    }

    /// Puts `entry` in the place of the earliest, which there must be.
    pub(super) fn replace_first(&mut self, entry: Entry<E>) {
        self.sink(entry);
    }

    /// Fills the root with `entry` and restores the order.
    fn sink(&mut self, entry: Entry<E>) {
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
}
