//! The repair game of one used wrong answer: its players, and what comes of it when some of them are honest.

use crate::domain::answer::Wrong;
use crate::domain::causes::{CauseRecord, Guard, Guarding, Origin, Part, Public, Role, predicted, shares, states};
use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::money::Money;
use crate::market::context::Context;
use crate::market::state::State;
use crate::market::state::causes::{LookFate, Turns};

use super::clauses::{self, Clause};
use super::executors::{Executor, Executors};

/// With more states than this, checkers of one check count as alike whatever they have staked.
const STATES: u64 = 1 << 16;

/// With more copies than this, those that gave one answer count as alike in whatever order they came.
const COPIES: usize = 8;

/// What makes players alike: in what they execute, in which checks they sit with what weight, or which vendor they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    executor: Option<(u64, usize)>,
    vendor: Option<u8>,
    seats: Vec<(u8, u64, Turns)>,
}

struct Game<'s> {
    executors: Executors,
    clauses: Vec<Clause<'s>>,
    /// By player.
    likeness: Vec<Likeness>,
    /// The players that are vendors.
    vendors: Vec<(u8, usize)>,
}

/// Who caused that the wrong answer of a job is used.
pub(super) fn examined(market: &mut State, at: &Context<'_>, slot: JobSlot) -> CauseRecord {
    let record = *market.jobs.record(slot);
    let game = Game::of(market, at, slot);
    let nearest = Guarding::nearest(game.clauses.iter().map(Clause::guarding).collect::<Vec<_>>().into_iter());
    let public = game.public(market, at, slot);
    let (parts, players) = game.parts(market, record.answer.key);
    let mut examined = CauseRecord {
        key: record.key,
        class: record.class,
        method: record.method,
        asked: record.at.asked,
        used: record.at.used,
        harm: Money::ZERO,
        origin: if record.answer.wrong == Some(Wrong::Error) { Origin::Error } else { Origin::Deliberate },
        guard: Guarding::guard(nearest),
        nearest,
        but_for: 0,
        nobody: 1.0,
        predicted_nobody: 0.0,
        parts,
        public,
    };
    let count = game.likeness.len();
    let alone = |player: usize| (0..count).map(|other| other == player).collect::<Vec<bool>>();
    let decisive: Vec<bool> = (0..count).map(|player| game.stops(&alone(player))).collect();
    examined.but_for = decisive.iter().filter(|decisive| **decisive).count() as u32;
    for (part, player) in examined.parts.iter_mut().zip(&players) {
        part.decisive = player.is_some_and(|player| decisive[player]);
    }
    game.share(&mut examined, &players);
    examined.predict(&predicted(&examined.public, &at.derived.wrongs));
    debug_assert!(examined.guard != Guard::Unchecked || game.clauses.is_empty());
    examined
}

