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
//! A check whose alarm another one decides about does not refuse alone. If the other takes place with probability s' and lets the
//! answer pass with probability Q', Q + (1 − Q) s' Q' stands for Q. The checks of a dispute are independent given the answer's kind.
//!
//! A vendor that guards a check is broken with probability x; then all that it guards approve, and (1 − x) Q + x stands for Q. One that
//! guards several checks is summed over its two states.
//!
//! Detections are never averaged over kinds, because checks that miss the same kind are not independent.

mod assigned;
mod ballots;
mod copies;
mod groups;
mod lookers;
mod seats;
mod votes;

use super::answer::Wrong;

pub use assigned::{Assigned, Room, SHARED};
pub use copies::{Acceptance, Disputed, Referee};
pub use groups::{Grouped, Groups, MOST, is_credible};
pub use lookers::Lookers;
pub use seats::{Seat, Seats, Stratum, Weighted};
pub use votes::{Approvals, Threshold, VOTES, at_least, binomial, binomial_tail, votes_until};

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
    /// Of several: the share of right answers that are alike bit for bit; another agrees with nothing.
    pub alike: f64,
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
    /// The check that decides about its alarm; `None`: the alarm decides.
    pub appeal: Option<&'a Check<'a>>,
    /// The place among the x of the vendor that guards it, while which is broken every vote approves.
    pub guard: Option<usize>,
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
        executes + self.checks.iter().map(|check| check.places(party)).sum::<usize>()
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
                Executed {
                    right: at_least(self.agree, each.map(|of| right(of) * self.alike)),
                    wrong,
                    chosen: (any - wrong).max(0.0),
                }
            }
        }
    }
}

impl Check<'_> {
    /// The probability that an answer passes if the check takes place, when it is right and when it is wrong; with what becomes of
    /// its alarm.
    pub fn verdicts(&self, x: &[f64]) -> Verdicts {
        let own = Verdicts {
            right: self.accepted(x, self.false_alarm),
            wrong: self.detects.map(|detects| self.accepted(x, detects)),
        };
        let own = self.guard.map_or(own, |vendor| own.broken(x[vendor]));
        match self.appeal {
            Some(appeal) => own.appealed(appeal.takes_place, &appeal.verdicts(x)),
            None => own,
        }
    }

    /// In how many of the checks that may follow one another, from this one on, a party is known to vote, or guards them.
    fn places(&self, party: usize) -> usize {
        usize::from(self.seats.have(party))
            + usize::from(self.guard == Some(party))
            + self.appeal.map_or(0, |appeal| appeal.places(party))
    }

    /// Q, at an answer that raises an alarm in a careful look with probability `alarm`. A look that is not careful approves.
    fn accepted(&self, x: &[f64], alarm: f64) -> f64 {
        let one = |party: usize, diligence: f64| x[party] + (1.0 - x[party]) * (1.0 - diligence * alarm);
        match self.seats {
            Seats::Alike { count, diligence } => self.threshold.alike(count, 1.0 - diligence * alarm),
            Seats::Drawn { count, pool } => {
                let pool: Vec<(u32, f64)> = pool.iter().map(|of| (of.members, one(of.party, of.diligence))).collect();
                self.threshold.drawn(count, &pool)
            }
            Seats::Weighted { count, pool } => self.weighted(count, pool, x, alarm, 0.0),
            Seats::Taken(seats) => self.seated(seats, x, alarm),
        }
    }

    /// Given which members are adversarial, each seat approves by itself with the same probability: Σ share · (1 or 1 − η d). The seats of
    /// the parties are multinomial, and the sum over them is that binomial. So the answer is the mean over how many members of each
    /// stratum are adversarial; the work is the product of the numbers of members of the strata with 0 < x < 1.
    fn weighted(&self, count: u32, pool: &[Weighted], x: &[f64], alarm: f64, approves: f64) -> f64 {
        let Some((first, rest)) = pool.split_first() else { return self.threshold.alike(count, approves.min(1.0)) };
        let careful = 1.0 - first.diligence * alarm;
        let chances = binomial(first.members, x[first.party]).into_iter().enumerate();
        let given = chances.filter(|(_, chance)| *chance > 0.0).map(|(adverse, chance)| {
            let adverse = adverse as f64;
            let more = first.share * (adverse + (f64::from(first.members) - adverse) * careful);
            chance * self.weighted(count, rest, x, alarm, approves + more)
        });
        given.sum()
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

impl Verdicts {
    /// That of a check that approves whatever it sees.
    pub const BROKEN: Verdicts = Verdicts { right: 1.0, wrong: [1.0; KINDS] };

    /// The same where the check approves whatever it sees with this probability: (1 − x) Q + x.
    pub fn broken(&self, x: f64) -> Verdicts {
        let either = |accepted: f64| (1.0 - x) * accepted + x;
        Verdicts { right: either(self.right), wrong: self.wrong.map(either) }
    }

    /// The same where another check decides about the alarm, if it takes place: Q + (1 − Q) s' Q'.
    pub fn appealed(&self, takes_place: f64, appeal: &Verdicts) -> Verdicts {
        let after = |own: f64, then: f64| own + (1.0 - own) * takes_place * then;
        let mut wrong = self.wrong;
        wrong.iter_mut().zip(appeal.wrong).for_each(|(own, then)| *own = after(*own, then));
        Verdicts { right: after(self.right, appeal.right), wrong }
    }
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

    /// Nothing passes: that to which cases are added.
    pub const NOTHING: Passes = Passes { right: [0.0; 2], wrong: [[0.0; 2]; KINDS] };

    fn of(checks: &[Check<'_>], x: &[f64]) -> Passes {
        let mut passes = Passes::UNCHECKED;
        checks.iter().for_each(|check| passes.go_on(check, &check.verdicts(x)));
        passes
    }

    /// Adds those of one of several cases, which comes about with this probability.
    pub fn add(&mut self, likely: f64, of: &Passes) {
        for stage in 0..2 {
            self.right[stage] += likely * of.right[stage];
            self.wrong.iter_mut().zip(&of.wrong).for_each(|(sum, kind)| sum[stage] += likely * kind[stage]);
        }
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
        Acceptance { right: self.right, wrong, referee: None, grouped: None }
    }

    /// The kind that passes all checks most often; of several the first.
    fn least_seen(&self) -> usize {
        (0..KINDS).fold(0, |least, kind| if self.wrong[kind][1] > self.wrong[least][1] { kind } else { least })
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
