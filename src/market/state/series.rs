//! What moves outside the market by itself: where each series stands, and what follows it.

use serde::{Deserialize, Serialize};

use super::State;
use crate::domain::money::Money;
use crate::engine::process::Process;
use crate::engine::random::Stream;
use crate::scenario::Scenario;

/// Where a series stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeriesState {
    /// Its value.
    pub process: Process,
    /// How many steps it has made.
    pub steps: u64,
    /// Its randomness.
    pub stream: Stream,
}

/// A token is worth at least a millionth of a credit, and at most what a thousand million credits are, so that no amount overflows.
const WORTH: (f64, f64) = (1.0, 1e15);

impl State {
    /// What a token is worth now, in credits.
    pub fn token(&self, scenario: &Scenario) -> Money {
        let token = scenario.channels.token;
        match scenario.channels.token_follows {
            None => token,
            Some(series) => {
                let value = self.series[usize::from(series)].process.value;
                Money::from_micro((token.0 as f64 * value).clamp(WORTH.0, WORTH.1))
            }
        }
    }
}
