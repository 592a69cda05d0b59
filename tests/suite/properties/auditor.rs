//! A recorder that keeps books of its own. It rebuilds from the facts alone who is where and whose money is put aside, and
//! compares at every instant with what the market says of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use reliance::domain::fate::Fate;
use reliance::domain::ids::{ClassId, PartyId};
use reliance::domain::money::{Asset, Money};
use reliance::domain::record::{JobKey, JobRecord};
use reliance::engine::time::Time;
use reliance::record::fact::Fact;
use reliance::record::recorder::{Gauges, MarketGauge, NodeGauge, Recorder};
use reliance::scenario::Scenario;
use reliance::scenario::model::NodeGroup;

use super::record;
use super::room::Room;

/// Watches a run and panics at the first thing that cannot be.
pub struct Auditor {
    scenario: Arc<Scenario>,
    rooms: Vec<Room>,
    listed: Vec<bool>,
    stakes: Vec<Money>,
    income: Vec<Money>,
    jobs: BTreeMap<JobKey, Job>,
    /// The number of each source's next job.
    next: Vec<u64>,
    /// Jobs that left.
    closed: u64,
    escrow: Money,
    areas: Areas,
    /// The last instant looked at.
    seen: Option<Time>,
    /// How many events may have become stale: those whose job or node had moved on.
    stale_most: u64,
    /// Executions whose length is known beforehand: node, work, and how long they took.
    executions: Vec<(PartyId, u64, u64)>,
}

/// Jobs or nodes × nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Areas {
    open: u128,
    waiting: u128,
    executing: u128,
    up: u128,
}

/// An open job.
#[derive(Clone, Copy, Debug)]
struct Job {
    class: ClassId,
    stage: Where,
    node: PartyId,
    attempts: u16,
    escrow: Money,
    reached: Time,
    started: Time,
}

/// Where a job stands, as far as the facts say.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Asked,
    Placed,
    Waiting,
    Loading,
    Serving,
    /// The execution has ended with an answer.
    Sent,
    Answered,
    /// The attempt came to nothing, and the price is still put aside.
    Failed,
    /// The price has gone back or to the node.
    Settled,
}

impl Auditor {
    /// A watch over a run of this scenario.
    pub fn new(scenario: &Arc<Scenario>) -> Auditor {
        let groups = scenario.groups.pairs().flat_map(|(id, group)| (0..group.count).map(move |_| id));
        let rooms: Vec<Room> = groups.enumerate().map(|(node, id)| Room::new(PartyId(node as u32), id)).collect();
        let none = vec![Money::ZERO; rooms.len()];
        Auditor {
            scenario: scenario.clone(),
            listed: vec![false; rooms.len()],
            stakes: none.clone(),
            income: none,
            rooms,
            jobs: BTreeMap::new(),
            next: vec![0; scenario.sources.len()],
            closed: 0,
            escrow: Money::ZERO,
            areas: Areas::default(),
            seen: None,
            stale_most: 0,
            executions: Vec::new(),
        }
    }

    /// All that happens before `at` has happened.
    fn settle(&mut self, at: Time) {
        let since = self.seen.unwrap_or(Time::ZERO);
        for room in &mut self.rooms {
            room.settle(&self.scenario.groups[room.group], since);
        }
        let now = self.levels();
        let span = at.since(since).0 as u128;
        self.areas.open += now.open * span;
        self.areas.waiting += now.waiting * span;
        self.areas.executing += now.executing * span;
        self.areas.up += now.up * span;
        self.seen = Some(at);
    }

    fn levels(&self) -> Areas {
        Areas {
            open: self.jobs.len() as u128,
            waiting: self.rooms.iter().map(|room| room.waiting() as u128).sum(),
            executing: self.rooms.iter().map(|room| room.serving() as u128).sum(),
            up: self.rooms.iter().filter(|room| room.up).count() as u128,
        }
    }

    fn compare(&self, at: Time, market: MarketGauge) {
        let areas = Areas {
            open: market.open_area,
            waiting: market.waiting_area,
            executing: market.executing_area,
            up: market.up_area,
        };
        let [open, waiting, executing, up] =
            [market.open, market.waiting, market.executing, market.up].map(|count| count as u128);
        assert_eq!(self.levels(), Areas { open, waiting, executing, up }, "levels at {at}");
        assert_eq!(self.areas, areas, "areas at {at}");
        assert_eq!(market.escrow, self.escrow, "escrow at {at}");
        assert_eq!(market.listed, self.listed.iter().filter(|listed| **listed).count() as u64, "listed at {at}");
        assert!(market.stale <= self.stale_most, "{} stale events, at most {}", market.stale, self.stale_most);
    }

