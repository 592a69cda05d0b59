//! Presence: the one door by which a party comes, fails, comes back, is listed and is taken off, and by which those that draw
//! checkers see it. Forces decide when; what it means for slots, lists and draws is decided here. The fields behind it are closed to
//! other folders.

use super::State;
use super::checkers::{self, Checker};
use super::opinions::Opinions;
use super::pulled::{Load, wait};
use super::registry::Weight;
use super::standings::Standings;
use crate::domain::ids::{Id, PartyId, RegionId, RequesterId};
use crate::domain::money::Money;
use crate::domain::party::PartyKind;
use crate::engine::law::Sampler;
use crate::market::context::Context;
use crate::policy::selection::Sought;
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;
use crate::scenario::verification::{Verification, Weighting};

/// What a party without stake weighs beside those that have some, in micro-tokens: it is drawn last.
const UNSTAKED: f64 = 1e-3;

impl State {
    /// A party comes with its stake: it works from now on, and is listed.
    pub fn enter(&mut self, at: &mut Context<'_>, party: PartyId, stake: Money) {
        if stake > Money::ZERO {
            self.deposit(at, party, stake);
        }
        self.come_up(at, party);
        self.list(at, party, true);
    }

    /// A party fails, by itself or by a shock: its slots are gone until all that holds it down is over. It stays listed until routing
    /// misses it. Says whether it worked until now.
    pub fn fail(&mut self, at: &mut Context<'_>, party: PartyId) -> bool {
        let worked = self.go_down(at, party);
        if worked {
            self.nodes.backrooms[party].failures += 1;
            at.facts.note(Fact::NodeFailed { node: party });
        }
        worked
    }

    /// A party leaves: it works no more until it comes back, even if a failure of it is repaired before.
    pub fn leave(&mut self, at: &Context<'_>, party: PartyId) {
        self.go_down(at, party);
    }

    /// A party has not come yet.
    pub fn keep_away(&mut self, party: PartyId) {
        self.nodes.states[party].held_by = 1;
    }

    /// A party comes that has left or has not come yet; says whether it works. Whoever lets it in lists it.
    pub fn come(&mut self, at: &Context<'_>, party: PartyId) -> bool {
        self.let_go(at, party)
    }

    /// One thing more holds a party down; says whether it worked until now.
    fn go_down(&mut self, at: &Context<'_>, party: PartyId) -> bool {
        let kind = self.nodes.kind(party);
        let state = &mut self.nodes.states[party];
        state.held_by += 1;
        if state.held_by > 1 {
            return false;
        }
        state.service.advance(at.now);
        state.up = false;
        let serving = u64::from(state.service.serving());
        let cold = &mut self.nodes.backrooms[party];
        cold.worked += at.now.since(cold.came).0;
        let slots = capacity(self.nodes.quotes[party].slots);
        let (in_use, capacity) = self.levels.slots_of(kind);
        in_use.fall(at.now, serving);
        capacity.fall(at.now, slots);
        if kind == PartyKind::Node {
            self.levels.up.down(at.now);
            let models = self.group(at.scenario, party).models;
            for share in at.scenario.channels.models.among(models) {
                self.prices.shares[share].capacity.fall(at.now, slots);
            }
        }
        true
    }

    /// A failure of a party, or a shock, is over. It works again unless something else holds it down; says whether it does. Routing
    /// lists it when it hears of that.
    pub fn repair(&mut self, at: &mut Context<'_>, party: PartyId) -> bool {
        let works = self.let_go(at, party);
        if works {
            at.facts.note(Fact::NodeRepaired { node: party });
        }
        works
    }

    /// One thing that held a party down does no more; says whether it works.
    fn let_go(&mut self, at: &Context<'_>, party: PartyId) -> bool {
        let state = &mut self.nodes.states[party];
        state.held_by -= 1;
        if state.held_by > 0 {
            return false;
        }
        self.come_up(at, party);
        true
    }

