//! What is asked for: models, classes of jobs, and those who ask.

use crate::engine::mistake::Mistake;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ancestry::{AfterInput, InputChoice};
use crate::domain::answer::Use;
use crate::domain::money::Money;
use crate::domain::share::Factor;
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::conduct::ConductTable;

/// A model: what serving it costs on the reference GPU.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelTable {
    /// Where the figures come from.
    #[serde(default)]
    pub source: String,
    /// Time to read the input, alone on the reference GPU, as points `[tokens, "time"]`; straight lines between them, the
    /// last line goes on. Default nothing.
    #[serde(default)]
    pub prefill: Vec<(u32, SimDuration)>,
    /// Time per output token, alone on the reference GPU. Default 0.
    #[serde(default)]
    pub decode: SimDuration,
    /// How much slower each job is when n are in service, as points `[n, factor]` from `[1, 1.0]` on; straight lines
    /// between them, the last line goes on. Default: not at all.
    #[serde(default)]
    pub slowdown: Vec<(u32, Factor)>,
    /// What the model takes of a node's memory, in GB. Default 0.
    #[serde(default)]
    pub memory_gb: Factor,
    /// How long a node loads the model before it can serve it. Default 0.
    #[serde(default)]
    pub load: SimDuration,
}

/// A class of jobs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClassTable {
    /// The model it asks for. May be left out where there is only one.
    #[serde(default)]
    pub model: Option<String>,
    /// The work of a job on the reference GPU. Instead of `input-tokens` and `output-tokens`.
    #[serde(default)]
    pub work: Option<Law<SimDuration>>,
    /// Input tokens, where the source does not know them.
    #[serde(default)]
    pub input_tokens: Option<Law<f64>>,
    /// Output tokens, where the source does not know them.
    #[serde(default)]
    pub output_tokens: Option<Law<f64>>,
    /// How long the work really takes, relative to `work`: mean 1, drawn anew for each attempt. Default always 1.
    #[serde(default)]
    pub noise: Option<Law<f64>>,
    /// What a right answer in time is worth, in credits. Default 1 (assumed).
    #[serde(default)]
    pub value: Option<Law<Money>>,
    /// How the value grows with the length of the job: by (w / `value-at-length`) to this power, where w is its work. 0 to 1;
    /// at 1 a job of twice the work is worth twice as much. Default 0 (assumed): it does not.
    #[serde(default)]
    pub value_by_length: crate::domain::share::Share,
    /// The work of a job that is worth `value`, on the reference GPU. Default the mean of `work`; a class of tokens states it.
    #[serde(default)]
    pub value_at_length: Option<SimDuration>,
    /// What a wrong answer in use costs the requester, relative to the value of a right one. Default 1 (assumed).
    #[serde(default = "super::defaults::one")]
    pub harm: Factor,
    /// The share of the harm that a later revocation undoes. Default 0 (assumed).
    #[serde(default)]
    pub recovers: crate::domain::share::Share,
    /// How fast the value of an answer fades while it is awaited: by this rate, exponentially. Default 0.
    #[serde(default)]
    pub discount: crate::domain::share::Rate,
    /// What a second of delay takes off the value of an answer, in credits. Instead of `discount`. Default 0.
    #[serde(default)]
    pub delay_cost: Money,
    /// When the requester begins to rely on an answer. Default `accepted`.
    #[serde(default)]
    pub use_at: Use,
    /// The methods its requesters may choose among, in their order. Default those of `verification.methods`.
    #[serde(default)]
    pub methods: Option<Vec<String>>,
    /// The answer must be there so long after the asking. Default: no deadline.
    #[serde(default)]
    pub deadline: Option<SimDuration>,
    /// How long the requester waits for service to begin, from the asking on. Default: for ever.
    #[serde(default)]
    pub patience: Option<Law<SimDuration>>,
    /// Lower numbers go first where a node serves by priority; 0 to 7. Default 0.
    #[serde(default)]
    pub priority: Priority,
    /// What one forward pass over all tokens of a job takes, relative to its work: for checks with `work-of = "pass"`. Default
    /// what the model takes to read as many tokens as the job has in all, by its `prefill`.
    #[serde(default)]
    pub pass: Option<Factor>,
    /// What its jobs consume of the results in use. Default nothing.
    #[serde(default)]
    pub inputs: Option<InputsTable>,
}

/// Earlier results that the jobs of a class consume, drawn when each job is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InputsTable {
    /// The classes whose results are consumed; its own may be among them.
    pub from: Vec<String>,
    /// How many, less the fraction, all different; at most 16, and no more than are on offer. Default always 1 (assumed).
    #[serde(default)]
    pub count: Option<Law<f64>>,
    /// Which of those on offer. Default `uniform` (assumed).
    #[serde(default)]
    pub choice: InputChoice,
    /// How long a result is on offer from its use on. Default as long as it is among the newest.
    #[serde(default)]
    pub age: Option<SimDuration>,
    /// How many results are on offer at once, the newest. Default 1024 (assumed).
    #[serde(default = "super::defaults::results_kept")]
    pub keeps: u32,
    /// The probability that a wrong input makes the result wrong. Default 1 (assumed).
    #[serde(default = "super::defaults::all")]
    pub inherits: crate::domain::share::Share,
    /// What becomes of an accepted result when an input of it comes to nothing. Default `revoke`.
    #[serde(default)]
    pub when_revoked: AfterInput,
}

/// Who goes first: 0, the first, to 7, the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Priority(u8);

impl Priority {
    /// The last there is.
    pub const LAST: u8 = 7;

    /// The number, from 0 to 7.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Priority {
    type Error = Mistake;
    fn try_from(number: i64) -> Result<Priority, Mistake> {
        match u8::try_from(number) {
            Ok(small) if small <= Priority::LAST => Ok(Priority(small)),
            _ => {
                let help = format!("write 0 (first) to {} (last)", Priority::LAST);
                Err(Mistake::of_value(format!("`{number}` is not a priority"), help))
            }
        }
    }
}

impl From<Priority> for i64 {
    fn from(priority: Priority) -> i64 {
        priority.0.into()
    }
}

impl JsonSchema for Priority {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Priority".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "integer", "minimum": 0, "maximum": Priority::LAST, "description": "0 (first) to 7 (last)"
        })
    }
}

/// A group of requesters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequesterTable {
    /// The name of the group.
    pub name: String,
    /// Where they are. Default the first region.
    #[serde(default)]
    pub region: Option<String>,
    /// How they look at answers themselves, where a check is `by = "requester"`; the group learns as one. Default `honest`.
    #[serde(default)]
    pub conduct: Option<ConductTable>,
}
