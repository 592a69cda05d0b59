//! What a market was like on the average: its prices, and how long jobs waited and were slowed down at each group of nodes.

use crate::domain::work::Work;
use serde::{Deserialize, Serialize};

use crate::domain::answer::Wrong;
use crate::domain::ids::{Id, IdVec, NodeGroupId, PartyId};
use crate::domain::price::Price;
use crate::domain::record::JobRecord;
use crate::engine::time::{SimDuration, Time};
use crate::record::fact::{Fact, FactFilter, FactKind};
use crate::record::recorder::{Gauges, Recorder};

/// The means of a run, at which its frozen twin is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// The mean price of each channel while it was open; `None` if it never was.
    pub prices: [Option<Price>; 3],
    /// The same of each model with a price of its own.
    pub models: Vec<Option<Price>>,
    /// Of each group of nodes.
    pub groups: IdVec<NodeGroupId, GroupMeans>,
}

/// Watches a run for its means.
#[derive(Clone, Debug)]
pub struct MeanFieldRecorder {
    tick: SimDuration,
    next: Time,
    prices: [(i128, i128); 3],
    models: Vec<(i128, i128)>,
    nodes: Vec<Seen>,
    groups: Vec<(NodeGroupId, f64)>,
    /// By method, what a node works beyond the answer: a part of its work, and a time.
    extra: Vec<(f64, Work)>,
}

/// What was seen of a node.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    jobs: u64,
    waited: u128,
    executed: u128,
    work: f64,
}

/// The means of one group of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupMeans {
    /// Wait before execution.
    pub wait: SimDuration,
    /// How much longer executions took than one alone at the node's own speed; at least 1.
    pub slowdown: f64,
}

impl MeanFieldRecorder {
    /// Looks at the prices every `tick`; `extra` is what a node works beyond the answer by method, as a part of the answer's work
    /// and as a time.
    pub fn new(tick: SimDuration, extra: Vec<(f64, Work)>) -> MeanFieldRecorder {
        MeanFieldRecorder {
            tick,
            next: Time::ZERO + tick,
            prices: [(0, 0); 3],
            models: Vec::new(),
            nodes: Vec::new(),
            groups: Vec::new(),
            extra,
        }
    }

    /// The means of a market with so many groups.
    pub fn means(&self, groups: usize) -> Means {
        let models = self.models.iter().map(|&sum| mean(sum)).collect();
        Means { prices: self.prices.map(mean), models, groups: self.groups(groups) }
    }

    /// The means of each of so many groups; a group without jobs waits for nothing and slows nothing down.
    fn groups(&self, count: usize) -> IdVec<NodeGroupId, GroupMeans> {
        let mut sums = vec![Seen::default(); count];
        for (seen, (group, speed)) in self.nodes.iter().zip(&self.groups) {
            let sum = &mut sums[group.0 as usize];
            sum.jobs += seen.jobs;
            sum.waited += seen.waited;
            sum.executed += seen.executed;
            sum.work += seen.work / speed;
        }
        sums.into_iter()
            .map(|sum| GroupMeans {
                wait: SimDuration((sum.waited / u128::from(sum.jobs.max(1))) as u64),
                slowdown: if sum.work > 0.0 { (sum.executed as f64 / sum.work).max(1.0) } else { 1.0 },
            })
            .collect()
    }

    fn seen(&mut self, node: PartyId) -> &mut Seen {
        let place = node.0 as usize;
        if self.nodes.len() <= place {
            self.nodes.resize(place + 1, Seen::default());
        }
        &mut self.nodes[place]
    }
}

/// The mean of prices with this sum and number.
fn mean((sum, count): (i128, i128)) -> Option<Price> {
    (count > 0).then(|| Price((sum / count) as i64))
}

/// Takes a price into a sum and a number.
fn add(sum: &mut (i128, i128), price: Option<Price>) {
    if let Some(price) = price {
        *sum = (sum.0 + i128::from(price.0), sum.1 + 1);
    }
}

impl Recorder for MeanFieldRecorder {
    fn filter(&self) -> FactFilter {
        FactFilter::of(&[FactKind::Closed])
    }

    fn note(&mut self, _: Time, fact: &Fact, record: Option<&JobRecord>) {
        let (Fact::Closed { .. }, Some(record)) = (fact, record) else { return };
        if let Some(executed) = record.between(record.at.started, record.at.finished) {
            let waited = record.at.started.since(record.at.reached);
            let (share, time) = self.extra[record.method.index()];
            let work = (record.work + record.work.scaled(share) + time).nanos();
            // Errors are made with all of the work; a node that cheats may leave some out, and does so in the twin as well.
            let worked = matches!(record.answer.wrong, None | Some(Wrong::Error));
            let seen = self.seen(record.node);
            seen.jobs += 1;
            seen.waited += u128::from(waited.0);
            if worked {
                seen.executed += u128::from(executed.0);
                seen.work += work;
            }
        }
    }

    fn due(&self, now: Time) -> Option<Time> {
        (self.next <= now).then_some(self.next)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        for (sum, price) in self.prices.iter_mut().zip(gauges.market(at).prices) {
            add(sum, price);
        }
        let mut place = 0;
        gauges.model_prices(at, &mut |price| {
            self.models.resize(self.models.len().max(place + 1), (0, 0));
            add(&mut self.models[place], price);
            place += 1;
        });
        self.next = at + self.tick;
    }

    fn end(&mut self, at: Time, gauges: &impl Gauges) {
        self.sample(at, gauges);
        gauges.nodes(at, &mut |node| self.groups.push((node.group, node.speed)));
        let parties = self.groups.len();
        self.nodes.resize(parties, Seen::default());
    }
}
