//! What must hold of a run as a whole, read off the lives alone.

use std::collections::BTreeMap;

use reliance::domain::fate::Fate;
use reliance::domain::ids::PartyId;
use reliance::domain::record::JobRecord;
use reliance::domain::service::Discipline;
use reliance::engine::time::Time;
use reliance::scenario::Scenario;
use reliance::scenario::model::NodeGroup;

use crate::suite::trial::Witness;

fn group<'s>(scenario: &'s Scenario, witness: &Witness, node: PartyId) -> &'s NodeGroup {
    &scenario.groups[witness.nodes[node.0 as usize].group]
}

/// Little's law as an equality of integers, along each part of the way: jobs × time in the market is the sum of the times
/// that the jobs spent there. Says whether the run is one of which it can be read off the lives: everybody has left, after
/// one attempt in one piece.
pub fn littles_law(scenario: &Scenario, witness: &Witness) -> bool {
    let records = &witness.records;
    let sum = |length: fn(&JobRecord) -> u64| records.iter().map(|record| length(record) as u128).sum::<u128>();
    assert_eq!(witness.end.open_area, sum(|record| record.at.closed.since(record.at.asked).0), "jobs in the market");
    let whole = scenario.groups.iter().all(|group| !group.preemptive && group.memory_gb.is_none());
    let single = records.iter().all(|record| record.attempts <= 1 && record.fate != Fate::Lost);
    if !scenario.drain || !whole || !single {
        return false;
    }
    let waited = sum(|record| match record.at.started {
        Time::NEVER if record.fate == Fate::Abandoned => record.at.closed.since(record.at.reached).0,
        Time::NEVER => 0,
        started => started.since(record.at.reached).0,
    });
    assert_eq!(witness.end.waiting_area, waited, "jobs in waiting rooms");
    let served = sum(|record| record.between(record.at.started, record.at.finished).map_or(0, |span| span.0));
    assert_eq!(witness.end.executing_area, served, "jobs in service");
    let busy: u128 = witness.nodes.iter().map(|node| node.busy as u128).sum();
    // A node that keeps its jobs through a failure is not busy while it is down.
    match scenario.groups.iter().any(|group| group.keeps_jobs()) {
        true => assert!(busy <= served, "slots that are held: {busy} of {served}"),
        false => assert_eq!(busy, served, "slots that are held"),
    }
    true
}

/// Where one is served after the other in the order of coming, nobody is served or done before who came before. Says of
/// how many nodes that could be read off the lives.
pub fn nobody_overtakes(scenario: &Scenario, witness: &Witness) -> usize {
    let mut lines = lives_by_node(witness);
    lines.retain(|&node, records| {
        let group = group(scenario, witness, node);
        let one_line = group.discipline == Discipline::Fifo && group.slots == 1 && group.flaky.get() == 0.0;
        one_line && group.failure.is_none() && records.len() > 1
    });
    for records in lines.values_mut() {
        // In the order of coming; who leaves the line is in nobody's way. Ties are in the order the jobs started.
        records.retain(|record| record.at.started != Time::NEVER);
        records.sort_by_key(|record| (record.at.reached, record.at.started, record.at.finished));
        assert!(records.is_sorted_by_key(|record| record.at.started), "somebody starts early: {records:?}");
        assert!(records.is_sorted_by_key(|record| record.at.finished), "somebody ends early: {records:?}");
    }
    lines.len()
}

/// Those who begin together in a batch end together, after the time that all of their work and the setup take. Says how
/// many batches of several jobs could be read off the lives.
pub fn batches_are_whole(scenario: &Scenario, witness: &Witness) -> usize {
    let noisy = scenario.classes.iter().any(|class| class.noise.is_some());
    let mut seen = 0;
    for (node, records) in lives_by_node(witness) {
        let group = group(scenario, witness, node);
        let certain = group.failure.is_none() && group.flaky.get() == 0.0 && !noisy;
        if group.discipline != Discipline::Batch || !certain {
            continue;
        }
        // That no batch is torn apart shows in its length: half the jobs would be half the work.
        let mut batches: BTreeMap<(Time, Time), Vec<&JobRecord>> = BTreeMap::new();
        for record in records.into_iter().filter(|record| record.at.finished != Time::NEVER) {
            batches.entry((record.at.started, record.at.finished)).or_default().push(record);
        }
        for ((started, finished), batch) in batches {
            // Several batches without work may follow one another within one instant.
            assert!(batch.len() as u32 <= group.batch_max || started == finished, "a batch of {}", batch.len());
            let work = group.batch_setup.0 + batch.iter().map(|record| record.work.0).sum::<u64>();
            let expected = work as f64 / witness.nodes[node.0 as usize].speed;
            let took = finished.since(started).0 as f64;
            // The end is rounded up to a whole nanosecond.
            assert!((took - expected).abs() < 2.0 + expected * 1e-9, "{took} ns for {work} ns of work");
            seen += (batch.len() > 1) as usize;
        }
    }
    seen
}

/// The jobs by the node of their last attempt, in the order they left; those that never reached one are left out.
fn lives_by_node(witness: &Witness) -> BTreeMap<PartyId, Vec<&JobRecord>> {
    let mut lives: BTreeMap<PartyId, Vec<&JobRecord>> = BTreeMap::new();
    for record in witness.records.iter().filter(|record| record.at.reached != Time::NEVER) {
        lives.entry(record.node).or_default().push(record);
    }
    lives
}
