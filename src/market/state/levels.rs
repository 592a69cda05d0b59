//! How many are where, and the exact integral over time: areas are integers, so that Little's law is an equality.

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use crate::domain::party::PartyKind;
use crate::engine::time::Time;

/// A number that changes in steps, with its integral over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeWeightedCount {
    count: u64,
    since: Time,
    /// Count × nanoseconds up to `since`.
    area: u128,
}

impl TimeWeightedCount {
    /// One more.
    #[inline]
    pub fn up(&mut self, now: Time) {
        self.settle(now);
        self.count += 1;
    }

    /// One less.
    #[inline]
    pub fn down(&mut self, now: Time) {
        self.settle(now);
        self.count = self.count.checked_sub(1).expect("a level below zero");
    }

    /// So many more.
    pub fn rise(&mut self, now: Time, by: u64) {
        self.settle(now);
        self.count += by;
    }

    /// So many less.
    pub fn fall(&mut self, now: Time, by: u64) {
        self.settle(now);
        self.count = self.count.checked_sub(by).expect("a level below zero");
    }

    /// How many now.
    #[inline]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Count × nanoseconds from the start to `now`, exactly.
    pub fn area(&self, now: Time) -> u128 {
        self.area + self.count as u128 * now.since(self.since).0 as u128
    }

    #[inline]
    fn settle(&mut self, now: Time) {
        self.area += self.count as u128 * now.since(self.since).0 as u128;
        self.since = now;
    }
}

/// Work that waits, with its integral over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingWork {
    /// Nanoseconds on the reference card.
    work: u128,
    since: Time,
    /// Work × nanoseconds up to `since`.
    area: u128,
}

impl WaitingWork {
    /// So much more waits.
    #[inline]
    pub fn rise(&mut self, now: Time, by: Work) {
        (self.area, self.since) = (self.area(now), now);
        self.work += u128::from(by.0);
    }

    /// So much less waits.
    #[inline]
    pub fn fall(&mut self, now: Time, by: Work) {
        (self.area, self.since) = (self.area(now), now);
        self.work = self.work.checked_sub(u128::from(by.0)).expect("work that waited");
    }

    /// Work × nanoseconds from the start to `now`; it stays at the largest number.
    pub fn area(&self, now: Time) -> u128 {
        self.area.saturating_add(self.work.saturating_mul(u128::from(now.since(self.since).0)))
    }
}

/// The levels of the market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// Jobs asked for and not closed.
    pub open: TimeWeightedCount,
    /// Jobs in a node's waiting room.
    pub waiting: TimeWeightedCount,
    /// Jobs in service, loading included.
    pub executing: TimeWeightedCount,
    /// Nodes up.
    pub(super) up: TimeWeightedCount,
    /// Slots of the nodes that are up; of a node with slots without end one.
    pub(super) capacity: TimeWeightedCount,
    /// Of those slots the ones in use, by jobs and by checks that nodes do for one another.
    pub in_use: TimeWeightedCount,
    /// Checks and proofs in the queue of whoever does them.
    pub checks_waiting: TimeWeightedCount,
    /// Checks and proofs under way.
    pub checks_executing: TimeWeightedCount,
    /// Slots of the validators and provers that are up; of one with slots without end one.
    pub(super) checks_capacity: TimeWeightedCount,
    /// Of those slots the ones in use.
    pub checks_in_use: TimeWeightedCount,
    /// The work of executions, and of checks and proofs, that wait; kept only where a price goes by it.
    pub work_waiting: [WaitingWork; 2],
}

impl Levels {
    /// The level of those that wait, of executions or of checks and proofs.
    #[inline]
    pub fn waiting_of(&mut self, executes: bool) -> &mut TimeWeightedCount {
        if executes { &mut self.waiting } else { &mut self.checks_waiting }
    }

    /// The level of those in service, of executions or of checks and proofs.
    #[inline]
    pub fn executing_of(&mut self, executes: bool) -> &mut TimeWeightedCount {
        if executes { &mut self.executing } else { &mut self.checks_executing }
    }

    /// The level of the slots in use at parties of a kind that are up.
    #[inline]
    pub fn in_use_of(&mut self, kind: PartyKind) -> &mut TimeWeightedCount {
        self.slots_of(kind).0
    }

    /// The levels that a party of a kind changes when it comes or goes: its slots in use, and all of them.
    pub(super) fn slots_of(&mut self, kind: PartyKind) -> (&mut TimeWeightedCount, &mut TimeWeightedCount) {
        match kind.only_checks() {
            false => (&mut self.in_use, &mut self.capacity),
            true => (&mut self.checks_in_use, &mut self.checks_capacity),
        }
    }

    /// The level of the nodes that are up.
    pub fn up(&self) -> &TimeWeightedCount {
        &self.up
    }

    /// The level of the slots at parties that are up: of those that check, or of those that compute.
    pub fn capacity(&self, checks: bool) -> &TimeWeightedCount {
        if checks { &self.checks_capacity } else { &self.capacity }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_exact() {
        let mut level = TimeWeightedCount::default();
        level.up(Time(10));
        level.up(Time(20));
        level.down(Time(25));
        assert_eq!((level.count(), level.area(Time(30))), (1, 10 + 2 * 5 + 5));
    }
}
