//! Nodes fail and come back, and routing learns of it by heartbeats and looks.

use crate::domain::fate::Stage;
use crate::domain::ids::{Id, ModelId, NodeId, RegionId, RequesterId};
use crate::domain::job::Role;
use crate::domain::purpose::Purpose;
use crate::engine::law::Sampler;
use crate::engine::random::{Chance, Draw, key};
use crate::engine::time::{Span, Time};
use crate::market::life::{execution, placement, waiting};
use crate::market::state::checkers::{self, Checker};
use crate::market::{Event, Market, Moment};
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::model::PartyKind;
use crate::scenario::schema::{Checker as Asked, Interruption};
use crate::scenario::verification::Weighting;

/// What a party without stake weighs beside those that have some, in micro-tokens: it is drawn last.
const UNSTAKED: f64 = 1e-3;

/// Makes a node's next failure due, if its group fails.
pub fn schedule_failure(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    if let Some(failure) = &at.scenario.groups[market.nodes.quotes[node].group].failure {
        let up = failure.up.span(&mut market.nodes.backrooms[node].fate);
        at.queue.push(at.now + up, Event::Fail { node });
    }
}

/// A node fails.
pub fn fail(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let failure = group.failure.as_ref().expect("only a group that fails has failures");
    let beat = last_beat(market, at.scenario.routing.heartbeat, node, at.now);
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    state.up = false;
    market.levels.in_use_of(group.kind).fall(at.now, u64::from(state.service.serving()));
    let backroom = &mut market.nodes.backrooms[node];
    backroom.failures += 1;
    backroom.beat = beat;
    backroom.worked += at.now.since(backroom.came).0;
    let down = failure.down.span(&mut backroom.fate);
    at.queue.push(at.now + down, Event::Repair { node });
    market.note_capacity(group.kind, group.slots, at.now, false);
    at.facts.note(Fact::NodeFailed { node });
    match failure.jobs {
        Interruption::Lose => {
            drop_all(market, at, node);
            lapse(market, at, node);
        }
        // Those in service keep their slots. What they received is forgotten or not at the repair.
        Interruption::Repeat | Interruption::Resume => market.nodes.states[node].service.run_at(0.0),
    }
    let state = &mut market.nodes.states[node];
    state.turn = state.turn.wrapping_add(1);
    state.due = None;
}

/// A node comes back.
pub fn repair(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let jobs = group.failure.as_ref().map(|failure| failure.jobs);
    let state = &mut market.nodes.states[node];
    state.service.advance(at.now);
    state.up = true;
    market.levels.in_use_of(group.kind).rise(at.now, u64::from(state.service.serving()));
    market.nodes.backrooms[node].came = at.now;
    market.note_capacity(group.kind, group.slots, at.now, true);
    at.facts.note(Fact::NodeRepaired { node });
    match jobs {
        Some(Interruption::Repeat) => repeat(market, at, node),
        Some(Interruption::Lose) => relist(market, at, node),
        _ => {}
    }
    schedule_failure(market, at, node);
    execution::serve_again(market, at, node);
    market.note_load(at.scenario, node);
}

/// Every job at a node that is gone goes elsewhere, as far as the retries reach.
fn drop_all(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let mut dropped = std::mem::take(&mut market.scratch.jobs);
    while let Some(slot) = market.nodes.states[node].waiting.first(|_| 0) {
        waiting::leave_room(market, at, slot, node);
        dropped.push(slot);
    }
    let waiting = dropped.len();
    let state = &mut market.nodes.states[node];
    // Those loading a model are in service without an entry, so jobs in service are found by their slots' node and
    // stage: by the entries, the batch, and those loading.
    let entries = state.service.entries().filter(|entry| entry.job.is_some() && market.jobs.is(entry.job, entry.turn));
    dropped.extend(entries.map(|entry| entry.job));
    let backroom = &mut market.nodes.backrooms[node];
    dropped.append(&mut backroom.batch);
    dropped.append(&mut backroom.loading);
    dropped[waiting..].sort_unstable();
    state.service.empty();
    backroom.loaded.clear();
    state.work = 0;
    // What one of them brings about may end another: each is taken up only if it is still in the state it is left in here.
    let mut turns = std::mem::take(&mut market.scratch.turns);
    for (index, &slot) in dropped.iter().enumerate() {
        let job = &mut market.jobs[slot];
        if job.role != Role::Job {
            // It is at no node any more: whoever calls it off need not take it from there.
            job.stage = Stage::Placed;
        }
        turns.push(job.turn);
        if index >= waiting {
            market.levels.executing_of(job).down(at.now);
        }
    }
    for (&slot, &turn) in dropped.iter().zip(&turns) {
        if !market.jobs.is(slot, turn) {
            continue;
        }
        let story = market.jobs.story_mut(slot);
        story.at.first_token = Time::NEVER;
        at.facts.note(Fact::Dropped { job: story.key, node });
        placement::retry(market, at, slot, at.scenario.retries.timeout);
    }
    dropped.clear();
    turns.clear();
    (market.scratch.jobs, market.scratch.turns) = (dropped, turns);
    market.note_load(at.scenario, node);
}

