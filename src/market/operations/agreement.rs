//! A quote is agreed: the price goes into escrow, and what will be checked is decided.

use crate::domain::answer::Answer;
use crate::domain::checking::Checker;
use crate::domain::fate::Stage;
use crate::domain::ids::{CaseId, JobSlot, MethodId};
use crate::domain::money::Money;
use crate::domain::payment::PayoutAt;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::record::JobRecord;
use crate::engine::random::RandomSource;
use crate::market::context::Context;
use crate::market::quoting::diagnosis::Refusal;
use crate::market::quoting::quote::Quote;
use crate::market::quoting::terms;
use crate::market::state::State;
use crate::market::state::cases::Copy;
use crate::policy::chooser::Offer;
use crate::record::fact::Fact;
use crate::scenario::Scenario;

use super::{choice, settlement};

/// Writes down what would have let a job be placed that no quote is agreed for.
pub fn refuse(record: &mut JobRecord, refusal: &Refusal) {
    record.placeable_without = refusal.placeable_without;
    record.placeable_with_none = refusal.placeable_with_none;
}

/// Agrees a quote with one node, or with several where the method compares copies.
pub fn agree(market: &mut State, at: &mut Context<'_>, slot: JobSlot, quote: &Quote, offers: &[Offer]) {
    match at.scenario.verification.methods[quote.method].replicas() {
        Some(check) => agree_copies(market, at, slot, quote, check.count as usize, offers),
        None => agree_alone(market, at, slot, quote),
    }
}

/// Puts the price into escrow, and begins a case where the answer will be checked or its payment gathered.
pub fn agree_alone(market: &mut State, at: &mut Context<'_>, slot: JobSlot, quote: &Quote) {
    let scenario = at.scenario;
    settlement::escrow(market, slot, quote.most);
    let (job, record) = market.jobs.both(slot);
    settlement::agree(record, quote);
    record.attempts = job.attempt + 1;
    let class = record.class;
    record.node = quote.node;
    job.node = quote.node;
    job.stage = Stage::Placed;
    job.version = job.version.wrapping_add(1);
    at.facts.note(Fact::Placed { job: record.key, node: quote.node, attempt: job.attempt, price: record.price() });
    if job.case.is_some() {
        market.cases.end(std::mem::replace(&mut job.case, CaseId::NONE));
    }
    let checked = !scenario.verification.methods[quote.method].checks.is_empty();
    // What may have to wait for its inputs stands for a while, and needs a case for that.
    let consumes = scenario.consumption.as_ref().is_some_and(|rules| rules.flows[class].inputs.is_some());
    if checked || consumes || scenario.payout.batch.is_some() || scenario.payout.at == PayoutAt::Window {
        proceed(market, scenario, slot, quote.method);
    }
}

/// Begins the case of a job, and draws which checks will take place.
fn proceed(market: &mut State, scenario: &Scenario, slot: JobSlot, id: MethodId) {
    let (key, attempt) = (market.jobs.record(slot).key, market.jobs[slot].attempt);
    let method = &scenario.verification.methods[id];
    let scrutiny = market.standings.scrutiny(&scenario.verification, market.jobs[slot].node);
    let mut drawn = 0;
    for (index, check) in method.checks.iter().enumerate() {
        let number = DrawIndex::attempt_check(attempt, index as u8, 0);
        let sample = check.sample_at(scrutiny);
        let takes_place =
            sample >= 1.0 || (sample > 0.0 && draw(market.seed, Purpose::Sampling, key, number).chance(sample));
        drawn |= u8::from(takes_place) << index;
    }
    let case = market.cases.begin(id, drawn, method.checks.len(), method.looks_at(scrutiny));
    market.jobs[slot].case = case;
    if scenario.record.causes {
        market.causes.begin(case);
    }
}

/// Agrees a quote with copies: the chooser takes as many offers, one after the other. A call of its own: most jobs have one node, and
/// would pay for what this keeps at hand.
#[inline(never)]
fn agree_copies(
    market: &mut State,
    at: &mut Context<'_>,
    slot: JobSlot,
    quote: &Quote,
    copies: usize,
    offers: &[Offer],
) {
    let scenario = at.scenario;
    let mut left = std::mem::take(&mut market.scratch.left);
    left.extend(offers.iter().filter(|offer| offer.node != quote.node));
    let mut chosen = std::mem::take(&mut market.scratch.chosen);
    chosen.extend(offers.iter().find(|offer| offer.node == quote.node));
    while chosen.len() < copies && !left.is_empty() {
        let next = choice::pick(market, scenario, slot, &left, chosen.len() as u8);
        chosen.push(left.remove(next));
    }
    let work = terms::overhead(&scenario.verification.methods[quote.method], market.jobs[slot].expected);
    let extra = |offer: &Offer| offer.rate.of_work(work, scenario.channels.rounding);
    let compute: Money = chosen.iter().map(|offer| offer.price).sum();
    let overhead: Money = chosen.iter().map(extra).sum();
    // As it was weighed, all copies had the price of the first; as it is agreed, each has its own.
    let weighed = quote.compute.times(copies as u64) + quote.overhead.times(copies as u64);
    let (rest, checkers) = (quote.most - weighed, quote.verification - (weighed - quote.compute));
    // A canary comes at the price of the copy beside which it is planted.
    let most = chosen.iter().map(|offer| offer.price + extra(offer)).max().unwrap_or_default();
    let planted = scenario.verification.methods[quote.method].checks.iter().filter(|check| check.by == Checker::Canary);
    let rest = rest + (most - quote.compute - quote.overhead).times(planted.count() as u64);
    let real = Quote {
        overhead: Money::ZERO,
        verification: checkers + (compute - quote.compute) + overhead,
        most: compute + overhead + rest,
        ..*quote
    };
    agree_alone(market, at, slot, &real);
    let id = market.jobs[slot].case;
    for offer in &chosen {
        // Until its answer is there a copy is listed with a wrong one that agrees with nothing.
        let price = offer.price + extra(offer);
        market.cases[id].answers.push(Copy {
            node: offer.node,
            answer: Answer::NONE,
            price,
            odds: 1.0,
            paid: false,
            sent: false,
        });
    }
    left.clear();
    chosen.clear();
    (market.scratch.left, market.scratch.chosen) = (left, chosen);
}
