//! A case: a scenario, what a closed form says about it, and how that is measured.

use reliance::domain::fate::Fate;
use reliance::record::tally::Durations;

use super::watch::{Seen, Wish};

/// Independent replications unless a case says otherwise.
pub const RUNS: u64 = 24;

/// Cases that belong together on the page.
pub struct Chapter {
    /// The heading.
    pub title: &'static str,
    /// What the cases share: conventions, and where the formulas come from.
    pub about: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One scenario and what is expected of it.
pub struct Case {
    /// The name of its file, without `.toml`.
    pub scenario: &'static str,
    /// Independent replications.
    pub runs: u64,
    /// Where a longer test takes more replications rather than a later horizon.
    pub fixed_horizon: bool,
    /// What is watched.
    pub wish: Wish,
    /// What is expected.
    pub rows: Vec<Row>,
}

/// One number that a formula gives and the market must show.
pub struct Row {
    /// What it is.
    pub name: String,
    /// The formula, as on the page.
    pub formula: &'static str,
    /// What the formula gives.
    pub expected: f64,
    /// How a replication shows it.
    pub measure: Box<dyn Fn(&Seen) -> Part + Send + Sync>,
}

/// What a replication contributes to an estimate: all of it is Σ`sum`/Σ`over` over the replications.
///
/// If the formula is right, E\[`sum`\] is exactly the expected value times E\[`over`\]: for sums over the jobs asked for in
/// a fixed time this is Campbell's theorem, while the mean of a replication's ratios would be a little off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What is summed.
    pub sum: f64,
    /// What it is shared among.
    pub over: f64,
}

impl Case {
    /// A case of the usual number of replications.
    pub fn new(scenario: &'static str, rows: Vec<Row>) -> Case {
        Case { scenario, runs: RUNS, fixed_horizon: false, wish: Wish::default(), rows }
    }

    /// The same, watched for more.
    pub fn watching(self, wish: Wish) -> Case {
        Case { wish, ..self }
    }
}

impl Row {
    /// A number, its formula and its measure.
    pub fn new(
        name: impl Into<String>,
        formula: &'static str,
        expected: f64,
        measure: impl Fn(&Seen) -> Part + Send + Sync + 'static,
    ) -> Row {
        Row { name: name.into(), formula, expected, measure: Box::new(measure) }
    }
}

impl Part {
    /// A sum shared among a number.
    pub fn new(sum: f64, over: f64) -> Part {
        Part { sum, over }
    }

    /// A count among a number.
    pub fn share(count: u64, among: u64) -> Part {
        Part { sum: count as f64, over: among as f64 }
    }

    /// Nanoseconds shared among a number, in seconds.
    pub fn seconds(nanos: u128, among: u64) -> Part {
        Part { sum: nanos as f64 * 1e-9, over: among as f64 }
    }
}

/// The mean number of jobs in the market.
pub fn jobs(seen: &Seen) -> Part {
    Part::new(seen.probe.area(|gauge| gauge.open_area), seen.probe.seconds())
}

/// The mean number of jobs that wait.
pub fn waiting(seen: &Seen) -> Part {
    Part::new(seen.probe.area(|gauge| gauge.waiting_area), seen.probe.seconds())
}

/// The mean number of jobs in service.
pub fn executing(seen: &Seen) -> Part {
    Part::new(seen.probe.area(|gauge| gauge.executing_area), seen.probe.seconds())
}

/// The mean time from asking to answer, of those answered.
pub fn sojourn(seen: &Seen) -> Part {
    mean(&seen.summary.response)
}

/// The mean wait of those served.
pub fn wait(seen: &Seen) -> Part {
    mean(&seen.summary.wait)
}

/// The variance of the waits of those served about the mean they should have; about the mean they have it would be a little
/// too small.
pub fn wait_variance(expected_mean: f64) -> impl Fn(&Seen) -> Part {
    move |seen| variance(&seen.summary.wait, expected_mean)
}

/// The same of the times from asking to answer.
pub fn response_variance(expected_mean: f64) -> impl Fn(&Seen) -> Part {
    move |seen| variance(&seen.summary.response, expected_mean)
}

fn variance(durations: &Durations, expected_mean: f64) -> Part {
    let moments = &durations.moments;
    let (count, mean) = (moments.count() as f64, moments.mean().unwrap_or(0.0));
    let about =
        (count - 1.0) * moments.variance().unwrap_or(0.0) + count * (mean - expected_mean) * (mean - expected_mean);
    Part::new(about, count)
}

/// The share of jobs that wait at all, of those that come to a node.
pub fn waits(seen: &Seen) -> Part {
    let class = &seen.probe.classes[0];
    Part::share(class.waited, class.reached)
}

/// The share of jobs that nobody takes.
pub fn declined(seen: &Seen) -> Part {
    let class = &seen.probe.classes[0];
    Part::share(class.declined, class.jobs)
}

/// The share of jobs with this fate.
pub fn fate(fate: Fate) -> impl Fn(&Seen) -> Part {
    move |seen| Part::share(seen.summary.fate(fate), seen.summary.jobs)
}

fn mean(durations: &Durations) -> Part {
    Part::new(durations.moments.sum(), durations.moments.count() as f64)
}
