//! What parties have staked. A bond is an account, and the stake is its balance: no copy of it is kept, but for the weights of those that
//! draw by stake, which follow here.

use super::State;
use super::ledger::Account;
use crate::domain::ids::PartyId;
use crate::domain::money::{Asset, Money};
use crate::market::context::Context;
use crate::record::fact::Fact;
use crate::scenario::Scenario;

impl State {
    /// A party stakes tokens that it brings from outside.
    pub fn deposit(&mut self, at: &mut Context<'_>, party: PartyId, amount: Money) {
        self.move_bond(at.scenario, party, Account::Exchange, Account::Bond(party), amount);
        at.facts.note(Fact::Endowed { account: party.0, asset: Asset::Token, amount });
    }

    /// A part of what a party has staked goes to another account. Panics if it has not staked so much.
    pub fn slash(&mut self, scenario: &Scenario, party: PartyId, to: Account, amount: Money) {
        self.move_bond(scenario, party, Account::Bond(party), to, amount);
    }

    /// A party that has left takes what is left of its stake outside.
    pub fn unbond(&mut self, at: &mut Context<'_>, party: PartyId) {
        let amount = self.ledger.bond(party);
        self.move_bond(at.scenario, party, Account::Bond(party), Account::Exchange, amount);
        at.facts.note(Fact::Unbonded { node: party, amount });
    }

    /// Moves tokens into a party's bond or out of it, and lets what it weighs follow.
    fn move_bond(&mut self, scenario: &Scenario, party: PartyId, from: Account, to: Account, amount: Money) {
        self.ledger.post(from, to, Asset::Token, amount);
        self.restake(scenario, party);
        self.agreement.touch(party);
    }
}
