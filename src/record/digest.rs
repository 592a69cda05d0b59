//! The digest of a run: 128 bits over every fact and every story, in order. Two runs are the same run exactly if their
//! digests are equal (up to a chance of 2⁻¹²⁸); checkpoints say where two runs part.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use crate::domain::story::Story;
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
    /// Covers a fact.
    #[inline(always)]
    pub fn note(&mut self, now: Time, fact: &Fact) {
        let [a, b, c] = words(fact);
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

    /// Covers what the facts of a job's life have not said: call it after the fact that the story comes with.
    #[inline]
    pub fn story(&mut self, story: &Story) {
        let at = &story.at;
        self.fold(at.used.0 ^ at.accepted.0.rotate_left(32), at.finalised.0 ^ at.paid.0.rotate_left(32));
        self.fold(story.work.0, story.expected_work.0);
        self.fold(story.deadline.0, story.value.0 as u64);
        self.fold(story.coordination_price.0 as u64, story.verification_price.0 as u64);
        self.fold(pair(story.offers as u32, story.client), pair(story.input_tokens, story.output_tokens));
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

/// A fact as three words; the first holds its kind. The kinds' numbers are never reused.
#[inline(always)]
fn words(fact: &Fact) -> [u64; 3] {
    let about = |kind: u64, job: &crate::domain::story::JobKey, low: u32| {
        [kind << 56 ^ (job.source.0 as u64) << 32 ^ low as u64, job.index, 0]
    };
    match fact {
        Fact::Asked { job, class } => about(1, job, class.0 as u32),
        Fact::Declined { job, cause } => about(2, job, *cause as u32),
        Fact::Placed { job, node, attempt, price } => {
            let [a, b, _] = about(3, job, node.0);
            [a, b ^ (*attempt as u64) << 48, price.0 as u64]
        }
        Fact::Reached { job, node } => about(4, job, node.0),
        Fact::Bounced { job, node, full } => {
            let [a, b, _] = about(5, job, node.0);
            [a, b, *full as u64]
        }
        Fact::LoadAwaited { job, node, model } => {
            let [a, b, _] = about(6, job, node.0);
            [a, b, model.0 as u64]
        }
        Fact::Started { job, node, waited } => {
            let [a, b, _] = about(7, job, node.0);
            [a, b, waited.0]
        }
        Fact::Preempted { job, node } => about(8, job, node.0),
        Fact::FirstToken { job, node } => about(9, job, node.0),
        Fact::Finished { job, node, whole } => {
            let [a, b, _] = about(10, job, node.0);
            [a, b, *whole as u64]
        }
        Fact::Dropped { job, node } => about(11, job, node.0),
        Fact::Answered { job, node, right } => {
            let [a, b, _] = about(12, job, node.0);
            [a, b, *right as u64]
        }
        Fact::Settled { job, paid, refunded } => {
            let [a, b, _] = about(13, job, 0);
            [a ^ refunded.0 as u64, b, paid.0 as u64]
        }
        Fact::NodeFailed { node } => [14 << 56, node.0 as u64, 0],
        Fact::NodeRepaired { node } => [15 << 56, node.0 as u64, 0],
        Fact::Listed { node } => [16 << 56, node.0 as u64, 0],
        Fact::Delisted { node } => [17 << 56, node.0 as u64, 0],
        Fact::Endowed { account, asset, amount } => [18 << 56 ^ *asset as u64, *account as u64, amount.0 as u64],
        Fact::Negotiated { job, node, price } => {
            let [a, b, _] = about(20, job, node.0);
            [a, b, price.0 as u64]
        }
        Fact::Checked { job, by, check, alarm } => {
            let [a, b, _] = about(21, job, by.0);
            [a, b, u64::from(*check) << 1 | u64::from(*alarm)]
        }
        Fact::CalledOff { job, node } => about(22, job, node.0),
        Fact::Revoked { job, right } => about(23, job, u32::from(*right)),
        Fact::Slashed { job, node, amount } => {
            let [a, b, _] = about(24, job, node.0);
            [a, b, amount.0 as u64]
        }
        Fact::CheckEnded { job, by, check, paid } => {
            let [a, b, _] = about(27, job, by.0);
            [a, b, (paid.0 as u64) << 3 ^ u64::from(*check)]
        }
        Fact::Priced { channel, price } => [25 << 56, u64::from(*channel), price.0 as u64],
        Fact::Block { number, used } => [26 << 56, *number, *used],
        Fact::Closed { job, fate } => about(19, job, *fate as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::NodeId;
    use crate::domain::story::JobKey;

    fn digest(facts: &[(u64, Fact)]) -> String {
        let mut digest = Digest::default();
        facts.iter().for_each(|(now, fact)| digest.note(Time(*now), fact));
        digest.to_string()
    }

    /// After many facts of small numbers every bit of the state is set about half of the time: nothing degenerates.
    #[test]
    fn the_state_stays_mixed() {
        let mut digest = Digest::default();
        let mut ones = [0u32; 128];
        for now in 0..10_000 {
            digest.note(Time(now / 3), &Fact::NodeFailed { node: NodeId(now as u32 % 5) });
            for (bit, count) in ones.iter_mut().enumerate() {
                *count += (digest.state[bit / 64] >> (bit % 64) & 1) as u32;
            }
        }
        // Binomial(10 000, 1/2): standard deviation 50; the limit is |z| 4.89.
        assert!(ones.iter().all(|&count| (count as f64 - 5000.0).abs() < 4.89 * 50.0), "{ones:?}");
    }

    #[test]
    fn order_time_and_content_count() {
        let failed = Fact::NodeFailed { node: NodeId(1) };
        let reached = Fact::Reached { job: JobKey::default(), node: NodeId(1) };
        let digests = [
            digest(&[]),
            digest(&[(1, failed)]),
            digest(&[(2, failed)]),
            digest(&[(1, Fact::NodeFailed { node: NodeId(2) })]),
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
