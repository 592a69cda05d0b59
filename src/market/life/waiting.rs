//! The job waits at its node, until it is served or patience runs out.

use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::job::Role;
use crate::domain::purpose::Purpose;
use crate::market::{Event, Market, Moment};

use super::arrival::draw;
use super::{settlement, standing};

/// Joins the waiting room; patience begins to matter.
pub fn join(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, node: NodeId) {
    let class = &at.scenario.classes[market.jobs[slot].class];
    let state = &mut market.nodes.states[node];
    state.waiting.join(&mut market.jobs, slot, class.priority);
    state.queued += 1;
    market.levels.waiting_of(&market.jobs[slot]).up(at.now);
    let (job, story) = market.jobs.both(slot);
    job.stage = Stage::Waiting;
    if job.role != Role::Job {
        return;
    }
    if let Some(ttl) = at.scenario.routing.quote_ttl {
        at.queue.push(at.now + ttl, Event::Expire { job: slot, turn: job.turn });
    }
    if let Some(patience) = &class.patience {
        let event = Event::Patience { job: slot, turn: job.turn };
        match market.classes[job.class].patience {
            Some(lane) if story.at.asked == at.now => at.queue.push_after(lane, event),
            _ => {
                let span = patience.span(&mut draw(market.seed, Purpose::Patience, story.key, 0));
                // Whoever has spent the patience on the way leaves as soon as there is a wait.
                at.queue.push((story.at.asked + span).max(at.now), event);
            }
        }
    }
}

/// Patience has run out: the job leaves the waiting room.
pub fn abandon(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let node = market.jobs[slot].node;
    leave_room(market, at, slot, node);
    market.nodes.states[node].work -= u128::from(market.jobs[slot].expected.0);
    market.note_load(at.scenario, node);
    settlement::return_escrow(market, at, slot);
    standing::close(market, at, slot, Fate::Abandoned);
}

/// Takes a job out of the waiting room.
pub fn leave_room(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, node: NodeId) {
    let priority = at.scenario.classes[market.jobs[slot].class].priority;
    let state = &mut market.nodes.states[node];
    state.waiting.leave(&mut market.jobs, slot, priority);
    state.queued -= 1;
    market.levels.waiting_of(&market.jobs[slot]).down(at.now);
}
