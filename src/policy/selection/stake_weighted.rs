//! In proportion to their stakes, none twice.
//!
//! Drawn from the tree of stakes, and drawn again where the node is chosen already or is the one that is checked. Where that
//! goes on in vain, because few hold nearly all of the stake, the rest are found in one pass over the listed that has the
//! same law. Nodes without stake are chosen, each with the same probability, when all that have some are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SelectionView, Shortlist, VAIN};
use crate::domain::ids::NodeId;
use crate::engine::maths;
use crate::engine::random::{Chance, Draw};
use crate::policy::Described;

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "stake-weighted";
    const SUMMARY: &'static str = "one after the other in proportion to stake, none twice";
    const SOURCE: &'static str = "stake-weighted committees without replacement; the pass: P. Efraimidis, P. Spirakis, Weighted random sampling, 2006";
    const EXAMPLE: &'static str = "{}";

    fn unwritten() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn select(&self, (): &mut (), view: &SelectionView<'_>, draw: &mut Draw, chosen: &mut Vec<NodeId>) {
        let mut vain = if view.stakes.total() > 0 { VAIN * view.wanted } else { 0 };
        while chosen.len() < view.wanted && vain > 0 {
            let node = NodeId(view.stakes.find(draw.below(view.stakes.total())) as u32);
            if node == view.checked || chosen.contains(&node) {
                vain -= 1;
            } else {
                chosen.push(node);
            }
        }
        if chosen.len() < view.wanted {
            pass(view, draw, chosen);
        }
    }
}

/// Chooses those that are still wanted in one pass over the listed.
fn pass(view: &SelectionView<'_>, draw: &mut Draw, chosen: &mut Vec<NodeId>) {
    let mut rest = Shortlist::new(view.wanted - chosen.len());
    for &node in view.listed.iter().filter(|&&node| node != view.checked && !chosen.contains(&node)) {
        let exponential = -maths::ln(draw.unit());
        // No exponential is above 37, so whoever has any stake comes before all who have none.
        let key = match view.stakes.get(node.0 as usize) {
            0 => 64.0 + exponential,
            stake => exponential / stake as f64,
        };
        rest.offer(key, node);
    }
    chosen.extend(rest.kept().iter().map(|entry| entry.1));
}
