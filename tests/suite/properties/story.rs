//! What must hold of every life once it is over.

use reliance::domain::fate::{Cause, Fate, Stage};
use reliance::domain::money::Money;
use reliance::domain::story::Story;
use reliance::engine::time::{Span, Time};
use reliance::scenario::Scenario;
use reliance::scenario::model::Slowdown;
use reliance::scenario::schema::Discipline;

use super::room::Room;

/// Panics where a story cannot be true.
pub fn check(scenario: &Scenario, story: &Story) {
    in_order(story);
    as_its_fate_says(scenario, story);
    with_patience(scenario, story);
    let class = &scenario.classes[story.class];
    let deadline = class.deadline.map_or(Time::NEVER, |deadline| story.at.asked + deadline);
    assert_eq!(story.deadline, deadline, "{story:?}");
    assert!(story.attempts <= scenario.retries.most + 1, "{story:?}");
    assert_eq!(story.cause.is_some(), story.fate == Fate::Declined, "{story:?}");
}

/// What came, came in the order of the life. With several attempts all but the first two instants are the last one's.
fn in_order(story: &Story) {
    let at = &story.at;
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
    assert!(came.is_sorted(), "out of order: {story:?}");
    // Nothing is skipped; but an attempt that comes to nothing forgets its first token.
    let last = life[..11].iter().rposition(|instant| *instant != Time::NEVER).expect("it was asked for");
    let skipped = (0..last).find(|&index| life[index] == Time::NEVER);
    assert!(skipped.is_none_or(|index| index == 4), "instant {skipped:?} is skipped: {story:?}");
}

fn as_its_fate_says(scenario: &Scenario, story: &Story) {
    let at = &story.at;
    let reached = |instant: Time| instant != Time::NEVER;
    let (answered, accepted) = (reached(at.answered), reached(at.accepted));
    match story.fate {
        Fate::Declined => {
            assert_eq!((story.stage, story.cause, story.attempts), (Stage::Asked, Some(Cause::NoSupply), 0));
            assert!(!reached(at.placed) && at.closed == at.asked, "{story:?}");
        }
        Fate::Abandoned => {
            assert_eq!(story.stage, Stage::Waiting);
            assert!(reached(at.reached) && !reached(at.started), "{story:?}");
        }
        Fate::Lost => {
            assert!(story.attempts > 0 && !answered, "{story:?}");
            let spent = story.attempts == scenario.retries.most + 1;
            assert!(spent || story.stage == Stage::Retrying, "{story:?}");
        }
        Fate::Late => assert!(answered && !accepted && at.answered > story.deadline, "{story:?}"),
        Fate::FinalRight => {
            assert!(answered && at.answered <= story.deadline && story.is_right(), "{story:?}");
            let settled = [at.accepted, at.used, at.paid, at.finalised, at.closed];
            assert!(settled.iter().all(|instant| *instant == at.answered), "{story:?}");
        }
        Fate::Censored => assert!(!answered, "{story:?}"),
        other => panic!("nothing leads to {other:?} without verification: {story:?}"),
    }
    let charged = if story.fate == Fate::FinalRight { story.price() } else { Money::ZERO };
    assert_eq!(story.charged(), charged, "{story:?}");
}

/// Patience of a constant length is spent to the nanosecond: nobody leaves early, nobody begins to be served after it
/// unless he did not have to wait.
fn with_patience(scenario: &Scenario, story: &Story) {
    let at = &story.at;
    let patience = scenario.classes[story.class].patience.as_ref();
    assert!(story.fate != Fate::Abandoned || patience.is_some(), "{story:?}");
    let Some(nanos) = patience.and_then(|law| law.is_constant()) else { return };
    let spent = (at.asked + Span::from_nanos(nanos)).max(at.reached);
    match story.fate {
        Fate::Abandoned => assert_eq!(at.closed, spent, "{story:?}"),
        _ if at.started != Time::NEVER && !loads(scenario) => assert!(at.started <= spent, "{story:?}"),
        _ => {}
    }
}

/// Whether a node of the scenario may load a model while a job holds a slot.
fn loads(scenario: &Scenario) -> bool {
    scenario.groups.iter().any(|group| group.memory_gb.is_some())
}

/// How long the execution took, where that follows from the work and the node's speed alone.
pub fn steady(scenario: &Scenario, rooms: &[Room], story: &Story) -> Option<u64> {
    if story.at.answered == Time::NEVER || scenario.classes[story.class].noise.is_some() {
        return None;
    }
    let group = &scenario.groups[rooms[story.node.0 as usize].group];
    let alone = group.slowdown == Slowdown::None && group.discipline != Discipline::Batch;
    let uninterrupted = !group.preemptive && !group.keeps_jobs();
    (alone && uninterrupted).then(|| story.at.finished.since(story.at.started).0)
}
