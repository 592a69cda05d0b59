//! Laws: checked by themselves and against what they are laws of.

use std::fmt::Display;

use super::Compiler;
use crate::domain::money::{MICRO, Money};
use crate::domain::price::Price;
use crate::engine::law::{Law, Quantity, Sampler};
use crate::engine::time::SimDuration;

/// A quantity with the most that its mean, or a value from a file, may be: far beyond any market, and small enough that a run's
/// sums hold it.
pub(super) trait Bounded: Quantity {
    /// In the numbers of the law.
    const MOST: f64;
    /// In words.
    const MOST_TEXT: &'static str;
    /// What a one in a file is, in the numbers of the law; nothing where only a unit can say.
    const ONE: Option<f64>;
    /// A quantity that no check finds fault with, in the numbers of the law.
    const PLAIN: f64;
}

impl Bounded for f64 {
    const MOST: f64 = 1e12;
    const MOST_TEXT: &'static str = "1e12";
    const ONE: Option<f64> = Some(1.0);
    const PLAIN: f64 = 1.0;
}

impl Bounded for SimDuration {
    const MOST: f64 = 36_525.0 * 86_400e9;
    const MOST_TEXT: &'static str = "100 years";
    const ONE: Option<f64> = None;
    const PLAIN: f64 = 1e9;
}

impl Bounded for Money {
    const MOST: f64 = 1e9 * MICRO as f64;
    const MOST_TEXT: &'static str = "1000000000 credits";
    const ONE: Option<f64> = Some(MICRO as f64);
    const PLAIN: f64 = MICRO as f64;
}

/// As its number is in micro-credits, so are its bounds.
impl Bounded for Price {
    const MOST: f64 = <Money as Bounded>::MOST;
    const MOST_TEXT: &'static str = Money::MOST_TEXT;
    const ONE: Option<f64> = Money::ONE;
    const PLAIN: f64 = Money::PLAIN;
}

impl Compiler<'_> {
    /// The sampler of a law, if nothing is wrong with it. No law of a scenario reaches below zero.
    pub(super) fn law<Q: Bounded>(&mut self, path: impl Display, law: &Law<Q>) -> Option<Sampler> {
        let found = law.check();
        for problem in &found {
            let at = self.written(&path, problem.key);
            self.wrong(at, problem.message.clone(), problem.help.clone());
        }
        if !found.is_empty() || self.below_zero(&path, law) {
            return None;
        }
        let sampler = law.sampler();
        let mean = sampler.mean();
        if !mean.is_finite() {
            let help = "a `pareto` has a mean where its `shape` is above 1 or it has a `max`";
            self.wrong(&path, format!("the law `{}` has no finite mean here", law.law.name()), help);
            return None;
        }
        if mean > Q::MOST {
            self.wrong(&path, "the mean of this law is beyond counting", format!("it is at most {}", Q::MOST_TEXT));
            return None;
        }
        Some(sampler)
    }

    /// The sampler of a law that may be left out.
    pub(super) fn law_or<Q: Bounded>(&mut self, path: impl Display, law: Option<&Law<Q>>, otherwise: f64) -> Sampler {
        law.and_then(|law| self.law(path, law)).unwrap_or_else(|| Sampler::constant(otherwise))
    }

    /// Whether a law draws values below zero; says so at its first parameter that does.
    fn below_zero<Q: Bounded>(&mut self, path: &impl Display, law: &Law<Q>) -> bool {
        let negative = |quantity: &Q| quantity.number() < 0.0;
        let one = [("value", law.value), ("min", law.min), ("low", law.low), ("high", law.high)];
        let one = one
            .iter()
            .find(|(_, quantity)| quantity.as_ref().is_some_and(negative))
            .map(|(field, _)| field.to_string());
        let listed = law.values.as_ref().and_then(|values| values.iter().position(negative));
        let Some(field) = one.or_else(|| listed.map(|index| format!("values[{index}]"))) else { return false };
        let name = field.split('[').next().unwrap_or_default();
        let message = format!("`{name}` of law `{}` is below zero", law.law.name());
        self.wrong(format!("{path}.{field}"), message, "no time, amount or number that a law stands for is negative");
        true
    }

    /// `path.field` where it was written, otherwise `path`.
    pub(super) fn written(&self, path: &impl Display, field: &str) -> String {
        let inner = format!("{path}.{field}");
        if self.document.value(&inner).is_some() { inner } else { path.to_string() }
    }
}
