//! The scenario `verified` meets every fate and every cause that there are, and every fact.

use std::collections::{BTreeMap, BTreeSet};

use reliance::domain::fate::{Cause, Fate};
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::tally::Tally;
use reliance::simulate::simulate;

use super::super::properties::kept;
use super::super::trial::{Witness, seed, trial};
use super::kind;

#[test]
fn one_scenario_meets_every_fate_and_every_cause() {
    let (witness, _) = Witness::of(&trial("verified", &[]));
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for record in &witness.records {
        *fates.entry(record.fate).or_default() += 1;
        if let Some(cause) = record.cause {
            *causes.entry(cause).or_default() += 1;
        }
    }
    assert!(fates.keys().eq(Fate::ALL) && causes.keys().eq(Cause::ALL), "{fates:?} {causes:?}");
    let rarest = fates.values().chain(causes.values()).min();
    assert!(rarest >= Some(&5), "{fates:?} {causes:?}");
}

#[test]
fn every_fact_of_verified_is_met() {
    let (witness, _) = Witness::of(&trial("verified", &[]));
    let met: BTreeSet<(&str, bool)> = witness.facts.iter().map(|(_, fact)| kind(fact)).collect();
    assert_eq!(met.len(), super::ALL_KINDS - super::DISPUTES, "{met:?}");
}

/// The first group does as it is told. A job may come to it from a node that had decided on a wrong answer, and failed or lost
/// the job to a new quote before the answer was there. What the honest node answers is right all the same.
#[test]
fn an_honest_node_answers_right_whoever_had_the_job_before() {
    let scenario = trial("verified", &[]);
    let (witness, _) = Witness::of(&scenario);
    let honest = |record: &&JobRecord| {
        record.at.answered != Time::NEVER
            && record.node.0 < scenario.groups.iter().next().expect("a group").count
            && !scenario.verification.methods[record.method].compares()
    };
    let answered: Vec<&JobRecord> = witness.records.iter().filter(honest).collect();
    let moved = answered.iter().filter(|record| record.renegotiations > 0).count();
    assert!(moved > 50, "{moved} of {} were quoted anew while they waited", answered.len());
    assert!(answered.iter().all(|record| record.is_right()));
}

/// Money is conserved after every event, and each life is what its fate says.
#[test]
fn books_agree_in_verified() {
    for sets in [&[][..], &["drain=true"]] {
        let (witness, _) = kept(&trial("verified", sets));
        assert!(witness.records.len() > 4_000, "{} jobs", witness.records.len());
    }
}

#[test]
fn the_tally_sums_up_what_verification_did() {
    let scenario = trial("verified", &[]);
    let mut recorder = (Tally::new(scenario.warm_up), Witness::default());
    simulate(&scenario, seed(), &mut recorder);
    let (tally, witness) = recorder;
    let summary = tally.summary();
    let counted: Vec<_> = witness.records.iter().filter(|record| record.at.asked >= scenario.warm_up).collect();
    let count = |which: &dyn Fn(&&&JobRecord) -> bool| counted.iter().filter(|record| which(record)).count() as u64;
    for &fate in Fate::ALL {
        assert_eq!(summary.fate(fate), count(&|record| record.fate == fate), "{}", fate.name());
    }
    for &cause in Cause::ALL {
        assert_eq!(summary.cause(cause), count(&|record| record.cause == Some(cause)), "{}", cause.name());
    }
    for (bit, placeable) in summary.placeable_without.iter().enumerate() {
        assert_eq!(*placeable, count(&|record| record.placeable_without >> bit & 1 == 1));
        assert!(*placeable > 0, "some job would be placed without deduction {bit}");
    }
    let killed = |record: &JobRecord| record.placeable_without >> 3 & 1 == 1;
    assert_eq!(summary.placeable_with_none, count(&|record| record.placeable_with_none));
    assert_eq!(summary.killed_by_cost, count(&|record| killed(record) && record.placeable_with_none));
    assert!(0 < summary.killed_by_cost && summary.killed_by_cost < summary.placeable_without[3], "some needed a check");
    assert_eq!(summary.used, count(&|record| record.at.used != Time::NEVER));
    assert_eq!(summary.used_wrong, count(&|record| record.at.used != Time::NEVER && !record.is_right()));
    let sum = |of: &dyn Fn(&reliance::domain::record::JobRecord) -> i64| -> i128 {
        counted.iter().map(|record| i128::from(of(record))).sum()
    };
    let channels = [
        sum(&|record| record.charged_compute.0),
        sum(&|record| record.charged_coordination.0),
        sum(&|record| record.charged_verification.0),
    ];
    assert_eq!(summary.charged_by_channel, channels);
    assert_eq!(summary.charged, channels.iter().sum::<i128>());
    assert!(channels.iter().all(|charged| *charged > 0), "{channels:?}");
    assert_eq!(summary.checks[0] as i128, sum(&|record| record.checks.into()));
    // Those who compute, prove and check earn what is paid in their channels by all, counted or not; the chain's is burnt.
    let paid: i128 =
        witness.records.iter().map(|record| i128::from((record.charged_compute + record.charged_verification).0)).sum();
    assert_eq!(summary.nodes.income + summary.nodes.checkers_income, paid);
}
