//! What can be read off a running market.

use super::derived::Derived;
use super::probes;
use super::state::State;
use super::state::ledger::Account;
use crate::domain::causes::Wrongs;
use crate::domain::ids::RequesterId;
use crate::domain::money::{Asset, Money};
use crate::domain::price::Price;
use crate::domain::probe::{Probe, ProbeOption, ProbeQuote};
use crate::engine::time::Time;
use crate::record::recorder::{Gauges, GroupGauge, MarketGauge, NodeGauge};
use crate::scenario::Scenario;
use crate::scenario::channels::Channel;

/// A market seen with the scenario it runs.
pub struct View<'a> {
    /// Its state.
    pub(super) market: &'a State,
    /// What it is to be.
    pub(super) scenario: &'a Scenario,
    /// What follows from that.
    pub(super) derived: &'a Derived,
}

impl View<'_> {
    /// The slots in use and all slots of those who compute, or of those who check, × nanoseconds; zeros where a group has no
    /// number of slots, and with it no share of them.
    fn slots(&self, at: Time, checks: bool) -> [u128; 2] {
        let levels = &self.market.levels;
        let mut groups = self.scenario.groups.iter().filter(|group| group.kind.only_checks() == checks);
        match (groups.all(|group| group.has_slots()), checks) {
            (false, _) => [0; 2],
            (true, false) => [levels.in_use.area(at), levels.capacity(false).area(at)],
            (true, true) => [levels.checks_in_use.area(at), levels.capacity(true).area(at)],
        }
    }
}

/// An amount of so many micro-credits; one beyond the largest is shown as that.
fn micro(amount: i128) -> Money {
    Money(amount.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
}

impl Gauges for View<'_> {
    fn wrongs(&self) -> &Wrongs {
        &self.derived.wrongs
    }

    fn model_prices(&self, at: Time, each: &mut dyn FnMut(Option<Price>)) {
        let channels = &self.scenario.channels;
        (0..channels.models.rules.len()).for_each(|place| each(self.market.prices.own(channels, place, at)));
    }

    fn market(&self, at: Time) -> MarketGauge {
        let market = self.market;
        let levels = &market.levels;
        let ([in_use_area, capacity_area], [checks_in_use_area, checks_capacity_area]) =
            (self.slots(at, false), self.slots(at, true));
        let [held_by_requesters, held_by_others] = market.ledger.held_by_others();
        let costs_paid = market.welfare.costs_paid;
        MarketGauge {
            open: levels.open.count(),
            waiting: levels.waiting.count(),
            executing: levels.executing.count(),
            up: levels.up().count(),
            listed: market.registry.count() as u64,
            open_area: levels.open.area(at),
            waiting_area: levels.waiting.area(at),
            executing_area: levels.executing.area(at),
            up_area: levels.up().area(at),
            prices: Channel::ALL.map(|channel| market.prices.at(&self.scenario.channels, channel, at)),
            checks_waiting: levels.checks_waiting.count(),
            checks_executing: levels.checks_executing.count(),
            in_use_area,
            capacity_area,
            checks_in_use_area,
            checks_capacity_area,
            checks_waiting_area: levels.checks_waiting.area(at),
            checks_executing_area: levels.checks_executing.area(at),
            block_used: market.chain.used,
            blocks: market.chain.blocks,
            block_limit: self.scenario.chain.bounds(market.chain.blocks).1,
            chain_waiting: market.chain.waiting,
            escrow: market.ledger.escrowed(),
            earned: micro(i128::from(market.ledger.earned().0) + costs_paid),
            stale: market.stale,
            delivered: market.welfare.delivered,
            harm: market.welfare.harm,
            held_by_requesters,
            held_by_others: held_by_others - costs_paid,
            token: market.token(self.scenario),
            node_cost: market.prices.costs[Channel::Compute as usize],
            agreement: self.scenario.agreement.as_ref().map(|rules| market.agreement.gauge(rules, at)),
        }
    }

    fn quotes(&self, at: Time, asked: &[Probe], each: &mut dyn FnMut(&ProbeQuote, &[ProbeOption])) {
        probes::quote((self.market, self.scenario, self.derived), at, asked, each);
    }

    fn groups(&self, each: &mut dyn FnMut(&GroupGauge)) {
        let come_and_go = &self.market.participants.groups;
        for (group, rules) in self.scenario.groups.pairs() {
            let present = come_and_go.get(group).map_or(rules.count, |flows| flows.present);
            each(&GroupGauge { group, kind: rules.kind, parties: rules.count, present });
        }
    }

    fn nodes(&self, at: Time, each: &mut dyn FnMut(&NodeGauge)) {
        let market = self.market;
        let (nodes, ledger) = (&market.nodes, &market.ledger);
        for (node, state) in nodes.states.pairs() {
            let (quote, backroom) = (&nodes.quotes[node], &nodes.backrooms[node]);
            let (group, busy) = (&self.scenario.groups[quote.group], state.service.busy(at));
            let slot_time = u128::from(quote.slots) * u128::from(nodes.worked(node, at));
            each(&NodeGauge {
                node,
                group: quote.group,
                kind: nodes.kind(node),
                trust: self.market.opinions.trust(&self.scenario.verification, RequesterId(0), node),
                checked: backroom.checked,
                alarms: backroom.alarms,
                missed: backroom.missed,
                operator: backroom.operator,
                region: quote.region,
                speed: self.derived.nodes[node].speed,
                asks: (quote.asks >= Price::ZERO).then_some(quote.asks),
                cost: quote.cost,
                spent: nodes.spent(node, at),
                stake: ledger.bond(node) + ledger.balance(Account::Party(node), Asset::Token),
                income: micro(
                    i128::from(ledger.balance(Account::Party(node), Asset::Credit).0)
                        + i128::from(market.welfare.paid_by(node).0),
                ),
                busy,
                busy_cost: quote.cost.of_time(busy),
                utilisation: (group.has_slots() && slot_time > 0).then(|| busy as f64 / slot_time as f64),
                served: state.served,
                failed: backroom.failed,
                failures: backroom.failures(),
                up: state.is_up(),
            });
        }
    }
}
