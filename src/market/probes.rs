//! Probes: requests that are quoted on what the market is now, and never placed (model §16).
//!
//! They are quoted on a copy of the market by the functions that quote its jobs, so the market itself is only read. The nodes that a
//! probe asks are drawn with the same key whenever it is quoted.

use crate::domain::answer::Use;
use crate::domain::fate::Deduction;
use crate::domain::ids::{ClassId, SourceId};
use crate::domain::job::Arrival;
use crate::domain::probe::{FullPrice, Probe, ProbeOption, ProbeQuote};
use crate::domain::purpose::Purpose;
use crate::domain::record::JobRecord;
use crate::engine::law::Sampler;
use crate::engine::queue::Queue;
use crate::engine::random::{RandomSource, Seed, Stream};
use crate::engine::time::Time;
use crate::maths;
use crate::policy::chooser::Offer;
use crate::record::facts::Facts;
use crate::scenario::Scenario;
use crate::scenario::model::{Class, ClassOf};

use super::context::Context;
use super::derived::Derived;
use super::life::arrival;
use super::operations::{offers, terms};
use super::quoting::quote::Quote;
use super::quoting::quote_trace::Inspection;
use super::quoting::terms::needs_gas;
use super::state::State;

/// What is spread over the probes: what asks, the value, the work or input, and the output.
const SPREAD: usize = 4;

/// So many probes of a market with this seed, from a stream of their own: a Latin hypercube over what asks and the laws of its class. Each
/// source with each of its classes has as many of them; what a source alone knows is that of its first jobs, from a stream of its own.
pub fn probes(scenario: &Scenario, seed: Seed, count: usize) -> Vec<Probe> {
    let mut stream = Stream::new(seed, Purpose::Probe as u32, 0);
    let spread: [Vec<f64>; SPREAD] = [(); SPREAD].map(|()| strata(count, &mut stream));
    let mut asking: Vec<(SourceId, Option<ClassId>)> = Vec::new();
    for (id, source) in scenario.sources.pairs() {
        match &source.class {
            ClassOf::One(class) => asking.push((id, Some(*class))),
            ClassOf::Named => asking.push((id, None)),
            ClassOf::Mix(shares) => asking.extend(shares.iter().map(|(_, class)| (id, Some(*class)))),
        }
    }
    let mut arrivals: Vec<_> = scenario
        .sources
        .pairs()
        .map(|(id, source)| (source.arrivals.memory(), Stream::new(seed, Purpose::Probe as u32, 1 + u64::from(id.0))))
        .collect();
    let probe = |place: usize| {
        let [asks, value, input, output] = [0, 1, 2, 3].map(|axis: usize| spread[axis][place]);
        let (id, class) = asking[((asks * asking.len() as f64) as usize).min(asking.len() - 1)];
        let source = &scenario.sources[id];
        let (memory, stream) = &mut arrivals[id.0 as usize];
        let arrival: Arrival = source.arrivals.next(memory, stream).unwrap_or_default();
        Probe {
            key: Probe::key_of(id, place),
            class: class.or(arrival.class).unwrap_or_default(),
            requester: source.requesters,
            arrival,
            units: [value, input, output],
        }
    };
    (0..count).map(probe).collect()
}

/// A number in each of so many equal parts of the way from 0 to 1, in an order of its own.
fn strata(count: usize, stream: &mut Stream) -> Vec<f64> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, stream.below(last as u64 + 1) as usize);
    }
    order.into_iter().map(|part| (part as f64 + stream.unit()) / count as f64).collect()
}

/// What each of these probes would be quoted at an instant not before the last event.
pub fn quote(
    (market, scenario, derived): (&State, &Scenario, &Derived),
    now: Time,
    probes: &[Probe],
    each: &mut dyn FnMut(&ProbeQuote, &[ProbeOption]),
) {
    let mut copy = market.clone();
    let (mut queue, mut facts) = (Queue::new(), Facts::default());
    let at = Context { scenario, derived, now, queue: &mut queue, facts: &mut facts };
    let mut options = Vec::new();
    for (place, probe) in probes.iter().enumerate() {
        // What quoting writes down of one probe is not seen by the next.
        (copy.pool, copy.wait) = (market.pool.clone(), market.wait);
        let quote = ask(&mut copy, &at, (place, probe), &mut options);
        each(&quote, &options);
    }
}

