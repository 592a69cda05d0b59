//! What a requester looks at before it takes an offer (model §5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a requester looks at before it takes an offer (model §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Value, prices, delays and trust of every offer with every method: an offer is taken only if it leaves a surplus.
    #[default]
    Surplus,
    /// The chooser's offer and the first method, whatever they cost (for theory).
    First,
}

/// How the wait at a node is estimated (model §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Estimate {
    /// Jobs ahead × the expected work of this job's class.
    #[default]
    Jobs,
    /// The expected work ahead, in service and waiting.
    Work,
    /// The mean, over all requests so far, of the wait that each would have met at the offers it was given, by `work`, whether
    /// it took one or not. Requests at random instants see the average over time, so this is the mean wait in a queue that
    /// requesters cannot see. N. Edelson and D. Hildebrand (1975) give the share of requesters that joins such a queue. The mean
    /// wait of the jobs served would be the same while some join. It would never change again once no requester joins.
    Mean,
}
