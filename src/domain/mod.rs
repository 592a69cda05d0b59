//! The words of the field as types: who, what, how much, and what became of it.

pub mod answer;
pub mod count;
pub mod fate;
pub mod ids;
pub(crate) mod item;
pub(crate) mod job;
pub mod money;
pub mod price;
pub mod purpose;
pub mod record;
pub mod share;
pub(crate) mod task;
