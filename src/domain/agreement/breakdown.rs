//! When a share falls below its threshold, and stays there.

use serde::{Deserialize, Serialize};

use crate::engine::time::{SimDuration, Time};

/// How long a threshold must be missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From when on breakdowns count.
    pub from: Time,
    /// For a breakdown.
    pub grace: SimDuration,
    /// For a lasting one.
    pub lasting: SimDuration,
}

/// Since when a threshold is missed, and when it first was for long enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    since: Option<Time>,
    first: [Option<Time>; 2],
}

impl Breakdown {
    /// Whether the threshold is missed.
    pub fn is_below(&self) -> bool {
        self.since.is_some()
    }

    /// From now on it is missed, or is not.
    pub fn see(&mut self, is_below: bool, now: Time, patience: &Patience) {
        if is_below == self.is_below() {
            return;
        }
        self.first = self.by(now, patience);
        self.since = is_below.then_some(now);
    }

    /// When the first breakdown began, and the first that lasts, as far as is known by now.
    pub fn by(&self, now: Time, patience: &Patience) -> [Option<Time>; 2] {
        let Some(since) = self.since.map(|since| since.max(patience.from)) else { return self.first };
        let spell = now.since(since.min(now));
        let [first, lasting] = self.first;
        let begins = |long_enough: SimDuration| (spell >= long_enough && now > since).then_some(since);
        [first.or_else(|| begins(patience.grace)), lasting.or_else(|| begins(patience.lasting))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A short miss is none, a long one counts from its beginning, and one before the warm-up's end from there.
    #[test]
    fn only_a_long_miss_is_a_breakdown() {
        let at = |hours: u64| Time::ZERO + SimDuration(hours * 3_600 * SimDuration::SECOND.0);
        let hours = |count: u64| at(count).since(Time::ZERO);
        let patience = Patience { from: at(2), grace: hours(1), lasting: hours(6) };
        let mut seen = Breakdown::default();
        seen.see(true, at(0), &patience);
        assert_eq!(seen.by(at(2), &patience), [None, None]);
        assert_eq!(seen.by(at(3), &patience), [Some(at(2)), None]);
        let mut seen = Breakdown::default();
        seen.see(true, at(4), &patience);
        seen.see(false, Time(at(5).0 - 1), &patience);
        assert_eq!(seen.by(at(9), &patience), [None, None]);
        seen.see(true, at(10), &patience);
        seen.see(true, at(11), &patience);
        seen.see(false, at(12), &patience);
        seen.see(true, at(20), &patience);
        assert_eq!(seen.by(at(25), &patience), [Some(at(10)), None]);
        assert_eq!(seen.by(at(26), &patience), [Some(at(10)), Some(at(20))]);
    }
}
