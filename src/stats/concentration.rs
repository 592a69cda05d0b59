//! How a total is shared among its holders: concentration, diversity, inequality.

pub use super::entropy::RunningEntropy;

use crate::maths::{exp, exp_m1, ln, ln_1p};

/// Slack by which a joint share must exceed a threshold, so that roundings in a sum do not.
const SLACK: f64 = 1e-12;

/// The shares of a total among holders, largest first.
///
/// Holders of nothing count in measures of inequality (Gini, Theil, Lorenz) and in none of diversity.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    shares: Vec<f64>,
}

impl Shares {
    /// The shares of `weights` (in any unit). None where there are none, one is negative or not finite, or all are 0.
    pub fn new(weights: &[f64]) -> Option<Shares> {
        let total: f64 = weights.iter().sum();
        let sound = weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0);
        if !sound || !total.is_finite() || total <= 0.0 {
            return None;
        }
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        shares.sort_unstable_by(|a, b| b.total_cmp(a));
        Some(Shares { shares })
    }

    /// The shares, largest first.
    pub fn sorted(&self) -> &[f64] {
        &self.shares
    }

    /// How many hold anything.
    pub fn holders(&self) -> usize {
        self.shares.partition_point(|&share| share > 0.0)
    }

    /// The Herfindahl–Hirschman index Σp², in (0, 1]; times 10 000 in the usage of competition law.
    pub fn hhi(&self) -> f64 {
        self.shares.iter().map(|share| share * share).sum()
    }

    /// Shannon's entropy −Σp ln p in nats, from 0 to ln(holders).
    pub fn shannon_nats(&self) -> f64 {
        // A single holder's rounding must not give less than nothing.
        (-self.positive().map(|share| share * ln(share)).sum::<f64>()).max(0.0)
    }

    /// Shannon's entropy in bits.
    pub fn shannon_bits(&self) -> f64 {
        self.shannon_nats() / std::f64::consts::LN_2
    }

    /// Hill's effective number of holders of order `q`, (Σp^q)^{1/(1−q)} (Hill 1973, *Diversity and evenness*): holders at 0,
    /// e^entropy at 1, 1/Σp² at 2, 1/(largest share) at infinity. Panics where `q` is negative or no number.
    pub fn hill(&self, q: f64) -> f64 {
        assert!(q >= 0.0, "a Hill number has an order of at least 0, not `{q}`");
        if q == 0.0 {
            return self.holders() as f64;
        }
        if q == f64::INFINITY {
            return 1.0 / self.shares[0];
        }
        if q == 1.0 {
            return exp(self.shannon_nats());
        }
        if q > 2.0 {
            // Relative to the largest share, so that no power underflows.
            let largest = self.shares[0];
            let rest: f64 = self.positive().skip(1).map(|share| exp(q * ln(share / largest))).sum();
            return exp((q * ln(largest) + ln_1p(rest)) / (1.0 - q));
        }
        // Σp^q − 1 = Σp(p^{q−1} − 1): keeps its digits near q = 1, where both numerator and denominator vanish.
        let excess: f64 = self.positive().map(|share| share * exp_m1((q - 1.0) * ln(share))).sum();
        exp(ln_1p(excess) / (1.0 - q))
    }

    /// Gini's coefficient Σ(2i − n − 1)x_i/(nΣx), x ascending: 0 where all are equal, (n − 1)/n where one holds all.
    pub fn gini(&self) -> f64 {
        let n = self.shares.len();
        // Ranks mirror each other, so the sum is over pairs of one of the larger and one of the smaller holders.
        let pair = |i: usize| (n - 1 - 2 * i) as f64 * (self.shares[i] - self.shares[n - 1 - i]);
        (0..n / 2).map(pair).sum::<f64>() / n as f64
    }

    /// Gini's coefficient as of a sample, n/(n − 1) times [`Shares::gini`]; none of a single holder.
    pub fn gini_unbiased(&self) -> Option<f64> {
        let n = self.shares.len() as f64;
        (n > 1.0).then(|| self.gini() * n / (n - 1.0))
    }

    /// Theil's T = ln n − entropy, from 0 to ln n.
    pub fn theil(&self) -> f64 {
        (ln(self.shares.len() as f64) - self.shannon_nats()).max(0.0)
    }

    /// The Nakamoto count: the least number of holders whose joint share exceeds `threshold` (Srinivasan and Lee 2017); state
    /// the threshold, and what a holder is, beside it. None where even all do not (`threshold` ≥ 1).
    pub fn nakamoto(&self, threshold: f64) -> Option<usize> {
        let mut joint = 0.0;
        self.shares
            .iter()
            .position(|share| {
                joint += share;
                joint - threshold > SLACK
            })
            .map(|last| last + 1)
    }

    /// The points (share of holders, share of the total) of the Lorenz curve, smallest holders first, from (0, 0) to (1, 1).
    pub fn lorenz(&self) -> Vec<(f64, f64)> {
        let n = self.shares.len() as f64;
        let mut points = vec![(0.0, 0.0)];
        let mut joint = 0.0;
        for (i, share) in self.shares.iter().rev().enumerate() {
            joint += share;
            points.push(((i + 1) as f64 / n, joint));
        }
        if let Some(last) = points.last_mut() {
            *last = (1.0, 1.0);
        }
        points
    }

    fn positive(&self) -> impl Iterator<Item = f64> + '_ {
        self.shares.iter().copied().filter(|&share| share > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::normal_quantile;
    use crate::maths::pow;
    use crate::stats::trial::assert_close;
    use proptest::prelude::*;

    // worked example: shares 0.4, 0.3, 0.2, 0.1.
    #[test]
    fn four_shares_have_their_known_measures() {
        let shares = Shares::new(&[1.0, 4.0, 2.0, 3.0]).unwrap();
        assert_close(shares.hhi(), 0.3, 1e-15);
        assert_close(shares.shannon_nats(), 1.279_854_225_833_667_4, 1e-15);
        assert_close(shares.shannon_bits(), 1.846_439_344_671_015_4, 1e-15);
        let hill = [0.0, 1.0, 2.0, f64::INFINITY].map(|q| shares.hill(q));
        for (seen, known) in hill.into_iter().zip([4.0, 3.596_115_466_624_321_6, 10.0 / 3.0, 2.5]) {
            assert_close(seen, known, 1e-14);
        }
        assert_close(shares.gini(), 0.25, 1e-14);
        assert_close(shares.gini_unbiased().unwrap(), 1.0 / 3.0, 1e-14);
        assert_close(shares.theil(), 0.106_440_135_286_223_18, 1e-13);
        assert_eq!((shares.nakamoto(0.5), shares.nakamoto(1.0 / 3.0), shares.nakamoto(1.0)), (Some(2), Some(1), None));
        let lorenz = shares.lorenz();
        let known = [(0.0, 0.0), (0.25, 0.1), (0.5, 0.3), (0.75, 0.6), (1.0, 1.0)];
        assert!(lorenz.iter().zip(known).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-15));
    }

    // worked example: Gini of the exponential law ½, of Pareto's with a = 2 1/3, of the log-normal with s = 1 erf(½), Theil s²/2.
    #[test]
    fn laws_have_their_known_inequality() {
        let n = 200_000;
        let of = |quantile: &dyn Fn(f64) -> f64| {
            let weights: Vec<f64> = (0..n).map(|i| quantile((f64::from(i) + 0.5) / f64::from(n))).collect();
            Shares::new(&weights).unwrap()
        };
        // The limits are what the midpoint rule loses in the tail.
        assert_close(of(&|u| -ln_1p(-u)).gini(), 0.5, 1e-4);
        assert_close(of(&|u| pow(1.0 - u, -0.5)).gini(), 1.0 / 3.0, 3e-3);
        let log_normal = of(&|u| exp(normal_quantile(u)));
        assert_close(log_normal.gini(), libm::erf(0.5), 1e-3);
        assert_close(log_normal.theil(), 0.5, 1e-2);
    }

    #[test]
    fn a_joint_share_equal_to_the_threshold_does_not_exceed_it() {
        let equal = Shares::new(&[0.1; 10]).unwrap();
        assert_eq!((equal.nakamoto(0.3), equal.nakamoto(0.5), equal.nakamoto(0.0)), (Some(4), Some(6), Some(1)));
        assert_eq!((equal.gini(), equal.hill(1.0).round()), (0.0, 10.0));
    }

    #[test]
    fn what_is_no_sharing_is_refused() {
        for weights in [&[][..], &[0.0, 0.0], &[1.0, -1e-9], &[1.0, f64::NAN], &[f64::INFINITY], &[f64::MAX, f64::MAX]]
        {
            assert_eq!(Shares::new(weights), None);
        }
        let alone = Shares::new(&[7.0]).unwrap();
        assert_eq!((alone.shannon_nats(), alone.theil(), alone.gini(), alone.gini_unbiased()), (0.0, 0.0, 0.0, None));
    }

    proptest! {
        #[test]
        fn measures_keep_their_bounds_and_agree(
            mut weights in prop::collection::vec(prop_oneof![Just(0.0), 1e-6_f64..1e6], 1..60), scale in 1e-3_f64..1e3,
        ) {
            weights[0] = 1.0;
            let shares = Shares::new(&weights).unwrap();
            let n = weights.len() as f64;
            prop_assert!((shares.sorted().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(shares.gini() > -1e-12 && shares.gini() <= (n - 1.0) / n + 1e-12);
            let area: f64 = shares.lorenz().windows(2).map(|p| (p[1].0 - p[0].0) * (p[1].1 + p[0].1)).sum();
            prop_assert!((1.0 - area - shares.gini()).abs() < 1e-12);
            prop_assert!((shares.hill(2.0) * shares.hhi() - 1.0).abs() < 1e-12);
            // Diversity falls as its order rises, without a jump at 1 or 2.
            let orders = [0.0, 0.5, 1.0 - 1e-9, 1.0, 1.0 + 1e-9, 1.5, 2.0, 2.0 + 1e-12, 5.0, 500.0, f64::INFINITY];
            let hill = orders.map(|q| shares.hill(q));
            prop_assert!(hill.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-9)), "{hill:?}");
            prop_assert!((hill[2] / hill[4] - 1.0).abs() < 1e-6 && (hill[6] / hill[7] - 1.0).abs() < 1e-9);
            let scaled: Vec<f64> = weights.iter().rev().map(|weight| weight * scale).collect();
            let scaled = Shares::new(&scaled).unwrap();
            prop_assert!((scaled.shannon_nats() - shares.shannon_nats()).abs() < 1e-10);
            let count = shares.nakamoto(0.5).unwrap();
            prop_assert!(shares.sorted()[..count].iter().sum::<f64>() > 0.5);
            prop_assert!(shares.sorted()[..count - 1].iter().sum::<f64>() <= 0.5 + 1e-9);
        }
    }
}
