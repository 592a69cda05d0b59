//! Driving a study: chunk by chunk and generation by generation, alone or beside other drivers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::chunk::ChunkState;
use super::course::{Chunk, Course, Row};
use super::engine::Engine;
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
    /// What runs a replication.
    pub runner: &'a Runner<'a>,
    /// Set when the work is to stop.
    pub stop: &'a AtomicBool,
    /// Who wants to know.
    pub watch: &'a dyn Watch,
}

/// The generation that is due, as an engine sees it.
pub struct Generation<'d, 's> {
    driver: &'d Driver<'s, 'd>,
    course: &'d Course<'s>,
    /// Of each chunk whether the watch has been told that it is done.
    told: Vec<AtomicBool>,
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
    /// Does all that is left, and returns the whole course. What came of the work is read from the files alone.
    pub fn run(&self, engine: &dyn Engine) -> Result<Course<'s>, StudyError> {
        let mut course = Course::start(self.study, self.folder.chunk_runs());
        while !course.current().is_empty() {
            let chunks = course.current();
            self.watch.generation(course.generation(), chunks.len(), chunks.iter().map(Chunk::runs).sum());
            let rows = Generation::new(self, &course).rows(engine)?;
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
        let generation = Generation::new(self, &course);
        loop {
            if matches!(self.folder.read(chunk)?, ChunkState::Whole(_)) {
                return Ok(false);
            }
            if generation.ensure(chunk)? {
                return Ok(true);
            }
            self.wait()?;
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

impl<'d, 's> Generation<'d, 's> {
    fn new(driver: &'d Driver<'s, '_>, course: &'d Course<'s>) -> Generation<'d, 's> {
        let told = course.current().iter().map(|_| AtomicBool::new(false)).collect();
        Generation { driver, course, told }
    }

    /// The study.
    pub fn study(&self) -> &'s Study {
        self.driver.study
    }

    /// Where the files are.
    pub fn folder(&self) -> &'d Folder {
        self.driver.folder
    }

    /// Whether the work is to stop.
    pub fn is_stopped(&self) -> bool {
        self.driver.stop.load(Ordering::Relaxed)
    }

    /// All rows, chunk by chunk. The engine is asked for what is missing until nothing is.
    fn rows(&self, engine: &dyn Engine) -> Result<Vec<Vec<Row>>, StudyError> {
        let chunks = self.course.current();
        let mut found: Vec<Option<Vec<Row>>> = chunks.iter().map(|_| None).collect();
        let mut is_asked = false;
        loop {
            for (chunk, found) in chunks.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                *found = self.read(chunk)?;
            }
            let left = chunks.iter().zip(&found).filter(|(_, found)| found.is_none());
            let missing: Vec<&Chunk> = left.map(|(chunk, _)| chunk).collect();
            if missing.is_empty() {
                return Ok(found.into_iter().flatten().collect());
            }
            // Another driver is at what an engine left out: its file comes, or the driver goes and the engine does it.
            if is_asked {
                self.driver.wait()?;
            }
            engine.run(self, &missing)?;
            is_asked = true;
        }
    }

    /// Sees to it that a chunk is done, by its file or by doing the work here; `false` if another driver is at it.
    pub fn ensure(&self, chunk: &Chunk) -> Result<bool, StudyError> {
        let Driver { study, folder, runner, stop, .. } = *self.driver;
        if self.read(chunk)?.is_some() {
            return Ok(true);
        }
        let Some(_claim) = folder.claim(chunk.number)? else { return Ok(false) };
        // It may have been done between the look and the claim.
        if self.read(chunk)?.is_some() {
            return Ok(true);
        }
        let rows = run_chunk(study, self.course.points(), chunk, folder.known(), runner, stop);
        let rows = rows.ok_or(StudyError::Stopped)?;
        let written = folder.write(chunk.number, &rows);
        // Rows are judged as they are read, so that a study taken up again goes on as it would have. Where there are no
        // locks another driver may have done the chunk, and tidied up, meanwhile: that is as good.
        match (self.read(chunk)?, written) {
            (Some(_), _) => Ok(true),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => {
                let path = folder.chunk_path(chunk.number);
                Err(StudyError::Damaged(format!("`{}` does not hold what was written", path.display())))
            }
        }
    }

    /// The rows of a chunk from its file, if it is whole; the watch is told once.
    fn read(&self, chunk: &Chunk) -> Result<Option<Vec<Row>>, StudyError> {
        let ChunkState::Whole(rows) = self.driver.folder.read(chunk)? else { return Ok(None) };
        if !self.told[chunk.number - self.course.earlier()].swap(true, Ordering::Relaxed) {
            self.driver.watch.done(rows.len() as u64);
        }
        Ok(Some(rows))
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
                ChunkState::Whole(found) => rows.push(found),
                ChunkState::Missing => status.missing.push(chunk.number),
                ChunkState::Damaged(why) => status.damaged.push((chunk.number, why)),
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
