//! Copies that do not agree: which of their answers stands until a check refuses it.

use crate::domain::answer::Answer;
use crate::domain::ids::JobSlot;
use crate::market::state::State;

/// Takes the first answer of a copy that is left for the answer of the job; says whether there was one.
pub fn propose(market: &mut State, slot: JobSlot) -> bool {
    let id = market.jobs[slot].case;
    let Some(copy) = market.cases[id].answers.iter().find(|copy| copy.answer != Answer::NONE).copied() else {
        return false;
    };
    let (job, record) = market.jobs.both(slot);
    (record.answer, record.node, job.node) = (copy.answer, copy.node, copy.node);
    true
}

/// The answer of the job is refused: no copy that gave it counts any more.
pub fn withdraw(market: &mut State, slot: JobSlot) {
    let (id, refused) = (market.jobs[slot].case, market.jobs.record(slot).answer.key);
    for copy in market.cases[id].answers.iter_mut().filter(|copy| copy.answer.key == refused) {
        copy.answer = Answer::NONE;
    }
}
