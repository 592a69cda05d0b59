//! What a draw is for. Every keyed draw and every stream names its purpose, so that adding one disturbs no other.

use crate::engine::random::{KeyedRng, Seed, key};

use super::record::JobKey;

/// Draws for a job: one draw per purpose and index, addressed by the job's key.
#[inline]
pub fn draw(seed: Seed, purpose: Purpose, job: JobKey, index: DrawIndex) -> KeyedRng {
    KeyedRng::new(key(seed, purpose as u32, job.source.0 as u64, job.index, index.0))
}

/// Which of a job's draws for one purpose: 32 bits in which attempts, copies, checks, checkers and rounds have places of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawIndex(u32);

/// Where the number of a check or of a copy begins; below it is that of an attempt or of a checker.
const CHECK: u32 = 16;

/// Where the round of checks begins.
const ROUND: u32 = 20;

impl DrawIndex {
    /// A method has at most so many checks.
    pub const CHECKS: usize = 1 << (ROUND - CHECK);

    /// What is drawn once in the life of a job.
    pub const ONCE: DrawIndex = DrawIndex(0);

    /// What is drawn once per attempt.
    #[inline]
    pub fn attempt(attempt: u16) -> DrawIndex {
        DrawIndex(attempt.into())
    }

    /// What is drawn once per copy of an attempt. The first copy has the index of the attempt.
    #[inline]
    pub fn copy(attempt: u16, copy: u8) -> DrawIndex {
        DrawIndex(u32::from(attempt) | u32::from(copy) << CHECK)
    }

    /// What is drawn whenever nodes are asked: at an attempt, and at each renegotiation in it.
    #[inline]
    pub fn asking(attempt: u16, renegotiations: u16) -> DrawIndex {
        DrawIndex(u32::from(attempt) | u32::from(renegotiations) << 16)
    }

    /// What is drawn for each copy whenever nodes are asked. Attempts are fewer than 2¹⁴, copies fewer than 2⁸, and after 2¹⁰
    /// renegotiations the draws come again.
    #[inline]
    pub fn choice(attempt: u16, renegotiations: u16, copy: u8) -> DrawIndex {
        DrawIndex(u32::from(attempt) | (u32::from(renegotiations) & 0x3ff) << 14 | u32::from(copy) << 24)
    }

    /// What is drawn once per check of an attempt.
    #[inline]
    pub fn attempt_check(attempt: u16, check: u8, round: u8) -> DrawIndex {
        DrawIndex(u32::from(attempt) | u32::from(check) << CHECK | u32::from(round) << ROUND)
    }

    /// What is drawn once per check.
    #[inline]
    pub fn check(check: u8, round: u8) -> DrawIndex {
        DrawIndex(u32::from(check) | u32::from(round) << ROUND)
    }

    /// What is drawn once per checker.
    #[inline]
    pub fn checker(check: u8, checker: u16, round: u8) -> DrawIndex {
        DrawIndex(u32::from(checker) | u32::from(check) << CHECK | u32::from(round) << ROUND)
    }

    /// The same for a purpose that serves executions too: it is the index of no attempt and of no copy.
    #[inline]
    pub fn apart_from_executions(self) -> DrawIndex {
        DrawIndex(self.0 ^ 1 << 31)
    }
}