    fn job(&mut self, key: JobKey, stages: &[Where]) -> &mut Job {
        let job = self.jobs.get_mut(&key).unwrap_or_else(|| panic!("{key:?} is not open"));
        assert!(stages.contains(&job.stage), "{key:?} is {:?}, expected {stages:?}", job.stage);
        job
    }

    /// Moves a job on at its node.
    fn step(&mut self, key: JobKey, node: PartyId, stages: &[Where], next: Where) -> (&mut Job, &mut Room, &NodeGroup) {
        self.job(key, stages);
        let job = self.jobs.get_mut(&key).expect("an open job");
        assert_eq!(job.node, node, "{key:?} is at its node");
        job.stage = next;
        let room = &mut self.rooms[node.0 as usize];
        let group = &self.scenario.groups[room.group];
        (job, room, group)
    }

    fn about_job(&mut self, now: Time, fact: &Fact) {
        match *fact {
            Fact::Placed { job, node, attempt, price } => self.place(job, node, attempt, price),
            Fact::Reached { job, node } => {
                let classes = self.scenario.clone();
                let (open, room, group) = self.step(job, node, &[Where::Placed], Where::Waiting);
                open.reached = now;
                assert!(room.up || group.keeps_jobs(), "{job:?} reaches a node that is gone");
                room.join(group, job, classes.classes[open.class].priority);
                self.stale_most += 2;
            }
            Fact::Bounced { job, node, full } => {
                let (_, room, group) = self.step(job, node, &[Where::Placed], Where::Failed);
                assert_eq!(full, room.is_full(group), "{job:?} finds the node full");
                assert!(full || !room.up && !group.keeps_jobs(), "{job:?} finds nobody");
            }
            Fact::LoadAwaited { job, node, .. } => {
                let (_, room, group) = self.step(job, node, &[Where::Waiting, Where::Serving], Where::Loading);
                room.start(group, now, job, true);
                self.stale_most += 1;
            }
            Fact::Started { job, node, waited } => {
                let (open, room, group) = self.step(job, node, &[Where::Waiting, Where::Loading], Where::Serving);
                assert_eq!(now.since(open.reached), waited, "{job:?} waited");
                open.started = now;
                room.start(group, now, job, false);
                self.stale_most += 2;
            }
            Fact::Preempted { job, node } => {
                let (_, room, group) = self.step(job, node, &[Where::Serving, Where::Loading], Where::Serving);
                room.put_aside(group, now, job);
                self.stale_most += 1;
            }
            Fact::FirstToken { job, node } => {
                self.step(job, node, &[Where::Serving, Where::Loading], Where::Serving);
                self.stale_most += 1;
            }
            Fact::Finished { job, node, whole } => {
                let next = if whole { Where::Sent } else { Where::Failed };
                let (_, room, _) = self.step(job, node, &[Where::Serving, Where::Loading], next);
                room.finish(now, job);
                self.stale_most += 1;
            }
            Fact::Dropped { job, node } => {
                let (_, room, _) =
                    self.step(job, node, &[Where::Waiting, Where::Loading, Where::Serving], Where::Failed);
                room.lose(now, job);
            }
            Fact::Answered { job, node, .. } => {
                self.step(job, node, &[Where::Sent], Where::Answered);
            }
            _ => panic!("{fact:?} is about no job"),
        }
    }

    fn place(&mut self, key: JobKey, node: PartyId, attempt: u16, price: Money) {
        assert!(self.listed[node.0 as usize], "{key:?} is placed at a node that routing does not see");
        let first = attempt == 0;
        let job = self.job(key, if first { &[Where::Asked] } else { &[Where::Settled] });
        assert_eq!((job.attempts, job.escrow), (attempt, Money::ZERO), "attempts and escrow of {key:?}");
        (job.attempts, job.node, job.stage, job.escrow) = (attempt + 1, node, Where::Placed, price);
        self.escrow += price;
    }

    fn settled(&mut self, key: JobKey, paid: Money, refunded: Money) {
        let job = self.jobs.get_mut(&key).unwrap_or_else(|| panic!("{key:?} is not open"));
        assert_eq!(paid + refunded, job.escrow, "all that was put aside for {key:?} goes somewhere");
        assert!(paid == Money::ZERO || job.stage == Where::Answered, "{key:?} pays for an answer");
        if job.stage == Where::Failed {
            job.stage = Where::Settled;
        }
        self.escrow -= job.escrow;
        job.escrow = Money::ZERO;
        if job.node.is_some() {
            self.income[job.node.0 as usize] += paid;
        }
    }

