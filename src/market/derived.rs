//! What the market computes from its scenario and its seed, in one place and at once: what the nodes are, what checking and computing
//! cost, how checkers are drawn, what the registry keeps, which clocks tick.
//!
//! It follows from them alone. No event changes it, and a save leaves it out: it is computed again when a run is taken up.

use crate::domain::causes::Wrongs;
use crate::domain::checking::Holders;
use crate::domain::ids::{IdVec, NodeGroupId, OperatorId, PartyId, RegionId};
use crate::domain::money::Money;
use crate::domain::party::Roster;
use crate::domain::price::Price;
use crate::domain::purpose::Purpose;
use crate::domain::service::Sampling;
use crate::engine::law::{Quantity, Sampler};
use crate::engine::random::{KeyedRng, RandomSource, Seed, key};
use crate::engine::time::SimDuration;
use crate::maths;
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;
use crate::scenario::shocks::Parties;
use crate::scenario::verification::{Draws, Weighting};

use std::ops::Range;

use super::event::ByClock;
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
    /// By list, the parties that serve what it is of, present or not, in the order of their numbers.
    pub rosters: Vec<Vec<PartyId>>,
    /// The ways of drawing checkers, each with the numbers of the parties that may be drawn.
    pub draws: Vec<(Draws, Range<usize>)>,
    /// What the registry keeps for draws, and for how many views.
    pub keeps: Keeps,
    /// The periods of the clocks of the market; `None` of one that does not tick.
    pub clocks: ByClock<Option<SimDuration>>,
    /// By shock, the parties that its outage or its revocation may strike.
    pub struck: Vec<Vec<PartyId>>,
    /// By shock, the parties that come by it, if they are away.
    pub entering: Vec<Vec<PartyId>>,
    /// By shock, the parties whose stakes it takes.
    pub losing: Vec<Vec<PartyId>>,
    /// How many priorities of jobs there are.
    pub priorities: usize,
    /// How answers come to be wrong, where causes are recorded.
    pub wrongs: Wrongs,
}

/// The parties that a shock names, in the order of their numbers.
fn named(nodes: &IdVec<PartyId, NodeTraits>, parties: Option<&Parties>) -> Vec<PartyId> {
    let Some(parties) = parties else { return Vec::new() };
    nodes.pairs().filter(|(_, node)| parties.holds(node.group, node.region)).map(|(party, _)| party).collect()
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
    /// Jobs it serves at once.
    pub slots: u32,
}

/// Which trait of a node a draw is for; the numbers are never reused.
#[derive(Clone, Copy)]
enum NodeAttribute {
    Region = 0,
    Speed = 1,
    Cost = 2,
    Price = 3,
    Stake = 4,
    Stratum = 5,
}

impl Derived {
    /// All of it.
    pub fn of(scenario: &Scenario, seed: Seed) -> Derived {
        let (nodes, roster) = (nodes(scenario, seed), scenario.roster());
        let (chain, channels, refresh) = (&scenario.chain, &scenario.channels, scenario.routing.refresh);
        Derived {
            roster,
            costs: mean_costs(roster, |party| nodes[party].floor, channels.tick),
            struck: scenario
                .shocks
                .iter()
                .map(|shock| named(&nodes, shock.struck().map(|struck| &struck.parties)))
                .collect(),
            entering: scenario
                .shocks
                .iter()
                .map(|shock| named(&nodes, shock.entry.as_ref().map(|entry| &entry.parties)))
                .collect(),
            losing: scenario
                .shocks
                .iter()
                .map(|shock| named(&nodes, shock.stake.as_ref().map(|stake| &stake.0)))
                .collect(),
            rosters: rosters(scenario, &nodes),
            nodes,
            draws: draws(scenario, roster),
            keeps: keeps(scenario),
            clocks: [
                (refresh > SimDuration::ZERO).then_some(refresh),
                channels.moves.then_some(channels.interval),
                chain.runs.then_some(chain.block),
                scenario.agreement.as_ref().map(|rules| rules.epoch),
            ],
            priorities: scenario.classes.iter().map(|class| class.priority as usize + 1).max().unwrap_or(1),
            wrongs: super::wrongs::of(scenario),
        }
    }
}

