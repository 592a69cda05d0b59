//! Does the work and gives the answer it finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::engine::random::Draw;
use crate::policy::Described;

/// Honesty has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "honest";
    const SUMMARY: &'static str = "does the work and gives the answer it finds";
    const SOURCE: &'static str = "the reference conduct; every deviation is measured against it";
    const EXAMPLE: &'static str = "{}";

    fn unwritten() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn answer(&self, _: &mut (), _: &mut Draw) -> Answer {
        Answer::Right
    }
}
