//! What can be read off a running market.

use super::Market;
use super::state::ledger::Account;
use crate::domain::money::{Asset, Money};
use crate::engine::time::Time;
use crate::record::recorder::{Gauges, MarketGauge, NodeGauge};
use crate::scenario::Scenario;

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
            compute_price: self.scenario.compute.price(&mut market.compute.clone(), at).unwrap_or_default(),
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
