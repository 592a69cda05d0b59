//! Errors that are forced upon checkers, and the jackpot of those that find them.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::{choose, power};
use crate::suite::theory::watch::Seen;

/// How often a validator does the other thing, so as to learn of it.
const EXPLORE: f64 = 0.2;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Forced errors",
        about: "Nobody cheats, and half of the checks show a forced error. A look costs c = 0.3, so it pays where the jackpot J is above c/p = 0.6 \
                (Truebit, arXiv 1908.04756): with 0.75 a validator that learns looks but for exploring, with 0.45 it does not. Next a \
                quarter of the checks show one to four validators who look with 0.6: each of k that find it gets J/2ᵏ⁻¹. An answer in whose \
                place a forced error is shown passes unseen: 0.3 of the answers are wrong."
            .into(),
        cases: vec![
            looks("jackpot-below", "J < c/p: p times exploring", EXPLORE),
            looks("jackpot-above", "J > c/p: p(1 − exploring)", 1.0 - EXPLORE),
            split(),
        ],
    }
}

/// The probability that k of n look.
fn binomial(n: u32, k: u32, p: f64) -> f64 {
    choose(n, k) * power(p, k) * power(1.0 - p, n - k)
}

fn found(seen: &Seen) -> Part {
    Part::new(seen.probe.jackpots[0] as f64, seen.summary.jobs as f64)
}

fn looks(scenario: &'static str, formula: &'static str, looks: f64) -> Case {
    let row = Row::new("forced errors found, of all checks", formula, 0.5 * looks, found);
    Case { runs: 20, ..Case::new(scenario, vec![row]) }
}

fn split() -> Case {
    let (rate, jackpot, looks, wrong) = (0.25, 8.0, 0.6, 0.3);
    let paid: f64 = (1..=4).map(|k| binomial(4, k, looks) * f64::from(k) * jackpot / f64::from(1 << (k - 1))).sum();
    let passes = rate + (1.0 - rate) * binomial(4, 0, looks);
    let rows = vec![
        Row::new("jackpots per job, in tokens", "pΣB(4, k)kJ/2ᵏ⁻¹", rate * paid, |seen| {
            Part::new(seen.probe.jackpots[1] as f64 * 1e-6, seen.summary.jobs as f64)
        }),
        Row::new("finders per job", "pnη", rate * 4.0 * looks, found),
        Row::new("share final that is wrong", "w(p+(1−p)(1−η)ⁿ)", wrong * passes, fate(Fate::FinalWrong)),
    ];
    Case::new("jackpot-split", rows)
}
