//! Shocks: whom they strike, when they begin and end, what an amendment makes of them, and that they disturb nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use reliance::domain::ids::PartyId;
use reliance::engine::random::Seed;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::amend::{SECOND, amend, cut, written};
use super::trial::{Witness, seed, trial};

/// A shop of ten nodes in two groups; `more` is written after it.
pub(super) fn shop(more: &str) -> String {
    "name = \"shop\"\nhorizon = \"10min\"\n[models.m]\n[classes.job]\nwork = { law = \"exponential\", mean = \"1s\" }\n\
     [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"2/s\" } }\n\
     [[nodes]]\nname = \"few\"\ncount = 2\n[[nodes]]\nname = \"many\"\ncount = 8\n"
        .to_owned()
        + more
}

pub(super) fn in_seconds(at: Time) -> f64 {
    at.0 as f64 / SECOND as f64
}

fn outage(name: &str, when: &str, group: &str, share: f64) -> String {
    format!("[[shocks]]\nname = \"{name}\"\n{when}\noutage = {{ nodes = \"{group}\", share = {share} }}\n")
}

/// Failures and repairs: when, in seconds, which party, and whether it came back.
fn turns(witness: &Witness) -> Vec<(f64, u32, bool)> {
    let turn = |(now, fact): &(Time, Fact)| match fact {
        Fact::NodeFailed { node } => Some((in_seconds(*now), node.0, false)),
        Fact::NodeRepaired { node } => Some((in_seconds(*now), node.0, true)),
        _ => None,
    };
    witness.facts.iter().filter_map(turn).collect()
}

/// When shocks began (with how many parties) and ended (`None`), in seconds.
pub(super) fn shocks(witness: &Witness) -> Vec<(f64, u16, Option<u32>)> {
    let shock = |(now, fact): &(Time, Fact)| match *fact {
        Fact::ShockBegan { shock, parties } => Some((in_seconds(*now), shock, Some(parties))),
        Fact::ShockEnded { shock } => Some((in_seconds(*now), shock, None)),
        _ => None,
    };
    witness.facts.iter().filter_map(shock).collect()
}

pub(super) fn seen(text: &str) -> Witness {
    Witness::of(&written(text)).0
}

/// Those drawn go down at one instant and come back at one, and no job is executed there in between. Without the shock nothing fails.
#[test]
fn parties_go_down_and_come_back_together() {
    let witness = seen(&shop(&outage("dark", "at = \"100s\"\nfor = \"50s\"", "many", 0.5)));
    assert_eq!(shocks(&witness), [(100.0, 0, Some(4)), (150.0, 0, None)]);
    let (down, up): (Vec<_>, Vec<_>) = turns(&witness).into_iter().partition(|turn| !turn.2);
    let parties = |turns: &[(f64, u32, bool)]| turns.iter().map(|turn| turn.1).collect::<BTreeSet<u32>>();
    assert!(down.iter().all(|turn| turn.0 == 100.0) && up.iter().all(|turn| turn.0 == 150.0), "{down:?} {up:?}");
    assert!(down.len() == 4 && parties(&down) == parties(&up) && parties(&down).iter().all(|party| *party >= 2));
    let at = |from: f64, to: f64| {
        let served = |record: &&reliance::domain::record::JobRecord| {
            let started = in_seconds(record.at.started);
            started >= from && started < to && parties(&down).contains(&record.node.0)
        };
        witness.records.iter().filter(served).count()
    };
    assert!(at(50.0, 100.0) > 10 && at(150.0, 200.0) > 10);
    assert_eq!(at(100.0, 150.0), 0);
    assert_eq!(turns(&seen(&shop(""))), []);
}

