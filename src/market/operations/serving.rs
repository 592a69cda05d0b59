//! A node serves: jobs take slots, give way, leave, and the next ones follow.

use crate::domain::fate::Stage;
use crate::domain::ids::{ModelId, PartyId, WorkSlot};
use crate::domain::item::Phase;
use crate::domain::purpose::{Purpose, draw};
use crate::domain::service::Discipline;
use crate::domain::work::Work;
use crate::engine::random::{KeyedRng, RandomSource, key};
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::jobs::Visit;
use crate::market::state::nodes::Due;
use crate::market::state::service::Entry;
use crate::record::fact::Fact;
use crate::scenario::model::NodeGroup;

use super::{load, memory, room};

/// The node takes a job in: it is served at once if a slot is free, otherwise it waits.
pub fn take_in(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let state = &mut market.nodes.states[node];
    state.add_work(market.jobs[slot].expected);
    let is_up = state.is_up();
    let free = is_up && state.queued() == 0 && group.discipline != Discipline::Batch;
    let slot_free = free && state.service.serving() < market.nodes.quotes[node].slots;
    if slot_free || (group.preemptive && is_up && preempt(market, at, slot, node)) {
        start(market, at, slot, node, group);
        schedule(market, at, node);
    } else {
        room::join(market, at, slot, node);
        if group.discipline == Discipline::Batch {
            serve(market, at, node);
        }
    }
    load::note_load(market, at.scenario, node);
}

/// Fills free slots from the waiting room.
pub fn serve(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    if group.discipline == Discipline::Batch {
        serve_batch(market, at, node, group);
    } else {
        while let Some(slot) = next_waiting(market, node, group) {
            room::leave_room(market, at, slot, node);
            start(market, at, slot, node, group);
        }
    }
    schedule(market, at, node);
}

/// Serves on after a repair.
pub fn serve_again(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    serve(market, at, node);
    give_way(market, at, node);
    schedule(market, at, node);
}

/// The job that a free slot goes to, if there is a free slot and a job.
fn next_waiting(market: &mut State, node: PartyId, group: &NodeGroup) -> Option<WorkSlot> {
    let seed = market.seed;
    let state = &mut market.nodes.states[node];
    if !state.is_up() || state.queued() == 0 || state.service.serving() >= market.nodes.quotes[node].slots {
        return None;
    }
    if group.discipline == Discipline::Lifo {
        return state.waiting.last();
    }
    let picks = &mut market.nodes.backrooms[node].picks;
    state.waiting.first(|count| {
        *picks += 1;
        KeyedRng::new(key(seed, Purpose::Discipline as u32, node.0 as u64, *picks, 0)).below(count as u64) as usize
    })
}

/// All that wait go into service together, up to the most a batch holds.
fn serve_batch(market: &mut State, at: &mut Context<'_>, node: PartyId, group: &NodeGroup) {
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    if state.service.serving() > 0 || !state.is_up() {
        return;
    }
    let mut batch = std::mem::take(&mut market.nodes.backrooms[node].batch);
    let mut work = group.batch_setup;
    while let Some(slot) =
        market.nodes.states[node].waiting.first(|_| 0).filter(|_| (batch.len() as u32) < group.batch_max)
    {
        room::leave_room(market, at, slot, node);
        work += market.jobs[slot].left;
        begin(market, at, slot, node);
        market.jobs[slot].phase = Phase::Decode;
        market.nodes.states[node].service.occupy();
        batch.push(slot);
    }
    let state = &mut market.nodes.states[node];
    if !batch.is_empty() {
        state.service.run_at(state.speed);
        state.service.serve(WorkSlot::NONE, 0, work);
    }
    market.nodes.backrooms[node].batch = batch;
}

