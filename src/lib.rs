//! A discrete-event simulator of a trust-distributed compute market.

pub mod domain;
pub mod engine;
pub mod market;
pub mod output;
pub mod parquet;
pub mod policy;
pub mod record;
pub mod scenario;
pub mod simulate;
pub mod stats;
