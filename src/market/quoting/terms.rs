//! What each admitted method would cost a job and promise it, whichever node computes (model §5, §8).

use serde::{Deserialize, Serialize};

use crate::domain::acceptance::Acceptance;
use crate::domain::checking::{Backtrack, Checker};
use crate::domain::ids::{MethodId, RequesterId};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::engine::time::SimDuration;
use crate::market::state::checkers::{Checkers, Drawn};
use crate::market::state::learnt::Correction;
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::verification::{Check, Method};

use super::expectation::{Looks, of_offers};
use super::passing::Passing;

/// What a method costs one job, and how often an answer passes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The method.
    pub method: MethodId,
    /// Work of the node beyond that of the answer, on the reference GPU.
    pub overhead: SimDuration,
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
}

/// What all methods see alike.
pub struct Shared<'a> {
    /// The expected work of the job on the reference GPU.
    pub expected: SimDuration,
    /// The price of a unit of gas, with what the requester adds to it.
    pub gas_price: Price,
    /// The price of a checker's GPU-second.
    pub check_price: Price,
    /// How often answers pass the checks.
    pub passing: &'a Passing,
    /// Nanoseconds that a transaction waits for its block.
    pub inclusion: f64,
    /// The probability of a right answer, on the average over the offers.
    pub trust: f64,
    /// What was learnt of the delay of checks.
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
    /// Whose list of parties is drawn from.
    pub view: usize,
    /// The group of the requester.
    pub requester: RequesterId,
    /// The offers of the job.
    pub offers: &'a [Offer],
}

impl Asked<'_> {
    /// What a check meets at the parties that may be drawn for it; `None` if there are none, or none is needed.
    fn drawn(&self, check: &Check) -> Option<Drawn> {
        let drawn = match check.by {
            Checker::Attestation => return None,
            Checker::Validators | Checker::Proof => self.checkers.drawn(self.view, check.way, self.requester),
            Checker::Peers | Checker::Replicas => None,
        };
        // Peers and copies are nodes like those that offer. Without provers the node itself makes the proof.
        drawn.or_else(|| match check.by {
            Checker::Validators => None,
            _ => of_offers(self.offers, self.scenario.network.mean_round_trip.nanos()),
        })
    }
}

impl Terms {
    /// Of one method.
    pub fn of(asked: &Asked<'_>, (id, method): (MethodId, &Method), shared: &Shared<'_>) -> Terms {
        let scenario = asked.scenario;
        let (expected, chain, passing, scrutiny) = (shared.expected, &scenario.chain, shared.passing, shared.scrutiny);
        let coordination_most = shared.gas_price.of_units(chain.gas + method.gas.1);
        let mut terms = Terms {
            method: id,
            overhead: overhead(method, expected),
            checkers: Money::ZERO,
            checkers_most: Money::ZERO,
            gas: shared.gas_price,
            check: shared.check_price,
            coordination: match method.gas.1 {
                0 => coordination_most,
                _ => Money::from_micro((chain.gas as f64 + method.gas_at(scrutiny)) * shared.gas_price.micro())
                    .min(coordination_most),
            },
            coordination_most,
            inclusion: if needs_gas(scenario, method) { shared.inclusion } else { 0.0 },
            agreement: 0.0,
            blocking: 0.0,
            standing: 0.0,
            acceptance: passing.acceptance,
            in_time: 1.0 - method.looks_at(scrutiny) * shared.correction.late,
            copies: method.copies,
            paid_copies: f64::from(method.copies),
            agree: method.agree,
            falls: scenario.verification.backtrack == Backtrack::Revoke && method.stands(),
            scrutiny: if method.by_standing { scrutiny } else { f64::NAN },
        };
        for (index, check) in method.checks.iter().enumerate() {
            if check.by == Checker::Replicas {
                copies(asked, method, check, shared, &mut terms);
                continue;
            }
            let (each, expects) = (check.expected_work(expected), &passing.checks[index]);
            let sample = check.sample_at(scrutiny);
            let votes = shared.trust * expects.votes[0] + (1.0 - shared.trust) * expects.votes[1];
            let (takes, paid) = match asked.drawn(check) {
                None => (each.nanos(), 1.0),
                // What takes no time does not queue.
                Some(drawn) if each == SimDuration::ZERO => (drawn.trip, f64::from(check.count)),
                Some(drawn) => {
                    let looks = Looks::expected(&drawn, each.nanos(), check, votes);
                    (drawn.trip + passing.care(check.by) * looks.time, looks.paid)
                }
            };
            if check.by != Checker::Attestation {
                let fee = fee(scenario, shared.check_price, each);
                terms.checkers_most += fee.times(u64::from(check.count));
                terms.checkers += Money::from_micro(fee.0 as f64 * sample * paid);
            }
            let takes = sample * takes * shared.correction.delay;
            let until = if check.deferred { &mut terms.standing } else { &mut terms.blocking };
            *until = if takes > *until { takes } else { *until };
        }
        let window = method.window.nanos();
        terms.standing = if window > terms.standing { window } else { terms.standing };
        terms
    }
}

impl Terms {
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

/// Of several copies the answer is there when enough agree: later than one copy would be, and of those that are called off only
/// the share done is paid.
fn copies(asked: &Asked<'_>, method: &Method, check: &Check, shared: &Shared<'_>, terms: &mut Terms) {
    let Some(drawn) = asked.drawn(check) else { return };
    let (copies, agree, right) = (f64::from(check.count), f64::from(check.agree), shared.trust);
    let answers = if right * copies > agree { agree / right } else { copies };
    let looks = Looks::expected(&drawn, shared.expected.nanos(), check, answers);
    let alone = drawn.wait[0] + shared.expected.nanos() * drawn.slowness[0];
    terms.agreement = (looks.time - alone).max(0.0);
    // If copies are not cancelled at the verdict, they run until the job ends. The job waits for them if its result
    // is accepted before the verdict.
    let all_end = !check.cancel && (method.defers || method.window > SimDuration::ZERO);
    let paid = if all_end { copies * right } else { agree + looks.paid - answers };
    terms.paid_copies = paid.clamp(1.0, copies);
}

/// What one checker is paid for so much work.
pub fn fee(scenario: &Scenario, price: Price, work: SimDuration) -> Money {
    price.of_work(work, scenario.channels.rounding)
}

/// Work of the node beyond that of the answer, for a job of so much work.
pub fn overhead(method: &Method, work: SimDuration) -> SimDuration {
    match method.overhead == 0.0 && method.overhead_time == SimDuration::ZERO {
        true => SimDuration::ZERO,
        false => work.scaled(method.overhead) + method.overhead_time,
    }
}

/// Whether a placement with this method is a transaction, or may be.
#[inline]
pub fn needs_gas(scenario: &Scenario, method: &Method) -> bool {
    scenario.chain.runs && (scenario.chain.gas > 0 || method.gas.1 > 0)
}
