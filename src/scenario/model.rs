//! Models, classes and distances as the market uses them: tables looked up, laws compiled.

use crate::domain::answer::Use;
use crate::domain::ids::{ClassId, MethodId, ModelId, RegionId};
use crate::domain::money::Money;
use crate::domain::participation::Participation;
use crate::domain::party::PartyKind;
use crate::domain::service::{Discipline, Interruption, Sampling};
use crate::domain::share::Share;
use crate::domain::work::Work;
use crate::engine::law::Sampler;
use crate::engine::time::SimDuration;
use crate::maths;
use crate::policy::conduct::Conduct;

/// A model as nodes serve it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// The place of its name among those of all models in alphabetical order: the same however the file is written.
    pub rank: u16,
    /// Points (tokens, nanoseconds) of the time to read the input.
    pub prefill: Vec<(f64, f64)>,
    /// Time per output token on the reference GPU, alone.
    pub decode: Work,
    /// How much slower each job is when n are in service.
    pub slowdown: Slowdown,
    /// GB of a node's memory.
    pub memory_gb: f64,
    /// Time to load it.
    pub load: SimDuration,
}

/// g(n): how much slower each job is when n are in service; g(1) = 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Slowdown {
    /// Not at all.
    None,
    /// g(n) = n: the node's speed is shared equally.
    Shared,
    /// By a table from n = 0 on, and so much more per job beyond its end.
    Table {
        /// g(0), g(1), …
        factors: Vec<f64>,
        /// The slope beyond the end.
        beyond: f64,
    },
}

impl Slowdown {
    /// g(n).
    #[inline]
    pub fn factor(&self, n: u32) -> f64 {
        match self {
            Slowdown::None => 1.0,
            Slowdown::Shared => n.max(1) as f64,
            Slowdown::Table { factors, beyond } => match factors.get(n as usize) {
                Some(&factor) => factor,
                None => factors[factors.len() - 1] + beyond * (n as usize + 1 - factors.len()) as f64,
            },
        }
    }

    /// The table through points (n, factor), the first at n = 1, straight between them; n beyond 4096 is on the last
    /// line.
    pub fn through(points: &[(u32, f64)]) -> Slowdown {
        if points.iter().all(|&(_, factor)| factor == 1.0) {
            return Slowdown::None;
        }
        let line: Vec<(f64, f64)> = points.iter().map(|&(n, factor)| (n as f64, factor)).collect();
        let end = points.last().map_or(1, |last| last.0.min(4096));
        let factors = (0..=end.max(1)).map(|n| along(&line, n.max(1) as f64)).collect();
        Slowdown::Table { factors, beyond: along(&line, end as f64 + 1.0) - along(&line, end as f64) }
    }
}

impl Slowdown {
    /// The greater of two at every n: the pace of a node that serves both models at once (a simplification: each job is
    /// slowed as if all were of the slower kind).
    pub fn slower(self, other: &Slowdown) -> Slowdown {
        match (&self, other) {
            (_, Slowdown::None) | (Slowdown::Shared, _) => self,
            (Slowdown::None, _) | (_, Slowdown::Shared) => other.clone(),
            (Slowdown::Table { factors: ours, beyond: a }, Slowdown::Table { factors: theirs, beyond: b }) => {
                let n = ours.len().max(theirs.len()) as u32;
                let factors = (0..n).map(|n| self.factor(n).max(other.factor(n))).collect();
                Slowdown::Table { factors, beyond: a.max(*b) }
            }
        }
    }
}

/// The value at `x` of the straight lines through `points` (in order of x); the first and last line go on. One point is
/// a constant, none is zero.
pub fn along(points: &[(f64, f64)], x: f64) -> f64 {
    match points {
        [] => 0.0,
        [(_, y)] => *y,
        _ => {
            let next = points.partition_point(|point| point.0 < x).clamp(1, points.len() - 1);
            let ((x0, y0), (x1, y1)) = (points[next - 1], points[next]);
            y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        }
    }
}

impl Model {
    /// Time to read so many tokens on the reference GPU, alone.
    pub fn prefill(&self, tokens: u32) -> Work {
        Work::from_nanos(along(&self.prefill, tokens as f64))
    }

    /// Time to write so many tokens on the reference GPU, alone; not necessarily a whole number of them.
    pub fn decode(&self, tokens: f64) -> Work {
        self.decode.scaled(tokens)
    }
}

/// How much work a job of a class is.
#[derive(Clone, Debug)]
pub enum WorkLaw {
    /// By a law of spans on the reference GPU.
    Law(Sampler),
    /// By tokens, each from the source or else from its law, and the model's service times.
    Tokens {
        /// Input tokens.
        input: Option<Sampler>,
        /// Output tokens.
        output: Option<Sampler>,
    },
}

