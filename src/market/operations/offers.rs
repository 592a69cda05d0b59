//! Nodes are asked for offers, and one offer is chosen with a method, or none.

use crate::domain::checking::Backtrack;
use crate::domain::choice::{Choice, Estimate};
use crate::domain::fate::Stage;
use crate::domain::ids::{JobSlot, PartyId};
use crate::domain::price::Price;
use crate::domain::purpose::{DrawIndex, Purpose, draw};
use crate::domain::work::Work;
use crate::engine::queue::prefetch;
use crate::engine::random::mix;
use crate::engine::time::SimDuration;
use crate::market::context::Context;
use crate::market::quoting::diagnosis::Refusal;
use crate::market::quoting::quote::Quote;
use crate::market::state::State;
use crate::market::state::nodes::NodeQuote;
use crate::policy::chooser::Offer;
use crate::policy::pool::PoolView;
use crate::scenario::model::Slowdown;

use super::choice;

/// So many nodes are worth asking memory for at once.
const FEW: usize = 4;

/// The quote that is taken, or why none is and what would have let one be.
pub fn take(market: &mut State, at: &Context<'_>, slot: JobSlot, offers: &mut Vec<Offer>) -> Result<Quote, Refusal> {
    let scenario = at.scenario;
    let class = market.jobs[slot].class;
    let use_at = scenario.classes[class].use_at;
    market.jobs.record_mut(slot).offers = offers.len() as u16;
    match (scenario.routing.choice, choice::plain(scenario, class)) {
        (Choice::First, Some(method)) => match offers[..] {
            [] => Err(Refusal::NO_SUPPLY),
            [only] => Ok(choice::as_offered(&only, method, use_at)),
            _ => Ok(choice::as_offered(&offers[choice::pick(market, scenario, slot, offers, 0)], method, use_at)),
        },
        (Choice::First, None) => choice::unseen(market, at, slot, offers),
        (Choice::Surplus, _) => choice::choose(market, at, slot, offers),
    }
}

/// Puts the nodes to ask into `pool`.
pub fn ask(market: &mut State, at: &Context<'_>, slot: JobSlot, pool: &mut Vec<PartyId>) {
    let scenario = at.scenario;
    let (job, record) = (&market.jobs[slot], market.jobs.record(slot));
    let list = scenario.classes[job.class].model.into();
    let view = market.registry.view_of(job.requester);
    let nodes = market.registry.candidates(&at.derived.rosters, view, list);
    if nodes.present.is_empty() {
        return;
    }
    let previous = match scenario.routing.pool.needs().previous && job.attempt == 0 {
        true => market.registry.previous(record.key.source.0 as usize, record.client),
        false => PartyId::NONE,
    };
    let view = PoolView {
        nodes,
        stakes: market.registry.stakes(view, list),
        opinions: market.registry.opinions(view, list),
        previous: if previous.is_some() && market.registry.has(view, list, previous) {
            previous
        } else {
            PartyId::NONE
        },
        session: mix(record.key.source.0 as u64) ^ record.client as u64,
    };
    let number = DrawIndex::asking(job.attempt, record.renegotiations);
    let mut drawn = draw(market.seed, Purpose::Pool, record.key, number);
    scenario.routing.pool.draw(&mut market.pool, &view, &mut drawn, pool);
    let failed = if job.attempt > 0 && scenario.retries.elsewhere { job.node } else { PartyId::NONE };
    if failed.is_some() && pool.iter().any(|&node| node != failed) {
        pool.retain(|&node| node != failed);
    }
}

/// Collects the offers of the nodes in the pool that have room.
pub fn collect(market: &mut State, at: &Context<'_>, slot: JobSlot, pool: &[PartyId], offers: &mut Vec<Offer>) {
    let scenario = at.scenario;
    let job = &market.jobs[slot];
    let (requester, expected, model) = (job.requester, job.expected, scenario.classes[job.class].model);
    let from = scenario.requesters[requester].region;
    let staying = if job.stage == Stage::Waiting { job.node } else { PartyId::NONE };
    let estimate = scenario.routing.estimate;
    let revokes = scenario.verification.backtrack == Backtrack::Revoke;
    let mean_wait = (estimate == Estimate::Mean).then(|| market.wait.mean());
    // Who asks for the first time comes at random and so sees what is so on the average; asking again is not at random.
    let notes = mean_wait.is_some() && job.stage == Stage::Asked;
    // The price of the channel, once a node asks none of its own; below zero if the channel is stopped.
    let mut listed = None;
    if pool.len() <= FEW && market.is_wide() {
        // One of these will take the job: what it needs of the node is on its way while the offers are compared.
        pool.iter().for_each(|&node| prefetch(&market.nodes.states[node]));
    }
    for &node in pool {
        let quote = &market.nodes.quotes[node];
        let (jobs, work) = match node == staying {
            false => (quote.jobs, quote.work),
            // Who waits at a node has a place there, and does not wait for himself. The picture may be older than that.
            true => (quote.jobs.saturating_sub(1), quote.work.saturating_sub(expected.0)),
        };
        let asked = match quote.asks {
            Price(0..) => quote.asks,
            _ => *listed.get_or_insert_with(|| {
                market.prices.of_model(&scenario.channels, model, at.now).unwrap_or(Price::NONE)
            }),
        };
        if jobs >= quote.room || asked < Price::ZERO {
            continue;
        }
        if notes {
            market.wait.note(wait(quote, jobs, work, expected, Estimate::Work));
        }
        let group = &scenario.groups[quote.group];
        let wait = mean_wait.unwrap_or_else(|| wait(quote, jobs, work, expected, estimate));
        let wait = wait + group.hold;
        let slowness = match &group.slowdown {
            Slowdown::None => quote.slowness,
            slowdown => quote.slowness * slowdown.factor((jobs + 1).min(quote.slots)),
        };
        let service = expected.takes(slowness);
        let network = scenario.network.round_trip(from, quote.region);
        let rate = asked.max(quote.floor);
        offers.push(Offer {
            node,
            rate,
            price: rate.of_work(expected, scenario.channels.rounding),
            wait,
            delay: network + wait + service,
            slowness,
            jobs,
            stands: if revokes { market.results.count_of(node) } else { 0 },
            trust: market.opinions.trust(&scenario.verification, requester, node),
            surplus: 0.0,
        });
    }
}

/// The expected wait at a node: by the jobs ahead or by the work ahead, shared among its slots.
fn wait(quote: &NodeQuote, jobs: u32, work: u64, expected: Work, estimate: Estimate) -> SimDuration {
    if jobs < quote.slots {
        return SimDuration::ZERO;
    }
    let ahead = match estimate {
        Estimate::Work => Work(work).nanos(),
        _ => f64::from(jobs - quote.slots + 1) * expected.nanos(),
    };
    let alone = ahead * quote.slowness;
    // A division takes as long as the rest of the offer, and most large fleets have one slot a node.
    SimDuration::from_nanos(if quote.slots == 1 { alone } else { alone / f64::from(quote.slots) })
}
