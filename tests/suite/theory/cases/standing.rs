//! Nodes that lose their standing, and what becomes of their results.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::standing::{SpotChecks, adaptive, run_within, sequential, told_by_z};
use crate::suite::theory::watch::{Seen, Wish};

/// Nodes that are tested, and after how many of their answers they are counted.
const TESTED: (usize, u32) = (500, 100);

/// Nodes that replicate for one another.
const HOSTS: u64 = 100;

/// What a replica is paid, in micro-credits.
const FEE: f64 = 1e6;

/// Honest nodes and saboteurs, and the answers asked of each.
const SABOTAGE: (u64, u64, u32) = (16, 8, 20);

pub fn chapter() -> Chapter {
    let watched = |name, row| {
        let wish = Wish { standing: true, ..Wish::default() };
        Case { runs: 34, fixed_horizon: true, ..Case::new(name, vec![row]).watching(wish) }
    };
    let (told, checks) = sequential(0.05, [0.01, 0.05], [0.05; 2]);
    let until_told = Row::new("answers until nobody asks", "E[N]/P(told), exact", checks / told, |seen| {
        Part::share(seen.probe.classes[0].answered, TESTED.0 as u64)
    });
    Chapter {
        title: "Standing",
        about: "Every answer is looked at. A node loses its standing where failures are too many by a test with z = 1 at every check from the \
                tenth on, though it fails once in twenty as it may: a single test at the hundredth would tell 12.8 %. Three failures in a row of \
                a node that fails three times in ten (W. Feller 1968, XIII.7). Wald's sequential test of 0.05 against 0.01, begun anew \
                whenever it is passed, at a node that fails with 0.05 (A. Wald 1945). Adaptive replication: with v valid replicas in a row one answer in \
                max(v, 1 up to ten) is replicated (D. Anderson 2020), of hosts that are honest and of hosts that err. Last, spot checks with blacklist \
                and backtracking (L. Sarmenta 2001): f = 1/3 saboteurs, s = 0.2, q = 0.2, n = 20; the answers themselves are looked at, so a \
                wrong one that stands was not, which is the factor (1−q)/(1−qs)."
            .into(),
        cases: vec![
            watched("standing-z-test", told_row("paths of the binomial law", told_by_z(0.05, (0.05, 1.0, 10), TESTED.1))),
            watched("standing-streak", told_row("recursion of runs", run_within(0.3, 3, TESTED.1))),
            Case { fixed_horizon: true, ..Case::new("standing-sprt", vec![until_told]) },
            hosts("standing-adaptive", 0.0, 100),
            hosts("standing-adaptive-errors", 0.1, 200),
            backtracking(),
        ],
    }
}

/// The share of nodes that lost their standing within their first answers.
fn told_row(formula: &'static str, expected: f64) -> Row {
    let (nodes, answers) = TESTED;
    Row::new("share of nodes that lose their standing in 100 answers", formula, expected, move |seen| {
        let lost = |lost: Option<u32>| lost.is_some_and(|at| at <= answers);
        let seen = &seen.probe.standing;
        assert!(
            seen.len() == nodes && seen.iter().all(|node| node.0 >= answers || lost(node.1)),
            "all were seen for long enough"
        );
        Part::share(seen.iter().filter(|node| lost(node.1)).count() as u64, nodes as u64)
    })
}

fn hosts(scenario: &'static str, errs: f64, answers: u32) -> Case {
    let (replicated, accepted) = adaptive(errs, 10, answers as usize);
    let jobs = HOSTS * u64::from(answers);
    let looked = move |seen: &Seen| {
        assert_eq!(seen.summary.jobs, jobs, "so many of each host");
        Part::share(seen.probe.classes[0].votes, jobs)
    };
    let of_price = move |which: usize| {
        move |seen: &Seen| Part::new(seen.probe.classes[0].verification[which] as f64 / FEE, jobs as f64)
    };
    let mut rows = vec![
        Row::new("share replicated", "law of v", replicated, looked),
        Row::new("price of replicas as quoted", "law of v", replicated, of_price(0)),
        Row::new("price of replicas as paid", "law of v", replicated, of_price(1)),
    ];
    if errs > 0.0 {
        rows.push(Row::new("share accepted though wrong", "e(1−r)", accepted, move |seen| {
            Part::share(seen.summary.fate(Fate::FinalWrong), jobs)
        }));
    }
    Case { runs: 34, fixed_horizon: true, ..Case::new(scenario, rows) }
}

fn backtracking() -> Case {
    let (honest, saboteurs, answers) = SABOTAGE;
    let of = SpotChecks { saboteurs: 1.0 / 3.0, wrong: 0.2, checked: 0.2, answers };
    let asked = (honest + saboteurs) * u64::from(answers);
    let found = |seen: &Seen| seen.probe.standing.iter().filter(|node| node.1.is_some()).count() as f64;
    let rows = vec![
        Row::new(
            "share of wrong answers among those that stand",
            "s(1−q)f(1−qs)ⁿ⁻¹/((1−f)+f(1−qs)ⁿ)",
            of.error_rate(),
            move |seen| {
                assert_eq!(seen.summary.jobs, asked, "so many of each node");
                let wrong = seen.summary.fate(Fate::FinalWrong);
                Part::share(wrong, wrong + seen.summary.fate(Fate::FinalRight))
            },
        ),
        Row::new("share of saboteurs found out", "1−(1−qs)ⁿ", 1.0 - of.never(), move |seen| {
            Part::new(found(seen), saboteurs as f64)
        }),
        Row::new(
            "right answers of a saboteur revoked",
            "Σ(1−qs)ᵏ⁻²qs(k−1)(1−s)",
            of.right_revoked(),
            move |seen| Part::new(seen.summary.fate(Fate::RevokedRight) as f64, saboteurs as f64),
        ),
    ];
    let wish = Wish { standing: true, ..Wish::default() };
    Case { runs: 2_600, fixed_horizon: true, ..Case::new("standing-backtracking", rows).watching(wish) }
}
