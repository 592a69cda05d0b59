//! The present instant.

use crate::engine::queue::Queue;
use crate::engine::time::Time;
use crate::record::facts::Facts;
use crate::scenario::Scenario;

use super::derived::Derived;
use super::event::{ByClock, Clock, Event};

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
    /// Makes the next tick of a clock due, if it ticks at all.
    pub fn tick(&mut self, clock: Clock, turns: &ByClock<u32>) {
        if let Some(period) = self.derived.clocks[clock as usize] {
            self.queue.push(self.now + period, Event::Clock { clock, turn: turns[clock as usize] });
        }
    }
}
