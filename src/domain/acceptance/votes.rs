//! How likely enough of several votes approve: binomial tails, tails of votes that differ, and draws without replacement.

use crate::maths;

/// The most votes of a check whose parties differ; the sums below are kept in arrays of so many.
pub const VOTES: usize = 128;

/// A draw takes parties out of the pool that it leaves behind. Where it takes no more than one in so many of them, that is left out of
/// account.
const FEW: u64 = 20;

/// How many votes of equal weight must approve for an answer to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// All of them.
    Every,
    /// So many.
    AtLeast(u32),
}

impl Threshold {
    /// How many of so many votes must approve.
    pub fn needed(self, votes: u32) -> u32 {
        match self {
            Threshold::Every => votes,
            Threshold::AtLeast(least) => least,
        }
    }

    /// The probability that enough of `votes` approve if each does so independently with probability `approves`. Where none is
    /// asked or none is needed, nothing is accepted.
    pub fn alike(self, votes: u32, approves: f64) -> f64 {
        match self {
            _ if self.needed(votes) == 0 => 0.0,
            _ if votes == 1 && self.needed(1) == 1 => approves,
            Threshold::Every => maths::pow(approves, f64::from(votes)),
            Threshold::AtLeast(least) => binomial_tail(votes, least, approves),
        }
    }

    /// The same for `count` votes of parties drawn without replacement from a pool: of each stratum its members, and the probability
    /// that a member approves. At most [`VOTES`], and at most as many as there are.
    ///
    /// Where the draw is a small part of the pool, each vote is taken to approve with the mean probability. Otherwise the strata are
    /// gone through one after the other: how many of each are drawn is hypergeometric, and their approvals are binomial.
    pub fn drawn(self, count: u32, pool: &[(u32, f64)]) -> f64 {
        let all: u64 = pool.iter().map(|(members, _)| u64::from(*members)).sum();
        assert!(u64::from(count) <= all, "{count} cannot be drawn from {all}");
        if u64::from(count) * FEW <= all {
            return self.alike(count, mean(pool));
        }
        let (drawn, needed) = (count as usize, self.needed(count) as usize);
        assert!(drawn <= VOTES, "{count} votes");
        if needed == 0 || needed > drawn {
            return 0.0;
        }
        let mut rows = vec![Approvals::never(needed); drawn + 1];
        rows[0] = Approvals::none(needed);
        let mut left = all;
        for &(members, approves) in pool {
            let mut next = vec![Approvals::never(needed); drawn + 1];
            for (before, row) in rows.iter().enumerate().filter(|(_, row)| row.may_be()) {
                let wanted = (drawn - before) as u32;
                let (chances, mut row) = (hypergeometric(left, members, wanted), *row);
                for more in 0..=members.min(wanted) as usize {
                    next[before + more].add(&row, chances[more]);
                    row.vote(approves);
                }
            }
            rows = next;
            left -= u64::from(members);
        }
        rows[drawn].enough()
    }
}

/// The mean probability that a member of a pool approves.
fn mean(pool: &[(u32, f64)]) -> f64 {
    let all: f64 = pool.iter().map(|(members, _)| f64::from(*members)).sum();
    pool.iter().map(|(members, approves)| f64::from(*members) * approves).sum::<f64>() / all
}

/// How many have approved so far, each number up to the one needed with its probability: the generating polynomial of the approvals.
#[derive(Clone, Copy)]
pub struct Approvals {
    chances: [f64; VOTES + 1],
    needed: usize,
}

impl Approvals {
    /// Before any vote, when `needed` must approve, from 1 to [`VOTES`].
    pub fn none(needed: usize) -> Approvals {
        let mut approvals = Approvals::never(needed);
        approvals.chances[0] = 1.0;
        approvals
    }

    /// What has probability 0.
    fn never(needed: usize) -> Approvals {
        assert!((1..=VOTES).contains(&needed), "{needed} approvals are needed");
        Approvals { chances: [0.0; VOTES + 1], needed }
    }

    fn may_be(&self) -> bool {
        self.chances[..=self.needed].iter().any(|chance| *chance > 0.0)
    }

    /// One more vote, independent of the others, that approves with this probability.
    pub fn vote(&mut self, approves: f64) {
        let needed = self.needed;
        self.chances[needed] += self.chances[needed - 1] * approves;
        for number in (1..needed).rev() {
            self.chances[number] = self.chances[number] * (1.0 - approves) + self.chances[number - 1] * approves;
        }
        self.chances[0] *= 1.0 - approves;
    }

    /// With probability `all`, the last `votes` are no votes of their own but approvals of one party: `before` is what was there
    /// without them.
    pub fn or_all(&mut self, all: f64, before: &Approvals, votes: usize) {
        self.chances.iter_mut().for_each(|chance| *chance *= 1.0 - all);
        for (number, chance) in before.chances[..=self.needed].iter().enumerate() {
            self.chances[(number + votes).min(self.needed)] += all * chance;
        }
    }

    fn add(&mut self, others: &Approvals, chance: f64) {
        self.chances.iter_mut().zip(&others.chances).for_each(|(sum, other)| *sum += chance * other);
    }

    /// The probability that as many approve as are needed.
    pub fn enough(&self) -> f64 {
        self.chances[self.needed]
    }
}

