//! A group that tampers with answers in the same way and covers for its own.
//!
//! All members give one wrong answer to a job, so that copies of it agree where a majority of them is of the ring. Each
//! member decides for itself whether it tampers; a member that checks knows the ring's answer by its key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Assignment, Outcome, Submission, look, wrong_key};
use crate::domain::answer::{Answer, Vote, Wrong};
use crate::domain::share::Share;
use crate::engine::random::{KeyedRng, RandomSource, mix};
use crate::policy::Described;

/// Parameters of a ring.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The name of the ring; all parties with this name belong to it.
    pub ring: String,
    /// The probability that a member tampers with an answer. Default 1 (assumed).
    #[serde(default = "all")]
    pub rate: Share,
    /// The share of the work that a tampered answer saves. Default 0 (assumed): the ring is paid by others for the harm.
    #[serde(default)]
    pub saving: Share,
    /// Whether a member that checks approves every answer of a member unseen, and not only the ring's wrong one. Default false.
    #[serde(default)]
    pub vouches: bool,
    /// The probability that a member that checks raises an alarm unseen at an answer that is not of its ring. Default 0.
    #[serde(default)]
    pub smears: Share,
}

fn all() -> Share {
    Share::ONE
}

impl Described for Spec {
    const NAME: &'static str = "ring";
    const SUMMARY: &'static str = "tampers with answers as its ring does, and approves its ring's answers unseen";
    const SOURCE: &'static str =
        "colluding saboteurs: L. Sarmenta, Sabotage-tolerance mechanisms for volunteer computing systems, 2001";
    const EXAMPLE: &'static str = r#"{ ring = "thieves", rate = 0.5 }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn names(&self) -> Vec<(&'static str, &str)> {
        vec![("ring", &self.ring)]
    }
}

impl super::Rule for Spec {
    /// The number of the ring, the same for all of its members.
    type Memory = u64;

    fn memory(&self) -> u64 {
        // The length goes first: names that begin alike part there, and a number of its own keeps rings from parties.
        self.ring.bytes().fold(mix(!(self.ring.len() as u64)), |number, byte| mix(number ^ u64::from(byte)))
    }

    fn act(&self, ring: &mut u64, job: &Assignment, draw: &mut KeyedRng) -> Action {
        if !draw.chance(self.rate.get()) {
            return Action::HONEST;
        }
        let answer = answer(job.job, *ring);
        Action { answer, effort: 1.0 - self.saving.get() }
    }

    fn vote(&self, ring: &mut u64, submission: &Submission, draw: &mut KeyedRng) -> Vote {
        if self.covers(*ring, submission) {
            return Vote { alarm: false, looked: false };
        }
        // A share of nothing takes no draw, so that rings without it look as they did.
        if self.smears > Share::ZERO && submission.ring != *ring && draw.chance(self.smears.get()) {
            return Vote { alarm: true, looked: false };
        }
        look(submission, draw)
    }

    fn alarms(&self, ring: &u64, submission: &Submission) -> f64 {
        let smears = if submission.ring == *ring { 0.0 } else { self.smears.get() };
        match self.covers(*ring, submission) {
            true => 0.0,
            false => smears + (1.0 - smears) * submission.alarm,
        }
    }

    fn ring(&self, ring: &u64) -> u64 {
        *ring
    }

    fn learn(&self, _: &mut u64, _: &Outcome) {}

    fn wrongs(&self, _: &u64) -> [f64; 5] {
        super::only(Wrong::Tamper, self.rate.get())
    }

    fn saving(&self) -> Option<Share> {
        Some(self.saving)
    }
}

impl Spec {
    /// Whether a member of the ring approves an answer unseen.
    fn covers(&self, ring: u64, submission: &Submission) -> bool {
        let is_its_own = submission.answer.key == answer(submission.job, ring).key;
        is_its_own || (self.vouches && submission.ring == ring)
    }
}

/// The wrong answer of the ring of this number to a job.
pub fn answer(job: u64, ring: u64) -> Answer {
    Answer::wrong(Wrong::Tamper, wrong_key(job, ring))
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::super::tests::{assert_share, draw, job, submission};
    use super::*;

    fn spec(ring: &str, rate: f64) -> Spec {
        let [rate, saving] = [rate, 0.25].map(|share| Share::try_from(share).unwrap());
        Spec { ring: ring.to_owned(), rate, saving, vouches: false, smears: Share::ZERO }
    }

    fn given(ring: &str, party: u64, index: u64) -> Answer {
        let spec = spec(ring, 1.0);
        let action = spec.act(&mut spec.memory(), &job(party, index), &mut draw(index));
        assert_eq!((action.answer.wrong, action.effort), (Some(Wrong::Tamper), 0.75));
        action.answer
    }

    #[test]
    fn members_agree_with_each_other_and_with_nobody_else() {
        assert_eq!(given("a", 1, 7), given("a", 2, 7));
        assert_ne!(given("a", 1, 7), given("b", 1, 7), "another ring");
        assert_ne!(given("a", 1, 7), given("a", 1, 8), "another job");
        let names = ["", "a", "aa", "ab", "ba", "b", "ring-1", "ring-2"];
        let numbers: std::collections::BTreeSet<u64> = names.iter().map(|name| spec(name, 1.0).memory()).collect();
        assert_eq!(numbers.len(), names.len());
        let spec = spec("a", 0.5);
        assert_share(0.5, |index, draw| !spec.act(&mut spec.memory(), &job(1, index), draw).answer.is_right());
    }

    #[test]
    fn members_cover_for_each_other_alone() {
        let member = spec("a", 0.5);
        let vote = |answer| member.vote(&mut member.memory(), &submission(7, answer, 1.0), &mut draw(7));
        assert_eq!(vote(given("a", 2, 7)), Vote { alarm: false, looked: false });
        assert_eq!(vote(given("b", 2, 7)), Vote { alarm: true, looked: true });
        assert_eq!(vote(given("a", 2, 8)), Vote { alarm: true, looked: true }, "the answer to another job");
        let right = member.vote(&mut member.memory(), &submission(7, Answer::RIGHT, 0.0), &mut draw(7));
        assert_eq!(right, Vote { alarm: false, looked: true });
    }

    /// A member that vouches approves whatever a member answers, and one that smears alarms at others' answers at its rate.
    #[test]
    fn members_vouch_and_smear() {
        let member = Spec { vouches: true, smears: Share::try_from(0.3).unwrap(), ..spec("a", 0.5) };
        let of = |ring, index| Submission { ring, ..submission(index, Answer::wrong(Wrong::Skip, 9), 0.0) };
        let vote = |ring, index, draw: &mut _| member.vote(&mut member.memory(), &of(ring, index), draw);
        assert_eq!(member.ring(&member.memory()), member.memory());
        assert_eq!(vote(member.memory(), 7, &mut draw(7)), Vote { alarm: false, looked: false });
        assert_share(0.3, |index, draw| vote(0, index, draw) == Vote { alarm: true, looked: false });
        assert_share(0.7, |index, draw| vote(0, index, draw) == Vote { alarm: false, looked: true });
    }
}
