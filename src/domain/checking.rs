//! Checks of answers (model §8) and opinions (model §12): by whom, and what is known.

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
    /// The requester looks at the answer itself, or accepts it unseen, as the conduct of its group has it.
    Requester,
}

impl Checker {
    /// Whether the requester does it alone, in no queue.
    pub fn is_the_requester(self) -> bool {
        matches!(self, Checker::Attestation | Checker::Requester)
    }
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
