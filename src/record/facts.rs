//! The buffer between the market, which writes facts, and the recorders, which read them.

use serde::{Deserialize, Serialize};

use crate::domain::ancestry::ResultRecord;
use crate::domain::causes::CauseRecord;
use crate::domain::record::{CheckRecord, JobRecord};
use crate::domain::reliance::{Held, Relied};
use crate::engine::time::Time;

use super::digest::Digest;
use super::fact::{Carries, Fact, FactFilter};
use super::recorder::Recorder;

/// Takes facts down as they happen: the digest covers each at once; those that a recorder is told are kept in their order
/// until they are handed on, with the records of the jobs that they close and of the checks that they end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    now: Time,
    digest: Digest,
    #[serde(skip)]
    filter: FactFilter,
    facts: Vec<Fact>,
    records: Vec<JobRecord>,
    checks: Vec<CheckRecord>,
    /// What has caused that wrong answers were used. It is no fact, and no digest covers it: it follows from what happened.
    #[serde(skip)]
    causes: Vec<CauseRecord>,
    #[serde(skip)]
    relied: Vec<(Relied, usize)>,
    #[serde(skip)]
    held: Vec<Held>,
    /// Used results whose standing has ended. They follow from what happened.
    #[serde(skip)]
    results: Vec<ResultRecord>,
}

impl Facts {
    /// What follows happens at `now`.
    #[inline]
    pub fn begin(&mut self, now: Time) {
        self.now = now;
    }

    /// From now on keeps the facts of these kinds alone. The digest covers all of them whatever is kept.
    pub fn keep(&mut self, filter: FactFilter) {
        self.filter = filter;
    }

    /// Notes what happened. Inlined, as the kind is known where it happens and need not be found out.
    #[inline(always)]
    pub fn note(&mut self, fact: Fact) {
        debug_assert!(fact.kind().carries() == Carries::Nothing, "a fact with a record is noted with it");
        self.digest.note(self.now, fact.words());
        if self.filter.passes(fact.kind()) {
            self.facts.push(fact);
        }
    }

    /// Notes what happened to a class or a model: the digest covers `by_name`, the same fact with the place of the name in
    /// alphabetical order for the id, because the tables of a scenario have no order and ids go by the file.
    #[inline(always)]
    pub fn note_by_name(&mut self, fact: Fact, by_name: Fact) {
        self.digest.note(self.now, by_name.words());
        if self.filter.passes(fact.kind()) {
            self.facts.push(fact);
        }
    }

    /// Notes that a job left, with its whole record.
    #[inline]
    pub fn close(&mut self, record: &JobRecord) {
        let fact = Fact::Closed { job: record.key, fate: record.fate };
        self.digest.note(self.now, fact.words());
        self.digest.record(record);
        if self.filter.passes(fact.kind()) {
            self.facts.push(fact);
            // Straight from where it lies, without a stop on the stack.
            self.records.extend_from_slice(std::slice::from_ref(record));
        }
    }

    /// Notes that a check has ended, with a vote or without, and with its record.
    pub fn check(&mut self, record: &CheckRecord) {
        let &CheckRecord { key: job, checker: by, check_index: check, paid, .. } = record;
        let fact = match record.alarm {
            Some(alarm) => Fact::Checked { job, by, check, alarm },
            None => Fact::CheckEnded { job, by, check, paid },
        };
        self.digest.note(self.now, fact.words());
        self.digest.check(record);
        if self.filter.passes(fact.kind()) {
            self.facts.push(fact);
            self.checks.push(*record);
        }
    }

    /// Hands on what has caused that a wrong answer was used, after the facts of this instant.
    pub fn cause(&mut self, record: CauseRecord) {
        self.causes.push(record);
    }

    /// Hands on the life of a used result, after the facts of this instant.
    pub fn result(&mut self, record: ResultRecord) {
        self.results.push(record);
    }

