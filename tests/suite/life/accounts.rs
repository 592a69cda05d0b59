//! What the columns say of a run is what happened in it: shares of slots, what answers were worth, what was paid for what.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::money::Money;
use reliance::domain::party::PartyKind;
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::maths;
use reliance::record::batch::{Batch, Kept};
use reliance::record::tally::Tally;
use reliance::scenario::Scenario;
use reliance::scenario::schema::Discipline;
use reliance::simulate::simulate;

use super::super::trial::{Witness, scenario, seed, tables, trial};
use super::ALL;

/// Every table of a run from its start to its end.
fn kept(scenario: &Arc<Scenario>) -> Kept {
    let mut recorder = tables(scenario, Kept::default());
    simulate(scenario, seed(), &mut recorder);
    recorder.finish()
}

/// The values of a column over all batches of a table; `None` where one is missing.
fn column<'a>(kept: &'a Kept, table: &'a str, name: &'a str) -> impl Iterator<Item = Option<f64>> + 'a {
    let batches = kept.batches.iter().filter(move |(of, _)| *of == table);
    batches.flat_map(move |(_, batch): &(_, Batch)| {
        let values = batch.column(name).unwrap_or_else(|| panic!("`{table}` has `{name}`"));
        (0..batch.len()).map(|row| values.number(row))
    })
}

#[test]
fn a_share_of_slots_is_a_share_or_missing() {
    let oracles = ["votes-3-of-5", "ps-exponential", "method-committee", "erlang-a-10", "breakdowns", "batches-2"];
    let oracle = |name: &&str| scenario(&format!("scenarios/oracles/{name}.toml"), &["horizon=4000s", "warm-up=0s"]);
    let twin = scenario("scenarios/market-day-frozen.toml", &["horizon=10min"]);
    let all = ALL.iter().map(|name| trial(name, &[])).chain(oracles.iter().map(oracle)).chain([twin]);
    let (mut shares, mut missing) = (0, 0);
    for scenario in all {
        let kept = kept(&scenario);
        let of = [
            ("series", "utilisation"),
            ("series", "checks_utilisation"),
            ("nodes", "utilisation"),
            ("validators", "utilisation"),
        ];
        for (table, name) in of {
            for share in column(&kept, table, name) {
                match share {
                    Some(share) => {
                        assert!((0.0..=1.0).contains(&share), "{} {table}.{name}: {share}", scenario.name);
                        shares += 1;
                    }
                    None => missing += 1,
                }
            }
        }
        let mut tally = Tally::new(scenario.warm_up);
        simulate(&scenario, seed(), &mut tally);
        for share in [tally.summary().utilisation(), tally.summary().checks_utilisation()].into_iter().flatten() {
            assert!((0.0..=1.0).contains(&share), "{}: {share}", scenario.name);
        }
        let nodes = scenario.groups.iter().filter(|group| group.kind == PartyKind::Node);
        let slots = nodes.filter(|group| group.slots < u32::MAX && group.discipline != Discipline::Batch);
        let nodes = scenario.groups.iter().filter(|group| group.kind == PartyKind::Node);
        let counted = slots.count() == nodes.count() && !scenario.freeze;
        assert_eq!(tally.summary().utilisation().is_some(), counted, "{}", scenario.name);
    }
    assert!(shares > 100 && missing > 100, "both are met: {shares} and {missing}");
}

/// Two nodes with two slots each and nine validators: the nodes' share is of four slots, whatever the validators have.
#[test]
fn checkers_slots_are_not_the_nodes() {
    let text = r#"
        name = "shop"
        horizon = "1h"
        [models.m]
        [classes.job]
        work = { law = "exponential", mean = "2s" }
        [[demand.sources]]
        name = "all"
        arrivals = { rule = "poisson", poisson = { rate = "1/s" } }
        [[nodes]]
        name = "node"
        count = 2
        slots = 2
        [[validators]]
        name = "validator"
        count = 9
    "#;
    let scenario = Scenario::from_text("shop", text).unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut recorder = (Tally::new(Time::ZERO), Witness::default());
    simulate(&scenario, seed(), &mut recorder);
    let (tally, witness) = recorder;
    let busy: u64 = witness.nodes.iter().filter(|node| node.is_node()).map(|node| node.busy).sum();
    let share = tally.summary().utilisation().expect("every node has two slots");
    assert_eq!(share, busy as f64 / (4 * witness.ended.0) as f64);
    let mean = witness.nodes.iter().filter_map(|node| node.utilisation.filter(|_| node.is_node())).sum::<f64>() / 2.0;
    assert!((share - mean).abs() < 1e-12 && share > 0.3, "{share} and {mean}");
    let said = reliance::report::terminal::text(&scenario, seed(), tally.summary());
    assert!(said.contains(&format!("{:.3} %", 100.0 * share)), "{said}");
}

