//! The books: double entry in two assets, integers only (model §10).

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, PartyId, RequesterId};
use crate::domain::money::{Asset, Money};
use crate::domain::party::{PartyKind, Roster};
use crate::engine::queue::prefetch;

/// Whose money it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Account {
    /// The world outside: what parties bring with them comes from here. May owe.
    Exchange,
    /// Remainders and what the rules send there.
    Treasury,
    /// What is destroyed.
    Burn,
    /// What open jobs have put aside.
    Escrow,
    /// A group of requesters; they bring their money from outside. May owe.
    Requesters(RequesterId),
    /// What a party that serves may spend.
    Party(PartyId),
    /// What it has staked, in tokens.
    Bond(PartyId),
    /// The watchers together; they bring what they lose from outside. May owe.
    Watchers,
}

/// How many accounts there are before the requesters'.
const FIXED: usize = 4;

/// The books. Every posting takes from one account what it gives to another, so each asset sums to zero for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Balances per asset; micro-units. Prices that climb to their limit bring about more of them than 64 bits count.
    /// There are bonds of tokens only.
    balances: [Vec<i128>; 2],
    requesters: usize,
    roster: Roster,
}

impl Ledger {
    /// Books for so many groups of requesters and these parties, all at zero.
    pub fn open(requesters: usize, roster: Roster) -> Ledger {
        let accounts = FIXED + requesters + roster.len() + 1;
        Ledger { balances: [vec![0; accounts], vec![0; accounts + roster.len()]], requesters, roster }
    }

    /// Moves an amount, zero or more, from one account to another. Panics if it is negative, if the payer may not owe
    /// and would, or if one of them is a bond: what is staked moves by [`State::deposit`](super::State::deposit) and
    /// [`State::slash`](super::State::slash).
    #[inline(always)]
    pub fn transfer(&mut self, from: Account, to: Account, asset: Asset, amount: Money) {
        assert!(!from.is_bond() && !to.is_bond(), "a bond moves with the weights that follow from it");
        self.post(from, to, asset, amount);
    }

    /// Moves an amount between any two accounts.
    #[inline(always)]
    pub(super) fn post(&mut self, from: Account, to: Account, asset: Asset, amount: Money) {
        assert!(amount.0 >= 0, "a posting of {amount}");
        let (payer, payee) = (self.place(from), self.place(to));
        let amount = i128::from(amount.0);
        let held = self.balances[asset as usize][payer];
        let left = held - amount;
        if left < 0 && !self.may_owe(from) {
            refuse(from, held, amount);
        }
        let balances = &mut self.balances[asset as usize];
        balances[payer] = left;
        balances[payee] += amount;
    }

    /// Asks for the memory of an account's credits, which an event soon to come will touch.
    #[inline]
    pub fn prefetch(&self, account: Account) {
        prefetch(&self.balances[Asset::Credit as usize][self.place(account)]);
    }

    /// What an account holds; at the most what an amount can be, some 9.2·10¹² units.
    #[inline]
    pub fn balance(&self, account: Account, asset: Asset) -> Money {
        shown(self.balances[asset as usize][self.place(account)])
    }

    /// What a party has staked, in tokens.
    #[inline]
    pub fn bond(&self, party: PartyId) -> Money {
        shown(self.balances[Asset::Token as usize][self.place(Account::Bond(party))])
    }

    /// The credits in escrow.
    pub fn escrowed(&self) -> Money {
        self.balance(Account::Escrow, Asset::Credit)
    }

    /// Asserts that so many micro-credits are in escrow.
    pub fn assert_escrowed(&self, micro: i128) {
        let held = self.balances[Asset::Credit as usize][self.place(Account::Escrow)];
        assert_eq!(micro, held, "the escrow holds what the open jobs have put there");
    }

    /// The credits that nodes, validators and provers hold together: what they earned, as they bring none with them. It is what
    /// all others lack, of whom there are few.
    pub fn earned(&self) -> Money {
        shown(-self.balances[Asset::Credit as usize][..FIXED + self.requesters].iter().sum::<i128>())
    }

    /// The credits of the requesters, and of those who neither ask nor serve; what the latter hold is of costs that were paid too.
    pub fn held_by_others(&self) -> [i128; 2] {
        let credits = &self.balances[Asset::Credit as usize];
        [credits[FIXED..FIXED + self.requesters].iter().sum(), credits[..FIXED].iter().sum()]
    }

    /// Asserts that requesters have paid so many micro-credits and no more.
    pub fn assert_paid(&self, micro: i128) {
        let [requesters, _] = self.held_by_others();
        assert_eq!(-requesters, micro, "requesters have paid what their jobs were charged");
    }

    /// Asserts that each asset is conserved: what every account holds sums to zero.
    pub fn assert_balanced(&self) {
        for (balances, asset) in self.balances.iter().zip(["credit", "token"]) {
            let total: i128 = balances.iter().sum();
            assert_eq!(total, 0, "{asset} is conserved");
        }
    }

