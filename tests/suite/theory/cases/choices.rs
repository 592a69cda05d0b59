//! Many nodes and a choice among few.

use std::fmt::Write;

use crate::suite::theory::case::{Case, Chapter, Part, Row, sojourn};
use crate::suite::theory::formulas::choices;

/// The nodes of the scenarios that stand for infinitely many.
const NODES: f64 = 10_000.0;

/// The scenarios, with λ and d.
const CASES: [(&str, f64, u32); 6] = [
    ("choices-0.7-1", 0.7, 1),
    ("choices-0.7-2", 0.7, 2),
    ("choices-0.7-3", 0.7, 3),
    ("choices-0.9-1", 0.9, 1),
    ("choices-0.9-2", 0.9, 2),
    ("choices-0.9-3", 0.9, 3),
];

/// The nodes of the scenarios of one choice; there each node is an M/M/1 by itself, however many there are.
const SINGLES: f64 = 100.0;

pub fn chapter() -> Chapter {
    let mut cases: Vec<Case> = CASES.map(|(scenario, lambda, d)| few(scenario, lambda, d)).into();
    cases.extend(
        [("shorter-0.5", 0.5), ("shorter-0.8", 0.8), ("shorter-0.9", 0.9)].map(|(name, load)| shorter(name, load)),
    );
    Chapter { title: "Power of choice", about: about(), cases }
}

fn about() -> String {
    let mut text = String::from(
        "A job joins the shortest of d random nodes, exponential work of 1 s. The formula is for infinitely many nodes \
         (N. D. Vvedenskaya, R. L. Dobrushin and F. I. Karpelevich 1996; M. Mitzenmacher 2001). What 10 000 nodes, d of them drawn \
         without replacement, add to the mean time to answer is known to the first order in 1/N (N. Gast and B. Van Houdt, *A refined \
         mean field approximation*, 2017) and far below the intervals:",
    );
    for (_, lambda, d) in CASES.iter().filter(|case| case.2 > 1) {
        let shift = choices::sojourn_shift(*lambda, *d) / NODES;
        let _ = write!(text, " {shift:.5} s at λ = {lambda}, d = {d};");
    }
    text.push_str(
        " at d = 1 nothing, whatever N. After the warm-up the mean-field equations, started empty, are within a ten-thousandth of \
         their fixed point. With two nodes the shorter queue is solved exactly, as a Markov chain of the two lengths.",
    );
    text
}

fn few(scenario: &'static str, lambda: f64, d: u32) -> Case {
    let nodes = if d == 1 { SINGLES } else { NODES };
    let mean = choices::sojourn(lambda, d);
    let rows = vec![
        Row::new("mean time to answer", "Σλ^((dⁱ−d)/(d−1))", mean, sojourn),
        Row::new("mean number of jobs per node", "Σλ^((dⁱ−1)/(d−1))", lambda * mean, move |seen| {
            Part::new(seen.probe.area(|gauge| gauge.open_area), nodes * seen.probe.seconds())
        }),
    ];
    Case { runs: 20, ..Case::new(scenario, rows) }
}

fn shorter(scenario: &'static str, load: f64) -> Case {
    let mean = choices::shorter_of_two(load);
    Case::new(scenario, vec![Row::new("mean time to answer", "chain of two lengths", mean, sojourn)])
}
