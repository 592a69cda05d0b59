//! Copies that are added until a group of equal answers is credible.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate, sojourn};
use crate::suite::theory::formulas::groups::{alone, outcome};
use crate::suite::theory::watch::Seen;

/// What a copy costs in micro-credits.
const COPY: f64 = 10_000.0;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Credibility of groups",
        about: "Copies are added until a group of equal answers has ∏w/(1 + Σ∏w) > 1 − 1/t, where w are the odds that a node is right. As many are \
                asked at once as make the largest group credible if all of them join it. Nodes of score 0 weigh 2 each (iExec, contract \
                IexecPoco2Facet): two that agree have 4/5, t = 100 takes seven, t = 1 000 ten. Nodes that are right with p = 0.7 and whose \
                mistakes are all alike are asked until a group has more than 0.9, t = 10; so no more than one answer in ten that is accepted is wrong (L. \
                Sarmenta 2001). What is quoted is the same for every job."
            .into(),
        cases: vec![fresh(), errors()],
    }
}

/// Copies paid, the first as computing and the others as verification; all agree.
fn fresh() -> Case {
    let names = ["0.79", "4/5", "0.99", "0.999"];
    let rows = [1.0 / 0.21, 5.0, 100.0, 1000.0].into_iter().zip(names).enumerate().map(|(class, (trust, name))| {
        let expected = f64::from(alone(2.0, trust));
        Row::new(
            format!("copies until more than {name}"),
            "min k: 2ᵏ/(1+2ᵏ) > 1−1/t",
            expected,
            move |seen: &Seen| {
                let class = &seen.probe.classes[class];
                Part::new(class.verification[1] as f64 / COPY + class.jobs as f64, class.jobs as f64)
            },
        )
    });
    Case::new("credible-fresh", rows.collect())
}

fn errors() -> Case {
    let expected = outcome((0.7, 10.0), 12, [0, 0]);
    let accepted = expected.right + expected.wrong;
    let quoted = |name: &str, formula, expected: f64, of: fn(&Seen) -> (f64, u64)| {
        Row::new(name, formula, expected, move |seen: &Seen| Part::new(of(seen).0, of(seen).1 as f64))
    };
    let rows = vec![
        Row::new("share accepted that is right", "sum over rounds", expected.right, fate(Fate::FinalRight)),
        Row::new("share accepted that is wrong", "sum over rounds", expected.wrong, fate(Fate::FinalWrong)),
        Row::new("share of answers accepted that is wrong, below 1/t", "the same", expected.wrong / accepted, |seen| {
            let wrong = seen.summary.fate(Fate::FinalWrong);
            Part::share(wrong, wrong + seen.summary.fate(Fate::FinalRight))
        }),
        Row::new("copies paid", "sum over rounds", expected.agreeing, |seen| {
            let class = &seen.probe.classes[0];
            let accepted = seen.summary.fate(Fate::FinalRight) + seen.summary.fate(Fate::FinalWrong);
            Part::new(class.verification[1] as f64 / COPY + accepted as f64, class.jobs as f64)
        }),
        quoted("the same, as quoted, in µ", "sum over rounds", (expected.agreeing * COPY).round(), |seen| {
            let class = &seen.probe.classes[0];
            (class.verification[0] as f64 + COPY * class.jobs as f64, class.jobs)
        }),
        Row::new("mean time to answer", "E[rounds of 1 s | answer]", expected.rounds / accepted, sojourn),
        quoted(
            "the same, as quoted, in ns",
            "E[rounds of 1 s | answer]",
            (expected.rounds / accepted * 1e9).round(),
            |seen| (seen.probe.classes[0].quoted as f64, seen.probe.classes[0].answered),
        ),
    ];
    Case::new("credible-errors", rows)
}
