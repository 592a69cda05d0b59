//! A running market takes an amended scenario: what stays, what changes, what is refused, and that it is the same run however it is cut.

use std::fmt::Write;
use std::sync::Arc;

use reliance::domain::money::Money;
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::trial::{Witness, contents, extended, full, scenario, seed, trial};

pub(super) const SECOND: u64 = 1_000_000_000;

/// A shop of two nodes at a list price; `more` is written after it.
fn shop(price: &str, more: &str) -> Arc<Scenario> {
    written(&(text(price) + more))
}

pub(super) fn written(text: &str) -> Arc<Scenario> {
    Scenario::from_text("shop.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn text(price: &str) -> String {
    format!(
        "name = \"shop\"\nhorizon = \"10min\"\n[models.m]\n[classes.job]\nwork = {{ law = \"exponential\", mean = \"1s\" }}\n\
         [[nodes]]\nname = \"n\"\ncount = 2\n[[demand.sources]]\nname = \"s\"\n\
         arrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n\
         [pricing]\ncompute = {{ rule = \"list\", list = {{ price = \"{price}\" }} }}\n"
    )
}

/// A table of an amendment: `sets` are lines such as `"pricing.target" = 0.5`.
pub(super) fn amend(at: &str, sets: &str) -> String {
    format!("\n[[amend]]\nat = \"{at}\"\n[amend.set]\n{sets}\n")
}

/// A market that adopts the scenario it runs goes on bit by bit, whenever it does.
#[test]
fn its_own_scenario_changes_nothing() {
    let morning = scenario("scenarios/market-morning.toml", &["horizon=5min", "warm-up=\"0\""]);
    let trials = ["everything", "everything-drained", "everything-staked", "verified", "weighed", "ward"];
    for scenario in trials.iter().map(|name| trial(name, &[])).chain([morning]) {
        let expected = Run::open(scenario.clone(), seed()).close(&mut ());
        let mut run = Run::open(scenario.clone(), seed());
        for quarter in 1..4 {
            run.until(Time(scenario.horizon.0 / 4 * quarter), &mut ());
            run.adopt(&scenario).unwrap_or_else(|wrong| panic!("{}: {wrong}", scenario.name));
            run = Run::load(run.scenario().clone(), &run.save()).expect("a save can be loaded");
        }
        let outcome = run.close(&mut ());
        assert_eq!(outcome.digest.to_string(), expected.digest.to_string(), "{}", scenario.name);
        assert_eq!((outcome.events, outcome.ended), (expected.events, expected.ended), "{}", scenario.name);
    }
}

/// Twice the price from an instant on: until then every fact is the same, from then on every job pays twice as much. Jobs that agreed
/// before pay what they agreed on, though they are served after.
#[test]
fn a_price_is_another_from_an_instant_on() {
    let (cheap, dear) = (shop("0.001", ""), shop("0.002", ""));
    let at = Time(300 * SECOND);
    let (plain, _) = Witness::of(&cheap);
    let (mut run, mut witness) = (Run::open(cheap, seed()), Witness::default());
    run.until(at, &mut witness);
    run.adopt(&dear).unwrap();
    let outcome = run.close(&mut witness);
    let before = |facts: &[(Time, Fact)]| facts.iter().filter(|(now, _)| *now < at).copied().collect::<Vec<_>>();
    assert_eq!(before(&witness.facts), before(&plain.facts));
    assert!(witness.facts.iter().any(|(now, fact)| *now == at && matches!(fact, Fact::Priced { channel: 0, .. })));
    let (mut old, mut new, mut across) = (0, 0, 0);
    let price =
        |record: &JobRecord| (record.compute_price.0 as f64 / record.expected_work.0 as f64 * 1e9).round() as i64;
    for record in witness.records.iter().filter(|record| record.at.placed != Time::NEVER) {
        let is_old = record.at.placed < at;
        assert_eq!(price(record), if is_old { 1_000 } else { 2_000 }, "{record:?}");
        *(if is_old { &mut old } else { &mut new }) += 1;
        across += u32::from(is_old && record.at.accepted > at && record.at.accepted != Time::NEVER);
        let charged = record.charged_compute;
        assert!(charged.0 == 0 || charged == record.compute_price, "{record:?}");
    }
    assert!(old > 200 && new > 200 && across > 0, "{old} {new} {across}");
    assert!(outcome.digest.facts() > 1_000);
}

/// What an amendment of the scenario does is what adopting does, and neither slices nor saves around its instant change it.
#[test]
fn an_amendment_is_an_adoption_at_its_instant() {
    let at = Time(300 * SECOND);
    let (cheap, dear) = (shop("0.001", ""), shop("0.002", ""));
    let amended = shop("0.001", &amend("5min", "\"pricing.compute.list.price\" = \"0.002\""));
    let mut by_hand = Run::open(cheap, seed());
    by_hand.until(at, &mut ());
    by_hand.adopt(&dear).unwrap();
    let expected = by_hand.close(&mut ()).digest.to_string();
    assert_eq!(Run::open(amended.clone(), seed()).close(&mut ()).digest.to_string(), expected);
    let cuts = [at.0 - 1, at.0, at.0 + 1, at.0 + SECOND].map(Time);
    assert_eq!(cut(&amended, &cuts), expected);
}

/// The digest of a run that is saved and loaded at each cut, and looked at after every few events. The tables do not feel it.
pub(super) fn cut(scenario: &Arc<Scenario>, cuts: &[Time]) -> String {
    let (mut whole, mut pieces) = (full(scenario), full(scenario));
    let outcome = Run::open(scenario.clone(), seed()).close(&mut whole);
    let mut run = Run::open(scenario.clone(), seed());
    for cut in cuts {
        while run.advance(*cut, 3, &mut pieces) {}
        let bytes = run.save();
        run = Run::load(scenario.clone(), &bytes).expect("a save can be loaded");
        assert_eq!(run.save(), bytes, "a save of what was loaded is the same save");
        run.audit();
    }
    let digest = run.close(&mut pieces).digest.to_string();
    assert_eq!(digest, outcome.digest.to_string());
    assert!(contents(pieces) == contents(whole), "the tables differ");
    digest
}

/// Everything that can be amended, amended: rules for others, methods defined anew, clocks set anew, opinions, speeds, conduct.
fn upheaval() -> String {
    let mut text = String::new();
    let mut at = |at: &str, sets: &str| write!(text, "{}", amend(at, sets)).unwrap();
    at(
        "60s",
        "\"pricing.compute\" = { rule = \"band\", band = { start = \"0.5\", low = 0.4, high = 0.6, elasticity = 0.5, cap = 0.01, \
         floor = \"0.0001\" } }\n\"pricing.interval\" = \"2s\"\n\"coordination.block\" = \"500ms\"\n\"routing.refresh\" = \"0\"",
    );
    at(
        "90s",
        "\"verification.define.trio.checks[0].work\" = 0.25\n\"classes.chat.methods\" = [\"trio\", \"zk\"]\n\
         \"classes.rash.methods\" = [\"stakes\"]\n\"verification.opinions.exclude-below\" = 0.05\n\
         \"verification.selection\" = { rule = \"opinion-weighted\" }",
    );
    at(
        "2min",
        "\"nodes[thieves].conduct\" = { rule = \"honest\" }\n\"nodes[workers].speed\" = { law = \"uniform\", min = 0.4, max = 0.8 }\n\
         \"nodes[errants].price\" = { law = \"constant\", value = \"0.003\" }\n\"validators[judges].speed\" = { law = \"constant\", value = 3 }",
    );
    at(
        "150s",
        "\"verification.opinions.rule\" = { rule = \"ema\", ema = { start = 0.9 } }\n\"verification.opinions.holders\" = \"public\"\n\
         \"routing.pool\" = { rule = \"round-robin\", round-robin = { d = 4 } }\n\"routing.quote-ttl\" = \"5s\"\n\"network.jitter\" = { law = \"constant\", value = \"1ms\" }",
    );
    at(
        "200s",
        "\"pricing.compute\" = { rule = \"list\", list = { price = \"0.004\" } }\n\"pricing.verification\" = { rule = \"list\", list = { price = \"0.002\" } }\n\
         \"classes.chat.patience\" = { law = \"constant\", value = \"1s\" }\n\"routing.refresh\" = \"1s\"\n\"payout.batch.count\" = 3\n\"retries.most\" = 3",
    );
    at(
        "300s",
        "\"verification.define.trio.checks[0].work\" = 0.5\n\"verification.selection\" = { rule = \"distinct-operators\" }\n\"pricing.compute\" = { rule = \"utilisation\", utilisation = { base = \"0.002\", slope-below = 0.5, slope-above = 6 } }",
    );
    text
}

/// A market that is turned over again and again keeps its books, ends every job once, and is the same run in slices and saves.
#[test]
fn a_market_turned_over_keeps_its_promises() {
    let scenario = extended("verified", &upheaval());
    let (witness, outcome) = Witness::of(&scenario);
    assert_eq!(
        witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Closed { .. })).count(),
        witness.records.len()
    );
    let instants = [60, 90, 120, 150, 200, 300].map(|at| at * SECOND);
    let cuts: Vec<Time> = instants.iter().flat_map(|at| [at - 1, *at, at + 1].map(Time)).collect();
    assert_eq!(cut(&scenario, &cuts), outcome.digest.to_string());
    // The old definition of a method keeps its number, the new one has another, and the first is taken up again.
    let trio: Vec<usize> = named(&scenario, "trio");
    assert_eq!(trio.len(), 2, "two definitions");
    let used = |method: usize, from: u64, to: u64| {
        let of = |record: &&JobRecord| usize::from(record.method.0) == method && record.at.placed != Time::NEVER;
        let within = |record: &&JobRecord| (from * SECOND..to * SECOND).contains(&record.at.placed.0);
        witness.records.iter().filter(of).filter(within).count()
    };
    for (method, from, to) in [(trio[0], 0, 80), (trio[1], 92, 290), (trio[0], 302, 360)] {
        assert!(used(method, from, to) > 0, "no job by method {method} from {from} to {to}");
        let other = trio[usize::from(method == trio[0])];
        assert_eq!(used(other, from, to), 0, "jobs by method {other} from {from} to {to}");
    }
    // A method that no class admits any more is agreed on no more.
    let plain = named(&scenario, "none")[0];
    assert!(used(plain, 0, 80) > 0 && used(plain, 92, 360) == 0);
}

