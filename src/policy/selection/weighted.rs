//! Draws in proportion to weights: one after the other, each seat by itself, or each party by itself.

use super::{Draw, MOST, SelectionView, Shortlist, VAIN};
use crate::domain::ids::PartyId;
use crate::engine::random::{Key, KeyedRng, RandomSource, mix};
use crate::engine::weights::WeightTree;
use crate::maths;
use crate::policy::candidates::{Weights, rank};

/// Chooses in proportion to these weights.
pub(super) fn select(
    weights: Weights<'_>,
    how: Draw,
    view: &SelectionView<'_>,
    draw: &mut KeyedRng,
    chosen: &mut Vec<PartyId>,
) {
    match how {
        Draw::WithoutReplacement => one_each(weights.all, view, draw, chosen),
        Draw::WithReplacement => seats(weights.all, view, draw, chosen),
        Draw::Bernoulli => by_themselves(weights, view, draw, chosen),
    }
}

/// Chooses one after the other in proportion to these weights, none twice.
///
/// Drawn from the tree of weights, and drawn again where the party is chosen already or is the one that is checked. Where
/// that goes on in vain, because few have nearly all of the weight, the rest are found in one pass over the roster that has
/// the same law. Those without weight are chosen, each with the same probability, when all that have some are. Those of the
/// roster that are absent are drawn like the others, and then replaced by the same law: that leaves the law of the set as it is.
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
    let may_join = |chosen: &[PartyId], node: PartyId| !view.is_checked(node) && !chosen.contains(&node);
    if chosen.len() < view.wanted {
        let mut rest = Shortlist::new(view.wanted - chosen.len());
        for &node in view.parties.roster.iter().filter(|&&node| may_join(chosen, node)) {
            rest.offer(rank(weights, node, draw), node);
        }
        chosen.extend(rest.kept().iter().map(|entry| entry.1));
    }
    view.parties.replace_weighted(weights, draw, &may_join, chosen);
}

/// Gives each seat to a party in proportion to its weight, whoever holds the others; all alike where none has any weight.
fn seats(weights: &WeightTree, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let mut vain = VAIN * view.wanted;
    while chosen.len() < view.wanted && vain > 0 {
        let node = match weights.total() {
            0 => view.parties.any(draw),
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
        let others = view.parties.roster.iter().filter(|&&node| !view.is_checked(node));
        let first = others.map(|&node| (rank(weights, node, draw), node)).min_by(|a, b| a.0.total_cmp(&b.0));
        match first {
            Some((_, node)) => chosen.push(node),
            None => break,
        }
    }
    view.parties.replace_weighted(weights, draw, &|_, node| !view.is_checked(node), chosen);
}

/// A party that looks with a probability above this is asked by itself.
const OFTEN: f64 = 0.5;

/// Lets each party look by itself with the probability p = min(1, wanted · weight ÷ weight of all that may look).
///
/// Independent draws of all parties, in about as many steps as parties look. Candidates come in a Poisson stream in proportion to
/// weight, c·p of each party on the average with c = ln 4. Each is kept with probability −ln(1 − p)/(c·p), which is at most 1 for p up to
/// a half. So a party is kept at all with probability 1 − e^ln(1 − p) = p, by itself. Those with a larger p, at most 2 · wanted, are asked
/// one by one. No more look than one check may have.
fn by_themselves(weights: Weights<'_>, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    each_by_itself(weights, view, draw, chosen);
    chosen.truncate(MOST);
}

///
/// The absent are drawn like the others, and do not look: so each look of those present takes the draws that it takes anyway.
fn each_by_itself(weights: Weights<'_>, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let parties = &view.parties;
    if weights.present() == 0 {
        let others = parties.present.iter().filter(|&&node| !view.is_checked(node)).count();
        let looks = view.wanted as f64 / others.max(1) as f64;
        let roster = parties.roster.iter().filter(|&&node| !view.is_checked(node) && draw.chance(looks));
        chosen.extend(roster.filter(|&&node| parties.has(node)));
        return;
    }
    let (there, weights) = (weights.present(), weights.all);
    let checked = view.checked.iter().filter(|&&node| parties.has(node));
    let others = there - checked.map(|node| weights.get(node.0 as usize)).sum::<u64>();
    if others == 0 || view.wanted == 0 {
        return;
    }
    let looks = |node: usize| (view.wanted as f64 * (weights.get(node) as f64 / others as f64)).min(1.0);
    let seldom = (OFTEN * others as f64 / view.wanted as f64) as u64;
    weights.above(seldom, &mut |node| {
        let party = PartyId(node as u32);
        if !view.is_checked(party) && draw.chance(looks(node)) && parties.has(party) {
            chosen.push(party);
        }
    });
    let in_vain = weights.total() as f64 / others as f64;
    if in_vain > VAIN as f64 {
        // Hardly any candidate of the stream could look. Those that can have a draw of their own each.
        let base = draw.bits();
        let own = |party: PartyId| KeyedRng::new(Key(mix(base ^ u64::from(party.0))));
        let seldom_looks = |party: &PartyId| {
            let node = party.0 as usize;
            weights.get(node) <= seldom && !view.is_checked(*party) && own(*party).chance(looks(node))
        };
        chosen.extend(parties.present.iter().copied().filter(seldom_looks));
        chosen.sort_unstable();
        return;
    }
    let most = view.wanted as f64 * in_vain * 2.0 * maths::ln(2.0);
    let mut passed = -maths::ln(draw.unit());
    while passed < most {
        let node = weights.find(draw.below(weights.total()));
        let (party, p) = (PartyId(node as u32), looks(node));
        let kept = -maths::ln_1p(-p.min(OFTEN)) / (2.0 * maths::ln(2.0) * p);
        let may_join = weights.get(node) <= seldom && !view.is_checked(party) && !chosen.contains(&party);
        let may_join = may_join && parties.has(party);
        if draw.chance(kept) && may_join {
            chosen.push(party);
        }
        passed -= maths::ln(draw.unit());
    }
}
