//! What the branches of a study did differently from their trunks, over the time since the fork.
//!
//! The unit of inference is the replication: a response is the mean of branch − trunk over the forks of a run, and its interval is
//! Student's over the runs. So forks of one run may depend on one another.

use std::ops::Range;

use crate::stats::interval::replication_interval;
use crate::stats::online::Online;

use super::super::Study;
use super::super::course::{Course, Row};
use super::super::replicate::LEVEL;
use super::Fork;

/// Above this share of the placebo's variance a branch is no longer paired with its trunk: it lies about as far from it as chance
/// would bring it. Its interval is as true there, and wider. The share is assumed.
const PAIRED: f64 = 0.5;

/// The place of the placebo among the arms, and of the first branch.
const PLACEBO: usize = 1;

/// A measure in a branch of a point, over the time since the fork.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The point.
    pub point: usize,
    /// The arm: 1 the placebo, then the branches.
    pub arm: usize,
    /// The measure.
    pub measure: usize,
    /// Its bins, in order.
    pub bins: Vec<Bin>,
    /// All bins together.
    pub whole: Whole,
}

/// One bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Means over all forks of the trunk and of the branch.
    pub means: [Option<f64>; 2],
    /// The mean of branch − trunk; none where no run has both.
    pub difference: Option<f64>,
    /// Half the width of its 95 % interval; none below two runs.
    pub half_width: Option<f64>,
    /// Runs that have it.
    pub runs: u64,
    /// Forks that have it.
    pub forks: u64,
    /// The variance of branch − trunk over all forks, by that of the placebo; none where the placebo does not vary.
    pub variance_ratio: Option<f64>,
    /// Whether no bin so far has more than half of the placebo's variance.
    pub is_paired: bool,
}

/// A response as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Whole {
    /// Bins from the fork on in which the branch is paired with its trunk.
    pub paired: usize,
    /// The mean of branch − trunk over all bins.
    pub mean: Option<f64>,
    /// Half the width of its 95 % interval; none below two runs.
    pub half_width: Option<f64>,
    /// The bin of the largest response, by its size.
    pub peak: Option<usize>,
    /// Bins from the peak to the first at most half as large; none where there is none.
    pub half_life: Option<usize>,
}

/// All responses of a study that forks its runs: by point, arm and measure.
pub fn responses(study: &Study, course: &Course) -> Vec<Response> {
    let Some(fork) = &study.fork else { return Vec::new() };
    let (arms, measures) = (fork.arms().len(), study.measures.len());
    let mut all = Vec::new();
    for (point, rows) in course.rows().iter().enumerate() {
        let runs = Runs { fork, measures, rows };
        for arm in PLACEBO..arms {
            all.extend((0..measures).map(|measure| runs.response(point, arm, measure)));
        }
    }
    all
}

/// The mean of branch − trunk over some bins, half the width of its 95 % interval, and the runs it stands on.
pub fn over(
    study: &Study,
    course: &Course,
    response: &Response,
    bins: Range<usize>,
) -> (Option<f64>, Option<f64>, u64) {
    let fork = study.fork.as_ref().expect("a response is one of a fork");
    let runs = Runs { fork, measures: study.measures.len(), rows: &course.rows()[response.point] };
    let means = runs.means(response.arm, response.measure, bins);
    let interval = replication_interval(&means, LEVEL);
    (mean(&means), interval.map(|interval| interval.half_width), means.len() as u64)
}

/// The runs of a point.
struct Runs<'a> {
    fork: &'a Fork,
    measures: usize,
    rows: &'a [Row],
}

impl Runs<'_> {
    fn response(&self, point: usize, arm: usize, measure: usize) -> Response {
        let mut is_paired = true;
        let bins: Vec<Bin> = (0..self.fork.bins)
            .map(|bin| {
                let bin = self.bin(arm, bin, measure);
                is_paired &= arm == PLACEBO || bin.variance_ratio.is_none_or(|ratio| ratio <= PAIRED);
                Bin { is_paired, ..bin }
            })
            .collect();
        let whole = self.whole(arm, measure, &bins);
        Response { point, arm, measure, bins, whole }
    }

    fn bin(&self, arm: usize, bin: usize, measure: usize) -> Bin {
        let [mut trunk, mut branch, mut apart, mut placebo] = [Online::new(); 4];
        let mut runs = Vec::new();
        for row in self.rows {
            let mut own = Online::new();
            for instant in 0..self.fork.instants.count() {
                let [was, is, fresh] = [0, arm, PLACEBO].map(|arm| self.value(row, (instant, arm, bin, measure)));
                if let (Some(was), Some(is)) = (was, is) {
                    trunk.push(was);
                    branch.push(is);
                    apart.push(is - was);
                    own.push(is - was);
                }
                if let (Some(was), Some(fresh)) = (was, fresh) {
                    placebo.push(fresh - was);
                }
            }
            runs.extend(own.mean());
        }
        let by_chance = placebo.variance().filter(|variance| *variance > 0.0);
        let interval = replication_interval(&runs, LEVEL);
        Bin {
            means: [trunk.mean(), branch.mean()],
            difference: mean(&runs),
            half_width: interval.map(|interval| interval.half_width),
            runs: runs.len() as u64,
            forks: apart.count(),
            variance_ratio: by_chance.and_then(|by_chance| Some(apart.variance()? / by_chance)),
            is_paired: true,
        }
    }

    /// The mean of branch − trunk over the forks and some bins of each run that has it.
    fn means(&self, arm: usize, measure: usize, bins: Range<usize>) -> Vec<f64> {
        let of_run = |row: &Row| {
            let mut own = Online::new();
            for bin in bins.clone() {
                for instant in 0..self.fork.instants.count() {
                    let [was, is] = [0, arm].map(|arm| self.value(row, (instant, arm, bin, measure)));
                    was.zip(is).into_iter().for_each(|(was, is)| own.push(is - was));
                }
            }
            own.mean()
        };
        self.rows.iter().filter_map(of_run).collect()
    }

    fn whole(&self, arm: usize, measure: usize, bins: &[Bin]) -> Whole {
        let means = self.means(arm, measure, 0..bins.len());
        let interval = replication_interval(&means, LEVEL);
        let size = |bin: &Bin| bin.difference.map(f64::abs);
        let larger = |one: &usize, other: &usize| {
            let sizes = [one, other].map(|bin| size(&bins[*bin]).unwrap_or_default());
            // The first of those that are equally large.
            sizes[0].total_cmp(&sizes[1]).then(other.cmp(one))
        };
        let peak = (0..bins.len()).filter(|bin| size(&bins[*bin]).is_some_and(|size| size > 0.0)).max_by(larger);
        let half_life = peak.and_then(|peak| {
            let half = size(&bins[peak])? / 2.0;
            (1..bins.len() - peak).find(|after| size(&bins[peak + after]).is_some_and(|size| size <= half))
        });
        Whole {
            paired: bins.iter().take_while(|bin| bin.is_paired).count(),
            mean: mean(&means),
            half_width: interval.map(|interval| interval.half_width),
            peak,
            half_life,
        }
    }

    fn value(&self, row: &Row, place: (usize, usize, usize, usize)) -> Option<f64> {
        row.outcome.as_ref().ok()?.values[self.fork.place(self.measures, place)]
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    values.iter().copied().collect::<Online>().mean()
}
