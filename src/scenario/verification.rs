//! Methods of verification as the market uses them.

use crate::domain::acceptance::some_takes_place;
use crate::domain::checking::{Backtrack, Beliefs, CalledOff, Checker, Consequence, Holders, Stopping, WorkOf};
use crate::domain::ids::{Id, IdVec, MethodId, ModelId};
use crate::domain::money::Money;
use crate::domain::payment::SlashTo;
use crate::domain::purpose::DrawIndex;
use crate::domain::record::JobRecord;
use crate::domain::share::{Factor, Share};
use crate::engine::law::Sampler;
use crate::engine::random::KeyedRng;
use crate::engine::time::SimDuration;
use crate::policy::opinion::Opinion;
use crate::policy::selection::{Draw, Selection};
use crate::policy::standing::StandingRule;
use crate::policy::verdict::VerdictRule;

use super::Scenario;

/// The most checks of a method.
pub const CHECKS: usize = 8;

const _: () = assert!(CHECKS <= DrawIndex::CHECKS);

/// How answers are verified.
#[derive(Clone, Debug)]
pub struct Verification {
    /// All methods that some class admits.
    pub methods: IdVec<MethodId, Method>,
    /// Which validators check, and which peers.
    pub selection: Selection,
    /// What a node loses that is found wrong.
    pub slash: Slash,
    /// How evidence becomes an opinion; `None`: everybody is thought to be right with probability `prior`.
    pub opinion: Option<Opinion>,
    /// Who holds opinions.
    pub holders: Holders,
    /// Who weighs less is not asked; 0: everybody is.
    pub exclude_below: f64,
    /// What an unchecked acceptance counts.
    pub credit_unchecked: f64,
    /// The probability of a right answer without a rule of opinions, and of a careful look before any evidence.
    pub prior: f64,
    /// What is known of the time that checks take.
    pub beliefs: Beliefs,
    /// The kinds of wrong answers that requesters expect, as shares; `None`: of each method the kind that it sees least.
    pub kinds: Option<[f64; 5]>,
    /// The ways in which validators and provers are drawn.
    pub draws: Vec<Draws>,
    /// What a verdict means for the other results of a node.
    pub backtrack: Backtrack,
    /// Which nodes are in good standing, and what follows for the others; `None`: all are.
    pub standing: Option<Standing>,
    /// Whether nodes and checkers cannot tell by which method an answer is verified.
    pub hidden: bool,
}

/// Which nodes are in good standing, and what follows for the others.
#[derive(Clone, Debug)]
pub struct Standing {
    /// How verdicts become a standing.
    pub rule: StandingRule,
    /// What becomes of a node that has lost it.
    pub consequence: Consequence,
    /// The share of its stake that it loses with it.
    pub slash: Share,
}

/// The scrutiny under which every check takes place that otherwise would with some probability.
pub const EVERY_CHECK: f64 = f64::INFINITY;

/// What a checker that approved an answer loses when it is found wrong after all.
#[derive(Clone, Debug)]
pub struct Liability {
    /// How much; the fee is that of its vote.
    pub slash: Slash,
    /// Whether it loses that too where its own check finds the answer wrong.
    pub outvoted: bool,
}

/// What a node loses when its answer is found wrong, or its copy is outvoted.
#[derive(Clone, Debug)]
pub struct Slash {
    /// Tokens, as far as the stake reaches.
    pub fixed: Money,
    /// A share of the stake that is left.
    pub share: Share,
    /// A multiple of the job's compute price, at the price of the token.
    pub fee_multiple: Factor,
    /// Where it goes.
    pub to: SlashTo,
    /// A share of the stake that is left, which a checker loses whose alarm is overturned.
    pub overturned: Share,
}

/// A way of drawing checkers.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// From the validators, or from the provers.
    pub by: Checker,
    /// How many at once, none twice.
    pub count: u32,
    /// In proportion to what, as requesters believe it.
    pub weighting: Weighting,
    /// How seats are given.
    pub draw: Draw,
    /// Of how many that are drawn the least loaded takes a seat.
    pub choices: u32,
}

/// In proportion to what a checker is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// All alike.
    Even,
    /// Stake.
    Stake,
    /// What it weighs in opinions.
    Opinion,
}

/// A method: a list of checks.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its checks, at most [`CHECKS`].
    pub checks: Vec<Check>,
    /// Work of the node beyond that of the answer, relative to it.
    pub overhead: f64,
    /// Work of the node beyond that of the answer, on the reference GPU.
    pub overhead_time: SimDuration,
    /// Copies executed in all.
    pub copies: u32,
    /// Of copies: the share of right answers that are alike bit for bit; another agrees with nothing.
    pub alike: f64,
    /// How many of them must agree.
    pub agree: u32,
    /// Gas of the checks: as expected, and if every one takes place.
    pub gas: (f64, u64),
    /// Whether somebody is paid for a check, or for making a proof.
    pub pays_checkers: bool,
    /// The probability that some check takes place, copies and checks that an alarm begins apart.
    pub looks: f64,
    /// The checks that begin by themselves, copies apart, one bit each.
    pub roots: u8,
    /// Whether some check is deferred.
    pub defers: bool,
    /// The longest window of its checks.
    pub window: SimDuration,
    /// Whether the probability of some check goes by the standing of the node.
    pub by_standing: bool,
    /// What a look of the requester itself costs, where it may look.
    pub own_look: Option<Money>,
    /// Whether some checker answers for its approval.
    pub is_liable: bool,
}

