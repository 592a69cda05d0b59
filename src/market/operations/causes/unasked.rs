//! What a check that never took place would have said of an answer.

use crate::domain::answer::Answer;
use crate::domain::ids::JobSlot;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::operations::hearing::Voice;
use crate::market::operations::{checking, seats, voting};
use crate::market::state::State;
use crate::market::state::cases::VerificationCase;
use crate::policy::verdict::{Verdict, Votes};
use crate::scenario::verification::Check;

/// Whether an answer would have been refused in the end, had this check, which never took place, been asked about it in this round.
pub(super) fn would_refuse(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    (index, round): (u8, u8),
    answer: Answer,
) -> bool {
    let record = *market.jobs.record(slot);
    let check = &at.scenario.verification.methods[record.method].checks[usize::from(index)];
    if voting::is_forced(market.seed, record.key, index.into(), check) {
        return false;
    }
    let chance = voting::alarm_chance(market, at.now, record.key, check, answer);
    let mut votes = Votes::default();
    if check.is_asked_of_others() {
        let mut asked = std::mem::take(&mut market.scratch.computing);
        checking::answerers(market, slot, check.of.is_some(), &mut asked);
        let mut chosen = Vec::new();
        let number = DrawIndex::attempt_check(record.attempts, index, round);
        checking::select(market, at, &record, (check, check.count as usize), number, (&asked, &mut chosen));
        asked.clear();
        market.scratch.computing = asked;
        for (ordinal, &by) in chosen.iter().enumerate() {
            let stake = seats::weight(market, by);
            (votes.asked, votes.stake_asked) = (votes.asked + 1, votes.stake_asked + stake);
            if !voting::abstains(market, slot, (index.into(), check), ordinal as u16) {
                let seat = (index, round, ordinal as u16);
                count(&mut votes, Voice::of(market, at, slot, by, (seat, answer)).say(chance).0.alarm, stake);
            }
        }
    } else {
        (votes.asked, votes.stake_asked) = (1, seats::UNSTAKED);
        let number = DrawIndex::checker(index, 0, round);
        let alarm = draw(market.seed, Purpose::Vote, record.key, number).chance(chance);
        count(&mut votes, alarm, seats::UNSTAKED);
    }
    match checking::verdict(check, &votes, true) {
        Some(Verdict::Refused) => stands(market, at, slot, (check, round), answer),
        Some(Verdict::Unresolved) => !check.deferred && check.vote.is_none(),
        Some(Verdict::Accepted) | None => false,
    }
}

/// Whether a refusal stands: nobody decides about it, or who does, and was not asked so far, refuses too.
pub(super) fn stands(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    (check, round): (&Check, u8),
    answer: Answer,
) -> bool {
    let drawn = case_of(market, slot).drawn;
    let method = market.jobs.record(slot).method;
    match check.appeal.filter(|appeal| drawn >> appeal & 1 == 1) {
        Some(appeal) => {
            let above = &at.scenario.verification.methods[method].checks[usize::from(appeal)];
            would_refuse(market, at, slot, (appeal, above.round + (round - check.round)), answer)
        }
        None => true,
    }
}

/// Counts a vote.
pub(super) fn count(votes: &mut Votes, alarm: bool, stake: u64) {
    match alarm {
        true => (votes.alarms, votes.stake_alarming) = (votes.alarms + 1, votes.stake_alarming + stake),
        false => (votes.approvals, votes.stake_approving) = (votes.approvals + 1, votes.stake_approving + stake),
    }
}

pub(super) fn case_of(market: &State, slot: JobSlot) -> &VerificationCase {
    &market.cases[market.jobs[slot].case]
}