/// The numbers of the methods of this name, over all amendments.
fn named(scenario: &Scenario, name: &str) -> Vec<usize> {
    let methods = scenario.last().verification.methods.iter().enumerate();
    methods.filter(|(_, method)| method.name == name).map(|(index, _)| index).collect()
}

/// A clock that is set anew ticks a period after the amendment and then at its new pace, once each time; one that is stopped and started
/// again before its old tick was due does not tick twice.
#[test]
fn clocks_are_set_anew_and_not_doubled() {
    let moves = "rule = \"band\", band = { start = \"0.001\", low = 0.1, high = 0.2, elasticity = 1, cap = 0.01, floor = \"0.0001\" }";
    let with = |amendments: &str| {
        let band = text("0.001").replace("rule = \"list\", list = { price = \"0.001\" }", moves);
        let (witness, _) = Witness::of(&written(&format!("{band}interval = \"10s\"\n{amendments}")));
        let ticks = witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Priced { channel: 0, .. }));
        ticks.map(|(now, _)| now.0 as f64 / SECOND as f64).collect::<Vec<f64>>()
    };
    let every = |from: f64, to: f64, step: f64| {
        let count = ((to - from) / step).ceil() as usize;
        (0..count).map(move |tick| from + step * tick as f64).collect::<Vec<f64>>()
    };
    assert_eq!(with(""), every(10.0, 600.0, 10.0));
    let faster = with(&amend("95s", "\"pricing.interval\" = \"4s\""));
    assert_eq!(faster, [every(10.0, 95.0, 10.0), every(99.0, 600.0, 4.0)].concat());
    let list = "\"pricing.compute\" = { rule = \"list\", list = { price = \"0.0005\" } }";
    let stopped = with(&(amend("95s", list) + &amend("97s", &format!("\"pricing.compute\" = {{ {moves} }}"))));
    // The list price is told when it takes over; the band goes on from it, so that there is nothing to tell at 97 s.
    assert_eq!(stopped, [every(10.0, 95.0, 10.0), vec![95.0], every(107.0, 600.0, 10.0)].concat());
}

