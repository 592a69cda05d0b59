//! At random, but no two of one operator, and none of the operator whose answer is checked.
//!
//! One after the other, each time any of the nodes that may still be chosen with the same probability. Drawn again where a
//! node may not be; where that goes on in vain, because few operators run nearly all of the nodes, the rest are found in one
//! pass over the listed that has the same law.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SelectionView, Shortlist};
use crate::domain::ids::PartyId;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "distinct-operators";
    const SUMMARY: &'static str = "any of the listed checkers, but no two of one operator and none of the checked node's; as many as there are such";
    const SOURCE: &'static str = "independence of checkers: replicas of BOINC go to hosts of different users";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        let mut vain = view.parties.patience() * view.wanted;
        while chosen.len() < view.wanted && vain > 0 {
            let node = view.parties.any(draw);
            if view.parties.has(node) && may_join(view, chosen, node) {
                chosen.push(node);
            } else {
                vain -= 1;
            }
        }
        if chosen.len() < view.wanted {
            pass(view, draw, chosen);
        }
    }
}

/// Whether a node's operator is another than that of the checked and those of the chosen.
fn may_join(view: &SelectionView<'_>, chosen: &[PartyId], node: PartyId) -> bool {
    let operator = (view.operators)(node);
    view.checked.iter().chain(chosen).all(|&other| operator != (view.operators)(other))
}

/// Chooses those that are still wanted in one pass over the roster: all that may join are put in a random order, and of each
/// operator the first that is present counts.
fn pass(view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
    let mut rest = Shortlist::new(view.wanted - chosen.len());
    for &node in view.parties.roster.iter().filter(|&&node| may_join(view, chosen, node)) {
        let (key, operator) = (draw.unit(), (view.operators)(node));
        if !view.parties.has(node) {
            continue;
        }
        match rest.kept().iter().position(|&(_, other)| operator == (view.operators)(other)) {
            Some(place) if rest.kept()[place].0 <= key => {}
            Some(place) => {
                rest.remove(place);
                rest.offer(key, node);
            }
            None => rest.offer(key, node),
        }
    }
    chosen.extend(rest.kept().iter().map(|entry| entry.1));
}
