//! One market reaches every fate, every cause and every outcome of a dispute: `tests/scenarios/whole.toml`. Without one of its mechanisms
//! exactly what needs that mechanism is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reliance::domain::fate::{Cause, Fate};
use reliance::scenario::Scenario;

use super::super::properties::kept;
use super::super::trial::{Witness, trial};
use super::disputes;

/// Outcomes of groups that vote, of which there is none in this market.
const OF_GROUPS: [&str; 4] =
    ["a deposit is lost", "a group turns an alarm down", "a group upholds an alarm", "too few of a group vote"];

/// Every end: fates, causes and outcomes of disputes.
fn ends() -> BTreeSet<&'static str> {
    let fates = Fate::ALL.iter().map(|fate| fate.name());
    fates
        .chain(Cause::ALL.iter().map(|cause| cause.name()))
        .chain(disputes::OUTCOMES)
        .filter(|end| !OF_GROUPS.contains(end))
        .collect()
}

/// The ends that a run reaches at least five times.
fn reached(scenario: &Scenario, witness: &Witness) -> BTreeSet<&'static str> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for record in &witness.records {
        *counts.entry(record.fate.name()).or_default() += 1;
        if let Some(cause) = record.cause {
            *counts.entry(cause.name()).or_default() += 1;
        }
    }
    let often = counts.into_iter().filter(|(_, count)| *count >= 5).map(|(end, _)| end);
    often.chain(disputes::outcomes(scenario, witness)).collect()
}

/// The books agree after every event, and every end is reached.
#[test]
fn one_market_reaches_every_end() {
    let scenario = trial("whole", &[]);
    let (witness, _) = kept(&scenario);
    let reached = reached(&scenario, &witness);
    let missing: Vec<&str> = ends().difference(&reached).copied().collect();
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

fn of_jobs() -> Vec<Mechanism> {
    let long = "{ law = \"constant\", value = \"10h\" }";
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
    ]
}

/// Without a mechanism exactly its ends are missing.
#[test]
fn each_mechanism_is_needed_for_its_ends() {
    let mut wrong = Vec::new();
    for (mechanism, sets, needing) in of_disputes().into_iter().chain(of_jobs()) {
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let scenario: Arc<Scenario> = trial("whole", &sets);
        let (witness, _) = Witness::of(&scenario);
        let missing: BTreeSet<&str> = ends().difference(&reached(&scenario, &witness)).copied().collect();
        if missing != needing.iter().copied().collect() {
            wrong.push(format!("without {mechanism} these are missing: {missing:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
