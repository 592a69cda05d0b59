//! The words of the field as types: who, what, how much, and what became of it.

pub mod answer;
pub mod count;
pub mod fate;
pub mod ids;
pub(crate) mod job;
pub mod money;
pub mod party;
pub mod price;
pub mod purpose;
pub mod record;
pub mod share;
