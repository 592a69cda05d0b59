//! When an answer is accepted, given the votes of those who checked it (model §9).

pub mod any_alarm;
pub mod majority;
pub mod quorum;
pub mod stake_weighted;
pub mod unanimous;

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

    /// The probability that an answer is accepted if each of `checkers` of equal stake votes, independently, and approves with
    /// probability `approves`.
    fn odds(&self, checkers: u32, approves: f64) -> f64;

    /// How many of `checkers` of equal stake must approve.
    fn needed(&self, checkers: u32) -> u32;

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
        /// The probability that an answer is accepted.
        fn odds(checkers: u32, approves: f64) -> f64;
        /// How many of the checkers must approve.
        fn needed(checkers: u32) -> u32;
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

#[cfg(test)]
mod tests;
