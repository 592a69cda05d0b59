//! Many servers at one node: slots, places and patience.

use crate::suite::theory::case::{Case, Chapter, Part, Row, declined, executing, jobs, sojourn, wait, waiting, waits};
use crate::suite::theory::formulas::markov::{Bounded, Impatient, Many, erlang_b};
use crate::suite::theory::watch::{Seen, Wish};

pub fn chapters() -> Vec<Chapter> {
    vec![
        Chapter {
            title: "Many servers",
            about: "M/M/c with μ = 1/s: a node with c slots. C is Erlang's (1917), by the stable recursion of B.".into(),
            cases: vec![many("mmc-2", 2, 1.6), many("mmc-10", 10, 8.0), bounded()],
        },
        Chapter {
            title: "Loss without a queue",
            about: "M/G/c/c: a node with c slots and no places. Erlang's B depends on the law of work through its mean alone."
                .into(),
            cases: vec![
                loss("erlang-b-exponential", 10, 8.0),
                loss("erlang-b-constant", 10, 8.0),
                loss("erlang-b-lognormal", 10, 8.0),
                loss("erlang-b-100", 100, 90.0),
            ],
        },
        Chapter {
            title: "Impatience",
            about: "M/M/10+M, Erlang A: whoever waits gives up at the rate θ (C. Palm 1957), as a birth and death process with \
                    μ = 1/s. At θ = μ the number of jobs is Poisson."
                .into(),
            cases: vec![impatient("erlang-a-10", 10.0, 0.5), impatient("erlang-a-12", 12.0, 1.0)],
        },
    ]
}

fn many(scenario: &'static str, servers: u32, lambda: f64) -> Case {
    let queue = Many { servers, lambda, mu: 1.0 };
    let rows = vec![
        Row::new("share that waits", "C", queue.waits(), waits),
        Row::new("mean wait", "C/(cμ−λ)", queue.wait(), wait),
        Row::new("mean time to answer", "E Wq + 1/μ", queue.sojourn(), sojourn),
        Row::new("mean number of jobs", "λE T", queue.jobs(), jobs),
        Row::new("share that waits longer than ½ s", "Ce^(−(cμ−λ)/2)", queue.waits_longer(0.5), |seen| {
            let class = &seen.probe.classes[0];
            Part::share(class.waited_long, class.reached)
        }),
    ];
    Case::new(scenario, rows).watching(Wish { long_wait: 0.5, ..Wish::default() })
}

fn bounded() -> Case {
    let queue = Bounded::new(3, 10, 2.5, 1.0);
    let rows = vec![
        Row::new("share turned away", "birth and death", queue.lost(), declined),
        Row::new("mean number of jobs", "birth and death", queue.jobs(), jobs),
        Row::new("mean time to answer", "L/λ(1−p)", queue.sojourn(), sojourn),
    ];
    Case::new("mmck-3-10", rows)
}

fn loss(scenario: &'static str, servers: u32, offered: f64) -> Case {
    let lost = erlang_b(servers, offered);
    let rows = vec![
        Row::new("share turned away", "B(c, a)", lost, declined),
        Row::new("mean number in service", "a(1−B)", offered * (1.0 - lost), executing),
    ];
    Case::new(scenario, rows)
}

fn impatient(scenario: &'static str, lambda: f64, theta: f64) -> Case {
    let queue = Impatient::new(10, lambda, 1.0, theta);
    let class = |seen: &Seen| seen.probe.classes[0].clone();
    let rows = vec![
        Row::new("share that gives up", "θE Nq/λ", queue.abandons(), move |seen| {
            Part::share(class(seen).abandoned, class(seen).jobs)
        }),
        Row::new("share that waits", "Σₙ≥c pₙ", queue.waits(), waits),
        Row::new("mean wait of all", "E Nq/λ", queue.wait(), move |seen| {
            Part::seconds(class(seen).wait, class(seen).jobs)
        }),
        Row::new("mean number waiting", "Σ(n−c)pₙ", queue.waiting(), waiting),
        Row::new("share of the servers' time used", "E min(N, c)/c", queue.utilisation(), |seen| Part {
            over: 10.0 * seen.probe.seconds(),
            ..executing(seen)
        }),
    ];
    Case::new(scenario, rows)
}
