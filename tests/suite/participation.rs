//! Parties that come and go by what they earn: they leave and come as their rule says, their work and their stakes go where they should,
//! and where no group has a rule nothing is different.

use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::simulate::Run;

use super::amend::{SECOND, amend, written};
use super::trial::{Witness, seed, trial};

/// A shop of six nodes, and four that are not there yet if any come; `rule` is written into their group, `more` after it.
fn shop(rule: &str, more: &str) -> String {
    let dormant = if rule.contains("enter") { "dormant = 4\n" } else { "" };
    let rule = if rule.is_empty() { String::new() } else { format!("{dormant}participation = {{ {rule} }}\n") };
    format!(
        "name = \"shop\"\nhorizon = \"30min\"\n[models.m]\n[classes.job]\nwork = {{ law = \"exponential\", mean = \"1s\" }}\n\
         [[demand.sources]]\nname = \"s\"\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"3/s\" }} }}\n\
         [[nodes]]\nname = \"many\"\ncount = 6\nstake = {{ law = \"constant\", value = 8 }}\n{rule}{more}"
    )
}

fn seen(text: &str) -> Witness {
    Witness::of(&written(text)).0
}

/// When parties left (false) and came (true), in whole seconds.
fn steps(witness: &Witness) -> Vec<(u64, u32, bool)> {
    let step = |(now, fact): &(Time, Fact)| match fact {
        Fact::Left { node } => Some((now.0 / SECOND, node.0, false)),
        Fact::Entered { node } => Some((now.0 / SECOND, node.0, true)),
        _ => None,
    };
    witness.facts.iter().filter_map(step).collect()
}

/// How many leave and come where the rule is `rule`.
fn counts(rule: &str) -> [usize; 2] {
    let steps = steps(&seen(&shop(rule, "")));
    [false, true].map(|came| steps.iter().filter(|step| step.2 == came).count())
}

/// A step whose rule is left out is never taken, and one that pays is taken more often than one that does not.
#[test]
fn each_step_follows_its_own_rule() {
    let [exit, enter] = ["exit = { rate = \"1/min\", slope = 8 }", "enter = { rate = \"1/min\", slope = 8 }"];
    assert_eq!(counts(""), [0, 0]);
    let [left, came] = counts(&format!("{exit}, outside = 1"));
    assert!(left > 4 && came == 0, "{left} {came}");
    assert_eq!(
        counts(&format!("{enter}, expects = 100, memory = \"100h\"")),
        [0, 4],
        "it pays: all come, and nobody leaves"
    );
    // Free work where nothing could be had outside: a margin of nothing. With something to be had it is below.
    let [both, above, below] = ["", ", expects = 1, memory = \"100h\"", ", outside = 1, memory = \"10s\""]
        .map(|more| counts(&format!("{exit}, {enter}{more}")));
    assert!(both[0] > 20 && both[1] > 20, "{both:?}");
    assert!(above[0] < 3 && below[0] > 4 && below[1] < 3, "{above:?} {below:?}");
}

/// While a party is away it serves nothing, its jobs go elsewhere, and it is neither up nor listed; when it is back it works as before.
#[test]
fn those_away_serve_nothing() {
    let rule = "exit = { rate = \"2/min\", slope = 0 }, enter = { rate = \"2/min\", slope = 0 }";
    let text = shop(rule, "[retries]\nmost = 5\n");
    let witness = seen(&text);
    let (mut is_there, mut least, mut most) = ([true; 10], 6, 6);
    is_there[6..].fill(false);
    let mut served = [0; 10];
    for (now, fact) in &witness.facts {
        match *fact {
            Fact::Left { node } => assert!(std::mem::replace(&mut is_there[node.0 as usize], false), "{now:?}"),
            Fact::Entered { node } => assert!(!std::mem::replace(&mut is_there[node.0 as usize], true), "{now:?}"),
            Fact::Started { node, .. } => {
                assert!(is_there[node.0 as usize], "{node:?} serves at {now:?}");
                served[node.0 as usize] += 1;
            }
            Fact::NodeFailed { .. } | Fact::NodeRepaired { .. } => panic!("nobody fails"),
            _ => {}
        }
        let count = is_there.iter().filter(|there| **there).count();
        (least, most) = (count.min(least), count.max(most));
    }
    assert!(least < 4 && most > 7 && served.iter().all(|count| *count > 50), "{least} to {most}: {served:?}");
    let there = is_there.iter().filter(|there| **there).count() as u64;
    assert_eq!((witness.end.up, witness.end.listed), (there, there));
    let again = witness.records.iter().filter(|record| record.attempts > 1 && record.fate == Fate::FinalRight).count();
    assert!(again > 20, "{again} jobs were taken elsewhere");
}

