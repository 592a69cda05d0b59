//! What a party remembers of its settlements: means in which the last M count most.

use serde::{Deserialize, Serialize};

/// What became of a job, or of a vote, as its party learns it. Amounts are in micro-credits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settled {
    /// Of an answer: whether a checker looked at it. Of a vote: whether the answer was later found wrong.
    pub looked: bool,
    /// The probability of that, as far as it is posted.
    pub posted: f64,
    /// The probability that a checker that looks at a cheat detects it.
    pub found: f64,
    /// What it was to be paid.
    pub fee: f64,
    /// What all of the work costs.
    pub cost: f64,
    /// What a cheat would have saved.
    pub saving: f64,
    /// Of a vote: what a look brings on the average, as far as it is posted.
    pub brings: f64,
    /// Whether the answer was wrong on purpose, and whether it was wrong otherwise.
    pub wrong: [bool; 2],
}

/// Means over the settlements of a party. The first M of them count alike; from then on each counts 1/M and what was before the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    count: u64,
    /// Those of them in which a checker could detect anything.
    findable: u64,
    /// p̂ by its own settlements.
    pub looked: f64,
    /// p̂ as it is posted.
    pub posted: f64,
    /// d̂.
    pub found: f64,
    /// The fee.
    pub fee: f64,
    /// The cost of the work.
    pub cost: f64,
    /// What a cheat saves.
    pub saving: f64,
    /// Of votes: what looks brought it, or would have, for each vote.
    pub brought: f64,
    /// Of votes: what a look brings, as it is posted.
    pub brings: f64,
    /// The share of its answers that were wrong on purpose, and the share that were wrong otherwise.
    pub wrong: [f64; 2],
}

impl Memory {
    /// Whether it has seen any settlement.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What the last settlement counts, where the memory goes over M of them.
    fn share(&self, settlements: f64) -> f64 {
        share(self.count, settlements)
    }

    /// Takes a settlement in.
    pub fn settle(&mut self, settled: &Settled, settlements: f64) {
        self.count += 1;
        let share = self.share(settlements);
        let mix = |mean: &mut f64, value: f64| *mean += (value - *mean) * share;
        let one = |is: bool| f64::from(u8::from(is));
        mix(&mut self.looked, one(settled.looked));
        mix(&mut self.posted, settled.posted);
        mix(&mut self.fee, settled.fee);
        mix(&mut self.cost, settled.cost);
        mix(&mut self.saving, settled.saving);
        mix(&mut self.brought, 0.0);
        mix(&mut self.brings, settled.brings);
        // An answer that no checker could see wrong tells nothing of how well checkers detect.
        if settled.found > 0.0 {
            self.findable += 1;
            self.found += (settled.found - self.found) * self::share(self.findable, settlements);
        }
        self.wrong.iter_mut().zip(settled.wrong).for_each(|(mean, is)| mix(mean, one(is)));
    }

    /// The answer of one of its last votes turned out to be wrong.
    pub fn reveal(&mut self, settlements: f64) {
        self.looked = (self.looked + self.share(settlements)).min(1.0);
    }

    /// A look at one of its last votes has brought it so much, or would have.
    pub fn bring(&mut self, amount: f64, settlements: f64) {
        self.brought += amount * self.share(settlements);
    }
}

/// What the last of so many counts.
fn share(count: u64, settlements: f64) -> f64 {
    1.0 / (count.max(1) as f64).min(settlements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths;

    /// The first count alike, and then what was before fades by 1 − 1/M at each.
    #[test]
    fn the_last_settlements_count_most() {
        let (mut memory, looked) = (Memory::default(), Settled { looked: true, fee: 4.0, ..Settled::default() });
        let unseen = Settled { fee: 1.0, ..Settled::default() };
        let mut found = memory;
        found.settle(&Settled { found: 0.8, ..looked }, 10.0);
        (0..50).for_each(|_| found.settle(&unseen, 10.0));
        assert!(found.found == 0.8 && found.looked < 0.01, "{found:?}");
        memory.settle(&looked, 10.0);
        memory.settle(&unseen, 10.0);
        memory.settle(&unseen, 10.0);
        assert!((memory.looked - 1.0 / 3.0).abs() < 1e-15 && (memory.fee - 2.0).abs() < 1e-15, "{memory:?}");
        (0..97).for_each(|_| memory.settle(&looked, 10.0));
        let before = memory.looked;
        (0..20).for_each(|_| memory.settle(&unseen, 10.0));
        assert!((memory.looked / before - maths::pow(0.9, 20.0)).abs() < 1e-12, "{memory:?}");
        let before = memory.looked;
        memory.reveal(10.0);
        memory.bring(50.0, 10.0);
        assert!((memory.brought - 5.0).abs() < 1e-12 && (memory.looked - before - 0.1).abs() < 1e-12, "{memory:?}");
    }
}
