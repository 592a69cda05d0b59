//! Pass-through: how the full price of each channel follows a cut in what one of them can supply (model §17).
//!
//! M = Δ log full price / Δ log supply, between a branch and its trunk. A full price is the mean over a basket of probes, and over the
//! bins of a window, before the logarithm. The unit of inference is the run, as of responses.

use std::ops::Range;

use crate::maths;
use crate::record::tables::BASKET;
use crate::scenario::channels::Channel;
use crate::scenario::document::Document;
use crate::scenario::nearest::suggestion;
use crate::scenario::problems::Problems;
use crate::stats::interval::replication_interval;
use crate::stats::online::Online;

use super::super::Study;
use super::super::course::{Course, Row};
use super::super::file::{PassThroughTable, StudyTable, WindowTable};
use super::super::replicate::LEVEL;
use super::Fork;
use crate::engine::time::SimDuration;

/// The measures that it needs: the full price of each channel, then what each can supply.
pub const MEASURES: usize = BASKET.columns.len();

/// The most probes of a basket.
const PROBES: u32 = 4_096;

/// The times since the fork where none are written, in minutes.
const WINDOWS: [(u64, u64); 3] = [(5, 60), (60, 120), (180, 240)];

/// What is held against what.
#[derive(Clone, Debug)]
pub struct Passing {
    /// The branch that cuts each channel, in the order of [`Channel::ALL`].
    pub cuts: [Option<usize>; 3],
    /// The size of the basket.
    pub probes: usize,
    /// The windows, in bins.
    pub windows: Vec<Range<usize>>,
    /// The place of its measures among those of the study.
    pub first: usize,
}

/// How a full price followed a supply over a window.
#[derive(Clone, Debug, PartialEq)]
pub struct PassThrough {
    /// The point.
    pub point: usize,
    /// The channel whose supply was cut, in the order of [`Channel::ALL`].
    pub cut: usize,
    /// The channel whose full price it is.
    pub priced: usize,
    /// The window, in bins.
    pub bins: Range<usize>,
    /// What was measured.
    pub passed: Passed,
}

/// A measured pass-through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Passed {
    /// The mean over runs; none without any.
    pub mean: Option<f64>,
    /// Half the width of its 95 % interval; none below two runs.
    pub half_width: Option<f64>,
    /// The mean change of the logarithm of the supply.
    pub supply: Option<f64>,
    /// Runs that have it.
    pub runs: u64,
}

/// The name of a channel, as tables have it.
pub fn name(channel: usize) -> &'static str {
    ["compute", "coordination", "verification"][channel]
}

impl Passing {
    /// Reads it; none with a mistake.
    pub fn read(
        document: &Document,
        study: &StudyTable,
        fork: &Fork,
        table: &PassThroughTable,
        problems: &mut Problems,
    ) -> Option<Passing> {
        let before = problems.len();
        let at = |key: &str| format!("design.fork.pass-through{key}");
        let names: Vec<&str> = study.branches.iter().map(|branch| branch.name.as_str()).collect();
        let mut cuts = [None; 3];
        for (channel, written) in [&table.compute, &table.coordination, &table.verification].into_iter().enumerate() {
            let Some(written) = written else { continue };
            cuts[channel] = names.iter().position(|name| name == written);
            if cuts[channel].is_none() {
                let help = suggestion(written, &names, "the branches are");
                let place = at(&format!(".{}", name(channel)));
                problems.at(document, &place, format!("there is no branch `{written}`"), help.as_deref());
            }
        }
        if cuts == [None; 3] && problems.len() == before {
            let help = "write for example `{ compute = \"fewer-nodes\" }`, the name of a branch";
            problems.at(document, &at(""), "a pass-through of no cut", help);
        }
        if !(1..=PROBES).contains(&table.probes) {
            let message = format!("a basket of {} probes", table.probes);
            problems.at(document, &at(".probes"), message, "write from 1 to 4096");
        }
        let mut windows = Vec::new();
        for (index, window) in table.windows.iter().enumerate() {
            match fork.window(window) {
                Some(bins) => windows.push(bins),
                None => {
                    let message =
                        format!("a window from `{}` to `{}` of bins of `{}`", window.from, window.to, fork.bin);
                    let help = "write two ends of bins within the span";
                    problems.at(document, &at(&format!(".windows[{index}]")), message, help);
                }
            }
        }
        if table.windows.is_empty() {
            let minutes = |minutes: u64| SimDuration(60 * minutes * SimDuration::SECOND.0);
            let window = |(from, to): (u64, u64)| fork.window(&WindowTable { from: minutes(from), to: minutes(to) });
            windows.extend(WINDOWS.into_iter().filter_map(window));
            if windows.is_empty() {
                let help = "write `windows = [{ from = …, to = … }]` in whole bins";
                problems.at(document, &at(""), "none of the usual windows lies within the span in whole bins", help);
            }
        }
        let passing = Passing { cuts, probes: table.probes as usize, windows, first: 0 };
        (problems.len() == before).then_some(passing)
    }
}

