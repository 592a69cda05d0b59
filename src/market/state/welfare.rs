//! What came of all jobs that have left, whatever is counted elsewhere: the sums that welfare is made of (model §16).

use serde::{Deserialize, Serialize};

use crate::domain::ids::{IdVec, PartyId};
use crate::domain::money::Money;
use crate::domain::record::JobRecord;

/// Sums over the jobs that have left, and over the parties, in micro-credits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WelfareSums {
    /// What right answers used in time were worth at their use.
    pub delivered: i128,
    /// What wrong answers in use cost.
    pub harm: i128,
    /// What requesters paid, less what came back.
    pub charged: i128,
    /// What parties paid of their costs.
    pub costs_paid: i128,
    /// What each party paid of its costs; empty where none does.
    paid_by: IdVec<PartyId, Money>,
}

impl WelfareSums {
    /// At the start of time, for so many parties that pay their costs.
    pub fn open(parties: usize) -> WelfareSums {
        WelfareSums { paid_by: vec![Money::ZERO; parties].into_iter().collect(), ..WelfareSums::default() }
    }

    /// What a party paid of its costs.
    pub fn paid_by(&self, party: PartyId) -> Money {
        self.paid_by.get(party).copied().unwrap_or_default()
    }

    /// A party pays so much of its costs.
    pub fn pay(&mut self, party: PartyId, amount: Money) {
        self.paid_by[party] += amount;
        self.costs_paid += i128::from(amount.0);
    }

    /// A job leaves.
    #[inline]
    pub fn note(&mut self, record: &JobRecord) {
        self.delivered += i128::from(record.delivered.0);
        self.harm += i128::from(record.harm.0);
        self.charged += i128::from(record.charged().0);
    }
}
