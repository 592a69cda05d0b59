//! What being busy costs a party is paid to the world outside as far as its income reaches, where the scenario says so (model §10).
//!
//! Nothing is due at each event: what has accrued follows from the time that the party was busy, and is paid when its balance is
//! asked for. What its income does not cover yet stays due, so its balance is max(0, income − cost), as if it were paid all along.

use crate::domain::ids::PartyId;
use crate::domain::money::{Asset, Money};
use crate::domain::payment::Costs;
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::ledger::Account;

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
