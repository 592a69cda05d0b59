//! Honest until it is trusted, or until an instant; then it cheats.
//!
//! It wakes for good when the run has lasted `until`, or when what its requester thinks of it has risen above `above`, whichever comes
//! first. As a checker it looks carefully until then and approves unseen from then on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, cheat, look};
use crate::domain::answer::{Vote, Wrong};
use crate::domain::share::Share;
use crate::engine::mistake::Mistake;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::engine::time::{SimDuration, Time};
use crate::policy::Described;

/// Parameters of a sleeper. One of `until` and `above` must be given.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// It wakes so long after the start of the run. Default never.
    #[serde(default)]
    pub until: Option<SimDuration>,
    /// It wakes when the probability at which its next answer, or look, is believed to be good is above this. Default never.
    #[serde(default)]
    pub above: Option<Share>,
    /// Once awake, the probability that it cheats. Default 1 (assumed).
    #[serde(default = "super::all")]
    pub rate: Share,
    /// The share of the cost of a job that cheating saves. Default 1 (assumed).
    #[serde(default = "super::all")]
    pub saving: Share,
}

impl Described for Spec {
    const NAME: &'static str = "sleeper";
    const SUMMARY: &'static str = "is honest until it is trusted or until an instant, and then cheats";
    const SOURCE: &'static str = "oscillation or on-off attacks on reputation: K. Hoffman and others, A survey of attack and defense techniques, 2009";
    const EXAMPLE: &'static str = r#"{ until = "1h", above = 0.95, rate = 0.5, saving = 0.6 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        match (self.until, self.above) {
            (None, None) => Err(Mistake::new("until", "a sleeper that never wakes", "write `until`, or `above`")),
            _ => Ok(()),
        }
    }
}

impl super::Rule for Spec {
    /// Whether it is awake.
    type Memory = bool;

    fn memory(&self) -> bool {
        false
    }

    fn act(&self, awake: &mut bool, job: &Assignment, draw: &mut KeyedRng) -> Action {
        *awake |= self.wakes(job.now, job.trust);
        match *awake && draw.chance(self.rate.get()) {
            true => cheat(job, self.saving),
            false => Action::HONEST,
        }
    }

    fn vote(&self, awake: &mut bool, submission: &Submission, draw: &mut KeyedRng) -> Vote {
        *awake |= self.wakes(submission.now, submission.trust);
        match *awake && draw.chance(self.rate.get()) {
            true => Vote { alarm: false, looked: false },
            false => look(submission, draw),
        }
    }

    fn alarms(&self, awake: &bool, submission: &Submission) -> f64 {
        let cheats = *awake || self.wakes(submission.now, submission.trust);
        submission.alarm * if cheats { 1.0 - self.rate.get() } else { 1.0 }
    }

    fn errs(&self, awake: &bool, job: &Assignment) -> [f64; 5] {
        let cheats = *awake || self.wakes(job.now, job.trust);
        super::only(Wrong::Substitute, if cheats { self.rate.get() } else { 0.0 })
    }

    fn learn(&self, _: &mut bool, _: &Outcome) {}

    /// As when it is awake: that is what it is there for.
    fn wrongs(&self, _: &bool) -> [f64; 5] {
        super::only(Wrong::Substitute, self.rate.get())
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

impl Spec {
    fn wakes(&self, now: Time, trust: f64) -> bool {
        self.until.is_some_and(|until| now >= Time::ZERO + until) || self.above.is_some_and(|above| trust > above.get())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{draw, job, submission};
    use super::*;
    use crate::domain::answer::Answer;

    fn spec(until: Option<u64>, above: Option<f64>) -> Spec {
        let above = above.map(|share| Share::try_from(share).unwrap());
        Spec { until: until.map(SimDuration), above, rate: Share::ONE, saving: Share::ONE }
    }

    /// It wakes at its instant or above its opinion, and stays awake when the opinion has fallen.
    #[test]
    fn it_wakes_once() {
        let cheats = |spec: &Spec, awake: &mut bool, now: u64, trust: f64| {
            let job = Assignment { now: Time(now), trust, ..job(1, 2) };
            !spec.act(awake, &job, &mut draw(0)).answer.is_right()
        };
        let (timed, mut awake) = (spec(Some(10), None), false);
        assert!(!cheats(&timed, &mut awake, 9, 1.0) && cheats(&timed, &mut awake, 10, 0.0));
        let (trusted, mut awake) = (spec(None, Some(0.9)), false);
        assert!(!cheats(&trusted, &mut awake, 99, 0.9) && cheats(&trusted, &mut awake, 99, 0.91));
        assert!(cheats(&trusted, &mut awake, 99, 0.1), "it does not fall asleep again");
        let bad = Answer::wrong(Wrong::Skip, 9);
        assert!(trusted.vote(&mut false, &submission(2, bad, 1.0), &mut draw(0)).alarm);
        assert!(!trusted.vote(&mut awake, &submission(2, bad, 1.0), &mut draw(0)).looked);
        assert_eq!(spec(None, None).check().unwrap_err().key, "until");
    }
}
