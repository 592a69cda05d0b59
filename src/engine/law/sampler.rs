//! A law made ready for sampling.

use rand::distr::Distribution;
use serde::{Deserialize, Serialize};

mod strata;

use super::{Law, LawName, Quantity};
use crate::engine::random::{Borrowed, RandomSource};
use crate::engine::time::SimDuration;
use crate::engine::weights::Alias;
use crate::maths::{exp, exp_m1, gamma, ln, ln_1p, normal_cdf, normal_density, normal_quantile};

/// A law made ready for sampling: parameters turned into what the formula needs.
///
/// A law with a closed inverse takes one uniform per variate and grows with it, so that two runs that differ in a parameter stay
/// paired. Numbers are those behind the law's quantity: nanoseconds for a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampler(SamplerKind);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum SamplerKind {
    Constant { value: f64 },
    Uniform { min: f64, width: f64 },
    Exponential { mean: f64 },
    Erlang { stages: u32, stage_mean: f64 },
    Hyperexponential { branches: Box<[Branch]> },
    Gamma { shape: f64, scale: f64 },
    Weibull { scale: f64, power: f64 },
    Lognormal { location: f64, sigma: f64, mean: f64 },
    Normal { mean: f64, deviation: f64, min: f64, max: f64, below: f64, within: f64 },
    Pareto { min: f64, max: f64, shape: f64, power: f64, within: f64 },
    Triangular { min: f64, mode: f64, max: f64 },
    Either { low: f64, high: f64, share: f64 },
    Empirical { values: Box<[f64]>, table: Alias, mean: f64, variance: f64 },
}

/// A branch of a hyperexponential: taken by uniforms below `to` that no earlier branch takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Branch {
    to: f64,
    share: f64,
    mean: f64,
}

/// Up to here an Erlang variate is the logarithm of a product of uniforms, which stays above the smallest `f64`.
const STAGES_MAX: u32 = 16;

impl<Q: Quantity> Law<Q> {
    /// The sampler of this law. Panics where `check` finds a problem.
    pub fn sampler(&self) -> Sampler {
        if let Some(problem) = self.check().first() {
            panic!("a law was used unchecked: {}", problem.message);
        }
        Sampler(self.kind())
    }

    fn kind(&self) -> SamplerKind {
        let of = |quantity: Option<Q>| quantity.map_or(0.0, Q::number);
        let (mean, min, max) = (of(self.mean), of(self.min), of(self.max));
        let (cv, shape) = (self.cv.unwrap_or(1.0), self.shape.unwrap_or(1.0));
        let constant = |value| SamplerKind::Constant { value };
        match self.law {
            LawName::Constant => constant(of(self.value)),
            LawName::Uniform if min == max => constant(min),
            LawName::Uniform => SamplerKind::Uniform { min, width: max - min },
            LawName::Triangular if min == max => constant(min),
            LawName::Triangular => SamplerKind::Triangular { min, mode: of(self.mode), max },
            LawName::Either => {
                SamplerKind::Either { low: of(self.low), high: of(self.high), share: self.share.unwrap_or(0.0) }
            }
            LawName::Empirical => self.empirical(),
            LawName::Lognormal => self.lognormal_kind(),
            LawName::Normal => self.normal_kind(),
            LawName::Pareto if self.mean.is_some() => pareto(mean * (shape - 1.0) / shape, f64::MAX, shape),
            LawName::Pareto => pareto(min, self.max.map_or(f64::MAX, Q::number), shape),
            LawName::Hyperexponential if self.means.is_some() => self.branches(),
            _ if mean == 0.0 => constant(0.0),
            LawName::Exponential => SamplerKind::Exponential { mean },
            LawName::Erlang => erlang(mean, self.stages.unwrap_or(1)),
            LawName::Hyperexponential => balanced(mean, cv),
            LawName::Gamma if self.cv == Some(0.0) => constant(mean),
            LawName::Gamma => gamma_kind(mean, self.shape.unwrap_or(1.0 / (cv * cv))),
            LawName::Weibull if shape == 1.0 => SamplerKind::Exponential { mean },
            LawName::Weibull => SamplerKind::Weibull { scale: mean / gamma(1.0 + 1.0 / shape), power: 1.0 / shape },
        }
    }

