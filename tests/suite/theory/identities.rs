//! What holds on every path exactly, whatever the chances: Little's law as an equality of whole numbers, one fate for every
//! job, and money that is conserved. Checked on every scenario of the suite, shortened, and on the quickstart, which has prices,
//! distances, deadlines, failures and retries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::random::{KeyedRng, RandomSource, Seed, key};
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, MarketGauge, Recorder};
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::scenario::document::Set;
use reliance::simulate::{Run, simulate};

use super::watch::{Probe, Wish};

/// Sums over a path, in whole nanoseconds and micro-credits.
#[derive(Default)]
struct Path {
    open: BTreeMap<JobKey, Time>,
    asked: u64,
    closed: u64,
    fates: BTreeMap<Fate, u64>,
    /// Asking to closing, over all jobs.
    sojourns: u128,
    /// Waits at nodes, of every attempt, and of those who gave up.
    waits: u128,
    /// Executions, of every attempt.
    executions: u128,
    started: BTreeMap<JobKey, Time>,
    preempted: bool,
    /// Whether others work on a job's behalf: copies, checks, a chain.
    helped: bool,
    paid: i128,
    charged: i128,
    income: i128,
    end: MarketGauge,
}

impl Recorder for Path {
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        match (*fact, record) {
            (Fact::Asked { job, .. }, _) => {
                self.asked += 1;
                assert_eq!(self.open.insert(job, now), None, "{job:?} is asked for once");
            }
            (Fact::Started { job, waited, .. }, _) if !self.helped => {
                self.waits += u128::from(waited.0);
                assert_eq!(self.started.insert(job, now), None, "{job:?} begins once per attempt");
            }
            (Fact::Preempted { .. }, _) => self.preempted = true,
            (Fact::Finished { job, .. } | Fact::Dropped { job, .. }, _) => self.stopped(now, job),
            (Fact::Settled { paid, .. }, _) => self.paid += i128::from(paid.0),
            (Fact::Closed { job, fate }, Some(record)) => self.close(now, job, fate, record),
            _ => {}
        }
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        // Whoever was open at the end is closed there, and so are the levels.
        self.end = gauges.market(at);
        gauges.nodes(at, &mut |node| self.income += i128::from(node.income.0));
    }
}

impl Path {
    fn stopped(&mut self, now: Time, job: JobKey) {
        if let Some(started) = self.started.remove(&job) {
            self.executions += u128::from(now.since(started).0);
        }
    }

    fn close(&mut self, now: Time, job: JobKey, fate: Fate, record: &JobRecord) {
        let asked = self.open.remove(&job).unwrap_or_else(|| panic!("{job:?} is closed without being open"));
        assert_eq!((record.key, record.fate, record.at.asked, record.at.closed), (job, fate, asked, now));
        in_order(record);
        self.closed += 1;
        *self.fates.entry(fate).or_default() += 1;
        self.sojourns += u128::from(now.since(asked).0);
        self.charged += i128::from(record.charged().0);
        self.stopped(now, job);
        if fate == Fate::Abandoned {
            self.waits += u128::from(now.since(record.at.reached).0);
        }
    }
}

/// Panics where an instant of the last attempt lies before one that must come first.
fn in_order(record: &JobRecord) {
    let at = &record.at;
    let instants = [at.asked, at.placed, at.reached, at.started, at.first_token, at.finished, at.answered, at.accepted];
    let came: Vec<Time> = instants.into_iter().filter(|&instant| instant != Time::NEVER).collect();
    assert!(came.is_sorted() && came.iter().all(|&instant| instant <= at.closed), "{record:?}");
    use Fate::{FinalRight, FinalWrong, Late, RejectedRight, RejectedWrong, RevokedRight, RevokedWrong, Unresolved};
    let answered = match record.fate {
        FinalRight | FinalWrong | Late | RejectedRight | RejectedWrong | RevokedRight | RevokedWrong => true,
        // With an answer of which nobody knows, or without one that enough copies agree on; or the end came first.
        Unresolved | Fate::Censored => return,
        _ => false,
    };
    assert_eq!(at.answered != Time::NEVER, answered, "{record:?}");
}

