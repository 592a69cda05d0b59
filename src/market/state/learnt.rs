//! What requesters learn of how long checks take: realised beside quoted, by class and method (model §5).

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ClassId, Id, MethodId};
use crate::engine::time::{SimDuration, Time};

/// An average of the last checks weighs each new one by at least this share (assumed: the last hundred or so count).
const GAIN: f64 = 1.0 / 64.0;

/// What was learnt counts half after so long without another check (assumed). Without it a requester that once found checks too late
/// would never ask again, and so never learn that the queues have emptied.
const FADES: SimDuration = SimDuration(600_000_000_000);

/// No correction is greater than this factor or smaller than its inverse.
const MOST: f64 = 16.0;

/// What is learnt of every class and method.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Learnt {
    methods: usize,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Entry {
    /// Checks seen.
    count: u64,
    /// Averages of the delay quoted and of the delay realised, in nanoseconds.
    quoted: f64,
    realised: f64,
    /// The average share that did not end in time.
    late: f64,
    last: Time,
}

/// What a requester makes of what was learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    /// Factor on a quoted delay.
    pub delay: f64,
    /// The probability that checks do not end in time, if they take place.
    pub late: f64,
}

impl Correction {
    /// Nothing is corrected.
    pub const NONE: Correction = Correction { delay: 1.0, late: 0.0 };
}

impl Learnt {
    /// Nothing is learnt yet.
    pub fn open(classes: usize, methods: usize) -> Learnt {
        Learnt { methods, entries: vec![Entry::default(); classes * methods] }
    }

    /// Room for so many methods: those there were keep their numbers, and of the others nothing is known.
    pub fn make_room(&mut self, methods: usize) {
        if methods == self.methods {
            return;
        }
        let classes = self.entries.len() / self.methods.max(1);
        let mut entries = vec![Entry::default(); classes * methods];
        let kept = methods.min(self.methods);
        for class in 0..classes {
            entries[class * methods..][..kept].copy_from_slice(&self.entries[class * self.methods..][..kept]);
        }
        *self = Learnt { methods, entries };
    }

    /// The checks of a job have ended: they were quoted to take so many nanoseconds, took so many, and ended in time or did not.
    pub fn note(&mut self, (class, method): (ClassId, MethodId), quoted: f64, realised: f64, late: bool, now: Time) {
        let place = self.place(class, method);
        let entry = &mut self.entries[place];
        entry.count += 1;
        let gain = (1.0 / entry.count as f64).max(GAIN);
        for (average, new) in [
            (&mut entry.quoted, quoted),
            (&mut entry.realised, realised),
            (&mut entry.late, if late { 1.0 } else { 0.0 }),
        ] {
            *average += gain * (new - *average);
        }
        entry.last = now;
    }

    /// What is known now.
    #[inline]
    pub fn correction(&self, (class, method): (ClassId, MethodId), now: Time) -> Correction {
        let entry = &self.entries[self.place(class, method)];
        if entry.count == 0 {
            return Correction::NONE;
        }
        let counts = FADES.nanos() / (FADES.nanos() + now.since(entry.last).nanos());
        let ratio = if entry.quoted > 0.0 { (entry.realised / entry.quoted).clamp(1.0 / MOST, MOST) } else { 1.0 };
        Correction { delay: 1.0 + (ratio - 1.0) * counts, late: entry.late * counts }
    }

    fn place(&self, class: ClassId, method: MethodId) -> usize {
        class.index() * self.methods + method.index()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: (ClassId, MethodId) = (ClassId(1), MethodId(0));

    /// Checks that take twice as long as quoted are expected to; one in four comes too late. Ten minutes
    /// later half of that is believed.
    #[test]
    fn what_is_learnt_fades() {
        let mut learnt = Learnt::open(2, 1);
        assert_eq!(learnt.correction(OF, Time::ZERO), Correction::NONE);
        for late in [false, false, false, true] {
            learnt.note(OF, 1e9, 2e9, late, Time(5));
        }
        assert_eq!(learnt.correction(OF, Time(5)), Correction { delay: 2.0, late: 0.25 });
        assert_eq!(learnt.correction(OF, Time(5) + FADES), Correction { delay: 1.5, late: 0.125 });
        assert_eq!(
            learnt.correction((ClassId(0), MethodId(0)), Time(5)),
            Correction::NONE,
            "of another class nothing is known"
        );
    }

    /// What was learnt of a method stays with its number, whatever methods come after it.
    #[test]
    fn methods_keep_what_was_learnt_of_them() {
        let mut learnt = Learnt::open(2, 1);
        learnt.note(OF, 1e9, 2e9, false, Time(5));
        learnt.make_room(3);
        assert_eq!(learnt.correction(OF, Time(5)).delay, 2.0);
        for other in [(ClassId(0), MethodId(0)), (ClassId(0), MethodId(2)), (ClassId(1), MethodId(1))] {
            assert_eq!(learnt.correction(other, Time(5)), Correction::NONE, "{other:?}");
        }
        learnt.note((ClassId(1), MethodId(2)), 1e9, 4e9, false, Time(5));
        assert_eq!(learnt.correction((ClassId(1), MethodId(2)), Time(5)).delay, 4.0);
    }

    /// Of long ago little counts: after a change of queues the averages follow within some hundred checks.
    #[test]
    fn the_last_checks_count() {
        let mut learnt = Learnt::open(2, 1);
        (0..1_000).for_each(|_| learnt.note(OF, 1e9, 1e9, false, Time(5)));
        (0..500).for_each(|_| learnt.note(OF, 1e9, 3e9, true, Time(5)));
        let now = learnt.correction(OF, Time(5));
        assert!((now.delay - 3.0).abs() < 0.01 && now.late > 0.99, "{now:?}");
        (0..99).for_each(|_| learnt.note(OF, 0.0, 0.0, false, Time(5)));
        assert!(learnt.correction(OF, Time(5)).delay <= 3.0);
    }
}
