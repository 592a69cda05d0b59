//! What an offer with a method leaves at most: found in a tenth of the time of the surplus, it tells which need no closer look.

use crate::domain::answer::Use;
use crate::domain::price::Price;
use crate::policy::chooser::Offer;

use super::diagnosis::Reach;
use super::quote::Valuation;
use super::terms::Terms;

/// What the arithmetic may be off by, relative to what is at stake: sums are taken in another order than those of the surplus.
const SLACK: f64 = 1e-9;

/// What each offer leaves at most, in micro-credits.
#[derive(Clone, Debug, Default)]
pub struct SurplusBounds {
    methods: Vec<Bound>,
    offers: Vec<Ceiling>,
}

/// What one offer leaves at most.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling {
    /// With any method, in micro-credits.
    pub most: f64,
    /// With which.
    pub place: usize,
    /// What its bare answer is worth at most, in micro-credits.
    first: f64,
    /// The scrutiny that its node is under, where some method goes by it.
    scrutiny: Option<f64>,
}

impl SurplusBounds {
    /// Those of some offers with some methods; `scrutinies` are those of the nodes that offer, where some method goes by them.
    pub fn raise(&mut self, valuation: &Valuation<'_>, offers: &[Offer], scrutinies: &[f64], terms: &[Terms]) {
        self.methods.clear();
        self.methods.extend(terms.iter().map(|terms| Bound::of(valuation, terms)));
        let mut soonest = f64::INFINITY;
        for terms in terms {
            soonest = if terms.inclusion < soonest { terms.inclusion } else { soonest };
        }
        self.offers.clear();
        for (index, offer) in offers.iter().enumerate() {
            let first = match offer.price.0 as f64 >= valuation.value {
                true => f64::NEG_INFINITY,
                false => valuation.worth_at_most(offer.delay.nanos() + soonest),
            };
            let scrutiny = scrutinies.get(index).copied();
            self.offers.push(highest(&self.methods, offer, first, scrutiny));
        }
    }

    /// The offer that leaves most at most, if that is anything.
    pub fn highest(&self) -> Option<usize> {
        let (mut highest, mut most) = (None, 0.0);
        for (index, offer) in self.offers.iter().enumerate() {
            if offer.most > most {
                (highest, most) = (Some(index), offer.most);
            }
        }
        highest
    }

    /// What an offer leaves at most with any method.
    #[inline]
    pub fn of(&self, offer: usize) -> Ceiling {
        self.offers[offer]
    }

    /// What can be said without a closer look of how much each deduction may leave of an offer with one method.
    pub fn reach(&self, place: usize, index: usize, valuation: &Valuation<'_>, offer: &Offer) -> Reach {
        let ceiling = self.of(index);
        let is_too_dear = offer.price.0 as f64 >= valuation.value;
        Reach {
            value: valuation.value,
            worth: if is_too_dear { valuation.value } else { ceiling.first },
            surplus: if is_too_dear { f64::INFINITY } else { self.with(place, offer, &ceiling) },
            slack: SLACK * (valuation.value + valuation.harm),
        }
    }

    /// What an offer with this ceiling leaves at most with one method.
    #[inline]
    pub fn with(&self, place: usize, offer: &Offer, ceiling: &Ceiling) -> f64 {
        self.methods[place].with(offer, ceiling.first, ceiling.scrutiny)
    }
}

/// Whether an offer may leave anything with a method: it need not.
pub fn may_leave(valuation: &Valuation<'_>, offer: &Offer, terms: &Terms) -> bool {
    let first = valuation.worth_at_most(offer.delay.nanos() + terms.inclusion);
    (offer.price.0 as f64) < valuation.value && Bound::of(valuation, terms).with(offer, first, None) > 0.0
}

