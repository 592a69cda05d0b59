//! What routing and checks see of a party: whether it is listed, its load, its capacity.

use crate::domain::checking::Checker as Asked;
use crate::domain::ids::{Id, NodeId, RegionId, RequesterId};
use crate::engine::law::Sampler;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::checkers::{self, Checker};
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::model::PartyKind;
use crate::scenario::verification::Weighting;

/// What a party without stake weighs beside those that have some, in micro-tokens: it is drawn last.
const UNSTAKED: f64 = 1e-3;

/// Puts a node on the lists of its models, or takes it off.
pub fn set_listed(market: &mut State, at: &mut Context<'_>, node: NodeId, listed: bool) {
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    let stake = market.nodes.backrooms[node].stake.0 as u64;
    let (opinions, verification) = (&market.opinions, &at.scenario.verification);
    let weight = |view: usize| opinions.weight(verification, RequesterId(view as u16), node);
    if market.registry.set(node, listed, group.models, stake, &weight) {
        at.facts.note(if listed { Fact::Listed { node } } else { Fact::Delisted { node } });
        note_checker(market, at.scenario, node);
    }
}

/// A node's load has changed: routing sees it at once, or at its next look.
#[inline]
pub fn note_load(market: &mut State, scenario: &Scenario, node: NodeId) {
    let kind = scenario.groups[market.nodes.quotes[node].group].kind;
    if kind != PartyKind::Node {
        note_checker(market, scenario, node);
    }
    if scenario.routing.refresh == SimDuration::ZERO {
        show_load(market, node);
    } else if !std::mem::replace(&mut market.nodes.quotes[node].dirty, true) {
        market.registry.defer_load(node);
    }
}

/// Copies a node's load to where routing reads it.
#[inline]
pub fn show_load(market: &mut State, node: NodeId) {
    let state = &market.nodes.states[node];
    let quote = &mut market.nodes.quotes[node];
    (quote.jobs, quote.work) = (state.jobs(), state.work());
}

/// Notes the weight, wait and speed with which a validator or prover may be drawn, after one of them changed.
pub fn note_checker(market: &mut State, scenario: &Scenario, party: NodeId) {
    let (quote, state) = (&market.nodes.quotes[party], &market.nodes.states[party]);
    let group = &scenario.groups[quote.group];
    let (by, list) = match group.kind {
        PartyKind::Node => return,
        PartyKind::Validator => (Asked::Validators, scenario.validators()),
        PartyKind::Prover => (Asked::Proof, scenario.provers()),
    };
    let jobs = state.jobs();
    let slowness = quote.slowness * group.slowdown.factor(jobs.saturating_add(1).min(quote.slots));
    let wait = checkers::wait(jobs, state.work(), quote.slots, slowness) + group.hold.nanos();
    let network = &scenario.network;
    let jitter = 2.0 * network.jitter.as_ref().map_or(0.0, Sampler::mean);
    let trip = |requester: usize, region: u16| {
        let from = scenario.requesters[RequesterId(requester as u16)].region;
        network.round_trip(from, RegionId(region)).nanos() + jitter
    };
    for view in 0..market.registry.views() {
        let listed = market.registry.has(view, list, party);
        for (way, draws) in scenario.verification.draws.iter().enumerate().filter(|(_, draws)| draws.by == by) {
            let weight = match draws.weighting {
                _ if !listed => 0.0,
                Weighting::Even => 1.0,
                // Parties without stake are drawn when all that have some are.
                Weighting::Stake => (market.nodes.backrooms[party].stake.0 as f64).max(UNSTAKED),
                Weighting::Opinion => market.registry.opinions(view, list).get(party.index()) as f64,
            };
            let checker = Checker { weight, wait, slowness, region: quote.region.0 };
            market.checkers.set(view, way, party.index(), checker, &trip);
        }
    }
}

/// A party with slots comes or goes.
pub fn note_capacity(market: &mut State, kind: PartyKind, slots: u32, now: Time, comes: bool) {
    let slots = if slots == u32::MAX { 1 } else { u64::from(slots) };
    let level = if kind == PartyKind::Node { &mut market.levels.capacity } else { &mut market.levels.checks_capacity };
    match comes {
        true => level.rise(now, slots),
        false => level.fall(now, slots),
    }
    if kind == PartyKind::Node {
        match comes {
            true => market.levels.up.up(now),
            false => market.levels.up.down(now),
        }
    }
}