/// Another rule takes over at the present price, and the same rule with other parameters goes on from there.
#[test]
fn a_rule_takes_over_at_the_present_price() {
    let fee = |price: &str| {
        format!(
            "{{ rule = \"base-fee\", base-fee = {{ start = \"{price}\", denominator = 8, floor = \"0.000001\" }} }}"
        )
    };
    let text = format!(
        "coordination = {{ rule = \"list\", list = {{ price = \"0.00002\" }} }}\n[coordination]\ngas = 100\ntarget = 100\n{}",
        amend("100s", &format!("\"pricing.coordination\" = {}", fee("0.5")))
    );
    let (witness, _) = Witness::of(&shop("0.001", &text));
    let prices: Vec<(u64, i64)> = witness
        .facts
        .iter()
        .filter_map(|(now, fact)| match fact {
            Fact::Priced { channel: 1, price } => Some((now.0 / SECOND, Money::from(*price).0)),
            _ => None,
        })
        .collect();
    let first = prices.iter().find(|(now, _)| *now >= 100).expect("blocks go on");
    assert!((17..=23).contains(&first.1), "one step of an eighth from 20, and not from half a credit: {first:?}");
}

/// What a running market cannot become is said, with where it stands, and leaves the run as it was.
#[test]
fn what_cannot_be_amended_is_refused() {
    let base = shop("0.001", "");
    let mut run = Run::open(base.clone(), seed());
    run.until(Time(60 * SECOND), &mut ());
    let bytes = run.save();
    let changed = |old: &str, new: &str| written(&text("0.001").replacen(old, new, 1));
    for (old, new, path, why) in [
        ("count = 2", "count = 3", "nodes[0].count", "numbers from the opening"),
        ("10min", "20min", "horizon", "planned up to the horizon"),
        ("rate = \"1/s\"", "rate = \"2/s\"", "demand.sources[0].arrivals.poisson.rate", "drawn its next job"),
        ("horizon", "seed = 2\nhorizon", "seed", "drawn from its seed"),
        ("\"1s\" }", "\"2s\" }", "classes.job.work.mean", "opened with it"),
        ("[models.m]", "twin = \"frozen\"\n[models.m]", "twin", "twin"),
        (
            "[[nodes]]",
            "[retries]\nmost = 3\n[coordination]\nblocking = true\n[[nodes]]",
            "coordination.blocking",
            "block",
        ),
    ] {
        let refusals = run.adopt(&changed(old, new)).expect_err(path).0;
        assert!(
            refusals.iter().any(|refusal| refusal.path == path && refusal.message.contains(why)),
            "{path}: {refusals:?}"
        );
    }
    assert_eq!(run.save(), bytes, "a refusal changes nothing");
}

