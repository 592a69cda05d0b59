//! Exogenous series: prices and levels that move by themselves, stepped over any span by their exact transitions.
//!
//! A step uses two words of its randomness whatever happens in it, so two runs that differ in a parameter stay paired.

use crate::engine::mistake::Mistake;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::law::poisson;
use crate::engine::random::{Key, KeyedRng, RandomSource};
use crate::engine::time::SimDuration;
use crate::maths::{exp, exp_m1, ln, normal_quantile};

/// The kinds of series. Z is standard normal, t the length of a step in units of `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessName {
    /// Always `start`.
    Constant,
    /// Geometric Brownian motion with `drift` and `volatility`: S ← S · exp((drift − volatility²/2) t + volatility √t Z).
    /// P. Glasserman, "Monte Carlo Methods in Financial Engineering" (2004), section 3.2.
    Gbm,
    /// Ornstein–Uhlenbeck around `level` with rate `reversion`: X ← level + (X − level) e^(−reversion t) + s Z, where
    /// s² = volatility² (1 − e^(−2 reversion t)) / (2 reversion) (Glasserman, section 3.3). May go below zero.
    Ou,
    /// The exponential of an Ornstein–Uhlenbeck process around ln `level`, so always above zero; `level` is its median in the long run.
    /// E. S. Schwartz, "The stochastic behavior of commodity prices", Journal of Finance 52 (1997), model 1.
    LogOu,
    /// Jumps at `jump-rate` that multiply the value by exp(`jump-mean` + `jump-sigma` Z), between them geometric Brownian motion, at rest
    /// unless `drift` or `volatility` is given. R. C. Merton, "Option pricing when underlying stock returns are discontinuous",
    /// Journal of Financial Economics 3 (1976).
    Jumps,
}

/// A series as a scenario writes it: `{ process = "gbm", start = 1.0, drift = 0.0, volatility = 0.05 }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProcessSpec {
    /// Which kind; it decides which of the other fields are taken.
    pub process: ProcessName,
    /// The value at the start, above zero except for `ou`.
    pub start: f64,
    /// The unit of time of the rates below. Default `"1d"` (assumed).
    #[serde(default = "day")]
    pub per: SimDuration,
    /// The growth rate of the mean of `gbm`, jumps aside, per `per`; within ±100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<f64>,
    /// The standard deviation (of the logarithm, except for `ou`) gained per square root of `per`; not negative, at most 100 for logarithms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatility: Option<f64>,
    /// What `ou` and `log-ou` revert to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// The rate at which `ou` and `log-ou` revert, per `per`; above zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversion: Option<f64>,
    /// Jumps per `per`, from 0 to 1e6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump_rate: Option<f64>,
    /// The mean logarithm of the factor of a jump; within ±20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump_mean: Option<f64>,
    /// The standard deviation of the logarithm of the factor of a jump; from 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jump_sigma: Option<f64>,
}

fn day() -> SimDuration {
    SimDuration(86_400_000_000_000)
}

/// A series under way: where it is now. What moves it stays in its `ProcessSpec`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// The value now.
    pub value: f64,
}

/// What a process that lives above zero is kept within, so that no run meets an infinity.
const POSITIVE: (f64, f64) = (1e-300, 1e300);

impl Process {
    /// A series at its start.
    pub fn new(spec: &ProcessSpec) -> Process {
        Process { value: spec.start }
    }

    /// Moves the series on by `span` and returns its value. Steps may be of any length; cutting one in two changes the path, not its law.
    pub fn step(&mut self, spec: &ProcessSpec, span: SimDuration, chance: &mut impl RandomSource) -> f64 {
        let moved = spec.moves(span);
        let normal = normal_quantile(chance.unit());
        let mut jumps = KeyedRng::new(Key(chance.bits()));
        let change = moved.deviation * normal;
        self.value = match spec.process {
            ProcessName::Constant => self.value,
            ProcessName::Ou => moved.level + (self.value - moved.level) * moved.keeps + change,
            ProcessName::Gbm => self.value * exp(moved.level + change),
            ProcessName::LogOu => exp(moved.level + (ln(self.value) - moved.level) * moved.keeps + change),
            ProcessName::Jumps => self.value * exp(moved.level + change + spec.jump(moved.time, &mut jumps)),
        };
        if !matches!(spec.process, ProcessName::Constant | ProcessName::Ou) {
            self.value = self.value.clamp(POSITIVE.0, POSITIVE.1);
        }
        self.value
    }
}

