//! Nodes are asked for offers, and the best one is taken, or none.

use crate::domain::fate::{Cause, Fate};
use crate::domain::ids::{JobSlot, NodeId};
use crate::domain::purpose::Purpose;
use crate::engine::queue::prefetch;
use crate::engine::random::mix;
use crate::engine::time::Span;
use crate::market::state::nodes::NodeQuote;
use crate::market::{Market, Moment};
use crate::policy::chooser::Offer;
use crate::policy::pool::PoolView;
use crate::scenario::Scenario;
use crate::scenario::model::Slowdown;
use crate::scenario::schema::Estimate;

use super::arrival::draw;
use super::{placement, standing};

/// So many nodes are worth asking memory for at once.
const FEW: usize = 4;

/// Asks a pool of nodes and takes the best offer; without any, the job is declined, or lost if it was placed before.
pub fn offer(market: &mut Market, at: &mut Moment<'_>, slot: JobSlot) {
    let mut pool = std::mem::take(&mut market.scratch.pool);
    let mut offers = std::mem::take(&mut market.scratch.offers);
    ask(market, at.scenario, slot, &mut pool);
    collect(market, at.scenario, slot, &pool, &mut offers);
    let taken = choose(market, at.scenario, slot, &offers);
    if let Some(offer) = taken {
        let story = market.jobs.story_mut(slot);
        story.offers = offers.len() as u16;
        placement::place(market, at, slot, offer);
    }
    pool.clear();
    offers.clear();
    (market.scratch.pool, market.scratch.offers) = (pool, offers);
    if taken.is_none() {
        match market.jobs[slot].attempt {
            0 => standing::decline(market, at, slot, Cause::NoSupply),
            _ => standing::close(market, at, slot, Fate::Lost),
        }
    }
}

/// Puts the nodes to ask into `pool`.
fn ask(market: &mut Market, scenario: &Scenario, slot: JobSlot, pool: &mut Vec<NodeId>) {
    let (job, story) = (&market.jobs[slot], market.jobs.story(slot));
    let model = scenario.classes[job.class].model;
    let listed = market.registry.listed(model);
    if listed.is_empty() {
        return;
    }
    let previous = match scenario.routing.pool.needs_previous() && job.attempt == 0 {
        true => market.registry.previous(story.key.source.0 as usize, story.client),
        false => NodeId::NONE,
    };
    let view = PoolView {
        listed,
        stakes: market.registry.stakes(model),
        previous: if previous.is_some() && market.registry.has(model, previous) { previous } else { NodeId::NONE },
        session: mix(story.key.source.0 as u64) ^ story.client as u64,
    };
    let mut drawn = draw(market.seed, Purpose::Pool, story.key, job.attempt as u32);
    scenario.routing.pool.draw(&mut market.pool, &view, &mut drawn, pool);
    let failed = if job.attempt > 0 && scenario.retries.elsewhere { job.node } else { NodeId::NONE };
    if failed.is_some() && pool.iter().any(|&node| node != failed) {
        pool.retain(|&node| node != failed);
    }
}

/// Collects the offers of those in the pool who have room.
fn collect(market: &mut Market, scenario: &Scenario, slot: JobSlot, pool: &[NodeId], offers: &mut Vec<Offer>) {
    let job = &market.jobs[slot];
    let from = scenario.requesters[job.requester].region;
    let expected = job.expected;
    let listed_price = scenario.compute.price(&mut market.compute, crate::engine::time::Time::ZERO).unwrap_or_default();
    let estimate = scenario.routing.estimate;
    let mean_wait = if estimate == Estimate::Mean { market.wait.mean() } else { Span::ZERO };
    if pool.len() <= FEW {
        // One of these will take the job: what it needs of the node is on its way while the offers are compared.
        pool.iter().for_each(|&node| prefetch(&market.nodes.states[node]));
    }
    for &node in pool {
        let quote = &market.nodes.quotes[node];
        if quote.jobs >= quote.room {
            continue;
        }
        let per_second = if quote.asks.0 >= 0 { quote.asks } else { listed_price };
        let wait = if estimate == Estimate::Mean { mean_wait } else { wait(quote, expected, estimate) };
        let slowness = match &scenario.groups[quote.group].slowdown {
            Slowdown::None => quote.slowness,
            slowdown => quote.slowness * slowdown.factor((quote.jobs + 1).min(quote.slots)),
        };
        let service = expected.scaled(slowness);
        let network = scenario.network.round_trip(from, quote.region);
        offers.push(Offer {
            node,
            price: per_second.max(quote.cost).for_work(expected, scenario.rounding),
            wait,
            delay: network + wait + service,
            jobs: quote.jobs,
        });
    }
}

/// The expected wait at a node: by the jobs ahead or by the work ahead, shared among its slots.
fn wait(quote: &NodeQuote, expected: Span, estimate: Estimate) -> Span {
    if quote.jobs < quote.slots {
        return Span::ZERO;
    }
    let ahead = match estimate {
        Estimate::Work => quote.work as f64,
        _ => (quote.jobs - quote.slots + 1) as f64 * expected.0 as f64,
    };
    Span::from_nanos(ahead * quote.slowness / quote.slots as f64)
}

fn choose(market: &mut Market, scenario: &Scenario, slot: JobSlot, offers: &[Offer]) -> Option<Offer> {
    let job = &market.jobs[slot];
    match offers {
        [] => None,
        [only] => Some(*only),
        _ => {
            let key = market.jobs.story(slot).key;
            let mut drawn = draw(market.seed, Purpose::Choice, key, job.attempt as u32);
            Some(offers[scenario.routing.chooser.choose(&mut market.chooser, offers, &mut drawn)])
        }
    }
}
