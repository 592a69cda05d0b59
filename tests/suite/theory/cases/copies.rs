//! Several nodes execute one job.

use crate::suite::theory::case::{Case, Chapter, Row, response_variance, sojourn};
use crate::suite::theory::formulas::copies::{fork_join, order, race};

pub fn chapter() -> Chapter {
    let mut cases: Vec<Case> = [("copies-5-of-5", 5, 5), ("copies-3-of-5", 5, 3), ("copies-7-of-10", 10, 7)]
        .map(|(name, n, k)| enough(name, n, k))
        .into();
    cases.extend([("redundancy-3-2", 3, 2), ("redundancy-10-2", 10, 2)].map(|(name, k, d)| {
        let expected = race(k, d, 0.7);
        Case::new(name, vec![Row::new("mean time to answer", "Σ1/(k(C(k−1,d−1)/C(i−1,d−1)−λ))", expected, sojourn)])
    }));
    cases.extend([("fork-join-0.5", 0.5), ("fork-join-0.8", 0.8)].map(|(name, load)| {
        Case::new(name, vec![Row::new("mean time to answer", "(12−ρ)/8(1−ρ)", fork_join(load), sojourn)])
    }));
    Chapter {
        title: "Copies of one job",
        about: "Each copy takes an exponential time of mean 1 s of its own. Without queues the k-th of n answers is an order \
                statistic (A. Rényi 1953); in queues the first of d copies at random nodes calls the others off, with arrivals of \
                0.7/s per node (K. Gardner and others, *Redundancy-d*, 2017), or both of two are needed (R. Nelson and A. N. \
                Tantawi 1988)."
            .into(),
        cases,
    }
}

fn enough(scenario: &'static str, n: u32, k: u32) -> Case {
    let (mean, variance) = order(n, k);
    let rows = vec![
        Row::new("mean time to answer", "H(n) − H(n−k)", mean, sojourn),
        Row::new("variance of the time to answer", "Σ1/i², i = n−k+1 … n", variance, response_variance(mean)),
    ];
    Case::new(scenario, rows)
}
