//! Agreement (model §14.2): whether it pays a party to stay and to be honest, and by how much what it lives on may be cut before it does not.
//!
//! A party is in agreement while its margin is above 0: the smaller of the margin of staying and that of honesty. These are incentives. What
//! the party does with them is its conduct, and does not enter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::participation;
use super::share::Share;
use crate::engine::time::SimDuration;

mod breakdown;
mod memory;
mod window;

pub use breakdown::{Breakdown, Patience};
pub use memory::{Memory, Settled};
pub use window::{Decided, Window};

/// Where a party takes the rate of checks from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LooksSeen {
    /// From its own settlements: the share of them in which a look took place.
    #[default]
    Own,
    /// From what its methods say.
    Posted,
}

/// What each party weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeightOf {
    /// As much as any other.
    #[default]
    Party,
    /// What it stakes when it comes.
    Stake,
}

/// How agreement is measured.
#[derive(Clone, Debug)]
pub struct Rules {
    /// q: below this share of the weight of the roster agreement is lost.
    pub threshold: Share,
    /// q̂: below this share of the value decided everyone sees it.
    pub seen_threshold: Share,
    /// What each party weighs.
    pub weight: WeightOf,
    /// Where a party takes the rate of checks from.
    pub looks: LooksSeen,
    /// M: over how many settlements its memory goes; at least 1.
    pub settlements: f64,
    /// θ of parties that do not come and go by what they earn; above 0.
    pub memory: SimDuration,
    /// Over how long it counts on what it earns.
    pub horizon: SimDuration,
    /// The share of the cost of a job that a cheat saves, where the conduct does not say it.
    pub saving: Share,
    /// How often all parties are looked at; above 0.
    pub epoch: SimDuration,
    /// How long a threshold must be missed for a breakdown, and for a lasting one.
    pub patience: Patience,
    /// Over how long value decided is looked back on; above 0.
    pub window: SimDuration,
}

/// What a cut lowers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// What is paid: income and the fee of a job.
    Fee,
    /// What a token is worth.
    Stake,
    /// The rate of checks.
    Checks,
}

impl Cut {
    /// All of them.
    pub const ALL: [Cut; 3] = [Cut::Fee, Cut::Stake, Cut::Checks];

    /// What fees, tokens and looks are multiplied by, where what is cut is multiplied by `left`.
    fn factors(self, left: f64) -> [f64; 3] {
        Cut::ALL.map(|other| if other == self { left } else { 1.0 })
    }
}

/// What a party lives on. Flows are in micro-credits a second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incentives {
    /// What it earns.
    pub income: f64,
    /// What its work costs it.
    pub cost: f64,
    /// What it could have outside.
    pub outside: f64,
    /// What is at stake in a job; `None` before its first settlement.
    pub job: Option<AtStake>,
}

/// What is at stake in a job, or in a vote, on the average. Amounts are in micro-credits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtStake {
    /// p̂: the probability that a checker looks.
    pub looked: f64,
    /// d̂: the probability that who looks at a cheat finds it.
    pub found: f64,
    /// What it is paid.
    pub fee: f64,
    /// The share of the fee that is lost with a cheat that is found: 1 of a node, 0 of a checker, who is paid for every vote.
    pub fee_lost: f64,
    /// What a find takes whatever the fee, in tokens at their present worth.
    pub slash: f64,
    /// What it takes in proportion to the fee.
    pub slash_by_fee: f64,
    /// The most that it takes: the whole stake.
    pub stake: f64,
    /// The probability that a find excludes the party.
    pub excluded: f64,
    /// Over how many seconds it counts on what it earns.
    pub horizon: f64,
    /// What all of the work costs.
    pub cost: f64,
    /// What a cheat saves.
    pub saving: f64,
}

impl Incentives {
    /// The margin of staying: (income − cost − outside)/income ([`participation::margin`]).
    pub fn stay(&self) -> f64 {
        participation::margin(self.income, self.cost, self.outside)
    }

