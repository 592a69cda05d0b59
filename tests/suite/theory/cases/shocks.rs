//! What befalls the market from outside.

use reliance::domain::fate::Fate;

use super::arrivals::{Expected, case};
use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::arrivals::sine_gap_spread;
use crate::suite::theory::formulas::networks::availability;
use crate::suite::theory::formulas::shocks::{
    all_up, none_up, one_up, passed, refused, relisted, spared, stepped, surged,
};
use crate::suite::theory::watch::{Seen, Wish};

/// How many nodes a common cause strikes.
const NODES: i32 = 4;

pub fn chapter() -> Chapter {
    let (own, b) = (availability(90.0, 10.0), spared(40.0, 10.0));
    Chapter {
        title: "Shocks",
        about: "Four nodes that each work for exponential times of mean 90 h and fail for such of mean 10 h, a = 0.9, and a common cause that comes after \
                exponential gaps of mean 40 h and lasts for 10 h, b = 0.8; it takes all of them, or half of them, s = ½, drawn anew each time. \
                Independent failures of the same availability would have all four up for (ab)⁴ = 0.27 of the time, and not for a⁴b = 0.52. A \
                surge multiplies arrivals by f: those of a day, a = 2/s, by 3, and Poisson arrivals, λ = 2/s, by ¼, which leaves both Poisson; and λ = 1/s by 4, after \
                gaps of mean 300 s for 100 s. After such gaps and for as long a busy second costs f = 1.5 times c = 0.001; or a vendor is broken, \
                whose machine finds d = 0.8 of the wrong half of all answers; or the image of n = 4 nodes is revoked, which are listed again δ = 50 s \
                after one another; or that of a node whose work of s = 40 s is refused then."
            .into(),
        cases: vec![
            watched("common-cause", vec![
                up("ab", own * b),
                Row::new("share of time with all up", "a⁴b", all_up(own, b, NODES), with(|up| up == 4)),
                Row::new("share of time with none up", "b(1−a)⁴ + 1−b", none_up(own, b, NODES, NODES), with(|up| up == 0)),
            ]),
            watched("common-cause-half", vec![
                up("a(1−s(1−b))", one_up(own, b, 0.5)),
                Row::new("share of time with all up", "a⁴b", all_up(own, b, NODES), with(|up| up == 4)),
                Row::new("share of time with three or four up", "b(a⁴ + 4a³(1−a))", {
                    all_up(own, b, NODES) + 4.0 * all_up(own, b, NODES - 1) * (1.0 - own)
                }, with(|up| up >= 3)),
            ]),
            case(
                "surge",
                Expected {
                    rate: (6.0, "fa"),
                    gaps: (sine_gap_spread(6.0, 3.0, 100.0), "2fa∫p₀ − 1"),
                    counts: (1.0, "1"),
                },
                100.0,
            ),
            case("surge-less", Expected { rate: (0.5, "fλ"), gaps: (1.0, "1"), counts: (1.0, "1") }, 10.0),
            Case::new(
                "surge-chance",
                vec![Row::new("jobs per second", "λ(b + f(1−b))", surged(1.0, spared(300.0, 100.0), 4.0), |seen| {
                    Part::new(seen.summary.jobs as f64, seen.probe.seconds())
                })],
            ),
            Case::new("cost-step", vec![Row::new(
                "cost of a busy second, credits",
                "c(b + f(1−b))",
                stepped(0.001, spared(300.0, 100.0), 1.5),
                |seen| Part::new(seen.summary.nodes.cost * 1e-6, seen.summary.nodes.busy as f64 * 1e-9),
            )]),
            Case::new("vendor-shock", vec![Row::new(
                "share of answers wrong and accepted",
                "½((1−d)b + 1−b)",
                passed(0.5, 0.8, spared(300.0, 100.0)),
                fate(Fate::FinalWrong),
            )]),
            Case::new("image-relisted", vec![Row::new(
                "share of time a node is listed",
                "g/(g+L) (1/n)Σₖe^(−kδ/g)",
                relisted(300.0, 100.0, 50.0, 4),
                |seen| Part::new(seen.probe.listed.nanos as f64 * 1e-9, 4.0 * seen.probe.seconds()),
            )]),
            Case::new("image-refused", vec![Row::new(
                "share of jobs lost",
                "g(1 − e^(−s/g))/(g+L)",
                refused(300.0, 100.0, 40.0),
                fate(Fate::Lost),
            )]),
        ],
    }
}

/// A case whose nodes are looked at every hour.
fn watched(scenario: &'static str, rows: Vec<Row>) -> Case {
    Case::new(scenario, rows).watching(Wish { looks: vec![0.0], again: 3600.0, ..Wish::default() })
}

/// The share of its time that a node works.
fn up(formula: &'static str, expected: f64) -> Row {
    Row::new("share of time a node is up", formula, expected, |seen| {
        Part::new(seen.probe.area(|gauge| gauge.up_area), f64::from(NODES) * seen.probe.seconds())
    })
}

/// The share of looks at which so many nodes are up.
fn with(counts: fn(u64) -> bool) -> impl Fn(&Seen) -> Part {
    move |seen| {
        let looks = &seen.probe.looks;
        Part::share(looks.iter().filter(|gauge| counts(gauge.up)).count() as u64, looks.len() as u64)
    }
}
