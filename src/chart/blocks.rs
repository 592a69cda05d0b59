//! Intervals for jobs that are not independent: the jobs of a stretch of time share queues, prices and failures, so whole
//! stretches are left out one at a time ([`block_jackknife`]).

use crate::stats::interval::{normal_quantile, student_quantile};
use crate::stats::survival::{Jackknife, block_jackknife, survival_interval};

/// The coverage of every interval drawn.
pub const LEVEL: f64 = 0.95;

/// As many stretches as are made where there are jobs enough.
const BLOCKS: usize = 20;

/// Fewer stretches say too little about their spread.
const BLOCKS_MIN: usize = 5;

/// A stretch holds so many jobs on average, or there are fewer stretches.
const JOBS_MIN: usize = 20;

/// Stretches of equal length over the time of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    first: u64,
    length: u64,
    /// How many there are.
    pub count: usize,
}

/// Something computed from all blocks, and again without each of them.
#[derive(Clone, Debug)]
pub struct LeftOut<C> {
    /// From all.
    pub all: C,
    /// Without the block of the same place.
    pub without: Vec<C>,
}

impl Blocks {
    /// The blocks over the instants of asking; none where there are too few jobs for five of them.
    pub fn over(asked: impl Iterator<Item = u64> + Clone) -> Option<Blocks> {
        let (first, last) = (asked.clone().min()?, asked.clone().max()?);
        let count = (asked.count() / JOBS_MIN).min(BLOCKS);
        (count >= BLOCKS_MIN && last > first).then(|| Blocks::between(first, last + 1, count))
    }

    /// So many blocks from one instant to before another. Panics where there is no time or no block.
    pub fn between(first: u64, end: u64, count: usize) -> Blocks {
        assert!(end > first && count > 0, "blocks part a stretch of time");
        Blocks { first, length: (end - first).div_ceil(count as u64), count }
    }

    /// The block of an instant; the nearest for one outside.
    pub fn of(&self, asked: u64) -> usize {
        ((asked.saturating_sub(self.first) / self.length) as usize).min(self.count - 1)
    }
}

impl<C> LeftOut<C> {
    /// Computes from the blocks with all of them, and with each left out.
    pub fn new<B>(blocks: &[B], compute: impl Fn(&[&B]) -> C) -> LeftOut<C> {
        let all: Vec<&B> = blocks.iter().collect();
        let without = |out: usize| {
            let kept: Vec<&B> =
                all.iter().enumerate().filter(|(place, _)| *place != out).map(|(_, block)| *block).collect();
            compute(&kept)
        };
        LeftOut { without: (0..blocks.len()).map(without).collect(), all: compute(&all) }
    }

    /// The jackknife of a value of what was computed.
    pub fn jackknife(&self, value: impl Fn(&C) -> Option<f64>) -> Option<Jackknife> {
        let places: Vec<usize> = (0..self.without.len()).collect();
        let sum: usize = places.iter().sum();
        block_jackknife(&places, |kept| match kept.len() == places.len() {
            true => value(&self.all),
            // The place that is missing is what the others lack to the sum of all.
            false => value(&self.without[sum - kept.iter().copied().sum::<usize>()]),
        })
    }
}

/// The interval of a probability, inside [0, 1]: by the log-minus-log transform of its complement, wider by what
/// Student's quantile exceeds the normal one.
pub fn share_interval(jackknife: &Jackknife) -> (f64, f64) {
    let reach = 0.5 * (1.0 + LEVEL);
    let wider = student_quantile(reach, (jackknife.blocks - 1) as f64) / normal_quantile(reach);
    complement_interval(jackknife.value, jackknife.variance * wider * wider)
}

/// The interval of a probability of that variance.
pub fn complement_interval(share: f64, variance: f64) -> (f64, f64) {
    let (low, high) = survival_interval(1.0 - share, variance, LEVEL);
    (1.0 - high, 1.0 - low)
}

/// The interval of any other value.
pub fn interval(jackknife: &Jackknife) -> (f64, f64) {
    let estimate = jackknife.interval(LEVEL);
    (estimate.lower(), estimate.upper())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_part_the_time_of_asking() {
        let asked: Vec<u64> = (0..1_000).map(|job| 50 + 10 * job).collect();
        let blocks = Blocks::over(asked.iter().copied()).unwrap();
        assert_eq!(blocks.count, 20);
        let mut counts = [0; 20];
        asked.iter().for_each(|&instant| counts[blocks.of(instant)] += 1);
        assert!(counts.iter().all(|count| (49..=51).contains(count)), "{counts:?}");
        assert_eq!((blocks.of(0), blocks.of(u64::MAX)), (0, 19));
        assert_eq!(Blocks::over(asked.iter().copied().take(99)), None);
        assert_eq!(Blocks::over(asked.iter().copied().take(110)).unwrap().count, 5);
        assert_eq!(Blocks::over([7; 500].into_iter()), None, "all at once are one stretch");
        assert_eq!(Blocks::over(std::iter::empty()), None);
    }

    // worked example: the mean of five numbers; its jackknife variance is s²/5 = 0.5.
    #[test]
    fn what_was_left_out_is_found_again() {
        let mean = |kept: &[&f64]| kept.iter().copied().sum::<f64>() / kept.len() as f64;
        let left_out = LeftOut::new(&[1.0, 2.0, 3.0, 4.0, 5.0], mean);
        let jackknife = left_out.jackknife(|mean| Some(*mean)).unwrap();
        assert!((jackknife.value - 3.0).abs() < 1e-12 && (jackknife.variance - 0.5).abs() < 1e-12);
        assert_eq!(left_out.jackknife(|_| None), None);
        let (low, high) = interval(&jackknife);
        assert!((low + high - 6.0).abs() < 1e-12 && (high - 3.0 - 2.776_445 * 0.5_f64.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn intervals_of_shares_stay_inside() {
        let wide = Jackknife { value: 0.98, variance: 0.0004, blocks: 5 };
        let (low, high) = share_interval(&wide);
        assert!(low > 0.0 && low < 0.98 && high > 0.98 && high < 1.0, "{low} {high}");
        assert_eq!(share_interval(&Jackknife { value: 0.0, variance: 0.0, blocks: 5 }), (0.0, 0.0));
    }
}
