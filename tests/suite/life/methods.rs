//! The named methods of verification act: with `none` in the place of one, what it claims to change is as without it.

use std::collections::BTreeSet;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::record::fact::Fact;
use reliance::record::tally::{Summary, Tally};
use reliance::scenario::Scenario;
use reliance::scenario::schema::named_methods;
use reliance::simulate::simulate;

use super::super::trial::{Witness, scenario, seed};

/// What a method claims to change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Claim {
    /// Fewer wrong answers become final.
    FewerWrong,
    /// An answer is accepted later by so many seconds; what it is and what becomes of it stay as they are.
    Later(f64),
    /// Canaries are planted, and some are answered wrong; no answer is held back.
    Canaries,
}

/// The method, the scenario whose nodes leave out work and err, and the claim.
const CLAIMS: [(&str, &str, Claim); 15] = [
    ("adaptive", "standing-adaptive-errors", Claim::FewerWrong),
    ("canary", "method-canary", Claim::Canaries),
    ("committee", "method-committee", Claim::FewerWrong),
    ("escalate", "method-escalate", Claim::FewerWrong),
    ("fingerprint", "method-fingerprint", Claim::FewerWrong),
    ("logprob-rerun", "method-logprob-rerun", Claim::FewerWrong),
    ("optimistic", "method-optimistic", Claim::FewerWrong),
    ("proof-of-sampling", "method-proof-of-sampling", Claim::FewerWrong),
    ("refereed", "method-refereed", Claim::FewerWrong),
    ("replication", "method-replication", Claim::FewerWrong),
    ("signature", "method-signature", Claim::Later(34e-6 + 104e-6)),
    ("spot-check", "method-spot-check", Claim::FewerWrong),
    ("tee", "method-tee", Claim::FewerWrong),
    ("zk", "method-zk", Claim::FewerWrong),
    ("none", "method-signature", Claim::Later(0.0)),
];

fn summary(scenario: &Arc<Scenario>) -> Summary {
    let mut tally = Tally::new(scenario.warm_up);
    simulate(scenario, seed(), &mut tally);
    tally.into_summary()
}

/// Whether a method does as it claims, in the place of which `none` does not.
fn acts(claim: Claim, with: &Arc<Scenario>, without: &Arc<Scenario>) -> bool {
    let [found, none] = [with, without].map(summary);
    let wrong = [&found, &none].map(|summary| summary.fate(Fate::FinalWrong));
    let accepted = [&found, &none].map(|summary| {
        let moments = &summary.accepted.moments;
        moments.sum() / moments.count() as f64
    });
    let canaries = |scenario: &Arc<Scenario>| {
        let (witness, _) = Witness::of(scenario);
        let alarms = witness.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Canary { alarm: true, .. }));
        alarms.count()
    };
    match claim {
        Claim::FewerWrong => wrong[0] < wrong[1],
        Claim::Later(by) => wrong[0] == wrong[1] && (accepted[0] - accepted[1] - by).abs() < 1e-7,
        Claim::Canaries => wrong[0] == wrong[1] && canaries(with) > 20 && canaries(without) == 0,
    }
}

/// Every named method is on the list; what it claims to change it changes, and a claim does not hold of `none` itself.
#[test]
fn every_named_method_does_as_it_claims() {
    let claimed: BTreeSet<&str> = CLAIMS.iter().map(|claim| claim.0).collect();
    assert_eq!(claimed, named_methods().keys().map(String::as_str).collect(), "a claim for each named method");
    for (name, file, claim) in CLAIMS {
        let path = format!("scenarios/oracles/{file}.toml");
        let without = scenario(&path, &["verification.methods=[\"none\"]"]);
        let with = scenario(&path, &[&format!("verification.methods=[\"{name}\"]")]);
        assert!(acts(claim, &with, &without), "`{name}` keeps to {claim:?}");
        assert_eq!(acts(claim, &without, &without), claim == Claim::Later(0.0), "`none` does not: {claim:?}");
    }
}
