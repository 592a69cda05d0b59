//! What becomes of alarms that do not decide alone: `tests/scenarios/disputes.toml` reaches every outcome, and without one of the
//! mechanisms not that one's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reliance::domain::fate::Fate;
use reliance::domain::money::Money;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::scenario::schema::named_methods;

use super::super::properties::kept;
use super::super::trial::{ROOT, Witness, trial};

/// Every outcome of a dispute.
pub(super) const OUTCOMES: [&str; 19] = [
    "accepted without an alarm",
    "a bond is lost",
    "a checker is fined",
    "a deposit is lost",
    "a group turns an alarm down",
    "a group upholds an alarm",
    "a right answer is accepted after an alarm",
    "a right answer is refused after an alarm",
    "a right answer is revoked after a challenge",
    "a right answer of copies that differ is accepted",
    "a wrong answer is accepted after an alarm",
    "a wrong answer is refused after an alarm",
    "a wrong answer is revoked after a challenge",
    "a wrong answer of copies that differ is accepted",
    "all answers of copies that differ are refused",
    "an alarm about an alarm",
    "nobody decides about an alarm",
    "rounds of bisection",
    "too few of a group vote",
];

/// What a checker loses whose alarm a group does not uphold; no share of a stake comes to that.
const DEPOSIT: Money = Money(500_000);

/// The outcomes that a run reaches at least five times.
pub(super) fn outcomes(scenario: &Scenario, witness: &Witness) -> BTreeSet<&'static str> {
    let mut alarms: BTreeMap<JobKey, usize> = BTreeMap::new();
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut seen = |outcome: &'static str, is_met: bool| *counts.entry(outcome).or_default() += usize::from(is_met);
    for (_, fact) in &witness.facts {
        match *fact {
            Fact::Escalated { job, check, rounds, .. } => {
                *alarms.entry(job).or_default() += 1;
                seen("an alarm about an alarm", check > 0);
                seen("rounds of bisection", rounds == 10 || rounds == 3);
            }
            Fact::Forfeited { amount: DEPOSIT, .. } => seen("a deposit is lost", true),
            Fact::Forfeited { by, .. } => {
                seen(if by.is_some() { "a checker is fined" } else { "a bond is lost" }, true);
            }
            _ => {}
        }
    }
    for record in witness.records.iter().filter(|record| record.at.answered != Time::NEVER) {
        let method = &scenario.verification.methods[record.method];
        if let Some(vote) = method.checks.get(1).and_then(|check| check.vote) {
            // Beside the vote of the validator that raised the alarm.
            let (cast, quorum) = (u64::from(record.checks).saturating_sub(1), vote.needed(5));
            match record.fate {
                Fate::FinalRight | Fate::FinalWrong if !alarms.contains_key(&record.key) => {}
                Fate::FinalRight | Fate::FinalWrong if (1..quorum).contains(&cast) => {
                    seen("too few of a group vote", true);
                }
                Fate::FinalRight | Fate::FinalWrong if cast >= quorum => seen("a group turns an alarm down", true),
                Fate::RejectedRight | Fate::RejectedWrong => seen("a group upholds an alarm", true),
                _ => {}
            }
            continue;
        }
        let outcome = match (alarms.contains_key(&record.key), record.fate, method.defers) {
            (true, Fate::FinalRight, _) if method.compares() => "a right answer of copies that differ is accepted",
            (true, Fate::FinalWrong, _) if method.compares() => "a wrong answer of copies that differ is accepted",
            (true, Fate::RejectedRight | Fate::RejectedWrong, _) if method.compares() => {
                "all answers of copies that differ are refused"
            }
            (true, ..) if method.compares() => continue,
            (false, Fate::FinalRight, _) => "accepted without an alarm",
            (true, Fate::FinalRight, _) => "a right answer is accepted after an alarm",
            (true, Fate::FinalWrong, _) => "a wrong answer is accepted after an alarm",
            (true, Fate::RejectedRight, false) => "a right answer is refused after an alarm",
            (true, Fate::RejectedWrong, false) => "a wrong answer is refused after an alarm",
            (true, Fate::RevokedRight, true) => "a right answer is revoked after a challenge",
            (true, Fate::RevokedWrong, true) => "a wrong answer is revoked after a challenge",
            (true, Fate::Unresolved, false) => "nobody decides about an alarm",
            _ => continue,
        };
        seen(outcome, true);
    }
    counts.into_iter().filter(|(_, count)| *count >= 5).map(|(outcome, _)| outcome).collect()
}

/// The scenario with some of its text replaced.
fn without(replaced: &[(&str, &str)]) -> std::sync::Arc<Scenario> {
    let path = Path::new(ROOT).join("tests/scenarios/disputes.toml");
    let mut text = std::fs::read_to_string(path).expect("the scenario");
    for (from, to) in replaced {
        assert!(text.contains(from), "`{from}` is in the scenario");
        text = text.replace(from, to);
    }
    Scenario::from_text("disputes.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The books agree after every event, and every outcome of a dispute comes about.
#[test]
fn one_scenario_reaches_every_outcome_of_a_dispute() {
    let scenario = trial("disputes", &[]);
    let (witness, _) = kept(&scenario);
    assert_eq!(outcomes(&scenario, &witness), OUTCOMES.into_iter().collect());
}

/// What is written in the place of what, and the outcomes that are then missing.
type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str]);

