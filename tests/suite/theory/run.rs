//! Replications on two threads, and what they say together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use reliance::engine::random::Seed;
use reliance::engine::time::SimDuration;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::simulate;
use reliance::stats::interval::{equivalent_z, student_quantile};
use reliance::stats::online::Online;

use super::case::{Case, Part};
use super::watch::{Probe, Seen};

/// Two cores are what a small machine has.
const THREADS: usize = 2;

/// The seed of all replications; theirs are its replications 0, 1, 2, …
const SEED: u64 = 1;

/// The coverage of the intervals.
const LEVEL: f64 = 0.95;

/// A case, ready to be run.
pub struct Ready<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its scenario.
    pub scenario: Arc<Scenario>,
    /// How many replications.
    pub runs: u64,
}

/// What the replications of a case showed.
#[derive(Debug)]
pub struct Shown {
    /// Jobs counted, over all replications.
    pub jobs: u64,
    /// By row.
    pub estimates: Vec<Estimate>,
}

/// An estimate beside what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub mean: f64,
    /// Half the width of its interval of 95 %.
    pub half_width: f64,
    /// How far it is from what is expected, as a normal score.
    pub z: f64,
}

impl<'a> Ready<'a> {
    /// Reads the scenario; `times` as many jobs as it says. Panics where the scenario cannot be read.
    pub fn new(case: &'a Case, times: u64) -> Ready<'a> {
        let path = super::folder().join(format!("{}.toml", case.scenario));
        let load = |sets: &[_]| {
            Scenario::load(&path, sets).unwrap_or_else(|problems| panic!("{}:\n{problems}", case.scenario))
        };
        let scenario = load(&[]);
        if case.fixed_horizon || times == 1 {
            return Ready { case, scenario, runs: case.runs * times };
        }
        let counted = scenario.horizon.since(scenario.warm_up).0 * times;
        let horizon = (scenario.warm_up + SimDuration(counted)).0;
        let longer = format!("horizon=\"{horizon}ns\"").parse().expect("a path and a value");
        Ready { case, scenario: load(&[longer]), runs: case.runs }
    }

    /// Runs one replication.
    pub fn replicate(&self, replication: u64) -> (u64, Vec<Part>) {
        let probe = Probe::new(&self.scenario, &self.case.wish);
        let record = &self.scenario.record;
        let tally = Tally::new(self.scenario.warm_up).with_reliance(record.fading()).with_results(record.results);
        let mut recorders = (tally, probe);
        simulate(&self.scenario, Seed::from(SEED).replicate(replication), &mut recorders);
        let seen = Seen { summary: recorders.0.into_summary(), probe: recorders.1 };
        (seen.summary.jobs, self.case.rows.iter().map(|row| (row.measure)(&seen)).collect())
    }

    /// What the parts of all replications, in their order, say together.
    fn sum_up(&self, replications: Vec<(u64, Vec<Part>)>) -> Shown {
        let row = |(index, row): (usize, &super::case::Row)| {
            let parts: Vec<Part> = replications.iter().map(|(_, parts)| parts[index]).collect();
            estimate(&parts, row.expected)
        };
        Shown {
            jobs: replications.iter().map(|(jobs, _)| jobs).sum(),
            estimates: self.case.rows.iter().enumerate().map(row).collect(),
        }
    }
}

/// Jobs counted in a replication, and its parts by row.
type Replicated = (u64, Vec<Part>);

/// Runs all replications of all cases.
pub fn run(cases: &[Ready<'_>]) -> Vec<Shown> {
    // The replications of a case in a few pieces, so that neither thread is left alone with a long one for long.
    let pieces: Vec<(usize, u64, u64)> = cases
        .iter()
        .enumerate()
        .flat_map(|(index, case)| {
            let length = case.runs.div_ceil(24);
            (0..case.runs.div_ceil(length))
                .map(move |piece| (index, piece * length, ((piece + 1) * length).min(case.runs)))
        })
        .collect();
    let done: Vec<Mutex<Vec<Replicated>>> = pieces.iter().map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&(case, first, end)) = pieces.get(index) else { break };
                    let found = (first..end).map(|replication| cases[case].replicate(replication)).collect();
                    *done[index].lock().expect("no thread panics while it holds the lock") = found;
                }
            });
        }
    });
    let mut found: Vec<Vec<(u64, Vec<Part>)>> = cases.iter().map(|_| Vec::new()).collect();
    for ((case, ..), piece) in pieces.iter().zip(done) {
        found[*case].extend(piece.into_inner().expect("no thread panics while it holds the lock"));
    }
    cases.iter().zip(found).map(|(case, replications)| case.sum_up(replications)).collect()
}

/// The ratio Σsum/Σover of independent replications with its interval by the delta method (W. G. Cochran, "Sampling
/// Techniques", 1977, §2.11), and Student's t of sum − expected·over, whose mean is zero if the formula is right, as a score.
pub fn estimate(parts: &[Part], expected: f64) -> Estimate {
    let (sum, over) = parts.iter().fold((0.0, 0.0), |total, part| (total.0 + part.sum, total.1 + part.over));
    let (mean, freedom) = (sum / over, (parts.len() - 1) as f64);
    let apart = |value: f64| parts.iter().map(move |part| part.sum - value * part.over).collect::<Online>();
    let error = |apart: &Online| apart.standard_error().expect("two replications or more");
    let half_width = error(&apart(mean)) * student_quantile(0.5 * (1.0 + LEVEL), freedom) * parts.len() as f64 / over;
    let off = apart(expected);
    let distance = off.mean().expect("two replications or more");
    let z = match error(&off) {
        // Not a statistic: every replication gives the same, right to the last digits or wrong.
        0.0 if distance.abs() <= 1e-12 * (sum + over) => 0.0,
        error => equivalent_z(distance / error, freedom),
    };
    Estimate { mean, half_width, z }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: with equal shares a ratio is a mean; 1, 2, 3, 4, 5 have the standard error √(1/2), and with four
    // degrees of freedom the quantile of 97.5 % is 2.776.
    #[test]
    fn equal_shares_make_a_mean() {
        let parts: Vec<Part> = (1..=5).map(|sum| Part::new(f64::from(sum) * 10.0, 10.0)).collect();
        let found = estimate(&parts, 3.0);
        assert!((found.mean - 3.0).abs() < 1e-15 && found.z.abs() < 1e-12);
        assert!((found.half_width - 2.776_445_105 * 0.5f64.sqrt()).abs() < 1e-8, "{found:?}");
        let low = estimate(&parts, 2.0);
        // t = √2 with four degrees of freedom has the tail P(T > t) = ½ − ¾ sin θ + ¼ sin³ θ, sin²θ = t²/(t²+4) = ⅓: 0.1151.
        assert!((low.z - 1.1998).abs() < 1e-3, "{low:?}");
    }

    #[test]
    fn what_never_varies_is_right_or_wrong() {
        let parts = [Part::new(6.0, 2.0); 3];
        assert_eq!(estimate(&parts, 3.0), Estimate { mean: 3.0, half_width: 0.0, z: 0.0 });
        assert_eq!(estimate(&parts, 2.0).z, f64::INFINITY);
    }

    // worked example: what is proportional has no error, however unequal the shares.
    #[test]
    fn proportional_parts_have_no_error() {
        let parts: Vec<Part> = (1..=4).map(|n| Part::new(f64::from(n) * 2.0, f64::from(n))).collect();
        assert_eq!(estimate(&parts, 2.0), Estimate { mean: 2.0, half_width: 0.0, z: 0.0 });
    }
}
