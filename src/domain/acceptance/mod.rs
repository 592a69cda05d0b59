//! The acceptance formula (model §5.3): how likely an answer is right and accepted, and wrong and accepted. Quotes, what requesters
//! learn from verdicts, and the tests against closed forms go by it; no other place has its arithmetic.
//!
//! An answer is right with trust τ. A checker is *adversarial* with probability x and then approves whatever it sees. Otherwise it
//! looks carefully with probability η, and a careful look raises an alarm with probability d_k at a wrong answer of kind k and with
//! f at a right one. So it approves with u_k = x + (1 − x)(1 − η d_k), or with r = x + (1 − x)(1 − η f). A check takes place with
//! probability s and lets the answer pass with probability 1 − s + s Q, where Q is the chance that enough votes approve. Over the
//! checks c of a plan,
//!
//! - right and accepted: a = (1 − x₀) τ ∏ (1 − s + s Q(r)),
//! - wrong and accepted: ω = Σ_k w_k ∏ (1 − s + s Q(u_k)), with w_k = (1 − x₀)(1 − τ) π_k + x₀ [k is the adversary's kind].
//!
//! Detections are never averaged over kinds, because checks that miss the same kind are not independent.

mod votes;

use serde::{Deserialize, Serialize};

use super::answer::Wrong;
use crate::maths;

pub use votes::{Approvals, Threshold, VOTES, at_least, binomial_tail, votes_until};

/// How many kinds of wrong answers there are.
pub const KINDS: usize = Wrong::ALL.len();

/// What is believed of the kinds of wrong answers: the share of each, or `None` for the one that passes most often.
pub type Kinds = Option<[f64; KINDS]>;

/// How an answer comes about and is checked.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Those that execute: one, or several whose answers are compared.
    pub executors: &'a [Executor],
    /// How many of several answers must agree. Where one is enough, each is as likely to be the first.
    pub agree: u32,
    /// Its checks.
    pub checks: &'a [Check<'a>],
    /// The kinds of the wrong answers of executors that are not adversarial.
    pub kinds: Kinds,
    /// The kind that an adversarial executor answers with; `None`: the one that passes the checks most often when no checker
    /// is adversarial.
    pub adversary: Option<Wrong>,
}

/// A party that executes.
#[derive(Clone, Copy, Debug)]
pub struct Executor {
    /// Its place among the x.
    pub party: usize,
    /// τ: the probability that its answer is right if it is not adversarial.
    pub trust: f64,
}

/// One check.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// s: the probability that it takes place; 1 once it is known to.
    pub takes_place: f64,
    /// Whether the answer is accepted before it.
    pub deferred: bool,
    /// How many must approve. Where votes are weighed by stakes, those that vote are taken to have equal ones.
    pub threshold: Threshold,
    /// Those that vote.
    pub seats: Seats<'a>,
    /// d: the probability that a careful look finds a wrong answer, by kind.
    pub detects: [f64; KINDS],
    /// f: the probability that a careful look takes a right answer for a wrong one.
    pub false_alarm: f64,
}

/// Those that vote in a check.
#[derive(Clone, Copy, Debug)]
pub enum Seats<'a> {
    /// So many of whom the same is believed: none is adversarial, and each is careful with probability `diligence`.
    Alike {
        /// How many.
        count: u32,
        /// η.
        diligence: f64,
    },
    /// So many that are yet to be drawn, all members of the pool alike. No stratum is in another pool or has a seat.
    Drawn {
        /// How many; at most [`VOTES`] without replacement.
        count: u32,
        /// Those that may be drawn.
        pool: &'a [Stratum],
        /// Whether one may be drawn again; each seat then is adversarial or not by itself.
        replaced: bool,
    },
    /// Parties that are known, at most [`VOTES`] seats. One that holds several is adversarial in all of them or in none.
    Taken(&'a [Seat]),
}

/// Members of a pool of which the same is known.
#[derive(Clone, Copy, Debug)]
pub struct Stratum {
    /// Their place among the x; each member is adversarial or not by itself.
    pub party: usize,
    /// How many there are.
    pub members: u32,
    /// η.
    pub diligence: f64,
}