/// Without a mechanism that mechanism's outcomes are missing, and what does not need it comes about all the same.
#[test]
fn each_mechanism_is_needed_for_its_outcomes() {
    let ladder = "begins = \"on-alarm\", count = 3";
    let cases: [Case; 10] = [
        (
            &[("of = 0, work", "of = 0, sample = 0, work")],
            &[
                "a right answer of copies that differ is accepted",
                "a wrong answer of copies that differ is accepted",
                "all answers of copies that differ are refused",
            ],
        ),
        (&[("overturned = 0.01, ", "")], &["a checker is fined"]),
        (&[(", deposit = \"0.5\"", "")], &["a deposit is lost"]),
        (&[(", quorum = 0.6", "")], &["too few of a group vote"]),
        (
            &[(", vote = { window = \"3s\", quorum = 0.6, abstention = 0.3, deposit = \"0.5\" }", "")],
            &[
                "a deposit is lost",
                "a group turns an alarm down",
                "a group upholds an alarm",
                "too few of a group vote",
            ],
        ),
        (&[("bond = \"5\", ", "")], &["a bond is lost"]),
        (
            &[
                ("bisection = { steps = 1000, round = \"300ms\" }, ", ""),
                ("bisection = { steps = 5, round = \"100ms\" }, ", ""),
            ],
            &["rounds of bisection"],
        ),
        (
            &[("attention = 0.3", "attention = 0"), ("count = 2, timing", "count = 2, attention = 0, timing")],
            &[
                "a bond is lost",
                "a right answer is revoked after a challenge",
                "a wrong answer is revoked after a challenge",
                "rounds of bisection",
            ],
        ),
        (
            &[("begins = \"on-alarm\", of = 1, sample = 0.5", "begins = \"on-alarm\", of = 1, sample = 0")],
            &["an alarm about an alarm"],
        ),
        (
            &[(ladder, "begins = \"on-alarm\", sample = 0, count = 3")],
            &[
                "a right answer is refused after an alarm",
                "a wrong answer is refused after an alarm",
                "an alarm about an alarm",
                "nobody decides about an alarm",
            ],
        ),
    ];
    for (replaced, missing) in cases {
        let scenario = without(replaced);
        let (witness, _) = Witness::of(&scenario);
        let met = outcomes(&scenario, &witness);
        let found: BTreeSet<&str> = OUTCOMES.into_iter().filter(|outcome| !met.contains(outcome)).collect();
        assert_eq!(found, missing.iter().copied().collect(), "{replaced:?}");
    }
}

/// A dispute takes its rounds before the check that decides begins, and a challenge comes within the window.
#[test]
fn a_dispute_takes_its_rounds() {
    let scenario = trial("disputes", &[]);
    let (witness, _) = Witness::of(&scenario);
    let records: BTreeMap<JobKey, &JobRecord> = witness.records.iter().map(|record| (record.key, record)).collect();
    let mut seen = 0;
    for (now, fact) in &witness.facts {
        let Fact::Escalated { job, rounds: 10, .. } = *fact else { continue };
        let record = records[&job];
        if record.fate == Fate::Censored {
            continue;
        }
        seen += 1;
        let begun = now.since(record.at.accepted).seconds();
        let lasted = record.at.closed.since(*now).seconds();
        assert!(begun <= 4.0, "a challenge {begun} s after the acceptance");
        assert!(lasted >= 3.0, "a dispute of {lasted} s");
    }
    assert!(seen > 300, "{seen} disputes");
}

/// A vote of a group takes its window, no more and no less, and each alarm that it does not uphold costs the deposit once.
#[test]
fn a_group_votes_for_its_window() {
    let scenario = trial("disputes", &[]);
    let (witness, _) = Witness::of(&scenario);
    let of_vote = |record: &&JobRecord| {
        scenario.verification.methods[record.method].checks.get(1).is_some_and(|check| check.vote.is_some())
    };
    let voted: BTreeMap<JobKey, &JobRecord> =
        witness.records.iter().filter(of_vote).map(|record| (record.key, record)).collect();
    let (mut not_upheld, mut deposits, mut votes) = (0, 0, 0);
    for (now, fact) in &witness.facts {
        match *fact {
            Fact::Escalated { job, .. } if voted.get(&job).is_some_and(|record| record.fate != Fate::Censored) => {
                let lasted = voted[&job].at.closed.since(*now).seconds();
                assert_eq!(lasted, 3.0, "{:?}", voted[&job].fate);
                votes += 1;
                not_upheld += usize::from(matches!(voted[&job].fate, Fate::FinalRight | Fate::FinalWrong));
            }
            Fact::Forfeited { job, amount: DEPOSIT, .. } => deposits += usize::from(voted.contains_key(&job)),
            _ => {}
        }
    }
    assert!(votes > 200 && votes > not_upheld, "{votes} votes of which {not_upheld} do not uphold the alarm");
    assert_eq!(deposits, not_upheld);
}

/// A named method without a scenario that holds it to a closed form fails here.
#[test]
fn every_named_method_is_tested_to_act() {
    let oracles = Path::new(ROOT).join("scenarios/oracles");
    for name in named_methods().keys().filter(|name| *name != "none") {
        // What goes by the standing of a node has its oracles among those of standings.
        let file = if name == "adaptive" { "standing-adaptive.toml".to_owned() } else { format!("method-{name}.toml") };
        let path = oracles.join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|wrong| panic!("no oracle of `{name}`: {wrong}"));
        assert!(text.contains(&format!("methods = [\"{name}\"]")), "{path:?} admits `{name}` alone");
    }
}
