//! How often answers pass a method's checks, and what a check's verdict tells about the answer (model §5, §7).
//!
//! A requester does not know the kind of a wrong answer: what it expects of several checks is the mixture over kinds, and never
//! the product of mean detections, which takes checks that miss the same kind for independent ones.

use std::array;

use crate::domain::acceptance::{
    self, Acceptance, KINDS, Kinds, Lookers, Passes, Referee, Seats, Verdicts, evidence_weight, mixture,
    some_takes_place, votes_until,
};
use crate::domain::checking::Checker;
use crate::domain::ids::{Id, MethodId};
use crate::scenario::Scenario;
use crate::scenario::verification::{CHECKS, Check, Method};

/// What a requester believes of validators, and of peers, and knows of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// The probability that they look carefully, and that the requester itself does.
    pub diligence: [f64; 3],
    /// Where each looks or not by itself: so many of equal weight would look as evenly. Otherwise 0.
    pub equals: [u32; 2],
    /// How many may look at most where each looks by itself.
    pub most: [u32; 2],
}

/// What a requester expects of a method's checks, at its belief in the checkers.
#[derive(Clone, Debug)]
pub struct Passing {
    belief: Belief,
    /// The probability that some check takes place, copies apart.
    pub looks: f64,
    /// How likely an answer passes.
    pub acceptance: Acceptance,
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
    /// The probability that it begins, for a right answer and for a wrong one: that it is drawn, and that the checks before it were
    /// and refused the answer.
    pub begins: [f64; 2],
    /// The probability that somebody looks.
    pub looks: f64,
    /// How many look, if anybody does.
    pub asked: f64,
    /// How many look at most.
    pub most: u32,
}

/// What is expected of a method, as at the last job unless the belief in the checkers has moved since.
#[inline]
pub fn known<'m>(known: &'m mut Vec<Passing>, scenario: &Scenario, id: MethodId, belief: &Belief) -> &'m Passing {
    let place = id.index();
    if known.get(place).is_none_or(|passing| passing.belief != *belief) {
        learn(known, scenario, id, *belief);
    }
    &known[place]
}

#[inline(never)]
fn learn(known: &mut Vec<Passing>, scenario: &Scenario, id: MethodId, belief: Belief) {
    let place = id.index();
    // Of no number: never taken for what is known of a method.
    let nothing = Belief { diligence: [f64::NAN; 3], ..belief };
    known.resize(known.len().max(place + 1), Passing::before(nothing));
    known[place] = Passing::new(&scenario.verification.methods[id], &scenario.verification.kinds, belief, 1.0);
}

impl Passing {
    /// What is expected of a method if wrong answers are of these kinds, with these probabilities (`None`: of the kind that the
    /// checks see least), at this belief in the checkers, and the node is under this scrutiny.
    pub fn new(method: &Method, kinds: &Kinds, belief: Belief, scrutiny: f64) -> Passing {
        let mut passing = Passing::before(belief);
        let mut passes = Passes::UNCHECKED;
        // The probability that the checks before an alarm's refuse a right answer, and a wrong one of each kind.
        let mut before = [(1.0, [1.0; KINDS]); CHECKS];
        for (index, check) in method.checks.iter().enumerate().filter(|(_, check)| check.by != Checker::Replicas) {
            let care = passing.care(check);
            let lookers = belief.lookers(check);
            let looks = 1.0 - lookers.nobody;
            let verdicts = passing.alone(check);
            let (right, wrong) = before[index];
            let mut refused = wrong;
            refused.iter_mut().zip(verdicts.wrong).for_each(|(kind, accepted)| *kind *= 1.0 - accepted);
            if let Some(appeal) = check.appeal {
                before[usize::from(appeal)] = (right * (1.0 - verdicts.right), refused);
            }
            if check.begins_alone() {
                let takes_place = check.sample_at(scrutiny) * looks;
                let planned = acceptance::Check { takes_place, ..planned(check, check.count, care) };
                passes.go_on(&planned, &passing.appealed(method, index));
            }
            let of_kinds = |values: [f64; KINDS]| mixture(kinds, &values);
            let accepted = of_kinds(array::from_fn(|kind| wrong[kind] * verdicts.wrong[kind]));
            let seen = if check.of.is_some() { of_kinds(wrong) } else { 1.0 };
            let votes = |alarm: f64| lookers.mean(|count| votes(check, count, 1.0 - care * alarm));
            passing.checks[index] = Expected {
                pass: evidence_weight(accepted, right * verdicts.right),
                failure: evidence_weight(right * (1.0 - verdicts.right), seen - accepted),
                detection: -mixture(kinds, &check.detects.map(|share| -share)),
                false_alarm: check.false_alarm,
                votes: [votes(check.false_alarm), mixture(kinds, &check.detects.map(votes))],
                begins: [right, seen].map(|refused| drawn(method, index) * refused),
                looks,
                asked: lookers.mean(f64::from),
                most: belief.most(check),
            };
        }
        passing.acceptance = passes.expected(kinds);
        let roots = method.checks.iter().zip(&passing.checks).filter(|(check, _)| check.begins_alone());
        passing.looks = some_takes_place(roots.map(|(check, expected)| check.sample_at(scrutiny) * expected.looks));
        passing.acceptance.referee = method.replicas().and_then(|copies| copies.appeal).map(|appeal| {
            let (appeal, takes_place) = (usize::from(appeal), method.checks[usize::from(appeal)].sample);
            let verdicts = passing.appealed(method, appeal);
            Referee { takes_place, right: verdicts.right, wrong: mixture(kinds, &verdicts.wrong) }
        });
        passing
    }

