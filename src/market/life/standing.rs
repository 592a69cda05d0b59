//! What is accepted stands until nothing can revoke it; then the job is closed. Every job is closed exactly once.

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::JobSlot;
use crate::market::{Market, Moment};
use crate::record::fact::Fact;

use super::settlement;

/// An accepted result: without a window it is final at once.
pub fn stand(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let story = market.jobs.story_mut(slot);
    story.at.finalised = at.now;
    let fate = if story.right { Fate::FinalRight } else { Fate::FinalWrong };
    close(market, at, slot, fate);
}

/// No offer was taken.
pub fn decline(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, cause: Cause) {
    let story = market.jobs.story_mut(slot);
    story.cause = Some(cause);
    at.facts.note(Fact::Declined { job: story.key, cause });
    close(market, at, slot, Fate::Declined);
}

/// The run is over and the job is still open: its price goes back, so that no escrow outlives its job.
pub fn censor(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    settlement::return_escrow(market, at, slot);
    close(market, at, slot, Fate::Censored);
}

/// The job leaves the market with its fate, and its whole story is handed on.
pub fn close(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot, fate: Fate) {
    let (job, story) = market.jobs.both(slot);
    story.fate = fate;
    story.stage = job.stage;
    story.at.closed = at.now;
    at.facts.close(story);
    market.levels.open.down(at.now);
    market.jobs.release(slot);
}