/// A party that fails by itself during an outage stays down until both are over, and its own clock goes on.
#[test]
fn both_causes_have_to_be_over() {
    let failing = "[nodes.failure]\nup = { law = \"constant\", value = \"100s\" }\ndown = { law = \"constant\", value = \"30s\" }\n";
    let with = |when: &str| {
        let text = "name = \"one\"\nhorizon = \"6min\"\n[models.m]\n[classes.job]\nwork = { law = \"constant\", value = \"1s\" }\n\
                    [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n\
                    [[nodes]]\nname = \"few\"\ncount = 1\n";
        let shock = if when.is_empty() { String::new() } else { outage("dark", when, "few", 1.0) };
        let turns = turns(&seen(&format!("{text}{failing}{shock}")));
        turns.iter().map(|turn| turn.0).collect::<Vec<f64>>()
    };
    assert_eq!(with(""), [100.0, 130.0, 230.0, 260.0]);
    assert_eq!(with("at = \"90s\"\nfor = \"20s\""), [90.0, 130.0, 230.0, 260.0]);
    assert_eq!(with("at = \"110s\"\nfor = \"60s\""), [100.0, 170.0, 230.0, 260.0]);
    assert_eq!(with("at = \"140s\"\nfor = \"10s\""), [100.0, 130.0, 140.0, 150.0, 230.0, 260.0]);
    assert_eq!(with("at = \"90s\"\nfor = \"50s\""), [90.0, 140.0, 230.0, 260.0]);
    assert_eq!(with("at = \"120s\""), [100.0]);
}

/// A shock by chance begins again and again and draws anew each time. Another shock beside it, before it in the file, moves neither its
/// instants nor whom it draws; another seed does.
#[test]
fn chance_draws_anew_and_alone() {
    let storm = outage("storm", "hazard = \"1/40s\"\nfor = \"5s\"", "many", 0.25);
    let alone = seen(&shop(&storm));
    let struck = |witness: &Witness, from: u32| {
        turns(witness)
            .into_iter()
            .filter(|turn| turn.1 >= from && !turn.2)
            .map(|turn| (turn.0, turn.1))
            .collect::<Vec<_>>()
    };
    let begun = shocks(&alone).iter().filter(|shock| shock.2.is_some()).count();
    assert!((7..=20).contains(&begun), "{begun} in 600 s, one in 45 s on the average");
    let pairs: BTreeSet<Vec<u32>> =
        struck(&alone, 0).chunks(2).map(|pair| pair.iter().map(|turn| turn.1).collect()).collect();
    assert!(pairs.len() > 4, "{pairs:?}");
    let beside = seen(&shop(&(outage("dark", "at = \"0\"\nfor = \"9min\"", "few", 1.0) + &storm)));
    assert_eq!(struck(&beside, 2), struck(&alone, 2));
    let mut other = Witness::default();
    Run::open(written(&shop(&storm)), 2.into()).close(&mut other);
    assert_ne!(struck(&other, 2), struck(&alone, 2));
}

/// What is asked for is the same with a shock and without.
#[test]
fn shocks_disturb_no_job() {
    let asked = |witness: &Witness| {
        let asked = witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Asked { .. }));
        asked.copied().collect::<Vec<_>>()
    };
    let plain = seen(&shop(""));
    let struck = seen(&shop(&outage("dark", "at = \"100s\"", "many", 1.0)));
    assert_eq!(asked(&plain), asked(&struck));
    let until = |witness: &Witness| {
        let before = witness.facts.iter().filter(|(now, _)| *now < Time(100 * SECOND));
        before.copied().collect::<Vec<_>>()
    };
    assert_eq!(until(&plain), until(&struck));
}

/// A shock that an amendment leaves as it is keeps its clock and its parties, one that is gone ends, and a new one begins.
#[test]
fn amendments_bring_shocks_and_end_them() {
    let (dark, night) =
        (outage("dark", "at = \"100s\"\nfor = \"200s\"", "many", 0.5), outage("night", "at = \"150s\"", "few", 1.0));
    let brought = "{ name = \"new\", for = \"30s\", outage = { nodes = \"many\" } }";
    let kept = "{ name = \"dark\", at = \"100s\", for = \"200s\", outage = { nodes = \"many\", share = 0.5 } }";
    let over = "{ name = \"over\", at = \"10s\", for = \"20s\", outage = { nodes = \"many\" } }";
    let late = "{ name = \"late\", at = \"180s\", for = \"40s\", outage = { nodes = \"few\", share = 0.5 } }";
    let list = format!("\"shocks\" = [{brought}, {kept}, {over}, {late}]");
    let text = shop(&(night + &dark)) + &amend("200s", &list);
    let scenario = written(&text);
    let witness = Witness::of(&scenario).0;
    let expected = [
        (100.0, 1, Some(4)),
        (150.0, 0, Some(2)),
        (200.0, 0, None),
        (200.0, 0, Some(8)),
        (200.0, 3, Some(1)),
        (220.0, 3, None),
        (230.0, 0, None),
        (300.0, 1, None),
    ];
    assert_eq!(shocks(&witness), expected);
    let back: Vec<(f64, u32)> =
        turns(&witness).into_iter().filter(|turn| turn.2).map(|turn| (turn.0, turn.1)).collect();
    let first: BTreeSet<u32> = turns(&witness).iter().filter(|turn| turn.0 == 100.0).map(|turn| turn.1).collect();
    let at = |when: f64| back.iter().filter(|turn| turn.0 == when).map(|turn| turn.1).collect::<BTreeSet<u32>>();
    assert_eq!(at(200.0), BTreeSet::from([0, 1]));
    assert_eq!(at(300.0), first, "those that the first shock holds down stay down");
    assert_eq!(at(230.0), (2..10).filter(|party| !first.contains(party)).collect());
    let cuts = [99, 100, 150, 199, 200, 201, 230, 300].map(|at| Time(at * SECOND));
    let digest = Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string();
    assert_eq!(cut(&scenario, &cuts), digest);
}

