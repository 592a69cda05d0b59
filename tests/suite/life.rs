//! The life of a computation is lived in full: the scenarios `everything…` meet every fact, every fate and every stage that
//! the market knows, so that what the other tests promise of them they promise of every path.

mod accounts;
mod copies;
mod disputes;
mod groups;
mod learning;
mod methods;
mod opinions;
mod queues;
mod quote_trace;
mod quotes;
mod replay;
mod standing;
mod verified;
mod votes;
mod welfare;
mod whole;
mod years;

use std::collections::BTreeMap;

use reliance::domain::fate::{Fate, Stage};
use reliance::domain::ids::Id;
use reliance::domain::money::Money;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::{Fact, FactKind};
use reliance::record::tables::ClassRow;
use reliance::record::tally::Tally;
use reliance::simulate::simulate;

use super::properties::audited;
use super::trial::{Witness, seed, trial};

/// Every scenario that leaves nothing out.
pub const EVERYTHING: [&str; 3] = ["everything", "everything-drained", "everything-staked"];

/// Beside those, the one in which answers are verified.
pub const ALL: [&str; 4] = ["everything", "everything-drained", "everything-staked", "verified"];

/// Every fate a job can have, with the stages it is met at.
const ENDS: &[(Fate, &[Stage])] = &[
    (Fate::Declined, &[Stage::Asked]),
    (Fate::Abandoned, &[Stage::Waiting]),
    (Fate::Lost, &[Stage::Placed, Stage::Waiting, Stage::Executing, Stage::Retrying]),
    (Fate::Late, &[Stage::Answered]),
    (Fate::FinalRight, &[Stage::Answered]),
    (Fate::Censored, &[Stage::Placed, Stage::Waiting, Stage::Executing, Stage::Answered, Stage::Retrying]),
];

/// Fates to which nothing leads while answers are neither wrong nor checked.
const WITHOUT_CHECKS: &[Fate] = &[
    Fate::RejectedRight,
    Fate::RejectedWrong,
    Fate::Unresolved,
    Fate::RevokedRight,
    Fate::RevokedWrong,
    Fate::FinalWrong,
];

/// What one run may meet too rarely is looked for in several of the same scenario.
const REPLICATIONS: u64 = 6;

#[test]
fn every_fate_is_met_at_every_stage_it_can_have() {
    let mut met: BTreeMap<(Fate, Stage), usize> = BTreeMap::new();
    for replication in 0..REPLICATIONS {
        let mut witness = Witness::default();
        simulate(&trial("everything", &[]), seed().replicate(replication), &mut witness);
        for record in &witness.records {
            *met.entry((record.fate, record.stage)).or_default() += 1;
        }
    }
    let ends: Vec<(Fate, Stage)> = ENDS.iter().flat_map(|(fate, at)| at.iter().map(|stage| (*fate, *stage))).collect();
    assert_eq!(met.keys().copied().collect::<Vec<_>>(), ends, "{met:?}");
    let mut fates: Vec<Fate> = ENDS.iter().map(|end| end.0).chain(WITHOUT_CHECKS.iter().copied()).collect();
    fates.sort_unstable();
    assert_eq!(fates, Fate::ALL, "every fate has its place in this file");
}

/// The facts that a run of `everything` may meet, each by its name and, where it has two sides, its side.
fn kind(fact: &Fact) -> (&'static str, bool) {
    let side = match fact {
        Fact::Placed { attempt, .. } => *attempt > 0,
        Fact::Bounced { full, .. } => *full,
        Fact::Finished { whole, .. } => *whole,
        Fact::Settled { paid, refunded, .. } => paid > refunded,
        _ => true,
    };
    (fact.name(), side)
}

/// How many kinds there are, counted with their sides: four facts have two. A new fact must be met too; the two of standing, those of
/// canaries and of forced errors, the three of shocks, gas of rounds, that of series, the four of parties that come and go and the two of
/// results that consume results are in scenarios of their own.
const ALL_KINDS: usize = FactKind::ALL.len() + 4 - 15;

/// Facts about disputes.
const DISPUTES: usize = 2;

/// How many a market without verification has: ten facts are about checks, disputes, chains or prices that move.
const KINDS: usize = ALL_KINDS - 8 - DISPUTES;