/// What an answer was worth or cost, from the scenario's own words.
fn worth(scenario: &Scenario, record: &JobRecord) -> [f64; 2] {
    if record.at.used == Time::NEVER {
        return [0.0; 2];
    }
    let class = &scenario.classes[record.class];
    let (value, delay) = (record.value.0 as f64, record.at.used.since(record.at.asked).0 as f64);
    let fades = value * maths::exp(-class.discount * delay) - class.delay_cost * delay;
    let found = [Fate::RejectedWrong, Fate::RevokedWrong].contains(&record.fate);
    let harm = class.harm * value * if found { 1.0 - class.recovers } else { 1.0 };
    match record.is_right() {
        true if record.deadline == Time::NEVER || record.at.used <= record.deadline => [fades, 0.0],
        true => [0.0; 2],
        false => [0.0, harm],
    }
}

#[test]
fn what_answers_were_worth_and_cost_is_summed() {
    let scenario = trial("verified", &[]);
    let mut recorder = (Tally::new(scenario.warm_up), Witness::default());
    simulate(&scenario, seed(), &mut recorder);
    let (tally, witness) = recorder;
    let counted = witness.records.iter().filter(|record| record.at.asked >= scenario.warm_up);
    let mut sums = [0.0; 2];
    for record in counted {
        let expected = worth(&scenario, record);
        for (noted, expected) in [record.delivered, record.harm].into_iter().zip(expected) {
            assert!((noted.0 as f64 - expected).abs() <= 0.5, "{noted} and {expected} of {record:?}");
        }
        sums = [sums[0] + expected[0], sums[1] + expected[1]];
    }
    let summary = tally.summary();
    let jobs = summary.jobs as f64;
    assert!((summary.delivered as f64 - sums[0]).abs() <= jobs && (summary.harm as f64 - sums[1]).abs() <= jobs);
    assert!(summary.harm > 0 && summary.delivered > 0, "{} and {}", summary.delivered, summary.harm);
    let found = witness.records.iter().filter(|record| record.fate == Fate::RevokedWrong && record.harm > Money::ZERO);
    assert!(found.count() > 0, "some harm is undone in part");
}

/// The methods of the menu.
const METHODS: [&str; 10] = [
    "none",
    "signature",
    "fingerprint",
    "tee",
    "zk",
    "logprob-rerun",
    "proof-of-sampling",
    "spot-check",
    "committee",
    "replication",
];

/// With every method, of every final job: what was agreed for computing was charged for computing.
#[test]
fn computing_is_charged_as_it_was_priced() {
    let menu = |method: &&str| {
        let method = format!("verification.methods=[\"{method}\"]");
        scenario("scenarios/verification-menu.toml", &["horizon=10min", "warm-up=0s", &method])
    };
    let (mut overheads, mut finals) = (0, BTreeMap::<String, usize>::new());
    for scenario in METHODS.iter().map(menu).chain([trial("verified", &[])]) {
        let (witness, _) = Witness::of(&scenario);
        for record in &witness.records {
            let name = &scenario.verification.methods[record.method].name;
            match record.fate {
                Fate::FinalRight | Fate::FinalWrong => {
                    *finals.entry(name.clone()).or_default() += 1;
                    overheads += u64::from(record.overhead_price > Money::ZERO);
                    // Of copies those that agree are paid, which may be cheaper ones than the first that was chosen.
                    let alone = scenario.verification.methods[record.method].copies == 1;
                    let as_priced = record.charged_compute == record.compute_price;
                    assert!(as_priced || !alone && record.charged_compute < record.compute_price, "{name}: {record:?}");
                    assert!(record.charged_verification >= record.overhead_price, "{name}: {record:?}");
                }
                // Nothing of it is missing, so all of it came back, the node's own part of verification too.
                Fate::RevokedRight | Fate::RevokedWrong if record.shortfall == Money::ZERO => {
                    assert_eq!(record.charged_compute, Money::ZERO, "{name}: {record:?}");
                }
                _ => {}
            }
        }
    }
    // A proof is dearer than what most answers are worth.
    let met = |name: &&&str| finals.get(**name).is_some_and(|&count| count > 100);
    assert_eq!(METHODS.iter().filter(met).count(), 9, "{finals:?}");
    assert!(overheads > 1_000, "{overheads} of them paid a node for work beyond the answer");
}

#[test]
fn the_series_adds_up_to_what_parties_earned() {
    let scenario = trial("verified", &["record.tick=1s"]);
    let kept = kept(&scenario);
    let sum = |table, name| column(&kept, table, name).flatten().sum::<f64>();
    let (paid, earned) = (sum("series", "paid"), sum("nodes", "income") + sum("validators", "income"));
    assert_eq!(paid, earned);
    let (witness, _) = Witness::of(&scenario);
    let revoked = witness.records.iter().filter(|record| record.fate == Fate::RevokedWrong).count();
    assert!(paid > 0.0 && revoked > 0, "{paid} and {revoked}");
}

