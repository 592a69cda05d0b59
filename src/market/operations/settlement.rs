//! Money changes hands: into escrow at the placement, out of it exactly once, and back where a result is revoked.

use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::money::{Asset, Money, Rounding};
use crate::domain::payment::SlashTo;
use crate::domain::record::JobRecord;
use crate::domain::share::Share;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::quoting::quote::Quote;
use crate::market::state::State;
use crate::market::state::ledger::Account;
use crate::policy::conduct::Outcome;
use crate::record::fact::Fact;
use crate::scenario::Scenario;

use super::{at_stake, costs, learning, margins, sharing};

/// Puts all that a job may cost aside.
pub fn escrow(market: &mut State, slot: JobSlot, amount: Money) {
    let job = &mut market.jobs[slot];
    assert!(job.escrow == Money::ZERO, "an escrow is released before the next one is filled");
    job.escrow = amount;
    market.ledger.transfer(Account::Requesters(job.requester), Account::Escrow, Asset::Credit, amount);
}

/// Pays a part of what was put aside. Panics if it was not.
pub fn pay_out(market: &mut State, slot: JobSlot, to: Account, amount: Money) {
    let job = &mut market.jobs[slot];
    assert!(amount <= job.escrow, "a payment of {amount} out of an escrow of {}", job.escrow);
    job.escrow -= amount;
    market.ledger.transfer(Account::Escrow, to, Asset::Credit, amount);
}

/// Pays the chain for a placement.
pub fn pay_chain(market: &mut State, at: &mut Context<'_>, slot: JobSlot, amount: Money) {
    if amount > Money::ZERO {
        pay_out(market, slot, Account::Burn, amount);
        let record = market.jobs.record_mut(slot);
        record.charged_coordination += amount;
        at.facts.note(Fact::Settled { job: record.key, paid: amount, refunded: Money::ZERO });
    }
}

/// Pays whoever did a check or made a proof.
pub fn pay_checker(market: &mut State, at: &mut Context<'_>, slot: JobSlot, to: PartyId, amount: Money) {
    if amount > Money::ZERO {
        pay_party(market, at, slot, to, amount);
        let record = market.jobs.record_mut(slot);
        record.charged_verification += amount;
        at.facts.note(Fact::Settled { job: record.key, paid: amount, refunded: Money::ZERO });
    }
}

/// Pays a party that serves, which counts it as income.
fn pay_party(market: &mut State, at: &Context<'_>, slot: JobSlot, to: PartyId, amount: Money) {
    pay_out(market, slot, Account::Party(to), amount);
    market.participants.earn(at.scenario, to, amount, at.now);
    market.agreement.earn(to, amount, at.now);
    save(market, at, to, amount);
}

/// A party that has savings puts back what it earns.
fn save(market: &mut State, at: &Context<'_>, party: PartyId, amount: Money) {
    if let Some(rule) = market.participants.saver(at.scenario, party) {
        let spent = market.nodes.spent(party, at.now);
        market.participants.parties[party].purse.pass(amount.0 as f64, spent, rule.outside, at.now);
    }
}

/// What a look of its own costs the requester leaves the market.
pub fn pay_look(market: &mut State, at: &mut Context<'_>, slot: JobSlot, amount: Money) {
    if amount > Money::ZERO {
        pay_out(market, slot, Account::Exchange, amount);
        let record = market.jobs.record_mut(slot);
        record.charged_verification += amount;
        at.facts.note(Fact::Settled { job: record.key, paid: amount, refunded: Money::ZERO });
    }
}