    fn come_up(&mut self, at: &Context<'_>, party: PartyId) {
        let kind = self.nodes.kind(party);
        let state = &mut self.nodes.states[party];
        state.service.advance(at.now);
        state.up = true;
        let serving = u64::from(state.service.serving());
        self.nodes.backrooms[party].came = at.now;
        let slots = capacity(self.nodes.quotes[party].slots);
        let (in_use, capacity) = self.levels.slots_of(kind);
        in_use.rise(at.now, serving);
        capacity.rise(at.now, slots);
        if kind == PartyKind::Node {
            self.levels.up.up(at.now);
            let models = self.group(at.scenario, party).models;
            for share in at.scenario.channels.models.among(models) {
                self.prices.shares[share].capacity.rise(at.now, slots);
            }
        }
    }

    /// Puts a party on the lists of what it serves, or takes it off.
    pub fn list(&mut self, at: &mut Context<'_>, party: PartyId, listed: bool) {
        let served = self.group(at.scenario, party).models;
        let stake = self.ledger.bond(party).0 as u64;
        let (opinions, standings, verification) = (&self.opinions, &self.standings, &at.scenario.verification);
        let weight = |view: usize| weight(opinions, standings, verification, (RequesterId(view as u16), party));
        if self.registry.set(party, listed, served, stake, &weight) {
            at.facts.note(if listed { Fact::Listed { node: party } } else { Fact::Delisted { node: party } });
            self.show_weights(at.scenario, party);
            self.agreement.touch(party);
        }
    }

    /// What a party weighs in an opinion may have changed.
    pub fn reweigh(&mut self, scenario: &Scenario, holder: RequesterId, party: PartyId) {
        let weight = weight(&self.opinions, &self.standings, &scenario.verification, (holder, party));
        let served = self.group(scenario, party).models;
        let (view, stake) = (self.registry.view_of(holder), self.ledger.bond(party).0 as u64);
        self.registry.reweigh(view, party, served, stake, weight);
        self.agreement.touch(party);
        self.show_weights(scenario, party);
    }

    /// A party has another name: what was thought of it, and its standing, are as of one that nobody has seen.
    pub fn forget(&mut self, at: &mut Context<'_>, party: PartyId) {
        self.opinions.forget(&at.scenario.verification, party);
        self.standings.forget(&at.scenario.verification, party);
        at.facts.note(Fact::Renamed { node: party });
        for view in 0..self.registry.views() {
            self.reweigh(at.scenario, RequesterId(view as u16), party);
        }
    }

    /// Whether a group of requesters would ask a party, if it were listed.
    pub fn asks(&self, scenario: &Scenario, holder: RequesterId, party: PartyId) -> bool {
        weight(&self.opinions, &self.standings, &scenario.verification, (holder, party)).is_some()
    }

    /// What a party has staked has changed: it weighs that wherever parties are drawn by stake. One that is not listed is weighed when
    /// it is.
    pub(super) fn restake(&mut self, scenario: &Scenario, party: PartyId) {
        if self.registry.is_here(party) {
            let (served, stake) = (self.group(scenario, party).models, self.ledger.bond(party));
            self.registry.restake(party, served, stake.0 as u64);
            self.show_weights(scenario, party);
        }
    }

    /// What a party weighs has changed, and with a cap what those weigh that are cut.
    fn show_weights(&mut self, scenario: &Scenario, party: PartyId) {
        self.show_checker(scenario, party);
        let list = scenario.validators();
        for view in 0..self.registry.views() {
            let moved = |market: &State| market.registry.capped(view, list).map_or(0, |capped| capped.moved().len());
            for place in 0..moved(self) {
                let other = self.registry.capped(view, list).map(|capped| capped.moved()[place]);
                other.into_iter().filter(|&other| other != party).for_each(|other| self.show_checker(scenario, other));
            }
        }
    }

    /// Whom routing and draws see follows the rules of an amended scenario.
    pub fn redraw(&mut self, at: &Context<'_>) {
        let (opinions, ledger, quotes) = (&self.opinions, &self.ledger, &self.nodes.quotes);
        let of = |party: PartyId| (at.scenario.groups[quotes[party].group].models, ledger.bond(party).0 as u64);
        let weight = |view: usize, party| opinions.weight(&at.scenario.verification, RequesterId(view as u16), party);
        self.registry.redraw(at.derived.keeps, &of, &weight);
    }

