//! The prices of the three channels, and what each saw in its last interval (model §11).

use serde::{Deserialize, Serialize};

use crate::domain::price::Price;
use crate::engine::time::Time;
use crate::policy::pricing::PricingMemory;
use crate::scenario::channels::{Channel, Channels};

/// The prices of the three channels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prices {
    /// What each rule remembers.
    pub memories: [PricingMemory; 3],
    /// The excess demand of each channel in its last interval: (used − target)/target.
    pub excess: [f64; 3],
    /// How many intervals each has closed.
    pub closed: [u64; 3],
    /// The areas of use and of capacity at the last close, of computing and of verification.
    pub seen: [(u128, u128); 3],
    /// The area of the work that waits at the last close, likewise.
    pub waited: [u128; 3],
}

impl Prices {
    /// The prices at the start.
    pub fn open(channels: &Channels) -> Prices {
        let memories = [0, 1, 2].map(|channel: usize| channels.pricing[channel].memory());
        Prices { memories, excess: [0.0; 3], closed: [0; 3], seen: [(0, 0); 3], waited: [0; 3] }
    }

    /// The price per unit of a channel; `None` while it is stopped.
    #[inline]
    pub fn at(&self, channels: &Channels, channel: Channel, now: Time) -> Option<Price> {
        channels.pricing[channel as usize].price(&self.memories[channel as usize], now)
    }
}
