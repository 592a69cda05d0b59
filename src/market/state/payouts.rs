//! Payments that are gathered and made together by a settler that takes one batch after the other (model §10).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::domain::ids::JobSlot;
use crate::domain::record::JobKey;
use crate::engine::time::Time;

/// Payments that wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Payouts {
    /// The jobs whose payments wait, those of closed batches first; one that has left the market since is passed over.
    pub waiting: VecDeque<(JobSlot, JobKey)>,
    /// How many payments each closed batch has, the one that is settled next first.
    pub closed: VecDeque<u32>,
    /// How many of those that wait are in no closed batch.
    pub gathered: u32,
    /// Rises whenever a batch is closed: what it would age by is stale then.
    pub batch: u32,
    /// When the last payment joined.
    pub joined: Time,
    /// Whether the timer of idleness is set.
    pub timed: bool,
    /// Whether the settler is at work.
    pub busy: bool,
}