/// How the value of an answer grows with the work of its job: by (w / at)^power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueByLength {
    /// From 0 to 1.
    pub power: f64,
    /// The work of a job that is worth what its class says.
    pub at: Work,
}

impl ValueByLength {
    /// How many times the value of a job of `other` work that of one of `work` is; 1 where the other is nothing.
    pub fn factor(&self, work: Work, other: Work) -> f64 {
        match other {
            Work::ZERO => 1.0,
            _ if self.power == 1.0 => work.nanos() / other.nanos(),
            _ => maths::pow(work.nanos() / other.nanos(), self.power),
        }
    }

    /// A value that went by expected work, now that the work is known.
    pub fn known(&self, value: Money, work: Work, expected: Work) -> Money {
        Money::from_micro(value.0 as f64 * self.factor(work, expected))
    }
}

/// A class of jobs.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The place of its name among those of all classes in alphabetical order: the same however the file is written.
    pub rank: u16,
    /// The model it asks for.
    pub model: ModelId,
    /// How much work.
    pub work: WorkLaw,
    /// How long the work really takes, relative to it; `None` is always 1.
    pub noise: Option<Sampler>,
    /// What a right answer in time is worth, in micro-credits.
    pub value: Sampler,
    /// How that grows with the work of the job; `None`: not at all.
    pub value_by: Option<ValueByLength>,
    /// What a wrong answer in use costs, relative to the value of a right one.
    pub harm: f64,
    /// The share of the harm that a later revocation undoes.
    pub recovers: f64,
    /// How fast the value fades, per nanosecond.
    pub discount: f64,
    /// What a nanosecond of delay takes off the value, in micro-credits.
    pub delay_cost: f64,
    /// When the requester begins to rely on an answer.
    pub use_at: Use,
    /// The methods its requesters may choose among.
    pub methods: Vec<MethodId>,
    /// The answer must be there so long after the asking.
    pub deadline: Option<SimDuration>,
    /// How long the requester waits for service to begin.
    pub patience: Option<Sampler>,
    /// Lower goes first.
    pub priority: u8,
    /// What one forward pass over all tokens of a job takes; `None` where no check of its methods is that.
    pub pass: Option<Pass>,
}

/// What one forward pass over all tokens of a job takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pass {
    /// So much of the job's work.
    OfWork(f64),
    /// What its model takes to read all of them.
    OfTokens,
}

/// A group of nodes; what differs between its nodes is drawn when the market opens.
#[derive(Clone, Debug)]
pub struct NodeGroup {
    /// Its name.
    pub name: String,
    /// What they do.
    pub kind: PartyKind,
    /// How many nodes.
    pub count: u32,
    /// Where; `None` is drawn per node.
    pub region: Option<RegionId>,
    /// Whether one operator owns them all.
    pub one_operator: bool,
    /// As how many of its parties each operator appears, one after another.
    pub split: u32,
    /// The lists they stand on, one bit each: the models they serve; after those validators, then provers.
    pub models: u64,
    /// How much slower each job is when n are in service: by the model it serves that slows down most.
    pub slowdown: Slowdown,
    /// Speed relative to the reference GPU.
    pub speed: Sampler,
    /// What the speed is multiplied by; 1 except in a frozen market.
    pub pace: f64,
    /// What every job is held for before its execution; nothing except in a frozen market.
    pub hold: SimDuration,
    /// Jobs in service at once.
    pub slots: u32,
    /// Jobs that may wait.
    pub places: u32,
    /// Who is next.
    pub discipline: Discipline,
    /// Whether a job of higher priority puts one in service aside.
    pub preemptive: bool,
    /// The most jobs in a batch.
    pub batch_max: u32,
    /// What a batch takes beyond the work of its jobs.
    pub batch_setup: Work,
    /// GB for models; `None`: all it serves, from the start.
    pub memory_gb: Option<f64>,
    /// What a second of one busy slot costs it, in micro-credits.
    pub cost: Sampler,
    /// What it asks per GPU-second, in micro-credits; `None`: the channel's price.
    pub price: Option<Sampler>,
    /// Of validators that ask their own price: how many times that of the channel they ask without a backlog.
    pub ask: f64,
    /// Micro-tokens staked.
    pub stake: Sampler,
    /// How the stakes are drawn.
    pub sampled: Sampling,
    /// Slots are in proportion to stake to this power; 0: each has `slots`.
    pub capacity_by_stake: f64,
    /// The series that multiplies its costs; `None`: they stay.
    pub cost_follows: Option<u16>,
    /// How many of `count` are not there at the start: the last ones.
    pub dormant: u32,
    /// Whether its parties come and go by what they earn.
    pub participation: Option<Participation>,
    /// How it fails and comes back.
    pub failure: Option<Failure>,
    /// The share of attempts that end without an answer.
    pub flaky: Share,
    /// What it does with the work.
    pub conduct: Conduct,
    /// Whether all of them learn as one.
    pub learns_as_one: bool,
}

