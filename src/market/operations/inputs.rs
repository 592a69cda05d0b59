//! Jobs consume results in use, and hear what becomes of them (model §4.1).

use crate::domain::ancestry::{AfterInput, Ending, ResultRecord, Risk};
use crate::domain::checking::Checker;
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, VertexId};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobKey;
use crate::domain::reliance::Curve;
use crate::engine::random::RandomSource;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::life::next::Next;
use crate::market::state::State;
use crate::market::state::ancestry::Vertex;
use crate::record::fact::Fact;
use crate::scenario::consumption::INPUTS;

/// A job is asked for: its inputs are drawn among what is on offer, and it inherits what is wrong in them.
#[inline(never)]
pub fn consume(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let State { ancestry: Some(ancestry), jobs, seed, .. } = market else { return };
    let record = jobs.record_mut(slot);
    let flow = &at.scenario.consumption.as_ref().expect("a graph of inputs has its rules").flows[record.class];
    if !flow.takes_part() {
        return;
    }
    let (key, seed) = (record.key, *seed);
    let vertex = ancestry.admit(slot, key);
    let Some(inputs) = &flow.inputs else { return };
    let count = match inputs.count.is_constant() {
        Some(count) => count,
        None => inputs.count.sample(&mut draw(seed, Purpose::InputCount, key, DrawIndex::ONCE)),
    };
    ancestry.pass(inputs.place, at.now, inputs.age);
    let mut chosen = std::mem::take(&mut ancestry.touched);
    chosen.clear();
    let of_input = |number: u32| draw(seed, Purpose::Input, key, DrawIndex::attempt(number as u16));
    ancestry.choose(inputs.place, (count.min(INPUTS.into()) as u32, inputs.choice), of_input, &mut chosen);
    for (number, &input) in chosen.iter().enumerate() {
        let is_wrong = ancestry.consume(vertex, input, inputs.inherits);
        let number = DrawIndex::attempt(number as u16);
        record.inherited |= is_wrong && draw(seed, Purpose::Inherit, key, number).chance(inputs.inherits);
        at.facts.note(Fact::Consumed { job: key, input: ancestry.vertex(input).key });
    }
    ancestry.touched = chosen;
}

/// An answer comes into use: from now on it can be consumed, unless an input has made it void.
#[inline(never)]
pub fn offer(market: &mut State, at: &Context<'_>, slot: JobSlot) {
    let own = own_risk(market, at, slot);
    let State { ancestry: Some(ancestry), jobs, .. } = market else { return };
    let (vertex, record) = (ancestry.of(slot), jobs.record(slot));
    if !vertex.is_some() {
        return;
    }
    ancestry.begin_use(vertex, own, !record.is_right());
    if ancestry.vertex(vertex).is_void {
        return;
    }
    let consumption = at.scenario.consumption.as_ref().expect("a graph of inputs has its rules");
    for &place in &consumption.flows[record.class].feeds {
        let inputs = consumption.of(place);
        ancestry.pass(place, at.now, inputs.age);
        ancestry.offer(vertex, place, at.now, inputs.keeps);
    }
}

/// Trust in an answer that comes into use is accounted for, with what it was computed from. Its own plan has this curve.
pub fn account(market: &mut State, slot: JobSlot, own: &Curve) {
    let State { ancestry: Some(ancestry), .. } = market else { return };
    let id = ancestry.of(slot);
    if id.is_some() {
        ancestry.account(id, own);
    }
}

/// The risk that the computation of a job alone is wrong, as its requester believed when it placed it. It is silent where no check of the
/// answer takes place and no copies are compared.
fn own_risk(market: &State, at: &Context<'_>, slot: JobSlot) -> Risk {
    let (record, case) = (market.jobs.record(slot), market.jobs[slot].case);
    let method = &at.scenario.verification.methods[record.method];
    let is_looked_at = case.is_some() && (method.compares() || market.cases[case].drawn & method.roots != 0);
    Risk::of(record.trust, !is_looked_at)
}

/// Whether a result cannot be final yet, because an input is not settled.
#[inline]
pub fn is_held(market: &State, slot: JobSlot) -> bool {
    market.ancestry.as_ref().is_some_and(|ancestry| ancestry.waits(slot))
}

/// Whether an answer must not be accepted, because an input came to nothing.
#[inline]
pub fn is_void(market: &State, slot: JobSlot) -> bool {
    market.ancestry.as_ref().is_some_and(|ancestry| {
        let id = ancestry.of(slot);
        id.is_some() && ancestry.vertex(id).is_void
    })
}

/// What becomes of an accepted result of this job when an input of it comes to nothing.
pub fn after(market: &State, at: &Context<'_>, slot: JobSlot) -> AfterInput {
    let class = market.jobs.record(slot).class;
    let inputs = at.scenario.consumption.as_ref().and_then(|consumption| consumption.flows[class].inputs.as_ref());
    inputs.expect("only what has inputs hears of them").after
}