#[test]
fn every_fact_is_met() {
    let scenarios = EVERYTHING.map(|name| (name, Witness::of(&trial(name, &[])).0));
    for (name, witness) in &scenarios {
        let mut met: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        witness.facts.iter().for_each(|(_, fact)| *met.entry(kind(fact)).or_default() += 1);
        assert_eq!(met.len(), KINDS, "{name}: {met:?}");
    }
}

/// The books kept beside the market agree with it in the large scenarios too.
#[test]
fn books_agree_in_everything() {
    for name in EVERYTHING {
        let (witness, _) = audited(&trial(name, &[]));
        assert!(witness.records.len() > 4_000, "{name}: {} jobs", witness.records.len());
    }
}

#[test]
fn the_tally_sums_up_the_records() {
    for name in EVERYTHING {
        let scenario = trial(name, &[]);
        let mut recorder = (Tally::new(scenario.warm_up), Witness::default());
        simulate(&scenario, seed(), &mut recorder);
        let (tally, witness) = recorder;
        let counted: Vec<_> = witness.records.iter().filter(|record| record.at.asked >= scenario.warm_up).collect();
        assert!(counted.len() < witness.records.len(), "some jobs are warm-up");
        let summary = tally.summary();
        for &fate in Fate::ALL {
            let records = counted.iter().filter(|record| record.fate == fate).count();
            assert_eq!(summary.fate(fate), records as u64, "{name}: {}", fate.name());
        }
        let waits = counted.iter().filter(|record| record.at.started != Time::NEVER).count();
        let answers = counted.iter().filter(|record| record.at.answered != Time::NEVER).count();
        assert_eq!((summary.wait.moments.count(), summary.response.moments.count()), (waits as u64, answers as u64));
        assert_eq!(summary.charged, counted.iter().map(|record| record.charged().0 as i128).sum::<i128>(), "{name}");
        let income: i128 = witness.records.iter().map(|record| record.charged().0 as i128).sum();
        assert_eq!(summary.nodes.income, income, "{name}: what requesters pay is what nodes earn");
    }
}

/// Every class has the counts of its own records, and together they are the run's.
#[test]
fn classes_sum_up_their_own_records() {
    for name in EVERYTHING {
        let scenario = trial(name, &[]);
        let mut recorder = (Tally::new(scenario.warm_up), Witness::default());
        simulate(&scenario, seed(), &mut recorder);
        let (tally, witness) = recorder;
        let names: Vec<String> = scenario.classes.iter().map(|class| class.name.clone()).collect();
        let rows = ClassRow::of(tally.summary(), &names);
        assert!(rows.len() > 1 && rows.len() == names.len(), "{name}: {names:?}");
        for (class, row) in rows.iter().enumerate() {
            let own = |record: &&JobRecord| record.class.index() == class && record.at.asked >= scenario.warm_up;
            let records: Vec<&JobRecord> = witness.records.iter().filter(own).collect();
            let count = |is: &dyn Fn(&JobRecord) -> bool| records.iter().filter(|record| is(record)).count() as u64;
            for &fate in Fate::ALL {
                assert_eq!(row.counts.fate(fate), count(&|record| record.fate == fate), "{name}: {}", fate.name());
            }
            let killed = count(&|record| record.cause.is_some() && record.placeable_without & 0b01000 != 0);
            assert_eq!(row.counts.placeable_without[3], killed, "{name}");
            let by_cost = count(&|record| record.placeable_without & 0b01000 != 0 && record.placeable_with_none);
            assert_eq!(row.counts.killed_by_cost, by_cost, "{name}");
            let used: Vec<SimDuration> =
                records.iter().filter_map(|record| record.between(record.at.asked, record.at.used)).collect();
            assert_eq!((row.counts.used, row.counts.use_delay.count()), (used.len() as u64, used.len() as u64));
            assert_eq!(row.counts.use_delay.sum(), used.iter().map(|span| u128::from(span.0)).sum::<u128>());
            let charged: i128 = records.iter().map(|record| record.charged().0 as i128).sum();
            assert_eq!(row.counts.charged(), charged, "{name}: {}", row.class);
            assert_eq!(row.counts.checks[0], records.iter().map(|record| u64::from(record.checks)).sum::<u64>());
        }
        // What is counted of each class is added up for the run: held against the records themselves.
        let own: Vec<&JobRecord> =
            witness.records.iter().filter(|record| record.at.asked >= scenario.warm_up).collect();
        let sum = |of: &dyn Fn(&JobRecord) -> i128| -> i128 { own.iter().map(|record| of(record)).sum() };
        let summary = tally.summary();
        assert_eq!(own.len() as u64, summary.jobs, "{name}");
        let used_wrong = sum(&|record| (record.at.used != Time::NEVER && !record.is_right()).into());
        assert_eq!(used_wrong, i128::from(summary.used_wrong), "{name}");
        assert_eq!(sum(&|record| record.attempts.into()), i128::from(summary.attempts), "{name}");
        let answered = |record: &JobRecord| if record.at.answered == Time::NEVER { 0 } else { record.work.0 as i128 };
        assert_eq!(sum(&answered), summary.work as i128, "{name}");
        assert_eq!(sum(&|record| record.value.0.into()), summary.value_asked, "{name}");
        assert_eq!(sum(&|record| record.shortfall.0.into()), summary.shortfall, "{name}");
        let charged: [fn(&JobRecord) -> Money; 3] = [
            |record| record.charged_compute,
            |record| record.charged_coordination,
            |record| record.charged_verification,
        ];
        assert_eq!(charged.map(|part| sum(&|record| part(record).0.into())), summary.charged_by_channel, "{name}");
    }
}

