//! One market reaches every fate, cause, verdict and outcome of a dispute: `tests/scenarios/whole.toml`. Without one of its mechanisms
//! exactly what needs that mechanism is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reliance::domain::fate::{Cause, Fate};
use reliance::domain::money::Money;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::policy::verdict::VerdictTable;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::super::properties::kept;
use super::super::trial::{Witness, seed, trial};
use super::disputes;

/// The verdict rules, and what each may come to.
fn verdicts() -> impl Iterator<Item = String> {
    let outcomes = ["accepts", "refuses", "leaves open"];
    VerdictTable::rules().into_iter().flat_map(move |rule| outcomes.map(|outcome| format!("{} {outcome}", rule.name)))
}

/// An answer is worth all its costs many times, and is declined for the harm that it may do.
const FOR_HARM: &str = "declined for harm alone";

/// Its node failed while it was there, and there was no other attempt.
const FAILED: &str = "lost where its node failed";

/// Every end: fates, causes, verdicts and outcomes of disputes.
fn ends() -> BTreeSet<String> {
    let fates = Fate::ALL.iter().map(|fate| fate.name());
    let named =
        fates.chain(Cause::ALL.iter().map(|cause| cause.name())).chain(disputes::OUTCOMES).chain([FOR_HARM, FAILED]);
    named.map(str::to_owned).chain(verdicts()).collect()
}

/// What the one check of a job came to, if it has one that decides alone.
fn verdict(scenario: &Scenario, record: &JobRecord) -> Option<String> {
    let method = &scenario.verification.methods[record.method];
    let [check] = method.checks.as_slice() else { return None };
    let outcome = match record.fate {
        _ if !check.is_asked_of_others() || check.deferred => return None,
        Fate::FinalRight | Fate::FinalWrong => "accepts",
        Fate::RejectedRight | Fate::RejectedWrong => "refuses",
        Fate::Unresolved => "leaves open",
        _ => return None,
    };
    Some(format!("{} {outcome}", check.verdict.name()))
}

/// The ends that a run reaches at least five times.
fn reached(scenario: &Scenario, witness: &Witness) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let dropped = witness.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Dropped { job, .. } => Some(*job),
        _ => None,
    });
    let dropped: BTreeSet<JobKey> = dropped.collect();
    for record in &witness.records {
        let failed = record.fate == Fate::Lost && dropped.contains(&record.key);
        let for_harm = record.cause == Some(Cause::Distrust) && record.value >= Money(2_000_000);
        let other = [for_harm.then_some(FOR_HARM), failed.then_some(FAILED)];
        let ends = [Some(record.fate.name()), record.cause.map(Cause::name)].into_iter().chain(other);
        let named = ends.flatten().map(str::to_owned);
        named.chain(verdict(scenario, record)).for_each(|end| *counts.entry(end).or_default() += 1);
    }
    let often = counts.into_iter().filter(|(_, count)| *count >= 5).map(|(end, _)| end);
    often.chain(disputes::outcomes(scenario, witness).into_iter().map(str::to_owned)).collect()
}

/// The ends that one of three replications reaches. Nodes that err are soon left out, so a longer run would not reach more.
fn reached_by_some(scenario: &Arc<Scenario>) -> BTreeSet<String> {
    let runs = (0..3).map(|replication| {
        let mut witness = Witness::default();
        Run::open(scenario.clone(), seed().replicate(replication)).close(&mut witness);
        reached(scenario, &witness)
    });
    runs.flatten().collect()
}