impl Fork {
    /// A window in bins; none where it is not one of whole bins within the span.
    pub fn window(&self, window: &WindowTable) -> Option<Range<usize>> {
        let bin = self.bin.0;
        let whole = window.from.0.is_multiple_of(bin) && window.to.0.is_multiple_of(bin);
        let within = window.from < window.to && window.to <= self.span();
        (whole && within).then(|| (window.from.0 / bin) as usize..(window.to.0 / bin) as usize)
    }
}

/// All of a study: by point, cut, priced channel and window.
pub fn pass_through(study: &Study, course: &Course) -> Vec<PassThrough> {
    let Some(passing) = study.fork.as_ref().and_then(|fork| fork.passing.as_ref()) else { return Vec::new() };
    let mut all = Vec::new();
    for point in 0..course.points().len() {
        for cut in (0..3).filter(|cut| passing.cuts[*cut].is_some()) {
            for priced in 0..3 {
                for bins in &passing.windows {
                    let passed = passed(study, course, (point, cut, priced), bins.clone());
                    all.push(PassThrough { point, cut, priced, bins: bins.clone(), passed });
                }
            }
        }
    }
    all
}

/// How the full price of a channel followed the supply of another, or its own, over some bins.
pub fn passed(
    study: &Study,
    course: &Course,
    (point, cut, priced): (usize, usize, usize),
    bins: Range<usize>,
) -> Passed {
    let fork = study.fork.as_ref().expect("a pass-through is one of forks");
    let passing = fork.passing.as_ref().expect("a study with a pass-through");
    let Some(branch) = passing.cuts[cut] else { return Passed::default() };
    // Behind the trunk and the placebo.
    let arm = 2 + branch;
    let (mut means, mut supplies) = (Vec::new(), Online::new());
    for row in &course.rows()[point] {
        let change = |measure: usize| log_change(study, fork, row, (arm, passing.first + measure), &bins);
        let (Some(price), Some(supply)) = (change(priced), change(Channel::ALL.len() + cut)) else { continue };
        if supply != 0.0 {
            means.push(price / supply);
            supplies.push(supply);
        }
    }
    let interval = replication_interval(&means, LEVEL);
    Passed {
        mean: means.iter().copied().collect::<Online>().mean(),
        half_width: interval.map(|interval| interval.half_width),
        supply: supplies.mean(),
        runs: means.len() as u64,
    }
}

/// Over the forks of a run, the mean of log(branch) − log(trunk), each the mean of a measure over the bins that both have; none where no fork
/// has such a bin, or where one of them has nothing to take a logarithm of.
fn log_change(
    study: &Study,
    fork: &Fork,
    row: &Row,
    (arm, measure): (usize, usize),
    bins: &Range<usize>,
) -> Option<f64> {
    let values = &row.outcome.as_ref().ok()?.values;
    let mut changes = Online::new();
    for instant in 0..fork.instants.count() {
        let [mut trunk, mut branch] = [Online::new(); 2];
        for bin in bins.clone() {
            let at = |arm| values[fork.place(study.measures.len(), (instant, arm, bin, measure))];
            if let (Some(was), Some(is)) = (at(0), at(arm)) {
                trunk.push(was);
                branch.push(is);
            }
        }
        if let (Some(was), Some(is)) = (trunk.mean(), branch.mean()) {
            if was <= 0.0 || is <= 0.0 {
                return None;
            }
            changes.push(maths::ln(is / was));
        }
    }
    changes.mean()
}
