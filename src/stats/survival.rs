//! Survival with competing risks: Kaplan–Meier, Nelson–Aalen and Aalen–Johansen estimates with their variances.

use serde::{Deserialize, Serialize};

use super::interval::assert_level;
use super::product_limit::Estimator;
use crate::maths::normal_quantile;
use crate::maths::{exp, ln, pow};

/// When one subject left and why: a time since its own start, and the cause, or none where it was only seen until then.
pub type Observation = (u64, Option<u8>);

/// Estimates just after one time at which somebody left. Times are in the unit of the observations (nanoseconds).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The time.
    pub time: u64,
    /// Subjects still there just before it.
    pub at_risk: u64,
    /// Subjects that left at it by some cause.
    pub events: u64,
    /// Subjects last seen at it, still there.
    pub censored: u64,
    /// Kaplan and Meier's S = Π(1 − d/n).
    pub survival: f64,
    /// Greenwood's S²·Σd/(n(n − d)); 0 once nobody is left.
    pub survival_variance: f64,
    /// Nelson and Aalen's cumulative hazard Σd/n.
    pub hazard: f64,
    /// Its variance Σd/n².
    pub hazard_variance: f64,
}

/// The incidence of one cause just after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidence {
    /// Aalen and Johansen's F_k = ΣS(t−)·d_k/n: the chance to have left by this cause, the other causes acting.
    pub share: f64,
    /// Its variance by the delta method.
    pub variance: f64,
}

/// One row of an at-risk table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskRow {
    /// The time.
    pub time: u64,
    /// Subjects seen at least until it.
    pub at_risk: u64,
    /// Subjects that left up to and at it.
    pub events: u64,
    /// Subjects censored up to and at it.
    pub censored: u64,
}

/// A restricted mean with its variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restricted {
    /// ∫₀^τ S dt, in the unit of the observations.
    pub mean: f64,
    /// Its variance Σ(∫_{t_i}^τ S dt)²·d_i/(n_i(n_i − d_i)), in that unit squared.
    pub variance: f64,
}

/// The estimated law of the time until leaving and of the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurvivalCurve {
    causes: usize,
    entered: u64,
    steps: Vec<Step>,
    /// For every step, the incidence of each cause.
    incidence: Vec<Incidence>,
}