/// Pays the node, or each of the nodes whose copy agrees with the accepted answer, what was agreed. One execution is computing;
/// what is paid beyond its price, for copies and for work beyond that of the answer, is verification, as it was priced.
pub fn pay_nodes(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let (id, answer) = (market.jobs[slot].case, market.jobs.record(slot).answer);
    let copies = if id.is_some() { market.cases[id].answers.len() } else { 0 };
    let mut paid = Money::ZERO;
    if copies > 0 {
        sharing::share_out(market, at.scenario, slot);
    }
    if copies == 0 {
        let record = market.jobs.record(slot);
        let (node, amount) = (record.node, record.compute_price + record.overhead_price);
        pay_party(market, at, slot, node, amount);
        paid = amount;
    }
    for index in 0..copies {
        let copy = market.cases[id].answers[index];
        if copy.answer.key == answer.key {
            pay_party(market, at, slot, copy.node, copy.price);
            market.cases[id].answers[index].paid = true;
            paid += copy.price;
        }
    }
    let record = market.jobs.record_mut(slot);
    let computing = paid.min(record.compute_price);
    record.charged_compute += computing;
    record.charged_verification += paid - computing;
    record.at.paid = at.now;
    at.facts.note(Fact::Settled { job: record.key, paid, refunded: Money::ZERO });
    if id.is_some() {
        market.cases[id].unpaid = false;
    }
}

/// Pays a node for a copy that only confirms the answer, or was to.
pub fn pay_copy(market: &mut State, at: &mut Context<'_>, slot: JobSlot, to: PartyId, amount: Money) {
    // A copy is paid as a check is: it is part of the price of verification.
    pay_checker(market, at, slot, to, amount);
}

/// A copy's answer came after enough others had agreed: if it agrees too and the others have been paid, so is its node.
pub fn pay_late_copy(market: &mut State, at: &mut Context<'_>, slot: JobSlot, number: usize) {
    let record = market.jobs.record(slot);
    let (key, are_paid) = (record.answer.key, record.at.paid != Time::NEVER);
    let copy = market.cases[market.jobs[slot].case].answers[number];
    if are_paid && copy.answer.key == key && !copy.paid {
        pay_copy(market, at, slot, copy.node, copy.price);
        market.cases[market.jobs[slot].case].answers[number].paid = true;
    }
}

/// Gives the requester back what is left of what was put aside, if anything is, and says so.
pub fn return_rest(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    if market.jobs[slot].escrow > Money::ZERO {
        return_escrow(market, at, slot);
    }
}

/// Gives the requester back what is left of what was put aside, and says so even where it is nothing.
pub fn return_escrow(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let refunded = refund(market, slot);
    let job = market.jobs.record(slot).key;
    at.facts.note(Fact::Settled { job, paid: Money::ZERO, refunded });
}

/// Gives the requester back what is left of what was put aside; says how much.
pub fn refund(market: &mut State, slot: JobSlot) -> Money {
    let job = &mut market.jobs[slot];
    let refunded = std::mem::take(&mut job.escrow);
    market.ledger.transfer(Account::Escrow, Account::Requesters(job.requester), Asset::Credit, refunded);
    refunded
}

/// A revoked result: what its nodes were paid goes back to the requester as far as they have it; the rest is a loss that is
/// written down. What was paid for computing comes back first.
pub fn take_back(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let record = market.jobs.record(slot);
    if record.at.paid == Time::NEVER {
        return;
    }
    let (id, requester) = (market.jobs[slot].case, record.requester);
    let alone = (record.node, record.compute_price + record.overhead_price);
    let copies = if id.is_some() { market.cases[id].answers.len() } else { 0 };
    let (mut back, mut missing) = (Money::ZERO, Money::ZERO);
    for index in 0..copies.max(1) {
        let (node, paid) = match copies {
            0 => alone,
            _ => {
                let copy = market.cases[id].answers[index];
                (copy.node, if copy.paid { copy.price } else { Money::ZERO })
            }
        };
        costs::pay(market, at, node);
        let reachable = paid.min(market.ledger.balance(Account::Party(node), Asset::Credit));
        market.ledger.transfer(Account::Party(node), Account::Requesters(requester), Asset::Credit, reachable);
        market.participants.earn(at.scenario, node, Money::ZERO - reachable, at.now);
        market.agreement.earn(node, Money::ZERO - reachable, at.now);
        save(market, at, node, Money::ZERO - reachable);
        back += reachable;
        missing += paid - reachable;
    }
    let record = market.jobs.record_mut(slot);
    let computing = back.min(record.charged_compute);
    record.charged_compute -= computing;
    record.charged_verification -= back - computing;
    record.shortfall = missing;
    at.facts.note(Fact::Settled { job: record.key, paid: Money::ZERO, refunded: back });
}

