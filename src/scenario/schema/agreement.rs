//! Whether agreement is measured, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults;
use crate::domain::agreement::{LooksSeen, WeightOf};
use crate::domain::share::Share;
use crate::engine::time::SimDuration;

/// How agreement is measured: whether it pays a party to stay and to be honest. It is looked at only, and changes nothing that happens.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AgreementTable {
    /// q: agreement is lost while parties of less than this share of the weight of the roster are in it. Default 2/3 (assumed).
    pub threshold: Share,
    /// q̂: everyone sees that it is lost while less than this share of the value decided is accepted and undisputed. Default 2/3 (assumed).
    pub seen_threshold: Share,
    /// What each party weighs: one `party` as much as another (default), or the `stake` that it comes with.
    pub weight: WeightOf,
    /// Where a party takes the rate of checks of its answers from: its `own` settlements (default, assumed), or what is `posted`, the
    /// probability that its methods state. Shares by either are written down; thresholds and cuts go by this one.
    pub looks: LooksSeen,
    /// M: a settlement counts 1/M in the memory of its party; at least 1. Default 100 (assumed).
    pub settlements: u32,
    /// θ of incomes and costs of parties without `participation`; above 0. Default 1h (assumed).
    pub memory: SimDuration,
    /// Over how long a party counts on what it earns, where a find would exclude it. Default 30d (assumed).
    pub horizon: SimDuration,
    /// The share of the cost of a job that a cheat saves, where the conduct has no `saving` of its own. Default 1 (assumed).
    pub saving: Share,
    /// How often all parties are looked at; above 0. Between that each is looked at when it is paid, and when an answer or a vote of it is
    /// settled. Default 2min (assumed).
    pub epoch: SimDuration,
    /// How long a threshold must be missed for a breakdown. Default 1h (assumed).
    pub grace: SimDuration,
    /// The same for a lasting one. Default 6h (assumed).
    pub lasting: SimDuration,
    /// Over how long value decided is looked back on; above 0. Default 1h (assumed).
    pub window: SimDuration,
}

impl Default for AgreementTable {
    fn default() -> AgreementTable {
        let two_thirds = Share::try_from(2.0 / 3.0).expect("a share");
        let hours = |count: u64| SimDuration(count * defaults::hour().0);
        AgreementTable {
            threshold: two_thirds,
            seen_threshold: two_thirds,
            weight: WeightOf::default(),
            looks: LooksSeen::default(),
            settlements: 100,
            memory: hours(1),
            horizon: hours(720),
            saving: Share::ONE,
            epoch: SimDuration(2 * defaults::minute().0),
            grace: hours(1),
            lasting: hours(6),
            window: hours(1),
        }
    }
}
