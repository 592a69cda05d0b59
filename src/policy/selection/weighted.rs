//! Draws in proportion to weights: one after the other, each seat by itself, or each party by itself.

use super::{Draw, MOST, SelectionView, Shortlist, VAIN};
use crate::domain::ids::PartyId;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::engine::weights::WeightTree;
use crate::maths;

/// Chooses in proportion to these weights.
pub(super) fn select(
    weights: &WeightTree,
    how: Draw,
    view: &SelectionView<'_>,
    draw: &mut KeyedRng,
    chosen: &mut Vec<PartyId>,
) {
    match how {
        Draw::WithoutReplacement => one_each(weights, view, draw, chosen),
        Draw::WithReplacement => seats(weights, view, draw, chosen),
        Draw::Bernoulli => by_themselves(weights, view, draw, chosen),
    }
}

/// Chooses one after the other in proportion to these weights, none twice.
///
/// Drawn from the tree of weights, and drawn again where the party is chosen already or is the one that is checked. Where
/// that goes on in vain, because few have nearly all of the weight, the rest are found in one pass over the listed that has
/// the same law. Those without weight are chosen, each with the same probability, when all that have some are.
fn one_each(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let mut vain = if weights.total() > 0 { VAIN * view.wanted } else { 0 };
    while chosen.len() < view.wanted && vain > 0 {
        let node = PartyId(weights.find(draw.below(weights.total())) as u32);
        if view.is_checked(node) || chosen.contains(&node) {
            vain -= 1;
        } else {
            chosen.push(node);
        }
    }
    if chosen.len() == view.wanted {
        return;
    }
    let mut rest = Shortlist::new(view.wanted - chosen.len());
    for &node in view.listed.iter().filter(|&&node| !view.is_checked(node) && !chosen.contains(&node)) {
        rest.offer(key(weights, node, draw), node);
    }
    chosen.extend(rest.kept().iter().map(|entry| entry.1));
}

/// The key of a party in a pass over the listed: the smallest come first. No exponential is above 37, so whoever has any weight comes
/// before all who have none.
fn key(weights: &WeightTree, node: PartyId, draw: &mut KeyedRng) -> f64 {
    let exponential = -maths::ln(draw.unit());
    match weights.get(node.0 as usize) {
        0 => 64.0 + exponential,
        weight => exponential / weight as f64,
    }
}

/// Gives each seat to a party in proportion to its weight, whoever holds the others; all alike where none has any weight.
fn seats(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let mut vain = VAIN * view.wanted;
    while chosen.len() < view.wanted && vain > 0 {
        let node = match weights.total() {
            0 => view.listed[draw.below(view.listed.len() as u64) as usize],
            total => PartyId(weights.find(draw.below(total)) as u32),
        };
        if view.is_checked(node) {
            vain -= 1;
        } else {
            chosen.push(node);
        }
    }
    // Those that are checked have nearly all of the weight: one pass for each seat.
    while chosen.len() < view.wanted {
        let others = view.listed.iter().filter(|&&node| !view.is_checked(node));
        let first = others.map(|&node| (key(weights, node, draw), node)).min_by(|a, b| a.0.total_cmp(&b.0));
        match first {
            Some((_, node)) => chosen.push(node),
            None => return,
        }
    }
}

/// A party that looks with a probability above this is asked by itself.
const OFTEN: f64 = 0.5;

/// Lets each party look by itself with the probability p = min(1, wanted · weight ÷ weight of all that may look).
///
/// Independent draws of all parties, in about as many steps as parties look. Candidates come in a Poisson stream in proportion to
/// weight, c·p of each party on the average with c = ln 4. Each is kept with probability −ln(1 − p)/(c·p), which is at most 1 for p up to
/// a half. So a party is kept at all with probability 1 − e^ln(1 − p) = p, by itself. Those with a larger p, at most 2 · wanted, are asked
/// one by one. No more look than one check may have.
fn by_themselves(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    each_by_itself(weights, view, draw, chosen);
    chosen.truncate(MOST);
}

fn each_by_itself(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    if weights.total() == 0 {
        let others = view.listed.iter().filter(|&&node| !view.is_checked(node)).count();
        let looks = view.wanted as f64 / others.max(1) as f64;
        chosen.extend(view.listed.iter().filter(|&&node| !view.is_checked(node) && draw.chance(looks)));
        return;
    }
    let checked: u64 = view.checked.iter().map(|node| weights.get(node.0 as usize)).sum();
    let others = weights.total() - checked;
    if others == 0 || view.wanted == 0 {
        return;
    }
    let looks = |node: usize| (view.wanted as f64 * (weights.get(node) as f64 / others as f64)).min(1.0);
    let seldom = (OFTEN * others as f64 / view.wanted as f64) as u64;
    weights.above(seldom, &mut |node| {
        let party = PartyId(node as u32);
        if !view.is_checked(party) && draw.chance(looks(node)) {
            chosen.push(party);
        }
    });
    let most = view.wanted as f64 * (weights.total() as f64 / others as f64) * 2.0 * maths::ln(2.0);
    let mut passed = -maths::ln(draw.unit());
    while passed < most {
        let node = weights.find(draw.below(weights.total()));
        let (party, p) = (PartyId(node as u32), looks(node));
        let kept = -maths::ln_1p(-p.min(OFTEN)) / (2.0 * maths::ln(2.0) * p);
        let may_join = weights.get(node) <= seldom && !view.is_checked(party) && !chosen.contains(&party);
        if draw.chance(kept) && may_join {
            chosen.push(party);
        }
        passed -= maths::ln(draw.unit());
    }
}