/// A result comes to nothing because of an input.
pub fn note_recalled(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let State { ancestry: Some(ancestry), .. } = market else { return };
    let id = ancestry.of(slot);
    let vertex = ancestry.vertex_mut(id);
    vertex.is_recalled = true;
    at.facts.note(Fact::Recalled { job: vertex.key, origin: vertex.origin });
}

/// A job is closed. Those that consumed its result hear of it: each accepted one goes on the agenda, so that all it brings is done before
/// the next, however long the chain is.
#[inline(never)]
pub fn settle(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let State { ancestry: Some(ancestry), .. } = market else { return };
    let id = ancestry.of(slot);
    if !id.is_some() {
        return;
    }
    let (vertex, ending) = (*ancestry.vertex(id), ending(market, slot));
    let State { ancestry: Some(ancestry), .. } = market else { return };
    ancestry.settle(id, ending == Ending::Final);
    if ending == Ending::Censored {
        return;
    }
    let origin = if ending == Ending::Input { vertex.origin } else { vertex.key };
    let mut touched = std::mem::take(&mut ancestry.touched);
    for &consumer in &touched {
        hear(market, at, consumer, (ending != Ending::Final).then_some(origin));
    }
    touched.clear();
    market.ancestry.as_mut().expect("it was there").touched = touched;
}

/// A consumer hears that an input is final, or has come to nothing through `origin`.
fn hear(market: &mut State, at: &Context<'_>, consumer: VertexId, origin: Option<JobKey>) {
    let State { ancestry: Some(ancestry), jobs, .. } = market else { return };
    let Vertex { job, waits, .. } = *ancestry.vertex(consumer);
    let is_accepted = jobs[job].stage == Stage::Accepted;
    let next = match origin.map(|origin| (origin, after(market, at, job))) {
        None => Next::Finalise { job },
        Some((origin, after)) => {
            let State { ancestry: Some(ancestry), .. } = market else { return };
            let vertex = ancestry.vertex_mut(consumer);
            vertex.is_hollow = true;
            if after == AfterInput::Revoke && !vertex.is_void {
                (vertex.is_void, vertex.origin) = (true, origin);
                ancestry.withdraw(consumer);
            }
            if after == AfterInput::Keep { Next::Finalise { job } } else { Next::Recall { job } }
        }
    };
    // Nothing moves an accepted result before it hears of this: the agenda is done with the newest plans first.
    if is_accepted && (waits == 0 || matches!(next, Next::Recall { .. })) {
        market.plan_if_unchanged(job, next);
    }
}

/// How the standing of a result ended.
fn ending(market: &State, slot: JobSlot) -> Ending {
    let is_recalled = market.ancestry.as_ref().is_some_and(|ancestry| {
        let id = ancestry.of(slot);
        id.is_some() && ancestry.vertex(id).is_recalled
    });
    match market.jobs.record(slot).fate {
        Fate::FinalRight | Fate::FinalWrong => Ending::Final,
        Fate::Censored => Ending::Censored,
        _ if is_recalled => Ending::Input,
        _ => Ending::Own,
    }
}

/// The standing of a used result has ended: its life is handed on, where the scenario asks for it. Before [`settle`].
pub fn tell(market: &State, at: &mut Context<'_>, slot: JobSlot) {
    let record = market.jobs.record(slot);
    if record.at.used == Time::NEVER {
        return;
    }
    let id = market.ancestry.as_ref().map(|ancestry| (ancestry, ancestry.of(slot))).filter(|(_, id)| id.is_some());
    let vertex = id.map(|(ancestry, id)| *ancestry.vertex(id));
    let method = &at.scenario.verification.methods[record.method];
    let is_by_third = |by: Checker| !matches!(by, Checker::Requester | Checker::Replicas | Checker::Canary);
    let ending = ending(market, slot);
    let itself = Some(record.key).filter(|_| ending == Ending::Own);
    at.facts.result(ResultRecord {
        key: record.key,
        class: record.class,
        method: record.method,
        asked: record.at.asked,
        used: record.at.used,
        ended: if record.at.finalised != Time::NEVER { record.at.finalised } else { at.now },
        fate: record.fate,
        ending,
        origin: vertex.map(|vertex| vertex.origin).filter(|_| ending == Ending::Input).or(itself),
        inputs: vertex.map_or(0, |vertex| vertex.inputs),
        depth: vertex.map_or(0, |vertex| vertex.depth),
        ancestors: vertex.map_or(1.0, |vertex| vertex.ancestors),
        own_wrong: !record.is_right_for_inputs(),
        inherited: record.inherited,
        hollow: vertex.is_some_and(|vertex| vertex.is_hollow) && ending == Ending::Final,
        consumers: vertex.map_or(0, |vertex| vertex.consumed),
        risk: vertex.map_or_else(|| own_risk(market, at, slot), |vertex| vertex.risk),
        chain: id.and_then(|(ancestry, id)| ancestry.chain(id)),
        has_record: method.checks.iter().any(|check| is_by_third(check.by)),
    });
}