/// A branch that is adopted with a shock is the run that had the amendment, and the trunk that adopts its own goes on bit by bit.
#[test]
fn a_branch_takes_a_shock() {
    let plain = written(&shop(&outage("storm", "hazard = \"1/40s\"\nfor = \"15s\"", "few", 0.5)));
    let shock = "{ outage = { nodes = \"many\", share = 0.25 }, for = \"1min\" }";
    let storm = "{ name = \"storm\", hazard = \"1/40s\", for = \"15s\", outage = { nodes = \"few\", share = 0.5 } }";
    let storms = outage("storm", "hazard = \"1/40s\"\nfor = \"15s\"", "few", 0.5);
    let with = shop(&(storms.clone() + "[[shocks]]\nfor = \"1min\"\noutage = { nodes = \"many\", share = 0.25 }\n"));
    let mut trunk = Run::open(plain.clone(), seed());
    trunk.until(Time(250 * SECOND), &mut ());
    let mut branch = trunk.clone();
    branch.adopt(&written(&with)).unwrap();
    trunk.adopt(&plain).unwrap();
    let amended = shop(&storms) + &amend("250s", &format!("\"shocks\" = [{storm}, {shock}]"));
    let closed = |run: Run| run.close(&mut ()).digest.to_string();
    assert_eq!(closed(branch), closed(Run::open(written(&amended), seed())));
    assert_eq!(closed(trunk), closed(Run::open(plain, seed())));
}

/// A market of every kind of party, struck again and again, is the same run however it is cut.
#[test]
fn a_struck_market_is_one_run() {
    let scenario = trial("shocks", &[]);
    let (witness, outcome) = Witness::of(&scenario);
    let cuts: Vec<Time> = [59, 60, 61, 99, 100, 170, 239, 240, 300].map(|at| Time(at * SECOND)).to_vec();
    assert_eq!(cut(&scenario, &cuts), outcome.digest.to_string());
    let struck: BTreeSet<u32> =
        turns(&witness).iter().filter(|turn| turn.0 == 60.0 && !turn.2).map(|turn| turn.1).collect();
    let kind = |party: &u32| scenario.group_of(PartyId(*party)).expect("a party").name.clone();
    let kinds: BTreeSet<String> = struck.iter().map(kind).collect();
    assert!(kinds.contains("judges") && struck.len() >= 3, "{kinds:?}");
}

/// A twin in which no node fails has no shocks either; that of even instants has.
#[test]
fn twins_without_failures_have_no_shocks() {
    let text = shop(&outage("dark", "at = \"100s\"\nfor = \"50s\"", "many", 0.5));
    for (twin, count) in [("frozen", 0), ("rest", 0), ("stationary", 2)] {
        let witness = seen(&format!("twin = \"{twin}\"\n{text}"));
        assert_eq!(shocks(&witness).len(), count, "{twin}");
    }
    assert!(Scenario::from_text("x", &shop("[[shocks]]\noutage = { nodes = \"none\" }\n")).is_err());
}