/// By list, those that serve what it is of.
fn rosters(scenario: &Scenario, nodes: &IdVec<PartyId, NodeTraits>) -> Vec<Vec<PartyId>> {
    let serves = |list: usize, node: &NodeTraits| scenario.groups[node.group].models >> list & 1 == 1;
    let roster =
        |list: usize| nodes.pairs().filter(move |(_, node)| serves(list, node)).map(|(party, _)| party).collect();
    (0..scenario.models.len() + 2).map(roster).collect()
}

fn nodes(scenario: &Scenario, seed: Seed) -> IdVec<PartyId, NodeTraits> {
    let mut nodes = Vec::new();
    let mut operators = 0;
    for (id, group) in scenario.groups.pairs() {
        let shared = operators;
        operators += if group.one_operator { 1 } else { 0 };
        for place in 0..group.count {
            // Of one operator all are alike, and its number is that of the first.
            let part = place % group.split;
            operators += if group.one_operator || part > 0 { 0 } else { 1 };
            let operator = if group.one_operator { shared } else { operators - 1 };
            let number = nodes.len() as u64 - u64::from(part);
            nodes.push(traits(scenario, seed, (id, group), number, OperatorId(operator)));
        }
        let first = nodes.len() - group.count as usize;
        if group.sampled == Sampling::Strata {
            spread(&mut nodes[first..], (first as u64, seed), group);
        }
        if group.capacity_by_stake > 0.0 && group.slots != u32::MAX {
            give_slots(&mut nodes[first..], group);
        }
    }
    nodes.into_iter().collect()
}

/// Each node of a group has its stake from a part of the law of its own; which part is at random.
fn spread(nodes: &mut [NodeTraits], (first, seed): (u64, Seed), group: &NodeGroup) {
    let draw = |which: NodeAttribute, place: usize| {
        KeyedRng::new(key(seed, Purpose::NodeTrait as u32, first + place as u64, which as u64, 0))
    };
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|&place| (draw(NodeAttribute::Stratum, place).bits(), place));
    let units: Vec<f64> = order.iter().map(|&place| draw(NodeAttribute::Stake, place).unit()).collect();
    for (place, stake) in order.into_iter().zip(group.stake.strata(&units)) {
        nodes[place].stake = Money::from_number(stake).max(Money::ZERO);
    }
}

/// Gives the slots of a group to its nodes in proportion to stake to the power of γ, rounded, at least one to each, so that their sum is what it
/// would be without (F. Pukelsheim, Proportional representation, 2014: the divisor method with standard rounding, with a minimum).
fn give_slots(nodes: &mut [NodeTraits], group: &NodeGroup) {
    let weights: Vec<f64> = nodes.iter().map(|node| maths::pow(node.stake.0 as f64, group.capacity_by_stake)).collect();
    let (sum, all) = (weights.iter().sum::<f64>(), u64::from(group.slots) * nodes.len() as u64);
    if sum <= 0.0 {
        return;
    }
    let slots = |factor: f64, weight: f64| ((weight * factor + 0.5) as u32).max(1);
    let given = |factor: f64| weights.iter().map(|&weight| u64::from(slots(factor, weight))).sum::<u64>();
    let (mut low, mut high) = (0.0, all as f64 / sum);
    while given(high) <= all {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if given(middle) <= all { low = middle } else { high = middle }
    }
    nodes.iter_mut().zip(&weights).for_each(|(node, &weight)| node.slots = slots(low, weight));
    // Of several that are rounded up at the same factor the first have what is left.
    let mut left = all - given(low);
    for (node, &weight) in nodes.iter_mut().zip(&weights) {
        if left > 0 && slots(high, weight) > node.slots {
            (node.slots, left) = (node.slots + 1, left - 1);
        }
    }
}

