//! Parties that come and go by what they earn.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::participation::{busiest, logistic, mean_present, until_fewer};
use crate::suite::theory::watch::{Seen, Wish};
use reliance::maths;

/// Nodes on the roster of `posted-entry`.
const ROSTER: usize = 40;

/// Credits an hour that they earn together, and that one could have outside.
const ALL_PAID: f64 = 36.0;
const OUTSIDE: f64 = 1.8;

pub fn chapter() -> Chapter {
    let margin = |n: usize| (ALL_PAID / n as f64 - OUTSIDE) / (ALL_PAID / n as f64);
    let births = move |n: usize| (ROSTER - n) as f64 * logistic(4.0, margin(n + 1));
    let deaths = move |n: usize| n as f64 * logistic(4.0, -margin(n));
    Chapter {
        title: "Parties that come and go",
        about: "Of n = 40 nodes those that are there share 36 credits an hour and could have 1.8 outside each, m(k) = 1 − 1.8k/36. One leaves with the hazard \
                r/(1 + e^(4m(k))) and comes with r/(1 + e^(−4m(k+1))), r = 1/100 s: a birth–death chain. Of five nodes that leave with the hazard 1/h and come with 2/h, \
                three are a quorum. Ten nodes earn twice what they could have outside, and are paid no more from an instant on: the average with the time constant θ = 10 min \
                is down to that after θ ln 2, and then each leaves with the hazard r = 10/min. With savings that last S/o = 900 s of what it could have outside, and θ = 1 min, each stays that \
                long. Since the last payment it had lived on them for 1/η s on the average: they fall by 1 each second and rise by 1 at each of 2 jobs a second, \
                up to what they were."
            .into(),
        cases: vec![
            Case::new("posted-entry", vec![
                Row::new("nodes that are there", "Σ k π(k)", mean_present(ROSTER, births, deaths), |seen| {
                    Part::new(seen.probe.area(|gauge| gauge.up_area), seen.probe.seconds())
                }),
            ]),
            Case::new("quorum-loss", vec![
                Row::new(
                    "hours from all being there until fewer than three are",
                    "Σ h(k), h(k) = (1 + b(k) h(k+1))/d(k)",
                    until_fewer(5, 3, |n| 2.0 * (5 - n) as f64, |n| n as f64),
                    |seen: &Seen| Part::new(seen.probe.quorum.nanos as f64 / 3.6e12, seen.probe.quorum.losses as f64),
                ),
                Row::new("nodes that are there", "5b/(b + d)", 10.0 / 3.0, |seen| {
                    Part::new(seen.probe.area(|gauge| gauge.up_area), seen.probe.seconds())
                }),
            ])
            .watching(Wish { quorum: Some([5, 3]), ..Wish::default() }),
            Case::new("savings-last", vec![
                Row::new(
                    "seconds that a node stays on its savings",
                    "S/o − 1/η + 1/r, η = 2(1 − e^(−η))",
                    900.0 - 1.0 / busiest(2.0) + 6.0,
                    |seen| Part::new(seen.probe.area(|gauge| gauge.up_area), 10.0),
                ),
            ]),
            Case::new("payments-stop", vec![
                Row::new("seconds that a node stays", "θ ln 2 + 1/r", 600.0 * maths::ln(2.0) + 6.0, |seen| {
                    Part::new(seen.probe.area(|gauge| gauge.up_area), 10.0)
                }),
            ]),
        ],
    }
}
