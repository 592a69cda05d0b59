//! The block jackknife: the error of a statistic of dependent observations.

use serde::{Deserialize, Serialize};

use super::interval::{Estimate, assert_level};
use super::student::student_quantile;

/// A statistic of all blocks with its variance by leaving out one block at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Jackknife {
    /// The statistic of all blocks.
    pub value: f64,
    /// Its variance, (B − 1)/B·Σ(θ₋ᵦ − θ̅)².
    pub variance: f64,
    /// How many blocks there are, B.
    pub blocks: u64,
}

/// Evaluates `statistic` on all `blocks` and with each left out. Blocks are stretches of a run, long beside its memory and of
/// about equal length, so that they are close to independent although the jobs within a queue are not (Künsch 1989; Efron and
/// Stein 1981 for the bound that the variance tends to be too large rather than too small).
///
/// None with fewer than two blocks or where the statistic is none for any of the sets.
pub fn block_jackknife<B>(blocks: &[B], statistic: impl Fn(&[&B]) -> Option<f64>) -> Option<Jackknife> {
    if blocks.len() < 2 {
        return None;
    }
    let all: Vec<&B> = blocks.iter().collect();
    let value = statistic(&all)?;
    let mut left_out = Vec::with_capacity(blocks.len());
    for out in 0..all.len() {
        let kept: Vec<&B> =
            all.iter().enumerate().filter(|&(index, _)| index != out).map(|(_, block)| *block).collect();
        left_out.push(statistic(&kept)?);
    }
    let count = left_out.len() as f64;
    let mean = left_out.iter().sum::<f64>() / count;
    let squares: f64 = left_out.iter().map(|theta| (theta - mean) * (theta - mean)).sum();
    Some(Jackknife { value, variance: squares * (count - 1.0) / count, blocks: blocks.len() as u64 })
}

impl Jackknife {
    /// The interval value ± t_{B−1}·√variance; its `n` counts blocks. Panics unless `level` lies inside (0, 1).
    pub fn interval(&self, level: f64) -> Estimate {
        assert_level(level);
        let quantile = student_quantile(0.5 * (1.0 + level), (self.blocks - 1) as f64);
        Estimate { mean: self.value, half_width: quantile * self.variance.sqrt(), level, n: self.blocks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::maths::exp;
    use crate::stats::online::Online;
    use crate::stats::survival::SurvivalGrid;
    use crate::stats::trial::{Trial, assert_close};

    fn mean_of(blocks: &[&f64]) -> Option<f64> {
        Some(blocks.iter().copied().sum::<f64>() / blocks.len() as f64)
    }

    // worked example: for the mean of single observations the jackknife is s²/n.
    #[test]
    fn the_jackknife_of_a_mean_is_its_classical_variance() {
        let sample = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let jackknife = block_jackknife(&sample, mean_of).unwrap();
        assert_close(jackknife.value, 5.0, 1e-15);
        assert_close(jackknife.variance, 32.0 / 7.0 / 8.0, 1e-13);
        assert_close(jackknife.interval(0.95).half_width, 2.364_624_251_592_784_5 * (4.0_f64 / 7.0).sqrt(), 1e-12);
        assert_eq!(block_jackknife(&sample[..1], mean_of), None);
        assert_eq!(block_jackknife(&sample, |blocks| (blocks.len() == 8).then_some(1.0)), None);
    }

    #[test]
    fn the_jackknife_of_a_survival_curve_sees_what_blocks_share() {
        // Sixty blocks of 500 subjects whose common hazard varies by block: Var S̅ = (Var s + E s(1−s)/500)/60 with s = e^{−h},
        // h uniform on (0.5, 1.5): E s = 0.383401, E s² = 0.159049.
        let mut trial = Trial::new();
        let blocks: Vec<SurvivalGrid> = (0..60)
            .map(|_| {
                let hazard = 0.5 + trial.uniform();
                let mut grid = SurvivalGrid::uniform(100, 20, 1);
                (0..500).for_each(|_| grid.record((1000.0 * trial.exponential() / hazard) as u64, Some(0)));
                grid
            })
            .collect();
        let survival = |grids: &[&SurvivalGrid]| Some(SurvivalGrid::merged(grids)?.curve()?.survival(1000)?.0);
        let jackknife = block_jackknife(&blocks, survival).unwrap();
        let (first, second) = (exp(-0.5) - exp(-1.5), 0.5 * (exp(-1.0) - exp(-3.0)));
        let variance = (second - first * first + (first - second) / 500.0) / 60.0;
        assert_close(jackknife.variance, variance, 4.89 * (2.0 / 59.0_f64).sqrt());
        assert!((jackknife.value - first).abs() < 4.89 * variance.sqrt());
        // Greenwood's formula takes the subjects for independent and is far too small here.
        let all: Vec<&SurvivalGrid> = blocks.iter().collect();
        let greenwood = SurvivalGrid::merged(&all).unwrap().curve().unwrap().survival(1000).unwrap().1;
        assert!(jackknife.variance > 5.0 * greenwood);
        // The statistic is linear without censoring, so the jackknife is that of the blocks' own values.
        let each: Online = blocks.iter().map(|grid| survival(&[grid]).unwrap()).collect();
        assert_close(jackknife.variance, each.variance().unwrap() / 60.0, 1e-9);
    }
}
