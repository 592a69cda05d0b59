//! What was accepted and can still be revoked, the results of each node in a list of their own.
//!
//! The job of a result keeps its slot: its checks may still be open, its payment to come, and its record says what was paid and
//! how it is verified. Here stands what has to be found by its node. A result that is final at once is never here, nor one on
//! which several nodes agreed.

use std::ops::Index;

use serde::{Deserialize, Serialize};

use super::State;
use crate::domain::ids::{IdVec, JobSlot, PartyId, ResultId};
use crate::engine::time::Time;
use crate::market::life::next::{Next, Planned};

/// The results that stand. Memory is bounded by the most that ever stood.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StandingResults {
    entries: IdVec<ResultId, StandingResult>,
    free: Vec<ResultId>,
    /// Those of each node.
    lists: IdVec<PartyId, ResultList>,
}

/// The results of one node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct ResultList {
    newest: ResultId,
    count: u32,
}

/// An accepted result that can still be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingResult {
    /// The end of its window; it may stand longer, until its open checks end.
    pub until: Time,
    /// Its job, which is open as long as it stands.
    pub job: JobSlot,
    /// The node that executed.
    pub node: PartyId,
    /// The neighbours in the list of the node, whose newest result is the first.
    newer: ResultId,
    older: ResultId,
}

const _: () = assert!(size_of::<StandingResult>() == 24);

impl StandingResults {
    /// None yet, of so many parties.
    pub fn open(parties: usize) -> StandingResults {
        let none = ResultList { newest: ResultId::NONE, count: 0 };
        StandingResults { lists: (0..parties).map(|_| none).collect(), ..StandingResults::default() }
    }

    /// A result of a node was accepted.
    pub fn begin(&mut self, node: PartyId, job: JobSlot, until: Time) -> ResultId {
        let older = self.lists[node].newest;
        let result = StandingResult { until, job, node, newer: ResultId::NONE, older };
        let id = match self.free.pop() {
            Some(id) => {
                self.entries[id] = result;
                id
            }
            None => self.entries.push(result),
        };
        if older.is_some() {
            self.entries[older].newer = id;
        }
        let list = &mut self.lists[node];
        (list.newest, list.count) = (id, list.count + 1);
        id
    }

    /// It stands no more: it is final, or revoked.
    pub fn end(&mut self, id: ResultId) {
        let StandingResult { node, newer, older, .. } = self.entries[id];
        match newer.is_some() {
            true => self.entries[newer].older = older,
            false => {
                assert!(self.lists[node].newest == id, "a result ends once");
                self.lists[node].newest = older;
            }
        }
        if older.is_some() {
            self.entries[older].newer = newer;
        }
        self.lists[node].count -= 1;
        self.free.push(id);
    }

    /// The results of a node, the newest first.
    pub fn of(&self, node: PartyId) -> impl Iterator<Item = &StandingResult> {
        let next = |id: ResultId| id.is_some().then(|| &self.entries[id]);
        std::iter::successors(next(self.lists[node].newest), move |result| next(result.older))
    }

    /// How many of a node stand.
    #[inline]
    pub fn count_of(&self, node: PartyId) -> u32 {
        self.lists[node].count
    }

    /// How many stand.
    pub fn count(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Asserts that the lists hold every result once, each with a job that `stands` says is accepted and open.
    pub fn audit(&self, stands: impl Fn(JobSlot) -> bool) {
        let all = self.lists.ids().flat_map(|node| self.of(node).map(move |result| (node, result)));
        let listed = all.inspect(|(node, result)| assert!(result.node == *node && stands(result.job), "{result:?}"));
        assert_eq!(listed.count(), self.count(), "each result that stands is on the list of its node");
        let counts: usize = self.lists.iter().map(|list| list.count as usize).sum();
        assert_eq!(counts, self.count(), "each list knows its length");
    }
}

impl State {
    /// Every result of a node that stands is looked at again, once all that follows from the present step is done.
    pub fn reopen_results(&mut self, node: PartyId) {
        let State { results, jobs, agenda, .. } = self;
        agenda.extend(results.of(node).map(|&StandingResult { job, .. }| Planned {
            next: Next::Reopen { job },
            only: Some((job.into(), jobs[job].version)),
        }));
    }
}

impl Index<ResultId> for StandingResults {
    type Output = StandingResult;

    fn index(&self, id: ResultId) -> &StandingResult {
        &self.entries[id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: [PartyId; 2] = [PartyId(0), PartyId(1)];

    fn jobs(results: &StandingResults) -> [Vec<u32>; 2] {
        results.audit(|_| true);
        NODES.map(|node| results.of(node).map(|result| result.job.0).collect())
    }

    /// Results leave from the front, the middle and the end of the list of their node, and their places are used again.
    #[test]
    fn each_node_has_its_own() {
        let mut results = StandingResults::open(2);
        let ids: Vec<ResultId> = (0..6)
            .map(|number| results.begin(NODES[number as usize % 2], JobSlot(number), Time(number.into())))
            .collect();
        assert_eq!(jobs(&results), [vec![4, 2, 0], vec![5, 3, 1]]);
        assert_eq!((results[ids[3]].until, results.count()), (Time(3), 6));
        results.end(ids[2]);
        results.end(ids[5]);
        assert_eq!(jobs(&results), [vec![4, 0], vec![3, 1]]);
        results.end(ids[0]);
        let again = results.begin(NODES[0], JobSlot(7), Time(7));
        assert_eq!((again, results.count()), (ids[0], 4));
        assert_eq!(jobs(&results), [vec![7, 4], vec![3, 1]]);
        assert_eq!(NODES.map(|node| results.count_of(node)), [2, 2]);
    }

    #[test]
    #[should_panic(expected = "a result ends once")]
    fn no_result_ends_twice() {
        let mut results = StandingResults::open(2);
        let first = results.begin(NODES[0], JobSlot(0), Time(0));
        results.end(first);
        results.end(first);
    }
}