    fn empirical(&self) -> SamplerKind {
        let values: Box<[f64]> = self.values.iter().flatten().map(|value| value.number()).collect();
        let weights = self.weights.clone().unwrap_or_else(|| vec![1.0; values.len()]);
        let total: f64 = weights.iter().sum();
        let average = |f: &dyn Fn(f64) -> f64| -> f64 {
            values.iter().zip(&weights).map(|(&value, weight)| f(value) * (weight / total)).sum()
        };
        let mean = average(&|value| value);
        let variance = average(&|value| (value - mean) * (value - mean));
        SamplerKind::Empirical { table: Alias::new(&weights), values, mean, variance }
    }

    fn lognormal_kind(&self) -> SamplerKind {
        let sigma = self.sigma.unwrap_or_else(|| self.cv.map_or(0.0, |cv| ln_1p(cv * cv).sqrt()));
        let median = match (self.median, self.mean) {
            (Some(median), _) => median.number(),
            (None, mean) => mean.map_or(0.0, Q::number) * exp(-0.5 * sigma * sigma),
        };
        match sigma == 0.0 || median == 0.0 {
            true => SamplerKind::Constant { value: median },
            false => {
                let location = ln(median);
                SamplerKind::Lognormal { location, sigma, mean: exp(location + 0.5 * sigma * sigma) }
            }
        }
    }

    fn normal_kind(&self) -> SamplerKind {
        let super::check::Normal { mean, deviation, min, max } = self.normal();
        if deviation == 0.0 || min == max {
            return SamplerKind::Constant { value: mean.clamp(min, max) };
        }
        let below = normal_cdf((min - mean) / deviation);
        let within = normal_cdf((max - mean) / deviation) - below;
        SamplerKind::Normal { mean, deviation, min, max, below, within }
    }

    fn branches(&self) -> SamplerKind {
        let weights = self.weights.as_deref().unwrap_or(&[]);
        let total: f64 = weights.iter().sum();
        let pairs = self.means.iter().flatten().zip(weights).filter(|pair| *pair.1 > 0.0);
        hyperexponential(&pairs.map(|(mean, weight)| (weight / total, mean.number())).collect::<Vec<_>>())
    }
}

fn erlang(mean: f64, stages: u32) -> SamplerKind {
    match stages {
        1 => SamplerKind::Exponential { mean },
        2..=STAGES_MAX => SamplerKind::Erlang { stages, stage_mean: mean / f64::from(stages) },
        _ => gamma_kind(mean, f64::from(stages)),
    }
}

fn gamma_kind(mean: f64, shape: f64) -> SamplerKind {
    if shape == 1.0 { SamplerKind::Exponential { mean } } else { SamplerKind::Gamma { shape, scale: mean / shape } }
}

fn balanced(mean: f64, cv: f64) -> SamplerKind {
    if cv == 1.0 {
        return SamplerKind::Exponential { mean };
    }
    let square = cv * cv;
    let first = 0.5 * (1.0 + ((square - 1.0) / (square + 1.0)).sqrt());
    hyperexponential(&[(first, mean / (2.0 * first)), (1.0 - first, mean / (2.0 * (1.0 - first)))])
}

fn hyperexponential(pairs: &[(f64, f64)]) -> SamplerKind {
    let mut to = 0.0;
    let mut branches: Vec<Branch> = Vec::new();
    for &(share, mean) in pairs {
        to += share;
        branches.push(Branch { to, share, mean });
    }
    // The last takes whatever rounding leaves.
    branches.last_mut().expect("a branch with a weight").to = 1.0;
    SamplerKind::Hyperexponential { branches: branches.into() }
}

fn pareto(min: f64, max: f64, shape: f64) -> SamplerKind {
    if min == 0.0 {
        return SamplerKind::Constant { value: 0.0 };
    }
    let within = if max == f64::MAX { 1.0 } else { -exp_m1(-shape * ln(max / min)) };
    SamplerKind::Pareto { min, max, shape, power: 1.0 / shape, within }
}

impl Sampler {
    /// Always `value`.
    pub fn constant(value: f64) -> Sampler {
        Sampler(SamplerKind::Constant { value })
    }

