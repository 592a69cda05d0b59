//! The chain: transactions that wait for a block.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::JobSlot;
use crate::domain::price::Price;

/// The chain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChainState {
    /// Transactions that wait: by tip, then by the order in which they came.
    pub pool: BinaryHeap<(Price, Reverse<u64>, Transaction)>,
    /// Transactions so far.
    pub sent: u64,
    /// Gas of those that wait.
    pub waiting: u64,
    /// Blocks so far.
    pub blocks: u64,
    /// Gas used in the last block.
    pub used: u64,
}

/// A placement that waits for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Transaction {
    /// The job.
    pub job: JobSlot,
    /// Its version.
    pub version: u32,
    /// The gas it takes.
    pub gas: u64,
}
