//! A requester weighs value, prices, delays and trust of every offer with every method, and takes one or none (model §5).
//!
//! Where no offer leaves any surplus, the first deduction that leaves nothing of all of them is the cause, and beside it
//! stands, for each deduction, whether some offer would have left something without that one alone, and whether some would with the
//! method `none`.

use crate::domain::answer::Use;
use crate::domain::fate::Cause;
use crate::domain::ids::{ClassId, JobSlot, MethodId};
use crate::domain::money::{Money, Rounding};
use crate::domain::price::Price;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::market::context::Context;
use crate::market::quoting::bound::{SurplusBounds, may_leave};
use crate::market::quoting::diagnosis::{DeclineDiagnosis, Refusal};
use crate::market::quoting::quote::{Best, Quote, SurplusBreakdown, Valuation, paid, quote};
use crate::market::quoting::quote_trace::QuoteTrace;
use crate::market::quoting::terms::Terms;
use crate::market::state::{Scratch, State};
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;

use super::terms;

/// Weighs every offer with every method. Each offer learns what it leaves with its best method; of those that leave
/// something the chooser takes one. Without any, says why.
pub fn choose(market: &mut State, at: &Context<'_>, slot: JobSlot, offers: &mut Vec<Offer>) -> Result<Quote, Refusal> {
    if offers.is_empty() {
        return Err(Refusal::NO_SUPPLY);
    }
    let valuation = Valuation::of(market.jobs.record(slot), at.scenario, at.now);
    let is_too_dear = |offer: &Offer| offer.price.0 as f64 >= valuation.value;
    if offers.iter().all(is_too_dear) && !is_watched(market, slot) {
        return Err(too_dear(market, at, (slot, &valuation), offers));
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    collect(market, at, slot, offers, &at.scenario.classes[market.jobs[slot].class].methods, &mut terms);
    let (scratch, rounding) = (&mut market.scratch, at.scenario.channels.rounding);
    scratch.bounds.raise(&valuation, offers, &scratch.scrutinies, &terms);
    // Who takes the largest surplus needs no closer look at what cannot leave it, unless the next best get copies.
    let hope = scratch.bounds.highest().map(|offer| terms[scratch.bounds.of(offer).place].copies);
    let leading = at.scenario.routing.chooser.takes_most_surplus() && hope.is_none_or(|copies| copies == 1);
    if !leading || weigh(scratch, &valuation, rounding, offers, &terms, leading) > 1 {
        // Copies go to as many nodes as there are copies, each of which must leave something: a method that asks for more
        // than do is none.
        while weigh(scratch, &valuation, rounding, offers, &terms, false) > scratch.best.len() {
            terms.retain(|terms| terms.copies as usize <= scratch.best.len());
            scratch.bounds.raise(&valuation, offers, &scratch.scrutinies, &terms);
        }
    }
    let chosen = conclude(market, at, (slot, &valuation), offers, &terms);
    terms.clear();
    market.scratch.terms = terms;
    chosen
}

/// Puts the terms of those of these methods into `terms` for which there are enough offers.
fn collect(
    market: &mut State,
    at: &Context<'_>,
    slot: JobSlot,
    offers: &[Offer],
    methods: &[MethodId],
    terms: &mut Vec<Terms>,
) {
    terms::collect(market, at, slot, offers, methods, terms);
    if terms.iter().any(|terms| terms.copies as usize > offers.len()) {
        terms.retain(|terms| terms.copies as usize <= offers.len());
    }
}

/// Why a job is declined whose offers each cost all of its value or more: they can tell only whether something would be left without
/// their price. So the terms of a method are made only if those before it have not shown that.
fn too_dear(
    market: &mut State,
    at: &Context<'_>,
    (slot, valuation): (JobSlot, &Valuation<'_>),
    offers: &[Offer],
) -> Refusal {
    let mut terms = std::mem::take(&mut market.scratch.terms);
    let (mut diagnosis, mut is_served) = (DeclineDiagnosis::default(), false);
    let rounding = at.scenario.channels.rounding;
    for method in &at.scenario.classes[market.jobs[slot].class].methods {
        collect(market, at, slot, offers, std::slice::from_ref(method), &mut terms);
        is_served |= !terms.is_empty();
        see_each(offers, &market.scratch.scrutinies, &terms, |index, place| {
            if diagnosis.placeable_without() == 0 {
                let left = SurplusBreakdown::of(valuation, rounding, &offers[index], &terms[place]);
                diagnosis.see(valuation.value, &left.deductions);
            }
        });
        terms.clear();
        if diagnosis.placeable_without() != 0 {
            break;
        }
    }
    market.scratch.terms = terms;
    Refusal {
        cause: if is_served { Cause::Compute } else { Cause::NoSupply },
        placeable_without: diagnosis.placeable_without(),
        placeable_with_none: false,
    }
}

/// What each offer leaves with each method, as far as it can tell anything new.
fn diagnose(
    scratch: &Scratch,
    (valuation, rounding): (&Valuation<'_>, Rounding),
    offers: &[Offer],
    terms: &[Terms],
) -> DeclineDiagnosis {
    let mut diagnosis = DeclineDiagnosis::default();
    see_each(offers, &scratch.scrutinies, terms, |index, place| {
        let (offer, terms) = (&offers[index], &terms[place]);
        let most = scratch.bounds.reach(place, index, valuation, offer);
        if diagnosis.may_learn(paid(rounding, offer, terms), &most) {
            diagnosis.see(valuation.value, &SurplusBreakdown::of(valuation, rounding, offer, terms).deductions);
        }
    });
    diagnosis
}

/// Shows the place of each offer with that of the terms of each method, as they are for its node.
fn see_each(offers: &[Offer], scrutinies: &[f64], terms: &[Terms], mut see: impl FnMut(usize, usize)) {
    for index in 0..offers.len() {
        let scrutiny = scrutinies.get(index).copied().unwrap_or(f64::NAN);
        let fitting = terms.iter().enumerate().filter(|(_, terms)| terms.fit(scrutiny));
        fitting.for_each(|(place, _)| see(index, place));
    }
}

/// Whether the quotes of a job are watched.
fn is_watched(market: &State, slot: JobSlot) -> bool {
    market.inspection.as_ref().is_some_and(|watched| watched.job == market.jobs.record(slot).key)
}

/// Looks for the best method of each offer, or, of `leading` ones, of each that leaves no less than those before it: the others
/// are passed over as if they left nothing. Says how many copies a method that was found asks for at most; 0 if none was.
fn weigh(
    scratch: &mut Scratch,
    valuation: &Valuation<'_>,
    rounding: Rounding,
    offers: &mut [Offer],
    terms: &[Terms],
    leading: bool,
) -> usize {
    let (best, bounds) = (&mut scratch.best, &mut scratch.bounds);
    best.clear();
    // Who leaves most at most is weighed first: little that comes after him needs a closer look.
    let hope = if leading { bounds.highest() } else { None };
    let hoped = hope.and_then(|hope| best_method(valuation, rounding, (&offers[hope], hope), terms, bounds, 0.0));
    // Equal offers are told apart by the chooser.
    let no_less_than = |surplus: f64| if leading { surplus.next_down() } else { 0.0 };
    let mut bar = hoped.map_or(0.0, |best| no_less_than(best.left.surplus));
    let mut copies = 0;
    for (index, offer) in offers.iter_mut().enumerate() {
        let found = match Some(index) == hope {
            true => hoped.filter(|best| best.left.surplus > bar),
            false if bounds.of(index).most <= bar => None,
            false => best_method(valuation, rounding, (offer, index), terms, bounds, bar),
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
    valuation: &Valuation<'_>,
    rounding: Rounding,
    (offer, index): (&Offer, usize),
    terms: &[Terms],
    bounds: &SurplusBounds,
    mut bar: f64,
) -> Option<Best> {
    let ceiling = bounds.of(index);
    let mut best: Option<Best> = None;
    // The one that leaves most at most comes first, and then the others in their order.
    let others = (0..terms.len()).filter(|&place| place != ceiling.place);
    for place in std::iter::once(ceiling.place).chain(others) {
        if bounds.with(place, offer, &ceiling) <= bar {
            continue;
        }
        let left = SurplusBreakdown::of(valuation, rounding, offer, &terms[place]);
        if left.surplus > bar || (left.surplus == bar && best.is_some_and(|before| place < before.place)) {
            (best, bar) = (Some(Best { offer: index, place, left }), left.surplus);
        }
    }
    best
}

/// The quote that is taken among the best ones, or the cause and without which deduction it would have been placed.
fn conclude(
    market: &mut State,
    at: &Context<'_>,
    (slot, valuation): (JobSlot, &Valuation<'_>),
    offers: &mut Vec<Offer>,
    terms: &[Terms],
) -> Result<Quote, Refusal> {
    let (scenario, rounding) = (at.scenario, at.scenario.channels.rounding);
    let quote_trace = is_watched(market, slot).then(|| {
        let mut quotes = Vec::new();
        see_each(offers, &market.scratch.scrutinies, terms, |index, place| {
            let (offer, terms) = (&offers[index], &terms[place]);
            quotes.push(quote(rounding, offer, terms, &SurplusBreakdown::of(valuation, rounding, offer, terms)));
        });
        QuoteTrace { at: at.now, value: valuation.value, quotes, taken: None, cause: None }
    });
    let quoted = |offer: &Offer, best: &Best| quote(rounding, offer, &terms[best.place], &best.left);
    let taken = match market.scratch.best[..] {
        [] => {
            let diagnosis = diagnose(&market.scratch, (valuation, rounding), offers, terms);
            let cause = if terms.is_empty() { None } else { diagnosis.cause() };
            Err(Refusal {
                cause: cause.unwrap_or(Cause::NoSupply),
                placeable_without: diagnosis.placeable_without(),
                placeable_with_none: leaves_with_none(market, at, (slot, valuation), offers),
            })
        }
        [only] => Ok(quoted(&offers[only.offer], &only)),
        _ => {
            offers.retain(|offer| offer.surplus > 0.0);
            let place = pick(market, scenario, slot, offers, 0);
            Ok(quoted(&offers[place], &market.scratch.best[place]))
        }
    };
    if let Some(mut quote_trace) = quote_trace {
        (quote_trace.taken, quote_trace.cause) = (taken.ok(), taken.err().map(|refusal| refusal.cause));
        market.inspection.as_mut().expect("a quote trace is of a job that is watched").quote_traces.push(quote_trace);
    }
    taken
}

/// Whether an unchecked answer of some offer would have a positive surplus. The class need not admit unchecked answers.
fn leaves_with_none(
    market: &State,
    at: &Context<'_>,
    (slot, valuation): (JobSlot, &Valuation<'_>),
    offers: &[Offer],
) -> bool {
    let Some(terms) = terms::unchecked(market, at, slot) else { return false };
    let rounding = at.scenario.channels.rounding;
    let mut worth_it = offers.iter().filter(|offer| may_leave(valuation, offer, &terms));
    worth_it.any(|offer| SurplusBreakdown::of(valuation, rounding, offer, &terms).surplus > 0.0)
}

/// The first admitted method of a class, and whether a job of it needs any terms at all.
pub fn plain(scenario: &Scenario, class: ClassId) -> Option<MethodId> {
    let method = scenario.classes[class].methods[0];
    let free = scenario.verification.methods[method].checks.is_empty() && !scenario.chain.runs;
    free.then_some(method)
}

/// The chooser's offer with the first method, whatever they cost.
pub fn unseen(market: &mut State, at: &Context<'_>, slot: JobSlot, offers: &[Offer]) -> Result<Quote, Refusal> {
    if offers.is_empty() {
        return Err(Refusal::NO_SUPPLY);
    }
    let mut terms = std::mem::take(&mut market.scratch.terms);
    terms::collect(market, at, slot, offers, &at.scenario.classes[market.jobs[slot].class].methods, &mut terms);
    let valuation = Valuation::of(market.jobs.record(slot), at.scenario, at.now);
    let first = terms.first().filter(|terms| terms.copies as usize <= offers.len());
    let taken = first.map(|first| {
        let place = pick(market, at.scenario, slot, offers, 0);
        let scrutiny = market.scratch.scrutinies.get(place).copied().unwrap_or(f64::NAN);
        let of_node = terms.iter().find(|terms| terms.method == first.method && terms.fit(scrutiny));
        (place, *of_node.expect("there are terms for the node of every offer"))
    });
    terms.clear();
    market.scratch.terms = terms;
    let rounding = at.scenario.channels.rounding;
    let quoted = |(place, terms): (usize, Terms)| {
        quote(rounding, &offers[place], &terms, &SurplusBreakdown::of(&valuation, rounding, &offers[place], &terms))
    };
    taken.map(quoted).ok_or(Refusal::NO_SUPPLY)
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
        gas: Price::ZERO,
        check: Price::ZERO,
        trust: offer.trust,
        answer: offer.delay.nanos(),
        checks: 0.0,
        blocking: 0.0,
        uncorrected: 0.0,
        use_at: if use_at == Use::WhenWorthIt { Use::Answered } else { use_at },
        surplus: 0.0,
        deductions: [0.0; 5],
    }
}

/// Index of the offer chosen for copy number `copy`; there is at least one offer.
pub fn pick(market: &mut State, scenario: &Scenario, slot: JobSlot, offers: &[Offer], copy: u8) -> usize {
    if offers.len() == 1 {
        return 0;
    }
    let record = market.jobs.record(slot);
    let number = DrawIndex::choice(market.jobs[slot].attempt, record.renegotiations, copy);
    let mut drawn = draw(market.seed, Purpose::Choice, record.key, number);
    scenario.routing.chooser.choose(offers, &mut drawn)
}
