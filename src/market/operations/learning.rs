//! What parties learn of their own actions: nodes of their answers, checkers of their votes.

use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::money::Money;
use crate::market::state::State;
use crate::policy::conduct::Outcome;
use crate::scenario::Scenario;

/// A party learns what became of an action, whatever its kind. What it makes of it is up to its conduct.
pub fn tell(market: &mut State, scenario: &Scenario, party: PartyId, outcome: &Outcome) {
    let conduct = &scenario.groups[market.nodes.quotes[party].group].conduct;
    conduct.learn(&mut market.nodes.backrooms[party].conduct, outcome);
}

/// A check has come to its verdict: each checker that voted in it learns that its vote was counted.
pub fn tell_voters(market: &mut State, scenario: &Scenario, slot: JobSlot, index: u8) {
    let (id, node) = (market.jobs[slot].case, market.jobs.record(slot).node);
    for place in 0..market.cases[id].cast.len() {
        let cast = market.cases[id].cast[place];
        // A node that proves its own answer casts no vote on another node.
        if cast.check == index && cast.by != node {
            tell(market, scenario, cast.by, &Outcome::Voted { looked: cast.looked });
        }
    }
}

/// A party whose alarm was upheld learns what it brought: so many tokens.
pub fn tell_finder(market: &mut State, scenario: &Scenario, finder: PartyId, tokens: Money) {
    let amount = Money::from_micro(tokens.units() * scenario.channels.token.0 as f64);
    tell(market, scenario, finder, &Outcome::Rewarded { amount });
}