/// One check of a method; factors of the scenario's `cost-factor` are in it.
#[derive(Clone, Debug)]
pub struct Check {
    /// Who does it.
    pub by: Checker,
    /// The probability that it takes place.
    pub sample: f64,
    /// Work of each checker, or of making the proof, relative to what `work_of` says.
    pub work: f64,
    /// What `work` is relative to.
    pub work_of: WorkOf,
    /// By model what `work` is, where it differs; otherwise empty.
    pub work_by_model: Vec<f64>,
    /// Of proofs: over how many provers one is divided.
    pub ways: u32,
    /// How long a checker may take, and who looks then.
    pub timeout: Option<Timeout>,
    /// When votes become a verdict.
    pub stopping: Stopping,
    /// Of sealed votes: how long after the first they are published.
    pub reveal: SimDuration,
    /// What is paid for work that is called off.
    pub called_off: CalledOff,
    /// Where votes may be missing, what is known of `time` beyond its moments.
    pub times: Times,
    /// Whether the verdict may be acceptance although votes are missing.
    pub tolerates: bool,
    /// What it takes beyond that, in nanoseconds on the reference GPU.
    pub time: Option<Sampler>,
    /// The factor on `time`.
    pub time_factor: f64,
    /// The mean of `time` with its factor, in nanoseconds.
    pub mean_time: f64,
    /// Gas if it takes place.
    pub gas: u64,
    /// Checkers, or copies in all.
    pub count: u32,
    /// Of validators and provers: the way they are drawn, by its place among [`Verification::draws`].
    pub way: usize,
    /// The expected standard normal order statistics of so many, the smallest first.
    pub scores: Vec<f64>,
    /// Their variances.
    pub score_variances: Vec<f64>,
    /// Of `time`, the variance with its factor, in square nanoseconds.
    pub time_variance: f64,
    /// Of replicas: how many answers must agree.
    pub agree: u32,
    /// Of replicas: whether the others are called off at the verdict.
    pub cancel: bool,
    /// When votes are a verdict.
    pub verdict: VerdictRule,
    /// Whether the answer is accepted before it.
    pub deferred: bool,
    /// The probability that a careful look finds a wrong answer, by kind.
    pub detects: [f64; 5],
    /// The probability that a careful look takes a right answer for a wrong one.
    pub false_alarm: f64,
    /// Whether `sample` is multiplied by what the rule of standing says of the node.
    pub by_standing: bool,
    /// The check whose alarm begins it; `None`: it begins by itself.
    pub of: Option<u8>,
    /// The check that its own alarm begins.
    pub appeal: Option<u8>,
    /// How many alarms come before it.
    pub round: u8,
    /// Of watchers: the probability that one of them looks.
    pub attention: f64,
    /// What a challenger loses whose alarm is overturned: tokens.
    pub bond: Money,
    /// How a dispute is narrowed down before the check; `None`: it is not.
    pub bisection: Option<Bisection>,
    /// What a look of the requester itself costs it, in credits.
    pub cost: Money,
    /// What a checker that approved loses when the answer is found wrong after all.
    pub liability: Option<Liability>,
}

/// How a dispute is narrowed down to one step of the execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bisection {
    /// Rounds: the steps of the execution as a power of two, rounded up.
    pub rounds: u8,
    /// What all rounds take.
    pub takes: SimDuration,
}

impl Verification {
    /// The largest share of the weight that one checker has in a draw. Where parties look by themselves, none looks more than always.
    pub fn cap(&self) -> f64 {
        let manner = self.selection.manner();
        let asked = self.methods.iter().flat_map(|method| &method.checks).filter(|check| check.is_asked_of_others());
        let most = asked.map(|check| check.count).max().unwrap_or(1);
        if manner.draw == Draw::Bernoulli { manner.cap.min(1.0 / f64::from(most)) } else { manner.cap }
    }

    /// Whether nodes look at one another's answers.
    pub fn asks_peers(&self) -> bool {
        self.methods.iter().any(|method| method.checks.iter().any(|check| check.by == Checker::Peers))
    }
}

impl Method {
    /// Whether an accepted answer can still be revoked, and does not rest on the agreement of several nodes.
    pub fn stands(&self) -> bool {
        (self.defers || self.window > SimDuration::ZERO) && !self.compares()
    }

    /// Whether copies are compared: where one answer is enough, they only race.
    pub fn compares(&self) -> bool {
        self.agree > 1
    }

    /// The probability that some check takes place at a node under this scrutiny, copies apart.
    pub fn looks_at(&self, scrutiny: f64) -> f64 {
        if !self.by_standing {
            return self.looks;
        }
        let others = self.checks.iter().filter(|check| check.by != Checker::Replicas);
        some_takes_place(others.map(|check| check.sample_at(scrutiny)))
    }