/// Puts aside the job in service whose priority is lowest, if it is lower than this one's. Says whether it did.
fn preempt(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) -> bool {
    let classes = &at.scenario.classes;
    let priority = |market: &State, slot: WorkSlot| classes[market.jobs[slot].class].priority;
    let ours = priority(market, slot);
    let state = &market.nodes.states[node];
    debug_assert!(state.service.serving() <= market.nodes.quotes[node].slots);
    let current = state.service.entries().filter(|entry| market.jobs.is(entry.work, entry.version));
    // Among the jobs of the lowest priority the last to have begun. An entry of an old version belongs to no job.
    let began = |entry: &Entry| market.jobs.started(entry.work);
    let lowest = current.max_by_key(|entry| (priority(market, entry.work), began(entry), **entry)).copied();
    let Some(entry) = lowest.filter(|entry| priority(market, entry.work) > ours) else {
        return false;
    };
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    let rest = state.service.left(&entry);
    state.service.vacate();
    let item = &mut market.jobs[entry.work];
    match item.phase {
        Phase::Prefill => {
            let decode = item.left.less(item.prefill);
            (item.prefill, item.left) = (rest, rest + decode);
        }
        _ => item.left = rest,
    }
    item.version = item.version.wrapping_add(1);
    item.stage = Stage::Waiting;
    at.facts.note(Fact::Preempted { job: market.jobs.key(entry.work), node });
    let lower = priority(market, entry.work);
    let state = &mut market.nodes.states[node];
    state.waiting.return_to_front(&mut market.jobs, entry.work, lower);
    market.nodes.join_queue(node, market.jobs[entry.work].expected);
    market.leave_slot(at, entry.work, node);
    market.wait_more(at, entry.work);
    true
}

/// Gives a job a slot: it is served, after its model is loaded where that must be.
fn start(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId, group: &NodeGroup) {
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    state.service.occupy();
    let model = at.scenario.classes[market.jobs[slot].class].model;
    let ready =
        if group.memory_gb.is_some() { memory::use_model(market, at, node, model) } else { at.now } + group.hold;
    if ready > at.now {
        let job = market.jobs.key(slot);
        let item = &mut market.jobs[slot];
        item.version = item.version.wrapping_add(1);
        item.stage = Stage::Executing;
        let by_name = Fact::LoadAwaited { job, node, model: ModelId(at.scenario.models[model].rank) };
        at.facts.note_by_name(Fact::LoadAwaited { job, node, model }, by_name);
        at.queue.push(ready, Event::Load { work: slot, version: item.version });
        market.nodes.backrooms[node].loading.push(slot);
        market.take_slot(at, slot, node);
        return;
    }
    begin(market, at, slot, node);
    enter(market, slot, node);
}

/// Waiting jobs of higher priority preempt jobs in service. None could be preempted while a model was loaded or the node was down.
pub fn give_way(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    if !group.preemptive || !market.nodes.states[node].is_up() {
        return;
    }
    while let Some(first) = market.nodes.states[node].waiting.first(|_| 0) {
        if !preempt(market, at, first, node) {
            return;
        }
        room::leave_room(market, at, first, node);
        start(market, at, first, node, group);
    }
}

/// Execution begins, or goes on after it was put aside.
pub fn begin(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) {
    let Visit { item, key, reached, started, .. } = market.jobs.visit(slot);
    item.version = item.version.wrapping_add(1);
    item.stage = Stage::Executing;
    if item.phase == Phase::Idle {
        *started = at.now;
        item.phase = item.first_phase();
        let waited = at.now.since(*reached);
        if market.jobs.executes(slot) {
            at.facts.note(Fact::Started { job: key, node, waited });
        }
    }
    market.take_slot(at, slot, node);
}

/// Serves a job anew, from the beginning, in the slot it kept through a failure.
pub fn begin_again(market: &mut State, slot: WorkSlot, node: PartyId) {
    let item = &mut market.jobs[slot];
    item.phase = item.first_phase();
    enter(market, slot, node);
}

/// Puts a job with a slot on the node's clock.
#[inline]
pub fn enter(market: &mut State, slot: WorkSlot, node: PartyId) {
    let item = &market.jobs[slot];
    let phase = if item.phase == Phase::Prefill { item.prefill } else { item.left };
    market.nodes.states[node].service.serve(slot, item.version, phase);
}

