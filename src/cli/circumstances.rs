//! How and when a command was run, for the manifest.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::output::manifest::Circumstances;

use super::command;

pub(super) fn circumstances(started: String, elapsed_s: f64) -> Circumstances {
    Circumstances::of(command(), started, utc_now(), elapsed_s)
}

/// The present, as RFC 3339 in UTC.
#[allow(clippy::disallowed_methods, reason = "the manifest says when; no result depends on it")]
pub(super) fn utc_now() -> String {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    crate::scenario::inputs::utc(i128::from(passed) * 1_000_000_000)
}
