//! What a channel charges per unit: a GPU-second of computing, a checker's GPU-second, a unit of gas (model §11).

use crate::domain::money::Money;

pub mod list;

/// A pricing rule.
pub trait Rule {
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The price per unit now.
    fn price(&self, memory: &mut Self::Memory) -> Money;
}

crate::policy::policies! {
    kind "pricing": PricingTable, Pricing, PricingName, PricingMemory;
    rules {
        list: List,
    }
    methods {
        /// The price per unit now.
        fn price() -> Money;
    }
}
