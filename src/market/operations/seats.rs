//! What is asked of a check: seats, and what a vote from each weighs.

use crate::domain::ids::{JobSlot, PartyId};
use crate::market::state::State;
use crate::scenario::verification::Check;

/// What a vote weighs behind which there is no stake, where votes are weighed by stakes: the least there is, so that an
/// attestation or a proof decides by itself, and of those who have staked nothing each weighs the same.
pub const UNSTAKED: u64 = 1;

/// What the vote of a checker weighs.
pub fn weight(market: &State, by: PartyId) -> u64 {
    (market.ledger.bond(by).0 as u64).max(UNSTAKED)
}

/// One vote is asked for, behind which there is no stake.
pub fn alone(market: &mut State, slot: JobSlot, index: usize) {
    let votes = &mut market.cases[market.jobs[slot].case].votes[index];
    (votes.asked, votes.stake_asked) = (1, UNSTAKED);
}

/// The round in which a check looks: after so many alarms, and after so many answers of copies that it has refused.
pub fn round(market: &State, slot: JobSlot, check: &Check) -> u8 {
    check.round + market.cases[market.jobs[slot].case].refused
}
