//! What each admitted method would cost a job and promise it, whichever node computes (model §5, §8).

use serde::{Deserialize, Serialize};

use crate::domain::ids::{JobSlot, MethodId};
use crate::domain::money::Money;
use crate::engine::time::Span;
use crate::market::state::checkers::Checkers;
use crate::market::{Market, Moment};
use crate::policy::chooser::Offer;
use crate::scenario::Scenario;
use crate::scenario::channels::Channel;
use crate::scenario::schema::Checker;
use crate::scenario::verification::{Check, Method};

use super::coordination;

/// What a method costs one job, and how often an answer passes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The method.
    pub method: MethodId,
    /// Work of the node beyond that of the answer, on the reference GPU.
    pub overhead: Span,
    /// What checkers and provers are expected to be paid.
    pub checkers: Money,
    /// What they are paid if every check takes place.
    pub checkers_most: Money,
    /// The price of a unit of gas, with what the requester adds to it.
    pub gas: Money,
    /// The price of a checker's GPU-second.
    pub check: Money,
    /// What the chain is expected to be paid.
    pub coordination: Money,
    /// What the chain is paid if every check takes place.
    pub coordination_most: Money,
    /// Nanoseconds until the placement is in a block.
    pub inclusion: f64,
    /// Nanoseconds that blocking checks are expected to take.
    pub blocking: f64,
    /// Nanoseconds after acceptance until the result is expected to be final.
    pub standing: f64,
    /// The probability that a right answer passes the blocking checks, and all checks.
    pub right: [f64; 2],
    /// The probability that a wrong answer passes the blocking checks, and all checks.
    pub wrong: [f64; 2],
    /// Copies executed in all.
    pub copies: u32,
    /// How many of them must agree.
    pub agree: u32,
}

/// Puts the terms of every method the job's class admits into `terms`, which comes empty. A method is left out where the
/// chain or the checkers it needs cannot be paid because their channel is stopped.
pub fn collect(market: &mut Market, at: &Moment<'_>, slot: JobSlot, offers: &[Offer], terms: &mut Vec<Terms>) {
    let scenario = at.scenario;
    let channels = &scenario.channels;
    let gas = market.prices.at(channels, Channel::Coordination, at.now);
    let gas = gas.map(|price| price + coordination::tip(market, scenario, slot));
    let check = market.prices.at(channels, Channel::Verification, at.now);
    let inclusion = inclusion(market, scenario);
    // Peers are nodes such as those that offer.
    let peers = offers.iter().map(|offer| offer.wait.nanos()).sum::<f64>() / offers.len().max(1) as f64;
    let waits = [0, 1].map(|kind: usize| market.checkers[kind].known_wait());
    let trip = scenario.network.mean_round_trip.nanos();
    let queues = Queues { checkers: &market.checkers, waits, peers, trip };
    let job = &market.jobs[slot];
    let diligence = market.opinions.diligence(&scenario.verification, job.requester);
    let expected = job.expected;
    let class = job.class;
    for &id in &scenario.classes[class].methods {
        let method = &scenario.verification.methods[id];
        let stopped = (gas.is_none() && needs_gas(scenario, method)) || (check.is_none() && method.pays_checkers);
        if stopped {
            continue;
        }
        let (gas_price, check_price) = (gas.unwrap_or_default(), check.unwrap_or_default());
        let passing = passing(&mut market.scratch.passing, (id, method), diligence);
        let shared = Shared { expected, gas_price, check_price, passing, inclusion, queues: &queues };
        terms.push(of(scenario, (id, method), &shared));
    }
}

/// How often right and wrong answers pass a method, at a diligence of the checkers.
#[derive(Clone, Copy, Debug)]
pub struct Passing {
    diligence: f64,
    right: [f64; 2],
    wrong: [f64; 2],
}

/// The same as at the last job, unless the checkers are thought of otherwise since.
#[inline]
fn passing(known: &mut Vec<Option<Passing>>, method: (MethodId, &Method), diligence: f64) -> Passing {
    match known.get(usize::from(method.0.0)) {
        Some(&Some(passing)) if passing.diligence == diligence => passing,
        _ => learn(known, method, diligence),
    }
}

#[inline(never)]
fn learn(known: &mut Vec<Option<Passing>>, (id, method): (MethodId, &Method), diligence: f64) -> Passing {
    let place = usize::from(id.0);
    if known.len() <= place {
        known.resize(place + 1, None);
    }
    let mut passing = Passing { diligence, right: [1.0; 2], wrong: [1.0; 2] };
    method.checks.iter().filter(|check| check.by != Checker::Replicas).for_each(|check| passes(&mut passing, check));
    known[place] = Some(passing);
    passing
}

