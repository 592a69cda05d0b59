//! The market: simulated jobs a second, beside the ceiling of a hand-written loop without any of the simulator's generality.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a benchmark measures time and prints what it found"
)]

mod ceiling;
mod day;
mod forks;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use reliance::engine::random::Seed;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::simulate;

/// Nodes, and jobs in one run.
const SIZES: [(u32, u64); 2] = [(1_000, 500_000), (100_000, 3_000_000)];

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for (nodes, jobs) in SIZES {
        let jobs = if trying() { 20_000.max(u64::from(nodes)) } else { jobs };
        the_ceiling(&mut criterion, nodes, jobs);
        the_peer(&mut criterion, nodes, jobs);
    }
    day::bench(&mut criterion, trying());
    criterion.final_summary();
    if !trying() {
        ratios();
    }
    day::report(trying());
    forks::report(trying());
}

/// The same market as a scenario: whatever a scenario may say is open, and every promise is kept.
fn peer(nodes: u32, jobs: u64) -> Arc<Scenario> {
    let seconds = jobs / u64::from(nodes);
    let text = format!(
        r#"
        name = "peer"
        horizon = "{seconds}s"
        drain = true
        [models.plain]
        [classes.job]
        work = {{ law = "exponential", mean = "1s" }}
        patience = {{ law = "constant", value = "10s" }}
        deadline = "10s"
        [[demand.sources]]
        name = "everyone"
        arrivals = {{ rule = "poisson", poisson = {{ rate = "{nodes}/s" }} }}
        [[nodes]]
        name = "fleet"
        count = {nodes}
        speed = {{ law = "uniform", min = 0.5, max = 2.0 }}
        price = {{ law = "uniform", min = "0.5", max = "1.5" }}
        [routing]
        choice = "first"
        pool = {{ rule = "random", random = {{ d = 2 }} }}
        chooser = {{ rule = "price-plus-delay", price-plus-delay = {{ per-second = "1" }} }}
        "#
    );
    Scenario::from_text("peer", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The simulator with nobody watching (the digest is always on), and with the tally.
fn the_peer(criterion: &mut Criterion, nodes: u32, jobs: u64) {
    let scenario = peer(nodes, jobs);
    let mut group = criterion.benchmark_group("market");
    group.throughput(Throughput::Elements(jobs));
    group.bench_function(BenchmarkId::new("peer", nodes), |bencher| {
        bencher.iter(|| simulate(&scenario, Seed::from(1), &mut ()));
    });
    group.bench_function(BenchmarkId::new("peer, tally", nodes), |bencher| {
        bencher.iter(|| simulate(&scenario, Seed::from(1), &mut Tally::new(scenario.warm_up)));
    });
    group.finish();
}

/// Time per job of the simulator and of the hand-written market, in turns, and the median of the ratios.
fn ratios() {
    let nanoseconds = |jobs: u64, run: &dyn Fn()| {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64 / jobs as f64
    };
    println!("\n{:>8} {:>14} {:>14} {:>8}   ns per job, medians of 9 turns", "nodes", "ceiling", "peer", "ratio");
    for (nodes, jobs) in SIZES {
        let scenario = peer(nodes, jobs);
        let mut turns: Vec<[f64; 3]> = (0..9)
            .map(|_| {
                let ceiling = nanoseconds(jobs, &|| {
                    ceiling::run::<ceiling::Laned>(nodes, jobs, 1);
                });
                let peer = nanoseconds(jobs, &|| {
                    simulate(&scenario, Seed::from(1), &mut ());
                });
                [ceiling, peer, peer / ceiling]
            })
            .collect();
        let mut median = |column: usize| {
            turns.sort_by(|a, b| a[column].total_cmp(&b[column]));
            turns[turns.len() / 2][column]
        };
        println!("{nodes:>8} {:>14.1} {:>14.1} {:>8.2}", median(0), median(1), median(2));
    }
}

/// Whether each benchmark is only to be tried once.
fn trying() -> bool {
    std::env::args().any(|argument| argument == "--test") || !std::env::args().any(|argument| argument == "--bench")
}

/// The hand-written market on each queue; all have the same outcome.
fn the_ceiling(criterion: &mut Criterion, nodes: u32, jobs: u64) {
    let outcome = ceiling::run::<ceiling::Laned>(nodes, jobs, 1);
    assert_eq!(outcome, ceiling::run::<ceiling::Plain>(nodes, jobs, 1));
    assert_eq!(outcome, ceiling::run::<ceiling::Heap>(nodes, jobs, 1));
    assert_eq!(outcome.ok + outcome.late, outcome.jobs);
    println!("market/ceiling/{nodes}: {outcome:?}");
    let mut group = criterion.benchmark_group("market");
    group.throughput(Throughput::Elements(jobs));
    group.bench_function(BenchmarkId::new("ceiling", nodes), |bencher| {
        bencher.iter(|| ceiling::run::<ceiling::Laned>(nodes, jobs, 1));
    });
    group.bench_function(BenchmarkId::new("ceiling, no lane", nodes), |bencher| {
        bencher.iter(|| ceiling::run::<ceiling::Plain>(nodes, jobs, 1));
    });
    group.bench_function(BenchmarkId::new("ceiling, std heap", nodes), |bencher| {
        bencher.iter(|| ceiling::run::<ceiling::Heap>(nodes, jobs, 1));
    });
    group.finish();
}
