//! Nodes that cheat when it pays.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row};

/// How often a node does the other thing, so as to learn of it.
const EXPLORE: f64 = 0.2;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Deterrence",
        about: "A node saves C = 1 credit by a cheat and risks the reward R = 1.2 and the slash S = 8 at a share p of its answers that \
                is checked, with detection d, false alarm f, and a share r of validators who approve everything unseen. It cheats \
                where p < p* = C/((1−r)(d−f)(R+S)), by what it has itself seen of p, d and f (*Proof of Sampling*, arXiv 2405.00295, \
                with d = 1 and f = 0), and does the other thing once in five. Below: r = 0.1; d = 0.9 and f = 0.05; and both."
            .into(),
        cases: vec![
            cheats("cheats-collusion-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-collusion-above", "1.1p*: exploring", EXPLORE),
            cheats("cheats-errors-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-errors-above", "1.1p*: exploring", EXPLORE),
            cheats("cheats-both-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("cheats-both-above", "1.1p*: exploring", EXPLORE),
        ],
    }
}

fn cheats(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    let row = Row::new("share of answers that are cheats", formula, expected, |seen| {
        Part::share(seen.summary.fate(Fate::FinalWrong) + seen.summary.fate(Fate::RevokedWrong), seen.summary.jobs)
    });
    Case { runs: 20, ..Case::new(scenario, vec![row]) }
}