/// Every node that gave the answer that was found wrong loses a part of its stake.
pub fn slash_all(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let (id, record) = (market.jobs[slot].case, market.jobs.record(slot));
    let (node, key) = (record.node, record.answer.key);
    let copies = market.cases[id].answers.len();
    if copies == 0 {
        return slash(market, at, slot, node, Finder::Alarm);
    }
    for place in 0..copies {
        let copy = market.cases[id].answers[place];
        if copy.answer.key == key {
            slash(market, at, slot, copy.node, Finder::Alarm);
        }
    }
}

/// A node whose copy says something else than the accepted answer loses a part of its stake.
pub fn slash_outvoted(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: PartyId) {
    slash(market, at, slot, node, Finder::Copies);
}

/// A node that gave a wrong answer to a canary loses a part of its stake.
pub fn slash_planted(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: PartyId) {
    slash(market, at, slot, node, Finder::Network);
}

/// A node that has lost its standing loses a share of its stake, to whom slashed stakes go.
pub fn slash_share(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    node: PartyId,
    share: Share,
    finder: Finder,
) {
    let amount = market.ledger.bond(node).share(share.get());
    take_stake(market, at, slot, (node, amount), finder);
}

/// Who found an answer wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Finder {
    /// The checkers that raised an alarm.
    Alarm,
    /// The nodes whose copies agree with the accepted answer.
    Copies,
    /// The network, which knew the answer: its share goes to the treasury.
    Network,
}

/// A node loses a part of its stake.
fn slash(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: PartyId, finder: Finder) {
    let (token, fee) = (market.token(at.scenario), market.jobs.record(slot).compute_price);
    let amount = at_stake::slash_of(at.scenario, token, market.ledger.bond(node), fee);
    take_stake(market, at, slot, (node, amount), finder);
}

/// An answer was found wrong by a check: the checkers that had approved it lose what their own checks say. Those of the very check are
/// outvoted, and lose it only where that is said.
pub fn fine_approvers(market: &mut State, at: &mut Context<'_>, slot: JobSlot, found_by: u8) {
    let (scenario, id) = (at.scenario, market.jobs.record(slot).method);
    margins::reveal(market, scenario, slot);
    let method = &scenario.verification.methods[id];
    let (case, token) = (market.jobs[slot].case, market.token(scenario));
    for place in 0..if method.is_liable { market.cases[case].cast.len() } else { 0 } {
        let cast = market.cases[case].cast[place];
        let check = &method.checks[cast.check as usize];
        let spared = check.liability.as_ref().is_none_or(|liability| cast.check == found_by && !liability.outvoted);
        if cast.alarm || spared {
            continue;
        }
        let fee = at_stake::fee(market, at, slot, cast.check);
        let amount = at_stake::fine_of(token, check, market.ledger.bond(cast.by), fee);
        take_stake(market, at, slot, (cast.by, amount), Finder::Alarm);
        margins::bring(market, scenario, cast.by, at_stake::in_credits(token, amount), true);
        let outcome = Outcome::Fined { looked: cast.looked, amount: at_stake::in_credits(token, amount) };
        learning::tell(market, scenario, (cast.by, id), &outcome);
    }
}

/// So much of a party's stake goes to whom slashed stakes go.
fn take_stake(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    (node, amount): (PartyId, Money),
    finder: Finder,
) {
    if amount == Money::ZERO {
        return;
    }
    let requester = Account::Requesters(market.jobs[slot].requester);
    match at.scenario.verification.slash.to {
        SlashTo::Burn => market.slash(at.scenario, node, Account::Burn, amount),
        SlashTo::Treasury => market.slash(at.scenario, node, Account::Treasury, amount),
        SlashTo::Requester => {
            market.slash(at.scenario, node, requester, amount);
            learning::tell_slashed(market, at.scenario, slot, amount);
        }
        SlashTo::Checkers => reward(market, at.scenario, slot, (node, amount), finder),
    }
    let job = market.jobs.record(slot).key;
    at.facts.note(Fact::Slashed { job, node, amount });
}

/// A checker whose alarm was overturned loses a part of its stake.
pub fn fine(market: &mut State, at: &mut Context<'_>, slot: JobSlot, check: u8, by: PartyId) {
    let share = at.scenario.verification.slash.overturned.get();
    let amount = Money::from_micro(share * market.ledger.bond(by).0 as f64);
    lose(market, at, slot, (check, by, amount));
}

