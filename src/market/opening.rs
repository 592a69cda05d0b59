//! The market opens: nodes come in with their traits, parties their stakes, sources their streams, and the first events are due.

use crate::domain::ids::NodeId;
use crate::domain::money::{Asset, Money};
use crate::domain::purpose::Purpose;
use crate::domain::service::Discipline;
use crate::engine::random::{Seed, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::record::fact::Fact;
use crate::scenario::model::{NodeGroup, PartyKind};

use super::context::Context;
use super::derived::NodeTraits;
use super::event::Event;
use super::forces::churn;
use super::life::arrival;
use super::operations::load;
use super::state::cases::VerificationCases;
use super::state::chain::ChainState;
use super::state::checkers::Checkers;
use super::state::job_list::{JobList, Waiting};
use super::state::jobs::Jobs;
use super::state::learnt::Learnt;
use super::state::ledger::{Account, Ledger};
use super::state::levels::Levels;
use super::state::nodes::{Node, NodeCold, NodeQuote, Nodes};
use super::state::opinions::Opinions;
use super::state::payouts::Payouts;
use super::state::prices::Prices;
use super::state::registry::Registry;
use super::state::service::Service;
use super::state::sources::Source;
use super::state::{ClassState, MeanSpan, Scratch, State};

impl State {
    /// A market at the start of time, with its first events in the queue.
    pub fn open(seed: Seed, at: &mut Context<'_>) -> State {
        let scenario = at.scenario;
        let count = at.derived.nodes.len();
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
        let derived = at.derived;
        let mut market = State {
            seed,
            jobs: Jobs::default(),
            nodes: Nodes::default(),
            registry: Registry::new(scenario.models.len(), count, scenario.sources.len(), derived.keeps),
            sources: sources.collect(),
            classes: classes.collect(),
            ledger: Ledger::open(scenario.requesters.len(), count),
            levels: Levels::default(),
            pool: scenario.routing.pool.memory(),
            prices: Prices::open(&scenario.channels),
            cases: VerificationCases::default(),
            opinions: Opinions::default(),
            chain: ChainState::default(),
            payouts: Payouts::default(),
            wait: MeanSpan::default(),
            checkers: Checkers::open(derived.keeps.views, scenario.requesters.len(), &derived.draws),
            learnt: Learnt::open(scenario.classes.len(), scenario.verification.methods.len()),
            stale: 0,
            agenda: Vec::new(),
            scratch: Scratch::with_room(),
            inspection: None,
        };
        market.nodes = nodes(seed, at);
        let checks: Vec<bool> =
            market.nodes.quotes.iter().map(|quote| scenario.groups[quote.group].kind != PartyKind::Node).collect();
        market.opinions = Opinions::open(&scenario.verification, scenario.requesters.len(), checks, scenario.weighs());
        for node in market.nodes.states.ids() {
            market.join(at, node);
        }
        for source in scenario.sources.ids() {
            arrival::schedule_next(&mut market, at, source);
        }
        let clocks = derived.clocks;
        at.tick(clocks.refresh, Event::Refresh);
        at.tick(clocks.price, Event::Price);
        at.tick(clocks.block, Event::Block);
        market
    }

    /// A node comes in: it is endowed with its stake, listed, and bound to fail one day.
    fn join(&mut self, at: &mut Context<'_>, node: NodeId) {
        let amount = at.derived.nodes[node].stake;
        if amount > Money::ZERO {
            self.ledger.transfer(Account::Exchange, Account::Node(node), Asset::Token, amount);
            at.facts.note(Fact::Endowed { account: node.0, asset: Asset::Token, amount });
        }
        let group = &at.scenario.groups[self.nodes.quotes[node].group];
        load::note_capacity(self, group.kind, group.slots, at.now, true);
        load::set_listed(self, at, node, true);
        churn::schedule_failure(self, at, node);
    }
}

fn nodes(seed: Seed, at: &Context<'_>) -> Nodes {
    let mut nodes = Nodes::default();
    for (number, traits) in at.derived.nodes.pairs() {
        let group = &at.scenario.groups[traits.group];
        nodes.quotes.push(quote(group, traits));
        nodes.states.push(node(group, traits, at.derived.priorities));
        nodes.backrooms.push(backroom(seed, group, number, traits));
    }
    nodes
}

fn quote(group: &NodeGroup, traits: &NodeTraits) -> NodeQuote {
    NodeQuote {
        asks: traits.asks,
        cost: traits.cost,
        floor: traits.floor,
        work: 0,
        slowness: 1.0 / (traits.speed * group.pace),
        jobs: 0,
        slots: group.slots,
        room: group.slots.saturating_add(group.places),
        group: traits.group,
        region: traits.region,
        dirty: false,
    }
}

fn node(group: &NodeGroup, traits: &NodeTraits, priorities: usize) -> Node {
    let waiting = match group.discipline {
        Discipline::Priority => Waiting::Lists(vec![JobList::default(); priorities]),
        Discipline::Random => Waiting::RandomOrder(Vec::new()),
        _ => Waiting::List(JobList::default()),
    };
    Node::idle(traits.speed * group.pace, Service::with_slots(group.slots), waiting)
}

fn backroom(seed: Seed, group: &NodeGroup, number: NodeId, traits: &NodeTraits) -> NodeCold {
    NodeCold {
        batch: Vec::new(),
        loading: Vec::new(),
        loaded: Vec::new(),
        fate: Stream::new(seed, Purpose::Failures as u32, number.0.into()),
        listing_turn: 0,
        beat: Time::ZERO,
        came: Time::ZERO,
        worked: 0,
        operator: traits.operator,
        stake: traits.stake,
        failed: 0,
        checked: 0,
        alarms: 0,
        failures: 0,
        picks: 0,
        conduct: group.conduct.memory(),
    }
}
