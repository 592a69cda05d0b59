//! What goes wrong: servers that break down, services that come to nothing.

use crate::suite::theory::case::{Case, Chapter, Part, Row, jobs, sojourn};
use crate::suite::theory::formulas::networks;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Breakdowns, retries, two stations",
        about: "A server that fails at the rate f = 0.05/s and is repaired at r = 0.5/s, its job going on where it stood \
                (H. White and L. S. Christie 1958); nodes whose times up and down have means of 90 h and of 6e^½ h and neither \
                of which is exponential; work served again with probability p = 0.3; two stations in a row by way of a first \
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
                let down = 6.0 * reliance::engine::maths::exp(0.5);
                vec![Row::new("share of time up", "up/(up+down)", networks::availability(90.0, down), up(20.0))]
            }),
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

/// The share of the time of `nodes` nodes that they work.
fn up(nodes: f64) -> impl Fn(&crate::suite::theory::watch::Seen) -> Part {
    move |seen| Part::new(seen.probe.area(|gauge| gauge.up_area), nodes * seen.probe.seconds())
}
