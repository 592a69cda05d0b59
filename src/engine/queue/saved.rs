//! A queue in a file: its entries in order, with the sequence numbers, so that a loaded queue behaves as the saved one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Entry, Queue, SimDuration, Time};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<E> {
    now: Time,
    /// The sequence number of the next event to be pushed.
    sequence: u64,
    peak: usize,
    entries: Vec<(u64, u64, E)>,
    lanes: Vec<SavedLane<E>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedLane<E> {
    /// Plain nanoseconds: a span as text need not be exact.
    span_ns: u64,
    entries: Vec<(u64, u64, E)>,
}

impl<E: Copy + Serialize> Serialize for Queue<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = |entry: &Entry<E>| (entry.time, entry.sequence, entry.event);
        let mut entries: Vec<_> = self.ladder.entries().map(plain).collect();
        entries.sort_unstable_by_key(|entry| (entry.0, entry.1));
        let lane = |(span, ring): (SimDuration, &std::collections::VecDeque<Entry<E>>)| SavedLane {
            span_ns: span.0,
            entries: ring.iter().map(plain).collect(),
        };
        let lanes = self.lanes.iter().map(lane).collect();
        Saved { now: self.now, sequence: self.sequence, peak: self.peak, entries, lanes }.serialize(serializer)
    }
}

impl<'de, E: Copy + Deserialize<'de>> Deserialize<'de> for Queue<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Saved::deserialize(deserializer)?.restore().map_err(serde::de::Error::custom)
    }
}

impl<E: Copy> Saved<E> {
    /// The queue, or what is wrong with the file.
    fn restore(self) -> Result<Queue<E>, String> {
        self.check()?;
        let mut queue = Queue::new();
        let mut entries = self.entries;
        // The ladder is to be filled in the order of sequence.
        entries.sort_unstable_by_key(|entry| entry.1);
        for &(time, sequence, event) in &entries {
            queue.ladder.push(Entry { time, sequence, event });
            queue.len += 1;
        }
        for saved in &self.lanes {
            let lane = queue.delay_line(SimDuration(saved.span_ns));
            for &(time, sequence, event) in &saved.entries {
                queue.lanes.push(lane, Entry { time, sequence, event });
                queue.len += 1;
            }
        }
        queue.now = self.now;
        queue.sequence = self.sequence;
        queue.peak = self.peak;
        Ok(queue)
    }

    fn check(&self) -> Result<(), String> {
        let mut sequences = Vec::new();
        let lists = self.lanes.iter().map(|lane| &lane.entries).chain([&self.entries]);
        for list in lists {
            if !list.is_sorted_by_key(|entry| (entry.0, entry.1)) {
                return Err("the saved queue is out of order".into());
            }
            if list.first().is_some_and(|entry| entry.0 < self.now.0) {
                return Err("the saved queue holds an event before its own time".into());
            }
            sequences.extend(list.iter().map(|entry| entry.1));
        }
        let mut spans: Vec<u64> = self.lanes.iter().map(|lane| lane.span_ns).collect();
        spans.sort_unstable();
        if spans.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("the saved queue holds two lanes for one delay".into());
        }
        let late = |entry: &(u64, u64, E), lane: &SavedLane<E>| entry.0 > self.now.0.saturating_add(lane.span_ns);
        if self.lanes.iter().any(|lane| lane.entries.last().is_some_and(|entry| late(entry, lane))) {
            return Err("the saved queue holds an event later than its lane can hold".into());
        }
        sequences.sort_unstable();
        if sequences.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("the saved queue holds a sequence number twice".into());
        }
        if sequences.last().is_some_and(|&last| last >= self.sequence) {
            return Err("the saved queue holds a sequence number that was not given out yet".into());
        }
        if self.peak < sequences.len() {
            return Err("the saved queue holds more events than its peak".into());
        }
        Ok(())
    }
}
