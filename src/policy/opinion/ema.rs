//! A moving average of good and bad.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::answer::Evidence;
use crate::domain::share::Share;
use crate::engine::time::Time;
use crate::policy::Described;

/// Parameters of the moving average.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// What remains of the average at each new evidence; the rest is the evidence, 1 if good and 0 if bad. An unchecked
    /// acceptance moves it its credit as far. Default 0.9 (Bittensor's moving average of bonds).
    #[serde(default = "keep")]
    pub keep: Share,
    /// The average of a party nobody has seen. Default 0.5 (assumed).
    #[serde(default = "half")]
    pub start: Share,
}

fn keep() -> Share {
    Share::try_from(0.9).expect("a share")
}

fn half() -> Share {
    Share::try_from(0.5).expect("a share")
}

impl Described for Spec {
    const NAME: &'static str = "ema";
    const SUMMARY: &'static str = "an exponential moving average of good (1) and bad (0) evidence";
    const SOURCE: &'static str = "exponential smoothing, as in the scores of Bittensor and of Verathos";
    const EXAMPLE: &'static str = "{ keep = 0.9, start = 0.5 }";

    fn default_spec() -> Option<Self> {
        Some(Spec { keep: keep(), start: half() })
    }
}

impl super::Rule for Spec {
    type Memory = f64;

    fn memory(&self) -> f64 {
        self.start.get()
    }

    fn see(&self, average: &mut f64, evidence: Evidence, weight: f64, _: Time) {
        let new = if evidence.is_good() { 1.0 } else { 0.0 };
        *average += (1.0 - self.keep.get()) * weight * (new - *average);
    }

    /// The average itself: it estimates the share of good evidence.
    fn trust(&self, average: &f64) -> f64 {
        *average
    }

    fn weight(&self, average: &f64) -> f64 {
        *average
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, passes};
    use super::*;

    fn close(found: (f64, f64), expected: f64) {
        assert!((found.0 - expected).abs() < 1e-12 && found.0 == found.1, "{found:?} is not {expected}");
    }

    /// 0.5 → 0.55 → 0.595 by two good ones, → 0.5355 by a bad one, → 0.55873 by a good one that counts a half.
    #[test]
    fn steps_by_hand() {
        let spec = Spec::default_spec().unwrap();
        let mut seen = passes(2);
        close(after(&spec, &seen), 0.595);
        seen.push((Evidence::Revoked, 1.0));
        close(after(&spec, &seen), 0.5355);
        seen.push((Evidence::Unchecked, 0.5));
        close(after(&spec, &seen), 0.558_725);
        seen.push((Evidence::Unchecked, 0.0));
        close(after(&spec, &seen), 0.558_725);
    }

    /// After n good ones 1 − 0.5 · 0.9ⁿ; 0.9¹⁰ = 0.3486784401.
    #[test]
    fn it_comes_close_geometrically() {
        close(after(&Spec::default_spec().unwrap(), &passes(10)), 1.0 - 0.5 * 0.348_678_440_1);
    }
}