fn highest(methods: &[Bound], offer: &Offer, first: f64, scrutiny: Option<f64>) -> Ceiling {
    let mut ceiling = Ceiling { most: f64::NEG_INFINITY, place: 0, first, scrutiny };
    // Past the deadline, or at a price of all of the value, nothing is left with any method.
    let methods = if first == f64::NEG_INFINITY { &[] } else { methods };
    for (place, method) in methods.iter().enumerate() {
        let most = method.with(offer, first, scrutiny);
        if most > ceiling.most {
            (ceiling.most, ceiling.place) = (most, place);
        }
    }
    ceiling
}

/// A method as its bound sees it, for one job.
///
/// A right answer is worth no more than the bare answer is, less what it fades until it is used; one that is wrong costs the harm
/// as far as no check undoes it.
#[derive(Clone, Copy, Debug)]
struct Bound {
    /// The probability that the answer is right and accepted, times what then remains of its worth: of itself, and for each
    /// bit of trust.
    right: [f64; 2],
    /// What is lost by each bit of distrust, in micro-credits.
    harm: f64,
    /// Executions, each at the price of the offer.
    copies: f64,
    /// What the work of each beyond that of the answer costs at a price of one of its smallest units, in micro-credits.
    overhead: f64,
    /// What it costs at any node, less what may be off, in micro-credits.
    fixed: f64,
    /// For nodes under which scrutiny the terms are.
    scrutiny: f64,
}

impl Bound {
    /// A method's bound for whoever wishes this.
    fn of(valuation: &Valuation<'_>, terms: &Terms) -> Bound {
        // Where other answers of the node may be the end of a wrong one, none may stay.
        let wrong = if terms.falls { 0.0 } else { terms.acceptance.wrong[1] };
        let (exposed, later, in_time) = match valuation.use_at() {
            Use::Answered => (1.0, 0.0, [1.0; 2]),
            Use::Accepted => (terms.acceptance.wrong[0], terms.blocking, [terms.in_time; 2]),
            Use::Final => (wrong, terms.blocking + terms.standing, [terms.in_time; 2]),
            // The least that it may be: used at once as far as the worth goes, and late as far as the harm does.
            Use::WhenWorthIt => (wrong, 0.0, [1.0, terms.in_time]),
        };
        let right =
            terms.acceptance.right[1] * in_time[0] * if later > 0.0 { valuation.remains_at_most(later) } else { 1.0 };
        let open = wrong + (1.0 - valuation.recovers()) * (exposed - wrong).max(0.0);
        // Of copies no more is known here than that they are right at best.
        let (right, harm) = match terms.copies {
            1 => ([0.0, right], valuation.harm * open * in_time[1]),
            _ => ([right, 0.0], 0.0),
        };
        // The price of the copies is rounded once, and so is that of their overhead: together they are off by one at most.
        let (copies, rounded) = if terms.copies == 1 { (1.0, 0.0) } else { (terms.paid_copies, 1.0) };
        let fixed =
            (terms.checkers.0 + terms.coordination.0) as f64 - rounded - SLACK * (valuation.value + valuation.harm);
        Bound {
            right,
            harm,
            copies,
            overhead: terms.overhead.nanos() * (1e-9 * Price(1).micro()),
            fixed,
            scrutiny: terms.scrutiny,
        }
    }

    /// What is left at most with an offer whose bare answer is worth `first` at most, in micro-credits; nothing with terms for others than
    /// its node.
    #[inline]
    fn with(&self, offer: &Offer, first: f64, scrutiny: Option<f64>) -> f64 {
        if scrutiny.is_some_and(|scrutiny| self.scrutiny != scrutiny && !self.scrutiny.is_nan()) {
            return f64::NEG_INFINITY;
        }
        // However the price of more work is rounded, it is off by less than one.
        let more = offer.rate.0 as f64 * self.overhead - 1.0;
        let executed = offer.price.0 as f64 + if more > 0.0 { more } else { 0.0 };
        let paid = executed * self.copies + self.fixed;
        first * (self.right[0] + self.right[1] * offer.trust) - paid - self.harm * (1.0 - offer.trust)
    }
}
