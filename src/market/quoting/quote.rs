//! What an offer with a method leaves of the value of a job (model §5).
//!
//! From the value of a right answer are taken off, in this order: the price of computing; that of coordination; what the
//! delay costs; what verification costs and delays; what is lost because the answer may be wrong, or refused though right.
//! What is left is the surplus.

use crate::domain::work::Work;
use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::domain::answer::Use;
use crate::domain::ids::{MethodId, PartyId};
use crate::domain::money::{Money, Rounding};
use crate::domain::price::Price;
use crate::domain::record::JobRecord;
use crate::engine::time::Time;
use crate::maths;
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::model::Class;

use super::diagnosis::left_of;
use super::stages::{Begin, chosen};
use super::terms::Terms;

/// An offer with a method, all terms agreed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Who would compute.
    pub node: PartyId,
    /// How the answer would be verified.
    pub method: MethodId,
    /// The price of computing.
    pub compute: Money,
    /// The price of coordination, as expected.
    pub coordination: Money,
    /// The price of verification, as expected.
    pub verification: Money,
    /// Of that, what each node gets for work beyond that of the answer.
    pub overhead: Money,
    /// What is put into escrow: all prices if every check takes place.
    pub most: Money,
    /// The price of a unit of gas.
    pub gas: Price,
    /// The price of a checker's GPU-second.
    pub check: Price,
    /// The probability of a right answer.
    pub trust: f64,
    /// Nanoseconds until the answer is expected.
    pub answer: f64,
    /// Nanoseconds from then until the end of its checks, as expected.
    pub checks: f64,
    /// Of that, until the answer is accepted.
    pub blocking: f64,
    /// All of it before it was corrected by what was learnt.
    pub uncorrected: f64,
    /// When the requester would begin to rely on the answer.
    pub use_at: Use,
    /// What is left of the value, in micro-credits.
    pub surplus: f64,
    /// What is taken off, in the order of [`Deduction::ALL`](crate::domain::fate::Deduction::ALL), in micro-credits.
    pub deductions: [f64; 5],
}

/// Where five terms of the series of e⁻ˣ are of little use any more.
const FAR: f64 = 1.5;

/// What a requester wants of an answer.
#[derive(Clone, Debug)]
pub struct Valuation<'a> {
    class: &'a Class,
    /// In micro-credits.
    pub value: f64,
    /// What is lost by a wrong answer, in micro-credits.
    pub harm: f64,
    /// Nanoseconds from now to the deadline.
    left: f64,
    /// Nanoseconds since the asking.
    passed: f64,
    /// The delays last asked about and what remained after them: methods share the delay of their offer, so every other
    /// exponential is known already.
    known: Cell<[(f64, f64); 2]>,
}

impl<'a> Valuation<'a> {
    /// What the requester of a job wants of its answer now.
    pub fn of(record: &JobRecord, scenario: &'a Scenario, now: Time) -> Valuation<'a> {
        let left = if record.deadline == Time::NEVER { f64::INFINITY } else { record.deadline.0 as f64 - now.0 as f64 };
        let (class, value) = (&scenario.classes[record.class], record.value.0 as f64);
        Valuation {
            class,
            value,
            harm: class.harm * value,
            left,
            passed: now.since(record.at.asked).0 as f64,
            known: Cell::new([(f64::NAN, 0.0); 2]),
        }
    }

    /// What remains of the value of an answer that comes so many nanoseconds from now; nothing past the deadline.
    #[inline]
    pub fn worth(&self, delay: f64) -> f64 {
        if delay > self.left {
            return f64::NEG_INFINITY;
        }
        let total = self.passed + delay;
        if self.class.discount == 0.0 {
            return self.value - self.class.delay_cost * total;
        }
        let [last, before] = self.known.get();
        match (last.0 == delay, before.0 == delay) {
            (true, _) => last.1,
            (_, true) => {
                self.known.set([before, last]);
                before.1
            }
            _ => {
                let worth = self.value * maths::exp(-self.class.discount * total);
                // The one used last is kept: it is the delay of the offer, to which every method comes back.
                self.known.set([(delay, worth), last]);
                worth
            }
        }
    }
}

impl Valuation<'_> {
    /// Nanoseconds from now to the deadline.
    pub fn left(&self) -> f64 {
        self.left
    }

