//! Nodes fail and come back, and routing learns of it by heartbeats and looks.

use crate::domain::fate::Stage;
use crate::domain::ids::{Owner, PartyId};
use crate::domain::purpose::Purpose;
use crate::domain::service::{Interruption, RevokedWork};
use crate::engine::random::{KeyedRng, RandomSource, key};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::{Clock, Event};
use crate::market::life::next::Next;
use crate::market::operations::{assignment, load, room, serving};
use crate::market::state::State;
use crate::scenario::Scenario;
use crate::scenario::shocks::Revocation;

/// Makes a node's next failure due, if its group fails.
pub fn schedule_failure(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    if let Some(failure) = &at.scenario.groups[market.nodes.quotes[node].group].failure {
        let up = failure.up.span(&mut market.nodes.backrooms[node].fate);
        at.queue.push(at.now + up, Event::Fail { node });
    }
}

/// A node fails.
pub fn fail(market: &mut State, at: &mut Context<'_>, node: PartyId) -> Next {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let failure = group.failure.as_ref().expect("only a group that fails has failures");
    let down = failure.down.span(&mut market.nodes.backrooms[node].fate);
    at.queue.push(at.now + down, Event::Repair { node });
    if go_down(market, at, node) {
        interrupt(market, at, node);
    }
    Next::Done
}

/// Parties go down together, by one cause. What one of them loses finds none of the others.
pub fn take_down(market: &mut State, at: &mut Context<'_>, parties: &[PartyId]) {
    let mut fresh = std::mem::take(&mut market.scratch.pool);
    fresh.clear();
    fresh.extend(parties.iter().filter(|party| go_down(market, at, **party)));
    for &party in &fresh {
        if !at.scenario.groups[market.nodes.quotes[party].group].keeps_jobs() {
            lapse(market, at, party);
        }
    }
    fresh.drain(..).for_each(|party| interrupt(market, at, party));
    market.scratch.pool = fresh;
}

/// What nodes run is trusted no more: they are taken off the lists, and their work goes as the shock says.
pub fn revoke(market: &mut State, at: &mut Context<'_>, nodes: &[PartyId], work: RevokedWork) {
    let parties = at.derived.roster.len();
    for &node in nodes {
        market.shocks.revoke(node, work == RevokedWork::Refused, parties);
        renew(market, at, node);
    }
    if work == RevokedWork::Dropped {
        take_down(market, at, nodes);
    }
}

/// What nodes run is trusted again: they are listed one by one.
pub fn trust(market: &mut State, at: &mut Context<'_>, nodes: &[PartyId], image: &Revocation) {
    let mut from = at.now;
    for &node in nodes {
        market.shocks.trust(node, image.work == RevokedWork::Refused, from);
        if image.work == RevokedWork::Dropped {
            come_back(market, at, node, false);
        }
        look_at(market, at, node, from);
        from += image.relist;
    }
}

/// A party stops working; says whether it worked until now.
fn go_down(market: &mut State, at: &mut Context<'_>, node: PartyId) -> bool {
    let beat = last_beat(market, at.scenario.routing.heartbeat, node, at.now);
    let worked = market.fail(at, node);
    market.nodes.backrooms[node].beat = beat;
    worked
}

/// What becomes of the work of a party that went down.
fn interrupt(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    if at.scenario.groups[market.nodes.quotes[node].group].keeps_jobs() {
        // Those in service keep their slots. What they received is forgotten or not when it comes back.
        market.nodes.states[node].service.run_at(0.0);
        stop(market, node);
    } else {
        drop_all(market, at, node);
    }
}

/// A party leaves: its listing ends at once, and its work goes elsewhere, whatever becomes of work when its like fail.
pub fn withdraw(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let beat = last_beat(market, at.scenario.routing.heartbeat, node, at.now);
    market.leave(at, node);
    let backroom = &mut market.nodes.backrooms[node];
    (backroom.beat, backroom.listing_turn) = (beat, backroom.listing_turn.wrapping_add(1));
    show(market, at, node, false);
    drop_all(market, at, node);
}

