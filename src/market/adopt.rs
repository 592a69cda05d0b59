//! A running market goes on under an amended scenario (model §15.2).
//!
//! The scenario has been held against the old one (`scenario/amended.rs`): parties, classes, models and methods have the numbers they had.
//! What the market remembers stays, as far as the same rule still stands; what it had computed from the scenario is computed anew.
//! Where nothing differs nothing is touched, so that a market that adopts its own scenario goes on bit by bit.

use crate::domain::price::Price;
use crate::engine::time::SimDuration;
use crate::record::fact::Fact;
use crate::scenario::Scenario;
use crate::scenario::amended::alike;
use crate::scenario::channels::Channel;

use super::context::Context;
use super::derived::Derived;
use super::event::{ByClock, Clock};
use super::forces::{churn, shocks};
use super::operations::{costs, margins, pricing, serving};
use super::state::State;

impl State {
    /// Goes on under the scenario that `at` holds; `old` is the one so far, with what followed from it.
    pub fn adopt(&mut self, (old, before): (&Scenario, &Derived), at: &mut Context<'_>) {
        // First whom draws and lists see: what follows shows parties there.
        beliefs(self, (old, before), at);
        prices(self, old, at);
        model_prices(self, old, at);
        clocks(self, before.clocks, at);
        parties(self, at);
        if !at.scenario.routing.pool.remembers(&self.pool) {
            self.pool = at.scenario.routing.pool.memory();
        }
        for (id, class) in at.scenario.classes.pairs() {
            if class.patience != old.classes[id].patience {
                let constant = class.patience.as_ref().and_then(|law| law.is_constant());
                self.classes[id].patience = constant.map(|nanos| at.queue.delay_line(SimDuration::from_nanos(nanos)));
            }
        }
        self.conducts.adopt(at.scenario);
        self.learnt.make_room(at.scenario.verification.methods.len());
        shocks::adopt(self, &old.shocks, at);
        costs::renew(self, at);
        margins::post(self, at.scenario);
        self.agreement.touch_all();
        if at.scenario.verification.plants_by_epoch() {
            self.planting.make_room(at.scenario.roster().len());
        }
        // What was expected of each method is computed anew when it is asked for.
        self.scratch.passing.clear();
    }
}

/// The same rule goes on from the price where it stands; another takes over there.
fn prices(market: &mut State, old: &Scenario, at: &mut Context<'_>) {
    let channels = &at.scenario.channels;
    for channel in Channel::ALL {
        let (rule, place) = (&channels.pricing[channel as usize], channel as usize);
        let present = market.prices.at(&old.channels, channel, at.now);
        if !rule.remembers(&market.prices.memories[place]) {
            market.prices.memories[place] = rule.opened(channels.tick);
            rule.take_over(&mut market.prices.memories[place], present, at.now);
        }
        let price = market.prices.at(channels, channel, at.now);
        if price != present {
            at.facts.note(Fact::Priced { channel: channel as u8, price: price.unwrap_or(Price::NONE) });
        }
    }
}

/// The same for the own prices of models: an amended scenario has those of the same models, in the same order.
fn model_prices(market: &mut State, old: &Scenario, at: &mut Context<'_>) {
    for (place, model) in at.scenario.channels.models.rules.iter().enumerate() {
        let present = market.prices.own(&old.channels, place, at.now);
        let memory = &mut market.prices.models[place].memory;
        if !model.rule.remembers(memory) {
            *memory = model.rule.opened(at.scenario.channels.tick);
            model.rule.take_over(memory, present, at.now);
        }
        if market.prices.own(&at.scenario.channels, place, at.now) != present {
            pricing::note_model(market, at, place);
        }
    }
}

/// A clock whose period differs is set anew: it ticks a period from now on, or not at all, and what was due by the old one is dropped.
/// An interval that is cut short is never closed: rules see whole intervals alone.
fn clocks(market: &mut State, before: ByClock<Option<SimDuration>>, at: &mut Context<'_>) {
    for clock in [Clock::Picture, Clock::Price, Clock::Block] {
        let (place, period) = (clock as usize, at.derived.clocks[clock as usize]);
        if period == before[place] {
            continue;
        }
        market.turns[place] = market.turns[place].wrapping_add(1);
        match clock {
            Clock::Picture if period.is_none() => churn::renew_picture(market, at),
            Clock::Price => {
                for channel in [Channel::Compute, Channel::Verification] {
                    pricing::used(market, at, channel, at.scenario.channels.interval);
                }
                market.prices.shares.iter_mut().for_each(|share| _ = share.close(at.now));
            }
            Clock::Picture | Clock::Block | Clock::Agreement => {}
        }
        at.tick(clock, &market.turns);
    }
}

/// Nodes ask, cost and serve as their groups say from now on, each by the draw it had; the same conduct keeps its memory. What is in
/// service goes on at the new speed, but a batch, which ends at the speed it began with.
fn parties(market: &mut State, at: &mut Context<'_>) {
    let derived = at.derived;
    for (party, traits) in derived.nodes.pairs() {
        let group = &at.scenario.groups[traits.group];
        let conduct = &mut market.nodes.backrooms[party].conduct;
        if !group.conduct.remembers(conduct) {
            *conduct = group.conduct.memory();
        }
        let speed = traits.speed * group.pace;
        if speed != market.nodes.states[party].speed {
            (market.nodes.quotes[party].slowness, market.nodes.states[party].speed) = (1.0 / speed, speed);
            serving::schedule(market, at, party);
            market.show_checker(at.scenario, party);
        }
    }
}

/// Opinions, whom they leave out, and the queues of those that may be drawn.
fn beliefs(market: &mut State, (old, before): (&Scenario, &Derived), at: &Context<'_>) {
    let (rules, roster) = (&at.scenario.verification, at.derived.roster);
    let believes = |scenario: &Scenario| {
        let verification = &scenario.verification;
        let (holders, prior) = (verification.holders, verification.prior);
        (verification.opinion.clone(), holders, prior, verification.exclude_below, scenario.weighs())
    };
    let changed = !alike(&believes(old), &believes(at.scenario));
    let requesters = at.scenario.requesters.len();
    market.opinions.adopt((&old.verification, rules), changed, requesters, roster, at.scenario.weighs());
    let redraws = changed || before.keeps != at.derived.keeps;
    if redraws {
        market.redraw(at);
    }
    if redraws || before.draws != at.derived.draws || !alike(&old.network, &at.scenario.network) {
        market.show_checkers(at);
    }
}
