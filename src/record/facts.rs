//! The buffer between the market, which writes facts, and the recorders, which read them.

use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::record::JobRecord;
use crate::engine::time::Time;

use super::digest::Digest;
use super::fact::{Fact, FactFilter};

/// Takes facts down as they happen: the digest covers each at once; those that a recorder is told are kept in their order
/// until they are handed on, with the records of the jobs they close.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    now: Time,
    digest: Digest,
    #[serde(skip)]
    filter: FactFilter,
    facts: Vec<Fact>,
    records: Vec<JobRecord>,
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
        debug_assert!(!fact.kind().has_record(), "a fact with a record is noted with it");
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
        self.tell(Fact::Closed { job: record.key, fate: record.fate }, record);
    }

    /// Notes that a check has been answered, with its own record.
    pub fn check(&mut self, record: &JobRecord, check: u8, alarm: bool) {
        self.tell(Fact::Checked { job: record.key, by: record.node, check, alarm }, record);
    }

    /// Notes that a check ended without a vote, with its own record and what it was paid.
    pub fn check_ended(&mut self, record: &JobRecord, check: u8, paid: Money) {
        self.tell(Fact::CheckEnded { job: record.key, by: record.node, check, paid }, record);
    }

    #[inline(always)]
    fn tell(&mut self, fact: Fact, record: &JobRecord) {
        debug_assert!(fact.kind().has_record(), "the table says which facts have a record");
        self.digest.note(self.now, fact.words());
        self.digest.record(record);
        if self.filter.passes(fact.kind()) {
            self.facts.push(fact);
            // Straight from where it lies, without a stop on the stack.
            self.records.extend_from_slice(std::slice::from_ref(record));
        }
    }

    /// The facts kept since the last [`clear`](Facts::clear), each closing one and each check with its record.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&Fact, Option<&JobRecord>)> {
        let mut records = self.records.iter();
        self.facts.iter().map(move |fact| (fact, if fact.kind().has_record() { records.next() } else { None }))
    }

    /// Forgets what has been handed on.
    #[inline]
    pub fn clear(&mut self) {
        self.facts.clear();
        self.records.clear();
    }

    /// Whether nothing waits to be handed on.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Over everything that happened.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClassId, NodeId, RequesterId};
    use crate::domain::record::JobKey;
    use crate::record::fact::FactKind;

    /// What is kept comes out in order, each fact that has a record with its own.
    #[test]
    fn records_go_with_their_facts() {
        let record =
            |index| JobRecord::begin(JobKey { index, ..JobKey::default() }, ClassId(0), RequesterId(0), Time(0));
        let mut facts = Facts::default();
        facts.check(&record(1), 0, true);
        facts.note(Fact::NodeFailed { node: NodeId(1) });
        facts.check_ended(&record(2), 0, Money(1));
        facts.close(&record(3));
        let told: Vec<_> =
            facts.iter().map(|(fact, record)| (fact.kind(), record.map(|record| record.key.index))).collect();
        let expected = [
            (FactKind::Checked, Some(1)),
            (FactKind::NodeFailed, None),
            (FactKind::CheckEnded, Some(2)),
            (FactKind::Closed, Some(3)),
        ];
        assert_eq!(told, expected);
    }
}
