//! A requester weighs value, prices, delays and trust of every offer with every method, and takes one or none (model §5).
//!
//! Where no offer leaves any surplus, the first deduction that leaves nothing of all of them is the cause, and beside it
//! stands, for each deduction, whether some offer would have left something without that one alone.

use serde::Serialize;

use crate::domain::fate::Cause;
use crate::domain::ids::{ClassId, JobSlot, MethodId};
use crate::domain::money::Money;
use crate::domain::story::JobKey;
use crate::engine::time::Time;
use crate::market::{Market, Moment};
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::schema::Use;

use super::deaths::Deaths;
use super::quote::{Quote, Wish, quote, surplus_above, taken_off};
use super::terms::Terms;

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

/// Weighs every offer with every method. Each offer learns what it leaves with its best method; of those that leave
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
    super::terms::collect(market, at, slot, offers, &mut terms);
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

/// Looks for the best method of each offer. Says how many offers leave something, if that is fewer than a best method asks
/// for.
fn weigh(market: &mut Market, at: &Moment<'_>, slot: JobSlot, offers: &mut [Offer], terms: &[Terms]) -> Option<usize> {
    let rounding = at.scenario.channels.rounding;
    let wish = Wish::of(market, at.scenario, at.now, slot);
    let best = &mut market.scratch.best;
    best.clear();
    let mut copies = 0;
    for offer in offers.iter_mut() {
        // Among equal methods the first admitted; whatever leaves nothing is none.
        let mut of_offer = None;
        offer.surplus = 0.0;
        for (place, terms) in terms.iter().enumerate() {
            if let Some(surplus) = surplus_above(&wish, rounding, offer, terms, offer.surplus) {
                (of_offer, offer.surplus) = (Some(place), surplus);
            }
        }
        if let Some(place) = of_offer {
            best.push(place as u32);
            copies = copies.max(terms[place].copies as usize);
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
    let wish = Wish::of(market, scenario, at.now, slot);
    let watched = market.inspection.as_ref().is_some_and(|watched| watched.job == market.jobs.story(slot).key);
    let mut inquest = None;
    let mut deaths = Deaths::default();
    if watched || market.scratch.best.is_empty() {
        let mut quotes = Vec::new();
        for offer in offers.iter() {
            for terms in terms {
                deaths.see(wish.value, &taken_off(&wish, scenario.channels.rounding, offer, terms));
                if watched {
                    quotes.push(quote(&wish, scenario, offer, terms));
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
        Ok(quote(&wish, scenario, &offers[place], &terms[market.scratch.best[place] as usize]))
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
    super::terms::collect(market, at, slot, offers, &mut terms);
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
