//! Arrivals without memory: exponential gaps of one rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::domain::share::Rate;
use crate::engine::maths;
use crate::engine::random::{Chance, Stream};
use crate::engine::time::{Span, Time};
use crate::policy::Described;

/// Parameters of the Poisson process.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Arrivals per unit of time, such as `"5/s"`; zero is nobody.
    pub rate: Rate,
}

impl Described for Spec {
    const NAME: &'static str = "poisson";
    const SUMMARY: &'static str = "arrivals without memory, at one rate";
    const SOURCE: &'static str = "the reference of queueing theory; real traffic is burstier";
    const EXAMPLE: &'static str = r#"{ rate = "5/s" }"#;

    fn unwritten() -> Option<Self> {
        None
    }
}

impl super::Rule for Spec {
    /// The last arrival.
    type Memory = Time;

    fn memory(&self) -> Time {
        Time::ZERO
    }

    #[inline]
    fn next(&self, last: &mut Time, stream: &mut Stream) -> Option<Arrival> {
        if self.rate.get() == 0.0 {
            return None;
        }
        // Inversion: one uniform draw per gap, and the gap falls as the draw rises.
        *last += Span::from_seconds(-maths::ln(stream.unit()) / self.rate.get());
        Some(Arrival { at: *last, ..Arrival::default() })
    }
}
