//! What copies are expected to come to that are added until a group is credible (model §9).
//!
//! All nodes that offer are taken to be right with the same probability, their mean trust, and all wrong answers to be alike.

use crate::domain::acceptance::Grouped;
use crate::domain::work::Work;
use crate::market::state::checkers::Drawn;
use crate::scenario::verification::Check;

use super::expectation::Looks;
use super::terms::Terms;

/// Puts the price, the delay and the acceptance of the copies into the terms of a method.
pub fn expect(terms: &mut Terms, (check, credibility): (&Check, f64), drawn: &Drawn, (expected, trust): (Work, f64)) {
    let round = |asked: usize| drawn.trip + Looks::last_of(asked, drawn, expected.nanos(), check);
    let grouped = Grouped::of(credibility, check.count as usize, trust, round);
    terms.agreement = (grouped.takes - round(1)).max(0.0);
    terms.paid_copies = grouped.agreeing.clamp(1.0, f64::from(check.count));
    terms.acceptance.grouped = Some([grouped.right, grouped.wrong]);
}
