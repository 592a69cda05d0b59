//! Methods of verification as the market uses them.

use crate::domain::checking::{Beliefs, Checker, Holders};
use crate::domain::ids::{IdVec, MethodId};
use crate::domain::money::Money;
use crate::domain::payment::SlashTo;
use crate::domain::purpose::DrawIndex;
use crate::domain::share::{Factor, Share};
use crate::engine::law::Sampler;
use crate::engine::random::KeyedRng;
use crate::engine::time::SimDuration;
use crate::policy::opinion::Opinion;
use crate::policy::selection::Selection;
use crate::policy::verdict::VerdictRule;

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
    /// Whether nodes and checkers cannot tell by which method an answer is verified.
    pub hidden: bool,
}

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
    /// How many of them must agree.
    pub agree: u32,
    /// Gas of the checks: as expected, and if every one takes place.
    pub gas: (f64, u64),
    /// Whether somebody is paid for a check, or for making a proof.
    pub pays_checkers: bool,
    /// The probability that some check takes place, copies apart.
    pub looks: f64,
    /// Whether some check is deferred.
    pub defers: bool,
    /// The longest window of its checks.
    pub window: SimDuration,
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
    /// Work of each checker, or of making the proof, relative to the job's.
    pub work: f64,
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
    /// What a look of the requester itself costs it, in credits.
    pub cost: Money,
    /// What a checker that approved loses when the answer is found wrong after all.
    pub liability: Option<Liability>,
}

impl Verification {
    /// Whether nodes look at one another's answers.
    pub fn asks_peers(&self) -> bool {
        self.methods.iter().any(|method| method.checks.iter().any(|check| check.by == Checker::Peers))
    }
}

impl Method {
    /// Whether copies are compared: where one answer is enough, they only race.
    pub fn compares(&self) -> bool {
        self.agree > 1
    }

    /// The check by which copies are compared, if the method has one; it is the first.
    #[inline]
    pub fn replicas(&self) -> Option<&Check> {
        self.checks.first().filter(|check| check.by == Checker::Replicas)
    }
}

impl Check {
    /// What one checker is expected to do for a job of so much work, on the reference GPU.
    pub fn expected_work(&self, job: SimDuration) -> SimDuration {
        SimDuration::from_nanos(job.nanos() * self.work + self.mean_time)
    }

    /// What one checker does for a job of so much work, on the reference GPU.
    pub fn draw_work(&self, job: SimDuration, draw: &mut KeyedRng) -> SimDuration {
        let fixed = self.time.as_ref().map_or(0.0, |law| law.sample(draw)) * self.time_factor;
        SimDuration::from_nanos(job.0 as f64 * self.work + fixed)
    }

    /// Whether others than the node and the requester do it, in queues of their own.
    pub fn is_asked_of_others(&self) -> bool {
        matches!(self.by, Checker::Validators | Checker::Peers)
    }
}
