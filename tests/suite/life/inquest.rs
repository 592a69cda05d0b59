//! Why jobs are declined: the quotes that a declined job was given are weighed again, each deduction by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::fate::{Cause, Deduction, Fate, Stage};
use reliance::domain::ids::NodeId;
use reliance::domain::story::Story;
use reliance::engine::time::Span;
use reliance::market::{Inquest, Inspection, Quote};
use reliance::scenario::Scenario;
use reliance::scenario::schema::Checker;
use reliance::simulate::Run;

use super::super::trial::{Witness, scenario, seed, trial};

/// So many declined jobs are looked at.
const JOBS: usize = 1_000;

/// What the best offer leaves, counting deductions for which `counts` holds.
fn best(inquest: &Inquest, counts: impl Fn(usize) -> bool) -> f64 {
    let left = |deductions: &[f64; 5]| {
        let counted = deductions.iter().enumerate().filter(|(index, _)| counts(*index));
        counted.fold(inquest.value, |left, (_, deduction)| left - deduction)
    };
    inquest.quotes.iter().map(|quote| left(&quote.deductions)).fold(f64::NEG_INFINITY, f64::max)
}

/// The first deduction that leaves nothing of any offer is the cause; a flag says exactly of which deductions the removal
/// lets the best offer live.
#[test]
fn causes_and_flags_are_what_the_quotes_say() {
    let scenario = trial("verified", &["horizon=30min", "demand.value-factor=0.5"]);
    let (witness, outcome) = Witness::of(&scenario);
    let declined = |fate, stage| fate == Fate::Declined && stage == Stage::Asked;
    let mut stories: Vec<_> = witness.stories.iter().filter(|story| declined(story.fate, story.stage)).collect();
    stories.sort_by_key(|story| story.at.asked);
    stories.dedup_by_key(|story| story.at.asked);
    let mut run = Run::open(scenario.clone(), seed());
    let (mut causes, mut flags): (BTreeMap<Cause, usize>, [[usize; 2]; 5]) = Default::default();
    // Those whom the limit of open jobs turns away are offered nothing.
    for story in stories.into_iter().filter(|story| story.offers > 0).take(JOBS) {
        run.inspect(story.key);
        run.until(story.at.asked + Span(1), &mut ());
        let Some(Inspection { inquests, .. }) = run.inspection() else { panic!("{:?} is watched", story.key) };
        let [inquest] = &inquests[..] else { panic!("{} inquests of {story:?}", inquests.len()) };
        assert_eq!((inquest.at, inquest.value), (story.at.asked, story.value.0 as f64));
        assert_eq!((inquest.taken, inquest.cause), (None, story.cause), "{story:?}");
        let first = (0..5).find(|&last| best(inquest, |index| index <= last) <= 0.0);
        let cause = match inquest.quotes[..] {
            [] => Cause::NoSupply,
            _ => Deduction::ALL[first.expect("some deduction leaves nothing")].cause(),
        };
        assert_eq!(Some(cause), story.cause, "{inquest:?}");
        *causes.entry(cause).or_default() += 1;
        for (removed, met) in flags.iter_mut().enumerate() {
            let lives = best(inquest, |index| index != removed) > 0.0;
            assert_eq!(story.alive_without >> removed & 1 == 1, lives, "without {removed}: {inquest:?}");
            met[usize::from(lives)] += 1;
        }
        for quote in &inquest.quotes {
            let [compute, coordination, latency, verification, distrust] = quote.deductions;
            assert_eq!([compute, coordination], [quote.compute, quote.coordination].map(|price| price.0 as f64));
            assert!(latency >= 0.0 && verification >= quote.verification.0 as f64 && distrust >= 0.0, "{quote:?}");
        }
    }
    assert_eq!(causes.values().sum::<usize>(), JOBS, "{causes:?}");
    assert!(causes.keys().eq(Cause::ALL) && flags.as_flattened().iter().all(|met| *met > 10), "{causes:?} {flags:?}");
    assert_eq!(run.close(&mut ()).digest.to_string(), outcome.digest.to_string(), "watching changes nothing");
}

/// The inquests of all jobs that were placed once, of those asked for at the same instant one, with their stories.
fn placed(scenario: &Arc<Scenario>) -> Vec<(Story, Inquest)> {
    let (witness, _) = Witness::of(scenario);
    let mut stories: Vec<_> = witness.stories.into_iter().filter(|story| story.attempts == 1).collect();
    stories.sort_by_key(|story| story.at.asked);
    stories.dedup_by_key(|story| story.at.asked);
    let mut run = Run::open(scenario.clone(), seed());
    let inquests = stories.into_iter().map(|story| {
        run.inspect(story.key);
        run.until(story.at.asked + Span(1), &mut ());
        (story, run.inspection().expect("it is watched").inquests[0].clone())
    });
    inquests.collect()
}

/// What each node's offer leaves with its best method, by the letter of the rule: every quote is weighed, and a method whose
/// copies would need more nodes than leave something is none.
fn best_of_nodes(scenario: &Scenario, inquest: &Inquest) -> BTreeMap<NodeId, f64> {
    let copies = |method| {
        let checks = &scenario.verification.methods[method].checks;
        checks.iter().find(|check| check.by == Checker::Replicas).map_or(1, |check| check.count as usize)
    };
    let mut most = usize::MAX;
    loop {
        let mut nodes: BTreeMap<NodeId, Quote> = BTreeMap::new();
        let alive = |quote: &&Quote| quote.surplus > 0.0 && copies(quote.method) <= most;
        for quote in inquest.quotes.iter().filter(alive) {
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
        for (story, inquest) in placed {
            let taken = inquest.taken.expect("it was placed");
            let most = best_of_nodes(&scenario, &inquest).into_values().fold(0.0, f64::max);
            assert!(taken.surplus > 0.0 && taken.surplus == most, "{taken:?} of {most}");
            assert_eq!((taken.method, taken.use_at, taken.trust), (story.method, story.use_at, story.trust));
        }
    }
}

/// Whoever chooses among the offers by something else takes each with the method that leaves the most.
#[test]
fn every_offer_comes_with_its_best_method() {
    let sets = ["routing.quote-ttl=1h", "routing.chooser.rule=\"cheapest\""];
    let scenario = trial("verified", &sets);
    let (mut others, placed) = (0, placed(&scenario));
    for (_, inquest) in &placed {
        let (taken, best) = (inquest.taken.expect("it was placed"), best_of_nodes(&scenario, inquest));
        assert_eq!(taken.surplus, best[&taken.node], "{taken:?}");
        others += usize::from(best.values().any(|&surplus| surplus > taken.surplus));
    }
    assert!(others > 30, "of {} only {others} take less than the most", placed.len());
}
