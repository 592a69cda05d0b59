//! A requester weighs value, prices, delays and trust of every offer with every method (model §5).
//!
//! From the value of a right answer are taken off, in this order: the price of computing; that of coordination; what the
//! delay costs; what verification costs and delays; what is lost because the answer may be wrong, or refused though right.
//! What is left is the surplus. Where no offer leaves any, the first deduction that leaves nothing of all of them is the cause,
//! and beside it stands, for each deduction, whether some offer would have left something without that one alone.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use crate::domain::fate::Cause;
use crate::domain::ids::{ClassId, JobSlot, MethodId, NodeId};
use crate::domain::money::Money;
use crate::domain::story::JobKey;
use crate::engine::maths;
use crate::engine::time::Time;
use crate::market::{Market, Moment};
use crate::policy::chooser::Offer;
use crate::policy::verdict::binomial_tail as at_least;
use crate::scenario::Scenario;
use crate::scenario::model::Class;
use crate::scenario::schema::Use;

use super::deaths::{Deaths, left_of};
use super::terms::Terms;

/// An offer with a method, all terms agreed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Who would compute.
    pub node: NodeId,
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
    pub gas: Money,
    /// The price of a checker's GPU-second.
    pub check: Money,
    /// The probability of a right answer.
    pub trust: f64,
    /// When the requester would begin to rely on the answer.
    pub use_at: Use,
    /// What is left of the value, in micro-credits.
    pub surplus: f64,
    /// What is taken off, in the order of [`Deduction::ALL`](crate::domain::fate::Deduction::ALL), in micro-credits.
    pub deductions: [f64; 5],
}

/// What a requester wants of an answer.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    class: &'a Class,
    /// In micro-credits.
    value: f64,
    /// Nanoseconds from now to the deadline.
    left: f64,
    /// Nanoseconds since the asking.
    passed: f64,
    /// The delays last asked about and what remained after them: methods share the delay of their offer, so every other
    /// exponential is known already.
    known: Cell<[(f64, f64); 2]>,
}

/// The quotes that one job was given at one instant, for whoever asks why it lives or dies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inquest {
    /// When.
    pub at: Time,
    /// The job's value, in micro-credits.
    pub value: f64,
    /// Every quote, by offer and method.
    pub quotes: Vec<Quote>,
    /// The one that was taken.
    pub taken: Option<Quote>,
    /// The cause, if none was.
    pub cause: Option<Cause>,
}

/// Watches the quotes of one job.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Which job.
    pub job: JobKey,
    /// What it was offered, each time it was.
    pub inquests: Vec<Inquest>,
}