/// A party leaves before its answer is found wrong. While its stake is held it is slashed, and what is left goes back when the time is over;
/// once it has gone back there is nothing to slash. The books agree either way.
#[test]
fn a_stake_can_be_slashed_while_it_is_held() {
    let market = |unbonding: &str| {
        let rule = format!("exit = {{ rate = \"1/s\", slope = 0 }}, unbonding = \"{unbonding}\"");
        let more = "conduct = { rule = \"error-prone\", error-prone = { rate = 1 } }\n[[validators]]\nname = \"judge\"\ncount = 1\nslots = \"unbounded\"\n\
                    [verification]\nslash = { share = 0.5 }\n[verification.define.later]\n\
                    checks = [{ by = \"validators\", timing = \"deferred\", window = \"10min\", time = { law = \"constant\", value = \"100s\" }, detects = 1 }]\n";
        let text = shop(&rule, more).replace("[classes.job]", "[classes.job]\nmethods = [\"later\"]");
        let witness = seen(&text);
        let left = steps(&witness).len();
        let (mut slashed, mut back) = (0, Vec::new());
        for (now, fact) in &witness.facts {
            match *fact {
                Fact::Slashed { .. } => slashed += 1,
                Fact::Unbonded { node, amount } => back.push((now.0, node, amount)),
                _ => {}
            }
        }
        assert_eq!((left, back.len()), (6, 6), "all leave within seconds, and each gets its stake back once");
        let of = |node: PartyId| witness.facts.iter().find(|fact| fact.1 == Fact::Left { node }).expect("it left").0.0;
        let held: Vec<u64> = back.iter().map(|(at, node, _)| (at - of(*node)) / SECOND).collect();
        (slashed, held, back.iter().map(|(_, _, amount)| amount.0).collect::<Vec<_>>())
    };
    let (slashed, held, back) = market("5min");
    assert!(slashed > 2 && held.iter().all(|held| *held == 300), "{slashed} {held:?}");
    assert!(
        back.iter().all(|amount| *amount <= 8_000_000) && back.iter().any(|amount| *amount < 8_000_000),
        "{back:?}"
    );
    let (slashed, held, back) = market("50s");
    assert_eq!((slashed, held, back), (0, vec![50; 6], vec![8_000_000; 6]));
    assert_eq!(market("0").1, [0; 6]);
}

/// A party that comes back within the time keeps its stake, and makes it up to what it came with.
#[test]
fn coming_back_ends_the_unbonding() {
    let rule = "exit = { rate = \"1/10s\", slope = 0 }, enter = { rate = \"1/10s\", slope = 0 }, unbonding = \"20s\"";
    let witness = seen(&shop(rule, ""));
    let (mut left_at, mut kept) = ([None; 10], 0);
    for (now, fact) in &witness.facts {
        match *fact {
            Fact::Left { node } => left_at[node.0 as usize] = Some(now.0),
            Fact::Unbonded { node, amount } => {
                assert_eq!(left_at[node.0 as usize].map(|left| now.0 - left), Some(20 * SECOND));
                assert_eq!(amount.0, 8_000_000);
            }
            Fact::Entered { node } => {
                kept += usize::from(left_at[node.0 as usize].take().is_some_and(|left| now.0 - left < 20 * SECOND));
            }
            _ => {}
        }
    }
    assert!(kept > 100, "{kept} came back in time");
    assert!(witness.nodes.iter().all(|node| [0, 8_000_000].contains(&node.stake.0)));
}

/// Each party has a clock of its own: another group that comes and goes moves none of its instants, and neither does what is asked for where
/// the margin does not matter.
#[test]
fn clocks_are_their_own() {
    let rule = "exit = { rate = \"1/min\", slope = 0 }, enter = { rate = \"1/min\", slope = 0 }";
    let alone = steps(&seen(&shop(rule, "")));
    let other = "[[nodes]]\nname = \"few\"\ncount = 3\nparticipation = { exit = { rate = \"1/min\" }, enter = { rate = \"5/min\" }, outside = 1 }\n";
    let mut beside = steps(&seen(&shop(rule, other)));
    assert!(beside.iter().any(|step| step.1 >= 10));
    beside.retain(|step| step.1 < 10);
    assert_eq!(alone, beside);
    assert_eq!(alone, steps(&seen(&shop(rule, "").replace("\"3/s\"", "\"1/s\""))));
}

/// A run is the same however it is cut, saved and taken up, and a market that adopts its own scenario goes on. Another rule is refused.
#[test]
fn it_is_the_same_run_however_it_is_cut() {
    let scenario = trial("come-and-go", &[]);
    let expected = Run::open(scenario.clone(), seed()).close(&mut ());
    let mut run = Run::open(scenario.clone(), seed());
    for part in 1..7 {
        run.until(Time(scenario.horizon.0 / 7 * part), &mut ());
        run.adopt(&scenario).unwrap_or_else(|wrong| panic!("{wrong}"));
        run = Run::load(run.scenario().clone(), &run.save()).expect("a save can be loaded");
    }
    assert_eq!(run.close(&mut ()).digest.to_string(), expected.digest.to_string());
    let text =
        shop("exit = { rate = \"1/min\" }", &amend("60s", "\"nodes[many].participation.exit.rate\" = \"2/min\""));
    let wrong =
        reliance::scenario::Scenario::from_text("shop.toml", &text).expect_err("a rule cannot be amended").to_string();
    assert!(wrong.contains("each node has drawn when it decides next"), "{wrong}");
}
