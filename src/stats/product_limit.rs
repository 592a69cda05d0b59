//! The recursion behind a survival curve: from one time of leaving to the next.

use super::survival::{Incidence, Step, SurvivalCurve};

/// Carries the estimates from one time of leaving to the next.
pub(super) struct Estimator {
    curve: SurvivalCurve,
    last: Step,
    /// Who is left after the last step.
    left: u64,
    incidence: Vec<Incidence>,
    /// The covariance of S with each incidence.
    covariance: Vec<f64>,
}

impl Estimator {
    /// Nobody has left yet.
    pub(super) fn new(entered: u64, causes: usize) -> Estimator {
        Estimator {
            curve: SurvivalCurve::starting_with(entered, causes),
            last: Step {
                time: 0,
                at_risk: entered,
                events: 0,
                censored: 0,
                survival: 1.0,
                survival_variance: 0.0,
                hazard: 0.0,
                hazard_variance: 0.0,
            },
            left: entered,
            incidence: vec![Incidence::default(); causes],
            covariance: vec![0.0; causes],
        }
    }

    /// Adds the next time, at which `events` left by cause and then `censored` were last seen.
    ///
    /// With q = d/n and q_k = d_k/n from a multinomial draw of n, the variances of S and F_k and their covariance are carried
    /// forward by the delta method. For S that is Greenwood's formula term by term; for F_k it is that of Marubini and
    /// Valsecchi 1995 (*Analysing Survival Data from Clinical Trials and Observational Studies*, §10.3).
    pub(super) fn advance(&mut self, time: u64, events: &[u64], censored: u64) {
        let all: u64 = events.iter().sum();
        assert!(all + censored <= self.left, "more left than were there");
        if all > 0 {
            self.leave(events, all);
        }
        self.last = Step { time, at_risk: self.left, events: all, censored, ..self.last };
        self.left -= all + censored;
        self.curve.push(self.last, &self.incidence);
    }

    /// Carries every estimate past `all` > 0 leavings among those left.
    fn leave(&mut self, events: &[u64], all: u64) {
        let n = self.left as f64;
        let (q, s, s_variance) = (all as f64 / n, self.last.survival, self.last.survival_variance);
        // Exactly 0 with the last subject, so that what follows is 0 and not a rounding.
        let stay = if all == self.left { 0.0 } else { 1.0 - q };
        for (cause, &left) in events.iter().enumerate() {
            let share = left as f64 / n;
            let (old, covariance) = (self.incidence[cause], self.covariance[cause]);
            let drawn = s * s * share / n;
            let gain = share * (s_variance * share + 2.0 * covariance) + drawn * (1.0 - share);
            let variance = (old.variance + gain).max(0.0);
            self.incidence[cause] = Incidence { share: old.share + s * share, variance };
            self.covariance[cause] = stay * (covariance + share * s_variance - drawn);
        }
        self.last.survival = s * stay;
        self.last.survival_variance = stay * (s_variance * stay + s * s * q / n);
        self.last.hazard += q;
        self.last.hazard_variance += q / n;
    }

    /// The whole curve.
    pub(super) fn finish(self) -> SurvivalCurve {
        self.curve
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn without_censoring_every_variance_is_binomial(
            observations in prop::collection::vec((1_u64..30, (0_u8..3).prop_map(Some)), 2..300),
        ) {
            let curve = SurvivalCurve::from_observations(observations.iter().copied()).unwrap();
            let n = observations.len() as f64;
            for (index, step) in curve.steps().iter().enumerate() {
                let binomial = |share: f64| share * (1.0 - share) / n;
                prop_assert!((step.survival_variance - binomial(step.survival)).abs() < 1e-13);
                for cause in curve.incidence_at_step(index) {
                    prop_assert!((cause.variance - binomial(cause.share)).abs() < 1e-13);
                }
            }
            let mean = observations.iter().map(|&(time, _)| time as f64).sum::<f64>() / n;
            let squares = observations.iter().map(|&(time, _)| (time as f64 - mean) * (time as f64 - mean)).sum::<f64>();
            let restricted = curve.restricted_mean(30).unwrap();
            prop_assert!((restricted.mean - mean).abs() < 1e-10);
            prop_assert!((restricted.variance - squares / (n * n)).abs() < 1e-10 * (1.0 + squares));
        }

        #[test]
        fn one_cause_alone_has_greenwoods_variance(
            observations in prop::collection::vec((1_u64..60, prop::option::weighted(0.6, Just(0_u8))), 1..300),
        ) {
            let curve = SurvivalCurve::from_observations(observations).unwrap();
            let mut sum = 0.0;
            for (index, step) in curve.steps().iter().enumerate() {
                let (n, d) = (step.at_risk as f64, step.events as f64);
                sum += if step.events < step.at_risk { d / (n * (n - d)) } else { 0.0 };
                prop_assert!((step.survival_variance - step.survival * step.survival * sum).abs() < 1e-13);
                if curve.causes() == 1 {
                    prop_assert!((curve.incidence_at_step(index)[0].variance - step.survival_variance).abs() < 1e-13);
                }
            }
        }
    }
}
