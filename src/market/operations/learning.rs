//! What parties learn of their own actions: nodes of their answers, checkers of their votes.

use crate::domain::answer::Vote;
use crate::domain::checking::Checker;
use crate::domain::ids::{JobSlot, MethodId, PartyId};
use crate::domain::money::Money;
use crate::engine::time::Time;
use crate::market::state::State;
use crate::policy::conduct::Outcome;
use crate::scenario::Scenario;

use super::{at_stake, margins};

/// A party learns what became of an action, whatever its kind. What it makes of it is up to its conduct.
pub fn tell(market: &mut State, scenario: &Scenario, (party, method): (PartyId, MethodId), outcome: &Outcome) {
    let conduct = &scenario.groups[market.nodes.quotes[party].group].conduct;
    if !conduct.weighs_stakes() {
        return;
    }
    conduct.learn(market.conducts.of(&mut market.nodes, party, method), outcome);
}

/// A check has come to its verdict: each checker that voted in it learns that its vote was counted.
pub fn tell_voters(market: &mut State, scenario: &Scenario, slot: JobSlot, index: u8) {
    let (id, record) = (market.jobs[slot].case, market.jobs.record(slot));
    let node = record.node;
    for place in 0..market.cases[id].cast.len() {
        let cast = market.cases[id].cast[place];
        // A node that proves its own answer casts no vote on another node.
        if cast.check == index && cast.by != node {
            tell_voter(market, scenario, slot, (cast.by, index, cast.looked, 1.0));
        }
    }
}

/// A checker learns that its vote in a check was counted, or was called off when this share of its look was done: what it cost.
pub fn tell_voter(
    market: &mut State,
    scenario: &Scenario,
    slot: JobSlot,
    (by, index, looked, done): (PartyId, u8, bool, f64),
) {
    margins::settle_vote(market, scenario, slot, (by, index));
    if !scenario.groups[market.nodes.quotes[by].group].conduct.weighs_stakes() {
        return;
    }
    let record = market.jobs.record(slot);
    let (method, size) = (record.method, scenario.size(record));
    let check = &scenario.verification.methods[method].checks[index as usize];
    let cost = if looked { at_stake::cost_of_look(market, check, by, &size).share(done) } else { Money::ZERO };
    tell(market, scenario, (by, method), &Outcome::Voted { looked, cost });
}

/// A check that the requester does itself has come to its verdict: its group learns whether a look found anything. What it counts
/// an alarm as is the price that it keeps and the harm that it is spared, as if the answer was wrong (assumed: it trusts its eyes).
pub fn tell_requester(market: &mut State, scenario: &Scenario, slot: JobSlot, index: u8) {
    let (record, requester) = (market.jobs.record(slot), market.jobs[slot].requester);
    let (method, class) = (record.method, &scenario.classes[record.class]);
    let check = &scenario.verification.methods[method].checks[index as usize];
    if check.by != Checker::Requester {
        return;
    }
    let Vote { looked, alarm } = market.cases[market.jobs[slot].case].decided(index);
    let undone = if record.at.used == Time::NEVER { 1.0 } else { class.recovers };
    let spared = Money::from_micro(class.harm * record.value.0 as f64 * undone);
    let amount = record.compute_price + record.overhead_price + spared;
    let conduct = &scenario.requesters[requester].conduct;
    let memory = market.conducts.of_requester(scenario, requester, method);
    conduct.learn(memory, &Outcome::Voted { looked, cost: if looked { check.cost } else { Money::ZERO } });
    if alarm {
        conduct.learn(memory, &Outcome::Rewarded { amount });
    }
}

/// The requester gets a slashed stake of so many tokens: where it raised the alarm itself, its group learns of it.
pub fn tell_slashed(market: &mut State, scenario: &Scenario, slot: JobSlot, tokens: Money) {
    let (id, requester, method) =
        (market.jobs[slot].case, market.jobs[slot].requester, market.jobs.record(slot).method);
    if !id.is_some() || market.cases[id].own[1] == 0 {
        return;
    }
    let amount = at_stake::in_credits(market.token(scenario), tokens);
    let memory = market.conducts.of_requester(scenario, requester, method);
    scenario.requesters[requester].conduct.learn(memory, &Outcome::Rewarded { amount });
}

/// A party whose alarm was upheld learns what it brought: so many tokens.
pub fn tell_finder(market: &mut State, scenario: &Scenario, finder: (PartyId, MethodId), tokens: Money) {
    let amount = at_stake::in_credits(market.token(scenario), tokens);
    margins::bring(market, scenario, finder.0, amount, false);
    tell(market, scenario, finder, &Outcome::Rewarded { amount });
}
