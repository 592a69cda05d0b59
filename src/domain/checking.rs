//! Checks of answers (model §8), opinions (model §12) and standing (model §9): by whom, what is known, and what follows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who does a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Checker {
    /// The node's hardware vouches for what it runs; the requester looks at it.
    Attestation,
    /// A proof is made, by a prover of `[[provers]]` if there are any and otherwise by the node, and the requester looks at it.
    Proof,
    /// Validators, chosen by `selection`, each with a queue of its own.
    Validators,
    /// Nodes that serve the same model, chosen by `selection`, in their serving queues.
    Peers,
    /// The job is executed by several nodes, whose answers are compared. At most one per method, and the first check.
    Replicas,
    /// So many watchers from outside, alike: each looks at an accepted answer with probability `attention`, on a machine of its own.
    /// The first that takes it for wrong challenges it. The requester pays none of them.
    Watchers,
    /// The requester looks at the answer itself, or accepts it unseen, as the conduct of its group has it.
    Requester,
    /// A task of known answer is planted at the node of an accepted answer: as much work as the job's, at its price. A wrong answer to it
    /// is evidence against the node; the result stands whatever it says.
    Canary,
}

impl Checker {
    /// Whether the requester does it alone, in no queue.
    pub fn is_the_requester(self) -> bool {
        matches!(self, Checker::Attestation | Checker::Requester)
    }
}

/// Whose dishonesty voids a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// That of the party that does it: it looks, or says what suits it, as its conduct has it.
    #[default]
    Checker,
    /// That of the vendor named in `broken-by`: whichever party is asked, its machine makes the careful look.
    Vendor,
    /// Nobody's: whichever party is asked, what it says proves that it looked carefully.
    Nobody,
}

/// When a check begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Begins {
    /// When the answer is with the requester.
    OnAnswer,
    /// When the answer is accepted.
    OnAcceptance,
    /// When another check of the method has refused the answer; this check decides about it in the other's place.
    OnAlarm,
}

/// What the work of a check is stated relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkOf {
    /// The work of the job: its answer is computed again, token by token.
    #[default]
    Generation,
    /// One teacher-forced forward pass over all tokens of the job, input and output: they are known when the answer is there.
    Pass,
}

/// When the votes of a check become its verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stopping {
    /// As soon as no vote still to come can change it; looks still under way are called off.
    #[default]
    Decided,
    /// When every checker has voted, or will never.
    AllVotes,
    /// All votes are published together, a fixed time after the first. A checker that has not voted by then is missing.
    Reveal,
}

/// How copies that agree share what is paid for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shares {
    /// Each gets what its node asked.
    #[default]
    Asked,
    /// What all of them asked is shared in proportion to log₂ of the odds that their nodes are right, as known when their answers came.
    LogOdds,
}

/// What a checker is paid whose look is called off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CalledOff {
    /// The share of the fee that is done.
    #[default]
    ShareDone,
    /// The whole fee.
    All,
    /// Nothing.
    None,
}

/// What requesters know of how long a check will take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Beliefs {
    /// As `drawn`, corrected by what checks of the same method and class took and how many came too late. What was learnt fades
    /// by half in ten minutes without another check (assumed).
    #[default]
    Learnt,
    /// The queues and speeds of the checkers that may be drawn, each weighted by the probability of being drawn.
    Drawn,
    /// The same, as if all checkers were drawn alike.
    Mean,
}

/// Who holds opinions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holders {
    /// There is one opinion of each party.
    #[default]
    Public,
    /// Each group of requesters has its own.
    Group,
}

/// What becomes of the accepted results of a node that can still be revoked, when one of its answers is found wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Backtrack {
    /// Nothing: each stands by its own checks.
    #[default]
    None,
    /// All of them are revoked, right or wrong (L. Sarmenta, 2001: backtracking).
    Revoke,
    /// Of each, the deferred checks that were not drawn are drawn once more, and begin at once.
    Check,
}

/// What becomes of a node that has lost its standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// Nobody asks it: neither for an offer nor for a look.
    #[default]
    Exclude,
    /// Every check of its answers takes place that otherwise would with some probability.
    CheckAll,
    /// Nothing, but for the stake that it loses.
    None,
}

/// By what the probability of a check goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SampleBy {
    /// It is `sample`, whichever node answers.
    #[default]
    Method,
    /// It is `sample` times what the rule of `verification.standing` says of the node.
    Standing,
}
