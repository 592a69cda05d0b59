//! What checkers say of wrong answers is kept where causes are recorded, with what would have made it an alarm (model §16.1).

use crate::domain::answer::{Answer, Vote};
use crate::domain::ids::{JobSlot, PartyId, TaskSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobKey;
use crate::domain::task::TaskKind;
use crate::engine::random::{RandomSource, Seed};
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::causes::{Look, LookFate, Turns};
use crate::policy::conduct::{Conduct, ConductMemory, Submission, look};
use crate::scenario::Scenario;

use super::{seats, voting};

/// A checker at the draws of its vote. What it remembers is a copy: saying something again teaches it nothing.
pub struct Voice<'s> {
    seed: Seed,
    key: JobKey,
    number: DrawIndex,
    /// What it goes by; `None` where its conduct has no say.
    conduct: Option<(&'s Conduct, ConductMemory, Submission)>,
}

impl Voice<'_> {
    /// A checker in a seat: check, round and number.
    pub fn of<'s>(
        market: &mut State,
        at: &Context<'s>,
        slot: JobSlot,
        by: PartyId,
        (seat, answer): ((u8, u8, u16), Answer),
    ) -> Voice<'s> {
        let (key, method) = (market.jobs.record(slot).key, market.jobs.record(slot).method);
        let check = &at.scenario.verification.methods[method].checks[usize::from(seat.0)];
        let conduct = (!check.is_guarded).then(|| {
            let submission = voting::submission(market, at, slot, by, (seat.0, check, answer));
            let conduct = &at.scenario.groups[market.nodes.quotes[by].group].conduct;
            (conduct, market.conducts.of(&mut market.nodes, by, method).clone(), submission)
        });
        Voice { seed: market.seed, key, number: DrawIndex::checker(seat.0, seat.2, seat.1), conduct }
    }

    /// What it says where a careful look raises an alarm with this chance, and what a careful look would have said.
    pub fn say(&self, alarm: f64) -> (Vote, bool) {
        let mut drawn = draw(self.seed, Purpose::Vote, self.key, self.number);
        let Some((conduct, memory, submission)) = &self.conduct else {
            let alarm = drawn.chance(alarm);
            return (Vote { alarm, looked: true }, alarm);
        };
        let submission = Submission { alarm, ..*submission };
        let vote = conduct.vote(&mut memory.clone(), &submission, &mut drawn);
        // The look that was left out takes the next number, as one that the conduct takes does.
        let careful = vote.alarm || (!vote.looked && look(&submission, &mut drawn).alarm);
        (vote, careful)
    }
}

/// A checker has decided what it will say. Where the answer is wrong it is kept, with what would have made it an alarm. In a life in
/// which the checker is to be honest it looks.
pub fn heard(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    by: PartyId,
    ((index, ordinal, round), vote): ((u8, u16, u8), Vote),
) -> Vote {
    let seat = (index, round, ordinal);
    let record = market.jobs.record(slot);
    let (key, answer) = (record.key, record.answer);
    let check = &at.scenario.verification.methods[record.method].checks[usize::from(seat.0)];
    let Some(kind) = answer.wrong else { return vote };
    if voting::is_forced(market.seed, key, seat.0.into(), check) {
        return vote;
    }
    let chance = voting::alarm_chance(market, at.now, key, check, answer);
    let whole = check.detects[kind as usize];
    let voice = Voice::of(market, at, slot, by, (seat, answer));
    let vote = match market.causes.is_honest(key, by) && !vote.alarm {
        true => Vote { alarm: voice.say(chance).1, looked: true },
        false => vote,
    };
    let turns = match (vote.alarm, chance < whole) {
        (true, _) => Turns::Never,
        (false, false) if !vote.looked && voice.say(chance).1 => Turns::Care,
        (false, false) => Turns::Never,
        (false, true) => match voice.say(whole) {
            (Vote { alarm: true, .. }, _) => Turns::Vendor,
            (_, true) => Turns::Both,
            _ => Turns::Never,
        },
    };
    let holder = market.jobs[slot].requester;
    let care = if check.is_guarded { 1.0 } else { market.opinions.trust(&at.scenario.verification, holder, by) };
    let (stake, fate) = (seats::weight(market, by), LookFate::Open);
    let look = Look { seat, by, stake, care, alarm: vote.alarm, looked: vote.looked, turns, fate };
    let case = market.jobs[slot].case;
    market.causes.file(case).looks.push(look);
    vote
}

/// Something has become of the look of a task.
pub fn settle(market: &mut State, scenario: &Scenario, child: TaskSlot, fate: LookFate) {
    let task = &market.jobs[child];
    if task.kind == TaskKind::Check {
        settle_seat(market, scenario, task.parent, (task.check, task.round, task.ordinal), fate);
    }
}

/// Something has become of the look of one seat.
pub fn settle_seat(market: &mut State, scenario: &Scenario, slot: JobSlot, seat: (u8, u8, u16), fate: LookFate) {
    if scenario.record.causes {
        market.causes.settle(market.jobs[slot].case, seat, fate);
    }
}
