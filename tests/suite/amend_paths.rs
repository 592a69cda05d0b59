//! Each path that a running market takes over: set at the opening it is as if the run had been opened with it, and set later it changes
//! nothing before its instant and something after it.

use std::sync::Arc;

use reliance::engine::random::{RandomSource, Stream};
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::scenario::amended::{AMENDABLE, begins_with, places_left_out};
use reliance::simulate::Run;

use super::trial::{Witness, seed, trial};

/// What a path does to the facts.
#[derive(Clone, Copy, PartialEq)]
enum Acts {
    /// Some fact is another.
    Yes,
    /// It changes accounts alone, or what is met by chance and rarely.
    No,
}
use Acts::{No, Yes};

/// A value for every path that can be amended, other than that of the scenario `verified`.
const PATHS: &[(&str, &str, Acts)] = &[
    ("pricing.compute", "{ rule = \"list\", list = { price = \"0.004\" } }", Yes),
    ("pricing.verification", "{ rule = \"list\", list = { price = \"0.004\" } }", Yes),
    ("pricing.coordination", "{ rule = \"list\", list = { price = \"0.00002\" } }", Yes),
    ("pricing.interval", "\"2s\"", Yes),
    ("pricing.target", "0.4", Yes),
    ("verification.cost-factor", "0.5", Yes),
    ("verification.slash.fixed", "\"2\"", Yes),
    ("verification.opinions.rule", "{ rule = \"ema\", ema = { start = 0.9 } }", Yes),
    ("verification.selection", "{ rule = \"stake-weighted\" }", Yes),
    ("verification.define.trio.checks[0].work", "0.25", Yes),
    ("classes.chat.value", "{ law = \"constant\", value = \"0.05\" }", Yes),
    ("classes.chat.harm", "1", Yes),
    ("classes.rash.recovers", "0.1", Yes),
    ("classes.grave.discount", "\"0.2/s\"", Yes),
    ("classes.chat.delay-cost", "\"0.005\"", Yes),
    ("classes.torn.use-at", "\"answered\"", Yes),
    ("classes.chat.methods", "[\"none\"]", Yes),
    ("classes.chat.deadline", "\"3s\"", Yes),
    ("classes.chat.patience", "{ law = \"constant\", value = \"500ms\" }", Yes),
    ("classes.chat.noise", "{ law = \"constant\", value = 1 }", Yes),
    ("demand.value-factor", "2", Yes),
    ("nodes[workers].speed", "{ law = \"constant\", value = 1 }", Yes),
    ("nodes[workers].cost", "{ law = \"constant\", value = \"0.002\" }", Yes),
    ("nodes[errants].price", "{ law = \"constant\", value = \"0.003\" }", Yes),
    ("nodes[errants].flaky", "0.5", Yes),
    ("nodes[thieves].conduct", "{ rule = \"honest\" }", Yes),
    ("validators[judges].speed", "{ law = \"constant\", value = 3 }", Yes),
    ("validators[judges].cost", "{ law = \"constant\", value = \"0.002\" }", No),
    ("validators[judges].flaky", "0.5", Yes),
    ("validators[sleepers].conduct", "{ rule = \"honest\" }", Yes),
    ("provers[mills].speed", "{ law = \"constant\", value = 1 }", Yes),
    ("provers[mills].cost", "{ law = \"constant\", value = \"0.002\" }", No),
    ("provers[mills].flaky", "0.9", Yes),
    ("provers[mills].conduct", "{ rule = \"honest\" }", No),
    ("network.rtt-ms", "[[0, 190, 240], [190, 4, 180], [240, 180, 10]]", Yes),
    ("network.jitter", "{ law = \"constant\", value = \"1ms\" }", Yes),
    ("routing.pool", "{ rule = \"random\", random = { d = 4 } }", Yes),
    ("routing.chooser", "{ rule = \"cheapest\" }", Yes),
    ("routing.quote-ttl", "\"5s\"", Yes),
    ("routing.estimate", "\"jobs\"", Yes),
    ("routing.refresh", "\"2s\"", Yes),
    ("coordination.gas", "50", Yes),
    ("coordination.tip", "{ law = \"constant\", value = \"0\" }", Yes),
    ("coordination.block", "\"1s\"", Yes),
    ("coordination.target", "1200", Yes),
    ("coordination.limit", "3", Yes),
    ("payout.batch.count", "3", Yes),
    ("retries.most", "0", Yes),
    ("limits.open-jobs", "40", Yes),
    ("shocks", "[{ name = \"dark\", at = \"181s\", for = \"30s\", outage = { nodes = \"workers\" } }]", Yes),
];

