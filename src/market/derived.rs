//! What the market computes from its scenario and its seed, in one place and at once: what the nodes are, what checking and computing
//! cost, how checkers are drawn, what the registry keeps, which clocks tick.
//!
//! It follows from them alone. No event changes it, and a save leaves it out: it is computed again when a run is taken up.

use crate::domain::checking::Holders;
use crate::domain::ids::{IdVec, NodeGroupId, OperatorId, PartyId, RegionId};
use crate::domain::money::Money;
use crate::domain::party::Roster;
use crate::domain::price::Price;
use crate::domain::purpose::Purpose;
use crate::engine::law::{Quantity, Sampler};
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::engine::time::SimDuration;
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;
use crate::scenario::verification::{Draws, Weighting};

use std::ops::Range;

use super::state::checkers;
use super::state::registry::Keeps;

/// What follows from a scenario and a seed.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The numbers of the parties that serve.
    pub roster: Roster,
    /// What each node, validator and prover is.
    pub nodes: IdVec<PartyId, NodeTraits>,
    /// What a second of work on the reference card costs its suppliers, by channel, on the average.
    pub costs: [Price; 3],
    /// The ways of drawing checkers, each with the numbers of the parties that may be drawn.
    pub draws: Vec<(Draws, Range<usize>)>,
    /// What the registry keeps for draws, and for how many views.
    pub keeps: Keeps,
    /// Which clocks tick.
    pub clocks: Clocks,
    /// How many priorities of jobs there are.
    pub priorities: usize,
}

/// What a node is from the start on: given by its group, or drawn for it.
#[derive(Clone, Copy, Debug)]
pub struct NodeTraits {
    /// Its group.
    pub group: NodeGroupId,
    /// Where it is.
    pub region: RegionId,
    /// Its owner.
    pub operator: OperatorId,
    /// What it asks per GPU-second of the reference card; [`Price::NONE`] where it takes the channel's price.
    pub asks: Price,
    /// What a busy second on one slot costs it.
    pub cost: Price,
    /// What a GPU-second of work on the reference card costs it at its speed; it never asks less.
    pub floor: Price,
    /// Relative to the reference card, and never below a millionth of it, so that every job ends. A twin serves at the pace of its
    /// group besides.
    pub speed: f64,
    /// Micro-tokens it comes in with.
    pub stake: Money,
}

/// The periods of the clocks of the market; `None` of one that does not tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Routing renews its picture.
    pub refresh: Option<SimDuration>,
    /// Prices of computing and of verification may move.
    pub price: Option<SimDuration>,
    /// A block of the chain.
    pub block: Option<SimDuration>,
}

/// Which trait of a node a draw is for; the numbers are never reused.
#[derive(Clone, Copy)]
enum NodeAttribute {
    Region = 0,
    Speed = 1,
    Cost = 2,
    Price = 3,
    Stake = 4,
}

impl Derived {
    /// All of it.
    pub fn of(scenario: &Scenario, seed: Seed) -> Derived {
        let (nodes, roster) = (nodes(scenario, seed), scenario.roster());
        let (chain, channels, refresh) = (&scenario.chain, &scenario.channels, scenario.routing.refresh);
        Derived {
            roster,
            costs: costs(&nodes, roster),
            nodes,
            draws: draws(scenario, roster),
            keeps: keeps(scenario),
            clocks: Clocks {
                refresh: (refresh > SimDuration::ZERO).then_some(refresh),
                price: channels.moves.then_some(channels.interval),
                block: chain.runs.then_some(chain.block),
            },
            priorities: scenario.classes.iter().map(|class| class.priority as usize + 1).max().unwrap_or(1),
        }
    }
}

fn nodes(scenario: &Scenario, seed: Seed) -> IdVec<PartyId, NodeTraits> {
    let mut nodes = IdVec::default();
    let mut operators = 0;
    for (id, group) in scenario.groups.pairs() {
        let shared = operators;
        operators += if group.one_operator { 1 } else { 0 };
        for _ in 0..group.count {
            let operator = if group.one_operator { shared } else { operators };
            operators += if group.one_operator { 0 } else { 1 };
            let number = nodes.len() as u64;
            nodes.push(traits(scenario, seed, (id, group), number, OperatorId(operator)));
        }
    }
    nodes
}

fn traits(
    scenario: &Scenario,
    seed: Seed,
    (id, group): (NodeGroupId, &NodeGroup),
    node: u64,
    operator: OperatorId,
) -> NodeTraits {
    let draw = |which: NodeAttribute| KeyedRng::new(key(seed, Purpose::NodeTrait as u32, node, which as u64, 0));
    let price = |law: &Sampler, which| Price::from_number(law.sample(&mut draw(which))).max(Price::ZERO);
    let regions = scenario.network.regions.len() as u64;
    let cost = price(&group.cost, NodeAttribute::Cost);
    let speed = group.speed.sample(&mut draw(NodeAttribute::Speed)).max(1e-6);
    NodeTraits {
        group: id,
        region: group.region.unwrap_or_else(|| RegionId(draw(NodeAttribute::Region).below(regions) as u16)),
        operator,
        asks: group.price.as_ref().map_or(Price::NONE, |law| price(law, NodeAttribute::Price)),
        cost,
        // A twin's pace is the mean of what slowed executions down, and nodes do not ask more for that.
        floor: Price(SimDuration::at_least_nanos(cost.0 as f64 * (1.0 / speed)).0 as i64),
        speed,
        stake: Money::from_number(group.stake.sample(&mut draw(NodeAttribute::Stake))).max(Money::ZERO),
    }
}

/// What a second of work, in computing and in checking, costs the parties that do it, at their speeds, on the average.
fn costs(nodes: &IdVec<PartyId, NodeTraits>, roster: Roster) -> [Price; 3] {
    let mean = |checks: bool| {
        let (total, count) = nodes
            .pairs()
            .filter(|(party, _)| roster.kind(*party).only_checks() == checks)
            .fold((0i128, 0i128), |(total, count), (_, traits)| (total + i128::from(traits.floor.0), count + 1));
        Price(if count == 0 { 0 } else { (total / count) as i64 })
    };
    [mean(false), Price::ZERO, mean(true)]
}

/// What the registry keeps for draws, and for how many views.
fn keeps(scenario: &Scenario) -> Keeps {
    let (pool, verification) = (&scenario.routing.pool, &scenario.verification);
    let nodes = verification.asks_peers();
    // Ways of before an amendment may look at what the present rule does not.
    let looks = verification.draws.iter().any(|draws| draws.weighting == Weighting::Opinion);
    let apart = scenario.weighs() && verification.holders == Holders::Group;
    Keeps {
        views: if apart { scenario.requesters.len() } else { 1 },
        stakes: pool.needs().stakes || (nodes && verification.selection.needs().stakes),
        opinions: [
            pool.needs().opinions || (nodes && verification.selection.needs().opinions),
            verification.selection.needs().opinions || looks,
        ],
    }
}

/// The ways of drawing checkers, each with the numbers of the parties that may be drawn.
fn draws(scenario: &Scenario, roster: Roster) -> Vec<(Draws, Range<usize>)> {
    scenario.verification.draws.iter().map(|draws| (draws.clone(), roster.range(checkers::kind_of(draws)))).collect()
}
