//! Means well and errs: some of its answers are wrong, and some of its looks are mistaken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, look, wrong_key};
use crate::domain::answer::{Answer, Vote, Wrong};
use crate::domain::share::Share;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// Parameters of honest mistakes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The probability that an answer is mistaken; as a checker, that it takes a good answer for a bad one or the other
    /// way about.
    pub rate: Share,
    /// The probability that a mistaken answer is the common mistake of its job, at which mistaken answers agree. Default 0
    /// (assumed): mistakes never agree.
    #[serde(default)]
    pub agree: Share,
}

impl Described for Spec {
    const NAME: &'static str = "error-prone";
    const SUMMARY: &'static str = "does all of the work and makes honest mistakes, in its answers and in its looks";
    const SOURCE: &'static str =
        "faulty workers of volunteer computing: L. Sarmenta, Sabotage-tolerance mechanisms, 2001; BOINC's error hosts";
    const EXAMPLE: &'static str = "{ rate = 0.02, agree = 0.1 }";

    fn default_spec() -> Option<Self> {
        None
    }
}

/// Whose key the common mistake of a job has: no party's number, and no ring's.
const COMMON: u64 = 0xc0de_0fa1_15ed_0001;

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn act(&self, (): &mut (), job: &Assignment, draw: &mut KeyedRng) -> Action {
        if !draw.chance(self.rate.get()) {
            return Action::HONEST;
        }
        let whose = if draw.chance(self.agree.get()) { COMMON } else { job.party };
        Action { answer: Answer::wrong(Wrong::Error, wrong_key(job.job, whose)), effort: 1.0 }
    }

    fn vote(&self, (): &mut (), submission: &Submission, draw: &mut KeyedRng) -> Vote {
        let seen = look(submission, draw);
        Vote { alarm: seen.alarm != draw.chance(self.rate.get()), looked: true }
    }

    fn alarms(&self, (): &(), submission: &Submission) -> f64 {
        let (alarm, rate) = (submission.alarm, self.rate.get());
        alarm * (1.0 - rate) + (1.0 - alarm) * rate
    }

    fn learn(&self, (): &mut (), _: &Outcome) {}

    fn wrongs(&self, _: &()) -> [f64; 5] {
        super::only(Wrong::Error, self.rate.get())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{assert_share, draw, job, submission};
    use super::*;

    fn spec(rate: f64, agree: f64) -> Spec {
        Spec { rate: Share::try_from(rate).unwrap(), agree: Share::try_from(agree).unwrap() }
    }

    #[test]
    fn mistakes_come_at_their_rate() {
        assert_share(0.02, |index, draw| !spec(0.02, 0.0).act(&mut (), &job(1, index), draw).answer.is_right());
        assert_share(0.0, |index, draw| spec(0.0, 0.0).act(&mut (), &job(1, index), draw) != Action::HONEST);
        let action = spec(1.0, 0.0).act(&mut (), &job(1, 2), &mut draw(0));
        assert_eq!((action.answer.wrong, action.effort), (Some(Wrong::Error), 1.0));
    }

    /// Two that are both mistaken agree where both made the common mistake: with probability 0.6².
    #[test]
    fn mistakes_agree_as_often_as_they_may() {
        let both = |agree: f64, index, draw: &mut KeyedRng| {
            let [first, second] = [1, 2].map(|party| spec(1.0, agree).act(&mut (), &job(party, index), draw).answer);
            first.key == second.key
        };
        assert_share(0.36, |index, draw| both(0.6, index, draw));
        assert_share(0.0, |index, draw| both(0.0, index, draw));
    }

    /// An alarm with probability d (1 − e) + (1 − d) e for an honest look of d and a rate of mistakes e.
    #[test]
    fn looks_are_mistaken_at_the_same_rate() {
        let bad = Answer::wrong(Wrong::Skip, 9);
        assert_share(0.9 * 0.8 + 0.1 * 0.2, |index, draw| {
            spec(0.2, 0.0).vote(&mut (), &submission(index, bad, 0.9), draw).alarm
        });
        assert_share(0.2, |index, draw| {
            spec(0.2, 0.0).vote(&mut (), &submission(index, Answer::RIGHT, 0.0), draw).alarm
        });
    }
}
