//! The books: double entry in two assets, integers only (model §10).

use serde::{Deserialize, Serialize};

use crate::domain::ids::{Id, NodeId, RequesterId};
use crate::domain::money::{Asset, Money};
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
    /// What is minted. May owe.
    Emission,
    /// A group of requesters; they bring their money from outside. May owe.
    Requesters(RequesterId),
    /// A node.
    Node(NodeId),
}

/// How many accounts there are before the requesters'.
const FIXED: usize = 5;

/// The books. Every posting takes from one account what it gives to another, so each asset sums to zero for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Balances per asset; micro-units. Prices that climb to their limit bring about more of them than 64 bits count.
    balances: [Vec<i128>; 2],
    requesters: usize,
}

impl Ledger {
    /// Books for so many groups of requesters and nodes, all at zero.
    pub fn open(requesters: usize, nodes: usize) -> Ledger {
        let accounts = FIXED + requesters + nodes;
        Ledger { balances: [vec![0; accounts], vec![0; accounts]], requesters }
    }

    /// Moves an amount, zero or more, from one account to another. Panics if it is negative, or if the payer may not owe
    /// and would.
    #[inline]
    pub fn transfer(&mut self, from: Account, to: Account, asset: Asset, amount: Money) {
        assert!(amount.0 >= 0, "a posting of {amount}");
        let (payer, payee) = (self.place(from), self.place(to));
        let balances = &mut self.balances[asset as usize];
        let amount = i128::from(amount.0);
        let left = balances[payer] - amount;
        assert!(left >= 0 || may_owe(from), "{from:?} has {} µ and cannot pay {amount} µ", balances[payer]);
        balances[payer] = left;
        balances[payee] += amount;
    }

    /// Asks for the memory of an account's credits, which an event soon to come will touch.
    #[inline]
    pub fn prefetch(&self, account: Account) {
        prefetch(&self.balances[Asset::Credit as usize][self.place(account)]);
    }

    /// What an account holds; at the most what an amount can be, some 9.2·10¹² units.
    pub fn balance(&self, account: Account, asset: Asset) -> Money {
        shown(self.balances[asset as usize][self.place(account)])
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

    /// Asserts that each asset is conserved: what every account holds sums to zero.
    pub fn assert_balanced(&self) {
        for (balances, asset) in self.balances.iter().zip(["credit", "token"]) {
            let total: i128 = balances.iter().sum();
            assert_eq!(total, 0, "{asset} is conserved");
        }
    }

    #[inline]
    fn place(&self, account: Account) -> usize {
        match account {
            Account::Exchange => 0,
            Account::Treasury => 1,
            Account::Burn => 2,
            Account::Escrow => 3,
            Account::Emission => 4,
            Account::Requesters(group) => FIXED + group.index(),
            Account::Node(node) => FIXED + self.requesters + node.index(),
        }
    }
}

/// A balance as an amount; one beyond the largest amount is shown as that.
fn shown(balance: i128) -> Money {
    Money(balance.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
}

/// Who may hold less than nothing.
fn may_owe(account: Account) -> bool {
    matches!(account, Account::Exchange | Account::Emission | Account::Requesters(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn account(number: u32) -> Account {
        match number {
            0 => Account::Exchange,
            1 => Account::Treasury,
            2 => Account::Burn,
            3 => Account::Escrow,
            4 => Account::Emission,
            5..7 => Account::Requesters(RequesterId(number as u16 - 5)),
            _ => Account::Node(NodeId(number - 7)),
        }
    }

    proptest! {
        /// Whatever is posted, each asset sums to zero and nobody owes who may not.
        #[test]
        fn money_is_conserved(postings in prop::collection::vec((0u32..10, 0u32..10, 0i64..1000, any::<bool>()), 0..200)) {
            let mut ledger = Ledger::open(2, 3);
            for (from, to, amount, token) in postings {
                let asset = if token { Asset::Token } else { Asset::Credit };
                let payer = account(from);
                if may_owe(payer) || ledger.balance(payer, asset).0 >= amount {
                    ledger.transfer(payer, account(to), asset, Money(amount));
                }
                ledger.assert_balanced();
                for held in (0..10).map(account).filter(|held| !may_owe(*held)) {
                    prop_assert!(ledger.balance(held, asset).0 >= 0);
                }
            }
        }
    }

    /// Three of the largest amounts are more than one of them; the books know it, and show the largest.
    #[test]
    fn books_hold_more_than_an_amount() {
        let mut ledger = Ledger::open(1, 1);
        let (payer, payee) = (Account::Requesters(RequesterId(0)), Account::Node(NodeId(0)));
        (0..3).for_each(|_| ledger.transfer(payer, payee, Asset::Credit, Money(i64::MAX)));
        assert_eq!(ledger.balance(payee, Asset::Credit), Money(i64::MAX));
        (0..3).for_each(|_| ledger.transfer(payee, payer, Asset::Credit, Money(i64::MAX)));
        assert_eq!(ledger.balance(payee, Asset::Credit), Money::ZERO);
        ledger.assert_balanced();
    }

    #[test]
    #[should_panic(expected = "cannot pay")]
    fn nobody_pays_what_he_has_not() {
        Ledger::open(0, 1).transfer(Account::Node(NodeId(0)), Account::Burn, Asset::Token, Money(1));
    }
}
