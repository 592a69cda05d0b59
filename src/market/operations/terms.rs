//! The terms of each method that a job's class admits, at the prices and queues of the present.

use crate::domain::checking::{Beliefs, Checker};
use crate::domain::ids::{ClassId, JobSlot, MethodId, RequesterId};
use crate::domain::money::Money;
use crate::domain::party::PartyKind;
use crate::domain::price::Price;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::work::Work;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::quoting::known::KnownMethod;
use crate::market::quoting::passing::Belief;
use crate::market::quoting::terms::{Asked, Seen, Shared, Terms, needs_gas};
use crate::market::state::State;
use crate::market::state::learnt::Correction;
use crate::policy::chooser::Offer;
use crate::policy::selection::{self, Draw};
use crate::scenario::Scenario;
use crate::scenario::channels::Channel;
use crate::scenario::verification::{JobSize, Method};

/// Puts the terms of each of these methods of the job's class into `terms`, which comes empty. A method is left out where the
/// chain or the checkers it needs cannot be paid because their channel is stopped. Of a method that goes by the standing of the node
/// there are terms for each scrutiny that a node which offers is under.
pub fn collect(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    offers: &[Offer],
    methods: &[MethodId],
    terms: &mut Vec<Terms>,
) {
    let scenario = at.scenario;
    let channels = &scenario.channels;
    let gas = gas_price(market, at, tip(market, scenario, slot));
    let check = market.prices.at(channels, Channel::Verification, at.now);
    let inclusion = inclusion(market, scenario);
    let job = &market.jobs[slot];
    let (expected, class, requester) = (job.expected, job.class, job.requester);
    let of_class = &scenario.classes[class];
    let size = match of_class.pass {
        None => JobSize { model: of_class.model, generation: expected, pass: Work::ZERO },
        Some(_) => scenario.expected_size(market.jobs.record(slot)),
    };
    let mut known = std::mem::take(&mut market.scratch.passing);
    let mut scrutinies = std::mem::take(&mut market.scratch.scrutinies);
    scrutinies.clear();
    let belief = belief(market, scenario, requester);
    known.believe(&belief);
    let pulled = Some(&market.pulled).filter(|pulled| pulled.is_used());
    let (checkers, view) = (&market.checkers, market.registry.view_of(requester));
    let asked = Asked { scenario, checkers, pulled, view, requester, now: at.now, offers };
    let trust = offers.iter().map(|offer| offer.trust).sum::<f64>() / offers.len().max(1) as f64;
    let (gas_price, check_price) = (gas.unwrap_or_default(), check.unwrap_or_default());
    let placement = gas_price.of_units(scenario.chain.gas);
    let planted = market.planting.share();
    let shared = Shared { expected, size, gas_price, placement, check_price, inclusion, trust, planted };
    for &id in methods {
        let method = &scenario.verification.methods[id];
        let stopped = (gas.is_none() && needs_gas(scenario, method)) || (check.is_none() && method.pays_checkers);
        if stopped {
            continue;
        }
        let KnownMethod { passing, terms: plain } =
            known.of(scenario, id, own_belief(market, scenario, requester, id, &belief));
        let correction = correction(market, at, (class, id));
        if !method.by_standing {
            Terms::add(terms, &asked, &shared, Seen { method, passing, terms: plain, correction, scrutiny: 1.0 });
            continue;
        }
        if scrutinies.is_empty() {
            scrutinies.extend(offers.iter().map(|offer| market.standings.scrutiny(&scenario.verification, offer.node)));
        }
        by_scrutiny(&asked, &shared, (id, method), (passing.belief(), correction), (&scrutinies, terms));
    }
    (market.scratch.passing, market.scratch.scrutinies) = (known, scrutinies);
}

/// Of a method that goes by the standing of the node: the terms for each of these scrutinies.
#[inline(never)]
fn by_scrutiny(
    asked: &Asked<'_>,
    shared: &Shared,
    (id, method): (MethodId, &Method),
    (belief, correction): (Belief, Correction),
    (scrutinies, terms): (&[f64], &mut Vec<Terms>),
) {
    let first = terms.len();
    for &scrutiny in scrutinies {
        if terms[first..].iter().all(|terms| terms.scrutiny != scrutiny) {
            let KnownMethod { passing, terms: plain } = &KnownMethod::new(asked.scenario, id, belief, scrutiny);
            Terms::add(terms, asked, shared, Seen { method, passing, terms: plain, correction, scrutiny });
        }
    }
}