/// An adopted scenario brings its own amendments: those of instants that have passed count as made.
#[test]
fn amendments_to_come_are_adopted_too() {
    let later = |price: &str| {
        shop(
            "0.001",
            &(amend("2min", &format!("\"pricing.compute.list.price\" = \"{price}\""))
                + &amend("6min", "\"pricing.compute.list.price\" = \"0.004\"")),
        )
    };
    let mut run = Run::open(later("0.002"), seed());
    let mut witness = Witness::default();
    run.until(Time(240 * SECOND), &mut witness);
    run.adopt(&later("0.003")).unwrap();
    run = Run::load(run.scenario().clone(), &run.save()).expect("a save can be loaded");
    run.close(&mut witness);
    let told: Vec<(u64, i64)> = witness
        .facts
        .iter()
        .filter_map(|(now, fact)| match fact {
            Fact::Priced { channel: 0, price } => Some((now.0 / SECOND, Money::from(*price).0)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(120, 2_000), (240, 3_000), (360, 4_000)]);
}

/// What work cost before a change of its cost stays what it was: half of the time at 0.001, half at 0.003.
#[test]
fn costs_of_the_past_stay() {
    let with = |cost: &str, more: &str| {
        let cost = format!("count = 2\ncost = {{ law = \"constant\", value = \"{cost}\" }}");
        let scenario = written(&(text("0.01").replace("count = 2", &cost) + more));
        let mut tally = Tally::new(scenario.warm_up);
        Run::open(scenario, seed()).close(&mut tally);
        tally.summary().nodes.cost
    };
    let (low, high) = (with("0.001", ""), with("0.003", ""));
    assert!((high / low - 3.0).abs() < 1e-9);
    let change = "\"nodes[n].cost\" = { law = \"constant\", value = \"0.003\" }";
    let both = with("0.001", &amend("5min", change));
    // Executions answer for all of the busy time: what is done of each after five minutes costs three times as much.
    let (witness, _) = Witness::of(&shop("0.01", ""));
    let lasted = |from: Time, record: &JobRecord| match record.at.started {
        Time::NEVER => 0,
        started => witness.ended.min(record.at.finished).since(from.max(started).min(record.at.finished)).0,
    };
    let spent = |from: Time| witness.records.iter().map(|record| lasted(from, record)).sum::<u64>() as f64 * 1e-6;
    let expected = spent(Time::ZERO) + 2.0 * spent(Time(300 * SECOND));
    assert!((both / expected - 1.0).abs() < 1e-6, "{both} and not {expected}");
}
