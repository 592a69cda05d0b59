//! The study file as people write it: plain structs, every field documented, every default on its field.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::engine::time::SimDuration;
use crate::scenario::document::extending;

/// A study file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "reliance study")]
pub struct StudyTable {
    /// The name outputs go by; letters, digits, `-` and `_`.
    pub name: String,
    /// The question this study answers.
    #[serde(default)]
    pub question: String,
    /// What charts write above it. Default the question.
    #[serde(default)]
    pub title: Option<String>,
    /// The scenario that every point starts from, relative to the study.
    pub base: String,
    /// The root of all randomness. Default the scenario's.
    #[serde(default)]
    pub seed: Option<u64>,
    /// What varies. Without axes the study has one point, the scenario itself.
    #[serde(default)]
    pub axes: Vec<AxisTable>,
    /// Which combinations are run. Default `"grid"`: all of them.
    #[serde(default)]
    pub design: DesignTable,
    /// What the run goes on as from each fork, beside the trunk: values that are set at the instant. Only with the design `fork`.
    #[serde(default)]
    pub branches: Vec<BranchTable>,
    /// How often each point is run: replication 0, 1, … of every point share their random numbers.
    pub replications: ReplicationsTable,
    /// Columns of the summary, or formulas of them with `+`, `-`, `*`, `/` and parentheses, such as `"fate_final_right / jobs"`
    /// and `"asked = (jobs - fate_declined) / jobs"`. `chat.jobs` is a column of the class `chat`, and `*.jobs` that of every
    /// class, in tables of their own with a row for each. The first is the one judged. With the design `fork` they are columns of the
    /// series, or formulas of them.
    pub measures: Vec<String>,
    /// What the points are compared with, by axis: a point is paired with the one that differs from it in these axes
    /// alone and has these values there.
    #[serde(default)]
    pub baseline: IndexMap<String, Anything>,
    /// What would make the study's claims false, each judged where its table is merged.
    #[serde(default)]
    pub false_if: Vec<FalseIfTable>,
    /// The level of the first measure whose contour is drawn over a grid of two numbers. A search has its own.
    #[serde(default)]
    pub level: Option<f64>,
    /// Runs in one piece of work. Default about half a minute's worth, found by a trial.
    #[serde(default)]
    pub chunk: Option<u64>,
    /// A run of more events than this is stopped and counts as failed.
    #[serde(default)]
    pub events_most: Option<u64>,
}

/// One thing that varies: a value of the scenario, or several that change together.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AxisTable {
    /// What it is called in tables. Default the last key of its path.
    #[serde(default)]
    pub name: Option<String>,
    /// What charts write beside it. Default the name.
    #[serde(default)]
    pub title: Option<String>,
    /// A path into the scenario, as `--set` takes it.
    #[serde(default)]
    pub path: Option<String>,
    /// Several paths that change together; each entry of `values` then holds a value for each.
    #[serde(default)]
    pub paths: Option<Vec<String>>,
    /// The values, in order.
    #[serde(default)]
    pub values: Option<Vec<Anything>>,
    /// What the values are called in tables, one for each.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Numbers between two ends, instead of `values`. They are rounded to what the path takes: amounts of money to six
    /// decimals, counts to whole numbers.
    #[serde(default)]
    pub range: Option<RangeTable>,
    /// How a number becomes a value of the scenario, such as `"{}ms"`. Default the number itself.
    #[serde(default)]
    pub format: Option<String>,
}

/// Numbers between two ends, both included.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RangeTable {
    /// The lower end: a number, or a number with its unit as text.
    pub from: Anything,
    /// The upper end, in the same unit.
    pub to: Anything,
    /// How many numbers a grid has; other designs choose their own.
    #[serde(default)]
    pub count: Option<u32>,
    /// How they are spaced. Default `linear`.
    #[serde(default)]
    pub scale: Scale,
}

/// How the numbers of a range are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal quotients.
    Log,
}

/// Which combinations of the axes are run.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DesignTable {
    /// Every value of each axis with every value of the others; the last axis changes fastest.
    #[default]
    Grid,
    /// The points listed.
    Table(ListTable),
    /// So many points, of which each of as many equal parts of every axis holds exactly one.
    LatinHypercube(SampleTable),
    /// The first points of a scrambled Sobol sequence.
    Sobol(SampleTable),
    /// The value of one axis at which a measure crosses a level, for every combination of the others.
    Frontier(FrontierTable),
    /// Every value of each axis with every value of the others, and each run copied at some instants: the copies go on along
    /// branches, and are compared with the run that goes on as it was.
    Fork(ForkTable),
}

/// Points listed one by one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListTable {
    /// Each holds a value for every axis, in the order of the axes.
    pub points: Vec<Vec<Anything>>,
}

/// Points spread by a rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SampleTable {
    /// How many.
    pub points: u32,
}

/// The search for a crossing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrontierTable {
    /// The axis searched, by name; it has a `range`.
    pub axis: String,
    /// What is to be crossed, by its mean over replications.
    pub level: f64,
    /// The part of the range, on its scale, within which the crossing is bracketed where noise allows. Default 1/64
    /// (assumed).
    #[serde(default)]
    pub resolution: Option<f64>,
    /// Points tried in each gap and generation. Default 1; more makes shorter generations of more runs.
    #[serde(default)]
    pub probes: Option<u32>,
}

