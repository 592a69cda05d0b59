//! A run in stretches of arrival time, so that its summary can say how far it agrees with itself.
//!
//! Jobs in a queue depend on one another and a day is not stationary, so neither the number of jobs nor batch means give an
//! interval. Leaving out one stretch after another does (the block jackknife), as long as stretches are long beside the time a
//! job spends in the market.

use crate::domain::fate::{Cause, Fate};
use crate::domain::story::Story;
use crate::engine::time::Time;
use crate::stats::interval::Estimate;
use crate::stats::survival::block_jackknife;

/// How many stretches a run is divided into.
pub const BLOCKS: u64 = 24;

/// Counts of the jobs asked for in each stretch.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    from: Time,
    length: u64,
    counts: Vec<Block>,
}

/// The jobs asked for in one stretch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    /// How many.
    pub jobs: u64,
    /// By fate, in the order of [`Fate::ALL`].
    pub fates: [u64; Fate::ALL.len()],
    /// The declined by cause, in the order of [`Cause::ALL`].
    pub causes: [u64; Cause::ALL.len()],
    /// How many were answered.
    pub answered: u64,
    /// Nanoseconds from asking to answer, together.
    pub response: u128,
}

impl Blocks {
    /// Stretches of equal length between two instants.
    pub fn between(from: Time, until: Time) -> Blocks {
        let length = until.since(from).0.div_ceil(BLOCKS).max(1);
        Blocks { from, length, counts: vec![Block::default(); BLOCKS as usize] }
    }

    /// Counts a closed job.
    #[inline]
    pub fn count(&mut self, story: &Story) {
        if self.counts.is_empty() || story.at.asked < self.from {
            return;
        }
        let place = (story.at.asked.since(self.from).0 / self.length) as usize;
        let Some(block) = self.counts.get_mut(place) else { return };
        block.jobs += 1;
        block.fates[story.fate as usize] += 1;
        if let Some(cause) = story.cause {
            block.causes[cause as usize] += 1;
        }
        if let Some(response) = story.between(story.at.asked, story.at.answered) {
            block.answered += 1;
            block.response += u128::from(response.0);
        }
    }

    /// The interval of a ratio of two sums over the stretches, at 95 %. None where fewer than half of the stretches have
    /// jobs.
    pub fn ratio(&self, sum: impl Fn(&Block) -> f64, over: impl Fn(&Block) -> f64) -> Option<Estimate> {
        let filled: Vec<&Block> = self.counts.iter().filter(|block| block.jobs > 0).collect();
        if (filled.len() as u64) < BLOCKS / 2 {
            return None;
        }
        let statistic = |blocks: &[&&Block]| {
            let below: f64 = blocks.iter().map(|block| over(block)).sum();
            (below > 0.0).then(|| blocks.iter().map(|block| sum(block)).sum::<f64>() / below)
        };
        block_jackknife(&filled, statistic).map(|jackknife| jackknife.interval(0.95))
    }

    /// The interval of the share of a fate.
    pub fn fate(&self, fate: Fate) -> Option<Estimate> {
        self.ratio(|block| block.fates[fate as usize] as f64, |block| block.jobs as f64)
    }

    /// The interval of the share of a cause.
    pub fn cause(&self, cause: Cause) -> Option<Estimate> {
        self.ratio(|block| block.causes[cause as usize] as f64, |block| block.jobs as f64)
    }

    /// The interval of the mean time from asking to answer, in seconds.
    pub fn response(&self) -> Option<Estimate> {
        self.ratio(|block| block.response as f64 * 1e-9, |block| block.answered as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::story::JobKey;

    /// Of the jobs of each stretch one in ten is lost, but in one stretch all are: the interval is of that one stretch.
    #[test]
    fn a_stretch_that_differs_widens_the_interval() {
        let mut blocks = Blocks::between(Time(0), Time(2400));
        for asked in 0..2400u64 {
            let mut story = Story::begin(JobKey::default(), Default::default(), Default::default(), Time(asked));
            let lost = asked % 10 == 0 || asked / 100 == 7;
            story.fate = if lost { Fate::Lost } else { Fate::FinalRight };
            blocks.count(&story);
        }
        let lost = blocks.fate(Fate::Lost).expect("stretches with jobs");
        assert_eq!(lost.n, BLOCKS);
        assert!((lost.mean - (0.1 * 23.0 + 1.0) / 24.0).abs() < 1e-12);
        // One of 24 is 0.9 above the others: the standard error of the mean of 24 is 0.9/24, t at 23 is 2.069.
        assert!((lost.half_width - 2.0687 * 0.9 / 24.0).abs() < 1e-4, "{}", lost.half_width);
        assert!(Blocks::default().fate(Fate::Lost).is_none());
    }
}
