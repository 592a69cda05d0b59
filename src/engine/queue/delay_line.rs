//! Delay lines: events that all wait equally long are due in the order they were pushed, so a ring buffer serves them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::heap::Heap;
use super::{Entry, SimDuration};

/// A first-in, first-out path through a [`Queue`](super::Queue) for one constant delay; from [`Queue::delay_line`](super::Queue::delay_line).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DelayLine(u32);

/// The lanes of one queue, merged by (time, sequence).
#[derive(Clone, Debug)]
pub(super) struct DelayLines<E> {
    lanes: Vec<(SimDuration, VecDeque<Entry<E>>)>,
    /// The first entry of every lane that has one, so that a pop costs the logarithm of the number of lanes.
    heads: Heap<DelayLine>,
}

impl<E: Copy> DelayLines<E> {
    pub(super) fn new() -> Self {
        DelayLines { lanes: Vec::new(), heads: Heap::new() }
    }

    /// The lane for a delay, which is made at the first call.
    pub(super) fn delay_line(&mut self, span: SimDuration) -> DelayLine {
        let place = self.lanes.iter().position(|lane| lane.0 == span).unwrap_or_else(|| {
            self.lanes.push((span, VecDeque::new()));
            self.lanes.len() - 1
        });
        DelayLine(u32::try_from(place).expect("fewer than 2^32 lanes"))
    }

    #[inline]
    pub(super) fn span(&self, lane: DelayLine) -> SimDuration {
        self.lanes[lane.0 as usize].0
    }

    /// Adds an entry that is later than all in its lane.
    #[inline(always)]
    pub(super) fn push(&mut self, lane: DelayLine, entry: Entry<E>) {
        let ring = &mut self.lanes[lane.0 as usize].1;
        if ring.is_empty() {
            self.heads.push(Entry { time: entry.time, sequence: entry.sequence, event: lane });
        }
        ring.push_back(entry);
    }

    /// The least key of all lanes, or the greatest number.
    #[inline]
    pub(super) fn first(&self) -> u128 {
        self.heads.first().map_or(u128::MAX, Entry::key)
    }

    /// The event `k` places behind the first one in the lane that is served next.
    #[inline]
    pub(super) fn upcoming(&self, k: usize) -> Option<&E> {
        let lane = self.heads.first()?.event;
        self.lanes[lane.0 as usize].1.get(k).map(|entry| &entry.event)
    }

    /// Takes the time and event of the entry with the least key.
    #[inline(never)]
    pub(super) fn pop(&mut self) -> Option<(u64, E)> {
        let lane = self.heads.first()?.event;
        let first = self.lanes[lane.0 as usize].1.pop_front().map(|entry| (entry.time, entry.event));
        self.advance(lane);
        first
    }

    /// Puts the head of the lane that was just popped in order.
    #[inline(never)]
    fn advance(&mut self, lane: DelayLine) {
        match self.lanes[lane.0 as usize].1.front() {
            Some(next) => {
                self.heads.replace_first(Entry { time: next.time, sequence: next.sequence, event: lane });
            }
            None => self.heads.drop_first(),
        }
    }

    /// Every lane's delay and entries, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SimDuration, &VecDeque<Entry<E>>)> {
        self.lanes.iter().map(|(span, ring)| (*span, ring))
    }
}