    fn close(&mut self, now: Time, record: &JobRecord) {
        let job = self.jobs.remove(&record.key).unwrap_or_else(|| panic!("{:?} is closed twice", record.key));
        assert_eq!(job.escrow, Money::ZERO, "{:?} leaves an escrow behind", record.key);
        assert_eq!((record.attempts, record.node), (job.attempts, job.node), "attempts of {:?}", record.key);
        assert_eq!(record.at.closed, now, "{:?} is closed now", record.key);
        if record.fate == Fate::Abandoned {
            assert_eq!(job.stage, Where::Waiting, "{:?} loses patience", record.key);
            self.rooms[job.node.0 as usize].lose_patience(record.key);
        }
        record::check(&self.scenario, record);
        self.closed += 1;
        if let Some(took) = record::steady(&self.scenario, &self.rooms, record) {
            assert_eq!(record.at.started, job.started, "{:?} started", record.key);
            self.executions.push((record.node, record.work.0, took));
        }
    }

    fn compare_node(&self, at: Time, node: &NodeGauge) {
        let index = node.node.0 as usize;
        let room = &self.rooms[index];
        assert_eq!((node.group, node.up), (room.group, room.up), "{:?}", node.node);
        assert_eq!(node.busy, room.busy(at), "slot-nanoseconds of {:?}", node.node);
        assert_eq!((node.stake, node.income), (self.stakes[index], self.income[index]), "money of {:?}", node.node);
        for (_, work, took) in self.executions.iter().filter(|execution| execution.0 == node.node) {
            // Two phases, each rounded up to a whole nanosecond, and the last bits of the node's clock.
            let expected = *work as f64 / node.speed;
            assert!((*took as f64 - expected).abs() < 3.0 + expected * 1e-9, "{work} ns took {took} ns at {node:?}");
        }
    }
}

impl Recorder for Auditor {
    fn note(&mut self, now: Time, fact: &Fact, record: Option<&JobRecord>) {
        assert!(self.seen.is_none_or(|seen| seen <= now), "facts come in order of time");
        match *fact {
            Fact::Asked { job, class } => {
                let next = &mut self.next[job.source.0 as usize];
                assert_eq!(job.index, *next, "jobs are numbered as they come");
                assert!(now < self.scenario.asking_ends, "{job:?} is asked for in time");
                *next += 1;
                let (node, escrow) = (PartyId::NONE, Money::ZERO);
                let never = Time::NEVER;
                let open =
                    Job { class, stage: Where::Asked, node, attempts: 0, escrow, reached: never, started: never };
                assert!(self.jobs.insert(job, open).is_none(), "{job:?} is asked for once");
            }
            Fact::Declined { job, .. } => drop(self.job(job, &[Where::Asked])),
            Fact::Settled { job, paid, refunded } => self.settled(job, paid, refunded),
            Fact::NodeFailed { node } => {
                assert!(self.rooms[node.0 as usize].change(now, false), "{node:?} fails once");
                self.stale_most += 2;
            }
            Fact::NodeRepaired { node } => {
                assert!(self.rooms[node.0 as usize].change(now, true), "{node:?} was down");
                self.stale_most += 2;
            }
            Fact::Listed { node } => assert!(!std::mem::replace(&mut self.listed[node.0 as usize], true)),
            Fact::Delisted { node } => assert!(std::mem::replace(&mut self.listed[node.0 as usize], false)),
            Fact::Endowed { account, asset, amount } => {
                assert_eq!(asset, Asset::Token);
                self.stakes[account as usize] += amount;
            }
            Fact::Closed { .. } => self.close(now, record.expect("a closing fact comes with its record")),
            _ => self.about_job(now, fact),
        }
    }

    fn due(&self, now: Time) -> Option<Time> {
        (self.seen != Some(now)).then_some(now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        self.settle(at);
        self.compare(at, gauges.market(at));
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.settle(at);
        self.compare(at, gauges.market(at));
        gauges.nodes(at, &mut |node| self.compare_node(at, node));
        assert_eq!((self.jobs.len(), self.escrow), (0, Money::ZERO), "all is closed and settled");
        assert_eq!(self.closed, self.next.iter().sum::<u64>(), "every job has one fate");
        if self.scenario.drain {
            let Areas { waiting, executing, .. } = self.levels();
            assert_eq!((waiting, executing), (0, 0), "nobody is left");
        }
    }
}
