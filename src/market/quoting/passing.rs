//! How often answers pass a method's checks, and what a check's verdict tells about the answer (model §5, §7).
//!
//! A requester does not know the kind of a wrong answer: what it expects of several checks is the mixture over kinds, and never
//! the product of mean detections, which takes checks that miss the same kind for independent ones.

use crate::domain::acceptance::{
    self, Acceptance, KINDS, Kinds, Lookers, Passes, Referee, Seats, Verdicts, evidence_weight, mixture,
    some_takes_place, votes_until,
};
use crate::domain::checking::Checker;
use crate::scenario::verification::{CHECKS, Check, Method, Vendor};

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

impl Belief {
    /// Whether both are the same: number by number, so that none of them need lie in memory for it.
    #[inline]
    pub fn is(&self, other: &Belief) -> bool {
        let ([validators, peers, own], [at_validators, at_peers, at_own]) = (self.diligence, other.diligence);
        (validators == at_validators && peers == at_peers && own == at_own)
            && (self.equals == other.equals && self.most == other.most)
    }
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

impl Passing {
    /// What is expected of a method if wrong answers are of these kinds, with these probabilities (`None`: of the kind that the
    /// checks see least), at this belief in the checkers, and the node is under this scrutiny.
    pub fn new(method: &Method, kinds: &Kinds, belief: Belief, scrutiny: f64) -> Passing {
        let mut passing = Passing::before(belief);
        let mut passes = Passes::NOTHING;
        let mut sums = [Sums::NOTHING; CHECKS];
        for broken in 0..1_u32 << method.vendors.len() {
            let likely = likelihood(&method.vendors, broken);
            passes.add(likely, &passing.given(method, (broken, likely), kinds, scrutiny, &mut sums));
        }
        for (index, check) in checks_of(method) {
            passing.checks[index] = passing.expected(method, (index, check), kinds, &sums[index]);
        }
        passing.acceptance = passes.expected(kinds);
        let roots = method.checks.iter().zip(&passing.checks).filter(|(check, _)| check.begins_alone());
        passing.looks = some_takes_place(roots.map(|(check, expected)| check.sample_at(scrutiny) * expected.looks));
        passing.acceptance.referee = method.replicas().and_then(|copies| copies.appeal).map(|appeal| {
            let (appeal, takes_place) = (usize::from(appeal), method.checks[usize::from(appeal)].sample);
            let verdicts = passing.appealed(method, appeal, 0);
            Referee { takes_place, right: verdicts.right, wrong: mixture(kinds, &verdicts.wrong) }
        });
        passing
    }

    /// The probability that an answer passes while the vendors in the bit set are broken. What each check meets then is added to its sums.
    fn given(
        &self,
        method: &Method,
        (broken, likely): (u32, f64),
        kinds: &Kinds,
        scrutiny: f64,
        sums: &mut [Sums; CHECKS],
    ) -> Passes {
        let mut passes = Passes::UNCHECKED;
        // The probability that the checks before an alarm's refuse a right answer, and a wrong one of each kind.
        let mut before = [(1.0, [1.0; KINDS]); CHECKS];
        for (index, check) in checks_of(method) {
            let care = self.care(check);
            let lookers = self.belief.lookers(check);
            let seen = self.alone(method, check, broken);
            let verdicts = unless_forced(check, &seen);
            let (right, wrong) = before[index];
            let mut refused = wrong;
            refused.iter_mut().zip(verdicts.wrong).for_each(|(kind, accepted)| *kind *= 1.0 - accepted);
            if let Some(appeal) = check.appeal {
                before[usize::from(appeal)] = (right * (1.0 - verdicts.right), refused);
            }
            if check.begins_alone() {
                let takes_place = check.sample_at(scrutiny) * (1.0 - lookers.nobody);
                let planned = acceptance::Check { takes_place, ..planned(check, check.count, care) };
                passes.go_on(&planned, &self.appealed(method, index, broken));
            }
            let is_whole = if is_broken(method, check, broken) { 0.0 } else { 1.0 };
            let votes = |alarm: f64| lookers.mean(|count| votes(check, count, 1.0 - care * alarm * is_whole));
            let votes = [votes(check.false_alarm), mixture(kinds, &check.detects.map(&votes))]
                .map(|seen| check.forced.map_or(seen, |forced| forced.mean(seen, votes(forced.detected(check)))));
            sums[index].add(likely, (right, wrong), &seen, votes, is_whole);
        }
        passes
    }

    /// What is expected of one check, from what it meets in all states of the vendors.
    fn expected(&self, method: &Method, (index, check): (usize, &Check), kinds: &Kinds, sums: &Sums) -> Expected {
        let lookers = self.belief.lookers(check);
        let of_kinds = |values: &[f64; KINDS]| mixture(kinds, values);
        let accepted = of_kinds(&sums.accepted_wrong);
        let seen = if check.of.is_some() { of_kinds(&sums.begins_wrong) } else { 1.0 };
        let lapses = check.vote.map_or(0.0, |vote| {
            Lookers::with(check.count, 1.0 - vote.abstention).fewer_than(vote.needed(check.count.into()) as u32)
        });
        Expected {
            // Where too few of a group vote, nothing is learnt.
            pass: evidence_weight(accepted - seen * lapses, sums.accepted_right - sums.begins_right * lapses),
            failure: evidence_weight(sums.refused_right, seen - accepted),
            detection: -mixture(kinds, &check.detects.map(|share| -share)) * sums.whole,
            false_alarm: check.false_alarm * sums.whole,
            votes: sums.votes,
            begins: [sums.begins_right, seen].map(|refused| drawn(method, index) * refused),
            looks: 1.0 - lookers.nobody,
            asked: lookers.mean(f64::from),
            most: self.belief.most(check),
        }
    }