    /// Notes that an answer came into use, and who holds the trust in it. That is worked out and does not happen, so the digest does not
    /// cover it.
    pub fn rely(&mut self, relied: &Relied, held: &[Held]) {
        self.held.extend_from_slice(held);
        self.relied.push((*relied, self.held.len()));
    }

    /// Tells a recorder the facts kept since this was last called, in their order, each with the record that it carries, and forgets
    /// them.
    #[inline(never)]
    pub fn hand_on(&mut self, now: Time, recorder: &mut impl Recorder) {
        let (mut records, mut checks) = (self.records.iter(), self.checks.iter());
        for fact in &self.facts {
            match fact.kind().carries() {
                Carries::Nothing => recorder.note(now, fact, None),
                Carries::Job => recorder.note(now, fact, records.next()),
                Carries::Check => recorder.note_check(now, fact, checks.next().expect("each comes with its record")),
            }
        }
        for cause in self.causes.drain(..) {
            recorder.note_cause(&cause);
        }
        let mut from = 0;
        for (relied, end) in &self.relied {
            recorder.note_reliance(relied, &self.held[from..*end]);
            from = *end;
        }
        for record in self.results.drain(..) {
            recorder.note_result(&record);
        }
        self.relied.clear();
        self.held.clear();
        self.facts.clear();
        self.records.clear();
        self.checks.clear();
    }

    /// Whether nothing waits to be handed on.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.causes.is_empty() && self.relied.is_empty() && self.results.is_empty()
    }

    /// Over everything that happened.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClassId, MethodId, PartyId, RequesterId};
    use crate::domain::money::Money;
    use crate::domain::record::JobKey;
    use crate::domain::work::Work;
    use crate::record::fact::FactKind;

    /// Keeps what it is told: the number of each fact, and of its record.
    #[derive(Default)]
    struct Told(Vec<(FactKind, Option<u64>)>);

    impl Recorder for Told {
        fn note(&mut self, _: Time, fact: &Fact, record: Option<&JobRecord>) {
            self.0.push((fact.kind(), record.map(|record| record.key.index)));
        }

        fn note_check(&mut self, _: Time, fact: &Fact, record: &CheckRecord) {
            self.0.push((fact.kind(), Some(record.key.index)));
        }
    }

    fn key(index: u64) -> JobKey {
        JobKey { index, ..JobKey::default() }
    }

    fn check(index: u64, alarm: Option<bool>) -> CheckRecord {
        CheckRecord {
            key: key(index),
            asked: Time(0),
            reached: Time(1),
            started: Time(1),
            answered: alarm.map_or(Time::NEVER, |_| Time(2)),
            closed: Time(2),
            work: Work(1),
            paid: Money(1),
            checker: PartyId(1),
            method: MethodId(0),
            check_index: 0,
            round: 0,
            looked: true,
            alarm,
        }
    }

    /// What is kept comes out in order, each fact that has a record with its own.
    #[test]
    fn records_go_with_their_facts() {
        let mut facts = Facts::default();
        facts.check(&check(1, Some(true)));
        facts.note(Fact::NodeFailed { node: PartyId(1) });
        facts.check(&check(2, None));
        facts.close(&JobRecord::begin(key(3), ClassId(0), RequesterId(0), Time(0)));
        let mut told = Told::default();
        facts.hand_on(Time(2), &mut told);
        let expected = [
            (FactKind::Checked, Some(1)),
            (FactKind::NodeFailed, None),
            (FactKind::CheckEnded, Some(2)),
            (FactKind::Closed, Some(3)),
        ];
        assert_eq!(told.0, expected);
    }

    /// The words of a check are those of a job of its work that has only been asked for.
    #[test]
    fn a_check_is_covered_as_a_job_that_was_asked_for() {
        let (mut checks, mut jobs) = (Digest::default(), Digest::default());
        checks.check(&check(1, None));
        let job = JobRecord::begin(key(1), ClassId(0), RequesterId(0), Time(0));
        jobs.record(&JobRecord { work: Work(1), ..job });
        assert_eq!(checks, jobs);
    }
}
