//! The market opens: nodes get their traits, parties their stakes, sources their streams, and the first events are due.

use crate::domain::checking::Holders;
use std::ops::Range;
use crate::domain::ids::{NodeGroupId, OperatorId, RegionId};
use crate::domain::money::Money;
use crate::domain::party::Roster;
use crate::domain::price::Price;
use crate::domain::purpose::Purpose;
use crate::domain::service::Discipline;
use crate::engine::law::{Quantity, Sampler};
use crate::engine::random::{KeyedRng, RandomSource, Seed, Stream, key};
use crate::engine::time::{SimDuration, Time};
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;
use crate::scenario::verification::Draws;
use std::ops::Range;

use super::context::Context;
use super::event::Event;
use super::forces::churn;
use super::life::arrival;
use super::state::cases::VerificationCases;
use super::state::chain::ChainState;
use super::state::checkers::{self, Checkers};
use super::state::job_list::{JobList, Waiting};
use super::state::jobs::Jobs;
use super::state::learnt::Learnt;
use super::state::ledger::Ledger;
use super::state::levels::Levels;
use super::state::nodes::{Node, NodeCold, NodeQuote, Nodes};
use super::state::opinions::Opinions;
use super::state::payouts::Payouts;
use super::state::prices::Prices;
use super::state::registry::{Keeps, Registry};
use super::state::service::Service;
use super::state::sources::Source;
use super::state::{ClassState, MeanSpan, Scratch, State};

/// Which trait of a node a draw is for; the numbers are never reused.
#[derive(Clone, Copy)]
enum NodeAttribute {
    Region = 0,
    Speed = 1,
    Cost = 2,
    Price = 3,
    Stake = 4,
}

impl State {
    /// A market at the start of time, with its first events in the queue.
    pub fn open(seed: Seed, at: &mut Context<'_>) -> State {
        let scenario = at.scenario;
        let roster = scenario.roster();
        let sources = scenario.sources.pairs().map(|(id, source)| Source {
            stream: Stream::new(seed, Purpose::Arrivals as u32, id.0 as u64),
            memory: source.arrivals.memory(),
            index: 0,
            next: None,
        });
        let classes = scenario.classes.iter().map(|class| ClassState {
            outputs: 0,
            output_tokens: 0,
            patience: class
                .patience
                .as_ref()
                .and_then(|law| law.is_constant())
                .map(|nanos| at.queue.delay_line(SimDuration::from_nanos(nanos))),
        });
        let keeps = keeps(scenario);
        let mut market = State {
            seed,
            jobs: Jobs::default(),
            nodes: Nodes::default(),
            registry: Registry::new(scenario.models.len(), roster, scenario.sources.len(), keeps),
            sources: sources.collect(),
            classes: classes.collect(),
            ledger: Ledger::open(scenario.requesters.len(), roster),
            levels: Levels::default(),
            pool: scenario.routing.pool.memory(),
            prices: Prices::open(&scenario.channels),
            costs: [Price::ZERO; 3],
            cases: VerificationCases::default(),
            opinions: Opinions::default(),
            chain: ChainState::default(),
            payouts: Payouts::default(),
            wait: MeanSpan::default(),
            checkers: Checkers::open(keeps.views, scenario.requesters.len(), &draws(scenario, roster)),
            learnt: Learnt::open(scenario.classes.len(), scenario.verification.methods.len()),
            stale: 0,
            agenda: Vec::new(),
            scratch: Scratch::with_room(),
            inspection: None,
        };
        market.nodes = nodes(seed, scenario, roster);
        market.costs = costs(&market.nodes);
        market.opinions = Opinions::open(&scenario.verification, scenario.requesters.len(), roster, scenario.weighs());
        for party in roster.parties() {
            let group = &scenario.groups[market.nodes.quotes[party].group];
            let mut drawn = trait_of(seed, party.0.into(), NodeAttribute::Stake);
            let stake = Money::from_number(group.stake.sample(&mut drawn)).max(Money::ZERO);
            market.enter(at, party, stake);
            churn::schedule_failure(&mut market, at, party);
        }
        for source in scenario.sources.ids() {
            arrival::schedule_next(&mut market, at, source);
        }
        if scenario.routing.refresh > SimDuration::ZERO {
            at.queue.push(Time::ZERO + scenario.routing.refresh, Event::Refresh);
        }
        if scenario.channels.moves {
            at.queue.push(Time::ZERO + scenario.channels.interval, Event::Price);
        }
        if scenario.chain.runs {
            at.queue.push(Time::ZERO + scenario.chain.block, Event::Block);
        }
        market
    }
}