impl SurvivalCurve {
    /// Estimates from single observations in any order; at equal times those who left count before those censored. The causes
    /// are 0 to the greatest seen. None without observations. Memory grows with the number of distinct times: for millions use
    /// [`SurvivalGrid`](super::survival_grid::SurvivalGrid).
    pub fn from_observations(observations: impl IntoIterator<Item = Observation>) -> Option<SurvivalCurve> {
        let mut sorted: Vec<Observation> = observations.into_iter().collect();
        sorted.sort_unstable();
        let causes = sorted.iter().filter_map(|&(_, cause)| cause).max().map_or(0, |cause| usize::from(cause) + 1);
        let mut estimator = Estimator::new(sorted.len() as u64, causes);
        let mut events = vec![0; causes];
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            events.fill(0);
            same.iter().filter_map(|&(_, cause)| cause).for_each(|cause| events[usize::from(cause)] += 1);
            let censored = same.iter().filter(|(_, cause)| cause.is_none()).count() as u64;
            estimator.advance(same[0].0, &events, censored);
        }
        (!sorted.is_empty()).then(|| estimator.finish())
    }

    /// A curve of which nobody has left yet.
    pub(super) fn starting_with(entered: u64, causes: usize) -> SurvivalCurve {
        SurvivalCurve { causes, entered, steps: Vec::new(), incidence: Vec::new() }
    }

    /// Adds the estimates just after a later time, with the incidence of every cause.
    pub(super) fn push(&mut self, step: Step, incidence: &[Incidence]) {
        assert!(self.steps.last().is_none_or(|last| last.time < step.time), "times of leaving must rise");
        assert_eq!(incidence.len(), self.causes, "every cause has an incidence");
        self.steps.push(step);
        self.incidence.extend_from_slice(incidence);
    }

    /// How many subjects entered.
    pub fn entered(&self) -> u64 {
        self.entered
    }

    /// How many causes there are, numbered from 0.
    pub fn causes(&self) -> usize {
        self.causes
    }

    /// The estimates just after each distinct time at which somebody left or was last seen.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The incidence of each cause just after the step of the same index.
    pub fn incidence_at_step(&self, step: usize) -> &[Incidence] {
        &self.incidence[step * self.causes..(step + 1) * self.causes]
    }

    /// S and its variance at `time`, none beyond the last observation where somebody was still there.
    pub fn survival(&self, time: u64) -> Option<(f64, f64)> {
        let step = self.step_at(time)?;
        Some(step.map_or((1.0, 0.0), |step| (self.steps[step].survival, self.steps[step].survival_variance)))
    }

    /// The incidence of `cause` at `time`; none beyond the last observation where somebody was still there. A cause never seen
    /// has incidence 0.
    pub fn incidence(&self, cause: u8, time: u64) -> Option<Incidence> {
        let cause = usize::from(cause);
        let step = self.step_at(time)?.filter(|_| cause < self.causes);
        Some(step.map_or(Incidence::default(), |step| self.incidence_at_step(step)[cause]))
    }

    /// The cumulative hazard and its variance at `time`; none beyond the last observation where somebody was still there.
    pub fn hazard(&self, time: u64) -> Option<(f64, f64)> {
        let step = self.step_at(time)?;
        Some(step.map_or((0.0, 0.0), |step| (self.steps[step].hazard, self.steps[step].hazard_variance)))
    }

    /// The first time by which a share `p` has left; none where that was not seen. Panics where `p` is outside (0, 1].
    pub fn quantile(&self, p: f64) -> Option<u64> {
        assert!(p > 0.0 && p <= 1.0, "a quantile of a survival curve lies in (0, 1], not at `{p}`");
        // A product of many factors may end a hair above the level that it reaches.
        let first = self.steps.partition_point(|step| step.survival > 1.0 - p + 1e-12);
        self.steps.get(first).map(|step| step.time)
    }

    /// The mean time spent until leaving or `horizon`, whichever is first (restricted mean survival time).
    ///
    /// None beyond the last observation where somebody was still there.
    pub fn restricted_mean(&self, horizon: u64) -> Option<Restricted> {
        let used = self.step_at(horizon)?.map_or(0, |step| step + 1);
        // Backwards, with the area still to come after each step.
        let (mut area, mut variance, mut until) = (0.0, 0.0, horizon);
        for step in self.steps[..used].iter().rev() {
            area += step.survival * (until - step.time) as f64;
            until = step.time;
            if step.events > 0 && step.events < step.at_risk {
                let (n, d) = (step.at_risk as f64, step.events as f64);
                variance += area * area * d / (n * (n - d));
            }
        }
        Some(Restricted { mean: area + until as f64, variance })
    }

    /// The mean time lost to `cause` before `horizon`, ∫₀^τ F_k dt; with the restricted mean, these sum to the horizon.
    pub fn time_lost(&self, cause: u8, horizon: u64) -> Option<f64> {
        let used = self.step_at(horizon)?.map_or(0, |step| step + 1);
        let cause = usize::from(cause);
        if cause >= self.causes {
            return Some(0.0);
        }
        let (mut area, mut until) = (0.0, horizon);
        for step in (0..used).rev() {
            area += self.incidence_at_step(step)[cause].share * (until - self.steps[step].time) as f64;
            until = self.steps[step].time;
        }
        Some(area)
    }

    /// The at-risk table at `times`, which need not be sorted.
    pub fn at_risk_table(&self, times: &[u64]) -> Vec<RiskRow> {
        let mut so_far = vec![(0, 0)];
        for step in &self.steps {
            let (events, censored) = so_far[so_far.len() - 1];
            so_far.push((events + step.events, censored + step.censored));
        }
        let row = |&time: &u64| {
            let next = self.steps.partition_point(|step| step.time < time);
            let at_risk = self.steps.get(next).map_or(0, |step| step.at_risk);
            let (events, censored) = so_far[self.steps.partition_point(|step| step.time <= time)];
            RiskRow { time, at_risk, events, censored }
        };
        times.iter().map(row).collect()
    }

    /// The step in force at `time`: none inside where it is before the first, none outside where nothing is known so late.
    fn step_at(&self, time: u64) -> Option<Option<usize>> {
        let last = self.steps.last()?;
        let known = time <= last.time || last.survival == 0.0;
        known.then(|| self.steps.partition_point(|step| step.time <= time).checked_sub(1))
    }
}

