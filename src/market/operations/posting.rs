//! What the rounds of a dispute cost those that take part in it: gas for what each of them posts (Truebit, Arbitrum).

use crate::domain::checking::Checker;
use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::money::{Asset, Money};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::ledger::Account;
use crate::record::fact::Fact;

/// Before a check decides, both sides of the dispute pay for the rounds in which it is narrowed down: the node whose answer is looked at, and
/// those that challenge it. A requester that alarms itself posts nothing.
pub fn pay_rounds(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: u8) {
    let record = market.jobs.record(slot);
    let (node, method) = (record.node, &at.scenario.verification.methods[record.method]);
    let check = &method.checks[usize::from(index)];
    let Some(bisection) = check.bisection.filter(|bisection| bisection.gas > Money::ZERO) else { return };
    let (of, amount) = (check.of.unwrap_or_default(), bisection.gas.times(bisection.rounds.into()));
    pay(market, at, slot, (index, node, amount));
    let id = market.jobs[slot].case;
    match method.checks[usize::from(of)].by {
        Checker::Watchers => pay(market, at, slot, (index, PartyId::NONE, amount)),
        Checker::Replicas => {
            for place in 0..market.cases[id].answers.len() {
                let by = market.cases[id].answers[place].node;
                if by != node && market.cases[id].answers[place].sent {
                    pay(market, at, slot, (index, by, amount));
                }
            }
        }
        _ => {
            for place in 0..market.cases[id].cast.len() {
                let cast = market.cases[id].cast[place];
                if cast.check == of && cast.alarm && cast.by.is_some() {
                    pay(market, at, slot, (index, cast.by, amount));
                }
            }
        }
    }
}

/// A party pays to the world outside, as far as it has it; watchers bring what they pay from there.
fn pay(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (check, by, amount): (u8, PartyId, Money)) {
    let from = if by.is_some() { Account::Party(by) } else { Account::Watchers };
    let amount = if by.is_some() { amount.min(market.ledger.balance(from, Asset::Credit)) } else { amount };
    if amount > Money::ZERO {
        market.ledger.transfer(from, Account::Exchange, Asset::Credit, amount);
        let job = market.jobs.record(slot).key;
        at.facts.note(Fact::Posted { job, check, by, amount });
    }
}