/// A closed list; the numbers are never reused, because a draw's value depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Stream: the gaps between the arrivals of a source.
    Arrivals = 1,
    /// Stream: failures and repairs of a node.
    Failures = 2,
    /// Draw: the class of a job from its source's mix.
    Class = 10,
    /// Draw: the work of a job.
    Work = 11,
    /// Draw: the input tokens of a job.
    InputTokens = 12,
    /// Draw: the output tokens of a job.
    OutputTokens = 13,
    /// Draw: what a right answer is worth to the requester.
    Value = 14,
    /// Draw: how long the requester waits for service to begin.
    Patience = 15,
    /// Draw: which nodes are asked for an offer; n is the attempt.
    Pool = 16,
    /// Draw: which of equal offers is taken; n is the attempt.
    Choice = 17,
    /// Draw: how long the work really takes; n is the attempt.
    Noise = 18,
    /// Draw: jitter of the way to the node; n is the attempt.
    RequestJitter = 19,
    /// Draw: jitter of the way back; n is the attempt.
    ResponseJitter = 20,
    /// Draw: whether an attempt ends without an answer; n is the attempt.
    Flake = 21,
    /// Draw: which waiting job is served next, where the discipline is random.
    Discipline = 22,
    /// Draw: an attempt's conduct and the answer it gives; n is the attempt.
    Answer = 23,
    /// Draw: whether a check takes place; n is the attempt and the check.
    Sampling = 26,
    /// Draw: who checks; n is the attempt and the check.
    Selection = 27,
    /// Draw: how long a check takes; n is the check and the checker.
    CheckTime = 28,
    /// Draw: what a checker says; n is the check and the checker.
    Vote = 29,
    /// Draw: how long a proof takes to make; n is the check.
    ProofTime = 30,
    /// Draw: who makes a proof; n is the check.
    Prover = 31,
    /// Draw: what is added to the price of gas; n is the attempt.
    Tip = 32,
    /// Draw: whether a watcher looks at an accepted answer; n is the check and the watcher.
    Attention = 33,
    /// Draw: whether a right copy differs bit for bit from the others; n is the attempt and the copy.
    Mismatch = 38,
    /// Draw: whether a node can tell a canary from a job; n is the check.
    Canary = 70,
    /// Draw: whether a vendor is broken for a job; n is the vendor.
    Vendor = 71,
    /// Draw: whether checkers are shown a forced error; n is the check.
    Forced = 72,
    /// Draw: whom a shock strikes; the source is the shock, the index how often it has begun, n the party.
    Struck = 73,
    /// Draw: how long until a shock begins; the source is the shock, the index how often it has begun.
    ShockGap = 74,
    /// Draw: whether a source asks for a job that a shock leaves out; n is 0.
    LeftOut = 75,
    /// Stream: the gaps between the extra arrivals of a shock.
    Surge = 76,
    /// Stream: the steps of a series outside the market.
    Series = 77,
    /// Stream: when a party decides whether to leave or to come, and how.
    Participation = 95,
    /// Draw: what a party has to live on.
    Savings = 96,
    /// Draw: when a canary is due at a node; n is the part of the epoch.
    CanaryDue = 90,
    /// Draw: what moves prices from outside; n is the channel's interval.
    Price = 50,
    /// Draw: the traits of a node (speed, price, stake, memory), n is the trait.
    NodeTrait = 40,
    /// Draw: the phase of a node's heartbeat.
    Heartbeat = 41,
    /// Draw: when a job is asked for in a stationary twin.
    Shuffle = 45,
    /// Draw: whether a job is among those recorded one by one.
    Recorded = 60,
    /// Stream: what probes ask for.
    Probe = 61,
    /// Draw: how many earlier results a job consumes.
    InputCount = 63,
    /// Draw: which of the results in use is an input of a job; n is the input.
    Input = 64,
    /// Draw: whether a wrong input makes the result wrong; n is the input.
    Inherit = 65,
    /// Draw: where a study's design puts its points.
    Design = 80,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The bits of the first round are those of all results so far.
    #[test]
    fn the_first_round_keeps_its_bits() {
        let indices = [
            (DrawIndex::ONCE, 0),
            (DrawIndex::attempt(3), 3),
            (DrawIndex::copy(3, 5), 0x5_0003),
            (DrawIndex::asking(3, 7), 0x7_0003),
            (DrawIndex::choice(3, 0x407, 5), 5 << 24 | 7 << 14 | 3),
            (DrawIndex::attempt_check(3, 5, 0), 0x5_0003),
            (DrawIndex::check(5, 0), 5),
            (DrawIndex::checker(5, 127, 0), 0x5_007f),
            (DrawIndex::checker(5, 127, 0).apart_from_executions(), 0x8005_007f),
        ];
        for (index, bits) in indices {
            assert_eq!(index, DrawIndex(bits), "{bits:#x}");
        }
    }

    /// No two checkers share an index, whatever their checks and rounds, and none has that of an execution.
    #[test]
    fn rounds_checks_and_checkers_are_told_apart() {
        let mut seen = BTreeSet::new();
        for (round, check, checker) in [0, 1, 255]
            .into_iter()
            .flat_map(|round| (0..DrawIndex::CHECKS as u8).map(move |check| (round, check)))
            .flat_map(|(round, check)| [0, 1, 127, u16::MAX].map(move |checker| (round, check, checker)))
        {
            assert!(seen.insert(DrawIndex::checker(check, checker, round).apart_from_executions().0));
        }
        for copy in 0..=u8::MAX {
            assert!(seen.insert(DrawIndex::copy(0x3fff, copy).0));
        }
        let checks: BTreeSet<u32> = (0..=u8::MAX)
            .flat_map(|round| (0..DrawIndex::CHECKS as u8).map(move |check| DrawIndex::check(check, round).0))
            .collect();
        assert_eq!(checks.len(), 256 * DrawIndex::CHECKS);
    }
}
