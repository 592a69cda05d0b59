//! Probes: each is quoted what a job would be, watching them changes nothing, and they are the same requests whatever happens.

use std::sync::Arc;

use reliance::domain::probe::{Probe, ProbeQuote};
use reliance::domain::record::JobKey;
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::{Fact, FactFilter};
use reliance::record::recorder::{Gauges, Recorder};
use reliance::scenario::Scenario;
use reliance::simulate::{Run, probes};

use super::amend::{SECOND, written};
use super::trial::{Witness, scenario, seed, trial};

/// Two classes whose values are known, so that a request is known by its key; busy nodes and validators, blocks, a moving price.
const MARKET: &str = r#"
name = "probed"
horizon = "20min"
[models.m]
[classes.rich]
work = { law = "exponential", mean = "1s" }
value = { law = "constant", value = "0.01" }
discount = "1/min"
methods = ["look", "looks", "late"]
[classes.poor]
work = { law = "exponential", mean = "2s" }
value = { law = "constant", value = "0.0022" }
harm = 2
discount = "2/min"
use-at = "final"
methods = ["look", "late"]
[[demand.sources]]
name = "s"
mix = { rich = 1, poor = 1 }
arrivals = { rule = "poisson", poisson = { rate = "4/s" } }
[[nodes]]
name = "many"
count = 8
speed = { law = "uniform", min = 0.5, max = 1.5 }
price = { law = "uniform", min = "0.0005", max = "0.001" }
[[validators]]
name = "v"
count = 3
[routing]
pool = { rule = "random", random = { d = 3 } }
[pricing]
compute = { rule = "list", list = { price = "0.0008" } }
verification = { rule = "utilisation", utilisation = { base = "0.0004", kink = 0.5, slope-below = 1, slope-above = 5 } }
coordination = { rule = "base-fee", base-fee = { start = "0.0001", min-step = "0.000001" } }
interval = "10s"
[coordination]
gas = 1
block = "1s"
target = 4
[verification.define.look]
checks = [{ by = "validators", work = 0.3 }]
[verification.define.looks]
checks = [{ by = "validators", count = 3, work = 0.2, overhead = 0.2, verdict = { rule = "majority" } }]
[verification.define.late]
checks = [{ by = "validators", work = 0.3, timing = "deferred", window = "20s" }]
"#;

/// Asks probes at instants.
struct Asker {
    probes: Vec<Probe>,
    every: SimDuration,
    next: Time,
    quotes: Vec<(Time, ProbeQuote)>,
}

impl Asker {
    fn new(probes: Vec<Probe>, every: SimDuration) -> Asker {
        Asker { probes, every, next: Time::ZERO + every, quotes: Vec::new() }
    }
}

impl Recorder for Asker {
    fn filter(&self) -> FactFilter {
        FactFilter::NONE
    }

