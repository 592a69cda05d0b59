//! Money changes hands: into escrow at the placement, out of it exactly once.

use crate::domain::ids::JobSlot;
use crate::domain::money::{Asset, Money};
use crate::market::state::ledger::Account;
use crate::market::{Market, Moment};
use crate::record::fact::Fact;

/// Puts the price of an offer aside.
pub fn escrow(market: &mut Market, slot: JobSlot, price: Money) {
    let job = &mut market.jobs[slot];
    assert!(job.escrow == Money::ZERO, "an escrow is released before the next one is filled");
    job.escrow = price;
    market.ledger.transfer(Account::Requesters(job.requester), Account::Escrow, Asset::Credit, price);
}

/// Pays the node what was agreed.
pub fn pay(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let (job, story) = market.jobs.both(slot);
    let paid = std::mem::take(&mut job.escrow);
    story.charged = paid;
    story.at.paid = at.now;
    market.ledger.transfer(Account::Escrow, Account::Node(job.node), Asset::Credit, paid);
    at.facts.note(Fact::Settled { job: story.key, paid, refunded: Money::ZERO });
}

/// Gives the requester back what was put aside, and says so.
pub fn return_escrow(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let refunded = refund(market, slot);
    let job = market.jobs.story(slot).key;
    at.facts.note(Fact::Settled { job, paid: Money::ZERO, refunded });
}

/// Gives the requester back what was put aside; says how much.
pub fn refund(market: &mut Market, slot: JobSlot) -> Money {
    let job = &mut market.jobs[slot];
    let refunded = std::mem::take(&mut job.escrow);
    market.ledger.transfer(Account::Escrow, Account::Requesters(job.requester), Asset::Credit, refunded);
    refunded
}