/// Those in service begin again.
fn repeat(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let mut again = std::mem::take(&mut market.scratch.entries);
    let state = &mut market.nodes.states[node];
    again.extend(state.service.entries().filter(|entry| market.jobs.is(entry.job, entry.turn)));
    again.sort_unstable_by(|a, b| b.cmp(a));
    state.service.restart();
    for entry in again.drain(..) {
        placement::set_work(market, at, entry.job);
        execution::begin_again(market, entry.job, node);
    }
    market.scratch.entries = again;
}

/// A node's listing may begin or lapse.
pub fn list(market: &mut Market, at: &mut Moment<'_>, node: NodeId, turn: u32) {
    if market.nodes.backrooms[node].listing_turn != turn {
        market.stale += 1;
        return;
    }
    let listed = is_heard(market, at.scenario, node, at.now);
    if at.scenario.routing.refresh > Span::ZERO {
        market.registry.defer(node, listed);
    } else {
        market.set_listed(at, node, listed);
    }
}

/// Routing renews its picture: who is listed, and how loaded.
pub fn refresh(market: &mut Market, at: &mut Moment<'_>) {
    let (changed, dirty) = market.registry.take_deferred();
    for &(node, listed) in &changed {
        market.set_listed(at, node, listed);
    }
    for &node in &dirty {
        market.nodes.quotes[node].dirty = false;
        market.show_load(node);
    }
    market.registry.keep(changed, dirty);
    at.queue.push(at.now + at.scenario.routing.refresh, Event::Refresh);
}

/// The listing of a node that failed lapses when its last heartbeat is too old, also if the node is back by then and has not
/// sent another.
fn lapse(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let routing = &at.scenario.routing;
    let backroom = &mut market.nodes.backrooms[node];
    backroom.listing_turn = backroom.listing_turn.wrapping_add(1);
    let due = if routing.heartbeat == Span::ZERO { at.now } else { backroom.beat + routing.max_age };
    look_at(market, at, node, due.max(at.now));
}

/// A node that came back is listed again at its next heartbeat, unless it still is.
fn relist(market: &mut Market, at: &mut Moment<'_>, node: NodeId) {
    let due = match grid(market, at.scenario.routing.heartbeat, node, at.now) {
        Some((last, next)) if last < at.now => next,
        _ => at.now,
    };
    look_at(market, at, node, due);
}

/// Looks at a node's listing at an instant that may change it.
fn look_at(market: &mut Market, at: &mut Moment<'_>, node: NodeId, due: Time) {
    let turn = market.nodes.backrooms[node].listing_turn;
    match due == at.now {
        true => list(market, at, node, turn),
        false => at.queue.push(due, Event::List { node, turn }),
    }
}

/// Whether a node's last heartbeat is younger than the greatest age; without heartbeats, whether it works.
fn is_heard(market: &Market, scenario: &Scenario, node: NodeId, now: Time) -> bool {
    let routing = &scenario.routing;
    match routing.heartbeat {
        Span::ZERO => market.nodes.states[node].up,
        heartbeat => now < last_beat(market, heartbeat, node, now) + routing.max_age,
    }
}

/// The last heartbeat that a node has sent: the last on its grid while it works, if it has worked since then.
fn last_beat(market: &Market, heartbeat: Span, node: NodeId, now: Time) -> Time {
    let (up, backroom) = (market.nodes.states[node].up, &market.nodes.backrooms[node]);
    match grid(market, heartbeat, node, now) {
        Some((last, _)) if up && last >= backroom.came => last,
        _ => backroom.beat,
    }
}

/// The last instant of a node's grid of heartbeats at or before `now` and the first after; each node has a phase of its own,
/// and the start of the run counts as a heartbeat. `None` if the scenario has no heartbeats. Heartbeats are no events, because no
/// party acts when one arrives: this computes when they would be.
fn grid(market: &Market, heartbeat: Span, node: NodeId, now: Time) -> Option<(Time, Time)> {
    if heartbeat == Span::ZERO {
        return None;
    }
    let mut drawn = Draw::new(key(market.seed, Purpose::Heartbeat as u32, node.0 as u64, 0, 0));
    let phase = drawn.below(heartbeat.0);
    let beats = (now.0 + heartbeat.0 - phase) / heartbeat.0;
    let first_after = Time(phase + beats * heartbeat.0);
    Some((Time(first_after.0.saturating_sub(heartbeat.0)), first_after))
}

