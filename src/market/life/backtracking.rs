//! A node was found out, or an input came to nothing: results that still stand are revoked, or their checks are drawn once more.

use crate::domain::ancestry::AfterInput;
use crate::domain::checking::Backtrack;
use crate::domain::fate::Fate;
use crate::domain::ids::JobSlot;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::operations::{inputs, settlement};
use crate::market::state::State;
use crate::record::fact::Fact;

use super::next::Next;

/// A result stood when another answer of its node was found wrong. One that has been closed or has become final since is let be.
#[inline(never)]
pub fn reopen(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    if !market.cases[market.jobs[slot].case].result.is_some() {
        return Next::Done;
    }
    match at.scenario.verification.backtrack {
        Backtrack::Revoke => revoke(market, at, slot),
        _ => draw_again(market, at, slot),
    }
}

/// An input of an accepted result came to nothing. What is drawn again sees its own computation alone: where nothing is, it stands.
#[inline(never)]
pub fn recall(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    if inputs::after(market, at, slot) == AfterInput::Check {
        return match draw_again(market, at, slot) {
            Next::Done => Next::Finalise { job: slot },
            check => check,
        };
    }
    inputs::note_recalled(market, at, slot);
    revoke(market, at, slot)
}

/// What the node was paid for it comes back as far as it can. Nobody has looked at the answer: it is evidence of nothing, and the node is
/// slashed for the answer that was looked at alone.
fn revoke(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    settlement::take_back(market, at, slot);
    let record = market.jobs.record(slot);
    let (job, right) = (record.key, record.is_right());
    at.facts.note(Fact::Revoked { job, right });
    Next::Reject { job: slot, fate: if right { Fate::RevokedRight } else { Fate::RevokedWrong } }
}

/// Each deferred check that does not take place is drawn once more, by the present standing of the node; those that are drawn begin.
fn draw_again(market: &mut State, at: &mut Context<'_>, slot: JobSlot) -> Next {
    let verification = &at.scenario.verification;
    let (record, attempt) = (market.jobs.record(slot), market.jobs[slot].attempt);
    let (key, method) = (record.key, &verification.methods[record.method]);
    let scrutiny = market.standings.scrutiny(verification, record.node);
    let case = &mut market.cases[market.jobs[slot].case];
    case.draws = case.draws.saturating_add(1);
    let before = case.drawn;
    for (index, check) in method.checks.iter().enumerate().filter(|(_, check)| check.deferred) {
        let number = DrawIndex::attempt_check(attempt, index as u8, case.draws);
        let takes_place = draw(market.seed, Purpose::Sampling, key, number).chance(check.sample_at(scrutiny));
        case.drawn |= u8::from(takes_place) << index;
    }
    match case.drawn == before {
        true => Next::Done,
        false => Next::Check { job: slot, from: 0, deferred: true },
    }
}
