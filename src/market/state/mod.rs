//! What is written down: jobs, nodes, the registry, the books, the levels.

pub mod chain;
pub mod checkers;
pub mod jobs;
pub mod learnt;
pub mod ledger;
pub mod levels;
pub mod line;
pub mod nodes;
pub mod opinions;
pub mod payouts;
pub mod prices;
pub mod proceedings;
pub mod registry;
pub mod service;
pub mod sources;