/// A seat of a known party.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Its place among the x.
    pub party: usize,
    /// η.
    pub diligence: f64,
}

/// What becomes of an answer; of each pair, once the blocking checks are past, and once all are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chances {
    /// The probability that it is right, accepted or not.
    pub right: f64,
    /// a: that it is right and accepted.
    pub accepted_right: [f64; 2],
    /// ω: that it is wrong and accepted.
    pub accepted_wrong: [f64; 2],
}

/// What becomes of an answer under this plan, if each party is adversarial with the probability that `x` has at its place,
/// independently of the others.
///
/// Both a and ω are linear in the x of each executor and seat, if shares of kinds are believed and the adversary's kind is
/// given. A party with several places is summed over its two states, so the work doubles with each such party whose state is open.
pub fn accept(plan: &Plan<'_>, x: &[f64]) -> Chances {
    let adversary =
        plan.adversary.map_or_else(|| Passes::of(plan.checks, &vec![0.0; x.len()]).least_seen(), |kind| kind as usize);
    let mut sums = Sums { right: 0.0, passes: Passes { right: [0.0; 2], wrong: [[0.0; 2]; KINDS] }, chosen: [0.0; 2] };
    let shared: Vec<usize> =
        (0..x.len()).filter(|&party| plan.places(party) > 1 && 0.0 < x[party] && x[party] < 1.0).collect();
    sums.add_states(plan, adversary, &shared, (&mut x.to_vec(), 1.0));
    let wrong = sums.passes.expected(&plan.kinds).wrong;
    Chances {
        right: sums.right,
        accepted_right: sums.passes.right,
        accepted_wrong: [0, 1].map(|stage| wrong[stage] + sums.chosen[stage]),
    }
}

/// The probability that some of several checks takes place, of which each does with its own probability.
pub fn some_takes_place(each: impl Iterator<Item = f64>) -> f64 {
    1.0 - each.map(|takes_place| 1.0 - takes_place).product::<f64>()
}

/// How much an observation counts as evidence, where it has one probability if the party is good and another if it is bad: one
/// less the ratio of the smaller to the larger. It is 0 where the observation cannot tell the two apart, and 1 where it proves.
pub fn evidence_weight(less_likely: f64, more_likely: f64) -> f64 {
    if more_likely <= 0.0 { 0.0 } else { (1.0 - less_likely / more_likely).clamp(0.0, 1.0) }
}

/// The mean over kinds, or of the kind with the largest value where the worst is believed.
pub fn mixture(kinds: &Kinds, values: &[f64; KINDS]) -> f64 {
    match kinds {
        Some(shares) => shares.iter().zip(values).map(|(share, value)| share * value).sum(),
        None => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

impl Plan<'_> {
    /// In how many places a party is known to be: executions, and checks that it has a seat in.
    fn places(&self, party: usize) -> usize {
        let executes = self.executors.iter().filter(|executor| executor.party == party).count();
        executes + self.checks.iter().filter(|check| check.seats.have(party)).count()
    }

    /// What comes out of the execution, if each executor is adversarial with its probability.
    fn executed(&self, x: &[f64]) -> Executed {
        let (right, honest) = (|of: &Executor| (1.0 - x[of.party]) * of.trust, |of: &Executor| 1.0 - x[of.party]);
        let each = self.executors.iter();
        match self.executors {
            [] => panic!("nobody executes"),
            several if self.agree <= 1 || several.len() == 1 => {
                let mean =
                    |value: &dyn Fn(&Executor) -> f64| each.clone().map(value).sum::<f64>() / several.len() as f64;
                let wrong = |of: &Executor| honest(of) * (1.0 - of.trust);
                Executed { right: mean(&right), wrong: mean(&wrong), chosen: mean(&|of| x[of.party]) }
            }
            // All wrong copies are thought to agree, which is the worst case; one adversary among them chooses their kind.
            _ => {
                let all_honest: f64 = each.clone().map(honest).product();
                let wrong = all_honest * at_least(self.agree, each.clone().map(|of| 1.0 - of.trust));
                let any = at_least(self.agree, each.clone().map(|of| 1.0 - right(of)));
                Executed { right: at_least(self.agree, each.map(right)), wrong, chosen: (any - wrong).max(0.0) }
            }
        }
    }
}

impl Seats<'_> {
    /// Whether a party is known to vote.
    fn have(&self, party: usize) -> bool {
        match self {
            Seats::Alike { .. } | Seats::Drawn { .. } => false,
            Seats::Taken(seats) => seats.iter().any(|seat| seat.party == party),
        }
    }
}

