//! Arrivals that follow the day: a Poisson process whose rate runs through the same curve every period.
//!
//! The curves, with the time t since the start of the run taken modulo `period`:
//!
//! - `sine`: rate(t) = mean · (1 + amplitude · cos(2π (t − peak)/period)). With `peak` at a quarter of the period this
//!   is a + b sin(γt) with a = mean, b = amplitude · mean, γ = 2π/period, the input of the classical M_t/G/∞ results
//!   (S. G. Eick, W. A. Massey and W. Whitt, "M_t/G/∞ queues with sinusoidal arrival rates", Management Science 39,
//!   1993).
//! - `steps`: n `rates`, each held for one nth of the period.
//! - `linear`: n `rates`, the ith reached at i/n of the period, with straight lines between them and back to the first.
//!
//! Simulated exactly, by thinning (P. A. W. Lewis and G. S. Shedler, "Simulation of nonhomogeneous Poisson processes by
//! thinning", Naval Research Logistics Quarterly 26, 1979): candidates come at a rate that bounds the curve over one
//! piece of the period, and each stays with probability rate(t)/bound. A candidate's exponential is used up piece by
//! piece, so no draw is lost at the end of a piece.

use std::f64::consts::TAU;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::domain::share::{Rate, Share};
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
use crate::policy::Described;

/// Parameters of a day.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The form of the curve; `sine` unless given.
    #[serde(default)]
    pub curve: Curve,
    /// The length of a day, from which on it repeats; `"24h"` unless given.
    #[serde(default = "day")]
    pub period: SimDuration,
    /// Of `sine`: the mean rate, such as `"5/s"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Rate>,
    /// Of `sine`: the swing around the mean as a share of it, from 0 to 1. 0.18 unless given: over two weeks of
    /// ServeGen's client set m-large the busiest hour of the day has 1.45 times the rate of the quietest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amplitude: Option<Share>,
    /// Of `sine`: the time of day with the highest rate; `"14h"` unless given (assumed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<SimDuration>,
    /// Of `steps` and `linear`: the rates of equal parts of the period, such as 24 hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<Rate>,
}

/// The form of the curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Curve {
    /// A sine around a mean.
    #[default]
    Sine,
    /// Constant over each part of the day.
    Steps,
    /// Straight lines between the parts of the day.
    Linear,
}

fn day() -> SimDuration {
    SimDuration(86_400_000_000_000)
}

/// The parts a sine is bounded in: over one of 48 it moves by at most a seventh of its swing.
const SINE_PARTS: u64 = 48;

/// The shortest part that `rates` may be given for.
const PART_MIN: SimDuration = SimDuration(1000);

impl Described for Spec {
    const NAME: &'static str = "day";
    const SUMMARY: &'static str = "a Poisson process whose rate runs through the same curve every day";
    const SOURCE: &'static str = "Lewis and Shedler, Simulation of nonhomogeneous Poisson processes by thinning, 1979";
    const EXAMPLE: &'static str = r#"{ mean = "5/s", amplitude = 0.4, peak = "14h" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        // Finer parts would be lost in the rounding of instants.
        let shortest = SimDuration(PART_MIN.0.saturating_mul(self.rates.len().max(1) as u64));
        if self.period < shortest {
            let period = self.period;
            let message =
                format!("`period` must be {PART_MIN} or more for each of `rates`: {period} is below {shortest}");
            return Err(Mistake::new("period", message, ""));
        }
        let given =
            [("mean", self.mean.is_some()), ("amplitude", self.amplitude.is_some()), ("peak", self.peak.is_some())];
        let of_sine = given.into_iter().find(|(_, given)| *given).map(|(key, _)| key);
        let wrong = |key, message: &str| Err(Mistake::new(key, message, ""));
        match (self.curve, of_sine) {
            (Curve::Sine, _) if !self.rates.is_empty() => {
                wrong("rates", "`rates` goes with the curves `steps` and `linear`")
            }
            (Curve::Sine, _) if self.mean.is_none() => wrong("curve", "the curve `sine` needs a `mean`, such as `5/s`"),
            (Curve::Sine, _) => Ok(()),
            (_, Some(key)) => {
                wrong(key, "`mean`, `amplitude` and `peak` go with the curve `sine`; the others take `rates`")
            }
            _ if self.rates.is_empty() => {
                wrong("rates", "the curves `steps` and `linear` need `rates`, one for each part of the period")
            }
            _ => Ok(()),
        }
    }
}

