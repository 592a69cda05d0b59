//! Votes become verdicts, and verdicts decide: accepted, refused, unresolved, too late, revoked.

use crate::domain::answer::{Answer, Evidence, Wrong};
use crate::domain::fate::{Fate, Stage};
use crate::domain::ids::{JobSlot, NodeId, RequesterId};
use crate::domain::job::Role;
use crate::engine::time::{Span, Time};
use crate::market::state::opinions::Sighting;
use crate::market::{Event, Market, Moment};
use crate::policy::conduct::Outcome;
use crate::policy::verdict::Verdict;
use crate::scenario::Scenario;
use crate::scenario::schema::{PayoutAt, Use};

use super::passing::{self, Expected};
use super::{replication, settlement, standing};

/// A vote was cast or will never be: the check may have come to its verdict.
pub fn count(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, index: u8) {
    let check = &at.scenario.verification.methods[market.jobs.story(slot).method].checks[index as usize];
    let link = market.jobs[slot].link;
    let proceeding = market.proceedings.get(link);
    if proceeding.open >> index & 1 == 0 {
        return;
    }
    let votes = proceeding.votes[index as usize];
    let Some(verdict) = check.verdict.decide(&votes) else { return };
    market.proceedings.get(link).open &= !(1 << index);
    conclude(market, at, slot, index, verdict);
    match (verdict, check.deferred) {
        (Verdict::Accepted, _) | (Verdict::Unresolved, true) => settle(market, at, slot),
        (Verdict::Refused, false) => refuse(market, at, slot),
        (Verdict::Refused, true) => revoke(market, at, slot),
        (Verdict::Unresolved, false) => unresolved(market, at, slot),
    }
}

/// Where no check of the present stage is open any more, the result goes on.
pub fn settle(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let link = market.jobs[slot].link;
    if market.proceedings.read(link).open != 0 {
        return;
    }
    match market.jobs[slot].stage {
        Stage::Accepted => standing::finalise(market, at, slot),
        // All that was blocking has begun: nothing is open, so it has let the answer pass.
        _ => accept(market, at, slot),
    }
}

/// An answer that nothing holds back is accepted; one that comes after its deadline, and is not in use, was refused before.
pub fn accept(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let story = market.jobs.story_mut(slot);
    story.at.accepted = at.now;
    if story.use_at == Use::Accepted {
        story.at.used = at.now;
    }
    if market.jobs[slot].link.is_some() {
        let copies = market.proceedings.read(market.jobs[slot].link).answers.len();
        (0..copies).for_each(|number| compare(market, at, slot, number));
    }
    if at.scenario.payout.at == PayoutAt::Acceptance {
        standing::pay(market, at, slot);
    }
    standing::stand(market, at, slot);
}

/// An answer that is not in use will be late, unless its checks end by its deadline: nothing in it is worth checking after that.
pub fn expect_in_time(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let (job, story) = market.jobs.both(slot);
    if story.deadline != Time::NEVER && story.at.used == Time::NEVER {
        // One nanosecond later: an answer used in the very instant of its deadline is in time.
        at.queue.push(story.deadline + Span(1), Event::Late { job: slot, turn: job.turn });
    }
}

/// The deadline has passed before the answer was used: its checks are called off, and it is late. The requester does not pay for
/// an answer that was not accepted in time (assumed); one that was has been or will be paid, as its nodes did what was asked.
pub fn late(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    if market.jobs.story(slot).at.used != Time::NEVER {
        return;
    }
    learn(market, at, slot, true);
    let story = market.jobs.story(slot);
    let is_owed = story.at.accepted != Time::NEVER && story.at.paid == Time::NEVER;
    if is_owed {
        settlement::pay_nodes(market, at, slot);
    }
    standing::reject(market, at, slot, Fate::Late);
}

