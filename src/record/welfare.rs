//! Welfare of a whole run, in micro-credits: an identity on the books (model §16).
//!
//! What is delivered, less harm and less what serving took, is shared among requesters, suppliers and others. Payments move it from
//! one to another and sum to zero, so that the parts add up to the whole.

use super::recorder::MarketGauge;
use super::tally::NodeTotals;

/// What a run was worth, and to whom: over all jobs, those of the warm-up too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Welfare {
    /// What right answers used in time were worth at their use.
    pub delivered: i128,
    /// What wrong answers in use cost.
    pub harm: i128,
    /// What being busy cost nodes, validators and provers, with work that was called off.
    pub resources: i128,
    /// What it left the requesters, after what they paid.
    pub requesters: i128,
    /// What it left those who serve, after what being busy cost them.
    pub suppliers: i128,
    /// What went to the treasury, was destroyed or lies in escrow.
    pub others: i128,
}

impl Welfare {
    /// At the end of a run. Credits sum to zero over all accounts, which every run asserts: those who serve hold what others lack.
    pub fn of(end: &MarketGauge, nodes: &NodeTotals) -> Welfare {
        let (delivered, harm, resources) = (end.delivered, end.harm, nodes.resources);
        let (requesters, others) = (delivered - harm + end.held_by_requesters, end.held_by_others);
        let suppliers = -(end.held_by_requesters + end.held_by_others) - resources;
        Welfare { delivered, harm, resources, requesters, suppliers, others }
    }

    /// Delivered less harm and resources.
    pub fn total(&self) -> i128 {
        self.delivered - self.harm - self.resources
    }
}
