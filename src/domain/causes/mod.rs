//! Who caused that a wrong answer was used (model §13): the repair game of one answer, and what the public record tells of it.
//!
//! A wrong answer was used. Any set of the parties that had a hand in it may be made honest, each at the uniforms it drew. A wrong
//! answer given on purpose becomes right, an honest error stays wrong, a checker that did not look looks, a broken vendor is whole.
//! The set *stops* the answer if it would then not have been used: v(S) = 1. The Shapley value of v is each party's share of the
//! cause, and 1 − v(all) the share of nobody (L. Shapley, A Value for n-Person Games, 1953).
//!
//! [`shares`] is that value by enumeration. Parties that are alike are one class, so that the states number ∏ (nᵢ + 1) and not
//! 2ⁿ. With one check, m alarms missing and b careless checkers whose look would have raised one, it has a closed form
//! ([`Guarding::shares`]).
//!
//! [`predicted`] is the expectation of the same value by what is public: the method, the parties, their votes, and the opinions
//! of them at that time.

mod known;
mod predicted;
mod repair;

pub use known::{CauseRecord, Guard, Guarding, Level, Origin, Part, Role};
pub use predicted::{LEAST, Predicted, Public, PublicCheck, PublicVote, Ring, Wrongs, predicted};
pub use repair::{Shares, shares, states};

#[cfg(test)]
mod tests;
