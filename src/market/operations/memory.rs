//! The memory of a node: which models are in it.

use crate::domain::ids::{ModelId, PartyId};
use crate::engine::time::Time;
use crate::market::context::Context;
use crate::market::state::State;

/// When a model is ready in a node's memory; if it is not there, makes room for it and begins to load it. The models
/// used longest ago go first; a model larger than the memory is alone in it.
pub fn use_model(market: &mut State, at: &Context<'_>, node: PartyId, model: ModelId) -> Time {
    let scenario = at.scenario;
    let memory = scenario.groups[market.nodes.quotes[node].group].memory_gb.unwrap_or(f64::INFINITY);
    let loaded = &mut market.nodes.backrooms[node].loaded;
    let found = loaded.iter().position(|&(other, _)| other == model).map(|place| loaded.remove(place));
    let used = found.unwrap_or((model, at.now + scenario.models[model].load));
    loaded.push(used);
    let size = |loaded: &[(ModelId, Time)]| loaded.iter().map(|&(id, _)| scenario.models[id].memory_gb).sum::<f64>();
    while loaded.len() > 1 && size(loaded) > memory {
        loaded.remove(0);
    }
    used.1
}
