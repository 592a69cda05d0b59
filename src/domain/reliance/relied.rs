//! What is written down when an answer comes into use.

use super::Account;
use crate::domain::ids::{ClassId, MethodId, PartyId, RequesterId};
use crate::domain::money::Money;
use crate::domain::record::JobKey;
use crate::engine::time::Time;

/// Somebody who is relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A node or a validator.
    Party(PartyId),
    /// A vendor, by its place among those of the scenario.
    Vendor(u8),
    /// One of so many watchers, who are alike.
    Watcher(u32),
}

/// What one party holds of the trust in an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Who.
    pub holder: Holder,
    /// φ: its part of the trust.
    pub reliance: f64,
    /// ρ: how much likelier it alone can make a wrong answer pass.
    pub lone: f64,
}

/// An answer that came into use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relied {
    /// The job.
    pub key: JobKey,
    /// Its class.
    pub class: ClassId,
    /// How the answer is verified.
    pub method: MethodId,
    /// Who relies on it.
    pub requester: RequesterId,
    /// When the job was asked for.
    pub asked: Time,
    /// When the answer came into use.
    pub at: Time,
    /// What a right answer is worth.
    pub value: Money,
    /// Whether it is right.
    pub is_right: bool,
    /// Whether some checker has looked at it by then.
    pub examined: bool,
    /// Where trust in it sits as the requester believes.
    pub believed: Account,
    /// The same as the conduct of all parties has it.
    pub actual: Account,
    /// The effective number of holders of what is believed; missing where nobody holds anything.
    pub holders: Option<f64>,
    /// The largest share.
    pub largest: Option<f64>,
    /// ½ Σ |believed share − actual share|.
    pub misplaced: Option<f64>,
    /// The largest ρ.
    pub lone_most: f64,
    /// How many parties it relies on.
    pub parties: u32,
}

impl Relied {
    /// How much riskier the answer is than is believed: actual less believed ω.
    pub fn blind_risk(&self) -> f64 {
        self.actual.open_risk - self.believed.open_risk
    }
}
