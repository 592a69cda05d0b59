//! Copies that outvote each other, and validators that do.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::votes::{at_least, both_by_weight, drawn};

pub fn chapters() -> [Chapter; 2] {
    [copies(), committees()]
}

fn copies() -> Chapter {
    Chapter {
        title: "Votes of copies",
        about: "Nodes give a wrong answer with probability φ each; the first m equal answers are accepted (L. Sarmenta, \
                *Sabotage-tolerance mechanisms for volunteer computing systems*, 2001). A share a of the wrong answers to a job are \
                alike; the others agree with nothing. B(n, m, p) is the probability of m or more of n."
            .into(),
        cases: vec![
            vote("votes-2-of-3", 3, 2, 0.1, 1.0),
            vote("votes-3-of-5", 5, 3, 0.1, 1.0),
            vote("votes-4-of-7", 7, 4, 0.2, 1.0),
            vote("votes-2-of-3-apart", 3, 2, 0.1, 0.0),
            vote("votes-3-of-5-apart", 5, 3, 0.3, 0.0),
            vote("votes-3-of-4-partly", 4, 3, 0.3, 0.6),
        ],
    }
}

fn vote(scenario: &'static str, n: u32, m: u32, rate: f64, alike: f64) -> Case {
    let (right, wrong) = (at_least(n, m, 1.0 - rate), at_least(n, m, rate * alike));
    let rows = vec![
        Row::new("share accepted that is wrong", "B(n, m, aφ)", wrong, fate(Fate::FinalWrong)),
        Row::new("share accepted that is right", "B(n, m, 1−φ)", right, fate(Fate::FinalRight)),
        Row::new("share on which no m agree", "the rest", 1.0 - right - wrong, fate(Fate::Unresolved)),
    ];
    // Where one is certain, so is that the others are nothing to the last digit.
    Case::new(scenario, rows.into_iter().filter(|row| row.expected.abs() > 1e-12 || alike == 0.0).collect())
}

fn committees() -> Chapter {
    Chapter {
        title: "Committees of validators",
        about: "Each validator errs with probability e, by itself: it approves a right answer with probability 1−e and a wrong one with \
                e (N. de Condorcet 1785). B(n, k, p) is the probability of k or more of n. A ring of validators approves what its node \
                has tampered with; how many of it are drawn is hypergeometric, H(N, K, n, k) the probability of k or more, or, \
                by stake, one after the other in proportion to what is left."
            .into(),
        cases: vec![
            committee("majority-3", 3, 2, 0.4),
            committee("majority-11", 11, 6, 0.4),
            committee("quorum-4-of-5", 5, 4, 0.2),
            committee("quorum-7-of-10", 10, 7, 0.05),
            committee("any-alarm-3", 3, 3, 0.1),
            ring("ring-7-of-30", "H(30, 10, 7, 4)", drawn(30, 10, 7, 4)),
            ring("ring-20-of-100", "H(100, 33, 20, 11)", drawn(100, 33, 20, 11)),
            ring("ring-by-stake", "(12/16)(9/13)", both_by_weight((4, 3.0), (4, 1.0))),
        ],
    }
}

/// Accepted where `k` of `n` approve.
fn committee(scenario: &'static str, n: u32, k: u32, errs: f64) -> Case {
    let among = |accepted: Fate, refused: Fate| {
        move |seen: &crate::suite::theory::watch::Seen| {
            let accepted = seen.summary.fate(accepted);
            Part::share(accepted, accepted + seen.summary.fate(refused))
        }
    };
    let rows = vec![
        Row::new(
            "share of right answers accepted",
            "B(n, k, 1−e)",
            at_least(n, k, 1.0 - errs),
            among(Fate::FinalRight, Fate::RejectedRight),
        ),
        Row::new(
            "share of wrong answers accepted",
            "B(n, k, e)",
            at_least(n, k, errs),
            among(Fate::FinalWrong, Fate::RejectedWrong),
        ),
    ];
    // What would be seen less than once is left out.
    Case::new(scenario, rows.into_iter().filter(|row| row.expected > 1e-6).collect())
}

fn ring(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    Case::new(scenario, vec![Row::new("share of tampered answers accepted", formula, expected, fate(Fate::FinalWrong))])
}
