//! Games between those who may cheat and those who may look, played by parties that learn.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::{games, power};
use crate::suite::theory::watch::Seen;

/// What a look costs the requester.
const LOOK: f64 = 0.8;

/// What a cheat that is found is worth to it but for the fine: the price and the harm.
const SPARED: f64 = 2.2;

/// The price of a job, which a node loses with the fine when it is found out.
const FEE: f64 = 1.2;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Inspection games and the verifier's dilemma",
        about: "Parties learn from what became of their own actions. A node gains g = 0.6 credits by a cheat; found out it loses the \
                fee of 1.2 and a fine F = 1.8, which goes to the requester. A look costs the requester c = 0.8; a cheat it finds is worth \
                the fee, the fine and the harm of 1 to it. Replicators go round the mixed equilibrium, and their time averages are at it \
                (J. Hofbauer and K. Sigmund, 1998): a higher fine lowers looks and cheats, a higher gain raises looks alone. Smoothed best \
                replies come to rest in the quantal response equilibrium. Of n validators who answer for what they approve none looks with \
                the probability of the volunteer's dilemma, which rises with n; and fewer look where they split a bounty."
            .into(),
        cases: vec![
            inspection("inspection", 0.6, 1.8),
            inspection("inspection-fine", 0.6, 4.8),
            inspection("inspection-gain", 0.9, 1.8),
            logit(),
            volunteers("volunteers-2", 2),
            volunteers("volunteers-5", 5),
            bounty("split-bounty-5", 5),
            bounty("split-bounty-20", 20),
        ],
    }
}

fn inspection(scenario: &'static str, gain: f64, fine: f64) -> Case {
    let (x, y) = (games::cheats(LOOK, SPARED + fine), games::looks(gain, FEE + fine));
    Case::new(scenario, rows(["c/(fee + F + harm)", "g/(fee + F)"], [x, y]))
}

fn logit() -> Case {
    let expected = games::quantal(2.0, [0.6, FEE + 1.8], [LOOK, SPARED + 1.8]);
    Case::new("inspection-logit", rows(["x = σ(λ(g − y(fee + F)))", "y = σ(λ(x(fee + F + harm) − c))"], expected))
}

/// How often the node cheats, how often the requester looks, and whether it was quoted what it paid for looks.
fn rows(formulas: [&'static str; 2], [cheats, looks]: [f64; 2]) -> Vec<Row> {
    vec![
        Row::new("share of cheats", formulas[0], cheats, |seen| Part::share(wrong(seen), seen.summary.jobs)),
        Row::new("share of looks", formulas[1], looks, |seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.verification[1] as f64 * 1e-6 / LOOK, class.jobs as f64)
        }),
        Row::new("paid for looks beside what was quoted", "1", 1.0, |seen| {
            let [quoted, paid] = seen.probe.classes[0].verification;
            Part::new(paid as f64, quoted as f64)
        }),
    ]
}

fn wrong(seen: &Seen) -> u64 {
    [Fate::RejectedWrong, Fate::FinalWrong, Fate::RevokedWrong].iter().map(|fate| seen.summary.fate(*fate)).sum()
}

fn volunteers(scenario: &'static str, n: u32) -> Case {
    let row = Row::new("share at which nobody looks", "(c/L)^(n/(n−1))", games::nobody(0.3, 1.0, n), |seen| {
        Part::share(seen.summary.fate(Fate::RevokedWrong), seen.summary.jobs)
    });
    Case::new(scenario, vec![row])
}

fn bounty(scenario: &'static str, n: u32) -> Case {
    let q = games::splits(0.5, 0.2, n);
    let nobody = power(1.0 - q, n);
    let row =
        Row::new("share of cheats at which nobody looks", "(1−q)ⁿ, xR(1−(1−q)ⁿ)/(nq) = c", nobody, |seen| {
            Part::share(seen.summary.fate(Fate::FinalWrong), wrong(seen))
        });
    Case::new(scenario, vec![row])
}