/// What would make a claim false. It is judged by the 95 % interval over runs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FalseIfTable {
    /// A measure of the study, `<` or `>`, and a number. In a search the axis that is searched stands for the crossing; in a fork the
    /// measure stands for the mean of branch − trunk.
    pub when: String,
    /// The values of axes, or the `branch`, at which it is judged. Default at every point and branch.
    #[serde(default)]
    pub at: IndexMap<String, Anything>,
    /// Whether the difference from the baseline is judged, and not the mean.
    #[serde(default)]
    pub difference: bool,
    /// The time since the fork over which the mean is judged. Default the whole span.
    #[serde(default)]
    pub window: Option<WindowTable>,
}

/// A time since the fork, in whole bins.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WindowTable {
    /// Its start.
    pub from: SimDuration,
    /// Its end.
    pub to: SimDuration,
}

/// When the runs are copied, and for how long the copies go on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForkTable {
    /// The instants, from the start of the run.
    pub instants: InstantsTable,
    /// How long every copy goes on.
    pub span: SimDuration,
    /// The bins in which the span is measured; a part of it without a remainder.
    pub bin: SimDuration,
    /// What the branches are held against beside the trunk. Default `["fresh"]`, which is always among them.
    #[serde(default = "fresh")]
    pub placebos: Vec<Placebo>,
    /// Which branches cut what a channel can supply: how the full price of each channel follows is the table `pass-through`. Default no
    /// such table.
    #[serde(default)]
    pub pass_through: Option<PassThroughTable>,
}

/// Which branch cuts the supply of a channel, and what is held against it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PassThroughTable {
    /// The branch that cuts the slots of nodes, by name.
    #[serde(default)]
    pub compute: Option<String>,
    /// The branch that cuts the room in blocks, by name.
    #[serde(default)]
    pub coordination: Option<String>,
    /// The branch that cuts the slots of validators and provers, by name.
    #[serde(default)]
    pub verification: Option<String>,
    /// How many probes are the basket whose full prices are taken. Default 64.
    #[serde(default = "basket")]
    pub probes: u32,
    /// The times since the fork over which it is measured, in whole bins. Default from 5 minutes to 1 hour, from 1 to 2 and from 3 to
    /// 4 hours, as far as they lie within the span.
    #[serde(default)]
    pub windows: Vec<WindowTable>,
}

fn basket() -> u32 {
    64
}

/// A copy in which nothing happens that a branch is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Placebo {
    /// Nothing is set, and keyed draws are new.
    Fresh,
    /// Of each branch whose shocks choose parties: as many parties of the same kinds, at random.
    Random,
}

fn fresh() -> Vec<Placebo> {
    vec![Placebo::Fresh]
}

/// The instants of the forks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InstantsTable {
    /// These, in every run.
    Fixed(Vec<SimDuration>),
    /// Drawn for each replication.
    Drawn(DrawnTable),
}

/// Instants between two ends: one in each of as many equal parts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DrawnTable {
    /// How many.
    pub count: u32,
    /// The earliest.
    pub from: SimDuration,
    /// The latest.
    pub to: SimDuration,
}

/// A branch: what is set in a copy at the instant of the fork.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BranchTable {
    /// What it is called in tables.
    pub name: String,
    /// Values by path, as an amendment sets them. Default none: such a branch does what the trunk does.
    #[serde(default)]
    pub set: IndexMap<String, Anything>,
    /// How long they hold; then the values of the trunk hold again. Default to the end of the span.
    #[serde(default, rename = "for")]
    pub lasts: Option<SimDuration>,
}

/// How often each point is run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplicationsTable {
    /// So many times.
    Fixed(u64),
    /// Until the mean of the first measure is known well enough.
    Sequential(SequentialTable),
}

/// Until the mean is known well enough: the half-width of its 95 % interval at most γ/(1 + γ) of it. In a frontier, until
/// the interval leaves out the level.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SequentialTable {
    /// How often at first.
    pub first: u64,
    /// How often more, each time it is not known well enough.
    pub wave: u64,
    /// How often at most.
    pub most: u64,
    /// The greatest relative error wanted, γ. A frontier has no use for it.
    #[serde(default)]
    pub relative: Option<f64>,
}

/// A value of any type; its text is taken from the document.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Anything(IgnoredAny);

impl JsonSchema for Anything {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

/// The JSON Schema of a study file for editors (draft-07): also of one that extends others.
pub fn editor_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft07();
    extending(settings.into_generator().into_root_schema_for::<StudyTable>().to_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_in_the_schema_with_its_meaning() {
        let schema = editor_schema();
        let keys: Vec<&String> = schema["properties"].as_object().expect("properties").keys().collect();
        assert_eq!(keys.len(), 17);
        assert!(schema["properties"].as_object().unwrap().values().all(|field| field["description"].is_string()));
        assert_eq!(schema["additionalProperties"], false);
    }
}