/// Where requesters weigh offers, every offer with every method is put into `options`, in the order of their keys.
fn ask(
    market: &mut State,
    at: &Context<'_>,
    (place, probe): (usize, &Probe),
    options: &mut Vec<ProbeOption>,
) -> ProbeQuote {
    let scenario = at.scenario;
    let mut record = JobRecord::begin(probe.key, probe.class, probe.requester, at.now);
    let sample = |law: &Sampler, purpose| {
        let [value, input, output] = probe.units;
        law.at(match purpose {
            Purpose::Value => value,
            Purpose::OutputTokens => output,
            _ => input,
        })
    };
    arrival::describe(scenario, &market.classes[probe.class], &mut record, &probe.arrival, sample);
    let (value, expected) = (record.value, record.expected_work);
    let slot = market.jobs.admit(record);
    market.inspection = Some(Box::new(Inspection { job: probe.key, quote_traces: Vec::new() }));
    let (mut pool, mut offers) = (Vec::new(), Vec::new());
    offers::ask(market, at, slot, &mut pool);
    offers::collect(market, at, slot, &pool, &mut offers);
    let offered = offers.clone();
    let taken = offers::take(market, at, slot, &mut offers);
    let traces = market.inspection.take().map(|seen| seen.quote_traces).unwrap_or_default();
    market.jobs.release(slot);
    options.clear();
    options.extend(traces.iter().flat_map(|trace| &trace.quotes).map(|quote| option(value.0 as f64, quote)));
    options.sort_by_key(ProbeOption::key);
    options.dedup_by_key(|option| option.key());
    let full =
        |quote: &Quote| full_price(market, scenario, (&scenario.classes[probe.class], value.0 as f64), &offered, quote);
    let (cause, best) = match taken {
        Ok(quote) => (None, Some(full(&quote))),
        Err(refusal) => {
            let quotes = traces.iter().flat_map(|trace| &trace.quotes);
            // Where all come too late, none leaves more than another.
            let most = quotes.map(|quote| (quote.surplus, full(quote))).max_by(|(one, first), (other, second)| {
                let total = |full: &FullPrice| -full.by_channel().iter().sum::<f64>();
                one.total_cmp(other).then(total(first).total_cmp(&total(second)))
            });
            (Some(refusal.cause), most.map(|(_, full)| full))
        }
    };
    ProbeQuote { place: place as u32, class: probe.class, requester: probe.requester, value, expected, cause, best }
}

/// What a quote takes off the value.
fn option(value: f64, quote: &Quote) -> ProbeOption {
    let price = (quote.compute + quote.coordination + quote.verification).0 as f64;
    let doubt = quote.deductions[Deduction::Distrust as usize];
    let delay = match quote.surplus == f64::NEG_INFINITY {
        true => f64::INFINITY,
        false => value - quote.surplus - price - doubt,
    };
    ProbeOption { node: quote.node, method: quote.method, parts: [price, delay, doubt] }
}

/// The parts of a quote by channel.
fn full_price(
    market: &State,
    scenario: &Scenario,
    (class, value): (&Class, f64),
    offers: &[Offer],
    quote: &Quote,
) -> FullPrice {
    let offer = offers.iter().find(|offer| offer.node == quote.node).expect("a quote is of an offer");
    let method = &scenario.verification.methods[quote.method];
    let (computed, included) = (offer.delay.nanos(), terms::inclusion(market, scenario));
    let included = if needs_gas(scenario, method) { included } else { 0.0 };
    // What the checks themselves take is waited for only by a requester that uses the answer after them.
    let waited = match quote.use_at {
        Use::Answered => 0.0,
        Use::Accepted => quote.blocking,
        Use::Final | Use::WhenWorthIt => quote.checks,
    };
    let delays = [computed, included, (quote.answer - computed - included).max(0.0) + waited];
    let lost = |delay: f64| match class.discount == 0.0 {
        true => class.delay_cost * delay,
        false => value * (1.0 - maths::exp(-class.discount * delay)),
    };
    let prices = [quote.compute, quote.coordination, quote.verification];
    FullPrice { node: quote.node, method: quote.method, prices, delays, lost: delays.map(lost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of ten parts of the way holds one number, whatever the order.
    #[test]
    fn every_part_is_met_once() {
        let mut stream = Stream::new(Seed::from(3), Purpose::Probe as u32, 0);
        let mut parts: Vec<usize> = strata(10, &mut stream).into_iter().map(|unit| (10.0 * unit) as usize).collect();
        assert_ne!(parts, (0..10).collect::<Vec<_>>(), "in an order of its own");
        parts.sort();
        assert_eq!(parts, (0..10).collect::<Vec<_>>());
    }
}