/// Jobs at 0, 1 and 60 s write 8, 900 and 5 tokens at a second each. The second comes before the first is answered and knows as
/// little of what is usual; the fourth knows the first, and nothing of one that nobody had room for.
#[test]
fn output_is_learnt_from_the_answers_seen() {
    let file = std::env::temp_dir().join(format!("reliance-{}-output.csv", std::process::id()));
    std::fs::write(&file, "at,output\n0,8\n1,900\n60,5\n61,5\n").expect("a file");
    let text = format!(
        r#"
        name = "talk"
        horizon = "2min"
        [models.m]
        decode = "1s"
        [classes.talk]
        [[demand.sources]]
        name = "known"
        arrivals = {{ rule = "trace", trace = {{ file = {file:?}, time = "at", output = "output" }} }}
        [[nodes]]
        name = "node"
        count = 1
        slots = 1
        places = 0
        "#
    );
    let scenario = Scenario::from_text("talk", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
    std::fs::remove_file(&file).expect("read by now");
    let (mut witness, _) = Witness::of(&scenario);
    witness.records.sort_by_key(|record| record.key);
    let fates: Vec<Fate> = witness.records.iter().map(|record| record.fate).collect();
    assert_eq!(fates, [Fate::FinalRight, Fate::Declined, Fate::FinalRight, Fate::Declined]);
    let expected: Vec<f64> = witness.records.iter().map(|record| record.expected_work.seconds()).collect();
    // At first 256 tokens, counted as one answer.
    assert_eq!(expected, [256.0, 256.0, (256.0 + 8.0) / 2.0, (256.0 + 8.0) / 2.0]);
}

/// A node that leaves out all of the work is seen at no pace of its own, and one that leaves out half of it at its own: its twin is no
/// faster than itself.
#[test]
fn a_twin_is_no_faster_than_itself() {
    for share in [0.0, 0.5, 1.0] {
        let text = format!(
            r#"
            name = "lazy"
            horizon = "1h"
            freeze = true
            [models.m]
            [classes.job]
            work = {{ law = "exponential", mean = "10s" }}
            value = {{ law = "constant", value = "1" }}
            [[demand.sources]]
            name = "all"
            arrivals = {{ rule = "poisson", poisson = {{ rate = "0.2/s" }} }}
            [[nodes]]
            name = "lazy"
            count = 4
            slots = 2
            speed = {{ law = "uniform", min = 0.5, max = 1.5 }}
            conduct = {{ rule = "lazy", lazy = {{ share = {share:?} }} }}
            "#
        );
        let twin = Scenario::from_text("lazy", &text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let market = Arc::new(Scenario { freeze: false, ..Scenario::clone(&twin) });
        let [market, twin] = [market, twin].map(|scenario| Witness::of(&scenario).0);
        let speeds = |witness: &Witness| witness.nodes.iter().map(|node| node.speed).collect::<Vec<_>>();
        assert_eq!(speeds(&market), speeds(&twin), "a speed is a speed");
        let worked = |record: &&JobRecord| record.is_right() && record.at.finished != Time::NEVER;
        for record in twin.records.iter().filter(worked) {
            let (took, speed) = (record.at.finished.since(record.at.started), twin.nodes[record.node.0 as usize].speed);
            assert!(took.0 + 1 >= record.work.scaled(1.0 / speed).0, "{took} for {} at {speed}", record.work);
        }
        let right = twin.records.iter().filter(worked).count();
        assert_eq!(right > 100, share < 1.0, "{right} at {share}");
        assert!(twin.records.len() > 500 && twin.nodes.iter().all(|node| node.utilisation.is_none()));
    }
}

/// Of a job that was never placed no price, no charge and no method is said, and of an answer that nobody used neither worth nor harm.
#[test]
fn what_there_is_none_of_is_missing() {
    let kept = kept(&trial("verified", &[]));
    let read = |name| column(&kept, "jobs", name).collect::<Vec<Option<f64>>>();
    let placed: Vec<bool> = read("attempts").into_iter().map(|attempts| attempts > Some(0.0)).collect();
    let used: Vec<bool> = read("used_ns").iter().map(Option::is_some).collect();
    assert!(placed.contains(&true) && placed.contains(&false) && used.contains(&true));
    let agreed = ["price", "compute_price", "coordination_price", "verification_price", "first_price", "trust"];
    let charged = ["charged", "charged_compute", "charged_coordination", "charged_verification", "shortfall"];
    for name in agreed.into_iter().chain(charged) {
        let there: Vec<bool> = read(name).iter().map(Option::is_some).collect();
        assert_eq!(there, placed, "{name}");
    }
    for name in ["delivered", "harm"] {
        let there: Vec<bool> = read(name).iter().map(Option::is_some).collect();
        assert_eq!(there, used, "{name}");
    }
}

/// The first row of the recorded hour; a trace of plain numbers has no date.
#[test]
fn a_trace_of_dates_says_when_it_starts() {
    let dated = scenario("scenarios/quickstart.toml", &[]);
    assert_eq!(dated.trace_start.as_deref(), Some("2023-11-16T18:15:46.68059Z"));
    let later = scenario("scenarios/quickstart.toml", &["demand.sources[0].arrivals.trace.from=1min"]);
    assert_eq!(later.trace_start.as_deref(), Some("2023-11-16T18:16:46.68059Z"));
    assert_eq!(scenario("scenarios/oracles/arrivals-trace.toml", &[]).trace_start, None);
}
