//! Copies that outvote each other, and validators that do.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{self, Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::power;
use crate::suite::theory::formulas::votes::{
    at_least, both_by_weight, drawn, looks_paid, majority_of_lookers, votes_until,
};
use crate::suite::theory::watch::Seen;

pub fn chapters() -> [Chapter; 5] {
    [copies(), committees(), seats(), by_themselves(), quotes()]
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
            Case { runs: 40, ..committee("majority-11", 11, 6, 0.4) },
            committee("quorum-4-of-5", 5, 4, 0.2),
            committee("quorum-7-of-10", 10, 7, 0.05),
            committee("any-alarm-3", 3, 3, 0.2),
            ring("ring-7-of-30", "H(30, 10, 7, 4)", drawn(30, 10, 7, 4)),
            Case { runs: 128, ..ring("ring-20-of-100", "H(100, 33, 20, 11)", drawn(100, 33, 20, 11)) },
            ring("ring-by-stake", "(12/16)(9/13)", both_by_weight((4, 3.0), (4, 1.0))),
        ],
    }
}

fn seats() -> Chapter {
    Chapter {
        title: "Seats by weight",
        about: "N seats are drawn with replacement by stake, and a ring with the share f of it approves what its node has tampered with in \
                every seat that it holds: B(N, k, f) is the probability of k or more. It is the rule of Gonka's proof of compute \
                (`proposals/poc/optimize.md`), whose table claims 9.20 % for f = 0.40 and N = 32, 17.62 % for 0.45 and 64, 37.64 % for \
                0.49 and 128, and 0.025 % for 0.30 and 64; the binomial says the same. With a cap of a quarter one party with 0.9 of the \
                stake weighs a third of the other ten together."
            .into(),
        cases: vec![
            ring("slots-16-0.4", "B(16, 9, 0.40)", at_least(16, 9, 0.40)),
            ring("slots-32-0.4", "B(32, 17, 0.40)", at_least(32, 17, 0.40)),
            ring("slots-64-0.45", "B(64, 33, 0.45)", at_least(64, 33, 0.45)),
            ring("slots-128-0.49", "B(128, 65, 0.49)", at_least(128, 65, 0.49)),
            ring("slots-16-0.45-two-thirds", "B(16, 11, 0.45)", at_least(16, 11, 0.45)),
            ring("slots-capped", "B(3, 2, 1/4)", at_least(3, 2, 0.25)),
        ],
    }
}

fn by_themselves() -> Chapter {
    let wrong = |formula: &'static str, expected: f64, fate: Fate| {
        Row::new("share of tampered answers accepted", formula, expected, case::fate(fate))
    };
    let looks = Row::new("looks of a check", "Σp", 2.0, |seen| {
        Part::new(seen.probe.classes[0].votes as f64, seen.probe.classes[0].jobs as f64)
    });
    let paid = |place: usize| {
        move |seen: &Seen| {
            Part::new(
                seen.probe.classes[0].verification[place] as f64 / (6.0 * LOOK),
                seen.probe.classes[0].jobs as f64,
            )
        }
    };
    let takes = |place: usize| {
        move |seen: &Seen| Part::seconds(seen.probe.classes[0].checks[place], seen.probe.classes[0].finals)
    };
    let nobody = power(0.5, 4);
    Chapter {
        title: "Validators that look by themselves",
        about: "Each validator looks by itself with a probability p in proportion to its stake; Σp is what the check asks for. If nobody looks, \
                the check does not take place. Of four with p = 0.8, 0.6, 0.4 and 0.2 the second belongs to the ring of the node, and a \
                majority of those that look decides. Four of p = 0.5 take 6 s for a look each."
            .into(),
        cases: vec![
            Case::new(
                "bernoulli-4",
                vec![wrong(
                    "Σ over the sets of lookers",
                    majority_of_lookers(&[(0.8, false), (0.6, true), (0.4, false), (0.2, false)]),
                    Fate::FinalWrong,
                )],
            ),
            Case::new(
                "bernoulli-quoted",
                vec![
                    looks,
                    Row::new("looks paid", "Σp", 2.0, paid(1)),
                    Row::new("looks paid, as quoted", "Σp", 2.0, paid(0)),
                    Row::new("mean time of a check", "6(1 − Π(1−p))", 6.0 * (1.0 - nobody), takes(1)),
                    Row::new("the same, as quoted", "6(1 − Π(1−p))", 6.0 * (1.0 - nobody), takes(0)),
                ],
            ),
        ],
    }
}

/// What a look costs in micro-credits, in the scenarios of this chapter.
const LOOK: f64 = 10_000.0;

fn quotes() -> Chapter {
    let seconds = |place: usize| {
        move |seen: &Seen| Part::seconds(seen.probe.classes[0].checks[place], seen.probe.classes[0].finals)
    };
    let timed = |scenario: &'static str, formula: &'static str, expected: f64| {
        let rows = vec![
            Row::new("mean time of a check", formula, expected, seconds(1)),
            Row::new("the same, as quoted", formula, expected, seconds(0)),
        ];
        Case::new(scenario, rows)
    };
    let looks = |scenario: &'static str, n: u32| {
        let rows = vec![
            Row::new("votes until the verdict", "Σ m P(decided by the m-th)", votes_until(n, 0.8), |seen| {
                Part::new(seen.probe.classes[0].votes as f64, seen.probe.classes[0].jobs as f64)
            }),
            Row::new("looks paid", "Σ P(m) (m + (n−m) E[T/(T+R)])", looks_paid(n, 0.8), |seen| {
                Part::new(seen.probe.classes[0].verification[1] as f64 / LOOK, seen.probe.classes[0].jobs as f64)
            }),
        ];
        Case::new(scenario, rows)
    };
    Chapter {
        title: "What a check takes and costs",
        about: "A check takes its work over the speed of the validator that is drawn: at speed 3, and with speeds 4 and 1 of which the \
                first has three quarters of the stake by which they are drawn. A majority of n is decided by the vote that completes \
                it, P(m) = C(m−1, q−1)(pᑫ(1−p)ᵐ⁻ᑫ + (1−p)ᑫpᵐ⁻ᑫ) with q = (n+1)/2; looks still under way are called off and paid the share \
                done, T/(T+R) for the time T of that vote and an exponential remainder R."
            .into(),
        cases: vec![
            timed("checkers-fast", "E[w]/3", 2.0),
            timed("checkers-mixed", "E[w]·(¾·¼ + ¼·1)", 6.0 * (0.75 / 4.0 + 0.25)),
            looks("looks-5", 5),
            looks("looks-11", 11),
        ],
    }
}

/// Accepted where `k` of `n` approve.
fn committee(scenario: &'static str, n: u32, k: u32, errs: f64) -> Case {
    let among = |accepted: Fate, refused: Fate| {
        move |seen: &Seen| {
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