/// Whether jobs of a scenario need more than one node at a time.
fn helped(scenario: &Scenario) -> bool {
    let checked = |&method| !scenario.verification.methods[method].checks.is_empty();
    scenario.chain.runs || scenario.classes.iter().any(|class| class.methods.iter().any(checked))
}

/// Every scenario of the suite, by name.
fn names() -> Vec<PathBuf> {
    let entries =
        fs::read_dir(super::folder()).expect("the folder of scenarios").map(|entry| entry.expect("an entry").path());
    let is_case = |path: &PathBuf| {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        name.ends_with(".toml") && !name.starts_with("base")
    };
    let mut found: Vec<PathBuf> = entries.filter(is_case).collect();
    found.sort();
    found
}

/// A scenario cut to a two-hundredth of its length, but not below 50 s nor its windows nor before its amendment acts, and counted from
/// the start.
fn short(path: &std::path::Path, drain: bool) -> Arc<Scenario> {
    let load = |sets: &[Set]| Scenario::load(path, sets).unwrap_or_else(|problems| panic!("{problems}"));
    let loaded = load(&[]);
    let whole = loaded.horizon;
    let amended = loaded.next.as_ref().map_or(0, |amendment| amendment.at.0);
    let window = loaded.verification.methods.iter().map(|method| method.window.0).max().unwrap_or(0);
    let horizon = (whole.0 / 200).max(amended + 50 * SimDuration::SECOND.0).max(window).min(whole.0);
    let set = |text: String| text.parse::<Set>().expect("a path and a value");
    let (horizon, warm_up) = (format!("horizon=\"{horizon}ns\""), "warm-up=\"0\"".to_owned());
    let mut sets = vec![set(horizon), set(warm_up), set(format!("drain={drain}"))];
    if loaded.asking_ends < whole {
        sets.push(set("demand.until=\"25s\"".to_owned()));
    }
    load(&sets)
}

fn quickstart() -> PathBuf {
    super::root().join("scenarios/quickstart.toml")
}

#[test]
fn every_job_has_one_fate_and_little_is_exact() {
    for path in names() {
        for drain in [true, false] {
            let scenario = short(&path, drain);
            let mut seen = Path { helped: helped(&scenario), ..Path::default() };
            simulate(&scenario, Seed::from(1), &mut seen);
            let name = &scenario.name;
            assert!(seen.open.is_empty() && seen.asked == seen.closed, "{name}: every job is closed");
            assert_eq!(seen.fates.values().sum::<u64>(), seen.asked, "{name}");
            assert!(!drain || !seen.fates.contains_key(&Fate::Censored), "{name}: nobody is open after the drain");
            assert_eq!(seen.sojourns, seen.end.open_area, "{name}: Little's law for the market");
            assert_eq!(seen.end.escrow.0, 0, "{name}: no escrow outlives its job");
            if seen.helped {
                continue;
            }
            // Here nobody travels or pauses: whoever is open waits or is served.
            assert_eq!(seen.end.open_area, seen.end.waiting_area + seen.end.executing_area, "{name}");
            // A job put aside waits again without a beginning of its own, and one that is cut off at the end has no wait yet.
            if drain && !seen.preempted {
                assert_eq!(seen.waits, seen.end.waiting_area, "{name}: Little's law for the waiting rooms");
                assert_eq!(seen.executions, seen.end.executing_area, "{name}: Little's law for the slots");
            }
        }
    }
}

