//! Whether a party stays: its margin, and how fast it leaves or comes (model §14.1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::share::Share;
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
