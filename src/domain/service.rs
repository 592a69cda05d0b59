//! How a node serves: which job is next, and what a failure does to its jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The disciplines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Discipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// Last come, first served, without putting the one in service aside.
    Lifo,
    /// Any of those waiting.
    Random,
    /// The lowest priority number first, then first come.
    Priority,
    /// All at once, each at an equal share of the node's speed; needs unbounded slots.
    ProcessorSharing,
    /// All that wait, up to `batch-max`, are served together; a batch takes the sum of its jobs' work and `batch-setup`,
    /// and all its answers come at its end.
    Batch,
}

/// What becomes of the jobs at a node that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interruption {
    /// They go elsewhere, as far as the retries reach.
    #[default]
    Lose,
    /// They stay; those in service begin again after the repair.
    Repeat,
    /// They stay; those in service go on where they stood.
    Resume,
}

/// How a few are drawn from a law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Each by itself.
    #[default]
    Iid,
    /// One from each of as many equally likely parts of the law, from the smallest values to the largest: what a few have together is as
    /// concentrated as what all have.
    Strata,
}

/// What becomes of the work of a node whose image is revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevokedWork {
    /// It is finished and counts as any other.
    #[default]
    Finishes,
    /// The node finishes it, but the answer is refused and the attempt has failed. Answers to jobs that reach the node during the revocation are refused too.
    Refused,
    /// It is called off at once, as with a failure, and the node works again when the shock is over.
    Dropped,
}