/// What the registry keeps for those who draw by it, and for whom.
fn keeps(scenario: &Scenario) -> Keeps {
    let (pool, verification) = (&scenario.routing.pool, &scenario.verification);
    let nodes = verification.asks_peers();
    let apart = scenario.weighs() && verification.holders == Holders::Group;
    Keeps {
        views: if apart { scenario.requesters.len() } else { 1 },
        stakes: pool.needs().stakes || (nodes && verification.selection.needs().stakes),
        opinions: [
            pool.needs().opinions || (nodes && verification.selection.needs().opinions),
            verification.selection.needs().opinions,
        ],
    }
}

/// The ways of drawing checkers, each with the indices of the parties that may be drawn.
fn draws(scenario: &Scenario, roster: Roster) -> Vec<(&Draws, Range<usize>)> {
    scenario.verification.draws.iter().map(|draws| (draws, roster.range(checkers::kind_of(draws)))).collect()
}

/// What a second of work, in computing and in checking, costs those who do it at their speeds, on the average.
fn costs(nodes: &Nodes) -> [Price; 3] {
    let mean = |checks: bool| {
        let (total, count) = nodes
            .quotes
            .pairs()
            .filter(|(party, _)| nodes.kind(*party).only_checks() == checks)
            .fold((0i128, 0i128), |(total, count), (_, quote)| (total + i128::from(quote.floor.0), count + 1));
        Price(if count == 0 { 0 } else { (total / count) as i64 })
    };
    [mean(false), Price::ZERO, mean(true)]
}

fn nodes(seed: Seed, scenario: &Scenario, roster: Roster) -> Nodes {
    let mut nodes = Nodes { roster, ..Nodes::default() };
    let priorities = scenario.classes.iter().map(|class| class.priority as usize + 1).max().unwrap_or(1);
    let mut operators = 0;
    for (id, group) in scenario.groups.pairs() {
        let shared = operators;
        operators += if group.one_operator { 1 } else { 0 };
        for _ in 0..group.count {
            let operator = if group.one_operator { shared } else { operators };
            operators += if group.one_operator { 0 } else { 1 };
            let number = nodes.states.len() as u64;
            nodes.quotes.push(quote(seed, scenario, id, group, number));
            nodes.states.push(node(seed, group, number, priorities));
            let fate = Stream::new(seed, Purpose::Failures as u32, number);
            nodes.backrooms.push(NodeCold::new(fate, OperatorId(operator), group.conduct.memory()));
        }
    }
    nodes
}

fn trait_of(seed: Seed, node: u64, which: NodeAttribute) -> KeyedRng {
    KeyedRng::new(key(seed, Purpose::NodeTrait as u32, node, which as u64, 0))
}

fn quote(seed: Seed, scenario: &Scenario, id: NodeGroupId, group: &NodeGroup, node: u64) -> NodeQuote {
    let price = |law: &Sampler, which| Price::from_number(law.sample(&mut trait_of(seed, node, which)));
    let regions = scenario.network.regions.len() as u64;
    let drawn = || RegionId(trait_of(seed, node, NodeAttribute::Region).below(regions) as u16);
    let cost = price(&group.cost, NodeAttribute::Cost).max(Price::ZERO);
    let own = own_speed(seed, group, node);
    NodeQuote {
        asks: group.price.as_ref().map_or(Price::NONE, |law| price(law, NodeAttribute::Price).max(Price::ZERO)),
        cost,
        // A twin's pace is the mean of what slowed executions down, and nodes do not ask more for that.
        floor: Price(SimDuration::at_least_nanos(cost.0 as f64 * (1.0 / own)).0 as i64),
        work: 0,
        slowness: 1.0 / (own * group.pace),
        jobs: 0,
        slots: group.slots,
        room: group.slots.saturating_add(group.places),
        group: id,
        region: group.region.unwrap_or_else(drawn),
        dirty: false,
    }
}

/// A node's speed; never below a millionth of the reference, so that every job ends.
pub(super) fn own_speed(seed: Seed, group: &NodeGroup, node: u64) -> f64 {
    group.speed.sample(&mut trait_of(seed, node, NodeAttribute::Speed)).max(1e-6)
}

fn node(seed: Seed, group: &NodeGroup, number: u64, priorities: usize) -> Node {
    let waiting = match group.discipline {
        Discipline::Priority => Waiting::Lists(vec![JobList::default(); priorities]),
        Discipline::Random => Waiting::RandomOrder(Vec::new()),
        _ => Waiting::List(JobList::default()),
    };
    Node::idle(own_speed(seed, group, number) * group.pace, Service::with_slots(group.slots), waiting)
}