impl Market {
    /// Puts a node on the lists of its models, or takes it off.
    pub(in crate::market) fn set_listed(&mut self, at: &mut Moment<'_>, node: NodeId, listed: bool) {
        let group = &at.scenario.groups[self.nodes.quotes[node].group];
        let stake = self.nodes.backrooms[node].stake.0 as u64;
        let (opinions, verification) = (&self.opinions, &at.scenario.verification);
        let weight = |view: usize| opinions.weight(verification, RequesterId(view as u16), node);
        if self.registry.set(node, listed, group.models, stake, &weight) {
            at.facts.note(if listed { Fact::Listed { node } } else { Fact::Delisted { node } });
            self.note_checker(at.scenario, node);
        }
    }

    /// A node's load has changed: routing sees it at once, or at its next look.
    #[inline]
    pub(in crate::market) fn note_load(&mut self, scenario: &Scenario, node: NodeId) {
        let kind = scenario.groups[self.nodes.quotes[node].group].kind;
        if kind != PartyKind::Node {
            self.note_checker(scenario, node);
        }
        if scenario.routing.refresh == Span::ZERO {
            self.show_load(node);
        } else if !std::mem::replace(&mut self.nodes.quotes[node].dirty, true) {
            self.registry.defer_load(node);
        }
    }

    /// Copies a node's load to where routing reads it.
    #[inline]
    fn show_load(&mut self, node: NodeId) {
        let state = &self.nodes.states[node];
        let quote = &mut self.nodes.quotes[node];
        (quote.jobs, quote.work) = (state.jobs(), state.work_shown());
    }

    /// Takes down what a validator or prover is to those who may draw it, after its queue, its listing or its weight changed.
    pub(in crate::market) fn note_checker(&mut self, scenario: &Scenario, party: NodeId) {
        let (quote, state) = (&self.nodes.quotes[party], &self.nodes.states[party]);
        let group = &scenario.groups[quote.group];
        let (by, list) = match group.kind {
            PartyKind::Node => return,
            PartyKind::Validator => (Asked::Validators, scenario.validators()),
            PartyKind::Prover => (Asked::Proof, scenario.provers()),
        };
        let jobs = state.jobs();
        let slowness = quote.slowness * group.slowdown.factor(jobs.saturating_add(1).min(quote.slots));
        let wait = checkers::wait(jobs, state.work_shown(), quote.slots, slowness) + group.hold.nanos();
        let network = &scenario.network;
        let jitter = 2.0 * network.jitter.as_ref().map_or(0.0, Sampler::mean);
        let trip = |requester: usize, region: u16| {
            let from = scenario.requesters[RequesterId(requester as u16)].region;
            network.round_trip(from, RegionId(region)).nanos() + jitter
        };
        for view in 0..self.registry.views() {
            let listed = self.registry.has(view, list, party);
            for (way, draws) in scenario.verification.draws.iter().enumerate().filter(|(_, draws)| draws.by == by) {
                let weight = match draws.weighting {
                    _ if !listed => 0.0,
                    Weighting::Even => 1.0,
                    // Parties without stake are drawn when all that have some are.
                    Weighting::Stake => (self.nodes.backrooms[party].stake.0 as f64).max(UNSTAKED),
                    Weighting::Opinion => self.registry.opinions(view, list).get(party.index()) as f64,
                };
                let checker = Checker { weight, wait, slowness, region: quote.region.0 };
                self.checkers.set(view, way, party.index(), checker, &trip);
            }
        }
    }

    /// When a model is ready in a node's memory; if it is not there, makes room for it and begins to load it. The models
    /// used longest ago go first; a model larger than the memory is alone in it.
    pub(in crate::market) fn use_model(&mut self, at: &Moment<'_>, node: NodeId, model: ModelId) -> Time {
        let scenario = at.scenario;
        let memory = scenario.groups[self.nodes.quotes[node].group].memory_gb.unwrap_or(f64::INFINITY);
        let loaded = &mut self.nodes.backrooms[node].loaded;
        let found = loaded.iter().position(|&(other, _)| other == model).map(|place| loaded.remove(place));
        let used = found.unwrap_or((model, at.now + scenario.models[model].load));
        loaded.push(used);
        let size =
            |loaded: &[(ModelId, Time)]| loaded.iter().map(|&(id, _)| scenario.models[id].memory_gb).sum::<f64>();
        while loaded.len() > 1 && size(loaded) > memory {
            loaded.remove(0);
        }
        used.1
    }
}