    /// All who check are shown anew to those that draw them, in the ways of an amended scenario.
    pub fn show_checkers(&mut self, at: &Context<'_>) {
        let (views, draws) = (at.derived.keeps.views, &at.derived.draws);
        self.checkers = checkers::Checkers::open(views, at.scenario.requesters.len(), draws);
        for party in at.derived.roster.parties() {
            self.show_checker(at.scenario, party);
        }
    }

    /// Shows those that draw validators or provers the weight, wait and speed of one of them, after one of these changed.
    pub fn show_checker(&mut self, scenario: &Scenario, party: PartyId) {
        let kind = self.nodes.kind(party);
        let list = match kind {
            PartyKind::Validator => scenario.validators(),
            PartyKind::Prover => scenario.provers(),
            _ => return,
        };
        let (quote, state) = (&self.nodes.quotes[party], &self.nodes.states[party]);
        let group = &scenario.groups[quote.group];
        let jobs = state.jobs();
        let slowness = quote.slowness * group.slowdown.factor(jobs.saturating_add(1).min(quote.slots));
        let ([waits, serves], slots) = (self.nodes.loads(party), u64::from(quote.slots));
        let free = state.due.filter(|_| jobs >= quote.slots).map(|due| due.at);
        let backlog = if jobs < quote.slots { 0.0 } else { wait(waits.into(), serves.into(), slots, slowness) }
            + group.hold.nanos();
        let wait = free.map_or(backlog, |_| waits as f64 / slots as f64 * slowness + group.hold.nanos());
        if kind == PartyKind::Validator && self.pulled.is_used() {
            let is_there = state.is_up() && self.registry.is_here(party);
            let slots = if is_there { slots } else { 0 };
            self.pulled.note(party, Load { slots, jobs: u64::from(jobs), work: state.work().into() });
        }
        let ask = scenario.channels.asks.map_or(1.0, |asks| group.ask * asks.at(backlog));
        let level = (jobs / quote.slots).min(checkers::LEVELS as u32 - 1) as u8;
        let network = &scenario.network;
        let jitter = 2.0 * network.jitter.as_ref().map_or(0.0, Sampler::mean);
        let trip = |requester: usize, region: u16| {
            let from = scenario.requesters[RequesterId(requester as u16)].region;
            network.round_trip(from, RegionId(region)).nanos() + jitter
        };
        let draws = scenario.verification.draws.iter().enumerate();
        for view in 0..self.registry.views() {
            let listed = self.registry.has(view, list, party);
            let capped = self.registry.capped(view, list).map(|capped| capped.weights().get(party.index()) as f64);
            for (way, draws) in draws.clone().filter(|(_, draws)| checkers::kind_of(draws) == kind) {
                let weight = match draws.weighting {
                    _ if !listed => 0.0,
                    Weighting::Even => 1.0,
                    // Parties without stake are drawn when all that have some are.
                    Weighting::Stake => capped.unwrap_or(self.ledger.bond(party).0 as f64).max(UNSTAKED),
                    Weighting::Opinion => {
                        capped.unwrap_or_else(|| self.registry.opinions(view, list).all.get(party.index()) as f64)
                    }
                };
                let level = match scenario.channels.asks {
                    Some(asks) if draws.sought == Sought::Price => asks.level(ask, checkers::LEVELS as u8),
                    _ => level,
                };
                let checker = Checker { weight, wait, free, slowness, ask, region: quote.region.0, level };
                self.checkers.set(view, way, party.index(), checker, &trip);
            }
        }
    }

    /// The group of a party.
    #[inline]
    fn group<'s>(&self, scenario: &'s Scenario, party: PartyId) -> &'s NodeGroup {
        &scenario.groups[self.nodes.quotes[party].group]
    }
}

/// What a party weighs for a group of requesters; `None` of one that is not asked, by the opinion of it or by its standing.
fn weight(
    opinions: &Opinions,
    standings: &Standings,
    verification: &Verification,
    (holder, party): (RequesterId, PartyId),
) -> Weight {
    opinions.weight(verification, holder, party).filter(|_| !standings.excludes(verification, party))
}

/// What a party of so many slots adds to the capacity; one where they have no end.
fn capacity(slots: u32) -> u64 {
    if slots == u32::MAX { 1 } else { u64::from(slots) }
}

#[cfg(test)]
mod tests;
