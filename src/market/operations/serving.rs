//! A node serves: jobs take slots, give way, leave, and the next ones follow.

use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, ModelId, NodeId};
use crate::domain::job::{Job, Phase};
use crate::domain::purpose::{Purpose, draw};
use crate::engine::random::{KeyedRng, RandomSource, key};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::state::State;
use crate::market::state::nodes::Due;
use crate::market::state::service::Entry;
use crate::record::fact::Fact;
use crate::scenario::model::NodeGroup;
use crate::scenario::schema::Discipline;

use super::{load, memory, room};

/// The node takes a job in: it is served at once if a slot is free, otherwise it waits.
pub fn take_in(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let state = &mut market.nodes.states[node];
    state.add_work(market.jobs[slot].expected);
    let is_up = state.is_up();
    let free = is_up && state.queued == 0 && group.discipline != Discipline::Batch;
    let slot_free = free && state.service.serving() < group.slots;
    if slot_free || (group.preemptive && is_up && preempt(market, at, slot, node, group)) {
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
pub fn serve(market: &mut State, at: &mut Context<'_>, node: NodeId) {
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
pub fn serve_again(market: &mut State, at: &mut Context<'_>, node: NodeId) {
    serve(market, at, node);
    give_way(market, at, node);
    schedule(market, at, node);
}

/// The job that a free slot goes to, if there is a free slot and a job.
fn next_waiting(market: &mut State, node: NodeId, group: &NodeGroup) -> Option<JobSlot> {
    let seed = market.seed;
    let state = &mut market.nodes.states[node];
    if !state.is_up() || state.queued == 0 || state.service.serving() >= group.slots {
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
fn serve_batch(market: &mut State, at: &mut Context<'_>, node: NodeId, group: &NodeGroup) {
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
        state.service.serve(JobSlot::NONE, 0, work);
    }
    market.nodes.backrooms[node].batch = batch;
}

/// Puts aside the job in service whose priority is lowest, if it is lower than this one's. Says whether it did.
fn preempt(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId, group: &NodeGroup) -> bool {
    let classes = &at.scenario.classes;
    let priority = |market: &State, slot: JobSlot| classes[market.jobs[slot].class].priority;
    let ours = priority(market, slot);
    let state = &market.nodes.states[node];
    debug_assert!(state.service.serving() <= group.slots);
    let current = state.service.entries().filter(|entry| market.jobs.is(entry.job, entry.version));
    // Among the jobs of the lowest priority the last to have begun. An entry of an old version belongs to no job.
    let began = |entry: &Entry| market.jobs.record(entry.job).at.started;
    let lowest = current.max_by_key(|entry| (priority(market, entry.job), began(entry), **entry)).copied();
    let Some(entry) = lowest.filter(|entry| priority(market, entry.job) > ours) else {
        return false;
    };
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    let rest = state.service.left(&entry);
    state.service.vacate();
    let (job, record) = market.jobs.both(entry.job);
    match job.phase {
        Phase::Prefill => {
            let decode = job.left.less(job.prefill);
            (job.prefill, job.left) = (rest, rest + decode);
        }
        _ => job.left = rest,
    }
    job.version = job.version.wrapping_add(1);
    job.stage = Stage::Waiting;
    at.facts.note(Fact::Preempted { job: record.key, node });
    let lower = priority(market, entry.job);
    let state = &mut market.nodes.states[node];
    state.waiting.return_to_front(&mut market.jobs, entry.job, lower);
    state.queued += 1;
    market.leave_slot(at, entry.job, node);
    market.levels.waiting_of(&market.jobs[entry.job]).up(at.now);
    true
}

/// Gives a job a slot: it is served, after its model is loaded where that must be.
fn start(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId, group: &NodeGroup) {
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    state.service.occupy();
    let model = at.scenario.classes[market.jobs[slot].class].model;
    let ready =
        if group.memory_gb.is_some() { memory::use_model(market, at, node, model) } else { at.now } + group.hold;
    if ready > at.now {
        let (job, record) = market.jobs.both(slot);
        job.version = job.version.wrapping_add(1);
        job.stage = Stage::Executing;
        let by_name = Fact::LoadAwaited { job: record.key, node, model: ModelId(at.scenario.models[model].rank) };
        at.facts.note_by_name(Fact::LoadAwaited { job: record.key, node, model }, by_name);
        at.queue.push(ready, Event::Load { job: slot, version: job.version });
        market.nodes.backrooms[node].loading.push(slot);
        market.take_slot(at, slot, node);
        return;
    }
    begin(market, at, slot, node);
    enter(market, slot, node);
}

/// Waiting jobs of higher priority preempt jobs in service. None could be preempted while a model was loaded or the node was down.
pub fn give_way(market: &mut State, at: &mut Context<'_>, node: NodeId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    if !group.preemptive || !market.nodes.states[node].is_up() {
        return;
    }
    while let Some(first) = market.nodes.states[node].waiting.first(|_| 0) {
        if !preempt(market, at, first, node, group) {
            return;
        }
        room::leave_room(market, at, first, node);
        start(market, at, first, node, group);
    }
}

/// Execution begins, or goes on after it was put aside.
pub fn begin(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId) {
    let (job, record) = market.jobs.both(slot);
    job.version = job.version.wrapping_add(1);
    job.stage = Stage::Executing;
    if job.phase == Phase::Idle {
        record.at.started = at.now;
        job.phase =
            if job.prefill > SimDuration::ZERO && job.prefill < job.left { Phase::Prefill } else { Phase::Decode };
        let waited = at.now.since(record.at.reached);
        if job.executes() {
            at.facts.note(Fact::Started { job: record.key, node, waited });
        }
    }
    market.take_slot(at, slot, node);
}

/// Serves a job anew, from the beginning, in the slot it kept through a failure.
pub fn begin_again(market: &mut State, slot: JobSlot, node: NodeId) {
    let job = &mut market.jobs[slot];
    job.phase = if job.prefill > SimDuration::ZERO && job.prefill < job.left { Phase::Prefill } else { Phase::Decode };
    enter(market, slot, node);
}

/// Puts a job with a slot on the node's clock.
pub fn enter(market: &mut State, slot: JobSlot, node: NodeId) {
    let job = &market.jobs[slot];
    let work = if job.phase == Phase::Prefill { job.prefill } else { job.left };
    market.nodes.states[node].service.serve(slot, job.version, work);
}

/// Makes the next step at a node due, unless it is already.
pub fn schedule(market: &mut State, at: &mut Context<'_>, node: NodeId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    if state.is_up() && group.discipline != Discipline::Batch {
        let slowdown = group.slowdown.factor(state.service.serving());
        state.service.run_at(if slowdown == 1.0 { state.speed } else { state.speed / slowdown });
    }
    let jobs = &market.jobs;
    let next = match state.is_up() {
        true => state.service.next(|entry| !entry.job.is_some() || jobs.is(entry.job, entry.version)),
        false => None,
    };
    let due = next.map(|(entry, at)| Due { at, job: entry.job, version: entry.version });
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
pub fn leave_node(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId) {
    let (job, record) = market.jobs.both(slot);
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let flakes = group.flaky.get();
    let whole = flakes == 0.0 || !draw(market.seed, Purpose::Flake, record.key, numbered(job)).chance(flakes);
    let state = &mut market.nodes.states[node];
    state.take_work(job.expected);
    record.at.finished = at.now;
    if !whole {
        record.at.first_token = Time::NEVER;
    } else if record.at.first_token == Time::NEVER {
        record.at.first_token = at.now;
    }
    job.phase = Phase::Idle;
    at.facts.note(Fact::Finished { job: record.key, node, whole });
    market.leave_slot(at, slot, node);
}

/// The number of an attempt's draws; those of checks are apart from those of executions.
pub fn numbered(job: &Job) -> u32 {
    job.draw_number() ^ (u32::from(!job.executes()) << 31)
}

/// Takes work out of service before its end; the slot is free afterwards. Returns the share of the work that was done: the time in
/// service over what it would have been in all at the present pace.
pub fn interrupt(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: NodeId) -> f64 {
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    let (job, record) = market.jobs.both(slot);
    let passed = at.now.since(record.at.started.min(at.now)).nanos();
    let later = if job.phase == Phase::Prefill { job.left.less(job.prefill) } else { SimDuration::ZERO };
    let remaining = state.service.remaining(slot, job.version).map(|phase| phase + later.nanos() / state.speed);
    let done = match remaining {
        Some(remaining) if passed + remaining > 0.0 => passed / (passed + remaining),
        Some(_) => 1.0,
        None => 0.0,
    };
    state.service.vacate();
    let loading = &mut market.nodes.backrooms[node].loading;
    loading.retain(|&other| other != slot);
    let job = &mut market.jobs[slot];
    // Its entry on the clock is of an earlier version from now on.
    job.version = job.version.wrapping_add(1);
    market.leave_slot(at, slot, node);
    done
}

impl State {
    /// A job, or work on its behalf, has a slot from now on.
    #[inline]
    pub fn take_slot(&mut self, at: &Context<'_>, slot: JobSlot, node: NodeId) {
        self.levels.executing_of(&self.jobs[slot]).up(at.now);
        if self.nodes.states[node].is_up() {
            self.levels.in_use_of(self.nodes.kind(node)).up(at.now);
        }
    }

    /// It gives the slot back. Those of a node that is down are not counted as in use.
    #[inline]
    pub fn leave_slot(&mut self, at: &Context<'_>, slot: JobSlot, node: NodeId) {
        self.levels.executing_of(&self.jobs[slot]).down(at.now);
        if self.nodes.states[node].is_up() {
            self.levels.in_use_of(self.nodes.kind(node)).down(at.now);
        }
    }
}
