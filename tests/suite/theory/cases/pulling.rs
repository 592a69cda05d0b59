//! Checks that validators take, and checks that validators are drawn for, by load.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::choices;
use crate::suite::theory::formulas::markov::Many;
use crate::suite::theory::watch::Seen;

/// The scenarios of a load: with a queue of checks, with the less loaded of two, with one drawn at random.
const LOADS: [(f64, [&str; 3]); 5] = [
    (0.3, ["checkers-pull-0.3", "checkers-choice-2-0.3", "checkers-push-0.3"]),
    (0.5, ["checkers-pull-0.5", "checkers-choice-2-0.5", "checkers-push-0.5"]),
    (0.7, ["checkers-pull-0.7", "checkers-choice-2", "checkers-push-0.7"]),
    (0.8, ["checkers-pull", "checkers-choice-2-0.8", "checkers-push"]),
    (0.9, ["checkers-pull-0.9", "checkers-choice-2-0.9", "checkers-push-0.9"]),
];

pub fn chapter() -> Chapter {
    Chapter {
        title: "Pull and push",
        about: "Where the first idle of four validators takes a check it is a job of M/M/4, and of M/M/1 where one of them is drawn at random; each has \
                the load ρ and takes an exponential second for a look. At the less loaded of two of 1 000 validators a check takes what a job takes at the shorter \
                of two queues (*Power of choice*), with the first order in 1/1 000. At low load all are alike; at 0.9 a drawn checker takes more \
                than three times as long as one that takes its own work."
            .into(),
        cases: LOADS.into_iter().flat_map(|(load, names)| of_load(load, names)).collect(),
    }
}

fn of_load(load: f64, [pull, choice, push]: [&'static str; 3]) -> [Case; 3] {
    let pulled = Many { servers: 4, lambda: 4.0 * load, mu: 1.0 }.sojourn();
    let chosen = choices::sojourn(load, 2) + choices::sojourn_shift(load, 2) / 1_000.0;
    let row = |name: &str, formula, expected, place: usize| {
        Row::new(format!("{name}, at load {load}"), formula, expected, move |seen: &Seen| {
            Part::seconds(seen.probe.classes[0].checks[place], seen.probe.classes[0].finals)
        })
    };
    let takes = |formula, expected| row("mean time of a check", formula, expected, 1);
    let quoted = |formula, expected| row("the same, as quoted", formula, expected, 0);
    let both = |formula, expected| vec![takes(formula, expected), quoted(formula, expected)];
    [
        Case::new(pull, both("1/μ + C/(4μ−λ)", pulled)),
        Case::new(choice, both("Σρ^(2ⁱ−2)", chosen)),
        Case::new(push, both("1/(μ−λ/4)", 1.0 / (1.0 - load))),
    ]
}