/// A party has come: it is listed when it is heard. One that keeps its jobs through a failure is listed during one, too.
pub fn welcome(market: &mut State, at: &mut Context<'_>, node: PartyId, works: bool) {
    if works {
        relist(market, at, node);
    } else if at.scenario.groups[market.nodes.quotes[node].group].keeps_jobs() {
        show(market, at, node, true);
    }
}

/// A node that failed has lost its jobs: its listing lapses.
#[inline(never)]
pub fn gone(market: &mut State, at: &mut Context<'_>, node: PartyId) -> Next {
    load::note_load(market, at.scenario, node);
    lapse(market, at, node);
    stop(market, node);
    Next::Done
}

/// Nothing is due at a node that is down.
fn stop(market: &mut State, node: PartyId) {
    let state = &mut market.nodes.states[node];
    state.version = state.version.wrapping_add(1);
    state.due = None;
}

/// A failure of a node is over.
pub fn repair(market: &mut State, at: &mut Context<'_>, node: PartyId) -> Next {
    come_back(market, at, node, true);
    Next::Done
}

/// A failure of a node, or else a shock, is over: it works again unless something else holds it down.
pub fn come_back(market: &mut State, at: &mut Context<'_>, node: PartyId, failed: bool) {
    let works = market.repair(at, node);
    if works {
        match at.scenario.groups[market.nodes.quotes[node].group].interruption() {
            Interruption::Repeat => repeat(market, at, node),
            Interruption::Lose => relist(market, at, node),
            Interruption::Resume => {}
        }
    }
    if failed {
        schedule_failure(market, at, node);
    }
    if works {
        serving::serve_again(market, at, node);
        load::note_load(market, at.scenario, node);
    }
}

/// Every job at a node that is gone goes elsewhere, as far as the retries reach.
fn drop_all(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let mut dropped = std::mem::take(&mut market.scratch.work);
    while let Some(slot) = market.nodes.states[node].waiting.first(|_| 0) {
        room::leave_room(market, at, slot, node);
        dropped.push(slot);
    }
    let waiting = dropped.len();
    let state = &mut market.nodes.states[node];
    // Those loading a model are in service without an entry, so jobs in service are found by their slots' node and
    // stage: by the entries, the batch, and those loading.
    let entries =
        state.service.entries().filter(|entry| entry.work.is_some() && market.jobs.is(entry.work, entry.version));
    dropped.extend(entries.map(|entry| entry.work));
    let backroom = &mut market.nodes.backrooms[node];
    dropped.append(&mut backroom.batch);
    dropped.append(&mut backroom.loading);
    dropped[waiting..].sort_unstable_by_key(|work| market.jobs.number(*work));
    state.service.empty();
    backroom.loaded.clear();
    state.clear_work();
    market.agenda.push(Next::Gone { node }.into());
    // What one of them brings about may end another: each is taken up only if it is still in the state it is left in here.
    for (index, &slot) in dropped.iter().enumerate() {
        if let Owner::Task(task) = slot.owner() {
            // It is at no node any more: what calls it off need not take it from there.
            market.jobs[task].stage = Stage::Placed;
        }
        if index >= waiting {
            market.levels.executing_of(market.jobs.executes(slot)).down(at.now);
        }
    }
    for &work in dropped.iter().rev() {
        market.plan_if_unchanged(work, Next::Drop { work });
    }
    dropped.clear();
    market.scratch.work = dropped;
}

/// Those in service begin again.
fn repeat(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let mut again = std::mem::take(&mut market.scratch.entries);
    let state = &mut market.nodes.states[node];
    again.extend(state.service.entries().filter(|entry| market.jobs.is(entry.work, entry.version)));
    again.sort_unstable_by(|a, b| b.cmp(a));
    state.service.restart();
    for entry in again.drain(..) {
        assignment::set_work(market, at, entry.work);
        serving::begin_again(market, entry.work, node);
    }
    market.scratch.entries = again;
}

/// A node's listing may begin or lapse.
pub fn list(market: &mut State, at: &mut Context<'_>, node: PartyId, version: u32) -> Next {
    match market.nodes.backrooms[node].listing_turn == version {
        true => renew(market, at, node),
        false => market.stale += 1,
    }
    Next::Done
}

/// Lists a node if it is heard, or takes it off.
fn renew(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let listed = is_heard(market, at.scenario, node, at.now);
    show(market, at, node, listed);
}

