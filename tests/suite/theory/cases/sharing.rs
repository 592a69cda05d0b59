//! Who is served, and how fast: shared servers and priorities.

use crate::suite::theory::case::{Case, Chapter, Part, Row, jobs, sojourn};
use crate::suite::theory::formulas::single::{
    Moments, conserved_wait, preemptive_sojourn, priority_wait, shared_sojourn,
};
use crate::suite::theory::watch::{Seen, Wish};

/// The load of the shared server.
const LOAD: f64 = 0.7;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Shared servers and priorities",
        about: "Processor sharing at ρ = 0.7, E S = 1 s: a job takes in proportion to its work, whatever the law of work \
                (Kleinrock, *Queueing Systems* 2, chapter 4). Priorities with λ₁ = 0.3/s, λ₂ = 0.4/s, exponential work of 1 s: \
                A. Cobham (1954), and Kleinrock's conservation law."
            .into(),
        cases: vec![
            shared("ps-exponential", &[0.5, 2.0], ["work up to ½ s", "work of ½ s to 2 s", "work above 2 s"].into()),
            shared("ps-either", &[0.5], ["work of ½ s", "work of 2 s"].into()),
            waits(),
            preempts(),
        ],
    }
}

fn shared(scenario: &'static str, cuts: &[f64], names: Vec<&'static str>) -> Case {
    let mut rows: Vec<Row> = names
        .into_iter()
        .enumerate()
        .map(|(band, name)| {
            Row::new(format!("time to answer per work, {name}"), "1/(1−ρ)", shared_sojourn(LOAD, 1.0), move |seen| {
                let band = &seen.probe.bands[band];
                Part::new(band.response as f64, band.work as f64)
            })
        })
        .collect();
    if cuts == [0.5] {
        rows.push(Row::new("time to answer of a job of 2 s", "x/(1−ρ)", shared_sojourn(LOAD, 2.0), |seen| {
            let band = &seen.probe.bands[1];
            Part::new(band.response as f64 * 1e-9, band.work as f64 * 1e-9 / 2.0)
        }));
    }
    rows.push(Row::new("mean time to answer", "E S/(1−ρ)", shared_sojourn(LOAD, 1.0), sojourn));
    rows.push(Row::new("mean number of jobs", "ρ/(1−ρ)", LOAD / (1.0 - LOAD), jobs));
    Case::new(scenario, rows).watching(Wish { bands: cuts.to_vec(), ..Wish::default() })
}

/// The two classes of the priority queues.
fn classes() -> [(f64, Moments); 2] {
    [(0.3, Moments::exponential(1.0)), (0.4, Moments::exponential(1.0))]
}

fn waits() -> Case {
    let class = |k: usize| move |seen: &Seen| Part::seconds(seen.probe.classes[k].wait, seen.probe.classes[k].jobs);
    let rows = vec![
        Row::new("mean wait of the first class", "R/(1−σ₁)", priority_wait(&classes(), 0), class(0)),
        Row::new("mean wait of the second class", "R/(1−σ₁)(1−σ₂)", priority_wait(&classes(), 1), class(1)),
        Row::new("conserved: Σρᵢ E Wqᵢ", "ρR/(1−ρ)", conserved_wait(&classes()), |seen| {
            // With E S = 1 s for both, Σρᵢ E Wqᵢ is the wait of all per second.
            let wait: u128 = seen.probe.classes.iter().map(|class| class.wait).sum();
            Part::new(wait as f64 * 1e-9, seen.probe.seconds())
        }),
    ];
    Case::new("priority-waits", rows)
}

fn preempts() -> Case {
    let class =
        |k: usize| move |seen: &Seen| Part::seconds(seen.probe.classes[k].response, seen.probe.classes[k].answered);
    let formula = "(E Sₖ(1−σₖ) + Σλᵢ E Sᵢ²/2)/(1−σₖ₋₁)(1−σₖ)";
    let total: f64 = classes().iter().enumerate().map(|(k, class)| class.0 * preemptive_sojourn(&classes(), k)).sum();
    let rows = vec![
        Row::new("mean time to answer of the first class", formula, preemptive_sojourn(&classes(), 0), class(0)),
        Row::new("mean time to answer of the second class", formula, preemptive_sojourn(&classes(), 1), class(1)),
        Row::new("mean number of jobs", "ρ/(1−ρ), as without priorities", total, jobs),
    ];
    Case::new("priority-preempts", rows)
}