/// How far the process has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The last candidate, or the end of the last piece.
    at: Time,
    /// The end of the piece that the bound holds for.
    until: Time,
    /// The rate of candidates, per second.
    bound: f64,
    /// The highest rate of the whole curve, per second.
    ceiling: f64,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { at: Time::ZERO, until: Time::ZERO, bound: 0.0, ceiling: self.ceiling() }
    }

    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        if memory.ceiling == 0.0 {
            return None;
        }
        while self.candidate(memory, stream) {
            if stream.chance(self.rate(memory.at) / memory.bound) {
                return Some(Arrival { at: memory.at, ..Arrival::default() });
            }
        }
        None
    }

    fn restart(&self, memory: &mut Memory, at: Time) -> bool {
        (memory.at, memory.until) = (at, at);
        true
    }
}

impl Spec {
    /// The rate at an instant, per second.
    pub fn rate(&self, at: Time) -> f64 {
        let phase = at.0 % self.period.0;
        match self.curve {
            Curve::Sine => {
                let angle = self.since_peak(phase) as f64 / self.period.0 as f64;
                self.mean() * (1.0 + self.amplitude() * maths::cos(TAU * angle))
            }
            Curve::Steps => self.rates[self.part(phase)].get(),
            Curve::Linear => {
                let part = self.part(phase);
                let (from, to) = (self.rates[part].get(), self.rates[(part + 1) % self.rates.len()].get());
                let way = phase as f64 * self.rates.len() as f64 / self.period.0 as f64 - part as f64;
                from + (to - from) * way.clamp(0.0, 1.0)
            }
        }
    }

    /// Moves to the next candidate; false when there is none before the end of time.
    #[inline]
    fn candidate(&self, memory: &mut Memory, stream: &mut Stream) -> bool {
        let mut left = -maths::ln(stream.unit());
        while memory.at != Time::NEVER {
            if memory.at >= memory.until {
                self.enter(memory);
            }
            let there = memory.at + SimDuration::from_seconds(left / memory.bound);
            if there < memory.until {
                memory.at = there;
                return true;
            }
            // Rounding must not use up more than there is, nor all of it where the bound is zero.
            left -= memory.bound * memory.until.since(memory.at).seconds();
            left = left.max(f64::MIN_POSITIVE);
            memory.at = memory.until;
        }
        false
    }

    /// Enters the piece that begins at `memory.at`.
    fn enter(&self, memory: &mut Memory) {
        // With less than a candidate per period, walking its parts would cost more than refusing candidates does.
        if memory.ceiling * self.period.seconds() < 1.0 {
            (memory.until, memory.bound) = (Time::NEVER, memory.ceiling);
            return;
        }
        let phase = memory.at.0 % self.period.0;
        let part = self.part(phase);
        let end = ((part as u128 + 1) * u128::from(self.period.0)).div_ceil(u128::from(self.parts())) as u64;
        let length = SimDuration(end - phase);
        memory.until = memory.at + length;
        memory.bound = match self.curve {
            // The highest point lies within, or at one of the ends.
            Curve::Sine if self.since_peak(phase) + length.0 >= self.period.0 => memory.ceiling,
            Curve::Sine => self.rate(memory.at).max(self.rate(memory.until)),
            Curve::Steps => self.rates[part].get(),
            Curve::Linear => self.rates[part].get().max(self.rates[(part + 1) % self.rates.len()].get()),
        };
    }

    fn parts(&self) -> u64 {
        if self.curve == Curve::Sine { SINE_PARTS } else { self.rates.len() as u64 }
    }

    /// Which part of the period a phase, in nanoseconds, falls in.
    fn part(&self, phase: u64) -> usize {
        (u128::from(phase) * u128::from(self.parts()) / u128::from(self.period.0)) as usize
    }

    /// How far a phase lies behind the last peak, in nanoseconds.
    fn since_peak(&self, phase: u64) -> u64 {
        let ahead = self.period.0 - self.peak.unwrap_or(SimDuration(14 * 3_600_000_000_000)).0 % self.period.0;
        ((u128::from(phase) + u128::from(ahead)) % u128::from(self.period.0)) as u64
    }

    fn mean(&self) -> f64 {
        self.mean.map_or(0.0, Rate::get)
    }

    fn amplitude(&self) -> f64 {
        self.amplitude.map_or(0.18, Share::get)
    }