/// A surge adds jobs and changes none of the source's own: in its window there are three times as many, each with a number of its own.
#[test]
fn a_surge_adds_jobs_beside_those_of_the_source() {
    let surge = |factor: f64| format!("[[shocks]]\nat = \"100s\"\nfor = \"300s\"\nsurge = {{ factor = {factor} }}\n");
    let asked = |text: &str| {
        let asked = |(now, fact): &(Time, Fact)| match fact {
            Fact::Asked { job, .. } => Some((*now, job.index)),
            _ => None,
        };
        seen(text).facts.iter().filter_map(asked).collect::<Vec<_>>()
    };
    let plain = asked(&shop(""));
    let inside = |now: &Time| (100 * SECOND..400 * SECOND).contains(&now.0);
    let more = asked(&shop(&surge(3.5)));
    let (extra, own): (Vec<_>, Vec<_>) = more.iter().copied().partition(|(_, index)| *index >= 1 << 62);
    assert_eq!(own, plain);
    assert!(extra.iter().all(|(now, _)| inside(now)), "extra jobs come while it lasts");
    // 2 a second for 300 s, two and a half times: 1500 and a deviation of 39.
    assert!((1300..1700).contains(&extra.len()), "{}", extra.len());
    assert_eq!(extra.iter().map(|job| job.1).collect::<BTreeSet<u64>>().len(), extra.len());
    let less = asked(&shop(&surge(0.25)));
    let kept: BTreeSet<_> = less.iter().copied().collect();
    assert!(less.iter().all(|job| plain.contains(job)));
    assert!(
        plain.iter().filter(|(now, _)| !inside(now)).all(|job| kept.contains(job)),
        "all of those outside are there"
    );
    let count = less.iter().filter(|(now, _)| inside(now)).count();
    assert!((100..200).contains(&count), "{count} of 600");
    assert!(asked(&shop(&surge(0.0))).iter().all(|(now, _)| !inside(now)));
}

/// An amendment ends a surge with what was due to it, and one of the same name goes on with the numbers of the one before.
#[test]
fn surges_are_amended() {
    let rush = |factor: f64| format!("{{ name = \"rush\", surge = {{ factor = {factor} }} }}");
    let text = shop("")
        + &amend("100s", &format!("\"shocks\" = [{}]", rush(3.0)))
        + &amend("200s", "\"shocks\" = []")
        + &amend("300s", &format!("\"shocks\" = [{}]", rush(2.0)));
    let scenario = written(&text);
    let witness = Witness::of(&scenario).0;
    let extra = |from: u64, to: u64| {
        let within = |now: &Time| (from * SECOND..to * SECOND).contains(&now.0);
        let jobs = witness.facts.iter().filter(|(now, _)| within(now));
        let job = |fact: &Fact| match fact {
            Fact::Asked { job, .. } if job.index >= 1 << 62 => Some(job.index & 0xffff_ffff),
            _ => None,
        };
        jobs.filter_map(|(_, fact)| job(fact)).collect::<Vec<u64>>()
    };
    let (none, first, between, second) = (extra(0, 100), extra(100, 200), extra(200, 300), extra(300, 600));
    assert!(none.is_empty() && between.is_empty() && first.len() > 300 && second.len() > 500);
    let numbers: Vec<u64> = (0..(first.len() + second.len()) as u64).collect();
    assert_eq!([first, second].concat(), numbers);
    let cuts = [99, 100, 101, 199, 200, 201, 300, 301].map(|at| Time(at * SECOND));
    assert_eq!(cut(&scenario, &cuts), Run::open(scenario.clone(), seed()).close(&mut ()).digest.to_string());
}

