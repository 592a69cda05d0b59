//! The checks that could have stopped the use of an answer, and what they say when some parties are honest.

use crate::domain::answer::{Use, Wrong};
use crate::domain::causes::{Guarding, PublicCheck, PublicVote};
use crate::domain::checking::Checker;
use crate::domain::ids::JobSlot;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::operations::{checking, seats, voting};
use crate::market::state::State;
use crate::market::state::causes::{Look, LookFate, Turns};
use crate::policy::verdict::{Verdict, Votes};
use crate::scenario::verification::Check;

use super::unasked::{case_of, count, stands};

/// A check that took place before the answer was used, and at which a refusal would have been the last word.
pub(super) struct Clause<'s> {
    pub index: u8,
    pub check: &'s Check,
    /// The seats from which a vote comes, or would have come.
    pub seats: Vec<Seat>,
    /// The seats from which none comes, and all that is asked for.
    base: Votes,
    /// Whether its refusal would stand.
    stands: bool,
    /// The place of its vendor among the players, if that is broken.
    pub vendor: Option<usize>,
    /// Whether the vendor is broken.
    pub is_broken: bool,
}

/// A vote of a check.
pub(super) struct Seat {
    /// Whose, if it is that of a party that was drawn.
    pub look: Option<Look>,
    pub alarm: bool,
    pub turns: Turns,
    pub stake: u64,
    /// The place of its party among the players, if it can turn.
    pub player: Option<usize>,
}

/// All checks that took place and could have stopped the use of the answer.
pub(super) fn of<'s>(market: &mut State, at: &Context<'s>, slot: JobSlot) -> Vec<Clause<'s>> {
    let record = *market.jobs.record(slot);
    let case = market.jobs[slot].case;
    if !case.is_some() || record.use_at == Use::Answered {
        return Vec::new();
    }
    let method = &at.scenario.verification.methods[record.method];
    let mut clauses = Vec::new();
    for (root, check) in method.checks.iter().enumerate().filter(|(_, check)| check.looks_at_answers()) {
        let begins = check.of.is_none() || (market.cases[case].disputed && check.of == Some(0));
        if !begins || (check.deferred && record.use_at != Use::Final) {
            continue;
        }
        // An alarm was handed on, and the last that decided about it has let the answer pass.
        let mut held = root;
        let asked = |index: usize| market.cases[case].votes[index].asked > 0;
        while let Some(appeal) = method.checks[held].appeal.filter(|&appeal| asked(appeal.into())) {
            held = appeal.into();
        }
        if asked(held) {
            clauses.extend(Clause::of(market, at, slot, (held as u8, &method.checks[held])));
        }
    }
    clauses
}

