//! A requester weighs value, prices, delays and trust of every offer with every method, and takes one or none (model §5).
//!
//! Where no offer leaves any surplus, the first deduction that leaves nothing of all of them is the cause, and beside it
//! stands, for each deduction, whether some offer would have left something without that one alone.

use crate::domain::fate::Cause;
use crate::domain::ids::{ClassId, JobSlot, MethodId};
use crate::domain::money::{Money, Rounding};
use crate::domain::purpose::{Purpose, draw};
use crate::market::moment::Moment;
use crate::market::quoting::bound::Ceilings;
use crate::market::quoting::deaths::Deaths;
use crate::market::quoting::inquest::Inquest;
use crate::market::quoting::quote::{Best, Left, Quote, Wish, quote};
use crate::market::quoting::terms::Terms;
use crate::market::state::{Scratch, State};
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::schema::Use;

use super::terms;

/// Weighs every offer with every method. Each offer learns what it leaves with its best method; of those that leave
/// something the chooser takes one. Without any, says why.
pub fn choose(
    market: &mut State,
    at: &Moment<'_>,
    slot: JobSlot,
    offers: &mut Vec<Offer>,
) -> Result<Quote, (Cause, u8)> {
    if offers.is_empty() {
        return Err((Cause::NoSupply, 0));
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    terms::collect(market, at, slot, offers, &mut terms);
    terms.retain(|terms| terms.copies as usize <= offers.len());
    let wish = Wish::of(market.jobs.story(slot), at.scenario, at.now);
    let (scratch, rounding) = (&mut market.scratch, at.scenario.channels.rounding);
    scratch.ceilings.raise(&wish, offers, &terms);
    // Who takes the largest surplus needs no closer look at what cannot leave it, unless the next best get copies.
    let hope = scratch.ceilings.highest().map(|offer| terms[scratch.ceilings.of(offer).place].copies);
    let leading = at.scenario.routing.chooser.takes_most_surplus() && hope.is_none_or(|copies| copies == 1);
    if !leading || weigh(scratch, &wish, rounding, offers, &terms, leading) > 1 {
        // Copies go to as many nodes as there are copies, each of which must leave something: a method that asks for more
        // than do is none.
        while weigh(scratch, &wish, rounding, offers, &terms, false) > scratch.best.len() {
            terms.retain(|terms| terms.copies as usize <= scratch.best.len());
            scratch.ceilings.raise(&wish, offers, &terms);
        }
    }
    let chosen = conclude(market, at, (slot, &wish), offers, &terms);
    terms.clear();
    market.scratch.terms = terms;
    chosen
}

/// Looks for the best method of each offer, or, of `leading` ones, of each that leaves no less than those before it: the others
/// are passed over as if they left nothing. Says how many copies a method that was found asks for at most; 0 if none was.
fn weigh(
    scratch: &mut Scratch,
    wish: &Wish<'_>,
    rounding: Rounding,
    offers: &mut [Offer],
    terms: &[Terms],
    leading: bool,
) -> usize {
    let (best, ceilings) = (&mut scratch.best, &mut scratch.ceilings);
    best.clear();
    // Who leaves most at most is weighed first: little that comes after him needs a closer look.
    let hope = if leading { ceilings.highest() } else { None };
    let hoped = hope.and_then(|hope| best_method(wish, rounding, (&offers[hope], hope), terms, ceilings, 0.0));
    // Equal offers are told apart by the chooser.
    let no_less_than = |surplus: f64| if leading { surplus.next_down() } else { 0.0 };
    let mut bar = hoped.map_or(0.0, |best| no_less_than(best.left.surplus));
    let mut copies = 0;
    for (index, offer) in offers.iter_mut().enumerate() {
        let found = match Some(index) == hope {
            true => hoped.filter(|best| best.left.surplus > bar),
            false if ceilings.of(index).most <= bar => None,
            false => best_method(wish, rounding, (offer, index), terms, ceilings, bar),
        };
        offer.surplus = 0.0;
        if let Some(found) = found {
            offer.surplus = found.left.surplus;
            copies = copies.max(terms[found.place].copies as usize);
            bar = no_less_than(offer.surplus);
            best.push(found);
        }
    }
    copies
}

/// The method with which an offer leaves the most, and what that is, if it is more than `bar`; among equal ones the first
/// admitted. What is left at most with a method tells which need no closer look.
fn best_method(
    wish: &Wish<'_>,
    rounding: Rounding,
    (offer, index): (&Offer, usize),
    terms: &[Terms],
    ceilings: &Ceilings,
    mut bar: f64,
) -> Option<Best> {
    let ceiling = ceilings.of(index);
    let mut best: Option<Best> = None;
    // The one that leaves most at most comes first, and then the others in their order.
    let others = (0..terms.len()).filter(|&place| place != ceiling.place);
    for place in std::iter::once(ceiling.place).chain(others) {
        if ceilings.with(place, offer, &ceiling) <= bar {
            continue;
        }
        let left = Left::of(wish, rounding, offer, &terms[place]);
        if left.surplus > bar || (left.surplus == bar && best.is_some_and(|before| place < before.place)) {
            (best, bar) = (Some(Best { offer: index, place, left }), left.surplus);
        }
    }
    best
}

/// The quote that is taken among the best ones, or the cause and what would have been alive without.
fn conclude(
    market: &mut State,
    at: &Moment<'_>,
    (slot, wish): (JobSlot, &Wish<'_>),
    offers: &mut Vec<Offer>,
    terms: &[Terms],
) -> Result<Quote, (Cause, u8)> {
    let (scenario, rounding) = (at.scenario, at.scenario.channels.rounding);
    let watched = market.inspection.as_ref().is_some_and(|watched| watched.job == market.jobs.story(slot).key);
    let mut inquest = None;
    let mut deaths = Deaths::default();
    if watched || market.scratch.best.is_empty() {
        let mut quotes = Vec::new();
        for offer in offers.iter() {
            for terms in terms {
                if !watched && !deaths.may_learn(wish.value, offer.price.0 as f64) {
                    continue;
                }
                let left = Left::of(wish, rounding, offer, terms);
                deaths.see(wish.value, &left.deductions);
                if watched {
                    quotes.push(quote(rounding, offer, terms, &left));
                }
            }
        }
        inquest = watched.then_some(Inquest { at: at.now, value: wish.value, quotes, taken: None, cause: None });
    }
    let quoted = |offer: &Offer, best: &Best| quote(rounding, offer, &terms[best.place], &best.left);
    let taken = match market.scratch.best[..] {
        [] => {
            let cause = if terms.is_empty() { None } else { deaths.cause() };
            Err((cause.unwrap_or(Cause::NoSupply), deaths.alive_without()))
        }
        [only] => Ok(quoted(&offers[only.offer], &only)),
        _ => {
            offers.retain(|offer| offer.surplus > 0.0);
            let place = pick(market, scenario, slot, offers, 0);
            Ok(quoted(&offers[place], &market.scratch.best[place]))
        }
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
pub fn unseen(market: &mut State, at: &Moment<'_>, slot: JobSlot, offers: &[Offer]) -> Result<Quote, (Cause, u8)> {
    if offers.is_empty() {
        return Err((Cause::NoSupply, 0));
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    terms::collect(market, at, slot, offers, &mut terms);
    let wish = Wish::of(market.jobs.story(slot), at.scenario, at.now);
    let first = terms.first().filter(|terms| terms.copies as usize <= offers.len());
    let taken = first.map(|terms| (pick(market, at.scenario, slot, offers, 0), *terms));
    terms.clear();
    market.scratch.terms = terms;
    let rounding = at.scenario.channels.rounding;
    let quoted = |(place, terms): (usize, Terms)| {
        quote(rounding, &offers[place], &terms, &Left::of(&wish, rounding, &offers[place], &terms))
    };
    taken.map(quoted).ok_or((Cause::NoSupply, 0))
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
        answer: offer.delay.nanos(),
        checks: 0.0,
        use_at: if use_at == Use::WhenWorthIt { Use::Answered } else { use_at },
        surplus: 0.0,
        deductions: [0.0; 5],
    }
}

/// Index of the offer chosen for copy number `copy`; there is at least one offer.
pub fn pick(market: &mut State, scenario: &Scenario, slot: JobSlot, offers: &[Offer], copy: u32) -> usize {
    if offers.len() == 1 {
        return 0;
    }
    let story = market.jobs.story(slot);
    // Attempts are fewer than 2¹⁴, copies fewer than 2⁸.
    let again = (u32::from(story.renegotiations) & 0x3ff) << 14;
    let number = u32::from(market.jobs[slot].attempt) | again | copy << 24;
    let mut drawn = draw(market.seed, Purpose::Choice, story.key, number);
    scenario.routing.chooser.choose(offers, &mut drawn)
}
