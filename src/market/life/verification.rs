//! The answer is there: it is checked, as its method says.

use crate::domain::fate::Stage;
use crate::domain::ids::JobSlot;
use crate::market::{Market, Moment};
use crate::record::fact::Fact;

use super::verdict;

/// The answer reaches the requester. Without a check it goes on to its verdict at once.
pub fn answered(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let (job, story) = market.jobs.both(slot);
    job.stage = Stage::Answered;
    story.at.answered = at.now;
    at.facts.note(Fact::Answered { job: story.key, node: job.node, right: story.right });
    verdict::decide(market, at, slot);
}
