//! Leaves out work: now and then an answer is made up, and now and then a check is not made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, look, wrong_key};
use crate::domain::answer::{Answer, Vote, Wrong};
use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::random::{KeyedRng, RandomSource};
use crate::policy::Described;

/// Parameters of laziness.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The probability that it leaves out a job, or a check.
    pub share: Share,
    /// The share of the work of a job that leaving it out saves. Default 1 (assumed): a made-up answer costs nothing.
    #[serde(default = "all")]
    pub saving: Share,
    /// What it says of an answer that it did not look at: approval, or else an alarm. Default true (the lazy verifier).
    #[serde(default = "yes")]
    pub approves: bool,
}

fn all() -> Share {
    Share::ONE
}

fn yes() -> bool {
    true
}

impl Described for Spec {
    const NAME: &'static str = "lazy";
    const SUMMARY: &'static str = "leaves out a share of its jobs and of its checks";
    const SOURCE: &'static str =
        "the verifier's dilemma: L. Luu and others, Demystifying Incentives in the Consensus Computer, 2015";
    const EXAMPLE: &'static str = "{ share = 0.3, saving = 0.9, approves = true }";

    fn default_spec() -> Option<Self> {
        None
    }
}

impl super::Rule for Spec {
    type Memory = ();

    fn memory(&self) {}

    fn act(&self, (): &mut (), job: &Assignment, draw: &mut KeyedRng) -> Action {
        if !draw.chance(self.share.get()) {
            return Action::HONEST;
        }
        let answer = Answer::wrong(Wrong::Skip, wrong_key(job.job, job.party));
        Action { answer, effort: 1.0 - self.saving.get() }
    }

    fn care(&self, (): &(), _: Money) -> f64 {
        1.0 - self.share.get()
    }

    fn alarms(&self, (): &(), submission: &Submission) -> f64 {
        let unseen = if self.approves { 0.0 } else { self.share.get() };
        unseen + (1.0 - self.share.get()) * submission.alarm
    }

    fn vote(&self, (): &mut (), submission: &Submission, draw: &mut KeyedRng) -> Vote {
        if draw.chance(self.share.get()) {
            return Vote { alarm: !self.approves, looked: false };
        }
        look(submission, draw)
    }

    fn learn(&self, (): &mut (), _: &Outcome) {}

    fn wrongs(&self, _: &()) -> [f64; 5] {
        super::only(Wrong::Skip, self.share.get())
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{assert_share, draw, job, submission};
    use super::*;

    fn spec(share: f64, approves: bool) -> Spec {
        Spec { share: Share::try_from(share).unwrap(), saving: Share::try_from(0.75).unwrap(), approves }
    }

    #[test]
    fn jobs_are_left_out_at_their_share() {
        assert_share(0.3, |index, draw| !spec(0.3, true).act(&mut (), &job(1, index), draw).answer.is_right());
        let [first, second] = [1, 2].map(|party| spec(1.0, true).act(&mut (), &job(party, 5), &mut draw(0)));
        assert_eq!((first.answer.wrong, first.effort), (Some(Wrong::Skip), 0.25));
        assert_ne!(first.answer.key, second.answer.key, "two that leave out one job do not agree");
        assert_eq!(spec(0.0, true).act(&mut (), &job(1, 5), &mut draw(0)), Action::HONEST);
    }

    /// With an honest look that finds a wrong answer with probability 0.9, and 3 checks in 10 not made.
    #[test]
    fn checks_are_left_out_at_the_same_share() {
        let bad = Answer::wrong(Wrong::Tamper, 9);
        let vote = |approves, index, draw: &mut KeyedRng| {
            spec(0.3, approves).vote(&mut (), &submission(index, bad, 0.9), draw)
        };
        assert_share(0.7, |index, draw| vote(true, index, draw).looked);
        assert_share(0.7 * 0.9, |index, draw| vote(true, index, draw).alarm);
        assert_share(0.7 * 0.9 + 0.3, |index, draw| vote(false, index, draw).alarm);
    }
}
