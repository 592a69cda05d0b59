//! Threads of this process.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Engine, Offered};
use crate::study::StudyError;
use crate::study::course::Chunk;
use crate::study::drive::Generation;

/// As the command line offers it.
pub const OFFERED: Offered = Offered { name: "local", says: "Threads of this process", open };

fn open(jobs: usize) -> Result<Box<dyn Engine>, StudyError> {
    Ok(Box::new(Local::new(jobs)?))
}

/// A pool of threads that take chunk after chunk.
#[derive(Debug)]
pub struct Local {
    pool: rayon::ThreadPool,
}

impl Local {
    /// A pool of `jobs` threads; of as many as there are processors if that is 0.
    ///
    /// # Errors
    ///
    /// [`StudyError::Wrong`] if the system does not start them.
    pub fn new(jobs: usize) -> Result<Local, StudyError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
        let pool = pool.map_err(|error| StudyError::Wrong(format!("cannot start {jobs} threads: {error}")))?;
        Ok(Local { pool })
    }
}

impl Engine for Local {
    fn run(&self, generation: &Generation<'_, '_>, missing: &[&Chunk]) -> Result<(), StudyError> {
        let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
        let has_failed = || failure.lock().expect("no thread panics while it holds the failure").is_some();
        self.pool.broadcast(|_| {
            while let Some(chunk) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                if has_failed() {
                    return;
                }
                if let Err(error) = generation.ensure(chunk) {
                    failure.lock().expect("no thread panics while it holds the failure").get_or_insert(error);
                    return;
                }
            }
        });
        failure.into_inner().expect("no thread panicked").map_or(Ok(()), Err)
    }
}
