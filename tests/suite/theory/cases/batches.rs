//! Dynamic batching.

use crate::suite::theory::case::{Case, Chapter, Part, Row, sojourn};
use crate::suite::theory::formulas::batches::Batches;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Dynamic batching",
        about: "All that wait are served together; a batch of b takes αb + τ₀ with τ₀ = 1 s. The sizes of successive batches \
                are a Markov chain (Y. Inoue, *Queueing analysis of GPU-based inference servers with dynamic batching*, 2021), \
                solved numerically; the mean time to answer follows from the jobs there over a cycle."
            .into(),
        cases: vec![case("batches-0.5", 0.5, 1.0), case("batches-2", 2.0, 0.3)],
    }
}

fn case(scenario: &'static str, lambda: f64, each: f64) -> Case {
    let server = Batches::new(lambda, each, 1.0);
    let rows = vec![
        Row::new("mean time to answer", "embedded chain", server.sojourn(), sojourn),
        Row::new("mean jobs in a batch", "embedded chain", server.size(), |seen| {
            Part::share(seen.probe.starts.jobs, seen.probe.starts.batches)
        }),
    ];
    Case::new(scenario, rows)
}