/// What happens in a scene of the scenario `ward`, in words: seconds, fact and class.
fn scene(sets: &[&str]) -> (Vec<String>, Vec<JobRecord>) {
    let scenario = trial("ward", sets);
    let (witness, _) = audited(&scenario);
    let classes: BTreeMap<JobKey, &str> =
        witness.records.iter().map(|record| (record.key, scenario.classes[record.class].name.as_str())).collect();
    let told = witness.facts.iter().filter_map(|(now, fact)| match fact {
        Fact::Started { job, .. } | Fact::Preempted { job, .. } | Fact::Finished { job, .. } => {
            Some(format!("{now} {} {}", fact.name(), classes[job]))
        }
        _ => None,
    });
    (told.collect(), witness.records)
}

#[test]
fn an_execution_ends_before_the_next_begins() {
    let (told, _) = scene(&["nodes[ward].discipline.preemptive=false"]);
    let expected = [
        "0 started short",
        "4s finished short",
        "4s started urgent",
        "5s finished urgent",
        "5s started slow",
        "15s finished slow",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_last_to_begin_gives_way() {
    let (told, _) = scene(&["nodes[ward].slots=2"]);
    let expected = [
        "0 started short",
        "1s started slow",
        "2s preempted slow",
        "2s started urgent",
        "3s finished urgent",
        "4s finished short",
        "12s finished slow",
    ];
    assert_eq!(told, expected);
}

#[test]
fn who_waited_for_a_model_gives_way() {
    let (told, _) = scene(&["demand.sources[0].arrivals.trace.time=urgent_second", "nodes[ward].memory-gb=10"]);
    let expected =
        ["5s started slow", "5s preempted slow", "5s started urgent", "6s finished urgent", "16s finished slow"];
    assert_eq!(told[..5], expected);
}

/// The node is down from 1.5 s to 6.5 s and keeps its jobs.
#[test]
fn who_goes_on_after_a_repair_gives_way() {
    let failure = r#"nodes[ward].failure={ up = { law = "constant", value = "1.5s" }, down = { law = "constant", value = "5s" }, jobs = "resume" }"#;
    let (told, _) = scene(&["demand.sources[0].arrivals.trace.time=urgent_second", failure]);
    assert_eq!(told[..4], ["0 started slow", "6.5s preempted slow", "6.5s started urgent", "7.5s finished urgent"]);
}

/// The node fails at 3 s and is back at 4 s. The first job comes again at 5 s, finds the slot taken and leaves at 6 s.
#[test]
fn an_attempt_forgets_the_one_before() {
    let (told, records) = scene(&[
        "demand.sources[0].arrivals.trace.time=short_between",
        r#"nodes[ward].failure={ up = { law = "constant", value = "3s" }, down = { law = "constant", value = "1s" } }"#,
        r#"classes.slow.patience={ law = "constant", value = "6s" }"#,
    ]);
    assert_eq!(told[..2], ["0 started slow", "4.5s started short"]);
    let slow = &records[0];
    assert_eq!((slow.fate, slow.attempts, slow.at.closed), (Fate::Abandoned, 2, Time(6_000_000_000)));
    assert_eq!((slow.at.reached, slow.at.started), (Time(5_000_000_000), Time::NEVER));
}
