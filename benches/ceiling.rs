//! A small compute market written by hand, without a framework: about the best any simulator could do at the same work.
//!
//! Nodes have a speed of 0.5 to 2 jobs a second and a price of 0.5 to 1.5. Jobs arrive as a Poisson stream at 0.8 of all
//! speed; each asks two random nodes and takes the one with the smaller expected wait plus price. A node serves one job
//! after the other, each an exponential time. A job that still waits 10 seconds after it came leaves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use reliance::engine::queue::{DelayLine, Queue};
use reliance::engine::time::{SimDuration, Time};

/// How long a job waits at most.
const PATIENCE: SimDuration = SimDuration(10_000_000_000);

/// What became of the jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub jobs: u64,
    pub ok: u64,
    pub late: u64,
    pub latency_s_mean: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Arrive,
    Finish { node: u32 },
    Leave { job: u32, version: u32 },
}

/// What the market needs of a queue.
pub trait Calendar: Default {
    fn push(&mut self, at: Time, event: Event);
    /// Schedules the end of a job's patience.
    fn push_leave(&mut self, now: Time, event: Event) {
        self.push(now + PATIENCE, event);
    }
    fn pop(&mut self) -> Option<(Time, Event)>;
}

struct Node {
    /// Jobs a second.
    speed: f64,
    price: f64,
    /// Jobs waiting or running.
    backlog: u32,
    /// The running job, then the waiting ones, linked by `Job::next`; those that left are still among them.
    first: u32,
    last: u32,
}

#[derive(Clone, Copy)]
struct Job {
    came: Time,
    next: u32,
    node: u32,
    /// Rises when the job starts, leaves or makes place for another: a `Leave` with an older version is stale.
    version: u32,
    left: bool,
}

const NONE: u32 = u32::MAX;

struct Market<C> {
    calendar: C,
    chance: Xoshiro256PlusPlus,
    nodes: Vec<Node>,
    jobs: Vec<Job>,
    free: Vec<u32>,
    arrivals_per_second: f64,
    to_come: u64,
    outcome: Outcome,
    latency_ns: u128,
}

/// Runs the market with `nodes` nodes until `jobs` jobs have come and gone.
pub fn run<C: Calendar>(nodes: u32, jobs: u64, seed: u64) -> Outcome {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut node = |_| {
        let (speed, price) = (0.5 + 1.5 * chance.random::<f64>(), 0.5 + chance.random::<f64>());
        Node { speed, price, backlog: 0, first: NONE, last: NONE }
    };
    let nodes: Vec<Node> = (0..nodes).map(&mut node).collect();
    let arrivals_per_second = 0.8 * nodes.iter().map(|node| node.speed).sum::<f64>();
    let outcome = Outcome { jobs, ok: 0, late: 0, latency_s_mean: 0.0 };
    let (calendar, jobs, to_come) = (C::default(), Vec::new(), jobs);
    let free = Vec::new();
    let mut market =
        Market { calendar, chance, nodes, jobs, free, arrivals_per_second, to_come, outcome, latency_ns: 0 };
    market.calendar.push(Time::ZERO, Event::Arrive);
    while let Some((now, event)) = market.calendar.pop() {
        match event {
            Event::Arrive => market.arrive(now),
            Event::Finish { node } => market.finish(now, node),
            Event::Leave { job, version } => market.leave(job, version),
        }
    }
    Outcome { latency_s_mean: market.latency_ns as f64 * 1e-9 / market.outcome.ok as f64, ..market.outcome }
}

