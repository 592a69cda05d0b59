//! The digest of a run: 128 bits over every fact and every record, in order. Two runs are the same run exactly if their
//! digests are equal (up to a chance of 2⁻¹²⁸); checkpoints say where two runs part.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::record::{CheckRecord, JobRecord};
use crate::engine::time::Time;

/// How many facts lie between two checkpoints.
pub const CHECKPOINT: u64 = 65_536;

/// A running digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    state: [u64; 2],
    facts: u64,
    checkpoints: Vec<[u64; 2]>,
}

impl Default for Digest {
    fn default() -> Self {
        // Digits of π and of e, so that nothing is hidden in them.
        Digest { state: [0x243f_6a88_85a3_08d3, 0xb7e1_5162_8aed_2a6b], facts: 0, checkpoints: Vec::new() }
    }
}

impl Digest {
    /// Covers a fact by its words; which they are, the table of facts says.
    #[inline(always)]
    pub fn note(&mut self, now: Time, [a, b, c]: [u64; 3]) {
        self.fold(now.0 ^ a.wrapping_mul(0x9e37_79b9_7f4a_7c15), b ^ c.rotate_left(32));
        self.facts += 1;
        if self.facts.is_multiple_of(CHECKPOINT) {
            self.check_point();
        }
    }

    #[cold]
    fn check_point(&mut self) {
        self.checkpoints.push(self.state);
    }

    /// How many facts it covers.
    pub fn facts(&self) -> u64 {
        self.facts
    }

    /// The digest after every 65 536 facts.
    pub fn checkpoints(&self) -> impl Iterator<Item = String> + '_ {
        self.checkpoints.iter().map(|state| format!("{:016x}{:016x}", state[0], state[1]))
    }

    /// Two words into the state: a multiplication of 64 × 64 bits whose halves are folded into the two lanes.
    #[inline(always)]
    fn fold(&mut self, first: u64, second: u64) {
        let wide = (self.state[0] ^ first) as u128 * ((self.state[1] ^ second) | 1) as u128;
        let (low, high) = (wide as u64, (wide >> 64) as u64);
        // The words come in once more, so that nothing is lost where the product is zero.
        self.state[0] = low.rotate_left(29) ^ first;
        self.state[1] = (high ^ low.rotate_left(17)).wrapping_add(second);
    }

    /// Covers what the facts of a job's life have not said: call it after the fact that the record comes with.
    #[inline]
    pub fn record(&mut self, record: &JobRecord) {
        let at = &record.at;
        self.fold(at.used.0 ^ at.accepted.0.rotate_left(32), at.finalised.0 ^ at.paid.0.rotate_left(32));
        self.fold(record.work.0, record.expected_work.0);
        self.fold(record.deadline.0, record.value.0 as u64);
        self.fold(record.coordination_price.0 as u64, record.verification_price.0 as u64);
        self.fold(pair(record.offers as u32, record.client), pair(record.input_tokens, record.output_tokens));
    }

    /// Covers what the fact of a check has not said: its work. The other words are those of a job that has only been asked for, as
    /// they have been since before checks had records of their own.
    #[inline]
    pub fn check(&mut self, record: &CheckRecord) {
        let never = Time::NEVER.0 ^ Time::NEVER.0.rotate_left(32);
        self.fold(never, never);
        self.fold(record.work.0, 0);
        self.fold(Time::NEVER.0, 0);
        self.fold(0, 0);
        self.fold(0, 0);
    }
}

impl fmt::Display for Digest {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut end = self.clone();
        end.fold(self.facts, 0);
        end.fold(0, self.facts);
        write!(f, "{:016x}{:016x}", end.state[0], end.state[1])
    }
}

fn pair(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(facts: &[(u64, [u64; 3])]) -> String {
        let mut digest = Digest::default();
        facts.iter().for_each(|(now, words)| digest.note(Time(*now), *words));
        digest.to_string()
    }

    /// After many facts of small numbers every bit of the state is set about half of the time: nothing degenerates.
    #[test]
    fn the_state_stays_mixed() {
        let mut digest = Digest::default();
        let mut ones = [0u32; 128];
        for now in 0..10_000 {
            digest.note(Time(now / 3), [14 << 56, now % 5, 0]);
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += (digest.state[bit / 64] >> (bit % 64) & 1) as u32;
            }
        }
        // Binomial(10 000, 1/2): standard deviation 50; the limit is |z| 4.89.
        assert!(ones.iter().all(|&count| (count as f64 - 5000.0).abs() < 4.89 * 50.0), "{ones:?}");
    }

    #[test]
    fn order_time_and_content_count() {
        let (failed, reached) = ([14 << 56, 1, 0], [4 << 56 ^ 1, 0, 0]);
        let digests = [
            digest(&[]),
            digest(&[(1, failed)]),
            digest(&[(2, failed)]),
            digest(&[(1, [14 << 56, 2, 0])]),
            digest(&[(1, [14 << 56, 1, 1])]),
            digest(&[(1, failed), (1, reached)]),
            digest(&[(1, reached), (1, failed)]),
            digest(&[(1, failed), (1, failed)]),
        ];
        for (index, one) in digests.iter().enumerate() {
            assert_eq!(one.len(), 32);
            assert!(digests[..index].iter().all(|other| other != one), "{index}");
        }
        assert_eq!(digest(&[(1, failed)]), digest(&[(1, failed)]));
    }
}