#[test]
fn little_is_exact_where_everything_happens() {
    for drain in [true, false] {
        let scenario = short(&quickstart(), drain);
        let mut seen = Path::default();
        simulate(&scenario, Seed::from(1), &mut seen);
        assert!(seen.asked > 100 && seen.closed == seen.asked, "{} asked, {} closed", seen.asked, seen.closed);
        assert_eq!(seen.sojourns, seen.end.open_area);
        assert!(
            seen.paid > 0 && seen.paid == seen.charged && seen.paid == seen.income,
            "what is paid is what is earned"
        );
        assert_eq!(seen.end.escrow.0, 0, "no escrow outlives its job");
    }
}

#[test]
fn money_is_conserved_at_any_instant() {
    let failing = [
        "nodes[a100].failure={ up = { law = \"exponential\", mean = \"30s\" }, down = { law = \"exponential\", mean = \"5s\" } }",
    ];
    let sets: Vec<Set> = failing.iter().map(|text| text.parse().expect("a path and a value")).collect();
    let scenario = Scenario::load(&quickstart(), &sets).unwrap_or_else(|problems| panic!("{problems}"));
    let mut run = Run::open(scenario.clone(), Seed::from(1));
    // The tally takes part: it must bear every life that the market makes.
    let mut seen = (Path::default(), Tally::new(Time::ZERO));
    let mut draw = KeyedRng::new(key(Seed::from(1), 0, 0, 0, 0));
    // Gaps with a mean of half a second, some of no event and some of many.
    let mut at = Time::ZERO;
    while at < scenario.horizon {
        at += SimDuration(draw.below(1_000_000_000));
        run.until(at, &mut seen);
        run.audit();
    }
    run.close(&mut seen);
    let (seen, summary) = (seen.0, seen.1.into_summary());
    assert_eq!((summary.jobs, summary.charged), (seen.asked, seen.paid));
    assert!(seen.asked == seen.closed && seen.paid == seen.income && seen.sojourns == seen.end.open_area);
    assert!(seen.fates.len() > 2, "the market lives: {:?}", seen.fates);
}

#[test]
fn prices_that_feel_only_themselves_are_as_without_a_matrix() {
    let path = super::folder().join("coupling.toml");
    let digest = |sets: &[&str]| {
        let sets: Vec<Set> = sets.iter().map(|text| text.parse().expect("a path and a value")).collect();
        let scenario = Scenario::load(&path, &sets).unwrap_or_else(|problems| panic!("{problems}"));
        (scenario.channels.coupling.is_some(), simulate(&scenario, Seed::from(1), &mut ()).digest.to_string())
    };
    let identity = digest(&["pricing.coupling=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]"]);
    // Entries that are zero but for their last bits are computed, and come to the same.
    let computed = digest(&["pricing.coupling=[[1.0, 1e-300, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]"]);
    let coupled = digest(&[]);
    assert_eq!((identity.0, computed.0, coupled.0), (false, true, true));
    assert_eq!(identity.1, computed.1);
    assert_ne!(identity.1, coupled.1);
}

#[test]
fn a_price_feels_channels_whose_prices_rest() {
    let path = super::folder().join("coupling.toml");
    let prices = |sets: &[&str]| {
        let sets: Vec<Set> = sets.iter().map(|text| text.parse().expect("a path and a value")).collect();
        let scenario = Scenario::load(&path, &sets).unwrap_or_else(|problems| panic!("{problems}"));
        let mut probe = Probe::new(&scenario, &Wish { prices: true, ..Wish::default() });
        simulate(&scenario, Seed::from(1), &mut probe);
        let gas = probe.prices.iter().filter(|price| price.1 == 1);
        gas.map(|price| price.2 / 1_000).collect::<Vec<i64>>()
    };
    let resting = [
        "pricing.compute={ rule = \"list\", list = { price = \"1\" } }",
        "pricing.verification={ rule = \"list\", list = { price = \"1\" } }",
    ];
    let (all_move, one_moves) = (prices(&[]), prices(&resting));
    assert!(all_move.len() == 79 && all_move == one_moves, "{all_move:?} and {one_moves:?}");
}