impl<'s> Clause<'s> {
    /// One check; `None` where it could not refuse: its checkers saw another answer, or nobody looked who might have.
    fn of(market: &mut State, at: &Context<'s>, slot: JobSlot, (index, check): (u8, &'s Check)) -> Option<Clause<'s>> {
        let record = *market.jobs.record(slot);
        if voting::is_forced(market.seed, record.key, index.into(), check) {
            return None;
        }
        let (case, round) = (market.jobs[slot].case, seats::round(market, slot, check));
        let whole = check.detects[record.answer.wrong.unwrap_or(Wrong::Error) as usize];
        let is_broken = voting::alarm_chance(market, at.now, record.key, check, record.answer) < whole;
        let asked = market.cases[case].votes[usize::from(index)];
        let is_published = market.cases[case].published >> index & 1 == 1;
        let mut base = Votes { asked: asked.asked, stake_asked: asked.stake_asked, ..Votes::default() };
        let mut seats = Vec::new();
        if check.is_asked_of_others() {
            let looks = market.causes.file(case).looks.clone();
            for look in looks.into_iter().filter(|look| (look.seat.0, look.seat.1) == (index, round)) {
                match look.fate {
                    LookFate::Replaced => {}
                    LookFate::Open if is_published => miss(&mut base, look.stake),
                    LookFate::Missing => miss(&mut base, look.stake),
                    LookFate::Cast | LookFate::Open => {
                        let Look { alarm, turns, stake, .. } = look;
                        seats.push(Seat { look: Some(look), alarm, turns, stake, player: None });
                    }
                }
            }
        } else {
            let turns = alone(market, slot, (index, check), if is_broken { whole } else { 0.0 })?;
            seats.push(Seat { look: None, alarm: false, turns, stake: seats::UNSTAKED, player: None });
        }
        let stands = stands(market, at, slot, (check, round), record.answer);
        let mut clause = Clause { index, check, seats, base, stands, vendor: None, is_broken };
        // It did let the answer pass.
        clause.stands &= !clause.refuses(&|_| false);
        Some(clause)
    }

    /// Whether the answer is refused when these players are honest.
    pub fn refuses(&self, honest: &dyn Fn(usize) -> bool) -> bool {
        let is = |player: Option<usize>| player.is_some_and(honest);
        self.stands
            && self.is_refusal(|seat| {
                seat.alarm
                    || match seat.turns {
                        Turns::Never => false,
                        Turns::Care => is(seat.player),
                        Turns::Vendor => is(self.vendor),
                        Turns::Both => is(seat.player) && is(self.vendor),
                    }
            })
    }

    /// Whether these alarms refuse it.
    fn is_refusal(&self, alarm: impl Fn(&Seat) -> bool) -> bool {
        let mut votes = self.base;
        self.seats.iter().for_each(|seat| count(&mut votes, alarm(seat), seat.stake));
        match checking::verdict(self.check, &votes, true) {
            Some(Verdict::Refused) => true,
            Some(Verdict::Unresolved) => !self.check.deferred && self.check.vote.is_none(),
            Some(Verdict::Accepted) | None => false,
        }
    }

    /// How many approvals must at least have been alarms, the heaviest first, where these are.
    fn missing(&self, alarm: impl Fn(&Seat) -> bool) -> u32 {
        let mut stakes: Vec<(u64, usize)> =
            self.seats.iter().enumerate().map(|(place, seat)| (seat.stake, place)).collect();
        stakes.sort_by_key(|&(stake, place)| (std::cmp::Reverse(stake), place));
        let places: Vec<usize> =
            stakes.into_iter().map(|(_, place)| place).filter(|&place| !alarm(&self.seats[place])).collect();
        let turned = |number: usize| {
            self.is_refusal(|seat| {
                alarm(seat) || places[..number].iter().any(|&place| std::ptr::eq(seat, &self.seats[place]))
            })
        };
        (1..=places.len()).find(|&number| turned(number)).unwrap_or(places.len() + 1) as u32
    }

    /// How it failed to stop the answer.
    pub fn guarding(&self) -> Guarding {
        let careless = self.seats.iter().filter(|seat| seat.turns == Turns::Care).count() as u32;
        let missing = self.missing(|seat| seat.alarm);
        let could = self.stands && self.is_refusal(|seat| seat.alarm || seat.turns == Turns::Care);
        Guarding { missing: if could { missing } else { missing.max(careless + 1) }, careless }
    }

    /// What is public of it, with the place of its vendor among those of the answer.
    pub fn public(&self, vendor: Option<usize>) -> PublicCheck {
        let check = self.check;
        let said = |seat: &Seat| match seat.look {
            Some(look) => (look.fate == LookFate::Cast).then_some(look.alarm),
            None => Some(false),
        };
        let care = |seat: &Seat| match (seat.look, check.by) {
            (Some(look), _) => look.care,
            (None, Checker::Watchers) => 1.0 - (0..check.count).fold(1.0, |none, _| none * (1.0 - check.attention)),
            (None, _) => 1.0,
        };
        PublicCheck {
            check: self.index,
            needed: self.missing(|seat| said(seat) == Some(true)),
            detects: check.detects,
            vendor,
            peers: check.by == Checker::Peers,
            votes: self.seats.iter().map(|seat| PublicVote { care: care(seat), alarm: said(seat) }).collect(),
        }
    }
}

/// A vote that never came.
fn miss(votes: &mut Votes, stake: u64) {
    (votes.missing, votes.stake_missing) = (votes.missing + 1, votes.stake_missing + stake);
}

/// What a look would have said which nobody is drawn for: of hardware, at a proof, of watchers, of the requester itself. `whole` is the
/// chance of an alarm with a vendor that is whole, if it is broken. `None` where none of them looked, as none has to.
fn alone(market: &State, slot: JobSlot, (index, check): (u8, &Check), whole: f64) -> Option<Turns> {
    let (key, seed, round) = (market.jobs.record(slot).key, market.seed, seats::round(market, slot, check));
    let by = |number: u16| DrawIndex::checker(index, number, round);
    let sees = |number: u16| draw(seed, Purpose::Vote, key, by(number)).chance(whole);
    let would_see = match check.by {
        Checker::Watchers => {
            let looks = |watcher: &u16| draw(seed, Purpose::Attention, key, by(*watcher)).chance(check.attention);
            let mut looking = (0..check.count as u16).filter(looks).peekable();
            looking.peek()?;
            looking.any(sees)
        }
        Checker::Requester => {
            case_of(market, slot).decided(index).looked.then_some(())?;
            false
        }
        _ => sees(0),
    };
    Some(if would_see { Turns::Vendor } else { Turns::Never })
}
