//! Who comes to a queue at all.

use crate::suite::theory::case::{Case, Chapter, Part, Row, declined, jobs};
use crate::suite::theory::formulas::admission::{Joined, joined, unseen, welfare};

/// What an answer is worth, in credits; a second of waiting costs one.
const VALUE: f64 = 5.0;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Admission to a queue",
        about: "A server of rate 1/s, a second of delay costs a credit. Where the queue is seen, an answer is worth 5 credits and \
                λ = 0.8/s, everybody joins who finds fewer than five; a price of 2.5 credits makes it two, which is best for all \
                (P. Naor 1969). Where only the mean delay is known, those join whose value is above it: of Λ = 1.6/s, with values \
                uniform from a = 4.5 to b = 5.5, the share that makes the delay what they took it for (N. M. Edelson and \
                D. K. Hildebrand 1975, with values that differ). The mean is learnt from what all who ask would have met."
            .into(),
        cases: vec![seen("naor", 5), seen("naor-toll", 2), not_seen()],
    }
}

fn seen(scenario: &'static str, most: u32) -> Case {
    let Joined { away, jobs: number } = joined(0.8, most);
    let rows = vec![
        Row::new("share that stays away", "(1−λ)λᴷ/(1−λᴷ⁺¹)", away, declined),
        Row::new("mean number of jobs", "Σnλⁿ/Σλⁿ", number, jobs),
        Row::new("welfare per second", "λ(1−p)R − L", welfare(0.8, most, VALUE), |seen| {
            let answered = seen.probe.classes[0].answered as f64;
            Part::new(VALUE * answered - jobs(seen).sum, seen.probe.seconds())
        }),
    ];
    Case::new(scenario, rows)
}

fn not_seen() -> Case {
    let rate = unseen(1.6, 4.5, 5.5);
    let rows = vec![
        Row::new("those who join, per second", "λ = Λ(b − 1/(1−λ))/(b − a)", rate, |seen| {
            let class = &seen.probe.classes[0];
            Part::new((class.jobs - class.declined) as f64, seen.probe.seconds())
        }),
        Row::new("share that stays away", "1 − λ/Λ", 1.0 - rate / 1.6, declined),
    ];
    Case::new("edelson-hildebrand", rows)
}
