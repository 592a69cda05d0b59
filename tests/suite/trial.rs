//! What the tests of running markets share: scenarios by name, recorders that keep everything, and summaries to compare.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use reliance::domain::record::{CheckRecord, JobRecord};
use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::parquet::Values;
use reliance::record::batch::{Batch, Kept, Sink};
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, MarketGauge, NodeGauge, Recorder};
use reliance::record::tables::{Chosen, SUMMARY, Tables};
use reliance::record::tally::{Summary, Tally};
use reliance::scenario::Scenario;
use reliance::scenario::document::Set;
use reliance::simulate::{Outcome, simulate};

/// Where the package's manifest is.
pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The seed of every test.
pub fn seed() -> Seed {
    Seed::from(1)
}

/// A scenario by its path in the repository.
pub fn scenario(path: &str, sets: &[&str]) -> Arc<Scenario> {
    scenario_at(&Path::new(ROOT).join(path), sets)
}

/// A scenario by its path.
pub fn scenario_at(path: &Path, sets: &[&str]) -> Arc<Scenario> {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap_or_else(|wrong| panic!("{wrong}"))).collect();
    Scenario::load(path, &sets).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// One of the scenarios made for these tests.
pub fn trial(name: &str, sets: &[&str]) -> Arc<Scenario> {
    scenario(&format!("tests/scenarios/{name}.toml"), sets)
}

/// One of the scenarios made for these tests with text after its own; paths in it hold from the folder of the first.
pub fn extended(name: &str, text: &str) -> Arc<Scenario> {
    let folder = Path::new(ROOT).join("tests/scenarios");
    let path = folder.join(format!("{name}.toml"));
    let whole = std::fs::read_to_string(&path).unwrap_or_else(|wrong| panic!("{name}: {wrong}")) + "\n" + text;
    let file = |name: &str| format!("{:?}", folder.join(name).display().to_string());
    let whole = ["clients.csv", "requests.csv", "blocks.csv"]
        .iter()
        .fold(whole, |whole, name| whole.replace(&format!("\"{name}\""), &file(name)));
    Scenario::from_text(name, &whole).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// Keeps every fact, every record and the last look.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// What happened, and when.
    pub facts: Vec<(Time, Fact)>,
    /// The lives of all jobs, in the order they left.
    pub records: Vec<JobRecord>,
    /// The checks and proofs that ended, in the order they did.
    pub checks: Vec<CheckRecord>,
    /// The market at the end.
    pub end: MarketGauge,
    /// The nodes at the end.
    pub nodes: Vec<NodeGauge>,
    /// When the run ended.
    pub ended: Time,
}

impl Recorder for Witness {
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        self.facts.push((now, *fact));
        self.records.extend(record.filter(|_| matches!(fact, Fact::Closed { .. })));
    }

    fn note_check(&mut self, now: Time, fact: &Fact, record: &CheckRecord) {
        self.facts.push((now, *fact));
        self.checks.push(*record);
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.ended = at;
        self.end = gauges.market(at);
        gauges.nodes(at, &mut |gauge| self.nodes.push(*gauge));
    }
}

impl Witness {
    /// Watches a scenario from its start to its end.
    pub fn of(scenario: &Arc<Scenario>) -> (Witness, Outcome) {
        let mut witness = Witness::default();
        let outcome = simulate(scenario, seed(), &mut witness);
        (witness, outcome)
    }

    /// The instants at which something happened, each once.
    pub fn instants(&self) -> Vec<Time> {
        let mut instants: Vec<Time> = self.facts.iter().map(|fact| fact.0).collect();
        instants.dedup();
        instants
    }
}

/// A tally and every table, as a run on a terminal would have them.
pub type Full = (Tally, Tables<Kept>);

/// A tally and every table of a scenario, as its `record` says.
pub fn full(scenario: &Scenario) -> Full {
    (Tally::new(scenario.warm_up), tables(scenario, Kept::default()))
}

/// Every table of a scenario, into a sink.
pub fn tables<S: Sink>(scenario: &Scenario, sink: S) -> Tables<S> {
    let record = &scenario.record;
    let share = Some(record.jobs.get());
    let (series, outside) = (Some(record.tick), !scenario.series.is_empty());
    let chosen = Chosen { jobs: share, series, outside, nodes: true, validators: true, checks: share };
    Tables::new(chosen, seed(), Time::ZERO, reliance::output::run::names(scenario), sink)
}

/// What a tally and its tables hold, to compare.
#[derive(Debug, PartialEq)]
pub struct Contents {
    summary: Vec<Values>,
    tables: Vec<(&'static str, Vec<Values>)>,
}

/// What a tally and its tables hold once the run has ended.
pub fn contents((tally, tables): Full) -> Contents {
    let batches = tables.finish().batches;
    let tables = batches.into_iter().map(|(table, batch)| (table, batch.columns().to_vec())).collect();
    Contents { summary: summed_up(tally.summary()), tables }
}

/// A summary as its row in the table, to compare.
pub fn summed_up(summary: &Summary) -> Vec<Values> {
    let mut batch = Batch::new(&SUMMARY);
    batch.push_row(&SUMMARY, summary);
    batch.columns().to_vec()
}

/// So many cases, and twenty times as many with `RELIANCE_LONG=1`.
pub fn cases(count: u32) -> ProptestConfig {
    let long = std::env::var_os("RELIANCE_LONG").is_some_and(|value| value == "1");
    let cases = if long { 20 * count } else { count };
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
}
