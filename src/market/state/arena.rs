//! Slots that are reused: hot and cold parts in parallel, a version of each slot that is never reset, and a number of each entry.

use std::marker::PhantomData;
use std::ops::{DerefMut, Index, IndexMut};

use serde::{Deserialize, Serialize};

use crate::domain::ids::Id;
use crate::domain::item::WorkItem;
use crate::engine::queue::prefetch;

/// Memory is bounded by the most ever open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arena<S, H, C> {
    hot: Vec<H>,
    cold: Vec<C>,
    numbers: Vec<u32>,
    free: Vec<u32>,
    #[serde(skip)]
    slot: PhantomData<fn(S) -> S>,
}

impl<S, H, C> Default for Arena<S, H, C> {
    fn default() -> Self {
        Arena { hot: Vec::new(), cold: Vec::new(), numbers: Vec::new(), free: Vec::new(), slot: PhantomData }
    }
}

impl<S: Id, H: DerefMut<Target = WorkItem>, C> Arena<S, H, C> {
    /// Gives a new entry of this number a slot, and the entry the slot's version.
    #[inline(always)]
    pub fn admit(&mut self, mut hot: H, cold: C, number: u32) -> S {
        if let Some(free) = self.free.pop() {
            let place = free as usize;
            hot.version = self.hot[place].version.wrapping_add(1);
            self.cold[place] = cold;
            self.hot[place] = hot;
            self.numbers[place] = number;
            return S::from_index(place);
        }
        self.hot.push(hot);
        self.cold.push(cold);
        self.numbers.push(number);
        S::from_index(self.hot.len() - 1)
    }

    /// Takes a slot back, and gives back the entry's number; events still meant for the entry become stale.
    #[inline]
    pub fn release(&mut self, slot: S) -> u32 {
        let entry = &mut self.hot[slot.index()];
        assert!(std::mem::replace(&mut entry.open, false), "an entry is closed once");
        entry.version = entry.version.wrapping_add(1);
        self.free.push(slot.index() as u32);
        self.numbers[slot.index()]
    }

    /// The entry's number.
    pub fn number(&self, slot: S) -> u32 {
        self.numbers[slot.index()]
    }

    /// The cold part.
    #[inline]
    pub fn cold(&self, slot: S) -> &C {
        &self.cold[slot.index()]
    }

    /// Both parts, to go on with.
    #[inline]
    pub fn both(&mut self, slot: S) -> (&mut H, &mut C) {
        (&mut self.hot[slot.index()], &mut self.cold[slot.index()])
    }

    /// How many slots are in use.
    #[inline]
    pub fn open(&self) -> u32 {
        (self.hot.len() - self.free.len()) as u32
    }

    /// The entries in use, in the order of their slots.
    pub fn entries(&self) -> impl Iterator<Item = (S, &H)> {
        let entries = self.hot.iter().enumerate().map(|(place, entry)| (S::from_index(place), entry));
        entries.filter(|(_, entry)| entry.open)
    }

    /// Asks for the memory of both parts, which an event soon to come will touch.
    #[inline]
    pub fn prefetch(&self, slot: S) {
        self.prefetch_hot(slot);
        if let Some(cold) = self.cold.get(slot.index()) {
            prefetch(cold);
        }
    }

    /// Asks for the hot part alone.
    #[inline]
    pub fn prefetch_hot(&self, slot: S) {
        if let Some(hot) = self.hot.get(slot.index()) {
            prefetch(hot);
        }
    }
}

impl<S: Id, H, C> Index<S> for Arena<S, H, C> {
    type Output = H;
    #[inline]
    fn index(&self, slot: S) -> &H {
        &self.hot[slot.index()]
    }
}

impl<S: Id, H, C> IndexMut<S> for Arena<S, H, C> {
    #[inline]
    fn index_mut(&mut self, slot: S) -> &mut H {
        &mut self.hot[slot.index()]
    }
}
