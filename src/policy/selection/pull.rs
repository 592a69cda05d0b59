//! Nobody is drawn: open checks wait in one queue, and a validator with a free slot takes the oldest that it may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Manner, SelectionView};
use crate::domain::ids::PartyId;
use crate::engine::random::KeyedRng;
use crate::policy::Described;

/// The rule has no parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {}

impl Described for Spec {
    const NAME: &'static str = "pull";
    const SUMMARY: &'static str =
        "nobody is drawn: checks wait in one queue, and a validator with a free slot takes the oldest that it may do";
    const SOURCE: &'static str = "idle workers that ask for work: BOINC, iExec, Truebit";
    const EXAMPLE: &'static str = "{}";

    fn default_spec() -> Option<Self> {
        Some(Spec {})
    }
}

impl super::Rule for Spec {
    /// Draws nobody.
    fn select(&self, _: &SelectionView<'_>, _: &mut KeyedRng, _: &mut Vec<PartyId>) {}

    fn manner(&self) -> Manner {
        Manner { pulls: true, ..Manner::default() }
    }
}
