//! A part of the day of `scenarios/market-day.toml`, as it is and with more nodes and as much more demand.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::output::manifest::Circumstances;
use reliance::output::run::Recording;
use reliance::record::recorder::Recorder;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::scenario::document::Set;
use reliance::simulate::{Outcome, simulate};

/// The day's nodes, validators and provers: group and count.
const GROUPS: [(&str, u32); 7] = [
    ("nodes[0]", 3),
    ("nodes[1]", 15),
    ("nodes[2]", 4),
    ("nodes[3]", 2),
    ("nodes[4]", 10),
    ("validators[0]", 12),
    ("provers[0]", 2),
];

/// The sources' scales.
const SOURCES: [(&str, f64); 4] = [
    ("demand.sources[0].arrivals.clients.scale", 0.006),
    ("demand.sources[1].arrivals.clients.scale", 0.0025),
    ("demand.sources[2].arrivals.clients.scale", 0.01),
    ("demand.sources[3].arrivals.trace.scale", 1.0),
];

/// So many times the day's market, for so long.
pub fn scenario(times: u32, horizon: &str) -> Arc<Scenario> {
    scenario_with(times, horizon, &[])
}

/// The same with other settings besides.
pub fn scenario_with(times: u32, horizon: &str, others: &[&str]) -> Arc<Scenario> {
    let mut sets = vec![format!("horizon={horizon}"), format!("coordination.target={}", 40 * times)];
    sets.extend(GROUPS.map(|(group, count)| format!("{group}.count={}", count * times)));
    if times > 1 {
        sets.extend(SOURCES.map(|(path, scale)| format!("{path}={}", scale * f64::from(times))));
    }
    sets.extend(others.iter().map(|set| set.to_string()));
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap_or_else(|wrong| panic!("{wrong}"))).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market-day.toml");
    Scenario::load(&path, &sets).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Counts jobs.
#[derive(Default)]
struct Jobs(u64);

impl Recorder for Jobs {
    fn note(
        &mut self,
        _: reliance::engine::time::Time,
        fact: &reliance::record::fact::Fact,
        _: Option<&reliance::domain::record::JobRecord>,
    ) {
        self.0 += u64::from(matches!(fact, reliance::record::fact::Fact::Asked { .. }));
    }
}

/// How many jobs a scenario asks for, and how its run ends.
fn jobs(scenario: &Arc<Scenario>) -> (u64, Outcome) {
    let mut jobs = Jobs::default();
    let outcome = simulate(scenario, Seed::from(1), &mut jobs);
    (jobs.0, outcome)
}

/// The sizes: about 34, 1 000 and 100 000 nodes; the larger for less long.
fn sizes(trying: bool) -> [(&'static str, Arc<Scenario>); 3] {
    match trying {
        true => [("34", scenario(1, "1min")), ("1020", scenario(30, "2s")), ("100028", scenario(300, "1s"))],
        false => [("34", scenario(1, "2h")), ("1020", scenario(30, "4min")), ("100028", scenario(2942, "10s"))],
    }
}

/// A run that writes all its tables: how long it takes, and the bytes of what it leaves.
fn recorded(scenario: &Arc<Scenario>) -> (Duration, u64) {
    let folder = std::env::temp_dir().join(format!("reliance-day-{}", std::process::id()));
    let start = Instant::now();
    let mut recording = Recording::start(scenario, Seed::from(1), Time::ZERO, &folder)
        .unwrap_or_else(|wrong| panic!("{}: {wrong}", folder.display()));
    let outcome = simulate(scenario, Seed::from(1), recording.recorder());
    let circumstances = Circumstances::of(vec!["bench".to_owned()], String::new(), String::new(), 0.0);
    let recorded =
        recording.finish(&outcome, circumstances).unwrap_or_else(|wrong| panic!("{}: {wrong}", folder.display()));
    let took = start.elapsed();
    let files = std::fs::read_dir(&recorded.folder).expect("the folder was written");
    let bytes = files.map(|file| file.and_then(|file| file.metadata()).expect("a file was written").len()).sum();
    std::fs::remove_dir_all(&recorded.folder).expect("the folder is ours");
    (took, bytes)
}

/// The day with the tally.
pub fn bench(criterion: &mut Criterion, trying: bool) {
    let mut group = criterion.benchmark_group("market");
    for (nodes, scenario) in sizes(trying) {
        group.throughput(Throughput::Elements(jobs(&scenario).0));
        group.bench_function(BenchmarkId::new("day", nodes), |bencher| {
            bencher.iter(|| simulate(&scenario, Seed::from(1), &mut Tally::new(scenario.warm_up)));
        });
    }
    group.finish();
}

/// Events of a job, nanoseconds with the tally and with all tables written, and bytes of the tables, at each size, the sizes in
/// turns.
pub fn report(trying: bool) {
    let sizes = sizes(trying);
    let counted: Vec<(u64, Outcome)> = sizes.iter().map(|(_, scenario)| jobs(scenario)).collect();
    let mut turns: Vec<Vec<[f64; 3]>> = vec![Vec::new(); sizes.len()];
    for _ in 0..if trying { 1 } else { 5 } {
        for (index, (_, scenario)) in sizes.iter().enumerate() {
            let per_job = |sum: f64| sum / counted[index].0 as f64;
            let start = Instant::now();
            simulate(scenario, Seed::from(1), &mut Tally::new(scenario.warm_up));
            let tally = start.elapsed();
            let (tables, bytes) = recorded(scenario);
            let nanos = [tally, tables].map(|took| per_job(took.as_nanos() as f64));
            turns[index].push([nanos[0], nanos[1], per_job(bytes as f64)]);
        }
    }
    println!(
        "\n{:>8} {:>10} {:>14} {:>14} {:>8} {:>16} {:>14}   medians of {} turns",
        "nodes",
        "jobs",
        "events per job",
        "ns per job",
        "ratio",
        "ns, all tables",
        "bytes per job",
        turns[0].len()
    );
    let mut first = None;
    for (index, (nodes, _)) in sizes.iter().enumerate() {
        let mut median = |column: usize| {
            turns[index].sort_by(|a, b| a[column].total_cmp(&b[column]));
            turns[index][turns[index].len() / 2][column]
        };
        let (tally, tables, bytes) = (median(0), median(1), median(2));
        let (jobs, outcome) = &counted[index];
        let base = if index == 1 { *first.insert(tally) } else { first.unwrap_or(tally) };
        println!(
            "{nodes:>8} {jobs:>10} {:>14.2} {tally:>14.1} {:>8.2} {tables:>16.1} {bytes:>14.1}",
            outcome.events as f64 / *jobs as f64,
            tally / base
        );
    }
}
