//! Agreement is measured: what parties settle is remembered, and the margins of those that an event touched are computed (model §14.2).

use crate::domain::acceptance::KINDS;
use crate::domain::agreement::{AtStake, Cut, Decided, Incentives, Rules, Settled, WeightOf};
use crate::domain::answer::{Answer, Evidence, Wrong};
use crate::domain::checking::Consequence;
use crate::domain::fate::Fate;
use crate::domain::ids::{IdVec, JobSlot, MethodId, PartyId, RequesterId};
use crate::domain::money::Money;
use crate::domain::participation::{IncomeSeen, Smoothed};
use crate::domain::party::PartyKind;
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::derived::NodeTraits;
use crate::market::event::Clock;
use crate::market::quoting;
use crate::market::quoting::passing::Passing;
use crate::market::state::State;
use crate::market::state::agreement::{Agreement, Counted, Member, Posted};
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, Method};

use super::{at_stake, terms};

/// All parties are there to be looked at, if agreement is measured.
pub fn open(market: &mut State, at: &mut Context<'_>) {
    let Some(rules) = &at.scenario.agreement else { return };
    let nodes = &at.derived.nodes;
    let member = |(_, traits): (PartyId, &NodeTraits)| {
        let rule = at.scenario.groups[traits.group].participation.as_ref();
        Member::new(
            if rules.weight == WeightOf::Stake { traits.stake.0 as u64 } else { 1 },
            Smoothed::begin(rule.map_or(0.0, |rule| rule.expects), Time::ZERO),
            rule.map_or(rules.memory, |rule| rule.memory),
        )
    };
    market.agreement = Agreement::of(nodes.pairs().map(member).collect());
    post(market, at.scenario);
    market.agreement.touch_all();
    catch_up(market, at);
    at.tick(Clock::Agreement, &market.turns);
}

/// What methods are posted to find, as the first group of requesters believes in the checkers at present.
pub fn post(market: &mut State, scenario: &Scenario) {
    if !market.agreement.is_measured() {
        return;
    }
    let common = terms::belief(market, scenario, RequesterId(0));
    let of = |(id, method): (MethodId, &Method)| {
        let own = terms::own_belief(market, scenario, RequesterId(0), id, &common);
        let passing = Passing::new(method, &CHEAT, own.unwrap_or(common), 1.0);
        posted(method, passing.looks, passing.acceptance.wrong[1])
    };
    let methods: IdVec<MethodId, Posted> = scenario.verification.methods.pairs().map(of).collect();
    market.agreement.methods = methods;
}

/// What a cheat gives: the answer of a cheaper model (assumed).
const CHEAT: Option<[f64; KINDS]> = {
    let mut shares = [0.0; KINDS];
    shares[Wrong::Substitute as usize] = 1.0;
    Some(shares)
};

/// What a method is posted to find whose checks take place with a probability, and let a cheat pass with another. Copies are always
/// compared: a cheat agrees with none of the others.
fn posted(method: &Method, looks: f64, passes: f64) -> Posted {
    if method.compares() && method.agree > 1 {
        return Posted { looks: 1.0, finds: 1.0 };
    }
    Posted { looks, finds: if looks > 0.0 { ((1.0 - passes) / looks).clamp(0.0, 1.0) } else { 0.0 } }
}

/// A node learns what became of an answer of it, for which it was to get such a fee.
pub fn settle_answer(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    (node, answer, fee): (PartyId, Answer, Money),
    (evidence, is_planted): (Evidence, bool),
) {
    let Some(rules) = &at.scenario.agreement else { return };
    let record = market.jobs.record(slot);
    let case = market.jobs[slot].case;
    let posted = market.agreement.methods[record.method];
    let quote = &market.nodes.quotes[node];
    let cost = quote.cost.of_work(record.work.scaled(quote.slowness), Default::default()).0 as f64;
    let saving = at.scenario.groups[quote.group].conduct.saving().unwrap_or(rules.saving);
    let looks = match case.is_some() {
        // By the standing of the node, as it was drawn.
        true if posted.looks < 1.0 => market.cases[case].looks.max(0.0),
        true => posted.looks,
        false => 0.0,
    };
    let deliberate = answer.is_deliberate();
    let settled = Settled {
        looked: evidence != Evidence::Unchecked,
        posted: if is_planted { 1.0 } else { looks.min(1.0) },
        found: posted.finds,
        fee: fee.0 as f64,
        cost,
        saving: saving.get() * cost,
        brings: 0.0,
        wrong: [deliberate, answer.wrong.is_some() && !deliberate],
    };
    market.agreement.settle(rules, node, &settled);
}

