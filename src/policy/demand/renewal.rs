//! Arrivals with independent gaps of one law: a renewal process, the arrivals of the queue G/G/1.
//!
//! The first gap begins with the run (an ordinary renewal process; D. R. Cox, "Renewal Theory", 1962), so gaps of one length
//! keep their beat from the start on. Over a long time the rate is 1/E\[gap\] and the index of dispersion of counts that of
//! one gap: its squared coefficient of variation. With `together` above 1 that many jobs are asked for at each instant, the
//! bulk arrivals of the queue M^X/M/1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::job::Arrival;
use crate::engine::law::{Law, Sampler};
use crate::engine::mistake::Mistake;
use crate::engine::random::Stream;
use crate::engine::time::{SimDuration, Time};
use crate::policy::Described;
use crate::policy::input::Reader;

/// Parameters of a renewal process.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The time from one instant of asking to the next; its mean is above zero.
    pub gap: Box<Law<SimDuration>>,
    /// How many jobs are asked for at each instant, from 1 on; 1 unless given.
    #[serde(default = "one")]
    pub together: u32,
    /// The law made ready for sampling, once it is checked.
    #[serde(skip)]
    #[schemars(skip)]
    sampler: Option<Sampler>,
}

fn one() -> u32 {
    1
}

/// The most jobs asked for at one instant.
const TOGETHER: u32 = 1_000_000;

impl Described for Spec {
    const NAME: &'static str = "renewal";
    const SUMMARY: &'static str = "arrivals, alone or several together, with independent gaps of one law";
    const SOURCE: &'static str = "the arrivals of the queues G/G/1 and M^X/M/1; Cox, Renewal Theory, 1962";
    const EXAMPLE: &'static str = r#"{ gap = { law = "constant", value = "200ms" } }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn laws_mut(&mut self) -> Vec<(&'static str, &mut Law<SimDuration>)> {
        vec![("gap", &mut self.gap)]
    }

    fn check(&self) -> Result<(), Mistake> {
        if let Some(problem) = self.gap.check().first() {
            return Err(Mistake::new("gap", format!("`gap`: {problem}"), ""));
        }
        if self.together == 0 {
            return Err(Mistake::new("together", "`together` must be at least 1", ""));
        }
        if self.together > TOGETHER {
            let message =
                format!("`together` must be at most {TOGETHER}, as many jobs as are open at once unless said");
            return Err(Mistake::new("together", message, ""));
        }
        // A span is whole nanoseconds, so a mean below one would hardly ever move on.
        if self.gap.sampler().mean() < 1.0 {
            return Err(Mistake::new("gap", "`gap` must have a mean of a nanosecond or more", ""));
        }
        Ok(())
    }
}

/// How far the process has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The last instant of asking.
    last: Time,
    /// How many are still to ask at it.
    left: u32,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { last: Time::ZERO, left: 0 }
    }

    #[inline]
    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        if memory.left == 0 {
            let gap = self.sampler.as_ref().expect("a law of gaps is checked before it is sampled");
            memory.last += gap.span(stream);
            memory.left = self.together;
        }
        memory.left -= 1;
        Some(Arrival { at: memory.last, ..Arrival::default() })
    }

    fn prepare(&mut self, _: &mut dyn Reader) -> Result<(), Mistake> {
        self.sampler = Some(self.gap.sampler());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::demand::tests::{arrivals, assert_zero_mean, rule, spec};

    #[test]
    fn constant_gaps_keep_their_beat() {
        let text = r#"{ gap = { law = "constant", value = "250ms" }, together = 2 }"#;
        let found = arrivals(&rule("renewal", text), 0, SimDuration::from_seconds(1.0));
        assert_eq!(
            found.iter().map(|arrival| arrival.at.0 / 1_000_000).collect::<Vec<_>>(),
            [250, 250, 500, 500, 750, 750]
        );
    }

    #[test]
    fn gaps_follow_their_law() {
        let text = r#"{ gap = { law = "erlang", stages = 4, mean = "2s" } }"#;
        let all = arrivals(&rule("renewal", text), 0, SimDuration::from_seconds(50_000.0));
        let gaps: Vec<f64> = all.windows(2).map(|pair| pair[1].at.since(pair[0].at).seconds() - 2.0).collect();
        assert_zero_mean("gaps", &gaps);
        assert_zero_mean("spread", &gaps.iter().map(|gap| gap * gap - 1.0).collect::<Vec<_>>());
    }

    #[test]
    fn what_never_moves_on_is_refused() {
        for (text, expected) in [
            (r#"{ gap = { law = "constant", value = "0" } }"#, "nanosecond"),
            (r#"{ gap = { law = "constant" } }"#, "`gap`"),
            (r#"{ gap = { law = "constant", value = "1s" }, together = 0 }"#, "`together`"),
        ] {
            let wrong = spec::<Spec>(text).check().unwrap_err();
            assert!(wrong.message.contains(expected), "{text}: {wrong}");
        }
        assert!(spec::<Spec>(Spec::EXAMPLE).check().is_ok());
    }
}
