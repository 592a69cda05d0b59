//! The market opens: nodes come in with their traits, parties their stakes, sources their streams, and the first events are due.

use crate::domain::party::PartyKind;
use crate::domain::payment::Costs;
use crate::domain::purpose::Purpose;
use crate::domain::service::Discipline;
use crate::engine::random::{Seed, Stream};
use crate::engine::time::SimDuration;
use crate::scenario::Scenario;
use crate::scenario::model::NodeGroup;

use super::context::Context;
use super::derived::NodeTraits;
use super::event::Clock;
use super::forces::{participation, series, shocks};
use super::life::arrival;
use super::operations::margins;
use super::state::agreement::Agreement;
use super::state::ancestry::Ancestry;
use super::state::cases::VerificationCases;
use super::state::causes::Causes;
use super::state::chain::ChainState;
use super::state::checkers::Checkers;
use super::state::conducts::Conducts;
use super::state::drawn::DrawnCheckers;
use super::state::job_list::{JobList, Waiting};
use super::state::jobs::Jobs;
use super::state::learnt::Learnt;
use super::state::ledger::Ledger;
use super::state::levels::Levels;
use super::state::nodes::{Node, NodeCold, NodeQuote, Nodes};
use super::state::opinions::Opinions;
use super::state::participants::Participants;
use super::state::payouts::Payouts;
use super::state::planting::Planting;
use super::state::prices::Prices;
use super::state::pulled::Pulled;
use super::state::registry::Registry;
use super::state::results::StandingResults;
use super::state::service::Service;
use super::state::shocks::Shocks;
use super::state::sources::Source;
use super::state::standings::Standings;
use super::state::welfare::WelfareSums;
use super::state::{ClassState, MeanSpan, Scratch, State};

impl State {
    /// A market at the start of time, with its first events in the queue.
    pub fn open(seed: Seed, at: &mut Context<'_>) -> State {
        let (scenario, derived) = (at.scenario, at.derived);
        let roster = derived.roster;
        let sources = scenario.sources.pairs().map(|(id, source)| Source {
            stream: Stream::new(seed, Purpose::Arrivals as u32, id.0 as u64),
            memory: source.arrivals.memory(),
            index: 0,
            next: None,
            kept: 1.0,
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
        let pulls = scenario.verification.selection.manner().pulls;
        let mut market = State {
            seed,
            jobs: Jobs::default(),
            nodes: Nodes::default(),
            registry: Registry::new(scenario.models.len(), roster, scenario.sources.len(), derived.keeps),
            sources: sources.collect(),
            classes: classes.collect(),
            ledger: Ledger::open(scenario.requesters.len(), roster),
            levels: Levels::default(),
            pool: scenario.routing.pool.memory(),
            prices: Prices::open(&scenario.channels, derived.costs),
            cases: VerificationCases::default(),
            causes: Causes::default(),
            opinions: Opinions::default(),
            chain: ChainState::default(),
            payouts: Payouts::default(),
            wait: MeanSpan::default(),
            checkers: Checkers::open(derived.keeps.views, scenario.requesters.len(), &derived.draws),
            pulled: if pulls { Pulled::open(roster.range(PartyKind::Validator)) } else { Pulled::default() },
            learnt: Learnt::open(scenario.classes.len(), scenario.verification.methods.len()),
            participants: Participants::default(),
            agreement: Agreement::default(),
            results: StandingResults::open(roster.len()),
            ancestry: ancestry(scenario),
            standings: Standings::open(&scenario.verification, roster.len()),
            planting: Planting::open(&scenario.verification, roster.len()),
            conducts: Conducts::open(scenario),
            drawn: DrawnCheckers::default(),
            welfare: WelfareSums::open(if scenario.payout.costs == Costs::Paid { roster.len() } else { 0 }),
            stale: 0,
            agenda: Vec::new(),
            scratch: Scratch::with_room(),
            inspection: None,
            turns: [0; Clock::COUNT],
            shocks: Shocks::default(),
            series: Vec::new(),
        };
        market.nodes = nodes(seed, at);
        market.opinions = Opinions::open(&scenario.verification, scenario.requesters.len(), roster, scenario.weighs());
        participation::open(&mut market, at);
        scenario.sources.ids().for_each(|source| arrival::schedule_next(&mut market, at, source));
        for clock in [Clock::Picture, Clock::Price, Clock::Block] {
            at.tick(clock, &[0; Clock::COUNT]);
        }
        series::open(&mut market, at);
        shocks::open(&mut market, at);
        margins::open(&mut market, at);
        market
    }
}

/// The graph of inputs, where some class consumes.
fn ancestry(scenario: &Scenario) -> Option<Box<Ancestry>> {
    let rules = scenario.consumption.as_ref()?;
    Some(Box::new(Ancestry::open(rules.consuming.len(), scenario.record.reliance)))
}

fn nodes(seed: Seed, at: &Context<'_>) -> Nodes {
    let mut nodes = Nodes::of(at.derived.roster);
    for (number, traits) in at.derived.nodes.pairs() {
        let group = &at.scenario.groups[traits.group];
        nodes.quotes.push(quote(group, traits));
        nodes.states.push(node(group, traits, at.derived.priorities));
        let fate = Stream::new(seed, Purpose::Failures as u32, number.0.into());
        nodes.backrooms.push(NodeCold::new(fate, traits.operator, group.conduct.memory()));
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
        slots: traits.slots,
        room: traits.slots.saturating_add(group.places),
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
    Node::idle(traits.speed * group.pace, Service::with_slots(traits.slots), waiting)
}
