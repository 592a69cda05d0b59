//! The queue of pending events.
//!
//! # Order
//!
//! Events are served by (time, sequence): the earliest first, and of simultaneous events the one that was pushed first.
//! The sequence number is given out by [`Queue::push`] and [`Queue::push_after`] alike, so an event in a lane and one
//! beside it are ordered as they were pushed. An event pushed at the present instant is served after everything already
//! pushed for that instant, and before time moves on. Nothing else has an influence: not the number of pending events,
//! not the lane, not a save and load or a clone between.
//!
//! # Cost
//!
//! A push and a pop cost constant amortised time for every law of delays, ties and zero delays included (see `ladder.rs`),
//! and at worst the logarithm of the number pending. Memory is bounded by the most events ever pending and is kept for
//! reuse, so a queue that has seen its peak allocates no more.
//!
//! There is no cancelling. An event that may become stale carries what its receiver needs to see that it is.

mod chunks;
mod delay_line;
mod heap;
mod ladder;
mod near;
#[cfg(test)]
mod oracle;
mod prefetch;
mod saved;
#[cfg(test)]
mod tests;

pub use self::delay_line::DelayLine;
pub use self::prefetch::prefetch;

use self::delay_line::DelayLines;
use self::ladder::Ladder;
use crate::engine::time::{SimDuration, Time};

/// Pending events of one kind `E`, at most 16 bytes; see the [module](self) for the order they are served in.
///
/// ```
/// use reliance::engine::queue::Queue;
/// use reliance::engine::time::{SimDuration, Time};
///
/// let mut queue = Queue::new();
/// let oven = queue.delay_line(SimDuration(5));
/// queue.push(Time(5), "shop opens");
/// queue.push_after(oven, "bread is baked");
/// queue.push(Time(3), "baker arrives");
///
/// assert_eq!(queue.pop_before(Time(10)), Some((Time(3), "baker arrives")));
/// assert_eq!(queue.pop_before(Time(10)), Some((Time(5), "shop opens")));
/// assert_eq!(queue.pop_before(Time(5)), None);
/// assert_eq!(queue.pop_before(Time(10)), Some((Time(5), "bread is baked")));
/// ```
#[derive(Clone, Debug)]
pub struct Queue<E> {
    ladder: Ladder<E>,
    lanes: DelayLines<E>,
    /// The number of the next event to be pushed.
    sequence: u64,
    now: Time,
    len: usize,
    peak: usize,
}

/// A pending event.
#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    time: u64,
    sequence: u64,
    event: E,
}

impl<E> Entry<E> {
    /// The order of service as one number; two entries never share it, and none is the greatest number.
    #[inline]
    fn key(&self) -> u128 {
        (self.time as u128) << 64 | self.sequence as u128
    }
}

impl<E: Copy> Queue<E> {
    /// An empty queue at the start of time.
    pub fn new() -> Self {
        const {
            assert!(size_of::<E>() <= 16, "an event is at most 16 bytes");
            assert!(size_of::<Entry<E>>() <= 32, "an entry is at most 32 bytes");
        }
        Queue { ladder: Ladder::new(), lanes: DelayLines::new(), sequence: 0, now: Time::ZERO, len: 0, peak: 0 }
    }

    /// Schedules an event. One at [`Time::NEVER`] is pending for ever.
    ///
    /// Panics if `at` is before [`Queue::now`].
    #[inline(always)]
    pub fn push(&mut self, at: Time, event: E) {
        assert!(at >= self.now, "an event in the past");
        let entry = self.entry(at, event);
        self.ladder.push(entry);
    }

    /// The lane for events that are all due `span` after they are pushed: cheaper than [`Queue::push`], and the cheaper the
    /// more of them are pending. The same span has the same lane. Meant to be asked for once, when a run opens.
    pub fn delay_line(&mut self, span: SimDuration) -> DelayLine {
        self.lanes.delay_line(span)
    }

    /// Schedules an event one lane's span from now; as `push(now + span, event)`.
    ///
    /// Panics if `lane` is not a lane of this queue.
    #[inline(always)]
    pub fn push_after(&mut self, lane: DelayLine, event: E) {
        let entry = self.entry(self.now + self.lanes.span(lane), event);
        self.lanes.push(lane, entry);
    }

    /// Takes the next event, if it is due strictly before `end`, and moves the clock to its time. Inlined, so that the event goes
    /// from its place in the run to the caller and nowhere between.
    #[inline(always)]
    pub fn pop_before(&mut self, end: Time) -> Option<(Time, E)> {
        let end = (end.0 as u128) << 64;
        let lane = self.lanes.first();
        let (time, event) = match self.ladder.pop_before(end.min(lane)) {
            Some(popped) => popped,
            None if lane < end => self.lanes.pop()?,
            None => return None,
        };
        self.now = Time(time);
        self.len -= 1;
        Some((self.now, event))
    }

    /// The time of the last event popped; at first the start.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Pending events.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The most events ever pending at once.
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// When the next event is due. Usually known; at times it takes a pass over the events of the next bucket.
    pub fn next_time(&self) -> Option<Time> {
        let first = self.ladder.first().unwrap_or(u128::MAX).min(self.lanes.first());
        (first != u128::MAX).then_some(Time((first >> 64) as u64))
    }

    /// A guess at the event to be served `k` events after the next one, for fetching what it is about from memory in good
    /// time. A hint only: events in lanes and events pushed lately are not counted, and often there is no guess.
    #[inline]
    pub fn upcoming(&self, k: usize) -> Option<&E> {
        self.ladder.upcoming(k)
    }

    /// The same for the lane that is served next: what comes `k` places behind its first event. A hint only.
    #[inline]
    pub fn upcoming_in_lane(&self, k: usize) -> Option<&E> {
        self.lanes.upcoming(k)
    }

    /// A new pending event with its number.
    #[inline(always)]
    fn entry(&mut self, at: Time, event: E) -> Entry<E> {
        let sequence = self.sequence;
        // Overflow is checked: at a thousand million events a second it takes 584 years.
        self.sequence += 1;
        self.len += 1;
        self.peak = self.peak.max(self.len);
        Entry { time: at.0, sequence, event }
    }
}

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Queue::new()
    }
}
