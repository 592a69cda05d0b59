//! What a verdict on an answer means for its node: its standing, and its other results.

use crate::domain::answer::Evidence;
use crate::domain::checking::{Backtrack, Consequence};
use crate::domain::ids::{JobSlot, PartyId, RequesterId};
use crate::market::context::Context;
use crate::market::state::State;
use crate::record::fact::Fact;

use super::settlement::{self, Finder};

/// A check of an answer of a node came to its verdict. Its standing may change, and where the answer was found wrong its results that
/// stand are looked at again, each after all that the verdict itself brings.
pub fn see(market: &mut State, at: &mut Context<'_>, slot: JobSlot, node: PartyId, evidence: Evidence, finder: Finder) {
    let verification = &at.scenario.verification;
    let found = matches!(evidence, Evidence::Failed | Evidence::Revoked);
    if found && verification.backtrack != Backtrack::None {
        market.reopen_results(node);
    }
    let Some(is_good) = market.standings.see(verification, node, !found) else { return };
    at.facts.note(if is_good { Fact::StandingRegained { node } } else { Fact::StandingLost { node } });
    let Some(standing) = &verification.standing else { return };
    if standing.consequence == Consequence::Exclude {
        for view in 0..market.registry.views() {
            market.reweigh(at.scenario, RequesterId(view as u16), node);
        }
    }
    if !is_good {
        settlement::slash_share(market, at, slot, node, standing.slash, finder);
    }
}
