//! Whether a party stays: its margin, and how fast it leaves or comes (model §14.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::share::Share;
use crate::engine::law::Sampler;
use crate::engine::time::{SimDuration, Time};
use crate::maths;

/// Which income a party that is there goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IncomeSeen {
    /// Its own.
    #[default]
    Own,
    /// The mean of those of its group that are there.
    Posted,
}

/// How fast parties leave, or come: at most `rate` times a second, by a logistic share of their margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hazard {
    /// Times a second, at most.
    pub rate: f64,
    /// How fast the logarithm of the odds moves with what speaks for the step.
    pub slope: f64,
}

impl Hazard {
    /// The share of the rate at which the step is taken, where so much of a margin speaks for it: 1/(1 + e^(−slope · pull)).
    pub fn share(&self, pull: f64) -> Share {
        Share::try_from(1.0 / (1.0 + maths::exp(-self.slope * pull))).unwrap_or(Share::ZERO)
    }
}

/// How parties come and go; amounts are in micro-credits a second.
#[derive(Clone, Debug)]
pub struct Participation {
    /// How fast one leaves.
    pub exit: Option<Hazard>,
    /// How fast one comes.
    pub enter: Option<Hazard>,
    /// Which income one goes by that is there.
    pub income: IncomeSeen,
    /// The time constant of its averages, above 0.
    pub memory: SimDuration,
    /// What it could have outside.
    pub outside: f64,
    /// The income, less cost, that it counts on at the start.
    pub expects: f64,
    /// How long a stake is held after its party has left.
    pub unbonding: SimDuration,
    /// Micro-credits that each has to live on while it does not pay to stay; `None`: nothing.
    pub savings: Option<Sampler>,
    /// When one takes another name.
    pub whitewash: Option<Whitewash>,
}

/// When a party leaves, to come back under another name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whitewash {
    /// When what is thought of it falls below this.
    pub below: Share,
    /// It stays away so long, and at least as long as its stake is held.
    pub pause: SimDuration,
}

/// What a party has to live on. It never has more than what it came with: what it earns beyond is paid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Purse {
    full: f64,
    left: f64,
    /// What its work had cost it when that was last looked at.
    spent: f64,
    since: Time,
}

impl Purse {
    /// A full one.
    pub fn of(savings: f64, spent: f64, now: Time) -> Purse {
        Purse { full: savings, left: savings, spent, since: now }
    }

    /// A full one again, as its party comes.
    pub fn fill(&mut self, spent: f64, now: Time) {
        *self = Purse::of(self.full, spent, now);
    }

    /// So much was earned, work has cost so much in all, and what could be had outside is missed for as long as the party stays.
    pub fn pass(&mut self, earned: f64, spent: f64, outside: f64, now: Time) {
        let missed = outside * now.since(self.since).seconds();
        self.left = (self.left + earned - (spent - self.spent) - missed).min(self.full);
        (self.spent, self.since) = (spent, now);
    }

    /// Whether anything is left.
    pub fn lasts(&self) -> bool {
        self.left > 0.0
    }
}

/// The margin of staying, without unit: what is left of an income when its cost and what could be had outside are taken off, relative to that
/// income; without income relative to the cost, and without either to what could be had outside. All three are per second.
pub fn margin(income: f64, cost: f64, outside: f64) -> f64 {
    let income = income.max(0.0);
    match [income, cost, outside].into_iter().find(|scale| *scale > 0.0) {
        // An income that fades to next to nothing leaves a margin that is still a number.
        Some(scale) => ((income - cost - outside) / scale).max(f64::MIN),
        None => 0.0,
    }
}

/// A rate of a flow, smoothed: an average in which what was before counts by e^(−age/θ).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Smoothed {
    per_second: f64,
    since: Time,
}

impl Smoothed {
    /// A flow that was so much a second until now.
    pub fn begin(per_second: f64, now: Time) -> Smoothed {
        Smoothed { per_second, since: now }
    }

    /// How much a second, with the time constant θ.
    pub fn at(&self, now: Time, theta: SimDuration) -> f64 {
        self.per_second * maths::exp(-self.age(now, theta))
    }

    /// So much flows at once; it may be negative.
    pub fn add(&mut self, amount: f64, now: Time, theta: SimDuration) {
        *self = Smoothed::begin(self.at(now, theta) + amount / theta.seconds(), now);
    }

    /// So much has flowed evenly since the last change.
    pub fn spread(&mut self, amount: f64, now: Time, theta: SimDuration) {
        let age = self.age(now, theta);
        let kept = if age > 0.0 { -maths::exp_m1(-age) / age } else { 1.0 };
        self.add(amount * kept, now, theta);
    }

    fn age(&self, now: Time, theta: SimDuration) -> f64 {
        now.since(self.since).nanos() / theta.nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked examples
    #[test]
    fn margins_are_relative() {
        assert_eq!(margin(8.0, 3.0, 1.0), 0.5);
        assert_eq!(margin(2.0, 3.0, 1.0), -1.0);
        assert_eq!(margin(0.0, 3.0, 3.0), -2.0);
        assert_eq!(margin(-1.0, 0.0, 5.0), -1.0);
        assert_eq!((margin(0.0, 0.0, 0.0), margin(5e-324, 0.0, 1e9)), (0.0, f64::MIN));
        let hazard = Hazard { rate: 1.0, slope: 2.0 };
        assert_eq!(hazard.share(0.0).get(), 0.5);
        assert!((hazard.share(0.5).get() - 1.0 / (1.0 + maths::exp(-1.0))).abs() < 1e-15);
        assert_eq!((hazard.share(-1e9).get(), hazard.share(1e9).get()), (0.0, 1.0));
    }

    /// A purse is full while enough is earned, and then lasts as long as it holds.
    #[test]
    fn a_purse_lasts_as_long_as_it_holds() {
        let second = SimDuration::from_seconds(1.0);
        let (mut purse, mut now) = (Purse::of(100.0, 7.0, Time::ZERO), Time::ZERO);
        for _ in 0..50 {
            now += second;
            purse.pass(5.0, 7.0, 2.0, now);
        }
        assert_eq!(purse.left, 100.0);
        for step in 1..=25 {
            now += second;
            purse.pass(0.0, 7.0 + 2.0 * f64::from(step), 2.0, now);
            assert_eq!(purse.lasts(), step < 25, "{step}");
        }
        purse.fill(57.0, now);
        assert!(purse.lasts());
    }

    /// A constant flow is its own average, in lumps or evenly; half of one that stops is left after θ ln 2.
    #[test]
    fn a_constant_flow_is_its_own_average() {
        let (theta, second) = (SimDuration::from_seconds(100.0), SimDuration::from_seconds(1.0));
        let (mut lumps, mut even) = (Smoothed::begin(3.0, Time::ZERO), Smoothed::begin(3.0, Time::ZERO));
        let mut now = Time::ZERO;
        for _ in 0..1_000 {
            now += second;
            lumps.add(3.0, now, theta);
            even.spread(3.0, now, theta);
        }
        assert!((lumps.at(now, theta) / 3.0 - 1.0).abs() < 0.006 && (even.at(now, theta) / 3.0 - 1.0).abs() < 1e-12);
        let half = now + SimDuration::from_seconds(100.0 * std::f64::consts::LN_2);
        assert!((even.at(half, theta) / 1.5 - 1.0).abs() < 1e-8);
    }
}
