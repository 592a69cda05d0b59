//! Probability laws as a scenario writes them (`Law`) and as a run samples them (`Sampler`).
//!
//! A law is one struct with its name and every parameter optional, so that a mistake keeps its position in the file;
//! `Law::check` says which parameters belong to it. Each law takes the parameters people state it by: a mean and a
//! coefficient of variation rather than a rate or a scale.

mod check;
mod forms;
mod poisson;
mod sampler;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::time::SimDuration;
pub use check::ENTRIES;
pub use poisson::poisson;
pub use sampler::{Sampler, gamma_variate};

/// What a law may be a law of: anything with a number behind it.
pub trait Quantity: Copy {
    /// The nearest quantity to `number`.
    fn from_number(number: f64) -> Self;
    /// The number behind this quantity.
    fn number(self) -> f64;
}

impl Quantity for f64 {
    fn from_number(number: f64) -> f64 {
        number
    }
    fn number(self) -> f64 {
        self
    }
}

impl Quantity for SimDuration {
    /// The number of a span is its nanoseconds.
    fn from_number(number: f64) -> SimDuration {
        SimDuration::from_nanos(number)
    }
    fn number(self) -> f64 {
        self.0 as f64
    }
}

/// The names of the laws, with what each takes.
///
/// Below, u is uniform in (0, 1). Formulas are standard; unless said otherwise they are in N. L. Johnson, S. Kotz and
/// N. Balakrishnan, "Continuous Univariate Distributions", volumes 1 and 2 (1994, 1995).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LawName {
    /// Always `value`.
    Constant,
    /// Uniform between `min` and `max`: min + (max − min) u.
    Uniform,
    /// Exponential with `mean`: −mean · ln(1 − u).
    Exponential,
    /// The sum of `stages` equal exponentials with `mean` in all; cv = 1/√stages.
    Erlang,
    /// A choice among exponentials: `means` with `weights`; or two of them from `mean` and `cv` (at least 1) with balanced means,
    /// p₁ = (1 + √((cv² − 1)/(cv² + 1)))/2, means mean/2p₁ and mean/2p₂ (W. Whitt, "Approximating a point process by a renewal process", Operations Research 30, 1982).
    Hyperexponential,
    /// Gamma with `mean` and `shape`, or `cv` = 1/√shape.
    Gamma,
    /// Weibull with `mean` and `shape`: scale · (−ln(1 − u))^(1/shape), scale = mean/Γ(1 + 1/shape).
    Weibull,
    /// Lognormal: median · exp(sigma · Φ⁻¹(u)), from `median` or `mean` = median · exp(sigma²/2), and `sigma` or `cv` = √(exp(sigma²) − 1).
    Lognormal,
    /// Normal with `mean` and `deviation` (or `cv` = deviation/mean), kept within `min` (zero unless given) and `max` by truncation, so
    /// the mean of what is drawn is a little above `mean` where the truncation bites.
    Normal,
    /// Pareto: min · (1 − u)^(−1/shape), from `min` or `mean` = min · shape/(shape − 1); truncated at `max` if given beside `min`.
    Pareto,
    /// Triangular between `min` and `max` with its peak at `mode`.
    Triangular,
    /// `high` with probability `share`, else `low`.
    Either,
    /// One of `values`, with `weights` or all alike; or one of the numbers in the `column` of a `file`, all alike.
    Empirical,
}

/// A probability law of a quantity, as a scenario writes it: `{ law = "lognormal", median = "2s", sigma = 0.8 }`.
// Nothing here reads a file: whoever reads the scenario puts the values in the place of `file`; until then a law fails its check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Law<Q> {
    /// Which law; it decides which of the other fields are taken.
    pub law: LawName,
    /// The value of a constant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Q>,
    /// The mean, not negative except for a normal; at zero every other law is the constant zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Q>,
    /// The median of a lognormal, not negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<Q>,
    /// The peak of a triangular law.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Q>,
    /// The standard deviation of a normal before truncation, in the unit of the quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deviation: Option<Q>,
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Q>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Q>,
    /// The commoner value of `either`, as a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<Q>,
    /// The value `either` takes with probability `share`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<Q>,
    /// The probability of `high`, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The standard deviation of the logarithm of a lognormal, from 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma: Option<f64>,
    /// The coefficient of variation: standard deviation over mean, from 0 (a constant; 1 for a hyperexponential) to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cv: Option<f64>,
    /// The shape of a gamma (from 1e-6), a Weibull (from 0.05) or a Pareto (from 0.01; above 1 beside `mean`), to 1e6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<f64>,
    /// How many exponential stages an Erlang variate passes, from 1 to 1 000 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<u32>,
    /// The means of the branches of a hyperexponential, not negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub means: Option<Vec<Q>>,
    /// The values of an empirical law.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Q>>,
    /// How likely each of `means` or `values` is; not negative, not all zero, of any sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
    /// The file with the values of an empirical law, instead of `values`: `.csv`, `.tsv` or `.jsonl`, each also with `.gz`, or
    /// `.parquet`; found from the folder of the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The column of `file` with the values, one in each row: finite numbers from 0 upwards; amounts in credits, times in `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What a number in `file` counts where the law is one of times: `"1s"`, `"1min"`, `"1d"`. Must be given there, and only there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<SimDuration>,
    /// What the numbers in `file` are multiplied by, above zero. Default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
}

impl<Q: Quantity> Law<Q> {
    /// A law by this name with no parameter yet.
    pub fn new(law: LawName) -> Law<Q> {
        Law {
            law,
            value: None,
            mean: None,
            median: None,
            mode: None,
            deviation: None,
            min: None,
            max: None,
            low: None,
            high: None,
            share: None,
            sigma: None,
            cv: None,
            shape: None,
            stages: None,
            means: None,
            values: None,
            weights: None,
            file: None,
            column: None,
            unit: None,
            scale: None,
        }
    }

    /// Always `value`.
    pub fn constant(value: Q) -> Law<Q> {
        Law { value: Some(value), ..Law::new(LawName::Constant) }
    }

    /// Exponential with this mean.
    pub fn exponential(mean: Q) -> Law<Q> {
        Law { mean: Some(mean), ..Law::new(LawName::Exponential) }
    }

    /// Uniform between two values.
    pub fn uniform(min: Q, max: Q) -> Law<Q> {
        Law { min: Some(min), max: Some(max), ..Law::new(LawName::Uniform) }
    }

    /// Lognormal with this median and standard deviation of the logarithm.
    pub fn lognormal(median: Q, sigma: f64) -> Law<Q> {
        Law { median: Some(median), sigma: Some(sigma), ..Law::new(LawName::Lognormal) }
    }
}
