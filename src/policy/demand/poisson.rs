//! Arrivals without memory: exponential gaps of one rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::domain::share::Rate;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
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

    fn default_spec() -> Option<Self> {
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
        *last += SimDuration::from_seconds(-maths::ln(stream.unit()) / self.rate.get());
        (*last != Time::NEVER).then(|| Arrival { at: *last, ..Arrival::default() })
    }

    fn restart(&self, last: &mut Time, at: Time) -> bool {
        *last = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::time::Time;
    use crate::policy::demand::tests::{rule, stream};

    /// Who does not come before the end of time does not come, and nobody comes after.
    #[test]
    fn the_end_of_time_is_the_end() {
        for (rate, fewest) in [("0/s", 0), ("1e-30/s", 0), ("1e-9/s", 1)] {
            let rule = rule("poisson", &format!("{{ rate = \"{rate}\" }}"));
            let (mut memory, mut stream) = (rule.memory(), stream(0));
            let come: Vec<Time> =
                std::iter::from_fn(|| rule.next(&mut memory, &mut stream)).map(|next| next.at).collect();
            assert!(come.len() >= fewest && come.iter().all(|at| *at < Time::NEVER), "{rate}: {come:?}");
            assert!(rule.next(&mut memory, &mut stream).is_none(), "{rate}");
        }
    }
}
