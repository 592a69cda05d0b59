//! What routing and checks see of a party's load.

use crate::domain::ids::PartyId;
use crate::domain::party::PartyKind;
use crate::engine::time::SimDuration;
use crate::market::state::State;
use crate::scenario::Scenario;

/// A node's load has changed: routing sees it at once, or at its next look.
#[inline]
pub fn note_load(market: &mut State, scenario: &Scenario, node: PartyId) {
    if market.nodes.kind(node) != PartyKind::Node {
        market.show_checker(scenario, node);
    }
    if scenario.routing.refresh == SimDuration::ZERO {
        show_load(market, node);
    } else if !std::mem::replace(&mut market.nodes.quotes[node].dirty, true) {
        market.registry.defer_load(node);
    }
}

/// Copies a node's load to where routing reads it.
#[inline]
pub fn show_load(market: &mut State, node: PartyId) {
    let state = &market.nodes.states[node];
    let quote = &mut market.nodes.quotes[node];
    (quote.jobs, quote.work) = (state.jobs(), state.work());
}
