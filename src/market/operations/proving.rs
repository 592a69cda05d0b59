//! A proof is made, by one prover or by several.

use super::{at_stake, checking, seats, voting};
use crate::domain::answer::Vote;
use crate::domain::ids::{JobSlot, TaskSlot};
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::task::TaskKind;
use crate::domain::work::Work;
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::state::State;
use crate::scenario::verification::Check;

/// A proof is made: by provers if there are any, each of which has an equal part of it, otherwise by the node.
pub fn prove(market: &mut State, at: &mut Context<'_>, slot: JobSlot, index: usize, check: &Check) {
    let (scenario, record, round) = (at.scenario, *market.jobs.record(slot), seats::round(market, slot, check));
    let view = market.registry.view_of(record.requester);
    let provers = market.registry.candidates(&at.derived.rosters, view, scenario.provers());
    let mut chosen = std::mem::take(&mut market.scratch.checkers);
    // The first of each in a random order of its own (R. Floyd): as many draws as there are parts.
    let (roster, all) = (provers.roster, provers.roster.len());
    let mut drawn = draw(market.seed, Purpose::Prover, record.key, DrawIndex::check(index as u8, round));
    for most in all - all.min(check.ways as usize)..all {
        let by = roster[drawn.below(most as u64 + 1) as usize];
        chosen.push(if chosen.contains(&by) { roster[most] } else { by });
    }
    provers.replace(&drawn, &|chosen, by| !chosen.contains(&by), &mut chosen);
    if chosen.is_empty() {
        chosen.push(record.node);
    }
    let mut drawn = draw(market.seed, Purpose::ProofTime, record.key, DrawIndex::check(index as u8, round));
    let work = check.draw_work(&scenario.size(&record), &mut drawn);
    seats::alone(market, slot, index);
    let mut drawn = draw(market.seed, Purpose::Vote, record.key, DrawIndex::checker(index as u8, 0, round));
    let alarm = drawn.chance(voting::alarm_chance(market, at.now, record.key, check, record.answer));
    // Where fewer provers are listed than a proof has parts, some make several of them.
    for ordinal in 0..check.ways {
        let by = chosen[ordinal as usize % chosen.len()];
        let work = Work(at_stake::part(work.0, ordinal, check.ways));
        let (check, ordinal) = (index as u8, ordinal as u16);
        let order = checking::Order { kind: TaskKind::Proof, by, check, round, ordinal, work };
        checking::employ(market, at, slot, &order, Vote { alarm, looked: true });
    }
    chosen.clear();
    market.scratch.checkers = chosen;
}

/// Whether other parts of the proof that this task is a part of are still to be made.
pub fn is_partial(market: &State, child: TaskSlot) -> bool {
    let task = &market.jobs[child];
    let others = market.cases[market.jobs[task.parent].case].children.iter().filter(|other| other.slot != child);
    task.kind == TaskKind::Proof
        && others.map(|other| &market.jobs[other.slot]).any(|other| !other.executes() && other.check == task.check)
}
