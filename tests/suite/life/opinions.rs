//! What is thought of a party decides whether it is asked: those who failed too often are left out, and those who are drawn by
//! their weight are drawn as often as they weigh.

use reliance::domain::fate::Fate;
use reliance::domain::ids::{PartyId, RequesterId};
use reliance::domain::record::JobRecord;
use reliance::engine::time::Time;
use reliance::record::fact::Fact;

use super::super::properties::kept;
use super::super::trial::{Witness, trial};

/// The node that never does the work, and the validator that says the opposite of what it sees.
const IDLER: PartyId = PartyId(3);
const CONTRARIAN: PartyId = PartyId(10);

/// So many failures in a row are too many: 0.05⁵ is below 10⁻⁶.
const STREAK: usize = 5;

fn seen(sets: &[&str]) -> Witness {
    let (witness, _) = kept(&trial("weighed", sets));
    assert!(witness.records.len() > 1_800, "{} jobs", witness.records.len());
    witness
}

/// When the idler was found out for the fifth time, the placements with it until then and those after it.
fn before_and_after(witness: &Witness, of: impl Fn(&JobRecord) -> bool) -> (usize, usize) {
    let is_asked = |record: &&JobRecord| record.node == IDLER && of(record);
    let mut found: Vec<Time> = witness.records.iter().filter(is_asked).map(|record| record.at.closed).collect();
    found.sort_unstable();
    let out = found[STREAK - 1];
    let placed = witness.records.iter().filter(is_asked).map(|record| record.at.placed);
    let after = placed.clone().filter(|placed| *placed > out).count();
    (placed.count() - after, after)
}

#[test]
fn who_fails_too_often_is_not_asked_any_more() {
    let left_out = seen(&["verification.opinions.exclude-below=1"]);
    let (before, after) = before_and_after(&left_out, |_| true);
    assert!((STREAK..STREAK + 20).contains(&before), "those under way when it was found out: {before}");
    assert_eq!(after, 0, "it fails for the fifth time and is asked no more");
    assert!(left_out.records.iter().all(|record| record.fate != Fate::Declined), "the others are asked in its place");
    let kept_in = seen(&[]);
    let (_, after) = before_and_after(&kept_in, |_| true);
    assert!(after > kept_in.records.len() / 6, "a quarter of all jobs, but for five: {after}");
}

/// Each group finds out for itself.
#[test]
fn each_group_leaves_out_whom_it_has_seen_fail() {
    let witness = seen(&["verification.opinions.exclude-below=1", "verification.opinions.holders=group"]);
    for group in [0, 1] {
        let (before, after) = before_and_after(&witness, |record| record.requester == RequesterId(group));
        assert!((STREAK..STREAK + 20).contains(&before) && after == 0, "group {group}: {before} and {after}");
    }
}

/// With `opinion` for a pool whoever weighs nothing is not drawn, though nobody is left out by a limit.
#[test]
fn who_weighs_nothing_is_not_drawn() {
    for holders in ["public", "group"] {
        let sets = [
            "routing.pool={ rule = \"opinion\", opinion = { d = 2 } }",
            &format!("verification.opinions.holders={holders}"),
        ];
        let witness = seen(&sets);
        let (before, after) = match holders {
            "group" => before_and_after(&witness, |record| record.requester == RequesterId(1)),
            _ => before_and_after(&witness, |_| true),
        };
        assert!((STREAK..STREAK + 20).contains(&before) && after == 0, "{holders}: {before} and {after}");
    }
}

/// The share of the checks of an early and a late stretch that were the contrarian's.
fn shares(witness: &Witness) -> [f64; 2] {
    [0..20, 100..200].map(|seconds| {
        let checks = witness.facts.iter().filter(|(at, _)| seconds.contains(&(at.0 / 1_000_000_000)));
        let by: Vec<PartyId> = checks
            .filter_map(|(_, fact)| match fact {
                Fact::Checked { by, .. } => Some(*by),
                _ => None,
            })
            .collect();
        by.iter().filter(|by| **by == CONTRARIAN).count() as f64 / by.len() as f64
    })
}

/// Of seven validators one is overturned each time. Drawn at random it is one of three in 3/7 of all committees and there it
/// votes if it is not the last, for then the others have decided and it is called off: 2/7 votes of 16/7, an eighth. Drawn by
/// a beta opinion, of which 1 of n + 2 is left after n checks, it is soon hardly asked.
#[test]
fn checks_go_to_those_who_are_upheld() {
    let beta = "verification.opinions.rule={ rule = \"beta\" }";
    let [early, late] = shares(&seen(&[beta]));
    let fair = 1.0 / 8.0;
    assert!((early - fair).abs() < 0.06 && (late - fair).abs() < 0.03, "{early} {late}");
    let [early, late] = shares(&seen(&[beta, "verification.selection={ rule = \"opinion-weighted\" }"]));
    assert!(late < fair / 8.0 && late < early / 2.0, "{early} {late}");
}

/// A checker that is overturned too often is not asked either, and the others check in its place.
#[test]
fn a_checker_is_left_out_too() {
    let witness = seen(&["verification.opinions.exclude-below=1"]);
    let [early, late] = shares(&witness);
    assert!(early > 0.0 && late == 0.0, "{early} {late}");
    let unchecked = witness.records.iter().filter(|record| record.at.accepted != Time::NEVER && record.checks < 2);
    assert_eq!(unchecked.count(), 0, "two of three decide");
}
