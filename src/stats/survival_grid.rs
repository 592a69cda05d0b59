//! Survival of millions of subjects in constant memory: counts on a grid of times.

use serde::{Deserialize, Serialize};

use super::product_limit::Estimator;
use super::survival::SurvivalCurve;

/// Counts of leavings, by cause and cell of time, from which a [`SurvivalCurve`] is estimated.
///
/// Cell i holds the times above edge i − 1 and up to edge i. The curve is exactly that of the observations with each time
/// rounded up to its cell's end; so at an edge nothing is lost but the order of leavings and censorings within cells (leavings
/// count first). Whoever was seen beyond the last edge counts as still there at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurvivalGrid {
    edges: Vec<u64>,
    causes: usize,
    /// For every cell: the leavings by each cause, then the censorings.
    counts: Vec<u64>,
}

impl SurvivalGrid {
    /// An empty grid with cells ending at `edges` (in the unit of the observations) and causes 0 to `causes` − 1.
    ///
    /// Panics where there is no edge or the edges do not rise.
    pub fn new(edges: Vec<u64>, causes: u8) -> SurvivalGrid {
        assert!(!edges.is_empty() && edges.is_sorted_by(|a, b| a < b), "a grid has edges, and they rise");
        let causes = usize::from(causes);
        let counts = vec![0; edges.len() * (causes + 1)];
        SurvivalGrid { edges, causes, counts }
    }

    /// An empty grid of `cells` cells of width `width`, the first for times 0 to `width`. Panics where either is 0.
    pub fn uniform(width: u64, cells: u32, causes: u8) -> SurvivalGrid {
        SurvivalGrid::new((1..=u64::from(cells)).map(|cell| cell * width).collect(), causes)
    }

    /// Counts one subject that left after `time` by `cause`, or was only seen until then. A binary search among the edges.
    ///
    /// Panics where the grid has no such cause.
    pub fn record(&mut self, time: u64, cause: Option<u8>) {
        self.record_all(time, cause, 1);
    }

    /// Counts so many subjects of one time and cause. Panics where the grid has no such cause.
    pub fn record_all(&mut self, time: u64, cause: Option<u8>, subjects: u64) {
        let cell = self.edges.partition_point(|&edge| edge < time);
        let column = cause.map_or(self.causes, usize::from);
        assert!(column < self.causes || cause.is_none(), "a grid of `{}` causes has no cause `{column}`", self.causes);
        let (cell, column) = if cell == self.edges.len() { (cell - 1, self.causes) } else { (cell, column) };
        self.counts[cell * (self.causes + 1) + column] += subjects;
    }

    /// Takes in all subjects of `other`. Panics where the grids differ in edges or causes.
    pub fn merge(&mut self, other: &SurvivalGrid) {
        assert!(self.edges == other.edges && self.causes == other.causes, "only equal grids are merged");
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
    }

    /// How many subjects were counted.
    pub fn entered(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The estimates, one step for each cell; none while the grid is empty. Cells after the last leaving are left out.
    pub fn curve(&self) -> Option<SurvivalCurve> {
        let entered = self.entered();
        let mut estimator = Estimator::new(entered, self.causes);
        let mut left = entered;
        for (&edge, counts) in self.edges.iter().zip(self.counts.chunks_exact(self.causes + 1)) {
            if left == 0 {
                break;
            }
            estimator.advance(edge, &counts[..self.causes], counts[self.causes]);
            left -= counts.iter().sum::<u64>();
        }
        (entered > 0).then(|| estimator.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::exp;
    use crate::stats::trial::{Trial, assert_close};
    use proptest::prelude::*;

    #[test]
    fn constant_hazards_have_their_known_incidence() {
        // Hazards 0.02 and 0.05 for 200 000 subjects, censored at 30: F₁(t) = 2/7·(1 − e^{−0.07t}).
        let mut trial = Trial::new();
        let mut grid = SurvivalGrid::uniform(1_000, 30, 2);
        for _ in 0..200_000 {
            let (first, second) = (trial.exponential() / 0.02, trial.exponential() / 0.05);
            grid.record((1_000.0 * first.min(second)) as u64, Some(u8::from(second < first)));
        }
        let curve = grid.curve().unwrap();
        for time in [10, 20, 30] {
            let all = 1.0 - exp(-0.07 * f64::from(time));
            for (cause, share) in [(0, 2.0 / 7.0), (1, 5.0 / 7.0)] {
                let seen = curve.incidence(cause, 1_000 * time as u64).unwrap();
                assert!((seen.share - share * all).abs() < 4.89 * seen.variance.sqrt(), "cause `{cause}` at `{time}`");
                assert_close(seen.variance, share * all * (1.0 - share * all) / 2e5, 0.02);
            }
        }
        assert_eq!(curve.steps().last().unwrap().time, 30_000);
        assert!(curve.survival(30_001).is_none());
    }

    #[test]
    fn an_empty_grid_says_nothing() {
        assert_eq!(SurvivalGrid::uniform(5, 3, 1).curve(), None);
    }

    #[test]
    #[should_panic(expected = "has no cause `2`")]
    fn an_unknown_cause_is_refused() {
        SurvivalGrid::uniform(5, 3, 2).record(1, Some(2));
    }

    proptest! {
        #[test]
        fn a_grid_equals_the_observations_rounded_up(
            observations in prop::collection::vec((0_u64..150, prop::option::of(0_u8..3)), 1..300),
            cut in any::<prop::sample::Index>(), width in 1_u64..20,
        ) {
            let cells = 8;
            let of = |part: &[(u64, Option<u8>)]| {
                let mut grid = SurvivalGrid::uniform(width, cells, 3);
                part.iter().for_each(|&(time, cause)| grid.record(time, cause));
                grid
            };
            let (left, right) = observations.split_at(cut.index(observations.len()));
            let whole = of(&observations);
            let mut sum = of(right);
            sum.merge(&of(left));
            prop_assert_eq!(&sum, &whole);
            prop_assert_eq!(whole.entered(), observations.len() as u64);
            let last = width * u64::from(cells);
            let rounded = observations.iter().map(|&(time, cause)| {
                if time > last { (last, None) } else { (time.div_ceil(width).max(1) * width, cause) }
            });
            let exact = SurvivalCurve::from_observations(rounded).unwrap();
            let curve = whole.curve().unwrap();
            for edge in (1..=u64::from(cells)).map(|cell| cell * width) {
                if let Some(survival) = exact.survival(edge) {
                    prop_assert_eq!(curve.survival(edge), Some(survival));
                    prop_assert_eq!(curve.hazard(edge), exact.hazard(edge));
                    for cause in 0..3 {
                        prop_assert_eq!(curve.incidence(cause, edge), exact.incidence(cause, edge));
                    }
                }
            }
        }
    }
}
