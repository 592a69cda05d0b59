//! It is accepted or not.

use crate::domain::fate::Fate;
use crate::domain::ids::JobSlot;
use crate::market::{Market, Moment};

use super::{settlement, standing};

/// Decides on an answer: too late is refused and its price returned (assumed: the requester pays for answers in time);
/// in time and without an alarm it is accepted, and the requester relies on it from then on.
pub fn decide(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let story = market.jobs.story_mut(slot);
    if at.now > story.deadline {
        settlement::return_escrow(market, at, slot);
        return standing::close(market, at, slot, Fate::Late);
    }
    story.at.accepted = at.now;
    story.at.used = at.now;
    settlement::pay(market, at, slot);
    standing::stand(market, at, slot);
}