/// Whether a placement with this method is a transaction, or may be.
#[inline]
fn needs_gas(scenario: &Scenario, method: &Method) -> bool {
    scenario.chain.runs && (scenario.chain.gas > 0 || method.gas.1 > 0)
}

/// What all methods see alike.
struct Shared<'a> {
    expected: Span,
    gas_price: Money,
    check_price: Money,
    passing: Passing,
    /// Nanoseconds that a transaction waits for its block.
    inclusion: f64,
    queues: &'a Queues<'a>,
}

/// The queues that checks would wait in if they were asked for now.
struct Queues<'a> {
    checkers: &'a [Checkers; 2],
    /// What they let a check wait, where that is known whatever the check.
    waits: [Option<f64>; 2],
    /// Nanoseconds at a node.
    peers: f64,
    /// Nanoseconds there and back.
    trip: f64,
}

impl Queues<'_> {
    /// Nanoseconds that a check, whose own work is `each`, is expected to spend on its way and in a queue.
    fn delay(&self, by: Checker, each: Span) -> f64 {
        match by {
            Checker::Attestation | Checker::Replicas => 0.0,
            Checker::Validators => self.trip + self.wait(0, each),
            Checker::Proof => self.trip + self.wait(1, each),
            Checker::Peers => self.trip + self.peers,
        }
    }

    #[inline]
    fn wait(&self, kind: usize, each: Span) -> f64 {
        self.waits[kind].unwrap_or_else(|| self.checkers[kind].wait(each))
    }
}

fn of(scenario: &Scenario, (id, method): (MethodId, &Method), shared: &Shared<'_>) -> Terms {
    let (expected, chain) = (shared.expected, &scenario.chain);
    let coordination_most = shared.gas_price.times(chain.gas + method.gas.1);
    let mut terms = Terms {
        method: id,
        overhead: overhead(method, expected),
        checkers: Money::ZERO,
        checkers_most: Money::ZERO,
        gas: shared.gas_price,
        check: shared.check_price,
        coordination: match method.gas.1 {
            0 => coordination_most,
            _ => Money::from_micro((chain.gas as f64 + method.gas.0) * shared.gas_price.0 as f64),
        },
        coordination_most,
        inclusion: if needs_gas(scenario, method) { shared.inclusion } else { 0.0 },
        blocking: 0.0,
        standing: method.window.nanos(),
        right: shared.passing.right,
        wrong: shared.passing.wrong,
        copies: method.copies,
        agree: method.agree,
    };
    for check in &method.checks {
        if check.by == Checker::Replicas {
            continue;
        }
        let each = check.expected_work(expected);
        let paid = if check.by == Checker::Attestation { Money::ZERO } else { fee(scenario, shared.check_price, each) };
        let most = paid.times(u64::from(check.count));
        terms.checkers_most += most;
        terms.checkers += Money::from_micro(most.0 as f64 * check.sample);
        let takes = check.sample * (shared.queues.delay(check.by, each) + each.nanos());
        let until = if check.deferred { &mut terms.standing } else { &mut terms.blocking };
        *until = if takes > *until { takes } else { *until };
    }
    terms
}

/// How often right and wrong answers pass a check, as far as the requester knows: a checker that does not look approves.
fn passes(passing: &mut Passing, check: &Check) {
    let diligence = if check.is_asked_of_others() { passing.diligence } else { 1.0 };
    let mut memory = check.verdict.memory();
    let mut odds = |alarm: f64| {
        let approves = 1.0 - diligence * alarm;
        let accepted = if check.count == 1 { approves } else { check.verdict.odds(&mut memory, check.count, approves) };
        1.0 - check.sample + check.sample * accepted
    };
    let (right, wrong) = (odds(check.false_alarm), odds(check.detection()));
    for (passes, odds) in [(&mut passing.right, right), (&mut passing.wrong, wrong)] {
        passes[1] *= odds;
        if !check.deferred {
            passes[0] *= odds;
        }
    }
}

/// What the chain's own delay is expected to be: half a block, and the blocks that those who wait fill.
fn inclusion(market: &Market, scenario: &Scenario) -> f64 {
    let chain = &scenario.chain;
    if !chain.blocking {
        return 0.0;
    }
    let ahead = market.chain.waiting / chain.limit.max(1);
    chain.block.nanos() * (0.5 + Span(ahead).nanos())
}

/// What one checker is paid for so much work.
pub fn fee(scenario: &Scenario, price: Money, work: Span) -> Money {
    price.for_work(work, scenario.channels.rounding)
}

/// Work of the node beyond that of the answer, for a job of so much work.
pub fn overhead(method: &Method, work: Span) -> Span {
    match method.overhead == 0.0 && method.overhead_time == Span::ZERO {
        true => Span::ZERO,
        false => work.scaled(method.overhead) + method.overhead_time,
    }
}