    /// When the answer would be used.
    pub fn use_at(&self) -> Use {
        self.class.use_at
    }

    /// The part of the harm that is undone if a wrong answer in use is found out.
    pub fn recovers(&self) -> f64 {
        self.class.recovers
    }

    /// No less than what remains of the value then, and without an exponential.
    #[inline]
    pub fn worth_at_most(&self, delay: f64) -> f64 {
        let total = self.passed + delay;
        match (delay > self.left, self.class.discount == 0.0) {
            (true, _) => f64::NEG_INFINITY,
            (_, true) => self.value - self.class.delay_cost * total,
            _ => self.value * self.remains_at_most(total),
        }
    }

    /// No less than the part of the worth that remains after so many nanoseconds more: what the first five terms of the series
    /// of e⁻ˣ leave out is −e⁻ᶿx⁵/120 for some θ from 0 to x (Taylor's theorem). Far out they rise again; what remains does not.
    #[inline]
    pub fn remains_at_most(&self, delay: f64) -> f64 {
        let x = self.class.discount * delay;
        let x = if x < FAR { x } else { FAR };
        1.0 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0))))
    }
}

/// The prices of an offer with a method.
struct Prices {
    /// One execution is computing; what is executed beyond it only confirms it.
    compute: Money,
    /// The executions beyond the first, and of canaries, as far as they are expected to be paid.
    copies: Money,
    /// What each node gets for work beyond that of the answer.
    overhead: Money,
    /// What those that are paid get for it, as expected.
    prover: Money,
}

impl Prices {
    #[inline(always)]
    fn of(rounding: Rounding, offer: &Offer, terms: &Terms) -> Prices {
        let overhead =
            if terms.overhead == Work::ZERO { Money::ZERO } else { offer.rate.of_work(terms.overhead, rounding) };
        let paid = |price: Money, copies: f64| Money::from_micro(price.0 as f64 * copies);
        let canaries = if terms.canaries.most == 0 { Money::ZERO } else { canaries(offer, terms, overhead) };
        if terms.copies == 1 {
            return Prices { compute: offer.price, copies: canaries, overhead, prover: overhead };
        }
        let (copies, prover) = (paid(offer.price, terms.paid_copies - 1.0), paid(overhead, terms.paid_copies));
        let copies = copies + canaries;
        Prices { compute: offer.price, copies, overhead, prover }
    }

    /// All prices if every copy and canary is paid and every check takes place.
    fn most(&self, terms: &Terms) -> Money {
        (self.compute + self.overhead).times(u64::from(terms.copies + terms.canaries.most))
            + terms.checkers_most
            + terms.coordination_most
    }

    #[inline]
    fn verification(&self, terms: &Terms) -> Money {
        terms.checkers + self.prover + self.copies
    }

    /// Those of computing, coordination and verification, in micro-credits.
    #[inline]
    fn paid(&self, terms: &Terms) -> [f64; 3] {
        [self.compute.0 as f64, terms.coordination.0 as f64, self.verification(terms).0 as f64]
    }
}

/// What the canaries beside an answer are expected to cost: they are planted where it is accepted.
#[inline(never)]
fn canaries(offer: &Offer, terms: &Terms, overhead: Money) -> Money {
    let (chances, _) = terms.acceptance.of_alike(terms.copies, terms.agree, offer.trust, terms.alike);
    let accepted = chances.accepted_right[0] + chances.accepted_wrong[0];
    terms.canaries.price(offer.price + overhead, offer.trust, accepted)
}

/// What an offer with a method leaves of a job's value, and why.
#[derive(Clone, Copy, Debug)]
pub struct SurplusBreakdown {
    /// In micro-credits.
    pub surplus: f64,
    /// What is taken off, in the order of [`Deduction::ALL`](crate::domain::fate::Deduction::ALL), in micro-credits.
    pub deductions: [f64; 5],
    /// When the answer would be used.
    pub use_at: Use,
}

impl SurplusBreakdown {
    /// Of this offer with this method.
    pub fn of(valuation: &Valuation<'_>, rounding: Rounding, offer: &Offer, terms: &Terms) -> SurplusBreakdown {
        let paid = paid(rounding, offer, terms);
        let (deductions, use_at) = deductions(valuation, paid, offer, terms);
        SurplusBreakdown { surplus: left_of(valuation.value, &deductions), deductions, use_at }
    }
}

