//! Work that is audited after it was accepted, and who does it.

use crate::suite::theory::case::{Case, Chapter, Part, Row, sojourn};
use crate::suite::theory::formulas::audits::{audited, busy, lost, served_and_audited};
use crate::suite::theory::watch::Seen;

/// The nodes that check each other.
const PEERS: f64 = 10.0;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Serve and audit",
        about: "A deferred check of a share p of all answers. With one validator the node and the validator are two stations in a \
                row, of which the second sees a part of a Poisson stream (P. J. Burke 1956, J. R. Jackson 1957): λ = 0.6/s, μ₁ = 1/s, \
                p = 0.2, μ₂ = 0.5/s. With peers the nodes themselves do the checks, at v times the work of the answer: λ(1+pv) of \
                ten nodes are busy, and nodes that never idle serve pv/(1+pv) less; those are asked for twice what they can do, by \
                requesters who give up after a mean of 50 s."
            .into(),
        cases: vec![
            serve(),
            Case::new("peers-busy-0.1", {
                vec![
                    Row::new("share of the nodes' time that they work", "λ(1+pv)/Nμ", busy(8.0, 0.1, 1.0, PEERS), |seen| {
                        Part::new(works(seen) + checks(seen), PEERS * seen.probe.seconds())
                    }),
                    shared_out(0.1, 1.0),
                ]
            }),
            full("peers-full-0.1", 0.1, 1.0),
            full("peers-full-0.5", 0.5, 0.5),
        ],
    }
}

fn serve() -> Case {
    let rows = vec![
        Row::new("mean time to answer", "1/(μ₁−λ)", 2.5, sojourn),
        Row::new(
            "mean time to final",
            "1/(μ₁−λ) + p/(μ₂−pλ)",
            served_and_audited(0.6, 1.0, 0.2, 0.5),
            |seen| Part::seconds(seen.probe.classes[0].finality, seen.probe.classes[0].finals),
        ),
        Row::new(
            "mean time to final, of those audited",
            "1/(μ₁−λ) + 1/(μ₂−pλ)",
            audited(0.6, 1.0, 0.2, 0.5),
            |seen| Part::seconds(seen.probe.classes[0].audited_finality, seen.probe.classes[0].audited),
        ),
        Row::new("share audited", "p", 0.2, |seen| {
            Part::share(seen.probe.classes[0].audited, seen.probe.classes[0].finals)
        }),
    ];
    Case::new("serve-and-audit", rows)
}

fn full(scenario: &'static str, p: f64, v: f64) -> Case {
    let rows = vec![
        Row::new("throughput lost", "pv/(1+pv)", lost(p, v), |seen| {
            let most = PEERS * seen.probe.seconds();
            Part::new(most - seen.probe.classes[0].answered as f64, most)
        }),
        shared_out(p, v),
    ];
    Case::new(scenario, rows)
}

fn shared_out(p: f64, v: f64) -> Row {
    Row::new("share of the nodes' work that is checks", "pv/(1+pv)", lost(p, v), |seen| {
        Part::new(checks(seen), works(seen) + checks(seen))
    })
}

fn works(seen: &Seen) -> f64 {
    seen.probe.area(|gauge| gauge.executing_area)
}

fn checks(seen: &Seen) -> f64 {
    seen.probe.area(|gauge| gauge.checks_executing_area)
}
