//! When an answer is accepted, given the votes of those who checked it (model §9).

pub mod any_alarm;
pub mod majority;
pub mod quorum;
pub mod stake_weighted;
pub mod unanimous;

use crate::domain::acceptance::Threshold;

/// Votes so far. Stakes are in micro-tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Votes {
    /// Checkers asked.
    pub asked: u32,
    /// Approvals.
    pub approvals: u32,
    /// Alarms.
    pub alarms: u32,
    /// Checkers that will never answer.
    pub missing: u32,
    /// Stakes of all asked.
    pub stake_asked: u64,
    /// Stakes behind approvals.
    pub stake_approving: u64,
    /// Stakes behind alarms.
    pub stake_alarming: u64,
    /// Stakes of those that will never answer.
    pub stake_missing: u64,
}

/// What the votes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Verdict {
    /// The answer is accepted.
    Accepted,
    /// The answer is refused.
    Refused,
    /// No votes that may still come could decide.
    Unresolved,
}

/// A verdict rule.
pub trait Rule {
    /// The verdict as soon as no vote still to come can change it; `None` while one can.
    fn decide(&self, votes: &Votes) -> Option<Verdict>;

    /// How many of `checkers` of equal stake must approve.
    fn threshold(&self, checkers: u32) -> Threshold;

    /// Of so many heads, or of so much stake where votes count by that: how much must approve.
    fn needed(&self, asked: u64) -> u64 {
        self.threshold(asked as u32).needed(asked as u32).into()
    }

    /// Whether votes count by the stakes behind them.
    fn weighs_stakes(&self) -> bool {
        false
    }
}

crate::policy::policies! {
    kind "verdict": VerdictTable, VerdictRule, VerdictName;
    rules {
        any_alarm: AnyAlarm,
        majority: Majority,
        quorum: Quorum,
        stake_weighted: StakeWeighted,
        unanimous: Unanimous,
    }
    methods {
        /// The verdict as soon as no vote still to come can change it.
        fn decide(votes: &Votes) -> Option<Verdict>;
        /// How many of the checkers must approve.
        fn threshold(checkers: u32) -> Threshold;
        /// Of so many heads, or of so much stake where votes count by that: how much must approve.
        fn needed(asked: u64) -> u64;
        /// Whether votes count by the stakes behind them.
        fn weighs_stakes() -> bool;
    }
}

/// What is counted of votes: heads, or stakes.
#[derive(Clone, Copy)]
struct Count {
    asked: u64,
    approving: u64,
    alarming: u64,
    missing: u64,
}

impl Votes {
    /// How many have voted.
    pub fn cast(&self) -> u32 {
        self.approvals + self.alarms
    }

    /// Whether all that were asked have voted, or will never.
    pub fn are_all_in(&self) -> bool {
        self.cast() + self.missing >= self.asked
    }

    fn heads(&self) -> Count {
        let [asked, approving, alarming, missing] =
            [self.asked, self.approvals, self.alarms, self.missing].map(u64::from);
        Count { asked, approving, alarming, missing }
    }

    fn stakes(&self) -> Count {
        Count {
            asked: self.stake_asked,
            approving: self.stake_approving,
            alarming: self.stake_alarming,
            missing: self.stake_missing,
        }
    }
}

impl Count {
    /// Accepted once `needed` approve; refused once so many are alarmed that they could not even if all the others did;
    /// unresolved where those that never answer leave neither to come about. Where `needed` are not even asked, or none is
    /// needed, no vote could decide.
    fn decide(self, needed: u64) -> Option<Verdict> {
        let Count { asked, approving, alarming, missing } = self;
        if needed == 0 || needed > asked {
            return Some(Verdict::Unresolved);
        }
        let open = asked - approving - alarming - missing;
        // More alarms than this, and what is needed cannot come together.
        let spare = asked - needed;
        match () {
            () if approving >= needed => Some(Verdict::Accepted),
            () if alarming > spare => Some(Verdict::Refused),
            () if approving + open < needed && alarming + open <= spare => Some(Verdict::Unresolved),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests;
