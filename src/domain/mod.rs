//! The words of the field as types: who, what, how much, and what became of it.

pub mod acceptance;
pub mod agreement;
pub mod ancestry;
pub mod answer;
pub mod causes;
pub mod checking;
pub mod choice;
pub mod count;
pub mod fate;
pub mod ids;
pub(crate) mod item;
pub(crate) mod job;
pub mod money;
pub mod participation;
pub mod party;
pub mod payment;
pub mod price;
pub mod probe;
pub mod purpose;
pub mod record;
pub mod reliance;
pub mod service;
pub mod share;
pub(crate) mod task;
pub mod work;
