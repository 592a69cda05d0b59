//! The queue as plainly as it can be written, to compare with in tests: one binary heap, lanes included.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{SimDuration, Time};

#[derive(Clone)]
pub(super) struct Oracle {
    heap: BinaryHeap<Reverse<(u64, u64, u32)>>,
    sequence: u64,
    now: Time,
    peak: usize,
}

impl Oracle {
    pub(super) fn new() -> Self {
        Oracle { heap: BinaryHeap::new(), sequence: 0, now: Time::ZERO, peak: 0 }
    }

    pub(super) fn push(&mut self, at: Time, event: u32) {
        assert!(at >= self.now);
        self.heap.push(Reverse((at.0, self.sequence, event)));
        self.sequence += 1;
        self.peak = self.peak.max(self.heap.len());
    }

    pub(super) fn push_after(&mut self, span: SimDuration, event: u32) {
        self.push(self.now + span, event);
    }

    pub(super) fn pop_before(&mut self, end: Time) -> Option<(Time, u32)> {
        if self.heap.peek()?.0.0 >= end.0 {
            return None;
        }
        let Reverse((time, _, event)) = self.heap.pop()?;
        self.now = Time(time);
        Some((self.now, event))
    }

    pub(super) fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|entry| Time(entry.0.0))
    }

    pub(super) fn now(&self) -> Time {
        self.now
    }

    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(super) fn peak(&self) -> usize {
        self.peak
    }
}
