//! When an answer is accepted, given the votes of those who checked it (model §9).

pub mod any_alarm;

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
    /// What it remembers.
    type Memory: Clone;

    /// What it remembers at first.
    fn memory(&self) -> Self::Memory;

    /// The verdict as soon as no vote still to come can change it; `None` while one can.
    fn decide(&self, memory: &mut Self::Memory, votes: &Votes) -> Option<Verdict>;

    /// The probability that an answer is accepted if each of `checkers` of equal stake votes, independently, and approves with
    /// probability `approves`.
    fn odds(&self, memory: &mut Self::Memory, checkers: u32, approves: f64) -> f64;
}

crate::policy::policies! {
    kind "verdict": VerdictTable, VerdictRule, VerdictName, VerdictMemory;
    rules {
        any_alarm: AnyAlarm,
    }
    methods {
        /// The verdict as soon as no vote still to come can change it.
        fn decide(votes: &Votes) -> Option<Verdict>;
        /// The probability that an answer is accepted.
        fn odds(checkers: u32, approves: f64) -> f64;
    }
}
