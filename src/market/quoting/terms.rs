//! What each admitted method would cost a job and promise it, whichever node computes (model §5, §8).

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use crate::domain::acceptance::{Acceptance, Disputed, binomial_tail};
use crate::domain::checking::Checker;
use crate::domain::ids::{MethodId, RequesterId};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::time::{SimDuration, Time};
use crate::market::state::checkers::{Checkers, Drawn};
use crate::market::state::learnt::Correction;
use crate::market::state::pulled::Pulled;
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, JobSize, Method};

use super::canaries::Canaries;
use super::disputes::Disputes;
use super::expectation::{Looks, of_offers};
use super::grouped;
use super::missing::with_missing;
use super::passing::{Expected, Passing};

/// What a method costs one job, and how often an answer passes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The method.
    pub method: MethodId,
    /// Work of the node beyond that of the answer, on the reference GPU.
    pub overhead: Work,
    /// What checkers and provers are expected to be paid.
    pub checkers: Money,
    /// What they are paid if every check takes place.
    pub checkers_most: Money,
    /// The price of a unit of gas, with what the requester adds to it.
    pub gas: Price,
    /// The price of a checker's GPU-second.
    pub check: Price,
    /// What the chain is expected to be paid.
    pub coordination: Money,
    /// What the chain is paid if every check takes place.
    pub coordination_most: Money,
    /// Nanoseconds until the placement is in a block.
    pub inclusion: f64,
    /// Nanoseconds by which the answer is expected later than that of one copy, because several must agree.
    pub agreement: f64,
    /// Nanoseconds that blocking checks are expected to take.
    pub blocking: f64,
    /// Nanoseconds after acceptance until the result is expected to be final.
    pub standing: f64,
    /// Both together before they were corrected by what was learnt.
    pub uncorrected: f64,
    /// How likely an answer passes the checks.
    pub acceptance: Acceptance,
    /// The probability that the checks end in time, as far as it was learnt.
    pub in_time: f64,
    /// Copies executed in all.
    pub copies: u32,
    /// Copies that are expected to be paid: those that agree, and of those called off the share done.
    pub paid_copies: f64,
    /// How many of them must agree.
    pub agree: u32,
    /// Whether a verdict against another answer of the node revokes the result while it stands.
    pub falls: bool,
    /// Where the probability of a check goes by the standing of the node: for nodes under which scrutiny they are; otherwise not a number.
    pub scrutiny: f64,
    /// The share of right copies that are alike bit for bit.
    pub alike: f64,
    /// The canaries beside an answer.
    pub canaries: Canaries,
}

/// What all methods see alike.
pub struct Shared {
    /// The expected work of the job on the reference GPU.
    pub expected: Work,
    /// The same, as its checks see it.
    pub size: JobSize,
    /// The price of a unit of gas, with what the requester adds to it.
    pub gas_price: Price,
    /// The price of a placement without the gas of its checks.
    pub placement: Money,
    /// The price of a checker's GPU-second.
    pub check_price: Price,
    /// Nanoseconds that a transaction waits for its block.
    pub inclusion: f64,
    /// The probability of a right answer, on the average over the offers.
    pub trust: f64,
    /// The share of accepted answers beside which there is a canary, of those that come by the epoch.
    pub planted: f64,
}

/// A method as a requester sees it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What it does.
    pub method: &'a Method,
    /// How often answers pass its checks.
    pub passing: &'a Passing,
    /// Its terms, as far as no job changes them.
    pub terms: &'a Terms,
    /// What was learnt of the delay of its checks.
    pub correction: Correction,
    /// How closely the answers of the node are checked, where the method goes by that.
    pub scrutiny: f64,
}

/// What is needed to quote checks: the scenario, and the checkers that could be drawn now.
pub struct Asked<'a> {
    /// What the market is to be.
    pub scenario: &'a Scenario,
    /// Parties that may be drawn for checks.
    pub checkers: &'a Checkers,
    /// The queue out of which they take checks, where nobody is drawn.
    pub pulled: Option<&'a Pulled>,
    /// Whose list of parties is drawn from.
    pub view: usize,
    /// The group of the requester.
    pub requester: RequesterId,
    /// The present.
    pub now: Time,
    /// The offers of the job.
    pub offers: &'a [Offer],
}

impl Asked<'_> {
    /// What a check meets at the parties that may be drawn for it; `None` if there are none, or none is needed.
    #[inline(always)]
    fn drawn(&self, check: &Check) -> Option<Drawn> {
        let drawn = || self.checkers.drawn(self.view, check.way, self.requester, self.now);
        match check.by {
            Checker::Attestation | Checker::Watchers | Checker::Requester | Checker::Canary => None,
            Checker::Validators => {
                let drawn = drawn()?;
                Some(self.pulled.map_or(drawn, |pulled| Drawn { wait: [pulled.wait(drawn.slowness[0]), 0.0], ..drawn }))
            }
            // Without provers the node itself makes the proof.
            Checker::Proof => drawn().or_else(|| self.nodes()),
            Checker::Peers | Checker::Replicas => self.nodes(),
        }
    }

    /// Peers and copies are nodes like those that offer.
    #[inline(never)]
    fn nodes(&self) -> Option<Drawn> {
        of_offers(self.offers, self.scenario.network.mean_round_trip.nanos())
    }
}