fn traits(
    scenario: &Scenario,
    seed: Seed,
    (id, group): (NodeGroupId, &NodeGroup),
    node: u64,
    operator: OperatorId,
) -> NodeTraits {
    let draw = |which: NodeAttribute| KeyedRng::new(key(seed, Purpose::NodeTrait as u32, node, which as u64, 0));
    let tick = scenario.channels.tick;
    let price = |law: &Sampler, which, tick| Price::nearest(law.sample(&mut draw(which)), tick).max(Price::ZERO);
    let regions = scenario.network.regions.len() as u64;
    // What a second costs is no price of the market: a coarse tick does not round it.
    let cost = price(&group.cost, NodeAttribute::Cost, tick.min(Price::MICRO));
    let speed = group.speed.sample(&mut draw(NodeAttribute::Speed)).max(1e-6);
    let stake = Money::from_number(group.stake.sample(&mut draw(NodeAttribute::Stake))).max(Money::ZERO);
    NodeTraits {
        group: id,
        region: group.region.unwrap_or_else(|| RegionId(draw(NodeAttribute::Region).below(regions) as u16)),
        operator,
        asks: group.price.as_ref().map_or(Price::NONE, |law| price(law, NodeAttribute::Price, tick)),
        cost,
        // A twin's pace is the mean of what slowed executions down, and nodes do not ask more for that.
        floor: floor(cost, speed, tick),
        speed,
        stake: Money(stake.0 / i64::from(group.split)),
        slots: group.slots,
    }
}

impl NodeTraits {
    /// Its cost and its floor where its costs are so many times what was drawn.
    pub fn costing(&self, factor: f64, tick: Price) -> (Price, Price) {
        if factor == 1.0 {
            return (self.cost, self.floor);
        }
        let cost = Price::nearest(self.cost.micro() * factor, tick.min(Price::MICRO)).min(Price::MOST);
        (cost, floor(cost, self.speed, tick))
    }
}

/// What a GPU-second on the reference card costs at least, in whole ticks.
fn floor(cost: Price, speed: f64, tick: Price) -> Price {
    let ticks = SimDuration::at_least_nanos(cost.0 as f64 / tick.0 as f64 * (1.0 / speed)).0;
    Price(ticks.min((Price::MOST.0 / tick.0) as u64) as i64 * tick.0)
}

/// What a second of work, in computing and in checking, costs the parties that do it, at their speeds, on the average.
pub fn mean_costs(roster: Roster, floor: impl Fn(PartyId) -> Price, tick: Price) -> [Price; 3] {
    let mean = |checks: bool| {
        let parties = roster.parties().filter(|party| roster.kind(*party).only_checks() == checks);
        let (total, count) =
            parties.fold((0i128, 0i128), |(total, count), party| (total + i128::from(floor(party).0), count + 1));
        Price(if count == 0 { 0 } else { (total / count) as i64 }).down_to(tick)
    };
    [mean(false), Price::ZERO, mean(true)]
}

/// What the registry keeps for draws, and for how many views.
fn keeps(scenario: &Scenario) -> Keeps {
    let (pool, verification) = (&scenario.routing.pool, &scenario.verification);
    let nodes = verification.asks_peers();
    let cap = verification.cap();
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
        cap: (cap < 1.0).then_some(cap),
        peers: nodes,
    }
}

