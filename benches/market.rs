//! The market: simulated jobs a second, beside the ceiling of a hand-written loop without any of the simulator's generality.

mod ceiling;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};

/// Nodes, and jobs in one run.
const SIZES: [(u32, u64); 2] = [(1_000, 500_000), (100_000, 1_000_000)];

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for (nodes, jobs) in SIZES {
        let jobs = if trying() { 20_000 } else { jobs };
        the_ceiling(&mut criterion, nodes, jobs);
        // The simulator's own market is benched here, at the same sizes.
    }
    criterion.final_summary();
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
