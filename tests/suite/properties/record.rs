//! What must hold of every life once it is over.

use reliance::domain::fate::{Cause, Fate, Stage};
use reliance::domain::money::Money;
use reliance::domain::record::JobRecord;
use reliance::domain::service::Discipline;
use reliance::engine::time::{SimDuration, Time};
use reliance::scenario::Scenario;
use reliance::scenario::model::Slowdown;

use super::room::Room;

/// Panics where a record cannot be true.
pub fn check(scenario: &Scenario, record: &JobRecord) {
    in_order(record);
    as_its_fate_says(scenario, record);
    with_patience(scenario, record);
    let class = &scenario.classes[record.class];
    let deadline = class.deadline.map_or(Time::NEVER, |deadline| record.at.asked + deadline);
    assert_eq!(record.deadline, deadline, "{record:?}");
    assert!(record.attempts <= scenario.retries.most + 1, "{record:?}");
    assert_eq!(record.cause.is_some(), record.fate == Fate::Declined, "{record:?}");
}

/// What came, came in the order of the life. With several attempts all but the first two instants are the last one's.
fn in_order(record: &JobRecord) {
    let at = &record.at;
    let life = [
        at.asked,
        at.placed,
        at.reached,
        at.started,
        at.first_token,
        at.finished,
        at.answered,
        at.used,
        at.accepted,
        at.paid,
        at.finalised,
        at.closed,
    ];
    let came = life.iter().filter(|instant| **instant != Time::NEVER);
    assert!(came.is_sorted(), "out of order: {record:?}");
    // Nothing is skipped; but an attempt that comes to nothing forgets its first token.
    let last = life[..11].iter().rposition(|instant| *instant != Time::NEVER).expect("it was asked for");
    let skipped = (0..last).find(|&index| life[index] == Time::NEVER);
    assert!(skipped.is_none_or(|index| index == 4), "instant {skipped:?} is skipped: {record:?}");
}

fn as_its_fate_says(scenario: &Scenario, record: &JobRecord) {
    let at = &record.at;
    let reached = |instant: Time| instant != Time::NEVER;
    let (answered, accepted) = (reached(at.answered), reached(at.accepted));
    match record.fate {
        Fate::Declined => {
            assert_eq!((record.stage, record.cause, record.attempts), (Stage::Asked, Some(Cause::NoSupply), 0));
            assert!(!reached(at.placed) && at.closed == at.asked, "{record:?}");
        }
        Fate::Abandoned => {
            assert_eq!(record.stage, Stage::Waiting);
            assert!(reached(at.reached) && !reached(at.started), "{record:?}");
        }
        Fate::Lost => {
            assert!(record.attempts > 0 && !answered, "{record:?}");
            let spent = record.attempts == scenario.retries.most + 1;
            assert!(spent || record.stage == Stage::Retrying, "{record:?}");
        }
        Fate::Late => assert!(answered && !accepted && at.answered > record.deadline, "{record:?}"),
        Fate::FinalRight => {
            assert!(answered && at.answered <= record.deadline && record.is_right(), "{record:?}");
            let settled = [at.accepted, at.used, at.paid, at.finalised, at.closed];
            assert!(settled.iter().all(|instant| *instant == at.answered), "{record:?}");
        }
        Fate::Censored => assert!(!answered, "{record:?}"),
        other => panic!("nothing leads to {other:?} without verification: {record:?}"),
    }
    let charged = if record.fate == Fate::FinalRight { record.price() } else { Money::ZERO };
    assert_eq!(record.charged(), charged, "{record:?}");
}

/// Patience of a constant length is spent to the nanosecond: nobody leaves early, nobody begins to be served after it
/// unless he did not have to wait.
fn with_patience(scenario: &Scenario, record: &JobRecord) {
    let at = &record.at;
    let patience = scenario.classes[record.class].patience.as_ref();
    assert!(record.fate != Fate::Abandoned || patience.is_some(), "{record:?}");
    let Some(nanos) = patience.and_then(|law| law.is_constant()) else { return };
    let spent = (at.asked + SimDuration::from_nanos(nanos)).max(at.reached);
    match record.fate {
        Fate::Abandoned => assert_eq!(at.closed, spent, "{record:?}"),
        _ if at.started != Time::NEVER && !loads(scenario) => assert!(at.started <= spent, "{record:?}"),
        _ => {}
    }
}

/// Whether a node of the scenario may load a model while a job holds a slot.
fn loads(scenario: &Scenario) -> bool {
    scenario.groups.iter().any(|group| group.memory_gb.is_some())
}

/// How long the execution took, where that follows from the work and the node's speed alone.
pub fn steady(scenario: &Scenario, rooms: &[Room], record: &JobRecord) -> Option<u64> {
    if record.at.answered == Time::NEVER || scenario.classes[record.class].noise.is_some() {
        return None;
    }
    let group = &scenario.groups[rooms[record.node.0 as usize].group];
    let alone = group.slowdown == Slowdown::None && group.discipline != Discipline::Batch;
    let uninterrupted = !group.preemptive && !group.keeps_jobs();
    (alone && uninterrupted).then(|| record.at.finished.since(record.at.started).0)
}
