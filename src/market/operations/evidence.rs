//! What votes, verdicts and delays tell about parties and methods.

use crate::domain::answer::{Answer, Evidence};
use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, PartyId, RequesterId};
use crate::domain::money::Money;
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::quoting::passing::{Expected, Passing};
use crate::market::state::State;
use crate::market::state::cases::VoteRecord;
use crate::market::state::opinions::Sighting;
use crate::policy::conduct::Outcome;
use crate::policy::selection::Draw;
use crate::scenario::Scenario;
use crate::scenario::verification::Check;

use super::settlement::{self, Finder};
use super::{at_stake, copies, learning, margins, standing, terms};

/// An answer that is not in use will be late, unless its checks end by its deadline: nothing in it is worth checking after that.
pub fn expect_in_time(market: &mut State, at: &mut Context<'_>, slot: JobSlot) {
    let (job, record) = market.jobs.both(slot);
    if record.deadline != Time::NEVER && record.at.used == Time::NEVER {
        // One nanosecond later: an answer used in the very instant of its deadline is in time.
        at.queue.push(record.deadline + SimDuration(1), Event::Late { job: slot, version: job.version });
    }
}

/// Requesters learn how long the checks of an answer took, if any took place, beside what was quoted. Of checks that did not end in time no more is
/// known than that they were not done by the deadline.
pub fn learn(market: &mut State, at: &Context<'_>, slot: JobSlot, late: bool) {
    let record = market.jobs.record(slot);
    let method = &at.scenario.verification.methods[record.method];
    let id = market.jobs[slot].case;
    if record.quoted_checks == SimDuration::ZERO || !id.is_some() || market.cases[id].drawn & method.roots == 0 {
        return;
    }
    // What was drawn again began later than was quoted for.
    if market.cases[id].draws > 0 {
        return;
    }
    let (of, taken) = ((record.class, record.method), at.now.since(record.at.answered).nanos());
    // What was quoted counts that the checks may not take place; these did. What was learnt before is not in it: held against a quote that it
    // has moved already, a correction would get half of the way.
    let quoted = record.quoted_checks.nanos() / f64::from(record.correction);
    let quoted = quoted / if method.by_standing { market.cases[id].looks } else { passing(market, at, slot).looks };
    let quoted = if late { quoted.min(taken) } else { quoted };
    market.learnt.note(of, quoted, taken, late, at.now);
}

/// Compares a copy's answer with the accepted one, if both are there. A node whose copy agrees has passed a check; one whose copy
/// says something else was outvoted and is slashed, as a contributor to iExec's Proof of Contribution that is not in the
/// consensus loses its stake. Where one answer was enough nothing is compared.
pub fn compare(market: &mut State, at: &mut Context<'_>, slot: JobSlot, number: usize) {
    let record = market.jobs.record(slot);
    let accepted = record.answer.key;
    if record.at.accepted == Time::NEVER || !at.scenario.verification.methods[record.method].compares() {
        return;
    }
    let copy = market.cases[market.jobs[slot].case].answers[number];
    if copy.answer == Answer::NONE {
        return;
    }
    let evidence = match copy.answer.key == accepted {
        // One that was credible by itself was compared with none.
        true if copies::is_alone(market, at.scenario, slot) => {
            (Evidence::Unchecked, at.scenario.verification.credit_unchecked)
        }
        true => (Evidence::Passed, 1.0),
        false => (Evidence::Failed, 1.0),
    };
    if evidence.0 == Evidence::Failed {
        settlement::slash_outvoted(market, at, slot, copy.node);
    }
    see_node(market, at, slot, (copy.node, copy.answer, copy.price), evidence, Finder::Copies);
}

/// What the requester of a job expects of one check.
pub fn expected(market: &mut State, at: &Context<'_>, slot: JobSlot, index: u8) -> Expected {
    passing(market, at, slot).checks[index as usize]
}

/// What the requester of a job expects of its method.
fn passing<'m>(market: &'m mut State, at: &Context<'_>, slot: JobSlot) -> &'m Passing {
    let (requester, method) = (market.jobs[slot].requester, market.jobs.record(slot).method);
    let belief = terms::belief(market, at.scenario, requester);
    let own = terms::own_belief(market, at.scenario, requester, method, &belief);
    let known = &mut market.scratch.passing;
    known.believe(&belief);
    &known.of(at.scenario, method, own).passing
}

