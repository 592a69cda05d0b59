//! What a draw is for. Every keyed draw and every stream names its purpose, so that adding one disturbs no other.

use crate::engine::random::{KeyedRng, Seed, key};

use super::record::JobKey;

/// Draws for a job: one draw per purpose and number, addressed by the job's key.
#[inline]
pub fn draw(seed: Seed, purpose: Purpose, job: JobKey, n: u32) -> KeyedRng {
    KeyedRng::new(key(seed, purpose as u32, job.source.0 as u64, job.index, n))
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
    /// Draw: what moves prices from outside; n is the channel's interval.
    Price = 50,
    /// Draw: the traits of a node (speed, price, stake, memory), n is the trait.
    NodeTrait = 40,
    /// Draw: the phase of a node's heartbeat.
    Heartbeat = 41,
    /// Draw: whether a job is among those recorded one by one.
    Recorded = 60,
    /// Draw: where a study's design puts its points.
    Design = 80,
}
