//! Forced errors: wrong answers that checkers are shown on purpose, and what finding one brings (Truebit, arXiv 1908.04756).

use crate::domain::ids::JobSlot;
use crate::domain::money::{Asset, Money};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::ledger::Account;
use crate::record::fact::Fact;
use crate::scenario::verification::Check;

use super::{evidence, learning, settlement};

/// The votes on a forced error are in. They tell nothing of the answer: each of those that found it gets its part of the jackpot, all are
/// judged by it, and those that approved lose what their check says of outvoted checkers.
pub fn conclude(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (index, check): (u8, &Check)) {
    let (id, record) = (market.jobs[slot].case, market.jobs.record_mut(slot));
    let found = market.cases[id].votes[usize::from(index)].alarms;
    // An alarm at a forced error is none at the answer.
    record.alarms -= found as u16;
    let (job, method) = (record.key, record.method);
    let each = check.forced.map_or(Money::ZERO, |forced| forced.each(found));
    let expects = evidence::expected(market, at, slot, index);
    for place in 0..market.cases[id].cast.len() {
        let cast = market.cases[id].cast[place];
        if cast.check != index {
            continue;
        }
        evidence::judge_by_truth(market, at, slot, cast, &expects);
        if cast.alarm {
            market.ledger.transfer(Account::Exchange, Account::Party(cast.by), Asset::Token, each);
            at.facts.note(Fact::Jackpot { job, by: cast.by, amount: each });
            learning::tell_finder(market, at.scenario, (cast.by, method), each);
        }
    }
    settlement::fine_approvers(market, at, slot, index);
}
