//! Work done again, to see whether the files still say what happened.

use std::sync::atomic::AtomicBool;

use crate::engine::random::{Key, KeyedRng, RandomSource};

use super::chunk::ChunkState;
use super::course::{Chunk, Course};
use super::folder::Folder;
use super::work::{Known, Runner, run_chunk};
use super::{Study, StudyError};

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recheck {
    /// The chunks that were done again.
    pub again: Vec<usize>,
    /// The chunks whose file is not what the work gives, and in what.
    pub altered: Vec<(usize, String)>,
}

/// Looks at every chunk that there is, and does a share of them again, at least one: always the same ones of a study.
/// `done` hears of each that was done again.
pub fn recheck(
    study: &Study,
    folder: &Folder,
    share: f64,
    runner: &Runner,
    stop: &AtomicBool,
    mut done: impl FnMut(usize),
) -> Result<Recheck, StudyError> {
    let mut course = Course::start(study, folder.chunk_runs());
    let mut outcome = Recheck::default();
    while !course.current().is_empty() {
        let mut rows = Vec::new();
        for chunk in course.current() {
            match folder.read(chunk)? {
                ChunkState::Whole(found) => rows.push(found),
                ChunkState::Missing => {}
                ChunkState::Damaged(why) => outcome.altered.push((chunk.number, why)),
            }
            let is_there = folder.chunk_path(chunk.number).exists();
            if is_there && is_sampled(folder.id(), chunk, share) {
                let known = Known::new();
                let again = run_chunk(study, course.points(), chunk, &known, runner, stop);
                let again = folder.text(chunk.number, &again.ok_or(StudyError::Stopped)?);
                if let Some(line) = first_difference(&folder.bytes(chunk.number)?, again.as_bytes()) {
                    outcome.altered.retain(|(number, _)| *number != chunk.number);
                    outcome.altered.push((chunk.number, format!("line {line} is not what the work gives")));
                }
                outcome.again.push(chunk.number);
                done(chunk.number);
            }
        }
        // What comes after depends on what is there.
        if rows.len() < course.current().len() {
            break;
        }
        course.absorb(rows);
    }
    Ok(outcome)
}

/// Whether a chunk is among the share of chunks that are done again. The first always is.
fn is_sampled(id: &str, chunk: &Chunk, share: f64) -> bool {
    let salt = u64::from_str_radix(&id[..16], 16).unwrap_or(0);
    chunk.number == 0 || KeyedRng::new(Key(salt ^ chunk.number as u64)).chance(share)
}

fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    Some(one[..same].iter().filter(|&&byte| byte == b'\n').count() + 1)
}
