//! What goes wrong: servers that break down, services that come to nothing.

use crate::suite::theory::case::{Case, Chapter, Part, Row, jobs, sojourn};
use crate::suite::theory::formulas::networks;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Breakdowns, retries, two stations",
        about: "A server that fails at the rate f = 0.05/s and is repaired at r = 0.5/s, its job going on where it stood \
                (H. White and L. S. Christie 1958); nodes whose times up and down have means of 90 h and of 6e^½ h and neither \
                of which is exponential; a hundred nodes that send a heartbeat every 10 s, work for exponential times of mean 100 s \
                and are down for 5 s, listed while the last heartbeat is younger than 15 s or 19 s; work served again with probability p = 0.3; two stations in a row by way of a first \
                node that never answers (J. R. Jackson 1957)."
            .into(),
        cases: vec![
            Case::new("breakdowns", {
                let expected = networks::jobs_with_breakdowns(0.5, 1.0, 0.05, 0.5);
                vec![
                    Row::new("mean number of jobs", "λ((f+r)² + μf)/((f+r)(μr − λ(f+r)))", expected, jobs),
                    Row::new("mean time to answer", "L/λ", expected / 0.5, sojourn),
                    Row::new("share of time up", "r/(f+r)", networks::availability(20.0, 2.0), up(1.0)),
                ]
            }),
            Case::new("availability", {
                let down = 6.0 * reliance::maths::exp(0.5);
                vec![Row::new("share of time up", "up/(up+down)", networks::availability(90.0, down), up(20.0))]
            }),
            listing("listing-15", 15.0),
            listing("listing-19", 19.0),
            Case::new("feedback", {
                let expected = networks::feedback_sojourn(0.4, 1.0, 0.3);
                vec![
                    Row::new("mean time to answer", "1/(μ(1−p)−λ)", expected, sojourn),
                    Row::new("attempts per job", "1/(1−p)", 1.0 / 0.7, |seen| {
                        Part::share(seen.summary.attempts, seen.summary.jobs)
                    }),
                ]
            }),
            Case::new("tandem", {
                let expected = networks::tandem_sojourn(0.5, &[1.0, 0.8]);
                vec![Row::new("mean time to answer", "1/(μ₁−λ) + 1/(μ₂−λ)", expected, sojourn)]
            }),
        ],
    }
}

/// A hundred nodes whose listings lapse when their last heartbeat is `age` seconds old.
fn listing(scenario: &'static str, age: f64) -> Case {
    let nodes = 100.0;
    let (share, lapses) = networks::listing(100.0, 5.0, 10.0, age);
    let rows = vec![
        Row::new(
            "share of time listed",
            "(h(1−q) + aq)/(h(u+d)/u), q = 1 − e^(−h/u) − ((h−d)/u)e^(−(h−d)/u)",
            share,
            move |seen| Part::new(seen.probe.listed.nanos as f64 * 1e-9, nodes * seen.probe.seconds()),
        ),
        Row::new("listings that lapse, per node and second", "q/(h(u+d)/u)", lapses, move |seen| {
            Part::new(seen.probe.listed.lapses as f64, nodes * seen.probe.seconds())
        }),
    ];
    Case::new(scenario, rows)
}

/// The share of the time of `nodes` nodes that they work.
fn up(nodes: f64) -> impl Fn(&crate::suite::theory::watch::Seen) -> Part {
    move |seen| Part::new(seen.probe.area(|gauge| gauge.up_area), nodes * seen.probe.seconds())
}
