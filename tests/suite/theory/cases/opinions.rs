//! What is thought of a node.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::opinions::{average, counted, fading, score, trials_until_run, weighted};

/// The share of right answers.
const RIGHT: f64 = 0.8;

/// What remains of an opinion at each new evidence.
const KEEP: f64 = 0.9;

/// Nodes of whom each errs so often, and is left out after so many failures in a row.
const STREAK: (u64, f64, u32) = (2_000, 0.8, 5);

pub fn chapter() -> Chapter {
    let counts = Row::new("mean opinion over 500 jobs", "Σ(ip+1)/(i+2)/500", counted(RIGHT, 500), |seen| {
        let class = &seen.probe.classes[0];
        Part::new(class.trust, class.jobs as f64)
    });
    let signed = Row::new("mean opinion of a node that signs", "1/2", 0.5, |seen| {
        let class = &seen.probe.classes[0];
        Part::new(class.trust, class.jobs as f64)
    });
    let half = weighted(0.9, 1.0 - 0.5 / 0.9, 1.0 - 0.1 / 0.5, 500);
    let half =
        Row::new("mean opinion over 500 jobs", "E[(aP+1)/(aP+bF+2)], a = 1−d̄/f̄, b = 1−f/d", half, |seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.trust, class.jobs as f64)
        });
    let (nodes, errs, run) = STREAK;
    let answers =
        Row::new("answers until nobody asks", "(1−q⁵)/((1−q)q⁵)", trials_until_run(errs, run), move |seen| {
            Part::share(seen.probe.classes[0].answered, nodes)
        });
    Chapter {
        title: "Opinions",
        about: "A node is right with probability p = 0.8, and each of its answers is looked at before the next is asked for. What is \
                thought of it at each placement: counts with a uniform prior (A. Jøsang and R. Ismail 2002), the same where each new \
                one leaves k = 0.9 of all before, a moving average with k = 0.9, and the score of iExec, +1 or ⌊2s/3⌋, whose \
                credibility is 1 − 1/max(⌊s/3⌋, 3). Evidence weighs what the check could have seen: a signature, which finds nothing, \
                moves no opinion; a check with d = 0.5 and f = 0.1 counts a pass 1 − (1−d)/(1−f) and a failure 1 − f/d. Last, nodes that are wrong with probability q = 0.8, each of whom nobody asks any more \
                when five answers in a row were found wrong (W. Feller 1968, XIII.7)."
            .into(),
        cases: vec![
            Case { fixed_horizon: true, ..Case::new("opinion-counted", vec![counts]) },
            Case { fixed_horizon: true, ..Case::new("opinion-signature", vec![signed]) },
            Case { fixed_horizon: true, ..Case::new("opinion-half", vec![half]) },
            case("opinion-fading", ["(mp+1)/(m+2), m = 1/(1−k)", "p(1−p)/(1−k²)(m+2)²"], fading(RIGHT, KEEP)),
            case("opinion-average", ["p", "p(1−p)(1−k)/(1+k)"], average(RIGHT, KEEP)),
            case("opinion-score", ["chain of scores", "chain of scores"], score(RIGHT)),
            Case { fixed_horizon: true, ..Case::new("opinion-streak", vec![answers]) },
        ],
    }
}

fn case(scenario: &'static str, formulas: [&'static str; 2], (mean, variance): (f64, f64)) -> Case {
    let rows = vec![
        Row::new("mean opinion", formulas[0], mean, |seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.trust, class.jobs as f64)
        }),
        Row::new("variance of the opinion", formulas[1], variance, move |seen| {
            let class = &seen.probe.classes[0];
            let jobs = class.jobs as f64;
            Part::new(class.trust_square - 2.0 * mean * class.trust + mean * mean * jobs, jobs)
        }),
    ];
    Case::new(scenario, rows)
}