    fn ceiling(&self) -> f64 {
        match self.curve {
            Curve::Sine => self.mean() * (1.0 + self.amplitude()),
            _ => self.rates.iter().map(|rate| rate.get()).fold(0.0, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::demand::tests::{rate, spec};

    const HOUR: u64 = 3_600_000_000_000;

    #[test]
    fn a_peak_at_a_quarter_is_a_sine() {
        let day: Spec = spec(r#"{ mean = "10/s", amplitude = 0.4, peak = "6h" }"#);
        for hour in 0..48 {
            let expected = 10.0 + 4.0 * maths::sin(TAU * f64::from(hour) / 24.0);
            let found = day.rate(Time(u64::from(hour as u32) * HOUR));
            assert!((found - expected).abs() < 1e-12, "hour {hour}: {found} is not {expected}");
        }
    }

    #[test]
    fn lines_and_steps_meet_their_rates() {
        let steps: Spec = spec(r#"{ curve = "steps", period = "6h", rates = ["1/s", "0/s", "4/s"] }"#);
        let linear = Spec { curve: Curve::Linear, ..steps.clone() };
        let found = |day: &Spec, minutes: u64| day.rate(Time(minutes * HOUR / 60));
        assert_eq!([0, 119, 120, 239, 240, 359, 360].map(|at| found(&steps, at)), [1.0, 1.0, 0.0, 0.0, 4.0, 4.0, 1.0]);
        assert_eq!([0, 60, 120, 180, 240, 300, 360].map(|at| found(&linear, at)), [1.0, 0.5, 0.0, 2.0, 4.0, 2.5, 1.0]);
    }

    /// No point of a curve lies above the bound it is thinned under, also where parts do not divide the period.
    #[test]
    fn bounds_hold_everywhere() {
        let curves = [
            r#"{ mean = "3/s", amplitude = 1.0, peak = "5h", period = "1000000007ns" }"#,
            r#"{ mean = "3/s", amplitude = 0.7, peak = "23.99h" }"#,
            r#"{ curve = "linear", period = "101ms", rates = ["1/ms", "5/ms", "0/s", "2/ms", "2/ms", "9/ms", "1/ms"] }"#,
            r#"{ curve = "steps", period = "101ms", rates = ["1/ms", "5/ms", "0/s", "2/ms", "2/ms", "9/ms", "1/ms"] }"#,
        ];
        for text in curves {
            let day: Spec = spec(text);
            let mut memory = super::super::Rule::memory(&day);
            while memory.at.0 < 2 * day.period.0 {
                day.enter(&mut memory);
                let length = memory.until.since(memory.at).0;
                assert!(length > 0 && length <= day.period.0.div_ceil(day.parts()));
                for step in 0..50 {
                    let at = Time(memory.at.0 + (length - 1) * step / 49);
                    assert!(day.rate(at) <= memory.bound * (1.0 + 1e-12), "{text}: above the bound at {at}");
                }
                memory.at = memory.until;
            }
        }
    }

    #[test]
    fn parameters_that_do_not_belong_are_named() {
        for (text, expected) in [
            (r#"{}"#, "`mean`"),
            (r#"{ mean = "5/s", rates = ["5/s"] }"#, "`rates`"),
            (r#"{ mean = "5/s", period = "0" }"#, "`period`"),
            (r#"{ curve = "steps", period = "1999ns", rates = ["5/s", "6/s"] }"#, "`period`"),
            (r#"{ curve = "steps" }"#, "`rates`"),
            (r#"{ curve = "linear", rates = ["5/s"], peak = "2h" }"#, "`peak`"),
        ] {
            let wrong = spec::<Spec>(text).check().unwrap_err();
            assert!(wrong.message.contains(expected), "{text}: {wrong}");
        }
        assert!(spec::<Spec>(Spec::EXAMPLE).check().is_ok());
    }

    /// A rate of nearly nothing ends at the end of time without walking every part of every day.
    #[test]
    fn rare_arrivals_are_found_at_once() {
        let mut stream = crate::policy::demand::tests::stream(0);
        let mut day: Spec = spec(r#"{ mean = "1/s", period = "1us" }"#);
        day.mean = Some(rate(1e-300));
        let mut memory = super::super::Rule::memory(&day);
        assert_eq!(super::super::Rule::next(&day, &mut memory, &mut stream), None);
        day.mean = Some(rate(1e-3));
        let mut memory = super::super::Rule::memory(&day);
        assert!(super::super::Rule::next(&day, &mut memory, &mut stream).is_some());
    }
}
