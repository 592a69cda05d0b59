//! What parties stand to win and to lose by an answer or a vote.

use crate::domain::ids::{Id, JobSlot, PartyId};
use crate::domain::money::{MICRO, Money};
use crate::domain::work::Work;
use crate::market::context::Context;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::policy::conduct::Stakes;
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, JobSize, Slash};

/// What a node may win and lose by a job of such a fee and so much work, at the stake it has; nothing where its conduct does not look at
/// that.
pub fn of_node(market: &State, scenario: &Scenario, node: PartyId, (fee, work): (Money, Work)) -> Stakes {
    let quote = &market.nodes.quotes[node];
    if !scenario.groups[quote.group].conduct.weighs_stakes() {
        return Stakes::default();
    }
    let token = market.token(scenario);
    let slash = slash_of(scenario, token, market.ledger.bond(node), fee);
    let cost = quote.cost.of_work(work.scaled(quote.slowness), Default::default());
    Stakes { fee, cost, slash: in_credits(token, slash) }
}

/// What a checker may win and lose by its vote on an answer, at the stake it has: its fee, the cost of a careful look, and the fine.
pub fn of_vote(market: &State, at: &Context<'_>, slot: JobSlot, (index, check): (u8, &Check), by: PartyId) -> Stakes {
    let fee = fee_at(market, at, slot, index, ask_of(market, at.scenario, check, by));
    let cost = cost_of_look(market, check, by, &at.scenario.size(market.jobs.record(slot)));
    let token = market.token(at.scenario);
    let fine = fine_of(token, check, market.ledger.bond(by), fee);
    Stakes { fee, cost, slash: in_credits(token, fine) }
}

/// What the party that does a check is to be paid at the price of the channel.
pub fn fee(market: &State, at: &Context<'_>, slot: JobSlot, index: u8) -> Money {
    fee_at(market, at, slot, index, 1.0)
}

/// What a party asks for a look, relative to the price of the channel.
pub fn ask_of(market: &State, scenario: &Scenario, check: &Check, by: PartyId) -> f64 {
    scenario.channels.asks_of(check).map_or(1.0, |_| market.checkers.ask(check.way, by.index()))
}

/// What the party that does a check is to be paid if it asks so many times the price of the channel.
pub fn fee_at(market: &State, at: &Context<'_>, slot: JobSlot, index: u8, ask: f64) -> Money {
    let parent = market.jobs.record(slot);
    let check = &at.scenario.verification.methods[parent.method].checks[index as usize];
    terms::fee(
        at.scenario,
        at.scenario.channels.times(parent.check_price, ask),
        check.expected_work(&at.scenario.expected_size(parent)),
    )
}

/// What a careful look at a job of this size is expected to cost a party.
pub fn cost_of_look(market: &State, check: &Check, by: PartyId, size: &JobSize) -> Money {
    let quote = &market.nodes.quotes[by];
    quote.cost.of_work(check.expected_work(size).scaled(quote.slowness), Default::default())
}

/// What a node loses in tokens if a job of such a fee is found wrong, at the stake it has and what a token is worth.
pub fn slash_of(scenario: &Scenario, token: Money, stake: Money, fee: Money) -> Money {
    lost(&scenario.verification.slash, token, stake, fee)
}

/// What a checker loses in tokens by an approval that is refuted, if it was paid such a fee, at the stake it has and what a token is worth.
pub fn fine_of(token: Money, check: &Check, stake: Money, fee: Money) -> Money {
    check.liability.as_ref().map_or(Money::ZERO, |liability| lost(&liability.slash, token, stake, fee))
}

/// What is lost of a stake.
fn lost(slash: &Slash, token: Money, stake: Money, fee: Money) -> Money {
    let by_fee = slash.fee_multiple.get() * fee.0 as f64 * MICRO as f64 / token.0 as f64;
    let wanted = slash.fixed + Money::from_micro(slash.share.get() * stake.0 as f64) + Money::from_micro(by_fee);
    wanted.min(stake)
}

/// What tokens are worth in credits, where one is worth so much.
pub fn in_credits(token: Money, tokens: Money) -> Money {
    Money::from_micro(tokens.units() * token.0 as f64)
}

/// One of so many parts of a whole number, that together are the whole and differ by one at most.
pub fn part(whole: u64, number: u32, parts: u32) -> u64 {
    let up_to = |number: u32| (u128::from(whole) * u128::from(number) / u128::from(parts)) as u64;
    up_to(number + 1) - up_to(number)
}
