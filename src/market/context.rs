//! The present instant.

use crate::engine::queue::Queue;
use crate::engine::time::Time;
use crate::record::facts::Facts;
use crate::scenario::Scenario;

use super::event::Event;

/// The present instant, as a handler sees it.
pub struct Context<'a> {
    /// What the market is to be.
    pub scenario: &'a Scenario,
    /// When.
    pub now: Time,
    /// What is due later.
    pub queue: &'a mut Queue<Event>,
    /// What has happened.
    pub facts: &'a mut Facts,
}