/// What a step does to the state (its logarithm, except for `ou`).
struct Moves {
    /// The length of the step in units of `per`.
    time: f64,
    /// What is added, or the level reverted to.
    level: f64,
    /// The share of the distance to the level that is kept.
    keeps: f64,
    /// The standard deviation of what chance adds.
    deviation: f64,
}

impl ProcessSpec {
    /// Always `value`.
    pub fn constant(value: f64) -> ProcessSpec {
        ProcessSpec {
            process: ProcessName::Constant,
            start: value,
            per: day(),
            drift: None,
            volatility: None,
            level: None,
            reversion: None,
            jump_rate: None,
            jump_mean: None,
            jump_sigma: None,
        }
    }

    fn moves(&self, span: SimDuration) -> Moves {
        let time = span.0 as f64 / self.per.0 as f64;
        let volatility = self.volatility.unwrap_or(0.0);
        let (level, reversion) = (self.level.unwrap_or(self.start), self.reversion.unwrap_or(1.0));
        let reverting = |level| Moves {
            time,
            level,
            keeps: exp(-reversion * time),
            deviation: volatility * (-exp_m1(-2.0 * reversion * time) / (2.0 * reversion)).sqrt(),
        };
        match self.process {
            ProcessName::Constant => Moves { time, level: 0.0, keeps: 1.0, deviation: 0.0 },
            ProcessName::Ou => reverting(level),
            ProcessName::LogOu => reverting(ln(level)),
            ProcessName::Gbm | ProcessName::Jumps => {
                let rise = self.drift.unwrap_or(0.0) - 0.5 * volatility * volatility;
                Moves { time, level: rise * time, keeps: 1.0, deviation: volatility * time.sqrt() }
            }
        }
    }

    /// The logarithm of the factor by which all jumps in `time` move the value: a compound Poisson sum, exact given their number.
    fn jump(&self, time: f64, chance: &mut impl RandomSource) -> f64 {
        let count = poisson(self.jump_rate.unwrap_or(0.0) * time, chance) as f64;
        let spread = self.jump_sigma.unwrap_or(0.0) * count.sqrt();
        count * self.jump_mean.unwrap_or(0.0) + spread * normal_quantile(chance.unit())
    }

    /// The mean of the value once `span` has passed since the start.
    pub fn mean_after(&self, span: SimDuration) -> f64 {
        self.moments_after(span).0
    }

    /// The variance of the value once `span` has passed since the start.
    pub fn variance_after(&self, span: SimDuration) -> f64 {
        self.moments_after(span).1
    }

    fn moments_after(&self, span: SimDuration) -> (f64, f64) {
        let Moves { time, level, keeps, deviation } = self.moves(span);
        let square = deviation * deviation;
        // A lognormal: the mean and variance of its logarithm.
        let lognormal = |log: f64, square: f64| {
            let mean = exp(log + 0.5 * square);
            (mean, mean * mean * exp_m1(square))
        };
        match self.process {
            ProcessName::Constant => (self.start, 0.0),
            ProcessName::Ou => (level + (self.start - level) * keeps, square),
            ProcessName::LogOu => lognormal(level + (ln(self.start) - level) * keeps, square),
            ProcessName::Gbm => lognormal(ln(self.start) + level, square),
            ProcessName::Jumps => {
                // The k-th power of a compound Poisson factor has mean exp(λt (E[Jᵏ] − 1)).
                let (m, s) = (self.jump_mean.unwrap_or(0.0), self.jump_sigma.unwrap_or(0.0));
                let expected = self.jump_rate.unwrap_or(0.0) * time;
                let power = |k: f64| expected * exp_m1(k * m + 0.5 * k * k * s * s);
                let mean = self.start * exp(level + 0.5 * square + power(1.0));
                (mean, mean * mean * exp_m1(square + power(2.0) - 2.0 * power(1.0)))
            }
        }
    }