/// The vote of a group has not upheld the alarm of this check: each checker that raised it loses its deposit.
pub fn forfeit_deposits(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (check, deposit): (u8, Money)) {
    let id = market.jobs[slot].case;
    for place in 0..if deposit > Money::ZERO { market.cases[id].cast.len() } else { 0 } {
        let cast = market.cases[id].cast[place];
        if cast.check == check && cast.alarm {
            lose(market, at, slot, (check, cast.by, deposit.min(market.ledger.bond(cast.by))));
        }
    }
}

/// A checker pays out of its stake for an alarm that was turned down.
fn lose(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (check, by, amount): (u8, PartyId, Money)) {
    if amount > Money::ZERO {
        let to = wronged(market, at.scenario, slot);
        market.slash(at.scenario, by, to, amount);
        let job = market.jobs.record(slot).key;
        at.facts.note(Fact::Forfeited { job, check, by, amount });
    }
}

/// A challenger whose challenge was turned down loses its bond.
pub fn forfeit(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (check, amount): (u8, Money)) {
    if amount > Money::ZERO {
        let to = wronged(market, at.scenario, slot);
        market.ledger.transfer(Account::Watchers, to, Asset::Token, amount);
        let job = market.jobs.record(slot).key;
        at.facts.note(Fact::Forfeited { job, check, by: PartyId::NONE, amount });
    }
}

/// Where those pay who took a right answer for a wrong one: as slashed stakes do, but to the node where those go to checkers.
fn wronged(market: &State, scenario: &Scenario, slot: JobSlot) -> Account {
    match scenario.verification.slash.to {
        SlashTo::Burn => Account::Burn,
        SlashTo::Treasury => Account::Treasury,
        SlashTo::Requester => Account::Requesters(market.jobs[slot].requester),
        SlashTo::Checkers => Account::Party(market.jobs.record(slot).node),
    }
}

/// Those who found it out share a slashed stake; what does not divide goes to the treasury.
fn reward(market: &mut State, scenario: &Scenario, slot: JobSlot, (node, amount): (PartyId, Money), finder: Finder) {
    let (id, record) = (market.jobs[slot].case, market.jobs.record(slot));
    let (key, answered_by, method) = (record.answer.key, record.node, record.method);
    let case = &market.cases[id];
    let casts = case.cast.iter().filter(|cast| finder == Finder::Alarm && cast.alarm).map(|cast| cast.by);
    let agreeing = case.answers.iter().filter(|copy| finder == Finder::Copies && copy.answer.key == key);
    let mut finders = std::mem::take(&mut market.scratch.checkers);
    finders.extend(casts.chain(agreeing.map(|copy| copy.node)));
    let challengers = if finder == Finder::Alarm { case.challenged.count_ones() } else { 0 };
    let count = finders.len() as i64 + i64::from(challengers);
    let each =
        if count == 0 { Money::ZERO } else { Money(Rounding::Floor.divide(amount.0.into(), count.into()) as i64) };
    for found_by in finders.drain(..) {
        market.slash(scenario, node, Account::Party(found_by), each);
        if finder == Finder::Alarm && found_by != answered_by {
            learning::tell_finder(market, scenario, (found_by, method), each);
        }
    }
    (0..challengers).for_each(|_| market.slash(scenario, node, Account::Watchers, each));
    market.slash(scenario, node, Account::Treasury, amount - Money(each.0 * count));
    market.scratch.checkers = finders;
}

/// Writes down what was agreed.
pub fn agree(record: &mut JobRecord, quote: &Quote) {
    record.method = quote.method;
    record.use_at = quote.use_at;
    record.trust = quote.trust;
    record.compute_price = quote.compute;
    record.coordination_price = quote.coordination;
    record.verification_price = quote.verification;
    record.overhead_price = quote.overhead;
    record.check_price = quote.check;
    record.quoted_answer = SimDuration::from_nanos(quote.answer);
    record.quoted_checks = SimDuration::from_nanos(quote.checks);
    record.correction = if quote.uncorrected > 0.0 { (quote.checks / quote.uncorrected) as f32 } else { 1.0 };
}
