//! What came of a study.

use super::axis::Shown;
use super::design::frontier::Crossing;
use super::differences::Difference;
use super::fork::passing::PassThrough;
use super::fork::responses::Response;
use crate::record::columns::Words;

/// What came of a study.
#[derive(Clone, Debug)]
pub struct Results {
    /// Per point and measure the mean over replications, with its interval from two on.
    pub means: Vec<Vec<Mean>>,
    /// Against the baseline.
    pub differences: Vec<Difference>,
    /// Where each line is crossed, in a search.
    pub crossings: Vec<SearchLine>,
    /// What the branches did differently, where the runs are forked.
    pub responses: Vec<Response>,
    /// How full prices followed what channels could supply, where a study asks for it.
    pub passed: Vec<PassThrough>,
    /// What is said of the study's claims.
    pub verdicts: Vec<Judged>,
    /// Over every run.
    pub digest: String,
    /// Runs that came to nothing: point, replication, why.
    pub failures: Vec<(usize, u64, String)>,
}

/// The mean of a measure at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Replications that have the measure.
    pub n: u64,
    /// Their mean; none without one.
    pub mean: Option<f64>,
    /// Half the width of its 95 % interval; none below two.
    pub half_width: Option<f64>,
    /// The ends of the interval that holds possible values alone; none where the values do not differ.
    pub ends: [Option<f64>; 2],
}

/// The crossing on one line of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchLine {
    /// The cells of the other axes.
    pub cells: Vec<Shown>,
    /// As shares of the range.
    pub crossing: Crossing,
    /// The values of the axis: of the crossing, and of the ends of its interval.
    pub values: [Option<f64>; 3],
    /// Points tried.
    pub probes: u64,
    /// Runs.
    pub runs: u64,
    /// Runs that came to nothing.
    pub failed: u64,
}

/// A claim at one place of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Which claim.
    pub claim: usize,
    /// Where: the cells of its row, `branch slow, rate 0.5/s`.
    pub at: String,
    /// What was measured; none where nothing was.
    pub value: Option<f64>,
    /// The ends of its 95 % interval; none where it has none or is open.
    pub ends: [Option<f64>; 2],
    /// Runs it stands on.
    pub runs: u64,
    /// What follows.
    pub verdict: Verdict,
}

/// What is said of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of the interval meets the condition.
    False,
    /// None of it does.
    Holds,
    /// The interval has values of both kinds, or there is none.
    Undecided,
}

impl Verdict {
    /// How each is written in tables, and what it means, in their order.
    pub const WORDS: Words = &[
        ("false", "all of the interval meets the condition"),
        ("holds", "none of the interval meets the condition"),
        ("undecided", "the interval has values of both kinds, or there is none"),
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        Verdict::WORDS[self as usize].0
    }
}