/// The vote of a checker is counted. No party checks a vote. But the answer may be found wrong later, and the rate of forced errors is posted.
pub fn settle_vote(market: &mut State, scenario: &Scenario, slot: JobSlot, (by, index): (PartyId, u8)) {
    let Some(rules) = scenario.agreement.as_ref().filter(|_| market.agreement.is_measured()) else { return };
    if market.nodes.kind(by) == PartyKind::Node {
        return;
    }
    let record = market.jobs.record(slot);
    let check = &scenario.verification.methods[record.method].checks[usize::from(index)];
    let token = market.token(scenario);
    let price = scenario.channels.times(record.check_price, at_stake::ask_of(market, scenario, check, by));
    let fee = quoting::terms::fee(scenario, price, check.expected_work(&scenario.expected_size(record)));
    let cost = at_stake::cost_of_look(market, check, by, &scenario.size(record)).0 as f64;
    let stake = market.ledger.bond(by);
    let fine = |check: &Check| at_stake::in_credits(token, at_stake::fine_of(token, check, stake, fee)).0 as f64;
    let forced = check.forced.map(|forced| {
        let outvoted = check.liability.as_ref().is_some_and(|liability| liability.outvoted);
        let jackpot = at_stake::in_credits(token, forced.each(1)).0 as f64;
        (forced.rate, forced.detected(check), jackpot + if outvoted { fine(check) } else { 0.0 })
    });
    let (rate, found, brings) = forced.unwrap_or((0.0, check.detects[Wrong::Substitute as usize], 0.0));
    let settled = Settled {
        looked: false,
        posted: rate,
        found,
        fee: fee.0 as f64,
        cost,
        // Who cannot but look has nothing to save.
        saving: if check.is_guarded || check.takes_nothing() { 0.0 } else { cost },
        brings: rate * found * brings,
        wrong: [false; 2],
    };
    market.agreement.settle(rules, by, &settled);
}

/// An answer was found wrong: all who voted on it learn that it was.
pub fn reveal(market: &mut State, scenario: &Scenario, slot: JobSlot) {
    let Some(rules) = scenario.agreement.as_ref().filter(|_| market.agreement.is_measured()) else { return };
    let id = market.jobs[slot].case;
    for place in 0..market.cases[id].cast.len() {
        let by = market.cases[id].cast[place].by;
        if market.nodes.kind(by) != PartyKind::Node {
            market.agreement.reveal(rules, by);
        }
    }
}

/// A look has brought a checker so many credits; or it has lost them, and a look would have spared it that as far as it sees.
pub fn bring(market: &mut State, scenario: &Scenario, by: PartyId, amount: Money, is_lost: bool) {
    let Some(rules) = scenario.agreement.as_ref().filter(|_| market.agreement.is_measured()) else { return };
    if market.nodes.kind(by) != PartyKind::Node {
        let share = if is_lost { market.agreement.members[by].settled.found } else { 1.0 };
        market.agreement.bring(rules, by, amount.0 as f64 * share);
    }
}

/// A job leaves: its answer may have been decided about.
pub fn decided(market: &mut State, scenario: &Scenario, slot: JobSlot, now: Time) {
    let Some(rules) = &scenario.agreement else { return };
    let record = market.jobs.record(slot);
    let accepted = matches!(record.fate, Fate::FinalRight | Fate::FinalWrong);
    let refused = matches!(
        record.fate,
        Fate::RejectedRight | Fate::RejectedWrong | Fate::RevokedRight | Fate::RevokedWrong | Fate::Unresolved
    );
    if !(accepted || refused) || !record.node.is_some() {
        return;
    }
    let member = &market.agreement.members[record.node];
    let [deliberate, errors] = member.settled.wrong;
    let suspicion = (1.0 - record.trust).clamp(0.0, 1.0);
    let owed = if deliberate > 0.0 { suspicion * deliberate / (deliberate + errors) } else { 0.0 };
    let value = record.value.0;
    let part = |share: f64| (share * value as f64).round() as i128;
    let whole = |is: bool| if is { i128::from(value) } else { 0 };
    let decided = Decided {
        value: value.into(),
        undisputed: whole(accepted && record.alarms == 0),
        agreed: whole(member.is.inside[rules.looks as usize]),
        suspicion: part(suspicion),
        conduct: part(owed),
    };
    market.agreement.decide(rules, &decided, now);
}