impl<'a> Wish<'a> {
    /// What the requester of a job wants of its answer now.
    pub fn of(market: &Market, scenario: &'a Scenario, now: Time, slot: JobSlot) -> Wish<'a> {
        let story = market.jobs.story(slot);
        let left = if story.deadline == Time::NEVER { f64::INFINITY } else { story.deadline.0 as f64 - now.0 as f64 };
        Wish {
            class: &scenario.classes[story.class],
            value: story.value.0 as f64,
            left,
            passed: now.since(story.at.asked).0 as f64,
            known: Cell::new([(f64::NAN, 0.0); 2]),
        }
    }

    /// What remains of the value of an answer that comes so many nanoseconds from now; nothing past the deadline.
    fn worth(&self, delay: f64) -> f64 {
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

/// The quote of an offer with a method.
pub fn quote(wish: &Wish<'_>, scenario: &Scenario, offer: &Offer, terms: &Terms) -> Quote {
    let rounding = scenario.channels.rounding;
    // One execution is computing; what is executed beyond it only confirms it.
    let compute = offer.price;
    let copies = offer.price.times(u64::from(terms.copies - 1));
    let each = offer.rate.for_work(terms.overhead, rounding);
    let prover = each.times(u64::from(terms.copies));
    let verification = terms.checkers + prover + copies;
    let (right, wrong_first, wrong) = chances(offer.trust, terms);
    // Without checks the answer would be there after the node's delay and the chain's; what the node does for them comes on top.
    let unchecked = offer.delay.0 as f64 + terms.inclusion;
    let answered = unchecked + terms.overhead.0 as f64 * offer.slowness;
    let accepted = answered + terms.blocking;
    let last = accepted + terms.standing;
    let harm = wish.class.harm * wish.value;
    let stages = Stages { at: [answered, accepted, last], wrong: [1.0 - offer.trust, wrong_first, wrong], right, harm };
    let use_at = stages.chosen(wish);
    let (used, exposed) = match use_at {
        Use::Answered => (answered, 1.0 - offer.trust),
        Use::Final => (last, wrong),
        Use::Accepted | Use::WhenWorthIt => (accepted, wrong_first),
    };
    let open_risk = wrong + (1.0 - wish.class.recovers) * (exposed - wrong).max(0.0);
    // A verdict after the deadline is too late, whenever the answer would be used.
    let worth_first = wish.worth(unchecked);
    let worth_used = if accepted > wish.left { f64::NEG_INFINITY } else { wish.worth(used) };
    let latency = wish.value - worth_first;
    let delayed = match (worth_first == f64::NEG_INFINITY, worth_used == f64::NEG_INFINITY) {
        // Too late even without checks: the checks are to blame only if they alone would make it so.
        (true, _) if accepted - unchecked > wish.left => f64::INFINITY,
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        (false, false) => worth_first - worth_used,
    };
    // Of an answer that has cost more by its delay than it is worth, nothing is left to lose: no deduction is a gain.
    let at_use = if worth_used == f64::NEG_INFINITY { wish.value } else { worth_used.max(0.0) };
    let deductions = [
        compute.0 as f64,
        terms.coordination.0 as f64,
        latency,
        verification.0 as f64 + delayed,
        at_use * (1.0 - right) + harm * open_risk,
    ];
    Quote {
        node: offer.node,
        method: terms.method,
        compute,
        coordination: terms.coordination,
        verification,
        overhead: each,
        most: compute + copies + prover + terms.checkers_most + terms.coordination_most,
        gas: terms.gas,
        check: terms.check,
        trust: offer.trust,
        use_at,
        surplus: left_of(wish.value, &deductions, None),
        deductions,
    }
}

/// The probabilities that the answer is right and accepted for good, and wrong and past the blocking checks, and wrong and
/// past all.
fn chances(trust: f64, terms: &Terms) -> (f64, f64, f64) {
    let (right, wrong) = match terms.copies {
        1 => (trust, 1.0 - trust),
        // One answer is enough: it is as good as any. Otherwise all wrong copies are thought to agree (the worst case).
        _ if terms.agree == 1 => (trust, 1.0 - trust),
        copies => (at_least(copies, terms.agree, trust), at_least(copies, terms.agree, 1.0 - trust)),
    };
    (right * terms.right[1], wrong * terms.wrong[0], wrong * terms.wrong[1])
}

/// The instants from which an answer may be used, and what is at risk from each.
struct Stages {
    at: [f64; 3],
    wrong: [f64; 3],
    right: f64,
    harm: f64,
}

impl Stages {
    /// When the requester begins to rely on the answer; with `when-worth-it` the first instant at which waiting for the next costs
    /// more than it protects.
    fn chosen(&self, wish: &Wish<'_>) -> Use {
        let Use::WhenWorthIt = wish.class.use_at else { return wish.class.use_at };
        for (stage, name) in [Use::Answered, Use::Accepted].into_iter().enumerate() {
            let waiting = self.right * (wish.worth(self.at[stage]) - wish.worth(self.at[stage + 1]));
            let protects = self.harm * (self.wrong[stage] - self.wrong[stage + 1]);
            if waiting.is_nan() || waiting >= protects {
                return name;
            }
        }
        Use::Final
    }
}

/// Quotes every offer with every method. Each offer learns what it leaves with its best method; of those that leave
/// something the chooser takes one. Without any, says why.
pub fn choose(
    market: &mut Market,
    at: &Moment<'_>,
    slot: JobSlot,
    offers: &mut Vec<Offer>,
) -> Result<Quote, (Cause, u8)> {
    if offers.is_empty() {
        return Err((Cause::NoSupply, 0));
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    super::terms::collect(market, at, slot, &mut terms);
    terms.retain(|terms| terms.copies as usize <= offers.len());
    // Copies go to as many nodes as there are copies, each of which must leave something: a method that asks for more than
    // do is none.
    while let Some(few) = weigh(market, at, slot, offers, &terms) {
        terms.retain(|terms| terms.copies as usize <= few);
    }
    let chosen = conclude(market, at, slot, offers, &terms);
    terms.clear();
    market.scratch.terms = terms;
    chosen
}

/// Looks for the best quote of each offer. Says how many offers leave something, if that is fewer than a best quote asks for.
fn weigh(market: &mut Market, at: &Moment<'_>, slot: JobSlot, offers: &mut [Offer], terms: &[Terms]) -> Option<usize> {
    let scenario = at.scenario;
    let wish = Wish::of(market, scenario, at.now, slot);
    let best = &mut market.scratch.quotes;
    best.clear();
    let mut copies = 0;
    for offer in offers.iter_mut() {
        // Among equal methods the first admitted.
        let mut of_offer: Option<(Quote, u32)> = None;
        for terms in terms {
            let quote = quote(&wish, scenario, offer, terms);
            if of_offer.is_none_or(|(best, _)| quote.surplus > best.surplus) {
                of_offer = Some((quote, terms.copies));
            }
        }
        offer.surplus = of_offer.map_or(f64::NEG_INFINITY, |(quote, _)| quote.surplus);
        if let Some((quote, asked)) = of_offer.filter(|(quote, _)| quote.surplus > 0.0) {
            best.push(quote);
            copies = copies.max(asked as usize);
        }
    }
    Some(best.len()).filter(|&few| few < copies)
}

/// The quote that is taken among the best ones, or the cause and what would have been alive without.
fn conclude(
    market: &mut Market,
    at: &Moment<'_>,
    slot: JobSlot,
    offers: &mut Vec<Offer>,
    terms: &[Terms],
) -> Result<Quote, (Cause, u8)> {
    let scenario = at.scenario;
    let watched = market.inspection.as_ref().is_some_and(|watched| watched.job == market.jobs.story(slot).key);
    let mut inquest = None;
    let mut deaths = Deaths::default();
    if watched || market.scratch.quotes.is_empty() {
        let wish = Wish::of(market, scenario, at.now, slot);
        let mut quotes = Vec::new();
        for offer in offers.iter() {
            for terms in terms {
                let quote = quote(&wish, scenario, offer, terms);
                deaths.see(wish.value, &quote.deductions);
                if watched {
                    quotes.push(quote);
                }
            }
        }
        inquest = watched.then_some(Inquest { at: at.now, value: wish.value, quotes, taken: None, cause: None });
    }
    offers.retain(|offer| offer.surplus > 0.0);
    let taken = if offers.is_empty() {
        let cause = if terms.is_empty() { None } else { deaths.cause() };
        Err((cause.unwrap_or(Cause::NoSupply), deaths.alive_without()))
    } else {
        let place = super::offer::pick(market, scenario, slot, offers, 0);
        Ok(market.scratch.quotes[place])
    };
    if let Some(mut inquest) = inquest {
        (inquest.taken, inquest.cause) = (taken.ok(), taken.err().map(|(cause, _)| cause));
        market.inspection.as_mut().expect("an inquest is of a job that is watched").inquests.push(inquest);
    }
    taken
}

/// The first admitted method of a class, and whether a job of it needs any terms at all.
pub fn plain(scenario: &Scenario, class: ClassId) -> Option<MethodId> {
    let method = scenario.classes[class].methods[0];
    let free = scenario.verification.methods[method].checks.is_empty() && !scenario.chain.runs;
    free.then_some(method)
}

/// The chooser's offer with the first method, whatever they cost.
pub fn unseen(market: &mut Market, at: &Moment<'_>, slot: JobSlot, offers: &[Offer]) -> Result<Quote, (Cause, u8)> {
    if offers.is_empty() {
        return Err((Cause::NoSupply, 0));
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    super::terms::collect(market, at, slot, &mut terms);
    let wish = Wish::of(market, at.scenario, at.now, slot);
    let first = terms.first().filter(|terms| terms.copies as usize <= offers.len());
    let taken = first.map(|terms| (super::offer::pick(market, at.scenario, slot, offers, 0), *terms));
    terms.clear();
    market.scratch.terms = terms;
    taken.map(|(place, terms)| quote(&wish, at.scenario, &offers[place], &terms)).ok_or((Cause::NoSupply, 0))
}

/// A quote for a job that nobody checks, on no chain: the offer as it is. Such an answer is accepted and final when it is there.
pub fn as_offered(offer: &Offer, method: MethodId, use_at: Use) -> Quote {
    Quote {
        node: offer.node,
        method,
        compute: offer.price,
        coordination: Money::ZERO,
        verification: Money::ZERO,
        overhead: Money::ZERO,
        most: offer.price,
        gas: Money::ZERO,
        check: Money::ZERO,
        trust: offer.trust,
        use_at: if use_at == Use::WhenWorthIt { Use::Answered } else { use_at },
        surplus: 0.0,
        deductions: [0.0; 5],
    }
}
