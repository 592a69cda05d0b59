//! Does the work and gives the answer it finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, look};
use crate::domain::answer::Vote;
use crate::engine::random::KeyedRng;
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

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    #[inline]
    fn act(&self, (): &mut (), _: &Assignment, _: &mut KeyedRng) -> Action {
        Action::HONEST
    }

    fn vote(&self, (): &mut (), submission: &Submission, draw: &mut KeyedRng) -> Vote {
        look(submission, draw)
    }

    fn learn(&self, (): &mut (), _: &Outcome) {}

    fn wrongs(&self, _: &()) -> [f64; 5] {
        [0.0; 5]
    }

    fn is_passive(&self) -> bool {
        true
    }
}
