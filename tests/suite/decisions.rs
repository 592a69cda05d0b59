//! Decisions of probes in markets whose answer is known: nothing changes, one price changes at one instant, or only sampling changes.

use std::sync::Arc;

use reliance::domain::probe::{Change, Ending};
use reliance::engine::time::{SimDuration, Time};
use reliance::record::probing::Probed;
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::simulate::{Run, probe_plan, twin};

use super::amend::{amend, written};
use super::trial::seed;

const MINUTE: u64 = 60_000_000_000;

/// Nodes at the price of the channel, and nodes that ask their own; all are asked, and none ever has a queue.
const SHOP: &str = r#"
name = "two-prices"
horizon = "80min"
[models.m]
[classes.job]
work = { law = "uniform", min = "1s", max = "2s" }
value = { law = "uniform", min = "0.01", max = "0.02" }
discount = "1/h"
[[demand.sources]]
name = "s"
arrivals = { rule = "poisson", poisson = { rate = "1/min" } }
[[nodes]]
name = "posted"
count = 2
slots = 1000
[[nodes]]
name = "own"
count = 2
slots = 1000
price = { law = "constant", value = "0.0011" }
[routing]
pool = { rule = "all" }
[pricing]
compute = { rule = "list", list = { price = "0.001" } }
[record]
probes = 64
probe-tick = "10min"
"#;

fn probed(scenario: &Arc<Scenario>) -> Box<Probed> {
    let run = twin(scenario, seed());
    let mut tally = Tally::new(scenario.warm_up).with_probes(probe_plan(scenario, seed(), Time::ZERO));
    let bare = Run::open(run.clone(), seed()).close(&mut ()).digest.to_string();
    let watched = Run::open(run, seed()).close(&mut tally).digest.to_string();
    assert_eq!(watched, bare, "probes change nothing");
    tally.into_summary().probed.expect("probes are asked")
}

/// Nothing changes: every decision is censored at the end, there is no half-life, and what is met again is the same.
#[test]
fn where_nothing_changes_decisions_last() {
    let found = probed(&written(SHOP));
    for lives in &found.decisions.lives {
        assert_eq!((lives.counts(), lives.half_life()), ([0, 64], None));
        assert_eq!(lives.kept(SimDuration(60 * MINUTE)), Some(1.0));
    }
    let [tick, hour, day] = &found.lags.0;
    assert!(day.as_ref().is_some_and(|day| day.found.pairs == 0), "the run is shorter than a day");
    for (lag, pairs) in [(tick, 8), (hour, 3)] {
        let met = lag.as_ref().expect("a lag").found;
        assert_eq!((met.pairs, met.quoted, met.other_answer, met.other), (64 * pairs, 64 * pairs, 0, [0; 3]));
        // Nothing is verified or coordinated: only computing has a price.
        assert_eq!((met.distance(0), met.distance(1), met.left_out), (Some(0.0), None, 2 * 64 * pairs));
    }
}

/// At half an hour the channel becomes a fifth dearer, and the nodes with a price of their own a tenth cheaper than it. All 64 decisions end at
/// the tick of 40 minutes, by prices alone, and the next 64 are censored at 80. So S(40 min) = 1 − 64/128, and the half-life is 40 minutes. By the
/// larger share none ends.
#[test]
fn one_change_ends_every_decision_at_once() {
    let scenario = written(&(SHOP.to_owned() + &amend("31min", "\"pricing.compute.list.price\" = \"0.0012\"")));
    let found = probed(&scenario);
    for ending in [Ending::Near, Ending::Choice] {
        let lives = &found.decisions.lives[ending as usize];
        assert_eq!((lives.counts(), lives.half_life()), ([64, 128], Some(SimDuration(40 * MINUTE))), "{ending:?}");
        assert_eq!(lives.kept(SimDuration(39 * MINUTE)), Some(1.0), "{ending:?}");
    }
    assert_eq!(found.decisions.lives[Ending::Far as usize].counts(), [0, 64]);
    let mut by_prices = [0; Change::ALL.len()];
    by_prices[Change::Prices as usize] = 64;
    assert_eq!((found.decisions.alone, found.decisions.spared), (by_prices, by_prices));
    // Of eight pairs of ticks one has the change in it, and every price rises by a tenth in it.
    let tick = found.lags.0[0].as_ref().expect("a lag").found;
    assert_eq!((tick.pairs, tick.other), (8 * 64, [64, 0, 64]));
}

/// In a market that is held still, only other nodes to ask can end a decision. With the same nodes at each tick none ends.
#[test]
fn a_frozen_twin_decides_anew_only_by_sampling() {
    let frozen = |more: &str| {
        let text = SHOP
            .replace("count = 2", "count = 20")
            .replace("rule = \"all\"", "rule = \"random\", random = { d = 3 }")
            .replace("slots = 1000", "slots = 1\nspeed = { law = \"uniform\", min = 0.5, max = 1.5 }")
            .replace("rate = \"1/min\"", "rate = \"8/s\"")
            .replace("horizon = \"80min\"", "horizon = \"80min\"\ntwin = \"frozen\"");
        probed(&written(&(text + more)))
    };
    let [same, anew] = ["", "probes-anew = true\n"].map(frozen);
    let near = |found: &Probed| found.decisions.lives[Ending::Near as usize].counts();
    assert_eq!(near(&same), [0, 64]);
    assert_eq!(same.lags.0[0].as_ref().expect("a lag").found.other, [0; 3]);
    // Of 40 nodes three are asked: one that is drawn now is among the next three with probability 3/40.
    let [ended, all] = near(&anew);
    assert!(ended > all / 2, "{ended} of {all}");
    assert_eq!(anew.decisions.alone[Change::Supply as usize], ended, "only who is asked has changed");
}
