//! Methods of verification as the market uses them.

use crate::domain::acceptance::some_takes_place;
use crate::domain::answer::Wrong;
use crate::domain::checking::{Backtrack, Beliefs, CalledOff, Checker, Consequence, Holders, Shares, Stopping, WorkOf};
use crate::domain::ids::{Id, IdVec, MethodId, ModelId};
use crate::domain::money::Money;
use crate::domain::payment::SlashTo;
use crate::domain::purpose::DrawIndex;
use crate::domain::record::JobRecord;
use crate::domain::share::{Factor, Share};
use crate::domain::work::Work;
use crate::engine::law::Sampler;
use crate::engine::random::KeyedRng;
use crate::engine::time::{SimDuration, Time};
use crate::policy::opinion::Opinion;
use crate::policy::selection::{Draw, Selection, Sought};
use crate::policy::standing::StandingRule;
use crate::policy::verdict::{Verdict, VerdictRule, Votes};

use super::Scenario;

pub use check::*;

mod check;

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
    /// Of how many that are drawn the best takes a seat.
    pub choices: u32,
    /// Who is the best.
    pub sought: Sought,
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
    pub overhead_time: Work,
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
    /// Whether the alarm of some check begins another.
    pub is_ladder: bool,
    /// Whether canaries are planted.
    pub plants: bool,
    /// The vendors that may be broken for a job, each once.
    pub vendors: Vec<Vendor>,
}

impl Verification {
    /// The largest share of the weight that one checker has in a draw. Where parties look by themselves, none looks more than always.
    pub fn cap(&self) -> f64 {
        let manner = self.selection.manner();
        let asked = self.methods.iter().flat_map(|method| &method.checks).filter(|check| check.is_asked_of_others());
        let most = asked.map(|check| check.count).max().unwrap_or(1);
        if manner.draw == Draw::Bernoulli { manner.cap.min(1.0 / f64::from(most)) } else { manner.cap }
    }

    /// Whether canaries come by the epoch.
    pub fn plants_by_epoch(&self) -> bool {
        self.methods.iter().any(|method| method.checks.iter().any(|check| check.every > SimDuration::ZERO))
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
        let others = self.checks.iter().filter(|check| check.looks_at_answers());
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
