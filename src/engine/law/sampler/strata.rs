//! One variate from each of several equally likely parts of a law.

use super::{Sampler, SamplerKind};
use crate::engine::random::{Key, KeyedRng, RandomSource};

impl Sampler {
    /// Whether a variate is known from one uniform, with which it grows.
    pub fn has_quantiles(&self) -> bool {
        !matches!(self.0, SamplerKind::Erlang { .. } | SamplerKind::Gamma { .. } | SamplerKind::Hyperexponential { .. })
    }

    /// The variate of a law at a uniform from 0 to 1: the same at the same uniform, and over equally spaced ones as the law has it.
    pub fn at(&self, unit: f64) -> f64 {
        match self.has_quantiles() {
            true => self.sample(&mut Given(unit)),
            false => self.sample(&mut KeyedRng::new(Key(unit.to_bits()))),
        }
    }

    /// As many variates as uniforms are given, from 0 to 1: the k-th of n is in the k-th of n equally likely parts of the law, where its uniform
    /// says. Panics without quantiles.
    pub fn strata(&self, units: &[f64]) -> Vec<f64> {
        assert!(self.has_quantiles(), "strata of a law without quantiles");
        let at =
            |(place, unit): (usize, &f64)| ((place as f64 + unit) / units.len() as f64).min(1.0 - f64::EPSILON / 2.0);
        let at = units.iter().enumerate().map(at);
        let SamplerKind::Empirical { values, table, .. } = &self.0 else {
            return at.map(|unit| self.sample(&mut Given(unit))).collect();
        };
        let chances = table.chances();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut passed = chances[order[0]];
        let mut place = 0;
        at.map(|unit| {
            while passed < unit && place + 1 < order.len() {
                place += 1;
                passed += chances[order[place]];
            }
            values[order[place]]
        })
        .collect()
    }
}

/// A uniform that is given.
struct Given(f64);

impl RandomSource for Given {
    fn bits(&mut self) -> u64 {
        (self.0 * 2.0 * (1u64 << 63) as f64) as u64
    }

    fn unit(&mut self) -> f64 {
        self.0
    }
}