/// Requesters learn how long the checks of an answer took, if any took place, beside what was quoted. Of checks that did not end in time no more is
/// known than that they were not done by the deadline.
pub fn learn(market: &mut Market, at: &Moment<'_>, slot: JobSlot, late: bool) {
    let story = market.jobs.story(slot);
    let method = &at.scenario.verification.methods[story.method];
    let link = market.jobs[slot].link;
    let replicas = u8::from(method.copies > 1);
    if story.quoted_checks == Span::ZERO || !link.is_some() || market.proceedings.read(link).drawn & !replicas == 0 {
        return;
    }
    let taken = at.now.since(story.at.answered).nanos();
    // What was quoted counts that the checks may not take place; these did.
    let quoted = story.quoted_checks.nanos() / method.looks;
    let quoted = if late { quoted.min(taken) } else { quoted };
    market.learnt.note((story.class, story.method), quoted, taken, late, at.now);
}

/// Compares a copy's answer with the accepted one, if both are there. A node whose copy agrees has passed a check; one whose copy
/// says something else was outvoted and is slashed, as a contributor to iExec's Proof of Contribution that is not in the
/// consensus loses its stake. Where one answer was enough nothing is compared.
pub fn compare(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, number: usize) {
    let story = market.jobs.story(slot);
    let accepted = story.answer.key;
    if story.at.accepted == Time::NEVER || !at.scenario.verification.methods[story.method].compares() {
        return;
    }
    let copy = market.proceedings.read(market.jobs[slot].link).answers[number];
    if copy.answer == replication::NO_ANSWER {
        return;
    }
    let evidence = if copy.answer.key == accepted { Evidence::Passed } else { Evidence::Failed };
    if evidence == Evidence::Failed {
        settlement::slash_outvoted(market, at, slot, copy.node);
    }
    see_node(market, at, slot, (copy.node, copy.answer), (evidence, 1.0));
}

/// A blocking check found it wrong.
fn refuse(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    learn(market, at, slot, false);
    settlement::slash_all(market, at, slot);
    let right = market.jobs.story(slot).is_right();
    standing::reject(market, at, slot, if right { Fate::RejectedRight } else { Fate::RejectedWrong });
}

/// The checkers could not decide: the price goes back.
fn unresolved(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    learn(market, at, slot, false);
    standing::reject(market, at, slot, Fate::Unresolved);
}

/// A deferred check found it wrong after it was accepted.
fn revoke(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    learn(market, at, slot, false);
    settlement::take_back(market, at, slot);
    settlement::slash_all(market, at, slot);
    let right = market.jobs.story(slot).is_right();
    at.facts.note(crate::record::fact::Fact::Revoked { job: market.jobs.story(slot).key, right });
    standing::reject(market, at, slot, if right { Fate::RevokedRight } else { Fate::RevokedWrong });
}

/// The verdict of a check is evidence about the nodes that answered and about the checkers; checks still under way are called off.
fn conclude(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, index: u8, verdict: Verdict) {
    let link = market.jobs[slot].link;
    let votes = market.proceedings.read(link).votes[index as usize];
    if votes.asked > votes.alarms + votes.approvals + votes.missing {
        let mut place = 0;
        while let Some(&child) = market.proceedings.read(link).children.get(place) {
            let (child, job) = (child.slot, &market.jobs[child.slot]);
            match job.role != Role::Replica && job.copy == index {
                true => replication::call_off_one(market, at, slot, child),
                false => place += 1,
            }
        }
    }
    if verdict == Verdict::Unresolved {
        return;
    }
    let wrong = verdict == Verdict::Refused;
    let expects = expected(market, at, slot, index);
    judge_checkers(market, at, slot, (index, wrong), &expects);
    let (evidence, weight) = match (wrong, market.jobs[slot].stage) {
        (false, _) => (Evidence::Passed, expects.pass),
        (true, Stage::Accepted) => (Evidence::Revoked, expects.failure),
        (true, _) => (Evidence::Failed, expects.failure),
    };
    see_nodes(market, at, slot, (evidence, weight));
}

/// What the requester of a job expects of one check.
fn expected(market: &mut Market, at: &Moment<'_>, slot: JobSlot, index: u8) -> Expected {
    let (requester, method) = (market.jobs[slot].requester, market.jobs.story(slot).method);
    let diligence = market.opinions.diligence(&at.scenario.verification, requester);
    passing::known(&mut market.scratch.passing, at.scenario, method, diligence).checks[index as usize]
}

