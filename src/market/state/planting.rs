//! Where canaries come so many per node and epoch: beside which accepted answers one is due (model §8).
//!
//! An epoch has as many equal parts as canaries. In each part one instant is drawn for each node. From then on a canary is due beside the next
//! accepted answer of that node. One that is not planted before the next is due is left out.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, PartyId};
use crate::domain::purpose::Purpose;
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::engine::time::{SimDuration, Time};
use crate::scenario::verification::Verification;

/// When each node had its last canary, and beside how many answers there was one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Planting {
    last: Vec<Time>,
    answers: u64,
    planted: u64,
}

impl Planting {
    /// With room for so many parties where canaries come by the epoch.
    pub fn open(verification: &Verification, parties: usize) -> Planting {
        let mut planting = Planting::default();
        if verification.plants_by_epoch() {
            planting.make_room(parties);
        }
        planting
    }

    /// With room for so many parties.
    pub fn make_room(&mut self, parties: usize) {
        self.last.resize(parties, Time::ZERO);
    }

    /// Whether a canary is planted beside an answer of a node that is accepted now, where one is due in `every` such span.
    pub fn plant(&mut self, seed: Seed, node: PartyId, every: SimDuration, now: Time) -> bool {
        let is_due = due(seed, node, every, now).is_some_and(|due| due > self.last[node.index()]);
        self.answers += 1;
        if is_due {
            self.last[node.index()] = now;
            self.planted += 1;
        }
        is_due
    }

    /// The share of accepted answers beside which one was planted, the present one thought to have one.
    pub fn share(&self) -> f64 {
        (self.planted + 1) as f64 / (self.answers + 1) as f64
    }
}

/// The last instant so far at which a canary became due at a node.
fn due(seed: Seed, node: PartyId, every: SimDuration, now: Time) -> Option<Time> {
    let instant = |part: u64| {
        let mut draw = KeyedRng::new(key(seed, Purpose::CanaryDue as u32, node.0.into(), part, 0));
        Time(part * every.0 + draw.below(every.0))
    };
    let part = now.0 / every.0;
    match instant(part) {
        later if later > now => part.checked_sub(1).map(instant),
        due => Some(due),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: where a node answers without a pause, it has one canary in each part of an epoch, at an instant of its own.
    #[test]
    fn each_part_of_an_epoch_has_one() {
        let (seed, every) = (Seed::from(1), SimDuration(1_000));
        let planted = |node: u32| -> Vec<u64> {
            let mut planting = Planting::default();
            planting.make_room(2);
            (1..100_000).filter(|&now| planting.plant(seed, PartyId(node), every, Time(now))).collect()
        };
        let [first, second] = [planted(0), planted(1)];
        assert_eq!(first.iter().map(|at| at / 1_000).collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
        assert_ne!(first, second);
        assert!(first.windows(2).any(|pair| pair[1] - pair[0] < 500), "nobody knows when the next is due");
    }

    // worked example: a node that seldom answers has one canary per answer at most, and what it missed is left out.
    #[test]
    fn what_was_missed_is_left_out() {
        let mut planting = Planting::default();
        planting.make_room(1);
        let mut plant = |now: u64| planting.plant(Seed::from(1), PartyId(0), SimDuration(10), Time(now));
        assert_eq!([plant(1_000), plant(1_000), plant(2_000)], [true, false, true]);
        assert_eq!(planting.share(), 0.75);
    }
}
