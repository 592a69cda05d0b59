//! The tables of a run: every column declared once, and the recorder that fills them.

use std::sync::Arc;

use super::columns::{Cell, Column, TableDescription};

mod agreed;
mod agreement;
mod basket;
mod causes;
mod checks;
mod classes;
mod decided;
mod decisions;
mod endings;
mod inherited;
mod jobs;
mod nodes;
mod parties;
mod probes;
mod recorder;
mod reliance;
mod relied;
mod results;
mod series;
mod summary;
mod suspects;
mod validators;

pub use agreement::{AGREEMENT, AgreementRow};
pub use basket::{BASKET, Basket};
pub use causes::{CAUSES, CauseRow, SHARES, ShareRow};
pub use checks::{CHECKS, CheckRow};
pub use classes::{CLASSES, ClassRow};
pub use decisions::{DECISIONS, DecisionRow};
pub use jobs::{JOBS, JobRow};
pub use nodes::{NODES, NodeRow};
pub use parties::{Comings, PARTIES, PartiesRow};
pub use probes::{PROBES, ProbeRow};
pub use recorder::{Chosen, Tables};
pub use reliance::{HOLDERS, RELIANCE, RelianceRow};
pub use results::{CONTAMINATION, DepthRow, RESULTS, ResultRow};
pub use series::{SERIES, SERIES_OUTSIDE, SeriesRow};
pub use summary::{Beside, SUMMARY, summary_of, summary_with};
pub use validators::VALIDATORS;

/// The names behind the ids, for text columns.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Of classes.
    pub classes: Vec<String>,
    /// Of the model each class asks for.
    pub models: Vec<String>,
    /// Whether the work of each class goes by tokens.
    pub tokens: Vec<bool>,
    /// Of sources.
    pub sources: Vec<String>,
    /// Whether each source names the clients of its jobs.
    pub clients: Vec<bool>,
    /// Of groups of requesters.
    pub requesters: Vec<String>,
    /// Of groups of nodes.
    pub groups: Vec<String>,
    /// Of methods of verification.
    pub methods: Vec<String>,
    /// Of regions.
    pub regions: Vec<String>,
}

/// Names that many rows share.
pub type SharedNames = Arc<Names>;

/// Every table of a run, for the dictionary.
pub fn all() -> Vec<TableDescription> {
    vec![
        SUMMARY.description(),
        CLASSES.description(),
        JOBS.description(),
        SERIES_OUTSIDE.description(),
        NODES.description(),
        VALIDATORS.description(),
        CHECKS.description(),
        PARTIES.description(),
        PROBES.description(),
        DECISIONS.description(),
        AGREEMENT.description(),
        CAUSES.description(),
        SHARES.description(),
        RELIANCE.description(),
        HOLDERS.description(),
        RESULTS.description(),
        CONTAMINATION.description(),
    ]
}

/// What the share of slots in use means: of which parties, over which time.
macro_rules! utilised {
    ($parties:literal, $when:literal) => {
        concat!("share of the slots of ", $parties, " in use ", $when, "; missing where slots are not counted")
    };
}

pub(super) use utilised;

/// The columns of several lists in one, for tables of so many columns.
pub(super) const fn joined<R, const COUNT: usize>(parts: &[&[Column<R>]]) -> [Column<R>; COUNT] {
    let mut all = [const { Column::flag("unset", "unset", |_| Cell::Null) }; COUNT];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut column = 0;
        while column < parts[part].len() {
            all[at] = parts[part][column];
            at += 1;
            column += 1;
        }
        part += 1;
    }
    assert!(at == COUNT, "as many columns as are said");
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn declarations_are_careful() {
        super::SUMMARY.check();
        super::CLASSES.check();
        super::JOBS.check();
        super::SERIES_OUTSIDE.check();
        super::NODES.check();
        super::VALIDATORS.check();
        super::CHECKS.check();
        super::PARTIES.check();
        super::PROBES.check();
        super::DECISIONS.check();
        super::AGREEMENT.check();
        super::CAUSES.check();
        super::SHARES.check();
        super::RELIANCE.check();
        super::HOLDERS.check();
        super::RESULTS.check();
        super::CONTAMINATION.check();
        super::BASKET.check();
    }
}
