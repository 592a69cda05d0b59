//! How answers are verified: methods as lists of checks, and what follows from an alarm.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use crate::domain::checking::{Begins, Beliefs, Checker, Holders};
use crate::domain::money::Money;
use crate::domain::payment::SlashTo;
use crate::domain::share::{Factor, Share};
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::opinion::OpinionTable;
use crate::policy::selection::SelectionTable;
use crate::policy::verdict::VerdictTable;

/// How answers are verified.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerificationTable {
    /// The methods a requester may choose among, by name; a class may name its own. Default `["none"]`.
    #[serde(default = "defaults::no_method")]
    pub methods: Vec<String>,
    /// Methods of this scenario, by name, beside the named ones that `reliance rules verification` lists; one of the same
    /// name takes the other's place.
    #[serde(default)]
    pub define: IndexMap<String, MethodTable>,
    /// What all checks cost and how long they take, relative to what is written. Default 1.
    #[serde(default = "defaults::one")]
    pub cost_factor: Factor,
    /// Who checks, where a method asks for validators or peers; never a node that was asked for the answer. Default `random`.
    #[serde(default = "defaults::selection")]
    pub selection: SelectionTable,
    /// What happens to a node whose answer is found wrong.
    #[serde(default)]
    pub slash: SlashTable,
    /// What is thought of nodes and checkers.
    #[serde(default)]
    pub opinions: OpinionsTable,
    /// What requesters know of how long a check will take. Default `learnt`.
    #[serde(default)]
    pub beliefs: Beliefs,
    /// Which kinds of wrong answers requesters expect. Default `rational`.
    #[serde(default)]
    pub beliefs_of_kinds: BeliefsOfKinds,
}

/// Which kinds of wrong answers requesters expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BeliefsOfKinds {
    /// As the groups of nodes of the scenario give them; of groups that decide by themselves as if they cheated half of the time.
    /// Where no group gives wrong answers: `even`.
    #[default]
    Rational,
    /// Every kind as likely as any other.
    Even,
    /// Of each method the kind that it is least likely to find.
    Worst,
}

/// A method: a list of checks, at most 8; none leaves every answer unchecked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MethodTable {
    /// What it does, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// Whom it leaves to be trusted.
    #[serde(default)]
    pub trust: String,
    /// Where its figures come from.
    #[serde(default)]
    pub source: String,
    /// The checks. Blocking checks all begin when the answer is there; deferred ones when it is accepted; those that `begins` sets so
    /// when another one has refused the answer.
    #[serde(default)]
    pub checks: Vec<CheckTable>,
}

/// One check of an answer (verification costs: prover overhead o and f, checker work κ and f, sampling s, detection d, false
/// alarm f).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckTable {
    /// Who does it.
    pub by: Checker,
    /// The probability that it takes place, drawn at the placement and hidden from the node. Default 1.
    #[serde(default = "defaults::all")]
    pub sample: Share,
    /// Work of the node beyond that of the answer, relative to it, whether or not the check takes place. Default 0.
    #[serde(default)]
    pub overhead: Factor,
    /// Work of the node beyond that of the answer, in time on the reference GPU, whether or not the check takes place.
    /// Default 0.
    #[serde(default)]
    pub overhead_time: SimDuration,
    /// Work of each checker, or of the making of the proof, relative to the job's. Default 0.
    #[serde(default)]
    pub work: Factor,
    /// What each checker, or the making of the proof, takes beyond `work`, on the reference GPU. With `attestation`: how long
    /// the requester takes to see it. Default 0.
    #[serde(default)]
    pub time: Option<Law<SimDuration>>,
    /// Gas for the chain, paid when the job is placed if the check takes place. Default 0.
    #[serde(default)]
    pub gas: u64,
    /// How many validators or peers look, or how many copies are executed in all. Default 1.
    #[serde(default = "defaults::one_u32")]
    pub count: u32,
    /// With `replicas`: how many answers must agree. Default more than half. Where one is not enough, a copy that agrees with the
    /// accepted answer speaks for its node, and one that does not against it: it is outvoted, and its node is slashed.
    #[serde(default)]
    pub agree: Option<u32>,
    /// With `replicas`: whether copies still under way are called off at the verdict. Default true.
    #[serde(default = "defaults::yes")]
    pub cancel: bool,
    /// When votes are a verdict. Default `any-alarm`.
    #[serde(default = "defaults::verdict")]
    pub verdict: VerdictTable,
    /// Whether the answer waits for it, or is accepted and may be revoked. Default `blocking`.
    #[serde(default)]
    pub timing: Timing,
    /// With `deferred`: the result stands at least so long before it is final, whether or not the check takes place.
    /// Default 0.
    #[serde(default)]
    pub window: SimDuration,
    /// The probability that one careful look finds a wrong answer. Default 1.
    #[serde(default = "defaults::all")]
    pub detects: Share,
    /// The same for kinds of wrong answers of which it is different.
    #[serde(default)]
    pub detects_kind: DetectsTable,
    /// The probability that one careful look takes a right answer for a wrong one. Default 0.
    #[serde(default)]
    pub false_alarm: Share,
    /// When it begins. With `on-alarm`: when the check `of` has refused the answer, whose place it takes; it blocks or is deferred as that one
    /// is. Behind `replicas` it decides between their answers where too few agree. Default `on-answer` where it blocks, `on-acceptance` where it is deferred.
    #[serde(default)]
    pub begins: Option<Begins>,
    /// With `begins = "on-alarm"`: the place in the list of the check whose alarm begins it, from 0. Default the one before it.
    #[serde(default)]
    pub of: Option<u32>,
    /// With `by = "watchers"`: the probability that each of them looks at an accepted answer. Default 1.
    #[serde(default)]
    pub attention: Option<Share>,
    /// With `by = "watchers"`: tokens that a challenger loses whose challenge is turned down; they go where slashed stakes go,
    /// and with `to = "checkers"` to the node. Default 0.
    #[serde(default)]
    pub bond: Money,
    /// With `begins = "on-alarm"`: how the dispute is narrowed down to one step of the execution before this check begins. Default: it is
    /// not.
    #[serde(default)]
    pub bisection: Option<BisectionTable>,
}

