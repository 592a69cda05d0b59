//! A placement is a transaction on the chain: it takes gas, and where the chain is waited for, a place in a block.

use std::cmp::Reverse;

use crate::domain::fate::Stage;
use crate::domain::ids::JobSlot;
use crate::domain::item::Phase;
use crate::market::context::Context;
use crate::market::event::Clock;
use crate::market::operations::{pricing, settlement, terms};
use crate::market::state::State;
use crate::market::state::chain::Transaction;
use crate::record::fact::Fact;
use crate::scenario::channels::Channel;

use super::next::{Next, Planned};

/// Sends the transaction of a placement, at the price of gas that was quoted in this instant. Where the chain is waited for, the request leaves when it is in a block.
pub fn send(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let chain = &at.scenario.chain;
    if !chain.runs {
        return Next::Depart { job: slot };
    }
    let gas = gas(market, at, slot);
    if gas == 0 {
        return Next::Depart { job: slot };
    }
    let (tip, version) = (terms::tip(market, at.scenario, slot), market.jobs[slot].version);
    let price = terms::gas_price(market, at, tip).unwrap_or_default();
    settlement::pay_chain(market, at, slot, price.of_units(gas));
    let number = market.chain.sent;
    market.chain.sent += 1;
    market.chain.waiting += gas;
    market.chain.pool.push((tip, Reverse(number), Transaction { job: slot, version, gas }));
    if !chain.blocking {
        return Next::Depart { job: slot };
    }
    let job = &mut market.jobs[slot];
    (job.stage, job.phase) = (Stage::Placed, Phase::Idle);
    Next::Done
}

/// The gas of a placement: its own, and that of the checks that will take place.
fn gas(market: &State, at: &Context<'_>, slot: JobSlot) -> u64 {
    let id = market.jobs[slot].case;
    let drawn = if id.is_some() { market.cases[id].drawn } else { 0 };
    let checks = at.scenario.verification.methods[market.jobs.record(slot).method].checks.iter().enumerate();
    at.scenario.chain.gas + checks.filter(|(index, _)| drawn >> index & 1 == 1).map(|(_, check)| check.gas).sum::<u64>()
}

/// A block: transactions go in by tip, then in the order they came, until the first that does not fit; then the price of
/// gas may move.
pub fn block(market: &mut State, at: &mut Context<'_>) -> Next {
    let scenario = at.scenario;
    let chain = &scenario.chain;
    let others = chain.background.get(market.chain.blocks as usize).copied().unwrap_or(0);
    let (target, limit) = chain.bounds(market.chain.blocks);
    let mut used = others;
    market.chain.blocks += 1;
    at.tick(Clock::Block, &market.turns);
    let mut included = std::mem::take(&mut market.scratch.jobs);
    while let Some((_, _, next)) = market.chain.pool.peek().copied() {
        if used + next.gas > limit {
            break;
        }
        market.chain.pool.pop();
        market.chain.waiting -= next.gas;
        used += next.gas;
        if chain.blocking && market.jobs.is(next.job, next.version) {
            included.push(next.job);
        }
    }
    market.chain.used = used;
    at.facts.note(Fact::Block { number: market.chain.blocks, used });
    let seen = pricing::interval(at, used, target, limit, chain.block);
    pricing::close_interval(market, at, Channel::Coordination, seen);
    market.agenda.extend(included.iter().rev().map(|&job| Planned::from(Next::Depart { job })));
    included.clear();
    market.scratch.jobs = included;
    Next::Done
}
