//! Arrivals that excite each other: a Hawkes process with an exponential kernel. Each arrival raises the rate, and what
//! it raised dies away.
//!
//! rate(t) = μ + Σ α e^{−β (t − tᵢ)} over the arrivals tᵢ before t, with `base` μ, `jump` α and `decay` β. Each arrival
//! begets n = α/β others on average, which must be below one. In the long run the rate is μ/(1 − n) and the index of
//! dispersion of counts 1/(1 − n)² (A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point
//! processes", Biometrika 58, 1971). Nothing came before the start of the run, so the rate rises from μ; what is
//! missing fades at the rate β − α.
//!
//! Simulated exactly, by thinning under the rate after the last candidate, which bounds it until the next arrival (Y.
//! Ogata, "On Lewis' simulation method for point processes", IEEE Transactions on Information Theory 27, 1981).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::domain::share::Rate;
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
use crate::policy::Described;

/// Parameters of a Hawkes process.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The rate μ of arrivals that nothing excited.
    pub base: Rate,
    /// By how much α an arrival raises the rate.
    pub jump: Rate,
    /// The rate β at which what was raised dies away; higher than `jump`.
    pub decay: Rate,
}

impl Described for Spec {
    const NAME: &'static str = "hawkes";
    const SUMMARY: &'static str = "arrivals that excite further ones, in clusters that die away";
    const SOURCE: &'static str = "Hawkes, Spectra of some self-exciting and mutually exciting point processes, 1971";
    const EXAMPLE: &'static str = r#"{ base = "0.5/s", jump = "0.6/s", decay = "1/s" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        if self.jump.get() < self.decay.get() {
            return Ok(());
        }
        let message = format!(
            "`jump` must be below `decay`, or arrivals excite ever more of them; {} is not below {}",
            self.jump, self.decay
        );
        Err(Mistake::new("jump", message, ""))
    }
}

/// Where the process stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The last arrival.
    at: Time,
    /// The rate just after it beyond the base, per second.
    excess: f64,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { at: Time::ZERO, excess: 0.0 }
    }

    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        let base = self.base.get();
        if base == 0.0 {
            return None;
        }
        loop {
            let bound = base + memory.excess;
            let gap = SimDuration::from_seconds(-maths::ln(stream.unit()) / bound);
            memory.at += gap;
            if memory.at == Time::NEVER {
                return None;
            }
            memory.excess *= maths::exp(-self.decay.get() * gap.seconds());
            if stream.chance((base + memory.excess) / bound) {
                memory.excess += self.jump.get();
                return Some(Arrival { at: memory.at, ..Arrival::default() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::demand::tests::{arrivals, assert_zero_mean, rule, spec, stream};

    /// Rate 1.25 and index of dispersion 6.25 in the limit, for base 0.5, jump 0.6, decay 1. Over a span t the variance
    /// is Λt (κ² + (1 − κ²)(1 − e^{−γt})/(γt)) with κ = 1/(1 − n) and γ = β − α (J. Da Fonseca and R. Zaatour, "Hawkes
    /// process: fast calibration, application to trade clustering, and diffusive limit", Journal of Futures Markets 34,
    /// 2014).
    #[test]
    fn clusters_have_the_known_dispersion() {
        let (warm_up, span, rate, gamma) = (60.0, 40.0, 1.25, 0.4);
        let part = -maths::exp_m1(-gamma * span) / (gamma * span);
        let dispersion = 6.25 + (1.0 - 6.25) * part;
        let rule = rule("hawkes", Spec::EXAMPLE);
        let (mut means, mut spreads) = (Vec::new(), Vec::new());
        for replication in 0..20_000 {
            let all = arrivals(&rule, replication, SimDuration::from_seconds(warm_up + span));
            let found = all.iter().filter(|arrival| arrival.at.seconds() >= warm_up).count() as f64 - rate * span;
            means.push(found);
            spreads.push(found * found - dispersion * rate * span);
        }
        assert_zero_mean("rate", &means);
        assert_zero_mean("dispersion", &spreads);
    }

    /// From an empty past the expected rate at t is μ (β − α e^{−γt})/γ, so its integral over [0, t] is known exactly.
    #[test]
    fn the_rate_rises_from_the_base() {
        let (span, gamma) = (2.0, 0.4);
        let expected = 0.5 * (span / gamma - 0.6 * -maths::exp_m1(-gamma * span) / (gamma * gamma));
        let rule = rule("hawkes", Spec::EXAMPLE);
        let found: Vec<f64> = (0..20_000)
            .map(|replication| arrivals(&rule, replication, SimDuration::from_seconds(span)).len() as f64 - expected)
            .collect();
        assert_zero_mean("first arrivals", &found);
    }

    /// The integral of the rate between arrivals is exponential with mean 1 and without memory (Ogata, "Statistical
    /// models for earthquake occurrences and residual analysis for point processes", 1988).
    #[test]
    fn residuals_are_exponential() {
        let spec: Spec = spec(r#"{ base = "0.2/s", jump = "1.8/s", decay = "2/s" }"#);
        let (mut memory, mut stream) = (super::super::Rule::memory(&spec), stream(0));
        let residuals: Vec<f64> = (0..1_000_000)
            .map(|_| {
                let before = memory.clone();
                super::super::Rule::next(&spec, &mut memory, &mut stream).unwrap();
                let gap = memory.at.since(before.at).seconds();
                0.2 * gap - before.excess / 2.0 * maths::exp_m1(-2.0 * gap) - 1.0
            })
            .collect();
        assert_zero_mean("residuals", &residuals);
        assert_zero_mean("variance", &residuals.iter().map(|r| r * r - 1.0).collect::<Vec<_>>());
        assert_zero_mean("neighbours", &residuals.windows(2).map(|pair| pair[0] * pair[1]).collect::<Vec<_>>());
        assert_zero_mean(
            "above the median",
            &residuals.iter().map(|&r| if r + 1.0 > std::f64::consts::LN_2 { 0.5 } else { -0.5 }).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn explosions_are_refused() {
        let wrong = spec::<Spec>(r#"{ base = "1/s", jump = "2/s", decay = "120/min" }"#).check().unwrap_err();
        assert!(wrong.message.contains("`jump` must be below `decay`"), "{wrong}");
    }
}