    fn due(&self, now: Time) -> Option<Time> {
        Some(self.next).filter(|next| *next <= now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        gauges.quotes(at, &self.probes, &mut |quote, _| self.quotes.push((at, *quote)));
        self.next = at + self.every;
    }
}

/// What a job is offered when it asks is what a probe of its key is quoted then: the same node, method, prices and time, or the same cause.
#[test]
fn a_probe_is_quoted_what_a_job_is() {
    let scenario = written(MARKET);
    let (asked, _) = Witness::of(&scenario);
    let all: Vec<(Time, JobKey)> = asked
        .facts
        .iter()
        .filter_map(|(now, fact)| match fact {
            Fact::Asked { job, .. } => Some((*now, *job)),
            _ => None,
        })
        .collect();
    let (mut placed, mut declined, mut methods) = (0, 0, Vec::new());
    let plain = probes(&scenario, seed(), 1)[0];
    for (at, key) in all.iter().skip(50).step_by(60) {
        let record = asked.records.iter().find(|record| record.key == *key).expect("every job leaves");
        let probe = Probe { key: *key, class: record.class, requester: record.requester, ..plain };
        let mut run = Run::open(scenario.clone(), seed());
        run.inspect(*key);
        let mut asker = Asker { next: *at, ..Asker::new(vec![probe], SimDuration(u64::MAX >> 1)) };
        run.until(*at + SimDuration(1), &mut asker);
        let [(_, quote)] = asker.quotes[..] else { panic!("one look") };
        let seen = &run.inspection().expect("it is watched").quote_traces[0];
        assert_eq!((quote.value, quote.cause), (record.value, seen.cause));
        let Some(taken) = seen.taken else {
            declined += 1;
            let most = seen.quotes.iter().map(|quote| quote.surplus).fold(f64::NEG_INFINITY, f64::max);
            let best = quote.best.expect("there are offers");
            let own = seen.quotes.iter().find(|quote| (quote.node, quote.method) == (best.node, best.method));
            assert_eq!(own.expect("one of them").surplus, most);
            continue;
        };
        let best = quote.best.expect("an offer is taken");
        assert_eq!((best.node, best.method), (taken.node, taken.method));
        assert_eq!(best.prices, [taken.compute, taken.coordination, taken.verification]);
        let waited: f64 = best.delays.iter().sum();
        let until_used = taken.answer + if record.value.0 == 2_200 { taken.checks } else { taken.blocking };
        assert!((waited - until_used).abs() < 1.0, "{waited} and {until_used}");
        placed += 1;
        methods.push(taken.method.0);
    }
    methods.sort();
    methods.dedup();
    assert!(placed > 20 && declined > 5 && methods.len() > 1, "{placed} placed, {declined} declined, by {methods:?}");
}

/// Markets whose rules remember whom they asked, that pull, learn, renegotiate and fail.
fn markets() -> Vec<(&'static str, Arc<Scenario>)> {
    let trials = ["everything", "verified-pull", "learning", "disputes", "crossroads-batched"];
    let day = scenario("scenarios/market-day.toml", &["horizon=5min"]);
    trials.into_iter().map(|name| (name, trial(name, &[]))).chain([("day", day)]).collect()
}

/// Whatever is asked of probes, the market does as it would have; and whatever cuts the run, they are quoted the same.
#[test]
fn probes_are_read_and_change_nothing() {
    for (name, scenario) in markets() {
        let every = SimDuration(scenario.horizon.0 / 7);
        let asked = probes(&scenario, seed(), 16);
        assert_eq!(asked, probes(&scenario, seed(), 16));
        let mut whole = Asker::new(asked.clone(), every);
        let watched = Run::open(scenario.clone(), seed()).close(&mut whole).digest.to_string();
        assert_eq!(watched, Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string(), "{name}");
        assert!(whole.quotes.iter().any(|(_, quote)| quote.best.is_some()), "{name}");
        let mut cut = Asker::new(asked, every);
        let mut run = Run::open(scenario.clone(), seed());
        for part in 1..5 {
            run.until(Time(scenario.horizon.0 / 5 * part), &mut cut);
            run = Run::load(scenario.clone(), &run.save()).unwrap();
        }
        run.close(&mut cut);
        assert_eq!(cut.quotes, whole.quotes, "{name}");
    }
}

/// A probe sees what the probes before it do not: it is quoted the same alone.
#[test]
fn probes_do_not_see_one_another() {
    let scenario = trial("everything", &[]);
    let asked = probes(&scenario, seed(), 8);
    let at = Time(scenario.horizon.0 / 2);
    let of = |probes: &[Probe]| {
        let mut asker = Asker { next: at, ..Asker::new(probes.to_vec(), SimDuration(u64::MAX >> 1)) };
        Run::open(scenario.clone(), seed()).until(at, &mut asker);
        asker.quotes.into_iter().map(|(_, quote)| ProbeQuote { place: 0, ..quote }).collect::<Vec<_>>()
    };
    let alone: Vec<ProbeQuote> = asked.iter().flat_map(|probe| of(&[*probe])).collect();
    assert_eq!(of(&asked), alone);
}

/// As many probes for each source and class, and one value in each part of the law of values.
#[test]
fn probes_are_spread_over_the_laws() {
    let text = MARKET
        .replace("{ law = \"constant\", value = \"0.01\" }", "{ law = \"uniform\", min = \"0\", max = \"0.064\" }");
    let text = text
        .replace("{ law = \"constant\", value = \"0.0022\" }", "{ law = \"uniform\", min = \"0\", max = \"0.064\" }");
    let scenario = written(&text);
    let asked = probes(&scenario, seed(), 64);
    for class in 0..2 {
        assert_eq!(asked.iter().filter(|probe| probe.class.0 == class).count(), 32);
    }
    let mut asker = Asker::new(asked, SimDuration(SECOND));
    Run::open(scenario, seed()).until(Time(SECOND), &mut asker);
    let mut parts: Vec<i64> = asker.quotes.iter().map(|(_, quote)| quote.value.0 / 1_000).collect();
    parts.sort();
    assert_eq!(parts, (0..64).collect::<Vec<_>>());
}

/// The table has a row for each probe and tick, and without probes there is no table.
#[cfg(feature = "parquet")]
#[test]
fn the_table_has_a_row_for_each_probe_and_tick() {
    use reliance::output::manifest::Circumstances;
    use reliance::output::run::Recording;

    let rows = |more: &str| {
        let scenario = written(&(MARKET.to_owned() + more));
        let whole = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("probes").join("run");
        let mut recording = Recording::start_over(&scenario, seed(), Time::ZERO, &whole).unwrap();
        let outcome = Run::open(scenario, seed()).close(recording.recorder());
        let [started, ended] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"].map(str::to_owned);
        let circumstances = Circumstances::of(vec!["reliance".to_owned()], started, ended, 1.0);
        let written = recording.finish(&outcome, circumstances).unwrap();
        written.tables.iter().find(|table| table.name == "probes").map(|table| table.rows)
    };
    assert_eq!(rows(""), None);
    // At 0, 5, 10, 15 and 20 minutes: the last is the horizon.
    assert_eq!(rows("[record]\nprobes = 8\nprobe-tick = \"5min\"\n"), Some(8 * 5));
}
