//! A batch of payments is closed by its count, by idleness or by its age, and a settler takes one batch after the other (model §10).

use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::life::next::Next;
use crate::market::operations::batches::{begin, close, rules};
use crate::market::state::State;

/// A batch has come to its age, if it is still open.
pub fn aged(market: &mut State, at: &mut Context<'_>, batch: u32) -> Next {
    if market.payouts.batch == batch && market.payouts.gathered > 0 {
        close(market, at);
    }
    Next::Done
}

/// Nobody may have joined for long enough: who joined since the timer was set has it set anew, once for all of them.
pub fn idle(market: &mut State, at: &mut Context<'_>) -> Next {
    let due = market.payouts.joined + rules(at).idle;
    market.payouts.timed = market.payouts.gathered > 0 && due > at.now;
    if market.payouts.timed {
        at.queue.push(due, Event::Idle);
    } else if market.payouts.gathered > 0 {
        close(market, at);
    }
    Next::Done
}

/// The settler is done with a batch: its payments are made, one after the other.
pub fn settle(market: &mut State) -> Next {
    let left = market.payouts.closed.pop_front().expect("a settler has a batch");
    market.payouts.busy = false;
    Next::Pay { left }
}

/// Makes the payments of a batch that are left; the settler begins with the next batch when none is.
#[inline(never)]
pub fn pay(market: &mut State, at: &mut Context<'_>, left: u32) -> Next {
    if left == 0 {
        if !market.payouts.closed.is_empty() {
            begin(market, at);
        }
        return Next::Done;
    }
    market.agenda.push(Next::Pay { left: left - 1 }.into());
    let (slot, key) = market.payouts.waiting.pop_front().expect("a batch has its payments");
    let job = &market.jobs[slot];
    let is_same = job.open && market.jobs.record(slot).key == key;
    match is_same && job.case.is_some() && market.cases[job.case].unpaid {
        true => Next::Paid { job: slot },
        false => Next::Done,
    }
}
