//! Where trust in used answers sits, as it is believed and as it is.

use reliance::record::reliance::Reliance;

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::reliance::Committee;
use crate::suite::theory::formulas::votes::at_least;
use crate::suite::theory::watch::Seen;

/// What requesters believe of the node and of each checker, the share of answers that the node leaves out, and how often a checker errs.
const BELIEVED: f64 = 0.9;
const LEFT_OUT: f64 = 0.4;
const ERRS: f64 = 0.1;

/// Detection and false alarm of a careful look.
const SEEN: [f64; 2] = [0.9, 0.05];

pub fn chapter() -> Chapter {
    Chapter {
        title: "Reliance",
        about: "A node is believed to be right with τ = 0.9 and leaves out l = 0.4. Checkers are believed to be careful with η = 0.9 and err with e = 0.1, \
                d = 0.9, f = 0.05. Three answers in ten are looked at by one of ten, or every other by five of whom three must approve. Of the used answers \
                the share m was looked at: s·P/(1−s+s·P), P the chance to pass. Trust, reliance φ₀ on the node by Shapley's formula, and blind risk are \
                means over used answers of the two forms."
            .into(),
        cases: vec![case("relied-chance", 0.3, 1, 1), case("relied-quorum", 0.5, 5, 3)],
    }
}

fn case(scenario: &'static str, sample: f64, n: u32, q: u32) -> Case {
    let alarms = SEEN.map(|seen| seen * (1.0 - ERRS) + (1.0 - seen) * ERRS);
    let [wrong, right] = alarms.map(|alarm| at_least(n, q, 1.0 - alarm));
    let passes = sample * (LEFT_OUT * wrong + (1.0 - LEFT_OUT) * right);
    let looked = passes / (1.0 - sample + passes);
    let believed = Committee { wrong: 1.0 - BELIEVED, u: 1.0 - BELIEVED * SEEN[0], n, q };
    let mean = |checked: f64, unchecked: f64| looked * checked + (1.0 - looked) * unchecked;
    let blind = mean(LEFT_OUT * wrong - believed.open_risk(), LEFT_OUT - (1.0 - BELIEVED));
    let node = mean(believed.executor(), BELIEVED);
    let rows = vec![
        Row::new("share looked at", "m", looked, of(|reliance| reliance.sums.examined)),
        Row::new("trust", "1−ω", mean(1.0 - believed.open_risk(), BELIEVED), of(|reliance| reliance.sums.trust)),
        Row::new("reliance on the node", "φ₀", node, of(|reliance| reliance.holders[0].entry.relied)),
        Row::new("blind risk", "l·Q−ω", blind, of(|reliance| reliance.sums.blind)),
    ];
    Case::new(scenario, rows)
}

/// A sum over used answers, by their value.
fn of(sum: fn(&Reliance) -> f64) -> impl Fn(&Seen) -> Part {
    move |seen| {
        let reliance = seen.summary.reliance.as_ref().expect("it is accounted for");
        Part::new(sum(reliance), reliance.sums.value)
    }
}
