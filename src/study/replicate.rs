//! How often each point is run: a fixed number of times, or wave after wave until its mean is known well enough.
//!
//! A wave is whole before it is judged, and all points are judged by the same rule after the same waves: how many
//! workers there are, and which of them is first, decides nothing.

use crate::domain::count::thousands;
use crate::scenario::document::Document;
use crate::scenario::problems::Problems;
use crate::stats::interval::{Precision, replication_interval};

use super::file::{ReplicationsTable, SequentialTable};

/// The nominal coverage of all intervals of a study.
pub const LEVEL: f64 = 0.95;

/// Replications of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replications {
    /// How many at first.
    pub first: u64,
    /// How many more at a time.
    pub wave: u64,
    /// How many at most.
    pub most: u64,
    /// The relative error wanted.
    pub relative: Option<f64>,
}

/// The most replications of a point: an interval of a thousandth of what ten give.
const MOST: u64 = 1_000_000;

/// Why a point of a sequential study was run no more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stopped {
    /// Its mean is known as well as wished.
    Met,
    /// It is not, and there may be no more runs than these; infinite where the relative error is not below 1.
    Most {
        /// The runs.
        runs: u64,
        /// The relative error that was reached.
        reached: f64,
    },
    /// A run came to nothing, and such a point is not run more often.
    Failed,
}

impl Stopped {
    /// How each is written in tables, and what it means, in the order of the reasons.
    pub const WORDS: &[(&str, &str)] = &[
        ("met", "its first mean is known as well as wished"),
        ("most", "it is not, and no more runs were allowed"),
        ("failed", "a run came to nothing"),
    ];

    /// How it is written in tables.
    pub fn name(self) -> &'static str {
        let place = match self {
            Stopped::Met => 0,
            Stopped::Most { .. } => 1,
            Stopped::Failed => 2,
        };
        Stopped::WORDS[place].0
    }
}

impl Replications {
    /// Always the same number.
    pub fn fixed(count: u64) -> Replications {
        Replications { first: count, wave: 1, most: count, relative: None }
    }

    /// Reads the replications of a study; a search needs no relative error.
    pub fn read(
        document: &Document,
        table: &ReplicationsTable,
        is_search: bool,
        problems: &mut Problems,
    ) -> Option<Replications> {
        let before = problems.len();
        let mut wrong = |key: &str, message: &str, help: &str| {
            problems.at(document, &format!("replications.{key}"), message, help);
        };
        let replications = match table {
            ReplicationsTable::Fixed(count) => {
                match (count, is_search) {
                    (0, _) => wrong("fixed", "a point is run at least once", "write 1 or more; 2 give an interval"),
                    (1, true) => wrong("fixed", "a search judges by intervals", "write 2 or more"),
                    (count, _) if *count > MOST => {
                        wrong(
                            "fixed",
                            &format!("{} runs of every point", thousands(*count)),
                            &format!("write at most {MOST}"),
                        );
                    }
                    _ => {}
                }
                Replications::fixed(*count)
            }
            ReplicationsTable::Sequential(SequentialTable { first, wave, most, relative }) => {
                if *first < 2 {
                    wrong("sequential.first", "an interval needs two replications", "write 2 or more; 10 is customary");
                }
                if *wave == 0 {
                    wrong("sequential.wave", "a wave without replications", "write 1 or more");
                }
                if *most > MOST {
                    wrong(
                        "sequential.most",
                        &format!("{} runs of a point", thousands(*most)),
                        &format!("write at most {MOST}"),
                    );
                }
                if most < first {
                    wrong("sequential.most", "`most` is less than `first`", "write at least as many");
                }
                match relative {
                    None if !is_search => {
                        wrong("sequential", "missing key `relative`", "write the relative error wanted, such as 0.05");
                    }
                    Some(relative) if !(*relative > 0.0 && *relative < 1.0) => {
                        wrong("sequential.relative", "a relative error lies inside (0, 1)", "write for example 0.05");
                    }
                    _ => {}
                }
                Replications { first: *first, wave: *wave, most: *most, relative: *relative }
            }
        };
        (problems.len() == before).then_some(replications)
    }

    /// Why a point with these values was run no more, after so many runs of which some failed. None where the number is fixed,
    /// and in a search, which stops by other rules.
    pub fn stopped(&self, values: &[f64], runs: u64, failed: u64) -> Option<Stopped> {
        self.relative?;
        Some(match self.wants_more_of(values) {
            _ if failed > 0 => Stopped::Failed,
            false => Stopped::Met,
            true => {
                let estimate = replication_interval(values, LEVEL);
                let ratio = estimate.map_or(f64::INFINITY, |estimate| estimate.relative_half_width());
                // The error is relative to the true mean, as in `Precision`.
                let reached = if ratio < 1.0 { ratio / (1.0 - ratio) } else { f64::INFINITY };
                Stopped::Most { runs, reached }
            }
        })
    }

    /// How many there are after the wave that follows `runs`.
    pub fn after(&self, runs: u64) -> u64 {
        runs.saturating_add(self.wave).min(self.most)
    }

    /// How often a point is judged, at most.
    pub fn looks(&self) -> u64 {
        1 + (self.most - self.first).div_ceil(self.wave)
    }

    /// Whether a point with these values needs another wave: its interval is too wide beside its mean.
    pub fn wants_more(&self, values: &[f64]) -> bool {
        (values.len() as u64) < self.most && self.wants_more_of(values)
    }

    /// The same, however many runs there may be.
    fn wants_more_of(&self, values: &[f64]) -> bool {
        let Some(relative) = self.relative else { return false };
        let rule = Precision { relative, runs_min: self.first };
        replication_interval(values, LEVEL).is_none_or(|interval| !rule.is_met(&interval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_end_at_the_precision_or_at_the_most() {
        let rule = Replications { first: 2, wave: 4, most: 9, relative: Some(0.05) };
        assert_eq!((rule.after(2), rule.after(6), rule.looks()), (6, 9, 3));
        assert!(rule.wants_more(&[1.0, 2.0]), "a wide interval");
        assert!(!rule.wants_more(&[1.0, 1.001, 0.999, 1.0]), "a narrow one");
        assert!(!rule.wants_more(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]), "as many as there may be");
        assert!(!Replications::fixed(3).wants_more(&[1.0, 2.0]), "a fixed number is fixed");
        assert_eq!(Replications::fixed(3).looks(), 1);
    }

    // worked example: 1, 2, 1, 2 have mean 1.5, s = 0.57735 and t(3, 0.975) = 3.182446: half-width 0.918693, which is 0.612462 of
    // the mean, an error of 0.612462/(1 − 0.612462) = 1.580393 relative to the true one.
    #[test]
    fn a_point_says_why_it_was_run_no_more() {
        let rule = Replications { first: 2, wave: 1, most: 4, relative: Some(0.05) };
        let Some(Stopped::Most { runs, reached }) = rule.stopped(&[1.0, 2.0, 1.0, 2.0], 4, 0) else {
            panic!("the wish is not met");
        };
        assert!(runs == 4 && (reached - 1.580_393).abs() < 1e-5, "{reached}");
        assert_eq!(rule.stopped(&[1.0, 1.001, 0.999], 3, 0), Some(Stopped::Met));
        assert_eq!(rule.stopped(&[1.0, 2.0], 3, 1), Some(Stopped::Failed));
        assert_eq!(rule.stopped(&[1.0, -1.0], 4, 0), Some(Stopped::Most { runs: 4, reached: f64::INFINITY }));
        assert_eq!(Replications::fixed(3).stopped(&[1.0, 2.0, 3.0], 3, 0), None);
    }
}
