//! What can be read off a running market.

use super::Market;
use super::state::ledger::Account;
use crate::domain::ids::RequesterId;
use crate::domain::money::{Asset, Money};
use crate::engine::time::Time;
use crate::record::recorder::{Gauges, MarketGauge, NodeGauge};
use crate::scenario::Scenario;
use crate::scenario::channels::Channel;

/// A market seen with the scenario it runs.
pub struct View<'a> {
    /// The market.
    pub market: &'a Market,
    /// What it is to be.
    pub scenario: &'a Scenario,
}

impl Gauges for View<'_> {
    fn market(&self, at: Time) -> MarketGauge {
        let market = self.market;
        let levels = &market.levels;
        MarketGauge {
            open: levels.open.count(),
            waiting: levels.waiting.count(),
            executing: levels.executing.count(),
            up: levels.up.count(),
            listed: market.registry.count() as u64,
            open_area: levels.open.area(at),
            waiting_area: levels.waiting.area(at),
            executing_area: levels.executing.area(at),
            up_area: levels.up.area(at),
            prices: Channel::ALL.map(|channel| market.prices.clone().at(&self.scenario.channels, channel, at)),
            checks_waiting: levels.checks_waiting.count(),
            checks_executing: levels.checks_executing.count(),
            capacity_area: levels.capacity.area(at),
            checks_waiting_area: levels.checks_waiting.area(at),
            checks_executing_area: levels.checks_executing.area(at),
            checks_capacity_area: levels.checks_capacity.area(at),
            block_used: market.chain.used,
            blocks: market.chain.blocks,
            chain_waiting: market.chain.waiting,
            escrow: market.ledger.escrowed(),
            stale: market.stale,
        }
    }

    fn nodes(&self, at: Time, each: &mut dyn FnMut(&NodeGauge)) {
        let nodes = &self.market.nodes;
        for (node, state) in nodes.states.pairs() {
            let (quote, backroom) = (&nodes.quotes[node], &nodes.backrooms[node]);
            each(&NodeGauge {
                node,
                group: quote.group,
                kind: self.scenario.groups[quote.group].kind.name(),
                trust: self.market.opinions.trust(&self.scenario.verification, RequesterId(0), node),
                checked: backroom.checked,
                alarms: backroom.alarms,
                operator: backroom.operator,
                region: quote.region,
                speed: state.speed,
                asks: (quote.asks >= Money::ZERO).then_some(quote.asks),
                cost: quote.cost,
                stake: self.market.ledger.balance(Account::Node(node), Asset::Token),
                income: self.market.ledger.balance(Account::Node(node), Asset::Credit),
                busy: state.service.busy(at),
                served: state.served,
                failed: backroom.failed,
                failures: backroom.failures,
                up: state.up,
            });
        }
    }
}