    /// The margin of honesty: (p̂ d̂ (fee + slash + future) − saving)/fee, without a fee relative to the cost of a job. Where a cheat saves
    /// nothing, honesty costs nothing: `None`. So it is before the first settlement.
    pub fn honest(&self) -> Option<f64> {
        let job = self.job.filter(|job| job.saving > 0.0)?;
        let scale = if job.fee > 0.0 { job.fee } else { job.cost.max(job.saving) };
        Some((self.gain([1.0; 3]) / scale).clamp(f64::MIN, f64::MAX))
    }

    /// The smaller of both.
    pub fn margin(&self) -> f64 {
        self.honest().map_or(self.stay(), |honest| honest.min(self.stay()))
    }

    /// What honesty brings beyond a cheat, where fees, tokens and looks are multiplied by these.
    fn gain(&self, [fees, tokens, looks]: [f64; 3]) -> f64 {
        let Some(job) = &self.job else { return 0.0 };
        let rent = (self.income * fees - self.cost - self.outside).max(0.0);
        let slash = (job.slash * tokens + job.slash_by_fee * fees).min(job.stake * tokens);
        let lost = job.fee_lost * job.fee * fees + slash + job.excluded * job.horizon * rent;
        (job.looked * looks).min(1.0) * job.found * lost - job.saving
    }

    /// What is left of it after a cut: what is cut is multiplied by `left`. Looks happen at most always.
    #[cfg(test)]
    pub fn after(&self, cut: Cut, left: f64) -> Incentives {
        let [fees, tokens, looks] = cut.factors(left);
        let job = self.job.map(|job| AtStake {
            fee: job.fee * fees,
            slash: job.slash * tokens,
            slash_by_fee: job.slash_by_fee * fees,
            stake: job.stake * tokens,
            looked: (job.looked * looks).min(1.0),
            ..job
        });
        Incentives { income: self.income * fees, job, ..*self }
    }

    /// c: by what share something may be cut until the margin is 0. It is below 0 of a party whose margin is not above 0 and that a rise
    /// would bring back, and infinite where no cut, or no rise, brings it there.
    pub fn threshold(&self, cut: Cut) -> f64 {
        self.stay_threshold(cut).min(self.honest_threshold(cut))
    }

    fn stay_threshold(&self, cut: Cut) -> f64 {
        match cut {
            Cut::Fee if self.income > 0.0 => 1.0 - (self.cost + self.outside) / self.income,
            _ if self.income - self.cost - self.outside > 0.0 => f64::INFINITY,
            _ => f64::NEG_INFINITY,
        }
    }

    /// The gain is linear between a few points and never falls with what is left. So the first such piece that ends above 0 holds the
    /// root.
    fn honest_threshold(&self, cut: Cut) -> f64 {
        let Some(job) = self.job.filter(|job| job.saving > 0.0) else { return f64::INFINITY };
        let mut bends = match cut {
            Cut::Fee => [(job.stake - job.slash) / job.slash_by_fee, (self.cost + self.outside) / self.income],
            Cut::Stake => [job.slash_by_fee / (job.stake - job.slash), 0.0],
            Cut::Checks => [1.0 / job.looked, 0.0],
        };
        bends.sort_by(f64::total_cmp);
        let gain = |left: f64| self.gain(cut.factors(left));
        let (mut from, mut below) = (0.0, gain(0.0));
        if below > 0.0 {
            return f64::INFINITY;
        }
        for to in bends.into_iter().filter(|bend| bend.is_finite() && *bend > 0.0) {
            let above = gain(to);
            if above > 0.0 {
                return 1.0 - root((from, below), (to, above));
            }
            (from, below) = (to, above);
        }
        // From the last bend on it goes on as it goes over one length more.
        let length = from.max(1.0);
        let above = gain(from + length);
        match above > below {
            true => 1.0 - (from - below * length / (above - below)),
            false => f64::NEG_INFINITY,
        }
    }
}

/// Where a line through two points is 0.
fn root((from, below): (f64, f64), (to, above): (f64, f64)) -> f64 {
    from - below * (to - from) / (above - below)
}

#[cfg(test)]
mod tests;