/// The prices of computing, coordination and verification of an offer with a method, in micro-credits.
#[inline(always)]
pub fn paid(rounding: Rounding, offer: &Offer, terms: &Terms) -> [f64; 3] {
    Prices::of(rounding, offer, terms).paid(terms)
}

/// The quote of an offer with a method.
pub fn quote(rounding: Rounding, offer: &Offer, terms: &Terms, left: &SurplusBreakdown) -> Quote {
    let prices = Prices::of(rounding, offer, terms);
    let compute = prices.compute;
    let SurplusBreakdown { surplus, deductions, use_at } = *left;
    Quote {
        node: offer.node,
        method: terms.method,
        compute,
        coordination: terms.coordination,
        verification: prices.verification(terms),
        overhead: prices.overhead,
        most: prices.most(terms),
        gas: terms.gas,
        check: terms.check,
        trust: offer.trust,
        answer: offer.delay.nanos() + terms.inclusion + terms.overhead.nanos() * offer.slowness + terms.agreement,
        checks: terms.blocking + terms.standing,
        blocking: terms.blocking,
        uncorrected: terms.uncorrected,
        use_at,
        surplus,
        deductions,
    }
}

/// The best method of an offer.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    /// The place of the offer.
    pub offer: usize,
    /// The method's place among the terms.
    pub place: usize,
    /// What it leaves.
    pub left: SurplusBreakdown,
}

/// What is taken off the value, in the order of [`Deduction::ALL`](crate::domain::fate::Deduction::ALL), and when the answer
/// would be used; `paid` are the prices of computing, coordination and verification, all in micro-credits.
fn deductions(valuation: &Valuation<'_>, paid: [f64; 3], offer: &Offer, terms: &Terms) -> ([f64; 5], Use) {
    // Copies have agreed by the time the answer is there.
    let (chances, wrong_answered) = terms.acceptance.of_alike(terms.copies, terms.agree, offer.trust, terms.alike);
    let ([_, right], [wrong_first, wrong]) = (chances.accepted_right, chances.accepted_wrong);
    let stays = terms.stays(offer);
    let (right, wrong) = (right * stays, wrong * stays);
    // Without checks the answer would be there after the node's delay and the chain's; what the node does for them comes on top.
    let unchecked = offer.delay.nanos() + terms.inclusion;
    let worth_first = valuation.worth(unchecked);
    let answered = unchecked + terms.overhead.nanos() * offer.slowness + terms.agreement;
    let accepted = answered + terms.blocking;
    let last = accepted + terms.standing;
    let open_risk = |exposed: f64| wrong + (1.0 - valuation.class.recovers) * (exposed - wrong).max(0.0);
    // An answer used at once does not wait for its checks.
    let begins = [
        Begin { at: answered, risk: open_risk(wrong_answered), in_time: 1.0 },
        Begin { at: accepted, risk: open_risk(wrong_first), in_time: terms.in_time },
        Begin { at: last, risk: open_risk(wrong), in_time: terms.in_time },
    ];
    let use_at = match valuation.class.use_at {
        Use::WhenWorthIt => chosen(valuation, right, begins),
        fixed => fixed,
    };
    let Begin { at: used, risk: open_risk, in_time } = match use_at {
        Use::Answered => begins[0],
        Use::Accepted => begins[1],
        Use::Final | Use::WhenWorthIt => begins[2],
    };
    // An answer used after the deadline is worth nothing; when its checks end otherwise is no matter.
    let worth_used = if used == unchecked { worth_first } else { valuation.worth(used) };
    let latency = valuation.value - worth_first;
    let delayed = match (worth_first == f64::NEG_INFINITY, worth_used == f64::NEG_INFINITY) {
        // Too late even without checks: the checks are to blame only if they alone would make it so.
        (true, _) if used - unchecked > valuation.left => f64::INFINITY,
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        (false, false) => (worth_first - worth_used * in_time).max(0.0),
    };
    // Of an answer that has cost more by its delay than it is worth, nothing is left to lose: no deduction is a gain.
    let at_use = if worth_used == f64::NEG_INFINITY { valuation.value } else { (worth_used * in_time).max(0.0) };
    let risk = at_use * (1.0 - right).max(0.0) + valuation.harm * open_risk * in_time;
    ([paid[0], paid[1], latency, paid[2] + delayed, risk], use_at)
}