    /// Everything wrong with this series: parameters that do not belong to it, that are missing, or that are out of range.
    pub fn check(&self) -> Vec<Mistake> {
        let (needs, also): (&[&str], &[&str]) = match self.process {
            ProcessName::Constant => (&[], &[]),
            ProcessName::Gbm => (&["drift", "volatility"], &[]),
            ProcessName::Ou | ProcessName::LogOu => (&["level", "reversion", "volatility"], &[]),
            ProcessName::Jumps => (&["jump-rate", "jump-mean", "jump-sigma"], &["drift", "volatility"]),
        };
        let above_zero = if self.process == ProcessName::Ou { f64::MIN } else { POSITIVE.0 };
        let volatility_max = if self.process == ProcessName::Ou { f64::MAX } else { 100.0 };
        let fields: [(&'static str, Option<f64>, f64, f64); 9] = [
            ("start", Some(self.start), if needs.is_empty() { f64::MIN } else { above_zero }, f64::MAX),
            ("per", Some(self.per.0 as f64), 1.0, f64::MAX),
            ("drift", self.drift, -100.0, 100.0),
            ("volatility", self.volatility, 0.0, volatility_max),
            ("level", self.level, above_zero, f64::MAX),
            ("reversion", self.reversion, 1e-9, 1e9),
            ("jump-rate", self.jump_rate, 0.0, 1e6),
            ("jump-mean", self.jump_mean, -20.0, 20.0),
            ("jump-sigma", self.jump_sigma, 0.0, 10.0),
        ];
        let mut problems = Vec::new();
        let mut say = |field, message: &str, help: String| {
            problems.push(Mistake::new(field, format!("`{field}` {message}"), help));
        };
        for (index, &(field, value, least, most)) in fields.iter().enumerate() {
            let (needed, known) =
                (needs.contains(&field), index < 2 || needs.contains(&field) || also.contains(&field));
            match value {
                None if needed => say(field, "is missing", format!("this process needs `{}`", needs.join("`, `"))),
                Some(_) if !known && needs.is_empty() => {
                    say(field, "does not belong to this process", "a constant takes `start` alone".into());
                }
                Some(_) if !known => {
                    say(field, "does not belong to this process", format!("it takes `{}`", needs.join("`, `")));
                }
                Some(value) if !(least..=most).contains(&value) => {
                    say(field, "is out of range", format!("it is a number from {least:e} to {most:e}"));
                }
                _ => {}
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Seed, Stream};

    const PER: SimDuration = SimDuration(1_000_000_000);

    fn spec(process: ProcessName, set: impl Fn(&mut ProcessSpec)) -> ProcessSpec {
        let mut spec = ProcessSpec { process, per: PER, ..ProcessSpec::constant(1.0) };
        set(&mut spec);
        assert_eq!(spec.check(), []);
        spec
    }

    fn gbm() -> ProcessSpec {
        spec(ProcessName::Gbm, |s| (s.drift, s.volatility) = (Some(0.1), Some(0.5)))
    }

    fn ou(process: ProcessName) -> ProcessSpec {
        spec(process, |s| (s.level, s.reversion, s.volatility) = (Some(2.0), Some(0.5), Some(0.3)))
    }

    fn jumps() -> ProcessSpec {
        let spec =
            spec(ProcessName::Jumps, |s| (s.jump_rate, s.jump_mean, s.jump_sigma) = (Some(2.0), Some(-0.1), Some(0.2)));
        ProcessSpec { drift: Some(0.05), volatility: Some(0.1), ..spec }
    }

    /// A hundred thousand paths of seed 1, twenty times as many where a long run is asked for.
    fn paths() -> u64 {
        if std::env::var_os("RELIANCE_LONG").is_some() { 2_000_000 } else { 100_000 }
    }

    /// The values after each of `steps`, path by path.
    fn ends<const N: usize>(spec: &ProcessSpec, steps: [f64; N]) -> Vec<[f64; N]> {
        let path = |entity| {
            let (mut process, mut stream) = (Process::new(spec), Stream::new(Seed::from(1), 1, entity));
            steps.map(|step| process.step(spec, SimDuration::from_seconds(step), &mut stream))
        };
        (0..paths()).map(path).collect()
    }

    /// How many standard errors the mean of `sample` is from `expected`.
    #[track_caller]
    fn judge(sample: impl Iterator<Item = f64> + Clone, expected: f64) {
        let count = sample.clone().count() as f64;
        let mean = sample.clone().sum::<f64>() / count;
        let variance = sample.map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        let z = (mean - expected) / (variance / count).sqrt();
        assert!(z.abs() < 4.89, "{mean} is not {expected}: z {z}");
    }

    fn square(x: f64) -> f64 {
        x * x
    }

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs(), "{found} is not {expected}");
    }

    /// Drift 0.1 and volatility 0.5 for one unit of time in uneven steps: mean e^0.1, variance e^0.2 (e^0.25 − 1), median e^(−0.025).
    #[test]
    fn geometric_brownian_motion_has_its_moments() {
        near(gbm().mean_after(PER), 1.105_170_918_075_647_7);
        near(gbm().variance_after(PER), 0.346_909_427_329_998_85);
        let ends = ends(&gbm(), [0.5, 0.3, 0.15, 0.05]);
        let last = ends.iter().map(|path| path[3]);
        judge(last.clone(), 1.105_170_918_075_647_7);
        judge(last.clone().map(|x| square(x - 1.105_170_918_075_647_7)), 0.346_909_427_329_998_85);
        judge(last.map(|x| f64::from(u8::from(x < 0.975_309_912_028_332_7))), 0.5);
    }

    /// dX = 0.5 (2 − X) dt + 0.3 dW: stationary variance 0.09, autocorrelation e^(−0.5) at lag 1.
    #[test]
    fn ornstein_uhlenbeck_has_its_moments() {
        let spec = ou(ProcessName::Ou);
        near(spec.variance_after(SimDuration(1000 * PER.0)), 0.09);
        near(spec.mean_after(PER), 2.0 - 0.606_530_659_712_633_4);
        let ends = ends(&spec, [1.0, 60.0, 0.25, 0.75]);
        judge(ends.iter().map(|path| path[0]), 2.0 - 0.606_530_659_712_633_4);
        judge(ends.iter().map(|path| square(path[0] - spec.mean_after(PER))), spec.variance_after(PER));
        judge(ends.iter().map(|path| path[1]), 2.0);
        judge(ends.iter().map(|path| square(path[1] - 2.0)), 0.09);
        judge(ends.iter().map(|path| (path[1] - 2.0) * (path[3] - 2.0)), 0.09 * 0.606_530_659_712_633_4);
    }

    #[test]
    fn moments_of_the_others_agree_with_their_formulas() {
        for spec in [ou(ProcessName::LogOu), jumps()] {
            let (mean, variance) = (spec.mean_after(PER), spec.variance_after(PER));
            let ends = ends(&spec, [0.25, 0.7, 0.05]);
            judge(ends.iter().map(|path| path[2]), mean);
            judge(ends.iter().map(|path| square(path[2] - mean)), variance);
        }
        // Without jumps the motion is geometric Brownian, and a median reverts as its logarithm does.
        let still = ProcessSpec { jump_rate: Some(0.0), ..jumps() };
        near(still.mean_after(PER), exp(0.05));
        let sure = ProcessSpec { volatility: Some(0.0), ..ou(ProcessName::LogOu) };
        near(sure.mean_after(PER), exp(ln(2.0) * (1.0 - exp(-0.5))));
    }

    #[test]
    fn paths_stay_paired_and_in_range() {
        let path = |spec: &ProcessSpec| {
            let (mut process, mut stream) = (Process::new(spec), Stream::new(Seed::from(1), 1, 0));
            [(); 50].map(|()| process.step(spec, SimDuration::from_seconds(0.1), &mut stream))
        };
        // Jumps of no size change nothing, however many there are.
        let diffusion = ProcessSpec { jump_mean: Some(0.0), jump_sigma: Some(0.0), ..jumps() };
        assert_eq!(path(&diffusion), path(&ProcessSpec { jump_rate: Some(0.0), ..diffusion.clone() }));
        assert_eq!(path(&ProcessSpec::constant(3.0)), [3.0; 50]);
        let wild = spec(ProcessName::Gbm, |s| (s.drift, s.volatility) = (Some(-100.0), Some(100.0)));
        assert!(path(&wild).iter().all(|value| *value >= POSITIVE.0 && value.is_finite()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| toml::from_str::<ProcessSpec>(text).unwrap().check();
        assert_eq!(wrong("process = \"gbm\"\nstart = 1.0\ndrift = 0.1")[0].message, "`volatility` is missing");
        assert_eq!(
            wrong("process = \"constant\"\nstart = 1.0\nlevel = 1.0")[0].message,
            "`level` does not belong to this process"
        );
        assert_eq!(wrong("process = \"gbm\"\nstart = -1.0\ndrift = 0.1\nvolatility = 0.5")[0].key, "start");
        assert_eq!(wrong("process = \"constant\"\nstart = 1.0\nper = \"0\"")[0].key, "per");
        assert!(wrong("process = \"constant\"\nstart = 0.0").is_empty());
    }
}