impl<C: Calendar> Market<C> {
    fn arrive(&mut self, now: Time) {
        self.to_come -= 1;
        if self.to_come > 0 {
            let gap = self.exponential(self.arrivals_per_second);
            self.calendar.push(now + gap, Event::Arrive);
        }
        let (one, other) = (self.ask(), self.ask());
        let node = if self.cost(one) <= self.cost(other) { one } else { other };
        let job = self.free.pop().unwrap_or_else(|| {
            self.jobs.push(Job { came: now, next: NONE, node, version: 0, left: false });
            self.jobs.len() as u32 - 1
        });
        let version = self.jobs[job as usize].version;
        self.jobs[job as usize] = Job { came: now, next: NONE, node, version, left: false };
        self.calendar.push_leave(now, Event::Leave { job, version });
        let Node { first, last, backlog, .. } = &mut self.nodes[node as usize];
        *backlog += 1;
        if *first == NONE {
            (*first, *last) = (job, job);
            self.start(now, node, job);
        } else {
            self.jobs[*last as usize].next = job;
            *last = job;
        }
    }

    fn finish(&mut self, now: Time, node: u32) {
        let job = self.nodes[node as usize].first;
        self.outcome.ok += 1;
        self.latency_ns += u128::from(now.since(self.jobs[job as usize].came).0);
        self.nodes[node as usize].backlog -= 1;
        let mut next = self.remove(job);
        while next != NONE && self.jobs[next as usize].left {
            next = self.remove(next);
        }
        self.nodes[node as usize].first = next;
        if next != NONE {
            self.start(now, node, next);
        }
    }

    fn leave(&mut self, job: u32, version: u32) {
        let Job { version: current, left, node, .. } = &mut self.jobs[job as usize];
        if *current == version {
            *left = true;
            *current += 1;
            self.nodes[*node as usize].backlog -= 1;
            self.outcome.late += 1;
        }
    }

    fn start(&mut self, now: Time, node: u32, job: u32) {
        self.jobs[job as usize].version += 1;
        let service = self.exponential(self.nodes[node as usize].speed);
        self.calendar.push(now + service, Event::Finish { node });
    }

    /// Frees a job's place; the job behind it.
    fn remove(&mut self, job: u32) -> u32 {
        let place = &mut self.jobs[job as usize];
        place.version += 1;
        self.free.push(job);
        place.next
    }

    fn ask(&mut self) -> u32 {
        ((u64::from(self.chance.next_u32()) * self.nodes.len() as u64) >> 32) as u32
    }

    fn cost(&self, node: u32) -> f64 {
        let Node { speed, price, backlog, .. } = self.nodes[node as usize];
        f64::from(backlog) / speed + price
    }

    fn exponential(&mut self, rate: f64) -> SimDuration {
        let draw: f64 = Exp1.sample(&mut self.chance);
        SimDuration((draw / rate * 1e9) as u64)
    }
}

/// Our queue, with a lane for the patience of jobs.
pub struct Laned(Queue<Event>, DelayLine);

impl Default for Laned {
    fn default() -> Self {
        let mut queue = Queue::new();
        let lane = queue.delay_line(PATIENCE);
        Laned(queue, lane)
    }
}

impl Calendar for Laned {
    fn push(&mut self, at: Time, event: Event) {
        self.0.push(at, event);
    }
    fn push_leave(&mut self, _: Time, event: Event) {
        self.0.push_after(self.1, event);
    }
    fn pop(&mut self) -> Option<(Time, Event)> {
        self.0.pop_before(Time::NEVER)
    }
}

/// Our queue without lanes.
#[derive(Default)]
pub struct Plain(Queue<Event>);

impl Calendar for Plain {
    fn push(&mut self, at: Time, event: Event) {
        self.0.push(at, event);
    }
    fn pop(&mut self) -> Option<(Time, Event)> {
        self.0.pop_before(Time::NEVER)
    }
}

/// The standard library's heap, as one would write it.
#[derive(Default)]
pub struct Heap(BinaryHeap<Reverse<(Time, u64, Event)>>, u64);

impl Calendar for Heap {
    fn push(&mut self, at: Time, event: Event) {
        self.0.push(Reverse((at, self.1, event)));
        self.1 += 1;
    }
    fn pop(&mut self) -> Option<(Time, Event)> {
        self.0.pop().map(|Reverse((at, _, event))| (at, event))
    }
}