    /// A variate, as the number behind the law's quantity.
    #[inline]
    pub fn sample(&self, chance: &mut impl RandomSource) -> f64 {
        match self.0 {
            SamplerKind::Constant { value } => value,
            SamplerKind::Uniform { min, width } => min + width * chance.unit(),
            SamplerKind::Exponential { mean } => mean * exponential(chance),
            SamplerKind::Lognormal { location, sigma, .. } => exp(location + sigma * normal_quantile(chance.unit())),
            _ => self.sample_rarer(chance),
        }
    }

    /// A variate of a law of time.
    #[inline]
    pub fn span(&self, chance: &mut impl RandomSource) -> SimDuration {
        SimDuration::from_nanos(self.sample(chance))
    }

    /// A variate as the law's quantity.
    #[inline]
    pub fn quantity<Q: Quantity>(&self, chance: &mut impl RandomSource) -> Q {
        Q::from_number(self.sample(chance))
    }

    /// The laws that would bloat every place a sample is taken.
    fn sample_rarer(&self, chance: &mut impl RandomSource) -> f64 {
        match &self.0 {
            &SamplerKind::Erlang { stages, stage_mean } => {
                let product: f64 = (0..stages).map(|_| 1.0 - chance.unit()).product();
                -stage_mean * ln(product)
            }
            SamplerKind::Hyperexponential { branches } => {
                let unit = chance.unit();
                let branch = branches.iter().find(|branch| unit < branch.to).expect("the last reaches one");
                // Within its branch the uniform is uniform again, so it serves for the exponential too.
                -branch.mean * ln(((branch.to - unit) / branch.share).min(1.0))
            }
            &SamplerKind::Gamma { shape, scale } => scale * gamma_variate(shape, chance),
            &SamplerKind::Weibull { scale, power } => scale * exp(power * ln(exponential(chance))),
            &SamplerKind::Normal { mean, deviation, min, max, below, within } => {
                // Rounding must not reach one, where the quantile is infinite.
                let unit = (below + within * chance.unit()).min(1.0 - f64::EPSILON / 2.0);
                (mean + deviation * normal_quantile(unit)).clamp(min, max)
            }
            &SamplerKind::Pareto { min, max, power, within, .. } => {
                (min * exp(-power * ln(1.0 - within * chance.unit()))).min(max)
            }
            &SamplerKind::Triangular { min, mode, max } => {
                let (unit, width) = (chance.unit(), max - min);
                match unit * width < mode - min {
                    true => min + (unit * width * (mode - min)).sqrt(),
                    false => max - ((1.0 - unit) * width * (max - mode)).sqrt(),
                }
            }
            &SamplerKind::Either { low, high, share } => {
                if 1.0 - chance.unit() < share {
                    high
                } else {
                    low
                }
            }
            SamplerKind::Empirical { values, table, .. } => values[table.sample(chance)],
            SamplerKind::Constant { .. }
            | SamplerKind::Uniform { .. }
            | SamplerKind::Exponential { .. }
            | SamplerKind::Lognormal { .. } => {
                unreachable!("the commoner laws are sampled in place")
            }
        }
    }

    /// The value, where it is always the same.
    pub fn is_constant(&self) -> Option<f64> {
        match self.0 {
            SamplerKind::Constant { value } => Some(value),
            _ => None,
        }
    }

    /// The mean of what is drawn, truncation included; infinite for a Pareto without end and with a shape of at most 1.
    pub fn mean(&self) -> f64 {
        match &self.0 {
            &SamplerKind::Constant { value } => value,
            &SamplerKind::Uniform { min, width } => min + 0.5 * width,
            &SamplerKind::Exponential { mean } => mean,
            &SamplerKind::Erlang { stages, stage_mean } => f64::from(stages) * stage_mean,
            SamplerKind::Hyperexponential { branches } => {
                branches.iter().map(|branch| branch.share * branch.mean).sum()
            }
            &SamplerKind::Gamma { shape, scale } => shape * scale,
            &SamplerKind::Weibull { scale, power } => scale * gamma(1.0 + power),
            &SamplerKind::Lognormal { mean, .. } => mean,
            &SamplerKind::Normal { mean, deviation, .. } => mean + deviation * self.cut().0,
            SamplerKind::Pareto { .. } => self.pareto_moment(1.0),
            &SamplerKind::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            &SamplerKind::Either { low, high, share } => low + (high - low) * share,
            &SamplerKind::Empirical { mean, .. } => mean,
        }
    }

