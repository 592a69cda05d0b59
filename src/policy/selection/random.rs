//! Any of them, each with the same probability.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SelectionView;
use crate::domain::ids::PartyId;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "random";
    const SUMMARY: &'static str = "any of the listed checkers, each with the same probability, none twice";
    const SOURCE: &'static str = "the reference selection of staked spot checks";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    fn select(&self, view: &SelectionView<'_>, draw: &mut KeyedRng, chosen: &mut Vec<PartyId>) {
        // Whether the checked are on the roster matters only where half of them are wanted; a few out of many are drawn without a
        // look at all.
        let roster = view.parties.roster;
        let others = roster.len().saturating_sub(view.checked.len());
        let eligible = match 2 * view.wanted <= others {
            true => others,
            false => roster.len() - view.checked.iter().filter(|node| roster.contains(node)).count(),
        };
        if 2 * view.wanted <= eligible {
            // Few out of many: drawn again until new, which takes at most twice as long where half of them are wanted.
            while chosen.len() < view.wanted {
                let node = view.parties.any(draw);
                if !view.is_checked(node) && !chosen.contains(&node) {
                    chosen.push(node);
                }
            }
        } else {
            // Many out of few: those who are left out are drawn instead (Floyd's way would need their order).
            chosen.extend(roster.iter().filter(|&&node| !view.is_checked(node)));
            while chosen.len() > view.wanted {
                let out = draw.below(chosen.len() as u64) as usize;
                chosen.swap_remove(out);
            }
        }
        view.parties.replace(draw, &|chosen, node| !view.is_checked(node) && !chosen.contains(&node), chosen);
    }
}