/// An interval for a probability `share` with `variance` that stays inside [0, 1]: the log-minus-log transform
/// share^{exp(±z·√variance/(share·ln share))} (Kalbfleisch and Prentice 2002, *The Statistical Analysis of Failure Time Data*,
/// §1.4). For an incidence, pass 1 − F and turn the ends round. Panics unless `level` lies inside (0, 1).
pub fn survival_interval(share: f64, variance: f64, level: f64) -> (f64, f64) {
    assert_level(level);
    if share <= 0.0 || share >= 1.0 || variance <= 0.0 {
        return (share, share);
    }
    let reach = normal_quantile(0.5 * (1.0 + level)) * variance.sqrt() / (share * ln(share)).abs();
    (pow(share, exp(reach)), pow(share, exp(-reach)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::trial::assert_close;
    use proptest::prelude::*;

    /// Weeks of remission under 6-mercaptopurine (Freireich et al. 1963); true where a relapse was seen.
    const REMISSIONS: [(u64, bool); 21] = [
        (6, true),
        (6, true),
        (6, true),
        (6, false),
        (7, true),
        (9, false),
        (10, true),
        (10, false),
        (11, false),
        (13, true),
        (16, true),
        (17, false),
        (19, false),
        (20, false),
        (22, true),
        (23, true),
        (25, false),
        (32, false),
        (32, false),
        (34, false),
        (35, false),
    ];

    fn remissions() -> SurvivalCurve {
        let observations = REMISSIONS.iter().rev().map(|&(time, seen)| (time, seen.then_some(0)));
        SurvivalCurve::from_observations(observations).unwrap()
    }

    // worked example: the published estimates with Greenwood's and Aalen's standard errors.
    #[test]
    fn remissions_have_their_known_estimates() {
        let known: [(u64, u64, u64, [f64; 4]); 7] = [
            (
                6,
                21,
                3,
                [0.857_142_857_142_857_2, 0.076_360_354_832_121_25, 0.142_857_142_857_142_85, 0.082_478_609_884_232_25],
            ),
            (
                7,
                17,
                1,
                [0.806_722_689_075_630_3, 0.086_935_285_180_057_2, 0.201_680_672_268_907_57, 0.101_306_113_837_675_77],
            ),
            (
                10,
                15,
                1,
                [0.752_941_176_470_588_2, 0.096_349_652_994_320_51, 0.268_347_338_935_574_2, 0.121_273_959_056_907_88],
            ),
            (
                13,
                12,
                1,
                [0.690_196_078_431_372_5, 0.106_814_707_775_009_83, 0.351_680_672_268_907_53, 0.147_145_565_987_497_6],
            ),
            (
                16,
                11,
                1,
                [0.627_450_980_392_156_8, 0.114_053_865_256_752_54, 0.442_589_763_177_998_5, 0.172_963_234_242_709_4],
            ),
            (
                22,
                7,
                1,
                [0.537_815_126_050_420_3, 0.128_233_751_693_034_03, 0.585_446_906_035_141_3, 0.224_331_102_758_856_18],
            ),
            (
                23,
                6,
                1,
                [0.448_179_271_708_683_55, 0.134_591_456_755_760_48, 0.752_113_572_701_807_9, 0.279_467_746_695_002_8],
            ),
        ];
        let curve = remissions();
        for (time, at_risk, events, [survival, error, hazard, hazard_error]) in known {
            let step = curve.steps().iter().find(|step| step.time == time).unwrap();
            assert_eq!((step.at_risk, step.events), (at_risk, events));
            assert_close(step.survival, survival, 1e-13);
            assert_close(step.survival_variance.sqrt(), error, 1e-13);
            assert_close(step.hazard, hazard, 1e-13);
            assert_close(step.hazard_variance.sqrt(), hazard_error, 1e-13);
        }
        // The published median is 23 weeks; the curve ends at 35 with a quarter of the way unseen.
        assert_eq!((curve.quantile(0.5), curve.quantile(0.9)), (Some(23), None));
        assert!(curve.survival(35).is_some() && curve.survival(36).is_none() && curve.hazard(99).is_none());
        assert_eq!(curve.survival(5), Some((1.0, 0.0)));
    }

    // worked example: 1 by a, 2 by b, 3 censored, 4 by a, 5 by a, 6 by b.
    #[test]
    fn two_causes_have_their_known_incidence() {
        let observations = [(1, Some(0)), (2, Some(1)), (3, None), (4, Some(0)), (5, Some(0)), (6, Some(1))];
        let curve = SurvivalCurve::from_observations(observations).unwrap();
        assert_close(curve.incidence(0, 6).unwrap().share, 0.611_111_111_111_111_2, 1e-15);
        assert_close(curve.incidence(1, 6).unwrap().share, 0.388_888_888_888_888_95, 1e-15);
        assert_eq!(curve.survival(1000), Some((0.0, 0.0)));
        assert_eq!(curve.incidence(7, 6), Some(Incidence::default()));
        // S is 1, 5/6, 4/6, 4/6, 4/9, 2/9 on unit steps.
        let restricted = curve.restricted_mean(6).unwrap();
        assert_close(restricted.mean, 1.0 + 5.0 / 6.0 + 8.0 / 6.0 + 6.0 / 9.0, 1e-14);
        let table = curve.at_risk_table(&[6, 0, 3, 7]);
        let row = |i: usize| (table[i].at_risk, table[i].events, table[i].censored);
        assert_eq!([row(0), row(1), row(2), row(3)], [(1, 5, 1), (6, 0, 0), (4, 2, 1), (0, 5, 1)]);
    }

    // worked example: the remissions' S(10) = 0.753 lies within (0.503, 0.889) at 95 % on the log-minus-log scale.
    #[test]
    fn intervals_stay_inside() {
        let (survival, variance) = remissions().survival(10).unwrap();
        let (lower, upper) = survival_interval(survival, variance, 0.95);
        assert!((lower - 0.503).abs() < 5e-4 && (upper - 0.889).abs() < 5e-4, "(`{lower}`, `{upper}`)");
        assert_eq!(survival_interval(1.0, 0.0, 0.95), (1.0, 1.0));
    }

    proptest! {
        #[test]
        fn shares_sum_to_one_and_times_to_the_horizon(
            mut observations in prop::collection::vec((0_u64..500, prop::option::weighted(0.8, 0_u8..4)), 1..400),
            horizon in 0_u64..600,
        ) {
            let curve = SurvivalCurve::from_observations(observations.iter().copied()).unwrap();
            for (index, step) in curve.steps().iter().enumerate() {
                let lost: f64 = curve.incidence_at_step(index).iter().map(|cause| cause.share).sum();
                prop_assert!((lost + step.survival - 1.0).abs() < 1e-12);
            }
            if let Some(restricted) = curve.restricted_mean(horizon) {
                let lost: f64 = (0..4).map(|cause| curve.time_lost(cause, horizon).unwrap()).sum();
                prop_assert!((restricted.mean + lost - horizon as f64).abs() < 1e-9);
                prop_assert!(restricted.variance >= 0.0);
            }
            observations.reverse();
            prop_assert_eq!(SurvivalCurve::from_observations(observations).unwrap(), curve);
        }
    }
}
