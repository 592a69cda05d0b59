//! What being busy costs a party is paid to the world outside as far as its income reaches, where the scenario says so (model §10).
//!
//! Nothing is due at each event: what has accrued follows from the time that the party was busy, and is paid when its balance is
//! asked for. What its income does not cover yet stays due, so its balance is max(0, income − cost), as if it were paid all along.

use crate::domain::ids::{NodeGroupId, PartyId};
use crate::domain::money::{Asset, Money};
use crate::domain::payment::Costs;
use crate::market::context::Context;
use crate::market::derived;
use crate::market::state::State;
use crate::market::state::ledger::Account;
use crate::scenario::Scenario;

/// A party pays what has accrued and is not paid yet, as far as it has it.
pub fn pay(market: &mut State, at: &Context<'_>, party: PartyId) {
    if at.scenario.payout.costs == Costs::Noted {
        return;
    }
    let accrued = market.nodes.quotes[party].cost.of_time(market.nodes.states[party].service.busy(at.now));
    let held = market.ledger.balance(Account::Party(party), Asset::Credit);
    let due = accrued - i128::from(market.welfare.paid_by(party).0);
    let amount = Money(due.clamp(0, held.0.into()) as i64);
    market.welfare.pay(party, amount);
    market.ledger.transfer(Account::Party(party), Account::Exchange, Asset::Credit, amount);
}

/// Parties have the costs of their draws, times what the series of their group is at, and times the shocks under way that raise them. Where
/// nothing has moved nothing changes.
pub fn renew(market: &mut State, at: &Context<'_>) {
    let (scenario, derived) = (at.scenario, at.derived);
    let (tick, mut last) = (scenario.channels.tick, None);
    for (party, traits) in derived.nodes.pairs() {
        // Parties of a group are next to one another.
        let factor = match last {
            Some((group, factor)) if group == traits.group => factor,
            _ => factor(market, scenario, traits.group),
        };
        last = Some((traits.group, factor));
        let (cost, floor) = traits.costing(factor, tick);
        market.nodes.set_costs(party, (traits.asks, cost, floor), at.now);
    }
    let quotes = &market.nodes.quotes;
    market.prices.costs = derived::mean_costs(derived.roster, |party| quotes[party].floor, tick);
}

/// How many times what was drawn for them the parties of a group have as costs now.
fn factor(market: &State, scenario: &Scenario, group: NodeGroupId) -> f64 {
    let outside = scenario.groups[group].cost_follows;
    // A series may fall below zero; a party is not paid for being busy by the world outside.
    let outside = outside.map_or(1.0, |series| market.series[usize::from(series)].process.value.max(0.0));
    let under_way = scenario.shocks.iter().zip(&market.shocks.all).filter(|(_, shock)| shock.under_way);
    let steps = under_way.filter_map(|(shock, _)| shock.cost.as_ref()).filter(|(groups, _)| groups.contains(&group));
    steps.fold(outside, |factor, (_, step)| factor * step)
}