impl Terms {
    /// Of the method `none`: a placement costs so many units of gas, and nobody checks. Whether or not a class admits it.
    pub fn unchecked(gas_units: u64, gas_price: Price, inclusion: f64) -> Terms {
        let coordination = gas_price.of_units(gas_units);
        Terms {
            gas: gas_price,
            coordination,
            coordination_most: coordination,
            inclusion: if gas_units > 0 { inclusion } else { 0.0 },
            ..Terms::NONE
        }
    }

    /// Adds those of one method. They are made where they are kept, since each job has some made for every method.
    #[inline(always)]
    pub fn add(terms: &mut Vec<Terms>, asked: &Asked<'_>, shared: &Shared, seen: Seen<'_>) {
        // To extend makes room first, to push makes it last: then they would be made elsewhere and moved.
        terms.extend(std::iter::once(()).map(|()| Terms::unverified(asked.scenario, shared, seen)));
        terms[..].last_mut().expect("one was added").verify(asked, shared, seen);
    }

    /// As far as its checks do not matter.
    #[inline(always)]
    fn unverified(scenario: &Scenario, shared: &Shared, seen: Seen<'_>) -> Terms {
        let Seen { method, passing, correction, scrutiny, .. } = seen;
        let (coordination, coordination_most) = match method.gas.1 {
            0 => (shared.placement, shared.placement),
            checks => {
                let (placed, most) = (scenario.chain.gas, shared.gas_price.of_units(scenario.chain.gas + checks));
                let expected = (placed as f64 + method.gas_at(scrutiny)) * shared.gas_price.micro();
                (Money::from_micro(expected).min(most), most)
            }
        };
        Terms {
            overhead: overhead(method, shared.expected),
            gas: shared.gas_price,
            check: shared.check_price,
            coordination,
            coordination_most,
            inclusion: if needs_gas(scenario, method) { shared.inclusion } else { 0.0 },
            in_time: 1.0 - passing.looks * correction.late,
            canaries: seen.terms.canaries.at(shared.planted),
            ..*seen.terms
        }
    }

    /// Adds what its checks are expected to take and to cost.
    #[inline(always)]
    fn verify(&mut self, asked: &Asked<'_>, shared: &Shared, seen: Seen<'_>) {
        let Seen { method, passing, correction, scrutiny, .. } = seen;
        // Where no alarm begins another check, each check is by itself.
        let mut disputes = method.is_ladder.then(Disputes::default);
        for (index, check) in method.checks.iter().enumerate().filter(|(_, check)| check.by != Checker::Canary) {
            if check.by == Checker::Replicas {
                copies(asked, check, shared, (method, passing), self);
                continue;
            }
            let (each, expects) = (check.expected_work(&shared.size), &passing.checks[index]);
            let (begins, trust) = match check.of {
                None => (check.sample_at(scrutiny), shared.trust),
                Some(0) if method.compares() => (between_copies(method, passing, shared.trust).looks, shared.trust),
                Some(_) => begins(expects, shared.trust),
            };
            let begins = begins * expects.looks;
            let votes = trust * expects.votes[0] + (1.0 - trust) * expects.votes[1];
            let care = passing.care(check);
            let looks = looks(asked, check, each, (care, votes), expects);
            if looks.missing > 0.0 && check.of.is_none() {
                self.acceptance = with_missing(&self.acceptance, check, expects, care, looks.missing);
            }
            self.charge(asked, (method, check), (each, care), (expects.most, begins, looks.paid * asked.ask(check)));
            let takes = looks.time + check.bisection.map_or(0.0, |bisection| bisection.takes.nanos());
            match &mut disputes {
                Some(disputes) => disputes.add(method, index, begins, takes),
                None => self.wait_for(check, begins * takes),
            }
        }
        match disputes {
            Some(disputes) => {
                let (blocking, standing) = disputes.end(method, &shared.size, 1.0);
                self.uncorrected = blocking + standing;
                (self.blocking, self.standing) = disputes.end(method, &shared.size, correction.delay);
            }
            None => {
                let window = method.window.nanos();
                let stands = |takes: f64| if window > takes { window } else { takes };
                self.uncorrected = self.blocking + stands(self.standing);
                self.blocking *= correction.delay;
                self.standing = stands(self.standing * correction.delay);
            }
        }
    }

    /// A check is expected to cost what its checkers are paid for it, or what the requester's own look costs.
    #[inline(always)]
    fn charge(
        &mut self,
        asked: &Asked<'_>,
        (method, check): (&Method, &Check),
        (each, care): (Work, f64),
        (most, begins, paid): (u32, f64, f64),
    ) {
        if check.by == Checker::Requester {
            self.checkers_most += check.cost;
            self.checkers += Money::from_micro(check.cost.0 as f64 * begins * care);
        } else if check.pays() {
            let fee = fee(asked.scenario, self.check, each);
            // Between copies it may look at the answer of each.
            let rounds = if check.of == Some(0) && method.compares() { method.copies } else { 1 };
            self.checkers_most +=
                asked.dearest(check, (self.check, fee), each).times(u64::from(most) * u64::from(rounds));
            self.checkers += Money::from_micro(fee.0 as f64 * begins * paid);
        }
    }

