//! Why jobs are declined: the quotes that a declined job was given are weighed again, each deduction by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::checking::Checker;
use reliance::domain::fate::{Cause, Deduction, Fate, Stage};
use reliance::domain::ids::PartyId;
use reliance::domain::record::JobRecord;
use reliance::engine::time::SimDuration;
use reliance::market::{Inspection, Quote, QuoteTrace};
use reliance::scenario::Scenario;
use reliance::simulate::Run;

use super::super::trial::{Witness, scenario, seed, trial};

/// So many declined jobs are looked at.
const JOBS: usize = 1_000;

/// What the best offer leaves, counting deductions for which `counts` holds.
fn best(quote_trace: &QuoteTrace, counts: impl Fn(usize) -> bool) -> f64 {
    let left = |deductions: &[f64; 5]| {
        let counted = deductions.iter().enumerate().filter(|(index, _)| counts(*index));
        counted.fold(quote_trace.value, |left, (_, deduction)| left - deduction)
    };
    quote_trace.quotes.iter().map(|quote| left(&quote.deductions)).fold(f64::NEG_INFINITY, f64::max)
}

/// The first deduction that leaves nothing of any offer is the cause; a flag says exactly of which deductions the removal
/// lets the best offer live.
#[test]
fn causes_and_flags_are_what_the_quotes_say() {
    let scenario = trial("verified", &["horizon=30min", "demand.value-factor=0.5"]);
    let (witness, outcome) = Witness::of(&scenario);
    let declined = |fate, stage| fate == Fate::Declined && stage == Stage::Asked;
    let mut records: Vec<_> = witness.records.iter().filter(|record| declined(record.fate, record.stage)).collect();
    records.sort_by_key(|record| record.at.asked);
    records.dedup_by_key(|record| record.at.asked);
    let mut run = Run::open(scenario.clone(), seed());
    let (mut causes, mut flags): (BTreeMap<Cause, usize>, [[usize; 2]; 5]) = Default::default();
    let (mut unchecked, mut needed) = ([0; 2], 0);
    // Those whom the limit of open jobs turns away are offered nothing.
    for record in records.into_iter().filter(|record| record.offers > 0).take(JOBS) {
        run.inspect(record.key);
        run.until(record.at.asked + SimDuration(1), &mut ());
        let Some(Inspection { quote_traces, .. }) = run.inspection() else { panic!("{:?} is watched", record.key) };
        let [quote_trace] = &quote_traces[..] else { panic!("{} quote traces of {record:?}", quote_traces.len()) };
        assert_eq!((quote_trace.at, quote_trace.value), (record.at.asked, record.value.0 as f64));
        assert_eq!((quote_trace.taken, quote_trace.cause), (None, record.cause), "{record:?}");
        let first = (0..5).find(|&last| best(quote_trace, |index| index <= last) <= 0.0);
        let cause = match quote_trace.quotes[..] {
            [] => Cause::NoSupply,
            _ => Deduction::ALL[first.expect("some deduction leaves nothing")].cause(),
        };
        assert_eq!(Some(cause), record.cause, "{quote_trace:?}");
        *causes.entry(cause).or_default() += 1;
        for (removed, met) in flags.iter_mut().enumerate() {
            let lives = best(quote_trace, |index| index != removed) > 0.0;
            assert_eq!(record.placeable_without >> removed & 1 == 1, lives, "without {removed}: {quote_trace:?}");
            met[usize::from(lives)] += 1;
        }
        // Without a quote there were too few offers for copies: what one node would have left is not in the trace.
        let is_quoted = !quote_trace.quotes.is_empty();
        let with_none =
            if is_quoted { leaves_with_none(&scenario, record, quote_trace) } else { record.placeable_with_none };
        assert_eq!(record.placeable_with_none, with_none, "with no check: {quote_trace:?}");
        unchecked[usize::from(with_none)] += 1;
        needed += usize::from(record.placeable_without >> 3 & 1 == 1 && !with_none);
        for quote in &quote_trace.quotes {
            let [compute, coordination, latency, verification, distrust] = quote.deductions;
            assert_eq!([compute, coordination], [quote.compute, quote.coordination].map(|price| price.0 as f64));
            assert!(latency >= 0.0 && verification >= quote.verification.0 as f64 && distrust >= 0.0, "{quote:?}");
        }
    }
    assert_eq!(causes.values().sum::<usize>(), JOBS, "{causes:?}");
    assert!(causes.keys().eq(Cause::ALL) && flags.as_flattened().iter().all(|met| *met > 10), "{causes:?} {flags:?}");
    assert!(unchecked.iter().all(|met| *met > 10) && needed > 0, "{unchecked:?}, {needed} needed a check");
    assert_eq!(run.close(&mut ()).digest.to_string(), outcome.digest.to_string(), "watching changes nothing");
}