/// The terms of the method `none` for a job that does without its checks; `None` while the chain that it needs is stopped.
pub fn unchecked(market: &State, at: &Context<'_>, slot: JobSlot) -> Option<Terms> {
    let gas_units = if at.scenario.chain.runs { at.scenario.chain.gas } else { 0 };
    let gas_price = gas_price(market, at, tip(market, at.scenario, slot));
    (gas_price.is_some() || gas_units == 0)
        .then(|| Terms::unchecked(gas_units, gas_price.unwrap_or_default(), inclusion(market, at.scenario)))
}

/// What a group of requesters believes of those that check.
#[inline(always)]
pub fn belief(market: &State, scenario: &Scenario, requester: RequesterId) -> Belief {
    let [validators, peers] = market.opinions.diligence(&scenario.verification, requester);
    let diligence = [validators, peers, 1.0];
    let [equals, most] = match scenario.verification.selection.manner().draw {
        Draw::Bernoulli => by_themselves(market, scenario, requester),
        _ => [[0; 2]; 2],
    };
    Belief { diligence, equals, most }
}

/// Where each looks or not by itself: so many of equal weight would look as evenly, and so many may look at most.
#[inline(never)]
fn by_themselves(market: &State, scenario: &Scenario, requester: RequesterId) -> [[u32; 2]; 2] {
    let verification = &scenario.verification;
    // Of nodes as checkers of one another no sums are kept: they are taken to weigh alike.
    let nodes = market.nodes.roster.range(PartyKind::Node).len() as u32;
    let validators = market.nodes.roster.range(PartyKind::Validator).len() as u32;
    let way = verification.draws.iter().position(|draws| draws.by == Checker::Validators);
    let equals = way.map_or(1, |way| market.checkers.equals(market.registry.view_of(requester), way));
    [[equals, nodes.max(1)], [validators, nodes].map(|all| all.min(selection::MOST as u32))]
}

/// The same with what its own group does, where the requester itself may look at an answer that is verified so.
#[inline(always)]
pub fn own_belief(
    market: &State,
    scenario: &Scenario,
    requester: RequesterId,
    method: MethodId,
    common: &Belief,
) -> Option<Belief> {
    let cost = scenario.verification.methods[method].own_look?;
    Some(with_own_care(market, scenario, (requester, method), cost, common))
}

#[cold]
fn with_own_care(
    market: &State,
    scenario: &Scenario,
    (requester, method): (RequesterId, MethodId),
    cost: Money,
    common: &Belief,
) -> Belief {
    let [validators, peers, _] = common.diligence;
    Belief { diligence: [validators, peers, market.own_care(scenario, requester, method, cost)], ..*common }
}

/// What was learnt of checks by this method, where requesters go by it.
#[inline]
fn correction(market: &State, at: &Context<'_>, of: (ClassId, MethodId)) -> Correction {
    match at.scenario.verification.beliefs {
        Beliefs::Learnt => market.learnt.correction(of, at.now),
        Beliefs::Drawn | Beliefs::Mean => Correction::NONE,
    }
}

/// What the chain's own delay is expected to be: half a block, and the blocks that waiting transactions fill.
pub fn inclusion(market: &State, scenario: &Scenario) -> f64 {
    let chain = &scenario.chain;
    if !chain.blocking {
        return 0.0;
    }
    let ahead = market.chain.waiting / chain.limit.max(1);
    chain.block.nanos() * (0.5 + SimDuration(ahead).nanos())
}

/// The price of a unit of gas for a job in this attempt, with the tip that its requester adds; `None` while the channel is stopped.
#[inline]
pub fn gas_price(market: &State, at: &Context<'_>, tip: Price) -> Option<Price> {
    let price = market.prices.at(&at.scenario.channels, Channel::Coordination, at.now)?;
    Some(Price(price.0 + tip.0))
}

/// What the requester adds per unit of gas in this attempt.
#[inline]
pub fn tip(market: &State, scenario: &Scenario, slot: JobSlot) -> Price {
    let Some(law) = &scenario.chain.tip else { return Price::ZERO };
    let (key, attempt) = (market.jobs.record(slot).key, DrawIndex::attempt(market.jobs[slot].attempt));
    let tip = law.sample(&mut draw(market.seed, Purpose::Tip, key, attempt));
    Price::nearest(tip, scenario.channels.tick).max(Price::ZERO)
}