/// A crash burns its share of the stakes of a group, once, through the books. Validators are then drawn by what they have left: of two
/// groups of equal stakes the one that keeps a quarter has a fifth of the looks.
#[test]
fn a_crash_burns_stakes() {
    let text = "name = \"crash\"\nhorizon = \"20min\"\n[models.m]\n[classes.job]\nwork = { law = \"constant\", value = \"1ms\" }\n\
                methods = [\"look\"]\n[verification]\nselection = { rule = \"stake-weighted\" }\n[verification.define.look]\n\
                checks = [{ by = \"validators\", work = 0.1 }]\n[routing]\nchoice = \"first\"\n\
                [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"10/s\" } }\n\
                [[nodes]]\nname = \"n\"\ncount = 1\n\
                [[validators]]\nname = \"poor\"\ncount = 2\nstake = { law = \"constant\", value = \"10.000001\" }\n\
                [[validators]]\nname = \"rich\"\ncount = 2\nstake = { law = \"constant\", value = \"10.000001\" }\n";
    let looks = |more: &str| {
        let witness = seen(&(text.to_owned() + more));
        let burnt = |(now, fact): &(Time, Fact)| match fact {
            Fact::StakeBurnt { node, amount } => Some((in_seconds(*now), node.0, amount.0)),
            _ => None,
        };
        let burnt: Vec<_> = witness.facts.iter().filter_map(burnt).collect();
        let left: Vec<i64> = witness.nodes.iter().map(|node| node.stake.0).collect();
        let checked: Vec<f64> = witness.nodes.iter().map(|node| node.checked as f64).collect();
        (burnt, left, (checked[1] + checked[2]) / checked.iter().sum::<f64>())
    };
    let near = |share: f64, expected: f64| {
        let deviation = (expected * (1.0 - expected) / 12_000.0).sqrt();
        assert!((share - expected).abs() < 4.89 * deviation, "{share} and not {expected}");
    };
    let (burnt, left, share) = looks("");
    assert!(burnt.is_empty() && left[1..] == [10_000_001; 4]);
    near(share, 0.5);
    let crash = "[[shocks]]\nfor = \"1min\"\nstake = { validators = \"poor\", factor = 0.25 }\n";
    let (burnt, left, share) = looks(crash);
    assert_eq!(burnt, [(0.0, 1, 7_500_001), (0.0, 2, 7_500_001)]);
    assert_eq!(left[1..], [2_500_000, 2_500_000, 10_000_001, 10_000_001]);
    near(share, 0.2);
}

/// A placebo of the choice of parties: as many of the same kinds go down, or lose the same share of their stakes, and they are drawn from
/// all of them. What the trunk has anyway stays as it is.
#[test]
fn a_placebo_strikes_as_many_others_of_the_same_kinds() {
    let own = outage("own", "at = \"10s\"\nfor = \"10s\"", "few", 1.0);
    let dark = outage("dark", "at = \"100s\"\nfor = \"50s\"", "few", 1.0);
    let more = outage("more", "at = \"100s\"\nfor = \"50s\"", "many", 0.5);
    let staked = "[[validators]]\nname = \"v\"\ncount = 3\nstake = { law = \"constant\", value = \"10\" }\n";
    let crash = "[[shocks]]\nname = \"crash\"\nat = \"200s\"\nstake = { validators = \"v\", factor = 0.5 }\n";
    let trunk = written(&shop(&(staked.to_owned() + &own)));
    assert!(trunk.struck_at_random(&trunk).is_none(), "the trunk's own shocks are no choice of a branch");
    let branch = written(&shop(&(staked.to_owned() + &own + &dark + &more + crash)));
    let placebo = Arc::new(branch.struck_at_random(&trunk).expect("the branch chooses parties"));
    let mut chosen = BTreeSet::new();
    for replication in 0..40 {
        let of = |scenario: &Arc<Scenario>| {
            let mut witness = Witness::default();
            Run::open(scenario.clone(), Seed { replication, ..seed() }).close(&mut witness);
            witness
        };
        let [branch, placebo] = [of(&branch), of(&placebo)];
        assert_eq!(shocks(&branch), shocks(&placebo), "when, and how many");
        let down = |witness: &Witness, second: f64| -> Vec<u32> {
            turns(witness).into_iter().filter(|turn| turn.0 == second && !turn.2).map(|turn| turn.1).collect()
        };
        assert_eq!(down(&branch, 10.0), down(&placebo, 10.0), "the trunk's own");
        let struck: BTreeSet<u32> = down(&placebo, 100.0).into_iter().collect();
        assert!(struck.len() == 6 && struck.iter().all(|party| *party < 10), "six nodes, each once: {struck:?}");
        chosen.extend(struck.into_iter().filter(|party| !down(&branch, 100.0).contains(party)));
        let burnt = |fact: &&(Time, Fact)| matches!(fact.1, Fact::StakeBurnt { node, .. } if node.0 >= 10);
        assert_eq!(placebo.facts.iter().filter(burnt).count(), 3);
    }
    assert!(chosen.len() >= 6, "the parties that the branch never names together come up: {chosen:?}");
}
