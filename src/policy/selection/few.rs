//! The best of a few that are drawn at random for a seat.

use super::{SelectionView, Shortlist, VAIN};
use crate::domain::ids::PartyId;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};

/// The most that are drawn for one seat.
const MOST: usize = 64;

/// What is wrong with the number of those that are drawn for one seat, if anything is.
pub(super) fn check(d: u8) -> Result<(), Mistake> {
    match usize::from(d) {
        1..=MOST => Ok(()),
        0 => Err(Mistake::new("d", "`d` must be 1 or more", "")),
        _ => Err(Mistake::new("d", format!("`d` of {d}"), format!("draw at most {MOST}"))),
    }
}

/// Fills the seats one after the other, each with the one of the smallest key of d that are drawn.
pub(super) fn fill(
    d: u8,
    view: &SelectionView<'_>,
    key: &dyn Fn(PartyId) -> f64,
    draw: &mut KeyedRng,
    chosen: &mut Vec<PartyId>,
) {
    while chosen.len() < view.wanted {
        let Some(best) = best(d.into(), view, key, draw, chosen) else { return };
        chosen.push(best);
    }
}

/// The one of the smallest key of d that may be chosen still, all different, or of all where they are fewer; of several the first drawn.
/// They stand behind the chosen meanwhile.
fn best(
    d: usize,
    view: &SelectionView<'_>,
    key: &dyn Fn(PartyId) -> f64,
    draw: &mut KeyedRng,
    chosen: &mut Vec<PartyId>,
) -> Option<PartyId> {
    let seats = chosen.len();
    let may_join = |chosen: &[PartyId], node: PartyId| !view.is_checked(node) && !chosen.contains(&node);
    let mut vain = VAIN * d;
    while chosen.len() < seats + d && vain > 0 {
        let node = view.parties.any(draw);
        if may_join(chosen, node) {
            chosen.push(node);
        } else {
            vain -= 1;
        }
    }
    if chosen.len() < seats + d {
        chosen.truncate(seats);
        let mut all = Shortlist::new(d);
        let others = view.parties.roster.iter().filter(|&&node| may_join(chosen, node));
        others.for_each(|&node| all.offer(draw.unit(), node));
        chosen.extend(all.kept().iter().map(|entry| entry.1));
    }
    view.parties.replace(draw, &may_join, chosen);
    let best = chosen[seats..].iter().copied().min_by(|a, b| key(*a).total_cmp(&key(*b)));
    chosen.truncate(seats);
    best
}
