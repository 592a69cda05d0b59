//! Votes become verdicts, and verdicts decide: accepted, refused, unresolved, too late, revoked.

use crate::domain::answer::{Answer, Evidence, Wrong};
use crate::domain::fate::Fate;
use crate::domain::ids::{JobSlot, NodeId, RequesterId};
use crate::domain::job::Role;
use crate::engine::time::Time;
use crate::market::{Market, Moment};
use crate::policy::conduct::Outcome;
use crate::policy::verdict::Verdict;
use crate::scenario::Scenario;
use crate::scenario::model::PartyKind;
use crate::scenario::schema::{PayoutAt, Use};

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
    let Some(verdict) = check.verdict.decide(&mut check.verdict.memory(), &votes) else { return };
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
        crate::domain::fate::Stage::Accepted => standing::finalise(market, at, slot),
        // All that was blocking has begun: nothing is open, so it has let the answer pass.
        _ => accept(market, at, slot),
    }
}

/// An answer that nothing holds back: too late is refused and its price returned (assumed: the requester pays for answers in
/// time); in time it is accepted.
pub fn accept(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let story = market.jobs.story_mut(slot);
    if at.now > story.deadline {
        return standing::reject(market, at, slot, Fate::Late);
    }
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
    see_node(market, at, slot, (copy.node, copy.answer), evidence);
}

/// A blocking check found it wrong.
fn refuse(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    settlement::slash_all(market, at, slot);
    let right = market.jobs.story(slot).is_right();
    standing::reject(market, at, slot, if right { Fate::RejectedRight } else { Fate::RejectedWrong });
}

/// The checkers could not decide: the price goes back.
fn unresolved(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    standing::reject(market, at, slot, Fate::Unresolved);
}

/// A deferred check found it wrong after it was accepted.
fn revoke(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    settlement::take_back(market, at, slot);
    settlement::slash_all(market, at, slot);
    let right = market.jobs.story(slot).is_right();
    at.facts.note(crate::record::fact::Fact::Revoked { job: market.jobs.story(slot).key, right });
    standing::reject(market, at, slot, if right { Fate::RevokedRight } else { Fate::RevokedWrong });
}

/// The verdict of a check is evidence about the nodes that answered and about the checkers; those still looking are called
/// off.
fn conclude(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, index: u8, verdict: Verdict) {
    let (link, requester) = (market.jobs[slot].link, market.jobs[slot].requester);
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
    let voters = market.proceedings.read(link).cast.len();
    for place in 0..voters {
        let cast = market.proceedings.read(link).cast[place];
        if cast.check == index {
            let evidence = if cast.alarm == wrong { Evidence::Upheld } else { Evidence::Overturned };
            let checks = at.scenario.groups[market.nodes.quotes[cast.by].group].kind != PartyKind::Node;
            market.see(at, requester, (cast.by, checks), evidence);
        }
    }
    let evidence = match (wrong, market.jobs[slot].stage) {
        (false, _) => Evidence::Passed,
        (true, crate::domain::fate::Stage::Accepted) => Evidence::Revoked,
        (true, _) => Evidence::Failed,
    };
    see_nodes(market, at, slot, evidence);
}

/// Evidence about the node, or about each node whose copy agrees with the answer; they learn what became of it too.
pub fn see_nodes(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, evidence: Evidence) {
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
    evidence: Evidence,
) {
    market.see(at, market.jobs[slot].requester, (node, false), evidence);
    let outcome = Outcome {
        cheated: answer.wrong.is_some_and(|kind| kind != Wrong::Error),
        checked: evidence != Evidence::Unchecked,
        caught: matches!(evidence, Evidence::Failed | Evidence::Revoked),
    };
    let group = &at.scenario.groups[market.nodes.quotes[node].group];
    group.conduct.learn(&mut market.nodes.backrooms[node].conduct, &outcome);
}

impl Market {
    /// Takes evidence of a party in. `checks` says whether it is of those who check alone.
    fn see(&mut self, at: &Moment<'_>, holder: RequesterId, (party, checks): (NodeId, bool), evidence: Evidence) {
        let verification = &at.scenario.verification;
        if self.opinions.see(verification, holder, (party, checks), evidence, at.now) {
            let weight = self.opinions.weight(verification, holder, party);
            let served = at.scenario.groups[self.nodes.quotes[party].group].models;
            let (view, stake) = (self.registry.view_of(holder), self.nodes.backrooms[party].stake);
            self.registry.reweigh(view, party, served, stake.0 as u64, weight);
        }
    }

    /// Whether a group of requesters would ask a party, if it were listed.
    pub(in crate::market) fn asks(&self, scenario: &Scenario, holder: RequesterId, party: NodeId) -> bool {
        self.opinions.weight(&scenario.verification, holder, party).is_some()
    }
}
