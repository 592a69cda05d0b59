//! A placement is a transaction on the chain: it takes gas, and where the chain is waited for, a place in a block.

use std::cmp::Reverse;

use crate::domain::fate::Stage;
use crate::domain::ids::JobSlot;
use crate::domain::job::Phase;
use crate::domain::money::Money;
use crate::domain::purpose::Purpose;
use crate::engine::law::Quantity;
use crate::market::state::chain::Transaction;
use crate::market::{Event, Market, Moment};
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::channels::Channel;
use crate::scenario::schema::Checker;

use super::arrival::draw;
use super::quote::Quote;
use super::{placement, replication, settlement};

/// Sends the transaction of a placement. Says whether the request waits until it is in a block.
pub fn send(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, quote: &Quote) -> bool {
    let chain = &at.scenario.chain;
    if !chain.runs {
        return false;
    }
    let gas = gas(market, at, slot, quote);
    if gas == 0 {
        return false;
    }
    settlement::pay_chain(market, at, slot, quote.gas.times(gas));
    let (tip, turn) = (tip(market, at.scenario, slot), market.jobs[slot].turn);
    let number = market.chain.sent;
    market.chain.sent += 1;
    market.chain.waiting += gas;
    market.chain.pool.push((tip, Reverse(number), Transaction { job: slot, turn, gas }));
    if chain.blocking {
        let job = &mut market.jobs[slot];
        (job.stage, job.phase) = (Stage::Placed, Phase::Idle);
    }
    chain.blocking
}

/// What the requester adds per unit of gas in this attempt.
pub fn tip(market: &Market, scenario: &Scenario, slot: JobSlot) -> Money {
    let Some(law) = &scenario.chain.tip else { return Money::ZERO };
    let (key, attempt) = (market.jobs.story(slot).key, u32::from(market.jobs[slot].attempt));
    Money::from_number(law.sample(&mut draw(market.seed, Purpose::Tip, key, attempt))).max(Money::ZERO)
}

/// The gas of a placement: its own, and that of the checks that will take place.
fn gas(market: &Market, at: &Moment<'_>, slot: JobSlot, quote: &Quote) -> u64 {
    let link = market.jobs[slot].link;
    let drawn = if link.is_some() { market.proceedings.read(link).drawn } else { 0 };
    let checks = at.scenario.verification.methods[quote.method].checks.iter().enumerate();
    at.scenario.chain.gas + checks.filter(|(index, _)| drawn >> index & 1 == 1).map(|(_, check)| check.gas).sum::<u64>()
}

/// A block: transactions go in by tip, then in the order they came, until the first that does not fit; then the price of
/// gas may move.
pub fn block(market: &mut Market, at: &mut Moment<'_>) {
    let scenario = at.scenario;
    let chain = &scenario.chain;
    let others = chain.background.get(market.chain.blocks as usize).copied().unwrap_or(0);
    let (target, limit) = chain.bounds(market.chain.blocks);
    let mut used = others;
    market.chain.blocks += 1;
    at.queue.push(at.now + chain.block, Event::Block);
    let mut included = std::mem::take(&mut market.scratch.jobs);
    while let Some((_, _, next)) = market.chain.pool.peek().copied() {
        if used + next.gas > limit {
            break;
        }
        market.chain.pool.pop();
        market.chain.waiting -= next.gas;
        used += next.gas;
        if chain.blocking && market.jobs.is(next.job, next.turn) {
            included.push(next.job);
        }
    }
    market.chain.used = used;
    at.facts.note(Fact::Block { number: market.chain.blocks, used });
    let seen = market.interval(at, Channel::Coordination, used, target, limit, chain.block);
    market.close_interval(at, Channel::Coordination, seen);
    for &slot in &included {
        let method = &scenario.verification.methods[market.jobs.story(slot).method];
        match method.checks.first().is_some_and(|check| check.by == Checker::Replicas) {
            true => replication::spread(market, at, slot),
            false => {
                let node = market.jobs[slot].node;
                placement::go(market, at, slot, node);
            }
        }
    }
    included.clear();
    market.scratch.jobs = included;
}