    /// Without any check.
    pub fn before(belief: Belief) -> Passing {
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
            _ if check.is_guarded => 1.0,
            Checker::Validators => self.belief.diligence[0],
            Checker::Peers => self.belief.diligence[1],
            Checker::Watchers => check.attention,
            Checker::Requester => self.belief.diligence[2],
            Checker::Attestation | Checker::Proof | Checker::Replicas | Checker::Canary => 1.0,
        }
    }

    /// The probability that an answer passes a check at which at least one checker looks, while the vendors in the bit set are broken.
    fn alone(&self, method: &Method, check: &Check, broken: u32) -> Verdicts {
        if is_broken(method, check, broken) {
            return Verdicts::BROKEN;
        }
        let care = self.care(check);
        let of = |count| planned(check, count, care).verdicts(&[]);
        match check.vote {
            None => self.belief.lookers(check).verdicts(of),
            Some(vote) => {
                let quorum = vote.needed(check.count.into()) as u32;
                Lookers::with(check.count, 1.0 - vote.abstention).verdicts_of_group(quorum, of)
            }
        }
    }

    /// How likely an answer passes a check and those that decide about its alarm.
    fn appealed(&self, method: &Method, index: usize, broken: u32) -> Verdicts {
        let check = &method.checks[index];
        let own = unless_forced(check, &self.alone(method, check, broken));
        let Some(appeal) = check.appeal.map(usize::from) else { return own };
        own.appealed(method.checks[appeal].sample, &self.appealed(method, appeal, broken))
    }
}

/// What a check does with an answer, in whose place a forced error may be shown: then it passes unseen.
fn unless_forced(check: &Check, seen: &Verdicts) -> Verdicts {
    check.forced.map_or(*seen, |forced| seen.broken(forced.rate))
}

/// What a check meets, summed over the states of the vendors.
#[derive(Clone, Copy)]
struct Sums {
    begins_right: f64,
    begins_wrong: [f64; KINDS],
    accepted_right: f64,
    accepted_wrong: [f64; KINDS],
    refused_right: f64,
    votes: [f64; 2],
    whole: f64,
}

impl Sums {
    const NOTHING: Sums = Sums {
        begins_right: 0.0,
        begins_wrong: [0.0; KINDS],
        accepted_right: 0.0,
        accepted_wrong: [0.0; KINDS],
        refused_right: 0.0,
        votes: [0.0; 2],
        whole: 0.0,
    };

    /// Adds a state that comes about with this probability, in which the checks before this one refuse a right answer, and a wrong one of
    /// each kind, so often.
    fn add(
        &mut self,
        likely: f64,
        (right, wrong): (f64, [f64; KINDS]),
        verdicts: &Verdicts,
        votes: [f64; 2],
        is_whole: f64,
    ) {
        self.begins_right += likely * right;
        self.accepted_right += likely * (right * verdicts.right);
        self.refused_right += likely * (right * (1.0 - verdicts.right));
        for (kind, refused) in wrong.into_iter().enumerate() {
            self.begins_wrong[kind] += likely * refused;
            self.accepted_wrong[kind] += likely * (refused * verdicts.wrong[kind]);
        }
        self.votes = [0, 1].map(|place| self.votes[place] + likely * votes[place]);
        self.whole += likely * is_whole;
    }
}

/// The checks of a method that look at something, by their places.
fn checks_of(method: &Method) -> impl Iterator<Item = (usize, &Check)> {
    method.checks.iter().enumerate().filter(|(_, check)| check.by != Checker::Replicas)
}

/// Whether the vendor behind a check is one of those of these bits.
fn is_broken(method: &Method, check: &Check, broken: u32) -> bool {
    broken != 0
        && method.vendors.iter().enumerate().any(|(place, of)| broken >> place & 1 == 1 && check.vendor == Some(*of))
}

/// The probability that of some vendors those of these bits are broken for a job.
fn likelihood(vendors: &[Vendor], broken: u32) -> f64 {
    let each = vendors.iter().enumerate();
    each.map(|(place, of)| if broken >> place & 1 == 1 { of.broken } else { 1.0 - of.broken }).product()
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
        guard: None,
    }
}

/// Votes until a check is decided in which so many look, if each approves with this probability.
fn votes(check: &Check, count: u32, approves: f64) -> f64 {
    if count == 1 {
        return 1.0;
    }
    votes_until(count, check.verdict.threshold(count).needed(count), approves)
}

#[cfg(test)]
mod tests;