/// Each checker is judged by the votes of the others, where they come to the same verdict without it. An approval of an answer
/// found wrong speaks against it as far as a careful look would have seen that; an alarm at one found right as far as a careful
/// look would not have raised it. An approval of a right answer tells nothing: a checker that does not look gives it too.
pub fn judge_checkers(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    (index, wrong): (u8, bool),
    expects: &Expected,
) {
    let (id, holder) = (market.jobs[slot].case, market.jobs[slot].requester);
    let votes = market.cases[id].votes[index as usize];
    let voters = market.cases[id].cast.len();
    let repeats = at.scenario.verification.selection.manner().draw == Draw::WithReplacement;
    for place in 0..voters {
        let cast = market.cases[id].cast[place];
        if cast.check != index {
            continue;
        }
        let own = |alarm: bool| match repeats {
            false => u32::from(cast.alarm == alarm),
            true => own_votes(&market.cases[id].cast, &cast, alarm),
        };
        let (alarms, approvals) = (votes.alarms - own(true), votes.approvals - own(false));
        if if wrong { alarms <= approvals } else { approvals <= alarms } {
            continue;
        }
        judge(market, at, holder, (cast, wrong), expects);
    }
}

/// What a vote says about its checker, where the answer was found wrong or right.
fn judge(
    market: &mut State,
    at: &Context<'_>,
    holder: RequesterId,
    (cast, wrong): (VoteRecord, bool),
    expects: &Expected,
) {
    let (evidence, weight) = match (cast.alarm, wrong) {
        (true, true) => (Evidence::Upheld, 1.0),
        (false, true) => (Evidence::Overturned, expects.detection),
        (true, false) => (Evidence::Overturned, 1.0 - expects.false_alarm),
        (false, false) => return,
    };
    see_look(market, at, Sighting { holder, party: cast.by, evidence, weight });
}

/// A vote on what was known to be wrong speaks for its checker or against it.
pub fn judge_by_truth(market: &mut State, at: &Context<'_>, slot: JobSlot, cast: VoteRecord, expects: &Expected) {
    let holder = market.jobs[slot].requester;
    judge(market, at, holder, (cast, true), expects);
}

/// A check has decided about the alarms that led to it: those who voted in the checks before are judged by it, and where the
/// answer is right, those who raised the alarms pay for it.
pub fn judge_alarms(market: &mut State, at: &mut Context<'_>, slot: JobSlot, (index, wrong): (u8, bool)) {
    let method = &at.scenario.verification.methods[market.jobs.record(slot).method];
    let (id, holder) = (market.jobs[slot].case, market.jobs[slot].requester);
    let mut before = method.checks[usize::from(index)].of;
    while let Some(of) = before {
        let expects = expected(market, at, slot, of);
        for place in 0..market.cases[id].cast.len() {
            let cast = market.cases[id].cast[place];
            if cast.check == of {
                judge(market, at, holder, (cast, wrong), &expects);
                if cast.alarm && !wrong {
                    settlement::fine(market, at, slot, of, cast.by);
                }
            }
        }
        let check = &method.checks[usize::from(of)];
        if market.cases[id].challenged >> of & 1 == 1 && !wrong {
            settlement::forfeit(market, at, slot, (of, check.bond));
        }
        before = check.of;
    }
}

/// How many votes of one kind a checker has cast in a check, in which it may hold several seats.
fn own_votes(cast: &[VoteRecord], own: &VoteRecord, alarm: bool) -> u32 {
    cast.iter().filter(|vote| vote.check == own.check && vote.by == own.by && vote.alarm == alarm).count() as u32
}

/// Evidence about the node, or about each node whose copy agrees with the answer; they learn what became of it too.
pub fn see_nodes(market: &mut State, at: &mut Context<'_>, slot: JobSlot, evidence: (Evidence, f64)) {
    let record = *market.jobs.record(slot);
    let id = market.jobs[slot].case;
    let copies = if id.is_some() { market.cases[id].answers.len() } else { 0 };
    for place in 0..copies.max(1) {
        let (node, fee) = match copies {
            0 => (record.node, record.compute_price),
            _ => {
                let copy = market.cases[id].answers[place];
                if copy.answer.key != record.answer.key {
                    continue;
                }
                (copy.node, copy.price)
            }
        };
        see_node(market, at, slot, (node, record.answer, fee), evidence, Finder::Alarm);
    }
}

