//! What answers are worth, and what remains of it after the costs.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::welfare::{alike, by_length};

/// The deadline in mean lengths, and what a second of service costs, in credits.
const DEADLINE: f64 = 2.0;
const COST: f64 = 0.25;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Welfare",
        about: "Jobs of exponential length l of mean 1 s that are all served at once, at 0.25 credits a second, and worthless after 2 s. \
                Each is worth a credit, or l credits. Work that comes too late is done and costs as much, so welfare is what is \
                delivered less 0.25 a job (elementary integrals)."
            .into(),
        cases: vec![
            lengths("lengths-0", "1 − e⁻²", "1 − e⁻² − γ", alike(DEADLINE)),
            lengths("lengths-1", "1 − 3e⁻²", "1 − 3e⁻² − γ", by_length(DEADLINE)),
        ],
    }
}

fn lengths(scenario: &'static str, delivered: &'static str, left: &'static str, expected: f64) -> Case {
    let rows = vec![
        Row::new("delivered per job, credits", delivered, expected, |seen| {
            Part::new(seen.summary.delivered as f64 * 1e-6, seen.summary.jobs as f64)
        }),
        Row::new("welfare per job, credits", left, expected - COST, |seen| {
            Part::new(seen.summary.welfare.total() as f64 * 1e-6, seen.summary.jobs as f64)
        }),
    ];
    Case::new(scenario, rows)
}