impl Check<'_> {
    /// The probability that an answer passes if the check takes place, when it is right and when it is wrong.
    pub fn verdicts(&self, x: &[f64]) -> Verdicts {
        Verdicts {
            right: self.accepted(x, self.false_alarm),
            wrong: self.detects.map(|detects| self.accepted(x, detects)),
        }
    }

    /// Q, at an answer that raises an alarm in a careful look with probability `alarm`. A look that is not careful approves.
    fn accepted(&self, x: &[f64], alarm: f64) -> f64 {
        let one = |party: usize, diligence: f64| x[party] + (1.0 - x[party]) * (1.0 - diligence * alarm);
        match self.seats {
            Seats::Alike { count, diligence } => self.threshold.alike(count, 1.0 - diligence * alarm),
            Seats::Drawn { count, pool, replaced } => {
                let pool: Vec<(u32, f64)> = pool.iter().map(|of| (of.members, one(of.party, of.diligence))).collect();
                match replaced {
                    true => self.threshold.alike(count, votes::mean(&pool)),
                    false => self.threshold.drawn(count, &pool),
                }
            }
            Seats::Taken(seats) => self.seated(seats, x, alarm),
        }
    }

    /// A party with n seats puts (1 − x)(1 − u + u z)ⁿ + x zⁿ into the generating polynomial of the approvals, u = 1 − η d.
    fn seated(&self, seats: &[Seat], x: &[f64], alarm: f64) -> f64 {
        let needed = self.threshold.needed(seats.len() as u32) as usize;
        assert!(seats.len() <= VOTES, "{} votes", seats.len());
        if needed == 0 || needed > seats.len() {
            return 0.0;
        }
        let mut approvals = Approvals::none(needed);
        for (place, Seat { party, .. }) in seats.iter().enumerate() {
            if seats[..place].iter().any(|seat| seat.party == *party) {
                continue;
            }
            let (before, mut held) = (approvals, 0);
            for seat in seats[place..].iter().filter(|seat| seat.party == *party) {
                approvals.vote(1.0 - seat.diligence * alarm);
                held += 1;
            }
            approvals.or_all(x[*party], &before, held);
        }
        approvals.enough()
    }
}

/// What one check that takes place does with an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdicts {
    /// The probability that a right answer passes.
    pub right: f64,
    /// The probability that a wrong answer passes, by its kind.
    pub wrong: [f64; KINDS],
}

/// How likely an answer passes the checks seen so far; of each pair, those of them that block, and all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passes {
    /// If it is right.
    pub right: [f64; 2],
    /// If it is wrong, by its kind.
    pub wrong: [[f64; 2]; KINDS],
}

impl Passes {
    /// Without any check.
    pub const UNCHECKED: Passes = Passes { right: [1.0; 2], wrong: [[1.0; 2]; KINDS] };

