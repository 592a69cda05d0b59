//! How often answers pass a method's checks, and what a check's verdict tells about the answer (model §5, §7).
//!
//! A requester does not know the kind of a wrong answer: what it expects of several checks is the mixture over kinds, and never
//! the product of mean detections, which takes checks that miss the same kind for independent ones.

use crate::domain::answer::Wrong;
use crate::domain::checking::Checker;
use crate::domain::ids::{Id, MethodId};
use crate::policy::verdict::votes_until;
use crate::scenario::Scenario;
use crate::scenario::verification::{CHECKS, Check, Method};

/// How many kinds of wrong answers there are.
const KINDS: usize = Wrong::ALL.len();

/// What a requester expects of a method's checks, at its belief in the checkers' care.
#[derive(Clone, Debug)]
pub struct Passing {
    diligence: [f64; 2],
    /// The probability that a right answer passes the blocking checks, and all checks.
    pub right: [f64; 2],
    /// The same of a wrong answer.
    pub wrong: [f64; 2],
    /// Of each check.
    pub checks: [Expected; CHECKS],
}

/// What a requester expects of one check that takes place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    /// How much a passed check counts as evidence for the node, from 0 to 1.
    pub pass: f64,
    /// How much a failed check counts as evidence against the node, from 0 to 1.
    pub failure: f64,
    /// The probability that a careful look finds a wrong answer.
    pub detection: f64,
    /// The probability that a careful look takes a right answer for a wrong one.
    pub false_alarm: f64,
    /// Votes until the check is decided about a right answer, and about a wrong one.
    pub votes: [f64; 2],
}

/// How much an observation counts as evidence, where it has one probability if the party is good and another if it is bad: one
/// less the ratio of the smaller to the larger. It is 0 where the observation cannot tell the two apart, and 1 where it proves.
pub fn evidence_weight(less_likely: f64, more_likely: f64) -> f64 {
    if more_likely <= 0.0 { 0.0 } else { (1.0 - less_likely / more_likely).clamp(0.0, 1.0) }
}

/// What is expected of a method, as at the last job unless the belief in the checkers has moved since.
#[inline]
pub fn known<'m>(known: &'m mut Vec<Passing>, scenario: &Scenario, id: MethodId, diligence: [f64; 2]) -> &'m Passing {
    let place = id.index();
    if known.get(place).is_none_or(|passing| passing.diligence != diligence) {
        learn(known, scenario, id, diligence);
    }
    &known[place]
}

#[inline(never)]
fn learn(known: &mut Vec<Passing>, scenario: &Scenario, id: MethodId, diligence: [f64; 2]) {
    let place = id.index();
    // Of no number: never taken for what is known of a method.
    known.resize(known.len().max(place + 1), Passing::before([f64::NAN; 2]));
    known[place] = Passing::new(&scenario.verification.methods[id], &scenario.verification.kinds, diligence);
}

impl Passing {
    /// What is expected of a method if wrong answers are of these kinds, with these probabilities (`None`: of the kind that the
    /// checks see least) and validators and peers look carefully as often as `diligence` says.
    pub fn new(method: &Method, kinds: &Option<[f64; KINDS]>, diligence: [f64; 2]) -> Passing {
        let mut passing = Passing::before(diligence);
        let mut by_kind = [[1.0; 2]; KINDS];
        for (index, check) in method.checks.iter().enumerate().filter(|(_, check)| check.by != Checker::Replicas) {
            let odds = |alarm: f64| Odds::of(check, passing.care(check.by), alarm);
            let right = odds(check.false_alarm);
            let wrong = check.detects.map(odds);
            let stages = if check.deferred { 1..2 } else { 0..2 };
            for stage in stages {
                passing.right[stage] *= right.passes(check.sample);
                by_kind.iter_mut().zip(&wrong).for_each(|(passes, wrong)| passes[stage] *= wrong.passes(check.sample));
            }
            let accepted = mixture(kinds, &wrong.map(|wrong| wrong.accepted));
            passing.checks[index] = Expected {
                pass: evidence_weight(accepted, right.accepted),
                failure: evidence_weight(1.0 - right.accepted, 1.0 - accepted),
                detection: -mixture(kinds, &check.detects.map(|share| -share)),
                false_alarm: check.false_alarm,
                votes: [right.votes, mixture(kinds, &wrong.map(|wrong| wrong.votes))],
            };
        }
        passing.wrong = [0, 1].map(|stage| mixture(kinds, &by_kind.map(|passes| passes[stage])));
        passing
    }
}

impl Passing {
    /// Without any check.
    fn before(diligence: [f64; 2]) -> Passing {
        Passing { diligence, right: [1.0; 2], wrong: [1.0; 2], checks: [Expected::default(); CHECKS] }
    }

    /// The probability that a checker of this kind looks carefully.
    #[inline]
    pub fn care(&self, by: Checker) -> f64 {
        match by {
            Checker::Validators => self.diligence[0],
            Checker::Peers => self.diligence[1],
            Checker::Attestation | Checker::Proof | Checker::Replicas => 1.0,
        }
    }
}

/// The mean over kinds, or of the kind with the largest value where the worst is believed.
fn mixture(kinds: &Option<[f64; KINDS]>, values: &[f64; KINDS]) -> f64 {
    match kinds {
        Some(shares) => shares.iter().zip(values).map(|(share, value)| share * value).sum(),
        None => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

/// What one check that takes place does with an answer.
#[derive(Clone, Copy)]
struct Odds {
    /// The probability that the answer passes.
    accepted: f64,
    /// Votes until the check is decided.
    votes: f64,
}

impl Odds {
    /// At an answer that raises an alarm in a careful look with probability `alarm`. A look that is not careful approves.
    fn of(check: &Check, care: f64, alarm: f64) -> Odds {
        let approves = 1.0 - care * alarm;
        if check.count == 1 {
            return Odds { accepted: approves, votes: 1.0 };
        }
        let accepted = check.verdict.odds(check.count, approves);
        let needed = check.verdict.needed(check.count);
        Odds { accepted, votes: votes_until(check.count, needed, approves) }
    }

    /// The probability that the answer passes, where the check takes place with probability `sample`.
    fn passes(&self, sample: f64) -> f64 {
        1.0 - sample + sample * self.accepted
    }
}
