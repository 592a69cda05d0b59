//! How answers are verified: methods as lists of checks, and what follows from an alarm.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use super::disputes::{BisectionTable, VoteTable};
use super::guards::{ForcedTable, VendorTable};
use crate::domain::checking::{
    Backtrack, Begins, Beliefs, CalledOff, Checker, Consequence, Guard, Holders, SampleBy, Shares, Stopping, WorkOf,
};
use crate::domain::money::Money;
use crate::domain::payment::SlashTo;
use crate::domain::share::{Factor, Share};
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::opinion::OpinionTable;
use crate::policy::selection::SelectionTable;
use crate::policy::standing::StandingTable;
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
    /// Vendors that guard checks, by name.
    #[serde(default)]
    pub vendors: IndexMap<String, VendorTable>,
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
    /// What becomes of the results of a node that can still be revoked, when one of its answers is found wrong. Results on which several
    /// nodes agreed are let be. Default `none`.
    #[serde(default)]
    pub backtrack: Backtrack,
    /// Which nodes are in good standing, and what becomes of the others. Default none: all are.
    #[serde(default)]
    pub standing: Option<StandingsTable>,
    /// Whether the network hides from nodes and checkers by which method an answer is verified; they then learn of all methods
    /// together. Default false.
    #[serde(default)]
    pub hidden: bool,
}

/// Which nodes are in good standing by the verdicts on their answers, and what becomes of the others (model §9).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StandingsTable {
    /// How verdicts become a standing.
    pub rule: StandingTable,
    /// What becomes of a node that has lost it. Default `exclude`.
    #[serde(default)]
    pub consequence: Consequence,
    /// The share of its stake that a node loses with its standing; it goes where `verification.slash.to` says. Default 0.
    #[serde(default)]
    pub slash: Share,
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
    /// Whether that goes by the standing of the node. Default `method`.
    #[serde(default)]
    pub sample_by: SampleBy,
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
    /// What each checker, or the making of the proof, takes beyond `work`, on the reference GPU. With `attestation` and
    /// `requester`: how long the requester takes to see it. Default 0.
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
    /// What `work` is relative to: the job's `generation`, or one `pass` over all of its tokens (VeriLLM, arXiv 2509.24257: a
    /// finished text is checked by one prefill). Default `generation`.
    #[serde(default)]
    pub work_of: WorkOf,
    /// The same as `work` by model, where it differs; every model that is asked for with this check is named.
    #[serde(default)]
    pub work_by_model: IndexMap<String, Factor>,
    /// With `proof`: over how many provers the making of a proof is divided, each of whom has an equal part of the work. It is
    /// paid once, and is there when the last part is. Default 1.
    #[serde(default = "defaults::one_u32")]
    pub ways: u32,
    /// With `validators` or `peers`: how long after it was asked a checker may vote. Later it is missing and not paid. Default: for
    /// ever.
    #[serde(default)]
    pub timeout: Option<SimDuration>,
    /// With `timeout`: how often another checker is drawn in the place of one that is missing, at most 16. Default 0.
    #[serde(default)]
    pub redraws: u32,
    /// With `validators` or `peers`: when votes become a verdict. Default `decided`.
    #[serde(default)]
    pub stopping: Stopping,
    /// With `stopping = "reveal"`: how long after the first vote all votes are published.
    #[serde(default)]
    pub reveal: Option<SimDuration>,
    /// What a checker or prover is paid whose work is called off. Default `share-done`.
    #[serde(default)]
    pub called_off: CalledOff,
    /// With `replicas`: the probability that two right answers differ bit for bit and so do not agree. Kernels that make them agree
    /// are an `overhead` instead. Default 0.
    #[serde(default)]
    pub mismatch: Share,
    /// With `by = "requester"`: what a look costs the requester, in credits that leave the market. Default 0.
    #[serde(default)]
    pub cost: Money,
    /// The party that must be honest: if it is not, the check approves every answer. With `vendor` or `nobody` the conduct of the checker has no effect. Default `checker`.
    #[serde(default)]
    pub guard: Guard,
    /// The vendor, one of `verification.vendors`, while which is broken it approves whatever it sees. Default none.
    #[serde(default)]
    pub broken_by: Option<String>,
    /// With `validators` and `peers`: errors that are forced upon them. Default none.
    #[serde(default)]
    pub forced: Option<ForcedTable>,
    /// With `canary`: the share of canaries that the node can tell from jobs; it does all of their work and learns nothing of them.
    /// Default 0 (assumed).
    #[serde(default)]
    pub recognised: Share,
    /// With `canary`, in place of `sample`: each node gets `count` of them in each epoch of this length, one in each of as many equal parts. It
    /// comes beside the next answer that is accepted after an instant that the node does not know. Default: none, canaries go by `sample`.
    #[serde(default)]
    pub epoch: Option<SimDuration>,
    /// With `validators` and `peers`: what a checker that approved loses when the answer is found wrong after all. Default nothing.
    #[serde(default)]
    pub liability: Option<LiabilityTable>,
    /// With `replicas`, in place of `agree`: copies are added until a group of equal answers is right with more than this probability,
    /// from 0.5 to below 1, by the trust in its nodes; `count` is the most (Sarmenta 2001; iExec's `trust` t is 1 − 1/t). Default none.
    #[serde(default)]
    pub credibility: Option<Share>,
    /// With `credibility`: how copies that agree share what is paid for them, `asked` or `log-odds` (iExec). Default `asked`.
    #[serde(default)]
    pub shares: Shares,
    /// With `begins = "on-alarm"` and `validators` or `peers`: the check is a vote of a group within a window. Default: it is not.
    #[serde(default)]
    pub vote: Option<VoteTable>,
}

/// What a checker that approved an answer loses when a later check, or a challenge, finds the answer wrong. It goes where slashed
/// stakes of nodes go.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LiabilityTable {
    /// Tokens, as far as the stake reaches. Default 0.
    #[serde(default)]
    pub fixed: Money,
    /// A share of the stake that is left. Default 0.
    #[serde(default)]
    pub share: Share,
    /// A multiple of what the checker is paid for its vote, at the price of the token. Default 0.
    #[serde(default)]
    pub fee_multiple: Factor,
    /// Whether it loses that too where its own check finds the answer wrong against its vote. Default false.
    #[serde(default)]
    pub outvoted: bool,
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
            vendors: IndexMap::new(),
            cost_factor: Factor::ONE,
            selection: defaults::selection(),
            slash: SlashTable::default(),
            opinions: OpinionsTable::default(),
            beliefs: Beliefs::default(),
            beliefs_of_kinds: BeliefsOfKinds::default(),
            backtrack: Backtrack::default(),
            standing: None,
            hidden: false,
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
