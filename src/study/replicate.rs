//! How often each point is run: a fixed number of times, or wave after wave until its mean is known well enough.
//!
//! A wave is whole before it is judged, and all points are judged by the same rule after the same waves: how many
//! workers there are, and which of them is first, decides nothing.

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
                        wrong("fixed", &format!("{count} runs of every point"), &format!("write at most {MOST}"));
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
                    wrong("sequential.most", &format!("{most} runs of a point"), &format!("write at most {MOST}"));
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
        let runs = values.len() as u64;
        let Some(relative) = self.relative else { return false };
        let rule = Precision { relative, runs_min: self.first };
        runs < self.most && replication_interval(values, LEVEL).is_none_or(|interval| !rule.is_met(&interval))
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
}
