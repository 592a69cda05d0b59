//! The waiting room of a node.

use crate::domain::fate::Stage;
use crate::domain::ids::{Owner, PartyId, WorkSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::levels::WaitingWork;
use crate::policy::pricing::Watch;
use crate::scenario::Scenario;

/// Joins the waiting room; the patience of a job begins to matter.
pub fn join(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) {
    let class = &at.scenario.classes[market.jobs[slot].class];
    let state = &mut market.nodes.states[node];
    state.waiting.join(&mut market.jobs, slot, class.priority);
    market.nodes.join_queue(node, market.jobs[slot].expected);
    market.wait_more(at, slot);
    market.jobs[slot].stage = Stage::Waiting;
    let Owner::Job(slot) = slot.owner() else { return };
    let (job, record) = market.jobs.both(slot);
    if let Some(ttl) = at.scenario.routing.quote_ttl {
        at.queue.push(at.now + ttl, Event::Expire { job: slot, version: job.version });
    }
    if let Some(patience) = &class.patience {
        let event = Event::Patience { job: slot, version: job.version };
        match market.classes[job.class].patience {
            Some(lane) if record.at.asked == at.now => at.queue.push_after(lane, event),
            _ => {
                let span = patience.span(&mut draw(market.seed, Purpose::Patience, record.key, DrawIndex::ONCE));
                // Whoever has spent the patience on the way leaves as soon as there is a wait.
                at.queue.push((record.at.asked + span).max(at.now), event);
            }
        }
    }
}

/// Takes a job or a task out of the waiting room.
pub fn leave_room(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) {
    let priority = at.scenario.classes[market.jobs[slot].class].priority;
    let state = &mut market.nodes.states[node];
    state.waiting.leave(&mut market.jobs, slot, priority);
    market.nodes.leave_queue(node, market.jobs[slot].expected);
    market.wait_less(at, slot);
}

impl State {
    /// One more waits.
    #[inline]
    pub fn wait_more(&mut self, at: &Context<'_>, slot: WorkSlot) {
        let executes = self.jobs.executes(slot);
        self.levels.waiting_of(executes).up(at.now);
        if at.scenario.channels.watch != Watch::Load {
            let expected = self.jobs[slot].expected;
            self.work_waiting(at.scenario, slot, executes).rise(at.now, expected);
        }
    }

    /// One less waits.
    #[inline]
    fn wait_less(&mut self, at: &Context<'_>, slot: WorkSlot) {
        let executes = self.jobs.executes(slot);
        self.levels.waiting_of(executes).down(at.now);
        if at.scenario.channels.watch != Watch::Load {
            let expected = self.jobs[slot].expected;
            self.work_waiting(at.scenario, slot, executes).fall(at.now, expected);
        }
    }

    /// The work that waits for what has the price of a job or a task.
    fn work_waiting(&mut self, scenario: &Scenario, slot: WorkSlot, executes: bool) -> &mut WaitingWork {
        match executes && !self.prices.shares.is_empty() {
            true => &mut self.share_of(scenario, slot).waiting,
            false => &mut self.levels.work_waiting[usize::from(!executes)],
        }
    }
}
