//! The present instant.

use crate::engine::queue::Queue;
use crate::engine::time::{SimDuration, Time};
use crate::record::facts::Facts;
use crate::scenario::Scenario;

use super::derived::Derived;
use super::event::Event;

/// The present instant, as a handler sees it.
pub struct Context<'a> {
    /// What the market is to be.
    pub scenario: &'a Scenario,
    /// What follows from that.
    pub derived: &'a Derived,
    /// When.
    pub now: Time,
    /// What is due later.
    pub queue: &'a mut Queue<Event>,
    /// What has happened.
    pub facts: &'a mut Facts,
}

impl Context<'_> {
    /// Makes the next event of a clock due, if the clock ticks.
    pub fn tick(&mut self, period: Option<SimDuration>, event: Event) {
        if let Some(period) = period {
            self.queue.push(self.now + period, event);
        }
    }
}