/// The ways of drawing checkers, each with the numbers of the parties that may be drawn.
fn draws(scenario: &Scenario, roster: Roster) -> Vec<(Draws, Range<usize>)> {
    scenario.verification.draws.iter().map(|draws| (draws.clone(), roster.range(checkers::kind_of(draws)))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const STAKES: &str = "stake = { law = \"empirical\", file = \"scenarios/traces/solana_stakes_epoch780.csv\", column = \"stake_sol\" }";

    fn scenario(validators: &str) -> Arc<Scenario> {
        let text = format!(
            "name = \"few\"\nhorizon = \"1h\"\n[models.m]\n[classes.job]\nwork = {{ law = \"constant\", value = \"1s\" }}\n\
             [[demand.sources]]\nname = \"all\"\narrivals = {{ rule = \"poisson\", poisson = {{ rate = \"1/s\" }} }}\n\
             [[nodes]]\nname = \"node\"\ncount = 1\n[[validators]]\nname = \"few\"\n{validators}\n"
        );
        Scenario::from_text("few", &text).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    /// The validators of a market.
    fn drawn(scenario: &Scenario, seed: u64) -> Vec<NodeTraits> {
        Derived::of(scenario, Seed::from(seed)).nodes.iter().skip(1).copied().collect()
    }

    fn derived(validators: &str, seed: u64) -> Vec<NodeTraits> {
        drawn(&scenario(validators), seed)
    }

    /// The largest shares of so many validators with stakes of Solana's, one for each of 4 000 seeds, the smallest first.
    fn largest(count: u32, sampled: &str) -> Vec<f64> {
        let scenario = scenario(&format!("count = {count}\n{STAKES}\nsampled = \"{sampled}\""));
        let largest = |seed: u64| {
            let few = drawn(&scenario, seed);
            let stakes = few.iter().map(|node| node.stake.0 as f64);
            stakes.clone().fold(0.0, f64::max) / stakes.sum::<f64>()
        };
        let mut found: Vec<f64> = (1..=4_000).map(largest).collect();
        found.sort_by(f64::total_cmp);
        found
    }

    /// The largest share among a few validators with stakes of Solana's (of all 1 293 the largest has 3.5 %), by tenths: strata leave less of it
    /// to chance. Known from 40 000 draws by another program.
    #[test]
    fn strata_keep_the_concentration() {
        let known =
            [(12, [0.249, 0.481, 0.796], [0.438, 0.666, 0.850]), (60, [0.171, 0.266, 0.434], [0.243, 0.319, 0.461])];
        for (count, iid, strata) in known {
            for (sampled, [low, middle, high]) in [("iid", iid), ("strata", strata)] {
                let found = largest(count, sampled);
                let at = |share: f64| found[(share * 4_000.0) as usize];
                for (share, known) in [(0.1, low), (0.5, middle), (0.9, high)] {
                    assert!(
                        (at(share) - known).abs() < 0.03,
                        "{count} {sampled} {share}: {} and not {known}",
                        at(share)
                    );
                }
            }
        }
    }

    /// Every part of the law has one of its values, whichever node it falls to; laws with an inverse are cut as lists are.
    #[test]
    fn every_stratum_has_one() {
        let stakes = |law: &str, seed: u64| {
            let few = derived(&format!("count = 4\nstake = {law}\nsampled = \"strata\""), seed);
            few.iter().map(|node| node.stake.units()).collect::<Vec<f64>>()
        };
        let mut first = std::collections::BTreeSet::new();
        for seed in 1..=40 {
            let listed = stakes("{ law = \"empirical\", values = [\"7\", \"1\", \"3\", \"5\"] }", seed);
            first.insert(listed[0] as u32);
            let sorted = |mut all: Vec<f64>| {
                all.sort_by(f64::total_cmp);
                all
            };
            assert_eq!(sorted(listed), [1.0, 3.0, 5.0, 7.0]);
            let even = sorted(stakes("{ law = \"uniform\", min = \"0\", max = \"4\" }", seed));
            assert!(
                even.iter().enumerate().all(|(place, stake)| (place as f64..place as f64 + 1.0).contains(stake)),
                "{even:?}"
            );
            let weighed = stakes("{ law = \"empirical\", values = [\"2\", \"9\"], weights = [3, 1] }", seed);
            assert_eq!(sorted(weighed), [2.0, 2.0, 2.0, 9.0]);
        }
        assert_eq!(first.len(), 4, "which node has which part is at random");
    }

    /// Slots follow the stakes, everybody has one, and the sum is kept. Without stakes, and with γ = 0, all have the same.
    #[test]
    fn slots_follow_the_stakes() {
        let slots = |stakes: &str, gamma: f64| {
            let text = format!(
                "count = 4\nslots = 5\nsampled = \"strata\"\ncapacity-by-stake = {gamma}\nstake = {{ law = \"empirical\", values = {stakes} }}"
            );
            let mut few: Vec<(i64, u32)> = derived(&text, 1).iter().map(|node| (node.stake.0, node.slots)).collect();
            few.sort_unstable();
            few.into_iter().map(|node| node.1).collect::<Vec<_>>()
        };
        assert_eq!(slots("[\"1\", \"2\", \"3\", \"4\"]", 1.0), [2, 4, 6, 8]);
        assert_eq!(slots("[\"1\", \"4\", \"9\", \"36\"]", 0.5), [2, 3, 5, 10]);
        assert_eq!(slots("[\"1\", \"1\", \"1\", \"1000\"]", 1.0), [1, 1, 1, 17]);
        assert_eq!(slots("[\"1\", \"2\", \"3\", \"4\"]", 0.0), [5; 4]);
        assert_eq!(slots("[\"0\", \"0\", \"0\", \"0\"]", 1.0), [5; 4]);
        assert_eq!(slots("[\"3\", \"3\", \"3\", \"3\"]", 1.0), [5; 4]);
        assert_eq!(slots("[\"1\", \"1\", \"1\", \"1.1\"]", 1.0).iter().sum::<u32>(), 20);
    }
}