/// The margins of those that the event touched are computed, and with them the sums.
#[inline(never)]
pub fn catch_up(market: &mut State, at: &Context<'_>) {
    let Some(rules) = &at.scenario.agreement else { return };
    while let Some(party) = market.agreement.next() {
        look_at(market, at, rules, party);
    }
    market.agreement.look(rules, at.now);
}

fn look_at(market: &mut State, at: &Context<'_>, rules: &Rules, party: PartyId) {
    let spent = market.nodes.spent(party, at.now);
    let member = &mut market.agreement.members[party];
    member.cost.spread(spent - member.spent, at.now, member.memory);
    member.spent = spent;
    let was = member.is;
    let present = !market.participants.is_away(party);
    let deals = present
        && market.registry.is_here(party)
        && at.scenario.requesters.ids().any(|holder| market.asks(at.scenario, holder, party));
    let [own, posted] = [false, true].map(|is_posted| incentives(market, at, rules, party, is_posted));
    let by_own = if rules.looks as usize == 0 { &own } else { &posted };
    let is = Counted {
        on_roster: was.on_roster || present,
        present,
        inside: [&own, &posted].map(|party| deals && party.margin() > 0.0),
        by_margin: [by_own.stay() > 0.0, by_own.honest().is_none_or(|honest| honest > 0.0)].map(|above| deals && above),
    };
    let weight = if is.on_roster { market.agreement.members[party].weight } else { 0 };
    for cut in Cut::ALL {
        let threshold = if deals { by_own.threshold(cut) } else { f64::NEG_INFINITY };
        market.agreement.cuts[cut as usize].set(party.0 as usize, threshold, weight);
    }
    market.agreement.count(party, is, at.now);
}

/// What a party lives on, with the probability of a look from its own settlements or as it is posted.
pub fn incentives(market: &State, at: &Context<'_>, rules: &Rules, party: PartyId, is_posted: bool) -> Incentives {
    let member = &market.agreement.members[party];
    let group = &at.scenario.groups[market.nodes.quotes[party].group];
    let rule = group.participation.as_ref();
    let (income, cost) = match rule.filter(|rule| rule.income == IncomeSeen::Posted) {
        Some(rule) => market.participants.posted_to(rule, party, at.now),
        None => (member.income.at(at.now, member.memory), member.cost.at(at.now, member.memory)),
    };
    let is_node = market.nodes.kind(party) == PartyKind::Node;
    let memory = &member.settled;
    let (looked, brought) = if is_posted { (memory.posted, memory.brings) } else { (memory.looked, memory.brought) };
    let (token, bond) = (market.token(at.scenario), market.ledger.bond(party));
    let slash = &at.scenario.verification.slash;
    let worth = |tokens: Money| at_stake::in_credits(token, tokens).0 as f64;
    let (excluded, lost) = consequences(market, at, party);
    let (fixed, by_fee, stake) = match is_node {
        true => {
            let tokens = slash.fixed + Money::from_micro((slash.share.get() + lost).min(1.0) * bond.0 as f64);
            (worth(tokens), slash.fee_multiple.get() * memory.fee, worth(bond))
        }
        // What a look brings for each vote, as if all of it came by those that were revealed.
        false if looked * memory.found > 0.0 => (brought / (looked * memory.found), 0.0, f64::INFINITY),
        false => (0.0, 0.0, f64::INFINITY),
    };
    let job = (!memory.is_empty()).then_some(AtStake {
        looked,
        found: memory.found,
        fee: memory.fee,
        fee_lost: if is_node { 1.0 } else { 0.0 },
        slash: fixed,
        slash_by_fee: by_fee,
        stake,
        excluded,
        horizon: rules.horizon.seconds(),
        cost: memory.cost,
        saving: memory.saving,
    });
    Incentives { income, cost, outside: rule.map_or(0.0, |rule| rule.outside), job }
}

/// The share of the holders of opinions that would ask a party no more after one more find, and the share of its stake that it would lose
/// with its standing.
fn consequences(market: &State, at: &Context<'_>, party: PartyId) -> (f64, f64) {
    let verification = &at.scenario.verification;
    let loses = market.standings.would_lose(verification, party);
    let slash = verification.standing.as_ref().filter(|_| loses).map_or(0.0, |standing| standing.slash.get());
    if loses && verification.standing.as_ref().is_some_and(|standing| standing.consequence == Consequence::Exclude) {
        return (1.0, slash);
    }
    let holders = at.scenario.requesters.ids();
    let would = holders.filter(|&holder| market.opinions.would_exclude(verification, holder, party, at.now)).count();
    (would as f64 / at.scenario.requesters.len() as f64, slash)
}

#[cfg(test)]
mod tests;
