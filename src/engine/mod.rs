//! The clock, the queue and chance: what any discrete-event simulator needs. It could serve a bakery.

pub mod hash;
pub mod law;
pub mod mistake;
pub mod process;
pub mod queue;
pub mod random;
pub mod ranked;
pub mod time;
pub mod weights;
