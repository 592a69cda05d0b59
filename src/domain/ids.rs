//! Who is who: small typed indices, and vectors that only the right index opens.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// What can index an [`IdVec`].
pub trait Id: Copy {
    /// The id of the entry at `index`.
    fn from_index(index: usize) -> Self;
    /// Where this id's entry stands.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($repr:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $repr);

        impl Id for $name {
            #[inline]
            fn from_index(index: usize) -> Self {
                $name(<$repr>::try_from(index).expect(concat!("more than ", stringify!($name), " can count")))
            }
            #[inline]
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A class of jobs.
    ClassId(u16);
    /// A model that jobs ask for and nodes serve.
    ModelId(u16);
    /// A list of the parties that may be asked: one for each model, then that of validators and that of provers.
    ListId(u16);
    /// A source of arrivals.
    SourceId(u32);
    /// A group of requesters.
    RequesterId(u16);
    /// A region of the network.
    RegionId(u16);
    /// A group of nodes, as the scenario writes it.
    NodeGroupId(u16);
    /// A party that serves: a node, a validator or a prover.
    PartyId(u32);
    /// Whoever owns nodes and validators.
    OperatorId(u32);
    /// A way of verifying answers.
    MethodId(u8);
    /// A slot in the arena of open jobs; reused.
    JobSlot(u32);
    /// A slot in the arena of the tasks of open jobs; reused.
    TaskSlot(u32);
    /// What goes on about the answer of an open job; reused.
    CaseId(u32);
    /// An accepted result that can still be revoked; reused.
    ResultId(u32);
    /// A result in use, or a job that will have one, in the graph of inputs; reused.
    VertexId(u32);
    /// An input of an open job that is not settled; reused.
    EdgeId(u32);
}

/// What a node takes in: a job or a task, with the highest bit to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkSlot(u32);

/// Whose work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An open job.
    Job(JobSlot),
    /// A task of one.
    Task(TaskSlot),
}

impl WorkSlot {
    /// No work: the end of a list, or a batch as a whole.
    pub const NONE: WorkSlot = WorkSlot(u32::MAX);

    const TASK: u32 = 1 << 31;

    /// Whether this is a slot at all.
    #[inline]
    pub fn is_some(self) -> bool {
        self != WorkSlot::NONE
    }

    /// A place in an unordered waiting room, kept where the neighbour in a line is kept.
    #[inline]
    pub fn at_place(place: usize) -> WorkSlot {
        WorkSlot(place as u32)
    }

    /// The place of [`at_place`](WorkSlot::at_place).
    #[inline]
    pub fn place(self) -> usize {
        self.0 as usize
    }

    /// Whose work it is.
    #[inline]
    pub fn owner(self) -> Owner {
        match self.0 & WorkSlot::TASK == 0 {
            true => Owner::Job(JobSlot(self.0)),
            false => Owner::Task(TaskSlot(self.0 ^ WorkSlot::TASK)),
        }
    }
}

impl From<JobSlot> for WorkSlot {
    /// There are fewer than 2³¹ slots of jobs.
    #[inline]
    fn from(job: JobSlot) -> WorkSlot {
        debug_assert!(job.0 < WorkSlot::TASK, "{job:?}");
        WorkSlot(job.0)
    }
}

impl From<TaskSlot> for WorkSlot {
    /// There are fewer than 2³¹ − 1 slots of tasks.
    #[inline]
    fn from(task: TaskSlot) -> WorkSlot {
        debug_assert!(task.0 < u32::MAX >> 1, "{task:?}");
        WorkSlot(task.0 | WorkSlot::TASK)
    }
}

impl From<ModelId> for ListId {
    /// The nodes that serve a model.
    fn from(model: ModelId) -> ListId {
        ListId(model.0)
    }
}

impl CaseId {
    /// No case: the answer is not verified, its payment is not gathered and the result does not stand for a while.
    pub const NONE: CaseId = CaseId(u32::MAX);

    /// Whether this is a case at all.
    pub fn is_some(self) -> bool {
        self != CaseId::NONE
    }
}

impl ResultId {
    /// No result: nothing was accepted yet, or nothing can revoke it.
    pub const NONE: ResultId = ResultId(u32::MAX);

    /// Whether this is a result at all.
    pub fn is_some(self) -> bool {
        self != ResultId::NONE
    }
}

impl VertexId {
    /// No vertex: nothing consumes the result, and it consumes nothing.
    pub const NONE: VertexId = VertexId(u32::MAX);

    /// Whether this is a vertex at all.
    #[inline]
    pub fn is_some(self) -> bool {
        self != VertexId::NONE
    }
}

impl EdgeId {
    /// No edge: the end of a list.
    pub const NONE: EdgeId = EdgeId(u32::MAX);

    /// Whether this is an edge at all.
    #[inline]
    pub fn is_some(self) -> bool {
        self != EdgeId::NONE
    }
}

impl PartyId {
    /// No party: the job was never placed.
    pub const NONE: PartyId = PartyId(u32::MAX);

    /// Whether this is a party at all.
    pub fn is_some(self) -> bool {
        self != PartyId::NONE
    }
}

/// A vector indexed by one kind of id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdVec<I, T> {
    entries: Vec<T>,
    #[serde(skip)]
    id: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> IdVec<I, T> {
    /// Nothing in it yet.
    pub fn new() -> Self {
        IdVec { entries: Vec::new(), id: PhantomData }
    }

    /// Adds an entry and says under which id it stands.
    pub fn push(&mut self, entry: T) -> I {
        let id = I::from_index(self.entries.len());
        self.entries.push(entry);
        id
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their ids.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    /// The entries in the order of their ids, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.entries.iter_mut()
    }

    /// Every id in order.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.entries.len()).map(I::from_index)
    }

    /// Every id with its entry.
    pub fn pairs(&self) -> impl Iterator<Item = (I, &T)> {
        self.entries.iter().enumerate().map(|(index, entry)| (I::from_index(index), entry))
    }

    /// The entry, if there is one.
    pub fn get(&self, id: I) -> Option<&T> {
        self.entries.get(id.index())
    }

    /// The entries as a slice.
    pub fn as_slice(&self) -> &[T] {
        &self.entries
    }
}

impl<I: Id, T> Default for IdVec<I, T> {
    fn default() -> Self {
        IdVec::new()
    }
}

impl<I: Id, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<F: IntoIterator<Item = T>>(entries: F) -> Self {
        IdVec { entries: entries.into_iter().collect(), id: PhantomData }
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;
    #[inline]
    fn index(&self, id: I) -> &T {
        &self.entries[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    #[inline]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.entries[id.index()]
    }
}
