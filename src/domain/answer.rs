//! Answers and what is made of them (model §7): kinds of wrong answers, keys by which answers agree, votes, evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The ways an answer can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Wrong {
    /// A cheaper model answered in the place of the one asked for.
    Substitute,
    /// The work was left out.
    Skip,
    /// Somebody else's answer was copied.
    Copy,
    /// The answer was changed on purpose.
    Tamper,
    /// An honest mistake.
    Error,
}

impl Wrong {
    /// All of them, in the order of their numbers.
    pub const ALL: [Wrong; 5] = [Wrong::Substitute, Wrong::Skip, Wrong::Copy, Wrong::Tamper, Wrong::Error];

    /// The names with what they say, in the order of their numbers.
    pub const WORDS: &[(&str, &str)] = &[
        ("substitute", "a cheaper model answered in the place of the one asked for"),
        ("skip", "the work was left out"),
        ("copy", "another node's answer was copied"),
        ("tamper", "the answer was changed on purpose"),
        ("error", "an honest mistake"),
    ];

    /// The name, as tables show it.
    pub fn name(self) -> &'static str {
        Wrong::WORDS[self as usize].0
    }
}

/// An answer as others can compare it: two answers agree if their keys are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// 0 for the right answer.
    pub key: u64,
    /// How it is wrong, if it is.
    pub wrong: Option<Wrong>,
}

impl Answer {
    /// The answer asked for.
    pub const RIGHT: Answer = Answer { key: 0, wrong: None };

    /// A wrong answer with this key; never agrees with the right one.
    pub fn wrong(wrong: Wrong, key: u64) -> Answer {
        Answer { key: key.max(1), wrong: Some(wrong) }
    }

    /// What stands for an answer that is not there; it agrees with nothing.
    pub const NONE: Answer = Answer { key: u64::MAX, wrong: Some(Wrong::Skip) };

    /// Whether it is a wrong one, and no honest mistake.
    pub fn is_deliberate(self) -> bool {
        self.wrong.is_some_and(|kind| kind != Wrong::Error)
    }

    /// Whether it is the answer asked for.
    #[inline]
    pub fn is_right(self) -> bool {
        self.wrong.is_none()
    }
}

/// When a requester begins to rely on an answer (model §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// As soon as it is there.
    Answered,
    /// When the checks it waits for have let it pass.
    #[default]
    Accepted,
    /// When nothing can revoke it any more.
    Final,
    /// At the first of these such that waiting for any later one costs no less than it protects.
    WhenWorthIt,
}

impl Use {
    /// The names with what they say, in their order.
    pub const WORDS: &[(&str, &str)] = &[
        ("answered", "as soon as the answer is there"),
        ("accepted", "when the checks it waits for have let it pass"),
        ("final", "when nothing can revoke it any more"),
        ("when-worth-it", "at the first of these such that waiting for any later one costs no less than it protects"),
    ];

    /// The name, as tables show it.
    pub fn name(self) -> &'static str {
        Use::WORDS[self as usize].0
    }
}

/// What a checker says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Whether it raises an alarm.
    pub alarm: bool,
    /// Whether it looked at all.
    pub looked: bool,
}

/// What moves an opinion of a party (model §7); nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// An answer was accepted without a check.
    Unchecked,
    /// A check was passed, or enough copies agreed with its own.
    Passed,
    /// A check failed and the failure was upheld, or its copy was outvoted.
    Failed,
    /// Of a checker: its vote was the verdict.
    Upheld,
    /// Of a checker: its alarm was overturned, or its approval refuted.
    Overturned,
    /// A result was revoked.
    Revoked,
}

impl Evidence {
    /// Whether it speaks for the party.
    pub fn is_good(self) -> bool {
        matches!(self, Evidence::Unchecked | Evidence::Passed | Evidence::Upheld)
    }
}