/// Makes the next step at a node due, unless it is already.
pub fn schedule(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    if state.is_up() && group.discipline != Discipline::Batch {
        let slowdown = group.slowdown.factor(state.service.serving());
        state.service.run_at(if slowdown == 1.0 { state.speed } else { state.speed / slowdown });
    }
    let jobs = &market.jobs;
    let next = match state.is_up() {
        true => state.service.next(|entry| !entry.work.is_some() || jobs.is(entry.work, entry.version)),
        false => None,
    };
    let due = next.map(|(entry, at)| Due { at, work: entry.work, version: entry.version });
    if due == state.due {
        return;
    }
    state.version = state.version.wrapping_add(1);
    state.due = due;
    if let Some(due) = due {
        at.queue.push(due.at, Event::Step { node, version: state.version });
    }
}

/// Execution is over, with an answer or without; without one there is no first token either.
pub fn leave_node(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) {
    let flakes = at.scenario.groups[market.nodes.quotes[node].group].flaky.get();
    let index = market.jobs.draw_index(slot);
    let Visit { item, key, first_token, finished, .. } = market.jobs.visit(slot);
    let whole = flakes == 0.0 || !draw(market.seed, Purpose::Flake, key, index).chance(flakes);
    market.nodes.states[node].take_work(item.expected);
    *finished = at.now;
    if !whole {
        *first_token = Time::NEVER;
    } else if *first_token == Time::NEVER {
        *first_token = at.now;
    }
    item.phase = Phase::Idle;
    at.facts.note(Fact::Finished { job: key, node, whole });
    market.leave_slot(at, slot, node);
}

/// Takes work out of service before its end; the slot is free afterwards. Returns the share of the work that was done: the time in
/// service over what it would have been in all at the present pace.
pub fn interrupt(market: &mut State, at: &mut Context<'_>, slot: WorkSlot, node: PartyId) -> f64 {
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    let (item, started) = (&market.jobs[slot], market.jobs.started(slot));
    let passed = at.now.since(started.min(at.now)).nanos();
    let later = if item.phase == Phase::Prefill { item.left.less(item.prefill) } else { Work::ZERO };
    let remaining = state.service.remaining(slot, item.version).map(|phase| phase + later.nanos() / state.speed);
    let done = match remaining {
        Some(remaining) if passed + remaining > 0.0 => passed / (passed + remaining),
        Some(_) => 1.0,
        None => 0.0,
    };
    state.service.vacate();
    let loading = &mut market.nodes.backrooms[node].loading;
    loading.retain(|&other| other != slot);
    let item = &mut market.jobs[slot];
    // Its entry on the clock is of an earlier version from now on.
    item.version = item.version.wrapping_add(1);
    market.leave_slot(at, slot, node);
    done
}

impl State {
    /// A job or a task has a slot from now on.
    #[inline]
    pub fn take_slot(&mut self, at: &Context<'_>, slot: WorkSlot, node: PartyId) {
        let executes = self.jobs.executes(slot);
        self.levels.executing_of(executes).up(at.now);
        if executes && !self.prices.shares.is_empty() {
            self.share_of(at.scenario, slot).used.up(at.now);
        }
        if self.nodes.states[node].is_up() {
            self.levels.in_use_of(self.nodes.kind(node)).up(at.now);
        }
    }

    /// It gives the slot back. Those of a node that is down are not counted as in use.
    #[inline]
    pub fn leave_slot(&mut self, at: &Context<'_>, slot: WorkSlot, node: PartyId) {
        let executes = self.jobs.executes(slot);
        self.levels.executing_of(executes).down(at.now);
        if executes && !self.prices.shares.is_empty() {
            self.share_of(at.scenario, slot).used.down(at.now);
        }
        if self.nodes.states[node].is_up() {
            self.levels.in_use_of(self.nodes.kind(node)).down(at.now);
        }
    }
}