impl Class {
    /// One forward pass over all tokens of a job of this class, on the reference GPU; nothing where no check needs it. The number
    /// of output tokens is exact once the answer is there, and an expectation before.
    #[inline]
    pub fn pass(&self, model: &Model, work: Work, (input, output): (u32, f64)) -> Work {
        match self.pass {
            None => Work::ZERO,
            Some(Pass::OfWork(share)) => work.scaled(share),
            Some(Pass::OfTokens) => Work::from_nanos(along(&model.prefill, f64::from(input) + output)),
        }
    }

    /// What remains of the value of a right answer, in micro-credits, when it is used so many nanoseconds after the asking
    /// (model §5): less than nothing where the delay costs more than the value.
    pub fn worth(&self, value: f64, delay: f64) -> f64 {
        match self.discount == 0.0 {
            true => value - self.delay_cost * delay,
            false => value * maths::exp(-self.discount * delay),
        }
    }
}

impl NodeGroup {
    /// Whether its nodes have a number of slots with one job in each, so that a share of them may be in use. Those that serve
    /// all at once or in batches have none, and neither have those of a frozen twin.
    pub fn has_slots(&self) -> bool {
        self.slots < u32::MAX && self.discipline != Discipline::Batch
    }

    /// Whether a node of this group keeps its jobs through a failure, and so still takes requests while it is down.
    pub fn keeps_jobs(&self) -> bool {
        self.interruption() != Interruption::Lose
    }

    /// What becomes of the jobs of a node that goes down: they are lost where the group does not say how it fails.
    pub fn interruption(&self) -> Interruption {
        self.failure.as_ref().map_or(Interruption::Lose, |failure| failure.jobs)
    }
}

/// How nodes fail and come back.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Time from a repair to the next failure.
    pub up: Sampler,
    /// Time from a failure to its repair.
    pub down: Sampler,
    /// What becomes of the jobs.
    pub jobs: Interruption,
}

/// A group of requesters.
#[derive(Clone, Debug)]
pub struct Requester {
    /// Its name.
    pub name: String,
    /// Where they are.
    pub region: RegionId,
    /// How they look at answers themselves.
    pub conduct: Conduct,
}

/// Distances.
#[derive(Clone, Debug)]
pub struct Network {
    /// The regions' names.
    pub regions: Vec<String>,
    /// One-way times, row by row; one entry where all are alike.
    pub one_way: Vec<SimDuration>,
    /// What each trip takes in addition.
    pub jitter: Option<Sampler>,
    /// There and back between regions, jitter apart, on the average over all pairs.
    pub mean_round_trip: SimDuration,
}

impl Network {
    /// There and back between two regions, jitter apart.
    #[inline]
    pub fn round_trip(&self, from: RegionId, to: RegionId) -> SimDuration {
        match self.one_way[..] {
            [alike] => alike + alike,
            _ => self.one_way(from, to) + self.one_way(to, from),
        }
    }

    /// The one-way time between two regions, jitter apart.
    #[inline]
    pub fn one_way(&self, from: RegionId, to: RegionId) -> SimDuration {
        match self.one_way[..] {
            [alike] => alike,
            _ => self.one_way[from.0 as usize * self.regions.len() + to.0 as usize],
        }
    }
}

/// Which class a source's jobs have.
#[derive(Clone, Debug)]
pub enum ClassOf {
    /// All the same.
    One(ClassId),
    /// Drawn: cumulative shares, the last is 1.
    Mix(Vec<(f64, ClassId)>),
    /// The arrival law says.
    Named,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_through_their_points_and_on() {
        let points = [(0.0, 10.0), (10.0, 20.0), (20.0, 50.0)];
        let expected = [(-10.0, 0.0), (0.0, 10.0), (5.0, 15.0), (10.0, 20.0), (15.0, 35.0), (20.0, 50.0), (30.0, 80.0)];
        for (x, y) in expected {
            assert_eq!(along(&points, x), y, "at {x}");
        }
    }

    #[test]
    fn slowdown_is_one_for_one_job() {
        let table = Slowdown::through(&[(1, 1.0), (3, 2.0)]);
        let seen: Vec<f64> = (0..6).map(|n| table.factor(n)).collect();
        assert_eq!(seen, [1.0, 1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(Slowdown::Shared.factor(7), 7.0);
    }
}
