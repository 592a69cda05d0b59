//! Nodes that cheat when it pays.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::audits::honest_profit;

/// How often a node does the other thing, so as to learn of it.
const EXPLORE: f64 = 0.2;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Deterrence",
        about: "A node saves C = 1 credit by a cheat and risks the reward R = 1.2 and the slash S = 8 at a share p of its answers that \
                is checked, with detection d, false alarm f, and a share r of validators who approve everything unseen. It cheats \
                where p < p* = C/((1−r)(d−f)(R+S)), by what it has itself seen of p, d and f (*Proof of Sampling*, arXiv 2405.00295, \
                with d = 1 and f = 0), and does the other thing once in five. Below: r = 0.1; d = 0.9 and f = 0.05; and both. Without a \
                stake R = 1 and C = 0.6, so p* = C/R. Of two methods one checks 0.18 of answers and one 0.06, beside p* = 0.109: a node that \
                can tell them apart cheats under the second alone, one that cannot sees 0.12 and cheats under neither. \
                An honest node that is checked just so often, p = p*, has R − C − p*f(R+S) = R − C − Cf/(d−f) left of an answer, whatever the stake. \
                That is a loss where f is above the ceiling (1 − C/R)d = 0.15, with d = 0.9: no node then enters, and no stake helps."
            .into(),
        cases: vec![
            cheats("cheats-collusion-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-collusion-above", "1.1p*: exploring", EXPLORE),
            cheats("cheats-errors-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-errors-above", "1.1p*: exploring", EXPLORE),
            cheats("cheats-both-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-both-above", "1.1p*: exploring", EXPLORE),
            cheats("cheats-unstaked-below", "0.9 C/R: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-unstaked-above", "1.1 C/R: exploring", EXPLORE),
            by_method("cheats-methods-seen", [EXPLORE, 1.0 - EXPLORE]),
            by_method("cheats-methods-hidden", [EXPLORE, EXPLORE]),
            ceiling("ceiling-below", 0.1),
            ceiling("ceiling-above", 0.2),
        ],
    }
}

/// What becomes of a cheat.
const WRONG: [Fate; 3] = [Fate::FinalWrong, Fate::RevokedWrong, Fate::RejectedWrong];

/// Two classes of jobs, one checked more often than p*, one less.
fn by_method(scenario: &'static str, expected: [f64; 2]) -> Case {
    let row = |class: usize, name: &str, formula| {
        Row::new(format!("share of cheats where answers are checked {name}"), formula, expected[class], move |seen| {
            let counts = seen.summary.classes.get(class).expect("two classes");
            Part::share(WRONG.iter().map(|fate| counts.fate(*fate)).sum(), counts.jobs)
        })
    };
    let seldom = if expected[1] == EXPLORE { "(p₁ + p₂)/2 > p*: exploring" } else { "p₂ < p*: 1 − exploring" };
    let rows = vec![row(0, "often", "p₁ > p*: exploring"), row(1, "seldom", seldom)];
    Case { runs: 20, ..Case::new(scenario, rows) }
}

fn cheats(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    let row = Row::new("share of answers that are cheats", formula, expected, |seen| {
        let fates = WRONG.map(|fate| seen.summary.fate(fate));
        Part::share(fates.iter().sum(), seen.summary.jobs)
    });
    Case { runs: 20, ..Case::new(scenario, vec![row]) }
}

/// An honest node, at the least checks that deter a cheat.
fn ceiling(scenario: &'static str, false_alarm: f64) -> Case {
    let expected = honest_profit((1.2, 1.0), 0.9, false_alarm);
    let row = Row::new("left to an honest node by answer, credits", "R − C − Cf/(d−f)", expected, |seen| {
        let (summary, nodes) = (&seen.summary, &seen.summary.nodes);
        Part::new(((nodes.income - summary.slashed) as f64 - nodes.cost) * 1e-6, summary.jobs as f64)
    });
    Case::new(scenario, vec![row])
}
