//! The sources of jobs: each with a stream of its own, so that none disturbs another.

use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::engine::random::Stream;
use crate::policy::demand::ArrivalsMemory;

/// A source while the market runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Its randomness.
    pub stream: Stream,
    /// What its arrival law remembers.
    pub memory: ArrivalsMemory,
    /// The number of its next job.
    pub index: u64,
    /// Its next job.
    pub next: Option<Arrival>,
    /// The share of its jobs that it asks for; 1 but under a shock.
    pub kept: f64,
}