    /// The variance of what is drawn; infinite for a Pareto without end and with a shape of at most 2.
    pub fn variance(&self) -> f64 {
        let square = |x: f64| x * x;
        match &self.0 {
            SamplerKind::Constant { .. } => 0.0,
            &SamplerKind::Uniform { width, .. } => width * width / 12.0,
            &SamplerKind::Exponential { mean } => mean * mean,
            &SamplerKind::Erlang { stages, stage_mean } => f64::from(stages) * square(stage_mean),
            SamplerKind::Hyperexponential { branches } => {
                branches.iter().map(|branch| 2.0 * branch.share * square(branch.mean)).sum::<f64>()
                    - square(self.mean())
            }
            &SamplerKind::Gamma { shape, scale } => shape * square(scale),
            &SamplerKind::Weibull { scale, power } => {
                square(scale) * (gamma(1.0 + 2.0 * power) - square(gamma(1.0 + power)))
            }
            &SamplerKind::Lognormal { sigma, .. } => square(self.mean()) * exp_m1(sigma * sigma),
            &SamplerKind::Normal { deviation, .. } => square(deviation) * self.cut().1,
            &SamplerKind::Pareto { shape, max, .. } if max == f64::MAX && shape <= 2.0 => f64::INFINITY,
            SamplerKind::Pareto { .. } => self.pareto_moment(2.0) - square(self.mean()),
            &SamplerKind::Triangular { min, mode, max } => {
                (square(max - min) + square(mode - min) - (max - min) * (mode - min)) / 18.0
            }
            &SamplerKind::Either { low, high, share } => square(high - low) * share * (1.0 - share),
            &SamplerKind::Empirical { variance, .. } => variance,
        }
    }

    /// The coefficient of variation: standard deviation over mean; zero for a constant, even for zero.
    pub fn cv(&self) -> f64 {
        if self.is_constant().is_some() { 0.0 } else { self.variance().sqrt() / self.mean() }
    }

    /// Mean and variance of a standard normal within the limits of this one.
    fn cut(&self) -> (f64, f64) {
        let &SamplerKind::Normal { mean, deviation, min, max, within, .. } = &self.0 else {
            unreachable!("asked of normals")
        };
        let (from, to) = ((min - mean) / deviation, (max - mean) / deviation);
        // A limit out of sight has no density, and infinity times nothing is no number.
        let weighted = |x: f64| if normal_density(x) == 0.0 { 0.0 } else { x * normal_density(x) };
        let centre = (normal_density(from) - normal_density(to)) / within;
        (centre, 1.0 + (weighted(from) - weighted(to)) / within - centre * centre)
    }

    /// The `k`th moment of a Pareto: the integral of shape · minˢʰᵃᵖᵉ · xᵏ⁻ˢʰᵃᵖᵉ⁻¹ between its limits, over the probability of these.
    fn pareto_moment(&self, k: f64) -> f64 {
        let &SamplerKind::Pareto { min, max, shape, within, .. } = &self.0 else { unreachable!("asked of Paretos") };
        let scale = if k == 1.0 { min } else { min * min };
        match max == f64::MAX {
            true if shape <= k => f64::INFINITY,
            true => scale * shape / (shape - k),
            false if shape == k => scale * shape * ln(max / min) / within,
            false => scale * shape * exp_m1((k - shape) * ln(max / min)) / ((k - shape) * within),
        }
    }
}

impl Distribution<f64> for Sampler {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        Sampler::sample(self, &mut Borrowed(rng))
    }
}

/// Exponential with mean 1, growing with its uniform.
#[inline]
fn exponential(chance: &mut impl RandomSource) -> f64 {
    -ln(1.0 - chance.unit())
}

/// Gamma with scale 1. G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions on
/// Mathematical Software 26 (2000), with their step from `shape + 1` for shapes below 1.
pub fn gamma_variate(shape: f64, chance: &mut impl RandomSource) -> f64 {
    if shape < 1.0 {
        return gamma_variate(shape + 1.0, chance) * exp(ln(chance.unit()) / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal_quantile(chance.unit());
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let (v, unit) = (root * root * root, chance.unit());
        if unit < 1.0 - 0.0331 * (x * x) * (x * x) || ln(unit) < 0.5 * x * x + d * (1.0 - v + ln(v)) {
            return d * v;
        }
    }
}
