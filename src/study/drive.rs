//! Driving a study: chunk by chunk and generation by generation, alone or beside other drivers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::chunk::Found;
use super::course::{Chunk, Course, Row};
use super::folder::Folder;
use super::work::{Runner, run_chunk};
use super::{Study, StudyError};

/// How long to wait before looking again whether another driver has done its chunk.
const PATIENCE: Duration = Duration::from_millis(50);

/// Who wants to know how far a study has come.
pub trait Watch: Sync {
    /// A generation begins: its number, its chunks and its runs.
    fn generation(&self, number: usize, chunks: usize, runs: u64);
    /// So many runs are done, here or by another driver.
    fn done(&self, runs: u64);
}

/// Nobody.
impl Watch for () {
    fn generation(&self, _: usize, _: usize, _: u64) {}
    fn done(&self, _: u64) {}
}

/// What it takes to do the work of a study.
pub struct Driver<'s, 'a> {
    /// The study.
    pub study: &'s Study,
    /// Where its files are.
    pub folder: &'a Folder,
    /// How many threads work.
    pub jobs: usize,
    /// What runs a replication.
    pub runner: &'a Runner<'a>,
    /// Set when the work is to stop.
    pub stop: &'a AtomicBool,
    /// Who wants to know.
    pub watch: &'a dyn Watch,
}

/// How the work of a generation stands, as the files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The number of the generation.
    pub generation: usize,
    /// Chunks of earlier generations and of this one that are done.
    pub done: usize,
    /// Chunks that are not done, of which some may be claimed.
    pub missing: Vec<usize>,
    /// Of the missing those that a driver is at.
    pub claimed: Vec<usize>,
    /// Chunks whose file is not what was written, and why.
    pub damaged: Vec<(usize, String)>,
    /// Runs that came to nothing.
    pub failed: usize,
    /// Runs that are done, the failed ones included.
    pub runs: usize,
}

impl Status {
    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.damaged.is_empty()
    }
}

impl<'s> Driver<'s, '_> {
    /// Does all that is left, and returns the whole course.
    pub fn run(&self) -> Result<Course<'s>, StudyError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs)
            .build()
            .map_err(|error| StudyError::Wrong(format!("cannot start {} threads: {error}", self.jobs)))?;
        let mut course = Course::start(self.study, self.folder.chunk_runs());
        while !course.current().is_empty() {
            let chunks = course.current();
            self.watch.generation(course.generation(), chunks.len(), chunks.iter().map(Chunk::runs).sum());
            let rows = self.generation(&pool, &course)?;
            course.absorb(rows);
        }
        Ok(course)
    }

    /// Does one chunk of the generation that is due; one that is done is not done again. Whether there was work.
    pub fn work(&self, number: usize) -> Result<bool, StudyError> {
        let (course, _) = look(self.study, self.folder)?;
        let current = course.current();
        let Some(chunk) = current.iter().find(|chunk| chunk.number == number) else {
            return match number < course.earlier() {
                true => Ok(false),
                false => Err(StudyError::Wrong(beyond(number, current))),
            };
        };
        self.watch.generation(course.generation(), 1, chunk.runs());
        loop {
            if matches!(self.folder.read(chunk)?, Found::Whole(_)) {
                return Ok(false);
            }
            if self.ensure(&course, chunk)?.is_some() {
                return Ok(true);
            }
            self.wait()?;
        }
    }

    /// All rows of the generation that is due, chunk by chunk.
    fn generation(&self, pool: &rayon::ThreadPool, course: &Course) -> Result<Vec<Vec<Row>>, StudyError> {
        let chunks = course.current();
        let done: Vec<Mutex<Option<Vec<Row>>>> = chunks.iter().map(|_| Mutex::new(None)).collect();
        let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
        let halted = || failure.lock().expect("no thread panics while it holds the failure").is_some();
        pool.broadcast(|_| {
            while let Some(place) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < chunks.len()) {
                if halted() {
                    return;
                }
                match self.ensure(course, &chunks[place]) {
                    Ok(rows) => *done[place].lock().expect("no thread panics while it holds rows") = rows,
                    Err(error) => {
                        failure.lock().expect("no thread panics while it holds the failure").get_or_insert(error);
                        return;
                    }
                }
            }
        });
        if let Some(error) = failure.into_inner().expect("no thread panicked") {
            return Err(error);
        }
        let mut rows = Vec::with_capacity(chunks.len());
        for (chunk, done) in chunks.iter().zip(done) {
            let mut found = done.into_inner().expect("no thread panicked");
            // Another driver had it: wait for it, or do it once that driver is gone.
            while found.is_none() {
                self.wait()?;
                found = self.ensure(course, chunk)?;
            }
            rows.extend(found);
        }
        Ok(rows)
    }

    /// The rows of a chunk, from its file or from the work itself; none if another driver is at it.
    fn ensure(&self, course: &Course, chunk: &Chunk) -> Result<Option<Vec<Row>>, StudyError> {
        let read = |rows: Vec<Row>| {
            self.watch.done(rows.len() as u64);
            Ok(Some(rows))
        };
        if let Found::Whole(rows) = self.folder.read(chunk)? {
            return read(rows);
        }
        let Some(_claim) = self.folder.claim(chunk.number)? else { return Ok(None) };
        // It may have been done between the look and the claim.
        if let Found::Whole(rows) = self.folder.read(chunk)? {
            return read(rows);
        }
        let rows = run_chunk(self.study, course.points(), chunk, self.folder.known(), self.runner, self.stop);
        let rows = rows.ok_or(StudyError::Stopped)?;
        let written = self.folder.write(chunk.number, &rows);
        // Rows are judged as they are read, so that a study taken up again goes on as it would have. Where there are no
        // locks another driver may have done the chunk, and tidied up, meanwhile: that is as good.
        match (self.folder.read(chunk)?, written) {
            (Found::Whole(rows), _) => read(rows),
            (_, Err(error)) => Err(error.into()),
            _ => {
                let path = self.folder.chunk_path(chunk.number);
                Err(StudyError::Damaged(format!("`{}` does not hold what was written", path.display())))
            }
        }
    }

    fn wait(&self) -> Result<(), StudyError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(StudyError::Stopped);
        }
        std::thread::sleep(PATIENCE);
        Ok(())
    }
}

/// How far a study has come, from its files alone.
pub fn look<'a>(study: &'a Study, folder: &Folder) -> Result<(Course<'a>, Status), StudyError> {
    let mut course = Course::start(study, folder.chunk_runs());
    let mut status = Status::default();
    loop {
        status.generation = course.generation();
        let mut rows = Vec::new();
        for chunk in course.current() {
            match folder.read(chunk)? {
                Found::Whole(found) => rows.push(found),
                Found::Missing => status.missing.push(chunk.number),
                Found::Damaged(why) => status.damaged.push((chunk.number, why)),
            }
        }
        status.done += rows.len();
        status.runs += rows.iter().map(Vec::len).sum::<usize>();
        status.failed += rows.iter().flatten().filter(|row| row.outcome.is_err()).count();
        status.claimed = status.missing.iter().copied().filter(|number| folder.is_claimed(*number)).collect();
        if course.current().is_empty() || !status.is_complete() {
            return Ok((course, status));
        }
        course.absorb(rows);
    }
}

/// Why there is no such chunk to work on.
fn beyond(number: usize, current: &[Chunk]) -> String {
    match (current.first(), current.last()) {
        (Some(first), Some(last)) => {
            format!("chunk {number} is not due: the generation at hand has chunks {} to {}", first.number, last.number)
        }
        _ => format!("there is no chunk {number}: the study is complete"),
    }
}
