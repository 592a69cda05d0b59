//! Parties leave because it does not pay to stay, and come because it would (model §14.1). No quote expects it.
//!
//! A hazard is never above the rate of its rule. So instants of that rate are drawn, and at each the party decides with the share of the
//! rate that its margin then gives (thinning: P. Lewis and G. Shedler, 1979). Between them nothing is computed.

use crate::domain::ids::PartyId;
use crate::domain::money::Money;
use crate::domain::participation::{Hazard, Participation, Purse};
use crate::domain::purpose::Purpose;
use crate::domain::share::Share;
use crate::engine::random::{KeyedRng, RandomSource, Stream, key};
use crate::engine::time::{SimDuration, Time};
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::life::next::Next;
use crate::market::operations::{load, serving};
use crate::market::state::State;
use crate::market::state::participants::{GroupFlows, Participant};
use crate::maths;
use crate::record::fact::Fact;

use super::churn;

/// Parties come in, but for those that are dormant. Where some may come and go, their first decisions are due.
pub fn open(market: &mut State, at: &mut Context<'_>) {
    let groups = &at.scenario.groups;
    if groups.iter().any(|group| group.participation.is_some() || group.dormant > 0) {
        let flows =
            groups.iter().map(|group| GroupFlows::new(group.count - group.dormant, group.participation.as_ref()));
        market.participants.groups = flows.collect();
        let mut places = vec![0; groups.len()];
        for (party, traits) in at.derived.nodes.pairs() {
            let (group, place) = (&groups[traits.group], &mut places[usize::from(traits.group.0)]);
            let is_away = *place >= group.count - group.dormant;
            *place += 1;
            let chance = Stream::new(market.seed, Purpose::Participation as u32, party.0.into());
            let rule = group.participation.as_ref();
            let mut participant = Participant::new(traits.group, is_away, rule, chance);
            if let Some(savings) = rule.and_then(|rule| rule.savings.as_ref()) {
                let mut draw = KeyedRng::new(key(market.seed, Purpose::Savings as u32, party.0.into(), 0, 0));
                participant.purse = Purse::of(savings.sample(&mut draw).max(0.0), 0.0, at.now);
            }
            market.participants.parties.push(participant);
        }
    }
    for party in at.derived.roster.parties() {
        if market.participants.is_away(party) {
            market.keep_away(party);
        } else {
            market.enter(at, party, at.derived.nodes[party].stake);
        }
        churn::schedule_failure(market, at, party);
        schedule(market, at, party);
    }
}

/// The rule of a party, if it may come and go.
fn rule_of<'s>(market: &State, at: &Context<'s>, party: PartyId) -> Option<&'s Participation> {
    let participant = market.participants.parties.get(party)?;
    at.scenario.groups[participant.group].participation.as_ref()
}

/// The hazard that a party is under: of leaving, or of coming.
fn hazard(rule: &Participation, is_away: bool) -> Option<&Hazard> {
    if is_away { rule.enter.as_ref() } else { rule.exit.as_ref() }
}

/// Makes the next decision of a party due.
fn schedule(market: &mut State, at: &mut Context<'_>, party: PartyId) {
    let Some(rule) = rule_of(market, at, party) else { return };
    let participant = &mut market.participants.parties[party];
    let Some(hazard) = hazard(rule, participant.is_away) else { return };
    let gap = SimDuration::from_seconds(-maths::ln(participant.chance.unit()) / hazard.rate);
    let due = at.now + gap;
    if due != Time::NEVER {
        at.queue.push(due, Event::Decide { node: party, turn: participant.turn });
    }
}

/// A party decides whether to leave, or to come.
pub fn decide(market: &mut State, at: &mut Context<'_>, party: PartyId) -> Next {
    let rule = rule_of(market, at, party).expect("only those that may come and go decide");
    let spent = market.nodes.spent(party, at.now);
    market.participants.look_at_cost(rule, party, spent, at.now);
    let margin = market.participants.margin(rule, party, at.now);
    if market.participants.parties[party].is_renaming {
        rename(market, at, party, rule);
        return Next::Done;
    }
    let participant = &mut market.participants.parties[party];
    let is_away = participant.is_away;
    let hazard = hazard(rule, is_away).expect("it decided when it would");
    let mut share = hazard.share(if is_away { margin } else { -margin });
    if rule.savings.is_some() && !is_away {
        participant.purse.pass(0.0, spent, rule.outside, at.now);
        share = if participant.purse.lasts() { Share::ZERO } else { share };
    }
    if participant.chance.chance(share.get()) {
        if is_away { enter(market, at, party, rule) } else { leave(market, at, party, rule) }
    }
    schedule(market, at, party);
    Next::Done
}

/// Those that decide to take another name leave next.
pub fn hear(market: &mut State, at: &mut Context<'_>) {
    while let Some((node, turn)) = market.participants.next_renaming() {
        at.queue.push(at.now, Event::Decide { node, turn });
    }
}

/// A party leaves to come back under another name, or comes back under one: nobody knows anything of it.
fn rename(market: &mut State, at: &mut Context<'_>, party: PartyId, rule: &Participation) {
    let whitewash = rule.whitewash.expect("only those that may take another name do");
    if market.participants.is_away(party) {
        market.participants.parties[party].is_renaming = false;
        market.forget(at, party);
        enter(market, at, party, rule);
        schedule(market, at, party);
        return;
    }
    leave(market, at, party, rule);
    // After the old stake has gone back, where both are due at one instant.
    let turn = market.participants.parties[party].turn;
    at.queue.push(at.now + whitewash.pause.max(rule.unbonding), Event::Decide { node: party, turn });
}

/// A party leaves. Its work goes as at a failure, and its stake is held for a while.
fn leave(market: &mut State, at: &mut Context<'_>, party: PartyId, rule: &Participation) {
    market.participants.leave(party);
    market.agreement.touch(party);
    at.facts.note(Fact::Left { node: party });
    churn::withdraw(market, at, party);
    if market.ledger.bond(party) == Money::ZERO {
        return;
    }
    match rule.unbonding {
        SimDuration::ZERO => market.unbond(at, party),
        held => {
            let turn = market.participants.parties[party].turn;
            at.queue.push(at.now + held, Event::Unbond { node: party, turn });
        }
    }
}

/// A party comes, or comes back, and makes its stake up to what it comes with.
fn enter(market: &mut State, at: &mut Context<'_>, party: PartyId, rule: &Participation) {
    let flows = market.participants.enter(rule, party, at.now);
    let spent = market.nodes.spent(party, at.now);
    market.participants.parties[party].purse.fill(spent, at.now);
    market.agreement.begin(party, flows);
    at.facts.note(Fact::Entered { node: party });
    let missing = at.derived.nodes[party].stake - market.ledger.bond(party);
    if missing > Money::ZERO {
        market.deposit(at, party, missing);
    }
    let works = market.come(at, party);
    churn::welcome(market, at, party, works);
    if works {
        serving::serve_again(market, at, party);
        load::note_load(market, at.scenario, party);
    }
}

/// A party that is away comes, whether it pays or not.
pub fn come(market: &mut State, at: &mut Context<'_>, party: PartyId) {
    let rule = rule_of(market, at, party).expect("only those that may come and go are away");
    enter(market, at, party, rule);
    schedule(market, at, party);
}

/// The stake of a party that has left goes back.
pub fn unbond(market: &mut State, at: &mut Context<'_>, party: PartyId) -> Next {
    market.unbond(at, party);
    Next::Done
}
