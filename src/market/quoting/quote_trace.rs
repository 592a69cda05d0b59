//! The quotes that one watched job was given.

use serde::Serialize;

use crate::domain::fate::Cause;
use crate::domain::record::JobKey;
use crate::engine::time::Time;

use super::quote::Quote;

/// The quotes that one job was given at one instant: they explain why it was placed or declined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuoteTrace {
    /// When.
    pub at: Time,
    /// The job's value, in micro-credits.
    pub value: f64,
    /// Every quote, by offer and method.
    pub quotes: Vec<Quote>,
    /// The one that was taken.
    pub taken: Option<Quote>,
    /// The cause, if none was.
    pub cause: Option<Cause>,
}

/// Watches the quotes of one job.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Which job.
    pub job: JobKey,
    /// What it was offered, each time it was.
    pub quote_traces: Vec<QuoteTrace>,
}
