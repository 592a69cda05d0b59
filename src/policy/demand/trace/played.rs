//! What a recorded file holds, and how much of it a run plays.

use super::Spec;
use crate::engine::time::{SimDuration, Time};

/// What a recorded file holds, to be said before it is replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows of the file.
    pub rows: u64,
    /// Rows between `from` and `until`: those that are replayed.
    pub replayed: u64,
    /// The earliest instant of the file, in nanoseconds since the start of 1970 in UTC; none where times are plain numbers.
    pub began_ns: Option<i128>,
    /// From the earliest row of the file to the first and to the last that is replayed.
    pub first: SimDuration,
    /// See `first`.
    pub last: SimDuration,
    /// How often a row of the file is earlier than the row before it.
    pub back: u64,
    /// Of the rows that are replayed, those without an input token; none where the file says nothing of them.
    pub without_input: Option<u64>,
    /// Of the rows that are replayed, those without an output token; none where the file says nothing of them.
    pub without_output: Option<u64>,
    /// Bytes that the rows take in memory.
    pub bytes: u64,
}

/// How much of a trace a run plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Rows between `from` and `until`.
    pub rows: u64,
    /// Of these, the rows before the warm-up ends.
    pub early: u64,
    /// The rows from there on and before the end.
    pub counted: u64,
    /// When the first row comes.
    pub first: Time,
    /// When the last row comes, the first time.
    pub last: Time,
    /// How long a pass takes, where the trace begins again.
    pub period: Option<SimDuration>,
}

impl Spec {
    /// How much of it a run plays that counts from `warm_up` on and asks for nothing from `end` on.
    pub fn played(&self, warm_up: Time, end: Time) -> Played {
        let at = &self.data.at;
        let instant = |row: u64| self.instant(0, row.max(self.from.0)).unwrap_or(Time::NEVER);
        let before = |limit: Time| at.partition_point(|&row| instant(row) < limit) as u64;
        let early = before(warm_up.min(end));
        let period = self.repeats.then(|| SimDuration::from_nanos(self.data.period.nanos() / self.scale.get()));
        let end_of = |row: Option<&u64>| row.map_or(Time::ZERO, |&row| instant(row));
        Played {
            rows: at.len() as u64,
            early,
            counted: before(end) - early,
            first: end_of(at.first()),
            last: end_of(at.last()),
            period,
        }
    }
}
