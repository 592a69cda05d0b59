//! What befalls the market from outside: where each shock stands.

use serde::{Deserialize, Serialize};

use crate::domain::ids::PartyId;
use crate::engine::time::Time;

/// The shocks of the scenario, in its order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shocks {
    /// Where each stands.
    pub all: Vec<ShockState>,
    /// Rises when they are amended: what was due to them before is due no more.
    pub turn: u32,
}

/// Where a shock stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ShockState {
    /// How often it has begun.
    pub begun: u64,
    /// Whether it is under way.
    pub under_way: bool,
    /// When it begins or ends next, if ever.
    pub due: Option<Time>,
    /// The parties that its outage holds down.
    pub down: Vec<PartyId>,
}