/// The probability that at least `needed` of some independent events come about, each with its probability; at most [`VOTES`] are
/// needed, and at least one.
pub fn at_least(needed: u32, chances: impl Iterator<Item = f64>) -> f64 {
    let mut approvals = Approvals::none(needed as usize);
    chances.for_each(|chance| approvals.vote(chance));
    approvals.enough()
}

/// The probabilities that 0, 1, 2, … of `drawn` are marked, drawn without replacement from `all` of which `marked` are.
/// All are had from the likeliest by the ratio of neighbours, and divided by their sum.
fn hypergeometric(all: u64, marked: u32, drawn: u32) -> [f64; VOTES + 1] {
    let others = all - u64::from(marked);
    let (low, high) = (u64::from(drawn).saturating_sub(others) as usize, marked.min(drawn) as usize);
    let mut chances = [0.0; VOTES + 1];
    let (marked, drawn, others) = (f64::from(marked), f64::from(drawn), others as f64);
    let ratio = |number: usize| {
        let number = number as f64;
        (marked - number) * (drawn - number) / ((number + 1.0) * (others - drawn + number + 1.0))
    };
    let peak = ((drawn + 1.0) * (marked + 1.0) / (all as f64 + 2.0)) as usize;
    let peak = peak.clamp(low, high);
    chances[peak] = 1.0;
    for number in peak..high {
        chances[number + 1] = chances[number] * ratio(number);
    }
    for number in (low..peak).rev() {
        chances[number] = chances[number + 1] / ratio(number);
    }
    let sum: f64 = chances.iter().sum();
    chances.map(|chance| chance / sum)
}

/// The probability of at least `least` successes in `count` trials that succeed with probability `p` each; relative
/// accuracy about 1e-12 up to 1024 trials.
///
/// All terms are had from the likeliest one by the ratio of neighbours, (n − k) p / ((k + 1)(1 − p)), and the tail is divided
/// by their sum: every term is positive, so nothing cancels, and no factorial is ever taken.
pub fn binomial_tail(count: u32, least: u32, p: f64) -> f64 {
    match () {
        () if least == 0 => return 1.0,
        () if least > count || p <= 0.0 => return 0.0,
        () if p >= 1.0 => return 1.0,
        () => {}
    }
    let (n, odds) = (f64::from(count), p / (1.0 - p));
    let peak = (((n + 1.0) * p) as u32).min(count);
    let (mut tail, mut others) = (0.0, 0.0);
    let mut add = |k: u32, term: f64| if k >= least { tail += term } else { others += term };
    add(peak, 1.0);
    let mut term = 1.0;
    for k in peak..count {
        term *= (n - f64::from(k)) / (f64::from(k) + 1.0) * odds;
        add(k + 1, term);
    }
    term = 1.0;
    for k in (1..=peak).rev() {
        term *= f64::from(k) / (n - f64::from(k) + 1.0) / odds;
        add(k - 1, term);
    }
    tail / (tail + others)
}

/// The probabilities of 0, 1, 2, … successes in `count` trials that succeed with probability `p` each, had from the likeliest by the ratio
/// of neighbours as in [`binomial_tail`].
pub fn binomial(count: u32, p: f64) -> Vec<f64> {
    let mut chances = vec![0.0; count as usize + 1];
    if p <= 0.0 || p >= 1.0 {
        chances[if p <= 0.0 { 0 } else { count as usize }] = 1.0;
        return chances;
    }
    let (n, odds) = (f64::from(count), p / (1.0 - p));
    let peak = (((n + 1.0) * p) as usize).min(count as usize);
    chances[peak] = 1.0;
    for k in peak..count as usize {
        chances[k + 1] = chances[k] * (n - k as f64) / (k as f64 + 1.0) * odds;
    }
    for k in (1..=peak).rev() {
        chances[k - 1] = chances[k] * k as f64 / (n - k as f64 + 1.0) / odds;
    }
    let sum: f64 = chances.iter().sum();
    chances.iter_mut().for_each(|chance| *chance /= sum);
    chances
}

/// The expected number of votes until a check of `checkers` is decided that accepts at the `needed`-th approval and refuses as soon
/// as that cannot come any more, if each votes independently and approves with probability `approves`. Within
/// [min(q, r), n] for q = `needed`, n = `checkers`, r = n − q + 1.
///
/// The votes end at the q-th approval or at the r-th alarm. The mean of their number N is
/// (q/p) P(Bin(n + 1, p) > q) + (r/(1 − p)) P(Bin(n + 1, 1 − p) > r):
/// the k-th term of its part where the answer is accepted is (q + k) C(q + k − 1, k) pᑫ(1 − p)ᵏ = (q/p) C(q + k, k) pᑫ⁺¹(1 − p)ᵏ,
/// and these sum to the probability that the (q + 1)-th approval comes before the r-th alarm.
pub fn votes_until(checkers: u32, needed: u32, approves: f64) -> f64 {
    if needed == 0 || needed > checkers {
        return 0.0;
    }
    let alarms = checkers - needed + 1;
    let part = |votes: u32, p: f64| match p {
        p if p <= 0.0 => 0.0,
        p => f64::from(votes) / p * binomial_tail(checkers + 1, votes + 1, p),
    };
    part(needed, approves) + part(alarms, 1.0 - approves)
}
