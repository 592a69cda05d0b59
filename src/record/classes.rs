//! A run by class of job: what the summary counts of all jobs, counted of each class, in memory bounded by the classes.

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::Id;
use crate::domain::record::JobRecord;
use crate::engine::time::{SimDuration, Time};
use crate::stats::quantile::LogGrid;

/// The counts of every class, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Classes(Vec<ClassCounts>);

/// Spans over many jobs: how many, and how long together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many.
    pub count: u64,
    /// Nanoseconds.
    pub sum: u128,
}

/// What became of the jobs of a class.
#[derive(Clone, Debug, Default)]
pub struct ClassCounts {
    /// Jobs counted.
    pub jobs: u64,
    /// Of which by fate, in the order of [`Fate::ALL`].
    pub fates: [u64; Fate::ALL.len()],
    /// Of the declined by cause, in the order of [`Cause::ALL`].
    pub causes: [u64; Cause::ALL.len()],
    /// Of the declined: how many would have been placed without each deduction, in the order of
    /// [`Deduction::ALL`](crate::domain::fate::Deduction::ALL).
    pub placeable_without: [u64; 5],
    /// Of the declined: how many would have been placed with the method `none`.
    pub placeable_with_none: u64,
    /// Of those that verification killed: how many would also have been placed with the method `none`.
    pub killed_by_cost: u64,
    /// Jobs whose answer was used.
    pub used: u64,
    /// Of which were wrong.
    pub used_wrong: u64,
    /// Checks that took place, and alarms among them.
    pub checks: [u64; 2],
    /// Placements.
    pub attempts: u64,
    /// Work of the jobs that were answered.
    pub work: u128,
    /// What right answers in time would have been worth.
    pub value_asked: i128,
    /// What the right and final ones were worth, whenever they came.
    pub value_final: i128,
    /// What the right answers used in time were worth at their use.
    pub delivered: i128,
    /// What the wrong answers in use cost.
    pub harm: i128,
    /// What was paid for computing, to the chain, and for verification.
    pub charged_by_channel: [i128; 3],
    /// What revocations could not bring back.
    pub shortfall: i128,
    /// Asking to answer.
    pub response: Total,
    /// Asking to acceptance.
    pub accepted: Total,
    /// Asking to finality.
    pub finality: Total,
    /// Nanoseconds from asking to use.
    pub use_delay: LogGrid,
}

impl Total {
    fn note(&mut self, from: Time, to: Time) {
        if to != Time::NEVER {
            self.count += 1;
            self.sum += u128::from(to.since(from).0);
        }
    }

    /// The mean in seconds; none of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 * 1e-9)
    }
}

impl Classes {
    /// Counts a closed job.
    #[inline]
    pub fn count(&mut self, record: &JobRecord) {
        let place = record.class.index();
        if place >= self.0.len() {
            self.0.resize_with(place + 1, ClassCounts::default);
        }
        self.0[place].count(record);
    }

    /// The counts of each class that was counted or lies below one that was.
    pub fn iter(&self) -> impl Iterator<Item = &ClassCounts> {
        self.0.iter()
    }

    /// The counts of the class with this number; none if no job of it or of a later one left.
    pub fn get(&self, class: usize) -> Option<&ClassCounts> {
        self.0.get(class)
    }
}

impl ClassCounts {
    fn count(&mut self, record: &JobRecord) {
        let at = &record.at;
        self.jobs += 1;
        self.fates[record.fate as usize] += 1;
        if let Some(cause) = record.cause {
            self.causes[cause as usize] += 1;
            let without = self.placeable_without.iter_mut().enumerate();
            without.for_each(|(bit, count)| *count += u64::from(record.placeable_without >> bit & 1));
            self.placeable_with_none += u64::from(record.placeable_with_none);
            self.killed_by_cost += u64::from(record.is_killed_by_cost());
        }
        self.value_asked += i128::from(record.value.0);
        if record.fate == Fate::FinalRight {
            self.value_final += i128::from(record.value.0);
        }
        // Most of what is declined was never placed: there is no more to say of it.
        if record.attempts == 0 {
            return;
        }
        self.attempts += u64::from(record.attempts);
        self.checks[0] += u64::from(record.checks);
        self.checks[1] += u64::from(record.alarms);
        let charged = [record.charged_compute, record.charged_coordination, record.charged_verification];
        self.charged_by_channel.iter_mut().zip(charged).for_each(|(sum, part)| *sum += i128::from(part.0));
        self.shortfall += i128::from(record.shortfall.0);
        if at.answered != Time::NEVER {
            self.work += u128::from(record.work.0);
        }
        self.response.note(at.asked, at.answered);
        self.accepted.note(at.asked, at.accepted);
        self.finality.note(at.asked, at.finalised);
        if at.used != Time::NEVER {
            self.used += 1;
            self.used_wrong += u64::from(!record.is_right());
            self.delivered += i128::from(record.delivered.0);
            self.harm += i128::from(record.harm.0);
            self.use_delay.record(at.used.since(at.asked).0);
        }
    }

    /// Jobs with this fate.
    pub fn fate(&self, fate: Fate) -> u64 {
        self.fates[fate as usize]
    }

    /// Declined jobs with this cause.
    pub fn cause(&self, cause: Cause) -> u64 {
        self.causes[cause as usize]
    }

    /// A quantile of the time from asking to use; none of nothing.
    pub fn use_delay(&self, share: f64) -> Option<SimDuration> {
        self.use_delay.quantile(share).map(SimDuration)
    }

    /// What requesters paid, in micro-credits.
    pub fn charged(&self) -> i128 {
        self.charged_by_channel.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ClassId;
    use crate::domain::money::Money;
    use crate::domain::record::JobKey;

    fn record(class: u16, fate: Fate) -> JobRecord {
        let begun = JobRecord::begin(JobKey::default(), ClassId(class), Default::default(), Time(1_000));
        JobRecord { fate, value: Money(7), ..begun }
    }

    #[test]
    fn each_job_is_counted_in_its_class() {
        let mut classes = Classes::default();
        classes.count(&JobRecord {
            cause: Some(Cause::Verification),
            placeable_without: 0b01000,
            placeable_with_none: true,
            ..record(2, Fate::Declined)
        });
        let mut used = record(0, Fate::FinalRight);
        (used.attempts, used.charged_verification, used.at.used) = (1, Money(3), Time(3_000));
        classes.count(&used);
        classes.count(&used);
        let of = |class| classes.get(class).expect("counted, or below one that was");
        assert_eq!((of(0).jobs, of(1).jobs, of(2).jobs), (2, 0, 1));
        assert_eq!((of(0).fate(Fate::FinalRight), of(0).charged(), of(0).value_final), (2, 6, 14));
        assert_eq!((of(0).used, of(0).use_delay.mean()), (2, Some(2_000.0)));
        assert!(of(0).use_delay(0.5).is_some_and(|span| span.0.abs_diff(2_000) < 8), "the middle of its cell");
        assert_eq!((of(2).cause(Cause::Verification), of(2).placeable_without), (1, [0, 0, 0, 1, 0]));
        assert_eq!((of(2).placeable_with_none, of(2).killed_by_cost), (1, 1));
        assert_eq!((of(2).value_asked, of(2).value_final), (7, 0));
        assert!(classes.get(3).is_none());
        assert_eq!(of(0).response.mean(), None);
    }
}
