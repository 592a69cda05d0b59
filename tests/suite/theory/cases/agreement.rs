//! Agreement: how long parties stay in it by what they remember, and what is lost when they leave.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::agreement::{fades_after, fewer_than, settlements_until};
use crate::suite::theory::formulas::participation::until_fewer;
use crate::suite::theory::watch::Seen;
use reliance::record::agreement::AgreementGauge;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Agreement",
        about: "Eleven nodes earn 7.2 credits an hour on the average and could have 3.6 outside. They are paid no more from an instant on, and none leaves: half of them \
                are out of agreement after θ ln 2, θ = 10 min. One node is looked at after each of its jobs until nobody looks any more. A find costs it the fee of 1, a \
                cheat would save it 0.3, and it remembers M = 100 settlements: honesty does not pay after the k-th from then on, (1 − 1/M)^k < 0.3, though the node stays honest. Last the nodes of \
                `quorum-loss`, which leave with the hazard 1/h and come with 2/h, of which three fifths must be in agreement: the chain of a quorum."
            .into(),
        cases: vec![
            Case::new("agreement-stops", vec![Row::new(
                "seconds until half are out of agreement",
                "θ ln(income/outside)",
                fades_after(600.0, 7.2 / 3.6),
                |seen| Part::new(broken(seen) - 1_800.0, 1.0),
            )]),
            Case::new("agreement-looks", vec![
                Row::new(
                    "seconds until honesty does not pay",
                    "⌈ln(saving/gain)/ln(1 − 1/M)⌉/rate",
                    settlements_until(100.0, 1.0, 0.3) / 2.0,
                    |seen| Part::new(broken(seen) - 300.0, 1.0),
                ),
                Row::new("share of answers that are right all the same", "1", 1.0, |seen| {
                    Part::share(seen.summary.used - seen.summary.used_wrong, seen.summary.used)
                }),
            ]),
            Case::new("agreement-quorum", vec![
                Row::new(
                    "hours until agreement is lost",
                    "Σ h(k), h(k) = (1 + b(k) h(k+1))/d(k)",
                    until_fewer(5, 3, |n| 2.0 * (5 - n) as f64, |n| n as f64),
                    |seen| Part::new(broken(seen) / 3_600.0, 1.0),
                ),
                Row::new("share of the time in which it is lost", "Σ over k < 3 of C(5,k) 2^k/3⁵", fewer_than(5, 3, 2.0 / 3.0), |seen| {
                    Part::new(read(seen, |gauge| gauge.lost[0] as f64 * 1e-9), seen.probe.seconds())
                }),
                Row::new("mean share of the roster in agreement", "b/(b + d)", 2.0 / 3.0, |seen| {
                    Part::new(read(seen, |gauge| gauge.areas[0] as f64), read(seen, |gauge| gauge.areas[1] as f64))
                }),
            ]),
        ],
    }
}

/// What the measure is at the end.
fn read(seen: &Seen, of: impl Fn(&AgreementGauge) -> f64) -> f64 {
    of(seen.summary.end.agreement.as_ref().expect("agreement is measured"))
}

/// When agreement was first lost, in seconds; the end where it never was.
fn broken(seen: &Seen) -> f64 {
    let end = seen.summary.ended.since(reliance::Time::ZERO).seconds();
    read(seen, |gauge| gauge.broken[0].map_or(end, |at| at.since(reliance::Time::ZERO).seconds()))
}
