//! What a check is: its work, its parts, its time-outs.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::checking::{divided, full, harmonic, reads, sealed, voted};
use crate::suite::theory::formulas::votes::{at_least, votes_until};
use crate::suite::theory::watch::Seen;

pub fn chapter() -> Chapter {
    Chapter {
        title: "What a check is",
        about: "A check that reads a finished text takes one forward pass over input and output, with the mean tokens E[n]. A proof divides over machines: \
                with an equal part of each at all provers their queues are the same, and each is one server of Poisson arrivals. \
                Looks take exponential times of mean 1 s. A redraw of a memoryless look goes on where the last one ended: with r redraws \
                after a time-out of τ the check ends by (r+1)τ. Votes that are sealed are published a time ℓ after the first of n; \
                the others are in with probability 1−e^−ℓ. A validator with one place to wait is M/M/1/2. Of copies a right one \
                agrees with others only if it does not differ bit for bit: two differ with probability m, one with 1−√(1−m)."
            .into(),
        cases: vec![
            timed("check-pass", "(3/2)(10 ms + 0.1 ms · E[n])", reads(3.0, 2.0, (0.01, 1e-4), 400.0)),
            timed("proof-ways-4", "E[w]/4", divided(0.0, 8.0, 4.0)),
            timed("proof-ways-busy", "1/(2μ−λ)", divided(1.0, 1.0, 2.0)),
            deferred(),
            blocking(),
            Case::new("looks-all-5", vec![ended("H(5)", harmonic(5)), votes("n", 5.0)]),
            Case::new(
                "looks-sealed-5",
                vec![ended("1/n + ℓ", 0.2 + 0.5), votes("1 + (n−1)(1−e^−ℓ)", sealed(5, 0.5))],
            ),
            Case::new("looks-unpaid-5", vec![paid("Σ m P(decided by the m-th)", votes_until(5, 0.8))]),
            Case::new("looks-all-paid-5", vec![paid("n", 5.0)]),
            Case::new("checkers-full", vec![unresolved("ρ²(1−ρ)/(1−ρ³)", full(0.8, 2))]),
            mismatch(),
        ],
    }
}

/// The mean time from the answer to the end of its checks, and what was expected of it at the placement.
fn timed(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    Case::new(scenario, vec![ended(formula, expected), quoted(formula, expected)])
}

fn ended(formula: &'static str, expected: f64) -> Row {
    Row::new("mean time of a check", formula, expected, |seen| {
        Part::seconds(seen.probe.classes[0].checks[1], seen.probe.classes[0].finals)
    })
}

fn quoted(formula: &'static str, expected: f64) -> Row {
    Row::new("the same, as quoted", formula, expected, |seen| {
        Part::seconds(seen.probe.classes[0].checks[0], seen.probe.classes[0].finals)
    })
}

fn votes(formula: &'static str, expected: f64) -> Row {
    Row::new("votes", formula, expected, |seen| {
        Part::new(seen.probe.classes[0].votes as f64, seen.probe.classes[0].jobs as f64)
    })
}

fn paid(formula: &'static str, expected: f64) -> Row {
    Row::new("looks paid", formula, expected, |seen| {
        Part::new(seen.probe.classes[0].verification[1] as f64 / LOOK, seen.probe.classes[0].jobs as f64)
    })
}

fn unresolved(formula: &'static str, expected: f64) -> Row {
    Row::new("share without a verdict", formula, expected, fate(Fate::Unresolved))
}

/// What a look costs in micro-credits.
const LOOK: f64 = 10_000.0;

/// Three checkers of half a second each.
const LIMIT: f64 = 1.5;

fn deferred() -> Case {
    let in_time = voted(LIMIT);
    let rows = vec![ended("1 − e^−(r+1)τ", in_time), votes("1 − e^−(r+1)τ", in_time)];
    Case::new("timeout-deferred", rows)
}

fn blocking() -> Case {
    let among = |of: Fate| move |seen: &Seen| Part::share(seen.summary.fate(of), seen.summary.jobs);
    let rows = vec![
        unresolved("e^−(r+1)τ", 1.0 - voted(LIMIT)),
        Row::new("share right and accepted", "τ₀(1 − e^−(r+1)τ)", 0.8 * voted(LIMIT), among(Fate::FinalRight)),
        Row::new("share found wrong", "(1−τ₀)(1 − e^−(r+1)τ)", 0.2 * voted(LIMIT), among(Fate::RejectedWrong)),
    ];
    Case::new("timeout-blocking", rows)
}

fn mismatch() -> Case {
    let (right, wrong) = (at_least(3, 2, 0.9 * 0.8), at_least(3, 2, 0.1));
    let rows = vec![
        Row::new("share accepted that is right", "B(3, 2, (1−φ)√(1−m))", right, fate(Fate::FinalRight)),
        Row::new("share accepted that is wrong", "B(3, 2, φ)", wrong, fate(Fate::FinalWrong)),
        unresolved("the rest", 1.0 - right - wrong),
    ];
    Case::new("copies-mismatch", rows)
}