/// Evidence about a node by its answer; it learns what became of it too.
fn see_node(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    (node, answer, fee): (PartyId, Answer, Money),
    (evidence, weight): (Evidence, f64),
    finder: Finder,
) {
    let holder = market.jobs[slot].requester;
    see_answer(market, at, Sighting { holder, party: node, evidence, weight });
    let caught = matches!(evidence, Evidence::Failed | Evidence::Revoked);
    let [weighs, is_measured] = [weighs_stakes(market, at.scenario, node), market.agreement.is_measured()];
    if (weighs || is_measured) && (caught || !is_still_judged(market, at.scenario, slot)) {
        if is_measured {
            margins::settle_answer(market, at, slot, (node, answer, fee), (evidence, false));
        }
        if weighs {
            tell(market, at, slot, (node, answer, fee), (evidence != Evidence::Unchecked, caught));
        }
    }
    if evidence != Evidence::Unchecked && weight > 0.0 {
        standing::see(market, at, slot, node, evidence, finder);
    }
}

/// Evidence about a node by its answer to a canary, for which it was to get such a fee. It learns of it unless it could tell the canary from
/// a job: of such it knows that they are checked.
pub fn see_canary(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    (node, answer, fee): (PartyId, Answer, Money),
    (evidence, weight): (Evidence, f64),
    is_recognised: bool,
) {
    let holder = market.jobs[slot].requester;
    see_answer(market, at, Sighting { holder, party: node, evidence, weight });
    if weighs_stakes(market, at.scenario, node) && !is_recognised {
        tell(market, at, slot, (node, answer, fee), (true, evidence == Evidence::Failed));
    }
    if market.agreement.is_measured() && !is_recognised {
        margins::settle_answer(market, at, slot, (node, answer, fee), (evidence, true));
    }
    if weight > 0.0 {
        standing::see(market, at, slot, node, evidence, Finder::Network);
    }
}

/// Whether a node learns what became of its answers.
fn weighs_stakes(market: &State, scenario: &Scenario, node: PartyId) -> bool {
    scenario.groups[market.nodes.quotes[node].group].conduct.weighs_stakes()
}

/// A node learns whether its answer was checked, and whether it was found wrong.
fn tell(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    (node, answer, fee): (PartyId, Answer, Money),
    (checked, caught): (bool, bool),
) {
    let record = market.jobs.record(slot);
    let (method, work) = (record.method, record.work);
    let outcome = Outcome::Answered {
        cheated: answer.is_deliberate(),
        checked,
        caught,
        stakes: at_stake::of_node(market, at.scenario, node, (fee, work)),
    };
    learning::tell(market, at.scenario, (node, method), &outcome);
}

/// Whether something is still to come that may find an answer wrong which has passed so far: what became of it is learnt once.
fn is_still_judged(market: &State, scenario: &Scenario, slot: JobSlot) -> bool {
    let (job, record) = (&market.jobs[slot], market.jobs.record(slot));
    if !job.case.is_some() {
        return false;
    }
    let (case, method) = (&market.cases[job.case], &scenario.verification.methods[record.method]);
    let is_drawn = |(index, check): (usize, &Check)| check.deferred && case.drawn >> index & 1 == 1;
    let comes_later = method.checks.iter().enumerate().any(is_drawn);
    let compared_later = method.compares() && record.at.accepted == Time::NEVER;
    case.open != 0 || compared_later || (comes_later && job.stage != Stage::Accepted)
}

/// Takes in evidence of an answer.
fn see_answer(market: &mut State, at: &Context<'_>, seen: Sighting) {
    if market.opinions.see_answer(&at.scenario.verification, seen, at.now) {
        market.reweigh(at.scenario, seen.holder, seen.party);
    }
    hear(market, at.scenario, seen);
}

/// Takes in evidence of a look.
fn see_look(market: &mut State, at: &Context<'_>, seen: Sighting) {
    if market.opinions.see_look(&at.scenario.verification, seen, at.now) {
        market.reweigh(at.scenario, seen.holder, seen.party);
    }
    hear(market, at.scenario, seen);
}

/// A party that may take another name hears what is thought of it.
fn hear(market: &mut State, scenario: &Scenario, seen: Sighting) {
    if !market.participants.parties.is_empty() && !seen.evidence.is_good() {
        let trust = market.opinions.trust(&scenario.verification, seen.holder, seen.party);
        market.participants.hear(scenario, seen.party, trust);
    }
}