/// The books agree after every event, and every end is reached.
#[test]
fn one_market_reaches_every_end() {
    let scenario = trial("whole", &[]);
    let (witness, _) = kept(&scenario);
    let reached = reached(&scenario, &witness);
    let missing: Vec<String> = ends().difference(&reached).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

const WATCHERS: &str = "{ by = \"watchers\", count = 5, attention = 0.3, bond = \"5\", timing = \"deferred\", window = \"4s\", work = 1, \
                        detects = 0.9, false-alarm = 0.2 }";
const REFEREE: &str = "{ by = \"validators\", begins = \"on-alarm\", bisection = { steps = 1000, round = \"300ms\" }, work = 1, \
                       detects = 0.9, false-alarm = 0.2 }";
const OTHERS: &str =
    "{ by = \"watchers\", count = 2, timing = \"deferred\", window = \"2s\", work = 1, false-alarm = 0.2 }";
const ITSELF: &str = "{ by = \"attestation\", begins = \"on-alarm\", bisection = { steps = 5, round = \"100ms\" }, detects = 0.9, \
                      false-alarm = 0.2 }";
const FIRST: &str = "{ by = \"validators\", work = 0.2, detects = 0.8, false-alarm = 0.3 }";
const THREE: &str = "{ by = \"validators\", begins = \"on-alarm\", count = 3, work = 0.2, detects = 0.7, false-alarm = 0.4, \
                     verdict = { rule = \"majority\" } }";

/// A method with other checks.
fn checks(method: &str, checks: &[&str]) -> String {
    format!("verification.define.{method}.checks=[{}]", checks.join(", "))
}

fn plain(sets: &[&str]) -> Vec<String> {
    sets.iter().map(|set| (*set).to_owned()).collect()
}

/// A mechanism: its name, what switches it off, and the ends that are then missing.
type Mechanism = (&'static str, Vec<String>, &'static [&'static str]);

fn of_disputes() -> Vec<Mechanism> {
    vec![
        ("fines of checkers", plain(&["verification.slash.overturned=0"]), &["a checker is fined"]),
        (
            "bonds of watchers",
            vec![checks("optimistic", &[&WATCHERS.replace("bond = \"5\", ", ""), REFEREE])],
            &["a bond is lost"],
        ),
        (
            "bisection",
            vec![
                checks(
                    "optimistic",
                    &[WATCHERS, &REFEREE.replace("bisection = { steps = 1000, round = \"300ms\" }, ", "")],
                ),
                checks("vouched", &[OTHERS, &ITSELF.replace("bisection = { steps = 5, round = \"100ms\" }, ", "")]),
            ],
            &["rounds of bisection"],
        ),
        (
            "a check about an alarm about an alarm",
            vec![checks("ladder", &[FIRST, THREE])],
            &["an alarm about an alarm"],
        ),
        (
            "a check between copies",
            plain(&["verification.define.refereed.checks=[{ by = \"replicas\", count = 2, agree = 2 }]"]),
            &[
                "a right answer of copies that differ is accepted",
                "a wrong answer of copies that differ is accepted",
                "all answers of copies that differ are refused",
            ],
        ),
        (
            "attention of watchers",
            vec![
                checks("optimistic", &[&WATCHERS.replace("attention = 0.3", "attention = 0"), REFEREE]),
                checks("vouched", &[&OTHERS.replace("count = 2", "count = 2, attention = 0"), ITSELF]),
            ],
            &[
                "a bond is lost",
                "a right answer is revoked after a challenge",
                "a wrong answer is revoked after a challenge",
                "rounds of bisection",
            ],
        ),
    ]
}

/// No node fails.
fn unfailing() -> Vec<String> {
    let up = ["workers", "errants", "idlers"];
    let up = up.map(|group| format!("nodes[{group}].failure.up={{ law = \"constant\", value = \"10h\" }}"));
    up.into_iter().chain(plain(&["nodes[errants].flaky=0"])).collect()
}

/// No job waits for a slot or a place.
fn roomy() -> Vec<String> {
    let groups = ["workers", "errants", "idlers", "thieves", "reckoners"];
    let slots = groups.map(|group| format!("nodes[{group}].slots=1000"));
    slots.into_iter().chain(plain(&["limits.open-jobs=100000"])).collect()
}

/// Checks always have a price.
fn priced() -> String {
    "pricing.verification={ rule = \"list\", list = { price = \"0.002\" } }".to_owned()
}

fn of_jobs() -> Vec<Mechanism> {
    let long = "{ law = \"constant\", value = \"10h\" }";
    let classes = ["chat", "grave", "rash", "torn", "proud", "perilous"];
    vec![
        (
            "patience",
            vec![format!("classes.chat.patience={long}"), format!("classes.rash.patience={long}")],
            &["abandoned"],
        ),
        (
            "the price of gas",
            plain(&[
                "pricing.coordination={ rule = \"list\", list = { price = \"0\" } }",
                "coordination.tip={ law = \"constant\", value = \"0\" }",
            ]),
            &["coordination"],
        ),
        (
            "deadlines",
            plain(&[
                "classes.chat.deadline=\"10h\"",
                "classes.grave.deadline=\"10h\"",
                "classes.torn.deadline=\"10h\"",
            ]),
            &["late"],
        ),
        (
            "deadlines and costs of delay",
            plain(&[
                "classes.chat.deadline=\"10h\"",
                "classes.grave.deadline=\"10h\"",
                "classes.torn.deadline=\"10h\"",
                "classes.chat.delay-cost=\"0\"",
                "classes.grave.discount=\"0/s\"",
                "classes.torn.discount=\"0/s\"",
            ]),
            &["late", "latency"],
        ),
        ("failures of nodes", unfailing(), &[FAILED, "quorum leaves open"]),
        ("harm", classes.iter().map(|class| format!("classes.{class}.harm=0")).collect(), &[FOR_HARM]),
        ("scarce room", roomy(), &["abandoned"]),
        (
            "failures, scarce room and checks without a price",
            [unfailing(), roomy(), vec![priced()]].concat(),
            &["abandoned", "lost", FAILED, "no-supply", "quorum leaves open"],
        ),
        (
            "votes of groups",
            plain(&["classes.voted.methods=[\"ladder\"]"]),
            &[
                "a deposit is lost",
                "a group turns an alarm down",
                "a group upholds an alarm",
                "too few of a group vote",
            ],
        ),
    ]
}

/// What needs a check before the acceptance.
const OF_BLOCKING: [&str; 30] = [
    "a checker is fined",
    "a deposit is lost",
    "a group turns an alarm down",
    "a group upholds an alarm",
    "a right answer is refused after an alarm",
    "a right answer of copies that differ is accepted",
    "a wrong answer is refused after an alarm",
    "a wrong answer of copies that differ is accepted",
    "all answers of copies that differ are refused",
    "an alarm about an alarm",
    "any-alarm accepts",
    "any-alarm leaves open",
    "any-alarm refuses",
    "majority accepts",
    "majority leaves open",
    "majority refuses",
    "nobody decides about an alarm",
    "quorum accepts",
    "quorum leaves open",
    "quorum refuses",
    "rejected-right",
    "rejected-wrong",
    "stake-weighted accepts",
    "stake-weighted leaves open",
    "stake-weighted refuses",
    "too few of a group vote",
    "unanimous accepts",
    "unanimous leaves open",
    "unanimous refuses",
    "unresolved",
];

/// What needs a wrong answer.
const OF_WRONG: [&str; 7] = [
    "a wrong answer is accepted after an alarm",
    "a wrong answer is refused after an alarm",
    "a wrong answer is revoked after a challenge",
    "a wrong answer of copies that differ is accepted",
    "final-wrong",
    "rejected-wrong",
    "revoked-wrong",
];

/// What needs checks that take time.
const OF_WORK: [&str; 7] = [
    "any-alarm leaves open",
    "majority leaves open",
    "nobody decides about an alarm",
    "quorum leaves open",
    "stake-weighted leaves open",
    "unanimous leaves open",
    "verification",
];

fn of_checks() -> Vec<Mechanism> {
    let unchecked = |classes: &[&str]| -> Vec<String> {
        classes.iter().map(|class| format!("classes.{class}.methods=[\"none\"]")).collect()
    };
    let alone =
        ["chat", "proud", "appealed", "refereed", "voted", "by-any-alarm", "by-all", "by-most", "by-two", "by-stake"];
    let deferred = [
        "classes.grave.methods=[\"proof-of-sampling\"]",
        "classes.rash.methods=[\"stakes\", \"fingerprint\"]",
        "classes.torn.methods=[\"stakes\"]",
    ];
    let blocking = [
        "classes.grave.methods=[\"threefold\"]",
        "classes.rash.methods=[\"watched\"]",
        "classes.torn.methods=[\"proved\", \"peers\", \"tee\"]",
    ];
    let up = ["judges", "scatterbrains"];
    let up = up.map(|group| format!("validators[{group}].failure.up={{ law = \"constant\", value = \"10h\" }}"));
    let honest = ["errants", "idlers", "thieves", "reckoners"];
    vec![
        ("blocking checks", [unchecked(&alone), plain(&deferred)].concat(), &OF_BLOCKING),
        (
            "deferred checks",
            [unchecked(&["challenged", "vouched"]), plain(&blocking)].concat(),
            &[
                "a bond is lost",
                "a right answer is revoked after a challenge",
                "a wrong answer is revoked after a challenge",
                "revoked-right",
                "revoked-wrong",
                "rounds of bisection",
            ],
        ),
        (
            "failures of checkers",
            up.into_iter().chain(plain(&["validators[scatterbrains].flaky=0"])).collect(),
            &[
                "any-alarm leaves open",
                "majority leaves open",
                "nobody decides about an alarm",
                "stake-weighted leaves open",
                "unanimous leaves open",
            ],
        ),
        ("work and time of checks", plain(&["verification.cost-factor=0"]), &OF_WORK),
        (
            "wrong answers",
            honest.iter().map(|group| format!("nodes[{group}].conduct={{ rule = \"honest\" }}")).collect(),
            &OF_WRONG,
        ),
    ]
}

/// Without a mechanism exactly its ends are missing.
#[test]
fn each_mechanism_is_needed_for_its_ends() {
    let mut wrong = Vec::new();
    for (mechanism, sets, needing) in of_disputes().into_iter().chain(of_jobs()).chain(of_checks()) {
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let scenario: Arc<Scenario> = trial("whole", &sets);
        let missing: BTreeSet<String> = ends().difference(&reached_by_some(&scenario)).cloned().collect();
        if missing != needing.iter().map(|end| (*end).to_owned()).collect() {
            wrong.push(format!("without {mechanism} these are missing: {missing:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
