//! The named methods of verification act: each changes what it claims to change, and `none` in its place does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reliance::domain::answer::Wrong;
use reliance::domain::fate::Fate;
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::time::{SimDuration, Time};
use reliance::record::fact::Fact;
use reliance::scenario::Scenario;
use reliance::scenario::schema::named_methods;

use super::super::trial::{Witness, scenario};

/// What a method claims to change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Claim {
    /// Fewer wrong answers become final.
    FewerWrong,
    /// An answer is accepted so much later: by the node's extra work, which skipped work spares it, and by the look. Each job ends
    /// as it does without.
    Later { node: SimDuration, look: SimDuration },
    /// Canaries are planted, and some are answered wrong. Each job ends as it does without.
    Canaries,
    /// Each job ends as it does without, and at the same instant.
    Nothing,
}

/// The method, the scenario whose nodes leave out work and err, and the claim.
const CLAIMS: [(&str, &str, Claim); 15] = [
    ("adaptive", "standing-adaptive-errors", Claim::FewerWrong),
    ("canary", "method-canary", Claim::Canaries),
    ("committee", "method-committee", Claim::FewerWrong),
    ("escalate", "method-escalate", Claim::FewerWrong),
    ("fingerprint", "method-fingerprint", Claim::FewerWrong),
    ("logprob-rerun", "method-logprob-rerun", Claim::FewerWrong),
    ("none", "method-signature", Claim::Nothing),
    ("optimistic", "method-optimistic", Claim::FewerWrong),
    ("proof-of-sampling", "method-proof-of-sampling", Claim::FewerWrong),
    ("refereed", "method-refereed", Claim::FewerWrong),
    ("replication", "method-replication", Claim::FewerWrong),
    ("signature", "method-signature", Claim::Later { node: SimDuration(34_000), look: SimDuration(104_000) }),
    ("spot-check", "method-spot-check", Claim::FewerWrong),
    ("tee", "method-tee", Claim::FewerWrong),
    ("zk", "method-zk", Claim::FewerWrong),
];

/// Whether a run keeps to a claim about it and the run in which nothing is checked.
fn keeps(claim: Claim, with: &Witness, without: &Witness) -> bool {
    let wrong = |run: &Witness| run.records.iter().filter(|record| record.fate == Fate::FinalWrong).count();
    let before: BTreeMap<JobKey, &JobRecord> = without.records.iter().map(|record| (record.key, record)).collect();
    let later = |by: &dyn Fn(&JobRecord) -> SimDuration| {
        with.records.len() == before.len()
            && with.records.iter().all(|record| {
                let then = before[&record.key];
                let accepted = |record: &JobRecord| record.at.accepted.since(Time::ZERO).0;
                then.fate == record.fate && accepted(record) == accepted(then) + by(record).0
            })
    };
    match claim {
        Claim::FewerWrong => wrong(with) < wrong(without),
        Claim::Later { node, look } => later(&|record| match record.answer.wrong {
            Some(Wrong::Skip) => look,
            _ => SimDuration(node.0 + look.0),
        }),
        Claim::Canaries => {
            let failed = |(_, fact): &&(Time, Fact)| matches!(fact, Fact::Canary { alarm: true, .. });
            later(&|_| SimDuration::ZERO) && with.facts.iter().filter(failed).count() > 20
        }
        Claim::Nothing => later(&|_| SimDuration::ZERO),
    }
}

/// A method that is not on the list fails here, and so does one that changes nothing.
#[test]
fn every_named_method_does_as_it_claims() {
    let claimed: BTreeSet<&str> = CLAIMS.iter().map(|claim| claim.0).collect();
    assert_eq!(claimed, named_methods().keys().map(String::as_str).collect(), "a claim for each named method");
    for (name, file, claim) in CLAIMS {
        let run = |method: &str| {
            let path = format!("scenarios/oracles/{file}.toml");
            let scenario: Arc<Scenario> = scenario(&path, &[&format!("verification.methods=[{method:?}]")]);
            Witness::of(&scenario).0
        };
        let (with, without) = (run(name), run("none"));
        assert!(keeps(claim, &with, &without), "`{name}` keeps to {claim:?}");
        assert_eq!(keeps(claim, &without, &without), claim == Claim::Nothing, "`none` keeps to {claim:?}");
    }
}