/// Each checker is judged by the votes of the others, where they come to the same verdict without it. An approval of an answer
/// found wrong speaks against it as far as a careful look would have seen that; an alarm at one found right as far as a careful
/// look would not have raised it. An approval of a right answer tells nothing: a checker that does not look gives it too.
fn judge_checkers(
    market: &mut Market,
    at: &mut Moment<'_>,
    slot: JobSlot,
    (index, wrong): (u8, bool),
    expects: &Expected,
) {
    let (link, holder) = (market.jobs[slot].link, market.jobs[slot].requester);
    let votes = market.proceedings.read(link).votes[index as usize];
    let voters = market.proceedings.read(link).cast.len();
    for place in 0..voters {
        let cast = market.proceedings.read(link).cast[place];
        if cast.check != index {
            continue;
        }
        let alarms = votes.alarms - u32::from(cast.alarm);
        let approvals = votes.approvals - u32::from(!cast.alarm);
        if if wrong { alarms <= approvals } else { approvals <= alarms } {
            continue;
        }
        let (evidence, weight) = match (cast.alarm, wrong) {
            (true, true) => (Evidence::Upheld, 1.0),
            (false, true) => (Evidence::Overturned, expects.detection),
            (true, false) => (Evidence::Overturned, 1.0 - expects.false_alarm),
            (false, false) => continue,
        };
        market.see_look(at, Sighting { holder, party: cast.by, evidence, weight });
    }
}

/// Evidence about the node, or about each node whose copy agrees with the answer; they learn what became of it too.
pub fn see_nodes(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, evidence: (Evidence, f64)) {
    let story = *market.jobs.story(slot);
    let link = market.jobs[slot].link;
    let copies = if link.is_some() { market.proceedings.read(link).answers.len() } else { 0 };
    for place in 0..copies.max(1) {
        let node = match copies {
            0 => story.node,
            _ => {
                let copy = market.proceedings.read(link).answers[place];
                if copy.answer.key != story.answer.key {
                    continue;
                }
                copy.node
            }
        };
        see_node(market, at, slot, (node, story.answer), evidence);
    }
}

/// Evidence about a node by its answer; it learns what became of it too.
fn see_node(
    market: &mut Market,
    at: &mut Moment<'_>,
    slot: JobSlot,
    (node, answer): (NodeId, Answer),
    (evidence, weight): (Evidence, f64),
) {
    let holder = market.jobs[slot].requester;
    market.see_answer(at, Sighting { holder, party: node, evidence, weight });
    let outcome = Outcome {
        cheated: answer.wrong.is_some_and(|kind| kind != Wrong::Error),
        checked: evidence != Evidence::Unchecked,
        caught: matches!(evidence, Evidence::Failed | Evidence::Revoked),
    };
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    group.conduct.learn(&mut market.nodes.backrooms[node].conduct, &outcome);
}

impl Market {
    /// Takes in evidence of an answer.
    fn see_answer(&mut self, at: &Moment<'_>, seen: Sighting) {
        if self.opinions.see_answer(&at.scenario.verification, seen, at.now) {
            self.reweigh(at, seen.holder, seen.party);
        }
    }

    /// Takes in evidence of a look.
    fn see_look(&mut self, at: &Moment<'_>, seen: Sighting) {
        if self.opinions.see_look(&at.scenario.verification, seen, at.now) {
            self.reweigh(at, seen.holder, seen.party);
        }
    }

    /// What a party weighs in an opinion may have changed.
    fn reweigh(&mut self, at: &Moment<'_>, holder: RequesterId, party: NodeId) {
        let weight = self.opinions.weight(&at.scenario.verification, holder, party);
        let served = at.scenario.groups[self.nodes.quotes[party].group].models;
        let (view, stake) = (self.registry.view_of(holder), self.nodes.backrooms[party].stake);
        self.registry.reweigh(view, party, served, stake.0 as u64, weight);
        self.note_checker(at.scenario, party);
    }

    /// Whether a group of requesters would ask a party, if it were listed.
    pub(in crate::market) fn asks(&self, scenario: &Scenario, holder: RequesterId, party: NodeId) -> bool {
        self.opinions.weight(&scenario.verification, holder, party).is_some()
    }
}
