//! Parties that come and go by what they earn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::participation::IncomeSeen;
use crate::domain::share::{Factor, Rate, Share};
use crate::engine::law::Law;
use crate::engine::time::SimDuration;

/// Whether the parties of a group stay or leave by what they earn, and whether those that are not there come. Its margin is what is left of an
/// income after cost and `outside`, relative to the income.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ParticipationTable {
    /// How fast a party that is there leaves, the faster the lower its margin. Default never.
    #[serde(default)]
    pub exit: Option<HazardTable>,
    /// How fast a party that is not there comes, the faster the higher the margin that it would have. Default never.
    #[serde(default)]
    pub enter: Option<HazardTable>,
    /// Which income a party that is there goes by: its `own` (default, assumed), or what is `posted`, the mean of those of its group
    /// that are there. One that is not there goes by what is posted, shared among one more.
    #[serde(default)]
    pub income: IncomeSeen,
    /// θ: incomes and costs are averages in which what was before counts by e^(−age/θ); above 0. Default 1h (assumed).
    #[serde(default = "hour")]
    pub memory: SimDuration,
    /// What a party could have outside, in credits an hour. Default 0.
    #[serde(default)]
    pub outside: Money,
    /// The income, less cost, that parties count on when the market opens, in credits an hour. Default `outside`: a margin of 0.
    #[serde(default)]
    pub expects: Option<Money>,
    /// How long after a party has left its stake is still held, and can be slashed, before it goes back. Default 0.
    #[serde(default)]
    pub unbonding: SimDuration,
    /// What each has to live on, in credits, drawn for each. While it lasts the party does not leave. What its work costs and what it could
    /// have outside are taken from it, what it earns is put back, and it never has more than it came with. Default 0.
    #[serde(default)]
    pub savings: Option<Law<Money>>,
    /// Whether a party takes another name when little is thought of it. Default never.
    #[serde(default)]
    pub whitewash: Option<WhitewashTable>,
}

/// When evidence lowers an opinion of a party below `below`, it leaves at once, and comes back under another name: what was thought of it is
/// forgotten, and it stakes anew. Until its old stake is free it stays away.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WhitewashTable {
    /// The trust in it at which it does; above 0, and below what is thought of a party nobody has seen.
    pub below: Share,
    /// How long it stays away at least. Default 0.
    #[serde(default)]
    pub pause: SimDuration,
}

/// How fast parties take a step: `rate` times 1/(1 + e^(−slope · m)), where m is the margin for coming and minus the margin for leaving.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HazardTable {
    /// The most that it is for one party, such as `"1/7d"`; above 0.
    pub rate: Rate,
    /// How much the logarithm of its odds moves with the margin. Default 4 (assumed); with 0 it is half of the rate, whatever the margin.
    #[serde(default = "four")]
    pub slope: Factor,
}

fn hour() -> SimDuration {
    SimDuration::from_seconds(3600.0)
}

fn four() -> Factor {
    Factor::try_from(4.0).expect("four is a factor")
}
