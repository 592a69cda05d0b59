//! When jobs were asked for.

use reliance::engine::time::{SimDuration, Time};

/// When jobs were asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub(super) last: Option<Time>,
    /// Gaps that ended while it counted.
    pub gaps: u64,
    /// Their sum, in seconds.
    pub gap: f64,
    /// The sum of their squares.
    pub gap_square: f64,
    pub(super) window: SimDuration,
    pub(super) until: Time,
    pub(super) count: u64,
    /// Windows that ended.
    pub windows: u64,
    /// The jobs in them.
    pub jobs: u64,
    /// The sum of the squares of their numbers of jobs.
    pub jobs_square: u128,
    /// The first job and the last.
    pub ends: Option<(Time, Time)>,
}

impl Asked {
    #[inline]
    pub(super) fn note(&mut self, now: Time, from: Time) {
        let last = self.last.replace(now);
        if now < from {
            return;
        }
        if let Some(last) = last {
            let gap = now.since(last).seconds();
            self.gaps += 1;
            self.gap += gap;
            self.gap_square += gap * gap;
        }
        self.ends = Some((self.ends.map_or(now, |ends| ends.0), now));
        self.pass(now);
        self.count += 1;
    }

    /// Ends the windows that end by `now`.
    #[inline]
    pub(super) fn pass(&mut self, now: Time) {
        while self.window > SimDuration::ZERO && self.until <= now {
            self.windows += 1;
            self.jobs += self.count;
            self.jobs_square += u128::from(self.count) * u128::from(self.count);
            self.count = 0;
            self.until += self.window;
        }
    }
}