    fn of(checks: &[Check<'_>], x: &[f64]) -> Passes {
        let mut passes = Passes::UNCHECKED;
        checks.iter().for_each(|check| passes.go_on(check, &check.verdicts(x)));
        passes
    }

    /// One more check.
    pub fn go_on(&mut self, check: &Check<'_>, verdicts: &Verdicts) {
        let passes = |accepted: f64| 1.0 - check.takes_place + check.takes_place * accepted;
        for stage in if check.deferred { 1..2 } else { 0..2 } {
            self.right[stage] *= passes(verdicts.right);
            self.wrong.iter_mut().zip(verdicts.wrong).for_each(|(kind, accepted)| kind[stage] *= passes(accepted));
        }
    }

    /// The same where the kind of a wrong answer is not known.
    pub fn expected(&self, kinds: &Kinds) -> Acceptance {
        let wrong = [0, 1].map(|stage| mixture(kinds, &self.wrong.map(|passes| passes[stage])));
        Acceptance { right: self.right, wrong }
    }

    /// The kind that passes all checks most often; of several the first.
    fn least_seen(&self) -> usize {
        (0..KINDS).fold(0, |least, kind| if self.wrong[kind][1] > self.wrong[least][1] { kind } else { least })
    }
}

/// How likely an answer passes, when it is right and when it is wrong: the blocking checks, and all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acceptance {
    /// If it is right.
    pub right: [f64; 2],
    /// If it is wrong.
    pub wrong: [f64; 2],
}

impl Acceptance {
    /// What becomes of an answer that `copies` executors give alike, of which `agree` must agree and none is adversarial, each right
    /// with probability `trust`: [`accept`] at x = 0, for a plan whose checks are known already.
    #[inline]
    pub fn of_alike(&self, copies: u32, agree: u32, trust: f64) -> Chances {
        // One answer is enough: it is as good as any. Otherwise all wrong copies are thought to agree (the worst case).
        let (right, wrong) = match copies {
            1 => (trust, 1.0 - trust),
            _ if agree == 1 => (trust, 1.0 - trust),
            copies => (binomial_tail(copies, agree, trust), binomial_tail(copies, agree, 1.0 - trust)),
        };
        Chances {
            right,
            accepted_right: [right * self.right[0], right * self.right[1]],
            accepted_wrong: [wrong * self.wrong[0], wrong * self.wrong[1]],
        }
    }
}

impl Acceptance {
    /// The probability that of so many other accepted answers, each right with probability `trust`, no check that is still to come
    /// refuses one.
    pub fn stays(&self, trust: f64, others: u32) -> f64 {
        let [accepted, last] = [0, 1].map(|stage| trust * self.right[stage] + (1.0 - trust) * self.wrong[stage]);
        if accepted > 0.0 { maths::pow(last / accepted, f64::from(others)) } else { 1.0 }
    }
}

/// What executors bring about: a right answer, a wrong one of a kind that is believed, one of the adversary's kind.
#[derive(Clone, Copy)]
struct Executed {
    right: f64,
    wrong: f64,
    chosen: f64,
}

/// Sums over the states of the parties that have several places.
struct Sums {
    right: f64,
    passes: Passes,
    chosen: [f64; 2],
}

impl Sums {
    /// Adds every state of the parties `shared`, given the states of the others and how likely they are.
    fn add_states(&mut self, plan: &Plan<'_>, adversary: usize, shared: &[usize], (x, likely): (&mut Vec<f64>, f64)) {
        let Some((&party, others)) = shared.split_first() else {
            return self.add(&plan.executed(x), &Passes::of(plan.checks, x), adversary, likely);
        };
        let adverse = x[party];
        for (state, chance) in [(0.0, 1.0 - adverse), (1.0, adverse)] {
            x[party] = state;
            self.add_states(plan, adversary, others, (x, likely * chance));
        }
        x[party] = adverse;
    }

    fn add(&mut self, executed: &Executed, passes: &Passes, adversary: usize, likely: f64) {
        let [right, wrong, chosen] = [executed.right, executed.wrong, executed.chosen].map(|chance| chance * likely);
        self.right += right;
        for stage in 0..2 {
            self.passes.right[stage] += right * passes.right[stage];
            self.chosen[stage] += chosen * passes.wrong[adversary][stage];
            for (sum, kind) in self.passes.wrong.iter_mut().zip(&passes.wrong) {
                sum[stage] += wrong * kind[stage];
            }
        }
    }
}

#[cfg(test)]
mod tests;