    /// A check is expected to take so many nanoseconds.
    #[inline(always)]
    fn wait_for(&mut self, check: &Check, takes: f64) {
        let until = if check.deferred { &mut self.standing } else { &mut self.blocking };
        *until = if takes > *until { takes } else { *until };
    }

    /// The probability that no verdict against another answer of the node revokes the result while it stands.
    ///
    /// As many other results are checked meanwhile as stand now (Little's law: rate times window), each taken to be as likely refused
    /// as one by this method.
    pub fn stays(&self, offer: &Offer) -> f64 {
        if !self.falls || offer.stands == 0 {
            return 1.0;
        }
        self.acceptance.stays(offer.trust, offer.stands)
    }

    /// Whether they are those of a node under this scrutiny.
    #[inline]
    pub fn fit(&self, scrutiny: f64) -> bool {
        self.scrutiny.is_nan() || self.scrutiny == scrutiny
    }
}

/// What the looks of a check are expected to come to.
#[inline(always)]
fn looks(asked: &Asked<'_>, check: &Check, each: Work, (care, votes): (f64, f64), expects: &Expected) -> Looks {
    match asked.drawn(check) {
        // The window is waited for in any case; when the first challenge comes is counted with the check that it begins.
        None if check.by == Checker::Watchers => Looks { time: 0.0, paid: 0.0, missing: 0.0 },
        None => Looks { time: care * each.nanos(), paid: 1.0, missing: 0.0 },
        Some(drawn) => {
            // Where the number of those that look is left to chance, votes and pay are in proportion to it.
            let more = expects.asked / f64::from(check.count);
            let looks = Looks::of(&drawn, each, check, care, votes / more);
            Looks { paid: looks.paid * more, ..looks }
        }
    }
}

/// What is expected of copies that do not agree.
#[cold]
fn between_copies(method: &Method, passing: &Passing, trust: f64) -> Disputed {
    let referee = passing.acceptance.referee;
    referee.map_or(Disputed::default(), |referee| referee.decide(method.copies, method.agree, trust))
}

/// The probability that a check begins which only an alarm begins, and the probability that the answer is right if it does.
fn begins(expects: &Expected, trust: f64) -> (f64, f64) {
    let [right, wrong] = [trust * expects.begins[0], (1.0 - trust) * expects.begins[1]];
    (right + wrong, if right + wrong > 0.0 { right / (right + wrong) } else { trust })
}

/// Of several copies the answer is there when enough agree: later than one copy would be, and of those that are called off only
/// the share done is paid.
#[inline(never)]
fn copies(
    asked: &Asked<'_>,
    check: &Check,
    shared: &Shared,
    (method, passing): (&Method, &Passing),
    terms: &mut Terms,
) {
    let Some(drawn) = asked.nodes() else { return };
    if let Some(credibility) = check.credibility {
        return grouped::expect(terms, (check, credibility), &drawn, (shared.expected, shared.trust));
    }
    let (copies, agree, right) = (f64::from(check.count), f64::from(check.agree), shared.trust * method.alike);
    let answers = if right * copies > agree { agree / right } else { copies };
    let looks = Looks::expected(&drawn, shared.expected.nanos(), check, answers);
    let alone = drawn.wait[0] + shared.expected.nanos() * drawn.slowness[0];
    terms.agreement = (looks.time - alone).max(0.0);
    // If copies are not cancelled at the verdict, they run until the job ends. The job waits for them if its result
    // is accepted before the verdict.
    let all_end = !check.cancel && (method.defers || method.window > SimDuration::ZERO);
    let paid = if all_end { copies * right } else { agree + looks.paid - answers };
    terms.paid_copies = match check.appeal {
        None => paid.clamp(1.0, copies),
        Some(_) => {
            let agreed = [right, 1.0 - right].map(|right| binomial_tail(check.count, check.agree, right));
            (agreed[0] + agreed[1]) * paid.clamp(1.0, copies) + between_copies(method, passing, shared.trust).paid
        }
    };
}

/// What one checker is paid for so much work.
pub fn fee(scenario: &Scenario, price: Price, work: Work) -> Money {
    price.of_work(work, scenario.channels.rounding)
}

/// Work of the node beyond that of the answer, for a job of so much work.
pub fn overhead(method: &Method, work: Work) -> Work {
    match method.overhead == 0.0 && method.overhead_time == Work::ZERO {
        true => Work::ZERO,
        false => work.scaled(method.overhead) + method.overhead_time,
    }
}

/// Whether a placement with this method is a transaction, or may be.
#[inline]
pub fn needs_gas(scenario: &Scenario, method: &Method) -> bool {
    scenario.chain.runs && (scenario.chain.gas > 0 || method.gas.1 > 0)
}