/// Paths that `verified` cannot have, in a scenario that can.
const ELSEWHERE: &[(&str, &str, &str, Acts)] = &[
    ("everything", "routing.choice", "\"surplus\"", Yes),
    ("learning", "network.rtt", "\"5ms\"", Yes),
    ("outside", "pricing.token-follows", "\"hardware\"", Yes),
    ("outside", "nodes[reckoners].cost-follows", "\"energy\"", Yes),
    ("outside", "validators[judges].cost-follows", "\"energy\"", No),
    ("outside", "provers[mills].cost-follows", "\"energy\"", No),
];

fn with(name: &str, path: &str, value: &str) -> Arc<Scenario> {
    trial(name, &[&format!("{path}={value}")])
}

/// The facts of a run from the first event on; what the opening itself says is of the opening.
fn facts(run: Run) -> Vec<(Time, Fact)> {
    let mut witness = Witness::default();
    run.close(&mut witness);
    witness.facts.retain(|(now, _)| *now > Time::ZERO);
    witness.facts
}

/// Whether two runs tell the same facts, and the first in which they do not.
fn first_difference(one: &[(Time, Fact)], other: &[(Time, Fact)]) -> Option<(Time, String)> {
    let place = one.iter().zip(other).position(|(one, other)| one != other);
    place.map(|place| (one[place].0, format!("{:?}, and not {:?}", one[place], other[place])))
}

/// What is wrong with how a path acts in a scenario whose facts are `plain`.
fn wrong(name: &str, (path, value, acts): (&str, &str, Acts), plain: &[(Time, Fact)]) -> Option<String> {
    let (base, other) = (trial(name, &[]), with(name, path, value));
    let half = Time(base.horizon.0 / 2);
    let adopted = |at: Time| {
        let mut run = Run::open(base.clone(), seed());
        let mut witness = Witness::default();
        run.until(at, &mut witness);
        run.adopt(&other).unwrap_or_else(|refused| panic!("{path}: {refused}"));
        run.close(&mut witness);
        witness.facts.retain(|(now, _)| *now > Time::ZERO);
        witness.facts
    };
    if let Some((_, how)) = first_difference(&adopted(Time::ZERO), &facts(Run::open(other.clone(), seed()))) {
        return Some(format!("{path} at the opening: {how}"));
    }
    match (first_difference(&adopted(half), plain), acts) {
        (Some((at, how)), _) if at < half => Some(format!("{path} acts before its instant: {how}")),
        (None, Yes) => Some(format!("{path} does not act")),
        (Some((_, how)), No) => Some(format!("{path} acts: {how}")),
        _ => None,
    }
}

#[test]
fn every_amendable_path_acts_from_its_instant_on() {
    let paths = || PATHS.iter().map(|path| path.0).chain(ELSEWHERE.iter().map(|path| path.1));
    for pattern in AMENDABLE {
        assert!(paths().any(|path| begins_with(&places_left_out(path), pattern)), "no value for `{pattern}`");
    }
    let plain = |name: &str| facts(Run::open(trial(name, &[]), seed()));
    let verified = plain("verified");
    let mut all: Vec<String> = PATHS.iter().filter_map(|path| wrong("verified", *path, &verified)).collect();
    all.extend(
        ELSEWHERE.iter().filter_map(|&(name, path, value, acts)| wrong(name, (path, value, acts), &plain(name))),
    );
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Drawn instants of a scenario, in order.
fn instants(horizon: Time, count: usize) -> Vec<Time> {
    let mut stream = Stream::new(seed(), u32::MAX, 0);
    let mut instants: Vec<Time> = (0..count).map(|_| Time((horizon.0 as f64 * stream.unit()) as u64)).collect();
    instants.sort_unstable();
    instants
}

/// Whatever its value is, a path that is amended to the value that it has changes nothing, whenever that is.
#[test]
fn a_path_amended_to_its_own_value_changes_nothing() {
    let elsewhere = ELSEWHERE.iter().map(|&(name, path, value, _)| (name, path, value));
    for (name, path, value) in PATHS.iter().map(|&(path, value, _)| ("verified", path, value)).chain(elsewhere) {
        let scenario = with(name, path, value);
        let mut run = Run::open(scenario.clone(), seed());
        for at in instants(Time(scenario.horizon.0), 20) {
            run.until(at, &mut ());
            run.adopt(&with(name, path, value)).unwrap_or_else(|refused| panic!("{path}: {refused}"));
        }
        let (amended, plain) = (run.close(&mut ()), Run::open(scenario, seed()).close(&mut ()));
        assert_eq!(amended.digest.to_string(), plain.digest.to_string(), "{path}");
        assert_eq!((amended.events, amended.ended), (plain.events, plain.ended), "{path}");
    }
}