/// How a dispute is narrowed down: in each round the half of the steps in which the two sides part (Truebit, Arbitrum, Verde). The
/// check that follows looks at one step, so its `work` is that of the whole execution divided by `steps`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BisectionTable {
    /// Steps of the execution, from 1 to 2⁶³; there are ⌈log₂ steps⌉ rounds.
    pub steps: u64,
    /// What a round takes: both sides answer once.
    pub round: SimDuration,
}

/// The probability that a look finds a wrong answer, by its kind.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DetectsTable {
    /// A cheaper model answered.
    #[serde(default)]
    pub substitute: Option<Share>,
    /// The work was left out.
    #[serde(default)]
    pub skip: Option<Share>,
    /// The answer was copied.
    #[serde(default)]
    pub copy: Option<Share>,
    /// The answer was changed on purpose.
    #[serde(default)]
    pub tamper: Option<Share>,
    /// An honest mistake.
    #[serde(default)]
    pub error: Option<Share>,
}

/// Whether the answer waits for a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// It is accepted after the check.
    #[default]
    Blocking,
    /// It is accepted before the check, which may revoke it.
    Deferred,
}

/// What a node loses when its answer is found wrong, or its copy is outvoted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SlashTable {
    /// Tokens, as far as the stake reaches. Default 0.
    #[serde(default)]
    pub fixed: Money,
    /// A share of the stake that is left. Default 0.
    #[serde(default)]
    pub share: Share,
    /// A multiple of the job's compute price, at the price of the token. Default 0.
    #[serde(default)]
    pub fee_multiple: Factor,
    /// Where it goes. Default `burn`.
    #[serde(default)]
    pub to: SlashTo,
    /// A share of the stake that is left, which a checker loses whose alarm another check overturns. It goes where slashed stakes
    /// go, and with `to = "checkers"` to the node. Default 0.
    #[serde(default)]
    pub overturned: Share,
}

/// What is thought of nodes and of checkers (model §12).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OpinionsTable {
    /// How evidence becomes an opinion. Default none: everybody is thought to be right with probability `prior`.
    #[serde(default)]
    pub rule: Option<OpinionTable>,
    /// Who holds opinions. Default `public`.
    #[serde(default)]
    pub holders: Holders,
    /// Parties that weigh less by the rule, as their holder sees them, are not asked: neither nodes for offers nor checkers
    /// and provers. Only evidence of what they did before can bring them back. Default 0: nobody is left out.
    #[serde(default)]
    pub exclude_below: Factor,
    /// What an unchecked acceptance counts as evidence for a node, from 0 to 1. Default 0.
    #[serde(default)]
    pub credit_unchecked: Share,
    /// Without a rule: the probability of a right answer. Of a careful look: the belief before any evidence, which counts as two
    /// looks (assumed). Default 1.
    #[serde(default = "defaults::all")]
    pub prior: Share,
}

impl Default for VerificationTable {
    fn default() -> Self {
        VerificationTable {
            methods: defaults::no_method(),
            define: IndexMap::new(),
            cost_factor: Factor::ONE,
            selection: defaults::selection(),
            slash: SlashTable::default(),
            opinions: OpinionsTable::default(),
            beliefs: Beliefs::default(),
            beliefs_of_kinds: BeliefsOfKinds::default(),
        }
    }
}

impl Default for OpinionsTable {
    fn default() -> Self {
        OpinionsTable {
            rule: None,
            holders: Holders::default(),
            exclude_below: Factor::default(),
            credit_unchecked: Share::ZERO,
            prior: Share::ONE,
        }
    }
}