/// Puts a node on the lists or takes it off, now or when routing looks next.
fn show(market: &mut State, at: &mut Context<'_>, node: PartyId, listed: bool) {
    if at.scenario.routing.refresh > SimDuration::ZERO {
        market.registry.defer(node, listed);
    } else {
        market.list(at, node, listed);
    }
}

/// Routing renews its picture, and will again.
pub fn refresh(market: &mut State, at: &mut Context<'_>) -> Next {
    renew_picture(market, at);
    at.tick(Clock::Picture, &market.turns);
    Next::Done
}

/// Routing renews its picture: who is listed, and how loaded.
pub fn renew_picture(market: &mut State, at: &mut Context<'_>) {
    let (changed, dirty) = market.registry.take_deferred();
    for &(node, listed) in &changed {
        market.list(at, node, listed);
    }
    for &node in &dirty {
        market.nodes.quotes[node].dirty = false;
        load::show_load(market, node);
    }
    market.registry.keep(changed, dirty);
}

/// The listing of a node that failed lapses when its last heartbeat is too old, also if the node is back by then and has not
/// sent another.
fn lapse(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let routing = &at.scenario.routing;
    let backroom = &mut market.nodes.backrooms[node];
    backroom.listing_turn = backroom.listing_turn.wrapping_add(1);
    let due = if routing.heartbeat == SimDuration::ZERO { at.now } else { backroom.beat + routing.max_age };
    look_at(market, at, node, due.max(at.now));
}

/// A node that came back is listed again at its next heartbeat, unless it still is.
fn relist(market: &mut State, at: &mut Context<'_>, node: PartyId) {
    let due = match grid(market, at.scenario.routing.heartbeat, node, at.now) {
        Some((last, next)) if last < at.now => next,
        _ => at.now,
    };
    look_at(market, at, node, due);
}

/// Looks at a node's listing at an instant that may change it.
fn look_at(market: &mut State, at: &mut Context<'_>, node: PartyId, due: Time) {
    let version = market.nodes.backrooms[node].listing_turn;
    match due.max(market.shocks.trusted_from(node)) {
        due if due == at.now => renew(market, at, node),
        // Who ends the revocation looks again.
        Time::NEVER => renew(market, at, node),
        due => at.queue.push(due, Event::List { node, version }),
    }
}

/// Whether a node's last heartbeat is younger than the greatest age; without heartbeats, whether it works.
fn is_heard(market: &State, scenario: &Scenario, node: PartyId, now: Time) -> bool {
    let routing = &scenario.routing;
    if now < market.shocks.trusted_from(node) {
        return false;
    }
    match routing.heartbeat {
        SimDuration::ZERO => market.nodes.states[node].is_up(),
        heartbeat => now < last_beat(market, heartbeat, node, now) + routing.max_age,
    }
}

/// The last heartbeat that a node has sent: the last on its grid while it works, if it has worked since then.
fn last_beat(market: &State, heartbeat: SimDuration, node: PartyId, now: Time) -> Time {
    let (up, backroom) = (market.nodes.states[node].is_up(), &market.nodes.backrooms[node]);
    match grid(market, heartbeat, node, now) {
        Some((last, _)) if up && last >= backroom.came() => last,
        _ => backroom.beat,
    }
}

/// The last instant of a node's grid of heartbeats at or before `now` and the first after; each node has a phase of its own,
/// and the start of the run counts as a heartbeat. `None` if the scenario has no heartbeats. Heartbeats are no events, because no
/// party acts when one arrives: this computes when they would be.
fn grid(market: &State, heartbeat: SimDuration, node: PartyId, now: Time) -> Option<(Time, Time)> {
    if heartbeat == SimDuration::ZERO {
        return None;
    }
    let mut drawn = KeyedRng::new(key(market.seed, Purpose::Heartbeat as u32, node.0 as u64, 0, 0));
    let phase = drawn.below(heartbeat.0);
    let beats = (now.0 + heartbeat.0 - phase) / heartbeat.0;
    let first_after = Time(phase + beats * heartbeat.0);
    Some((Time(first_after.0.saturating_sub(heartbeat.0)), first_after))
}