    /// Without any check.
    fn before(belief: Belief) -> Passing {
        Passing { belief, looks: 0.0, acceptance: Acceptance::UNCHECKED, checks: [Expected::default(); CHECKS] }
    }

    /// At which belief in the checkers.
    pub fn belief(&self) -> Belief {
        self.belief
    }

    /// The probability that a checker of this check looks carefully.
    #[inline]
    pub fn care(&self, check: &Check) -> f64 {
        match check.by {
            Checker::Validators => self.belief.diligence[0],
            Checker::Peers => self.belief.diligence[1],
            Checker::Watchers => check.attention,
            Checker::Requester => self.belief.diligence[2],
            Checker::Attestation | Checker::Proof | Checker::Replicas | Checker::Canary => 1.0,
        }
    }

    /// How likely an answer passes a check in which somebody looks.
    fn alone(&self, check: &Check) -> Verdicts {
        let care = self.care(check);
        self.belief.lookers(check).verdicts(|count| planned(check, count, care).verdicts(&[]))
    }

    /// How likely an answer passes a check and those that decide about its alarm.
    fn appealed(&self, method: &Method, index: usize) -> Verdicts {
        let check = &method.checks[index];
        let own = self.alone(check);
        let Some(appeal) = check.appeal.map(usize::from) else { return own };
        own.appealed(method.checks[appeal].sample, &self.appealed(method, appeal))
    }
}

/// The probability that a check and all those before it, whose alarms lead to it, are drawn.
fn drawn(method: &Method, index: usize) -> f64 {
    let check = &method.checks[index];
    check.sample * check.of.map_or(1.0, |of| drawn(method, usize::from(of)))
}

impl Belief {
    /// Where the checkers of a check look each by itself: as many of equal weight, and how many there are.
    fn crowd(&self, check: &Check) -> Option<(u32, u32)> {
        let place = match check.by {
            Checker::Validators => 0,
            Checker::Peers => 1,
            Checker::Attestation | Checker::Proof | Checker::Replicas => return None,
            Checker::Watchers | Checker::Requester | Checker::Canary => return None,
        };
        (self.equals[place] > 0).then_some((self.equals[place], self.most[place]))
    }

    /// How many look in a check that takes place.
    fn lookers(&self, check: &Check) -> Lookers {
        self.crowd(check).map_or_else(|| Lookers::fixed(check.count), |(crowd, _)| Lookers::each(crowd, check.count))
    }

    /// How many look at most.
    fn most(&self, check: &Check) -> u32 {
        self.crowd(check).map_or(check.count, |(_, most)| most)
    }
}

/// A check as a requester plans it, if so many look: each checker is as careful as all are believed to be.
fn planned(check: &Check, count: u32, diligence: f64) -> acceptance::Check<'static> {
    acceptance::Check {
        takes_place: check.sample,
        deferred: check.deferred,
        threshold: check.verdict.threshold(count),
        seats: Seats::Alike { count, diligence },
        detects: check.detects,
        false_alarm: check.false_alarm,
        appeal: None,
    }
}

/// Votes until a check is decided in which so many look, if each approves with this probability.
fn votes(check: &Check, count: u32, approves: f64) -> f64 {
    if count == 1 {
        return 1.0;
    }
    votes_until(count, check.verdict.threshold(count).needed(count), approves)
}
