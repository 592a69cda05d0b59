//! Which answer comes of those that execute, when some of them are honest.

use crate::domain::acceptance::is_credible;
use crate::domain::answer::Answer;
use crate::domain::ids::{JobSlot, PartyId};
use crate::market::context::Context;
use crate::market::operations::{assignment, copies};
use crate::market::state::State;
use crate::scenario::verification::Check;

use super::unasked::{case_of, would_refuse};

/// Those that execute, in the order in which their answers come.
pub(super) struct Executors {
    pub each: Vec<Executor>,
    rule: Rule,
    /// Of the wrong answers that copies may be left with when they do not agree, those that the check between them would not refuse.
    kept: Vec<u64>,
}

/// One that executes.
pub(super) struct Executor {
    pub by: PartyId,
    pub answer: Answer,
    /// Whether its answer had come when the answer of the job was there.
    pub came: bool,
    odds: f64,
    /// Its place among the players, if it can be made honest.
    pub player: Option<usize>,
}

/// When the answers of copies are an answer.
enum Rule {
    /// There is one.
    Alone,
    /// So many must agree.
    Agree(usize),
    /// Those that agree must be credible.
    Credible(f64),
}

impl Executors {
    /// Those of a job; each that gave a wrong answer on purpose gets the next place among `players` players.
    pub fn of(market: &mut State, at: &Context<'_>, slot: JobSlot, players: &mut usize) -> Executors {
        let record = *market.jobs.record(slot);
        let method = &at.scenario.verification.methods[record.method];
        let is_verified = market.jobs[slot].case.is_some();
        let mut each = Vec::new();
        let mut join = |by: PartyId, answer: Answer, came: bool, odds: f64| {
            let player = answer.is_deliberate().then(|| std::mem::replace(players, *players + 1));
            each.push(Executor { by, answer, came, odds, player });
        };
        let Some(check) = method.replicas().filter(|_| is_verified) else {
            join(record.node, record.answer, true, 1.0);
            return Executors { each, rule: Rule::Alone, kept: Vec::new() };
        };
        let credibility = check.credibility;
        for number in order(market, slot, credibility.is_some()) {
            let copy = case_of(market, slot).answers[number];
            let came = copy.answer != Answer::NONE;
            let answer = if came { copy.answer } else { assignment::would_answer(market, at, slot, number) };
            join(copy.node, answer, came, credibility.map_or(1.0, |_| copies::odds(market, at.scenario, slot, &copy)));
        }
        let kept = kept(market, at, slot, check, &each);
        let rule = credibility.map_or(Rule::Agree(check.agree as usize), Rule::Credible);
        Executors { each, rule, kept }
    }

    /// Whether the answer that comes of them is wrong when these players are honest.
    pub fn are_wrong(&self, honest: &[bool]) -> bool {
        if !self.each.iter().any(|of| of.player.is_some_and(|player| honest[player])) {
            // It is what it was.
            return true;
        }
        let answer =
            |of: &Executor| if of.player.is_some_and(|player| honest[player]) { Answer::RIGHT } else { of.answer };
        let answers: Vec<Answer> = self.each.iter().map(answer).collect();
        for (number, last) in answers.iter().enumerate() {
            let there = &answers[..=number];
            let is_enough = match self.rule {
                Rule::Alone => true,
                Rule::Agree(agree) => there.iter().filter(|answer| answer.key == last.key).count() >= agree,
                Rule::Credible(credibility) => {
                    let others = there.iter().enumerate().filter(|(place, answer)| {
                        answer.key != last.key && there[..*place].iter().all(|earlier| earlier.key != answer.key)
                    });
                    let others: f64 = others.map(|(_, answer)| self.odds(there, answer.key)).sum();
                    is_credible(credibility, self.odds(there, last.key), others)
                }
            };
            if is_enough {
                return !last.is_right();
            }
        }
        // They do not agree: the first of them that the check between them does not refuse is the answer, if there is such a check.
        answers
            .iter()
            .find(|answer| answer.is_right() || self.kept.contains(&answer.key))
            .is_some_and(|answer| !answer.is_right())
    }

    /// The odds of all that gave one of the answers that are there.
    fn odds(&self, there: &[Answer], key: u64) -> f64 {
        self.each.iter().zip(there).filter(|(_, answer)| answer.key == key).map(|(of, _)| of.odds).product()
    }

    /// Of those whose answers had come, how many gave this one, how many of these must give another for it to fall; and how many answers
    /// had not come.
    pub fn public(&self, key: u64) -> [u32; 3] {
        let silent = self.each.iter().filter(|of| !of.came).count() as u32;
        let count = self.each.iter().filter(|of| of.came && of.answer.key == key).count() as u32;
        match self.rule {
            Rule::Agree(agree) => [count, (count + 1).saturating_sub(agree as u32).max(1), silent],
            Rule::Alone | Rule::Credible(_) => [count, 1, silent],
        }
    }
}

/// The copies that have answered, then those still to come, then, where the copies may be more, those not sent yet.
fn order(market: &mut State, slot: JobSlot, may_grow: bool) -> Vec<usize> {
    let case = market.jobs[slot].case;
    let file = market.causes.file(case).clone();
    let answers = &market.cases[case].answers;
    let arrived = file.arrived.iter().map(|&number| usize::from(number));
    // An answer that was refused counts no more.
    let mut order: Vec<usize> = arrived.filter(|&number| answers[number].answer != Answer::NONE).collect();
    let is_open = |number: &usize| !file.arrived.contains(&(*number as u8)) && !file.lost.contains(&(*number as u8));
    order.extend((0..answers.len()).filter(|number| (answers[*number].sent || may_grow) && is_open(number)));
    order
}

/// The wrong answers among those of copies which the check that decides between them would not refuse.
fn kept(market: &mut State, at: &Context<'_>, slot: JobSlot, copies: &Check, each: &[Executor]) -> Vec<u64> {
    let (drawn, refused) = (case_of(market, slot).drawn, case_of(market, slot).refused);
    let Some(appeal) = copies.appeal.filter(|appeal| drawn >> appeal & 1 == 1) else { return Vec::new() };
    let record = *market.jobs.record(slot);
    let round = at.scenario.verification.methods[record.method].checks[usize::from(appeal)].round + refused;
    let mut kept = Vec::new();
    let mut seen = Vec::new();
    for answer in each.iter().map(|of| of.answer).filter(|answer| !answer.is_right()) {
        if seen.contains(&answer.key) {
            continue;
        }
        seen.push(answer.key);
        // The one that was used was not refused; another would be looked at in the next round.
        let is_used = case_of(market, slot).disputed && answer.key == record.answer.key;
        if is_used
            || !would_refuse(market, at, slot, (appeal, round + u8::from(case_of(market, slot).disputed)), answer)
        {
            kept.push(answer.key);
        }
    }
    kept
}