    /// Gas of the checks as expected at a node under this scrutiny.
    pub fn gas_at(&self, scrutiny: f64) -> f64 {
        match self.by_standing {
            false => self.gas.0,
            true => self.checks.iter().map(|check| check.sample_at(scrutiny) * check.gas as f64).sum(),
        }
    }

    /// The check by which copies are compared, if the method has one; it is the first.
    #[inline]
    pub fn replicas(&self) -> Option<&Check> {
        self.checks.first().filter(|check| check.by == Checker::Replicas)
    }
}

/// How long a checker may take, and who looks then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timeout {
    /// From the asking on.
    pub after: SimDuration,
    /// How often another is drawn for the same seat.
    pub redraws: u32,
}

/// Equally likely values of a law, the smallest first; none where they are not needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    values: Vec<f64>,
    /// Up to each, the sum of the values and of their squares.
    sums: Vec<[f64; 2]>,
}

impl Times {
    /// Of these values.
    pub fn new(mut values: Vec<f64>) -> Times {
        values.sort_unstable_by(f64::total_cmp);
        let mut sum = [0.0; 2];
        let add = |value: &f64| {
            sum = [sum[0] + value, sum[1] + value * value];
            sum
        };
        let sums = values.iter().map(add).collect();
        Times { values, sums }
    }

    /// The share of values up to a limit, and the sums of those values and of their squares over the number of all.
    pub fn up_to(&self, limit: f64) -> [f64; 3] {
        let (count, all) = (self.values.partition_point(|&value| value <= limit), self.values.len() as f64);
        let [first, second] = if count == 0 { [0.0; 2] } else { self.sums[count - 1] };
        [count as f64 / all, first / all, second / all]
    }
}

/// What a job is to those who check its answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobSize {
    /// The model that was asked for.
    pub model: ModelId,
    /// The work of the job on the reference GPU.
    pub generation: SimDuration,
    /// One forward pass over all of its tokens, on the reference GPU.
    pub pass: SimDuration,
}

impl Scenario {
    /// What a job whose answer is there is to those who check it.
    pub fn size(&self, record: &JobRecord) -> JobSize {
        self.size_of(record, record.work, f64::from(record.output_tokens))
    }

    /// What it was expected to be when it was asked for.
    pub fn expected_size(&self, record: &JobRecord) -> JobSize {
        self.size_of(record, record.expected_work, f64::from(record.expected_output))
    }

    fn size_of(&self, record: &JobRecord, generation: SimDuration, output: f64) -> JobSize {
        let class = &self.classes[record.class];
        let pass = class.pass(&self.models[class.model], generation, (record.input_tokens, output));
        JobSize { model: class.model, generation, pass }
    }
}

impl Check {
    /// What one checker is expected to do for a job of this size, on the reference GPU.
    pub fn expected_work(&self, job: &JobSize) -> SimDuration {
        SimDuration::from_nanos(self.relative(job) + self.mean_time)
    }

    /// What one checker does for a job of this size, on the reference GPU.
    pub fn draw_work(&self, job: &JobSize, draw: &mut KeyedRng) -> SimDuration {
        let fixed = self.time.as_ref().map_or(0.0, |law| law.sample(draw)) * self.time_factor;
        SimDuration::from_nanos(self.relative(job) + fixed)
    }

    /// The part that grows with the job, in nanoseconds.
    fn relative(&self, job: &JobSize) -> f64 {
        let base = match self.work_of {
            WorkOf::Generation => job.generation,
            WorkOf::Pass => job.pass,
        };
        let work = self.work_by_model.get(job.model.index()).unwrap_or(&self.work);
        base.nanos() * work
    }

    /// Whether it takes neither work nor time.
    pub fn takes_nothing(&self) -> bool {
        self.work == 0.0 && self.work_by_model.iter().all(|&work| work == 0.0) && self.mean_time == 0.0
    }

    /// The probability that it takes place at a node under this scrutiny: what the rule of standing says of the node, or [`EVERY_CHECK`].
    #[inline]
    pub fn sample_at(&self, scrutiny: f64) -> f64 {
        match () {
            () if scrutiny == EVERY_CHECK && self.sample > 0.0 => 1.0,
            () if self.by_standing => self.sample * scrutiny.min(1.0),
            () => self.sample,
        }
    }

    /// Whether it begins by itself, and not by the alarm of another check; copies are compared before there is an answer.
    #[inline]
    pub fn begins_alone(&self) -> bool {
        self.of.is_none() && self.by != Checker::Replicas
    }

    /// Whether the requester pays somebody for it.
    pub fn pays(&self) -> bool {
        matches!(self.by, Checker::Proof | Checker::Validators | Checker::Peers)
    }

    /// Whether others than the node and the requester do it, in queues of their own.
    pub fn is_asked_of_others(&self) -> bool {
        matches!(self.by, Checker::Validators | Checker::Peers)
    }
}