impl<'s> Game<'s> {
    fn of(market: &mut State, at: &Context<'s>, slot: JobSlot) -> Game<'s> {
        let mut players = 0;
        let executors = Executors::of(market, at, slot, &mut players);
        let mut clauses = clauses::of(market, at, slot);
        let mut checkers: Vec<(PartyId, usize)> = Vec::new();
        let mut vendors: Vec<(u8, usize)> = Vec::new();
        let mut next = || {
            players += 1;
            players - 1
        };
        for clause in &mut clauses {
            for seat in clause.seats.iter_mut().filter(|seat| matches!(seat.turns, Turns::Care | Turns::Both)) {
                let by = seat.look.map_or(PartyId::NONE, |look| look.by);
                let known = checkers.iter().find(|(other, _)| *other == by).map(|(_, player)| *player);
                let player = known.unwrap_or_else(|| {
                    checkers.push((by, next()));
                    checkers[checkers.len() - 1].1
                });
                seat.player = Some(player);
            }
            let is_needed = clause.seats.iter().any(|seat| matches!(seat.turns, Turns::Vendor | Turns::Both));
            if let Some(vendor) = clause.check.vendor.filter(|_| is_needed) {
                let known = vendors.iter().find(|(other, _)| *other == vendor.number).map(|(_, player)| *player);
                clause.vendor = Some(known.unwrap_or_else(|| {
                    vendors.push((vendor.number, next()));
                    vendors[vendors.len() - 1].1
                }));
            }
        }
        let mut game = Game { executors, clauses, likeness: Vec::new(), vendors };
        game.likeness = game.likenesses(players);
        game
    }

    fn likenesses(&self, players: usize) -> Vec<Likeness> {
        let mut likeness = vec![Likeness::default(); players];
        let are_few = self.executors.each.len() <= COPIES;
        for (place, of) in self.executors.each.iter().enumerate() {
            if let Some(player) = of.player {
                likeness[player].executor = Some((of.answer.key, if are_few { place } else { 0 }));
            }
        }
        for &(vendor, player) in &self.vendors {
            likeness[player].vendor = Some(vendor);
        }
        for clause in &self.clauses {
            let weighs = clause.check.verdict.weighs_stakes();
            for seat in &clause.seats {
                if let Some(player) = seat.player {
                    likeness[player].seats.push((clause.index, if weighs { seat.stake } else { 0 }, seat.turns));
                }
            }
        }
        likeness.iter_mut().for_each(|of| of.seats.sort_unstable());
        if states(&classes(&likeness).1) > STATES {
            likeness.iter_mut().flat_map(|of| &mut of.seats).for_each(|seat| seat.1 = 0);
        }
        likeness
    }

    /// Whether the answer would not have been used with these players honest.
    fn stops(&self, honest: &[bool]) -> bool {
        !self.executors.are_wrong(honest) || self.clauses.iter().any(|clause| clause.refuses(&|player| honest[player]))
    }

    /// Writes down the shares of the cause; `players` has the player of each part.
    fn share(&self, examined: &mut CauseRecord, players: &[Option<usize>]) {
        let (class_of, counts) = classes(&self.likeness);
        let shares = shares(&counts, |made| {
            let mut left = made.to_vec();
            let first = |&class: &usize| {
                let is_honest = left[class] > 0;
                left[class] -= u32::from(is_honest);
                is_honest
            };
            self.stops(&class_of.iter().map(first).collect::<Vec<bool>>())
        });
        let Some(shares) = shares else { return };
        examined.nobody = shares.nobody;
        for (part, player) in examined.parts.iter_mut().zip(players) {
            let Some(player) = *player else { continue };
            let places = players.iter().filter(|other| **other == Some(player)).count();
            part.cause = shares.each[class_of[player]] / places as f64;
        }
    }

    /// Every party in each of its roles, with the player that it is, if it is one. Those that gave the answer come first, then
    /// those whose answers had not come.
    fn parts(&self, market: &State, key: u64) -> (Vec<Part>, Vec<Option<usize>>) {
        let operator = |by: PartyId| Some(market.nodes.backrooms[by].operator);
        let nothing = Part {
            role: Role::Executor,
            party: 0,
            operator: None,
            vendor: None,
            alarm: None,
            at_fault: false,
            decisive: false,
            cause: 0.0,
            predicted: 0.0,
        };
        let mut parts: Vec<(Part, Option<usize>)> = Vec::new();
        let gave = |of: &&Executor| of.came && of.answer.key == key;
        let silent = self.executors.each.iter().filter(|of| !of.came);
        let others = self.executors.each.iter().filter(|of| of.came && !gave(of) && of.player.is_some());
        for of in self.executors.each.iter().filter(gave).chain(silent).chain(others) {
            let at_fault = of.player.is_some();
            parts.push((Part { party: of.by.0, operator: operator(of.by), at_fault, ..nothing }, of.player));
        }
        for clause in &self.clauses {
            let vendor = clause.check.vendor.map(|vendor| vendor.number);
            for (seat, look) in clause.seats.iter().filter_map(|seat| seat.look.map(|look| (seat, look))) {
                let (role, at_fault) = (Role::Checker(clause.index), !look.looked && !look.alarm);
                let alarm = (look.fate == LookFate::Cast).then_some(look.alarm);
                let part =
                    Part { role, party: look.by.0, operator: operator(look.by), vendor, alarm, at_fault, ..nothing };
                parts.push((part, seat.player));
            }
        }
        for vendor in self.guards() {
            let player = self.vendors.iter().find(|(other, _)| *other == vendor).map(|(_, player)| *player);
            let is_it = |clause: &&Clause<'_>| clause.check.vendor.is_some_and(|of| of.number == vendor);
            let at_fault = self.clauses.iter().filter(is_it).any(|clause| clause.is_broken);
            parts.push((Part { role: Role::Vendor, party: vendor.into(), at_fault, ..nothing }, player));
        }
        parts.into_iter().unzip()
    }

    /// The vendors that the checks rely on, each once.
    fn guards(&self) -> Vec<u8> {
        let mut guards = Vec::new();
        for vendor in self.clauses.iter().filter_map(|clause| clause.check.vendor) {
            if !guards.contains(&vendor.number) {
                guards.push(vendor.number);
            }
        }
        guards
    }

    /// What is public.
    fn public(&self, market: &State, at: &Context<'_>, slot: JobSlot) -> Public {
        let record = market.jobs.record(slot);
        let guards = self.guards();
        let place = |clause: &Clause<'_>| {
            clause.check.vendor.and_then(|vendor| guards.iter().position(|guard| *guard == vendor.number))
        };
        let chance = |guard: &u8| {
            let vendors = self.clauses.iter().filter_map(|clause| clause.check.vendor);
            let of = vendors.filter(|vendor| vendor.number == *guard);
            of.map(|vendor| if at.now >= vendor.from { 1.0 } else { vendor.broken }).fold(0.0, f64::max)
        };
        let [executors, needed, silent] = self.executors.public(record.answer.key);
        Public {
            executors,
            needed,
            silent,
            trust: record.trust,
            checks: self.clauses.iter().map(|clause| clause.public(place(clause))).collect(),
            vendors: guards.iter().map(chance).collect(),
        }
    }
}

/// The class of each player, and how many are in each.
fn classes(likeness: &[Likeness]) -> (Vec<usize>, Vec<u32>) {
    let mut kinds: Vec<&Likeness> = Vec::new();
    let mut counts = Vec::new();
    let class_of = likeness.iter().map(|of| {
        let class = kinds.iter().position(|other| *other == of).unwrap_or_else(|| {
            kinds.push(of);
            counts.push(0);
            kinds.len() - 1
        });
        counts[class] += 1;
        class
    });
    (class_of.collect(), counts)
}