    #[inline(always)]
    fn place(&self, account: Account) -> usize {
        match account {
            Account::Exchange => 0,
            Account::Treasury => 1,
            Account::Burn => 2,
            Account::Escrow => 3,
            Account::Requesters(group) => FIXED + group.index(),
            Account::Party(party) => FIXED + self.requesters + party.index(),
            Account::Watchers => FIXED + self.requesters + self.roster.len(),
            Account::Bond(party) => FIXED + self.requesters + self.roster.len() + 1 + party.index(),
        }
    }

    /// The kind of party that holds an account; `None` where no party holds it.
    #[inline]
    fn holder(&self, account: Account) -> Option<PartyKind> {
        match account {
            Account::Exchange => Some(PartyKind::Exchange),
            Account::Treasury => Some(PartyKind::Treasury),
            Account::Requesters(_) => Some(PartyKind::Requester),
            Account::Party(party) | Account::Bond(party) => Some(self.roster.kind(party)),
            Account::Watchers => Some(PartyKind::Watcher),
            Account::Burn | Account::Escrow => None,
        }
    }

    /// Whether an account may hold less than nothing.
    #[inline]
    fn may_owe(&self, account: Account) -> bool {
        self.holder(account).is_some_and(PartyKind::may_owe)
    }
}

impl Account {
    /// Whether it holds what a party has staked.
    #[inline]
    fn is_bond(self) -> bool {
        matches!(self, Account::Bond(_))
    }
}

#[cold]
fn refuse(payer: Account, held: i128, amount: i128) -> ! {
    panic!("{payer:?} has {held} µ and cannot pay {amount} µ")
}

/// A balance as an amount; one beyond the largest amount is shown as that.
fn shown(balance: i128) -> Money {
    Money(balance.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Books for so many nodes and groups of requesters.
    fn books(requesters: usize, nodes: u32) -> Ledger {
        Ledger::open(requesters, Roster::of([(PartyKind::Node, nodes)].into_iter()))
    }

    fn account(number: u32) -> Account {
        match number {
            0 => Account::Exchange,
            1 => Account::Treasury,
            2 => Account::Burn,
            3 => Account::Escrow,
            4..6 => Account::Requesters(RequesterId(number as u16 - 4)),
            6..9 => Account::Party(PartyId(number - 6)),
            9..12 => Account::Bond(PartyId(number - 9)),
            _ => Account::Watchers,
        }
    }

    proptest! {
        /// Whatever is posted, each asset sums to zero and nobody owes who may not.
        #[test]
        fn money_is_conserved(postings in prop::collection::vec((0u32..13, 0u32..13, 0i64..1000, any::<bool>()), 0..200)) {
            let mut ledger = books(2, 3);
            for (from, to, amount, token) in postings {
                let (payer, payee) = (account(from), account(to));
                let asset = if token || payer.is_bond() || payee.is_bond() { Asset::Token } else { Asset::Credit };
                if ledger.may_owe(payer) || ledger.balance(payer, asset).0 >= amount {
                    ledger.post(payer, payee, asset, Money(amount));
                }
                ledger.assert_balanced();
                for held in (0..13).map(account).filter(|held| !ledger.may_owe(*held)) {
                    prop_assert!(ledger.balance(held, Asset::Token).0 >= 0);
                    prop_assert!(held.is_bond() || ledger.balance(held, Asset::Credit).0 >= 0);
                }
            }
        }
    }

    /// Three of the largest amounts are more than one of them; the books know it, and show the largest.
    #[test]
    fn books_hold_more_than_an_amount() {
        let mut ledger = books(1, 1);
        let (payer, payee) = (Account::Requesters(RequesterId(0)), Account::Party(PartyId(0)));
        (0..3).for_each(|_| ledger.transfer(payer, payee, Asset::Credit, Money(i64::MAX)));
        assert_eq!(ledger.balance(payee, Asset::Credit), Money(i64::MAX));
        (0..3).for_each(|_| ledger.transfer(payee, payer, Asset::Credit, Money(i64::MAX)));
        assert_eq!(ledger.balance(payee, Asset::Credit), Money::ZERO);
        ledger.assert_balanced();
    }

    #[test]
    #[should_panic(expected = "cannot pay")]
    fn nobody_pays_what_he_has_not() {
        books(0, 1).transfer(Account::Party(PartyId(0)), Account::Burn, Asset::Token, Money(1));
    }

    /// A stake moves with the weights that follow from it, and by no other door.
    #[test]
    #[should_panic(expected = "a bond moves with the weights")]
    fn a_stake_is_not_paid_with() {
        let mut ledger = books(0, 1);
        ledger.post(Account::Exchange, Account::Bond(PartyId(0)), Asset::Token, Money(5));
        assert_eq!(ledger.bond(PartyId(0)), Money(5));
        ledger.transfer(Account::Bond(PartyId(0)), Account::Burn, Asset::Token, Money(1));
    }
}