/// Whether some offer would leave something if nobody checked: v − C − X − (v − D) − D (1 − τ) − H (1 − τ), where X is the gas of
/// a placement alone.
fn leaves_with_none(scenario: &Scenario, record: &JobRecord, quote_trace: &QuoteTrace) -> bool {
    let harm = scenario.classes[record.class].harm;
    let left = |quote: &Quote| {
        let worth = quote_trace.value - quote.deductions[2];
        let gas = quote.gas.of_units(scenario.chain.gas).0 as f64;
        worth * quote.trust - quote.deductions[0] - gas - harm * quote_trace.value * (1.0 - quote.trust)
    };
    quote_trace.quotes.iter().any(|quote| left(quote) > 0.0)
}

/// The quote traces of all jobs that were placed once, of those asked for at the same instant one, with their records.
fn placed(scenario: &Arc<Scenario>) -> Vec<(JobRecord, QuoteTrace)> {
    let (witness, _) = Witness::of(scenario);
    let mut records: Vec<_> = witness.records.into_iter().filter(|record| record.attempts == 1).collect();
    records.sort_by_key(|record| record.at.asked);
    records.dedup_by_key(|record| record.at.asked);
    let mut run = Run::open(scenario.clone(), seed());
    let quote_traces = records.into_iter().map(|record| {
        run.inspect(record.key);
        run.until(record.at.asked + SimDuration(1), &mut ());
        (record, run.inspection().expect("it is watched").quote_traces[0].clone())
    });
    quote_traces.collect()
}

/// What each node's offer leaves with its best method, by the letter of the rule: every quote is weighed, and a method whose
/// copies would need more nodes than leave something is none.
fn best_of_nodes(scenario: &Scenario, quote_trace: &QuoteTrace) -> BTreeMap<PartyId, f64> {
    let copies = |method| {
        let checks = &scenario.verification.methods[method].checks;
        checks.iter().find(|check| check.by == Checker::Replicas).map_or(1, |check| check.count as usize)
    };
    let mut most = usize::MAX;
    loop {
        let mut nodes: BTreeMap<PartyId, Quote> = BTreeMap::new();
        let alive = |quote: &&Quote| quote.surplus > 0.0 && copies(quote.method) <= most;
        for quote in quote_trace.quotes.iter().filter(alive) {
            let best = nodes.entry(quote.node).or_insert(*quote);
            *best = if quote.surplus > best.surplus { *quote } else { *best };
        }
        if nodes.values().all(|best| copies(best.method) <= nodes.len()) {
            return nodes.into_iter().map(|(node, best)| (node, best.surplus)).collect();
        }
        most = nodes.len();
    }
}

/// Whoever takes the largest surplus takes it, however few offers are looked at closely.
#[test]
fn the_best_quote_is_taken() {
    let market_day = ["horizon=4min", "routing.quote-ttl=1h"];
    for scenario in [trial("verified", &["routing.quote-ttl=1h"]), scenario("scenarios/market-day.toml", &market_day)] {
        let placed = placed(&scenario);
        assert!(placed.len() > 300, "{} jobs of {}", placed.len(), scenario.name);
        for (record, quote_trace) in placed {
            let taken = quote_trace.taken.expect("it was placed");
            let most = best_of_nodes(&scenario, &quote_trace).into_values().fold(0.0, f64::max);
            assert!(taken.surplus > 0.0 && taken.surplus == most, "{taken:?} of {most}");
            assert_eq!((taken.method, taken.use_at, taken.trust), (record.method, record.use_at, record.trust));
        }
    }
}

/// Whoever chooses among the offers by something else takes each with the method that leaves the most.
#[test]
fn every_offer_comes_with_its_best_method() {
    let sets = ["routing.quote-ttl=1h", "routing.chooser.rule=\"cheapest\""];
    let scenario = trial("verified", &sets);
    let (mut others, placed) = (0, placed(&scenario));
    for (_, quote_trace) in &placed {
        let (taken, best) = (quote_trace.taken.expect("it was placed"), best_of_nodes(&scenario, quote_trace));
        assert_eq!(taken.surplus, best[&taken.node], "{taken:?}");
        others += usize::from(best.values().any(|&surplus| surplus > taken.surplus));
    }
    assert!(others > 30, "of {} only {others} take less than the most", placed.len());
}
