//! Batches to Parquet files on one writer thread, so that a simulation never waits for a disk that keeps up.
//!
//! Between the two is a queue of one batch: a simulation that is faster than the writer waits, and memory stays
//! bounded. The bytes of a file depend on the batches of its table and on nothing else.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::error::FileError;
use super::files::{Files, OutputFile, Written};
use super::identity::Identity;
use crate::parquet::Writer;
use crate::record::batch::{Batch, ROWS, Sink};

/// Batches that wait for the writer beside the one it encodes.
const WAITING: usize = 1;

/// The name of a table and some of its rows.
type Named = (&'static str, Batch);

/// A sink that writes every table to its own file, `TABLE.parquet`. Dropped before [`TableWriter::finish`] it waits for the
/// writer and leaves files that are not whole.
pub struct TableWriter {
    /// `None` once there is nothing more to come.
    filled: Option<SyncSender<Named>>,
    emptied: Receiver<Named>,
    spare: Vec<Named>,
    failed: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Vec<TableFile>, FileError>>>,
}

/// A table that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// The table.
    pub name: &'static str,
    /// Its rows.
    pub rows: u64,
    /// Its file.
    pub file: Written,
}

impl TableWriter {
    /// Starts the writer thread. A file is made when the first batch of its table comes; each carries the identity.
    pub fn start(files: &Arc<Files>, identity: &Identity) -> Result<TableWriter, FileError> {
        let (filled, to_encode) = sync_channel(WAITING);
        let (emptied_by_writer, emptied) = channel();
        let failed = Arc::new(AtomicBool::new(false));
        let encoder = Encoder { files: Arc::clone(files), identity: identity.clone(), open: Vec::new() };
        let flag = Arc::clone(&failed);
        let thread = Builder::new()
            .name("tables".to_string())
            .spawn(move || encoder.run(&to_encode, &emptied_by_writer, &flag))
            .map_err(FileError::new("start the writer of", files.folder()))?;
        Ok(TableWriter { filled: Some(filled), emptied, spare: Vec::new(), failed, thread: Some(thread) })
    }

    /// Whether writing has failed: the run may as well stop, and [`TableWriter::finish`] says why.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Waits until everything is written, and says what. The first error of the writer is the error.
    pub fn finish(mut self) -> Result<Vec<TableFile>, FileError> {
        self.filled = None;
        let thread = self.thread.take().expect("the writer ends once");
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Sink for TableWriter {
    fn batch(&mut self, table: &'static str, mut batch: Batch) -> Batch {
        if self.failed() {
            batch.clear();
            return batch;
        }
        // Which batch is filled next depends on timing; what is written does not, as an emptied one is as new.
        self.spare.extend(self.emptied.try_iter());
        let spare = self.spare.iter().position(|(name, _)| *name == table);
        let next = spare.map_or_else(|| batch.like(), |place| self.spare.swap_remove(place).1);
        let filled = self.filled.as_ref().expect("the sink is not finished");
        if filled.send((table, batch)).is_err() {
            // The writer is gone, which only a panic does to it; `finish` passes that on.
            self.failed.store(true, Ordering::Relaxed);
        }
        next
    }
}

impl Drop for TableWriter {
    fn drop(&mut self) {
        self.filled = None;
        if let Some(thread) = self.thread.take() {
            // A caller that drops the sink has no use for its errors; but the folder must outlive the writer.
            let _ = thread.join();
        }
    }
}

/// What the writer thread works with.
struct Encoder {
    files: Arc<Files>,
    identity: Identity,
    /// In the order of their first batches.
    open: Vec<OpenTable>,
}

struct OpenTable {
    name: &'static str,
    writer: Writer<OutputFile>,
    rows: u64,
}

impl Encoder {
    fn run(
        mut self,
        to_encode: &Receiver<Named>,
        emptied: &Sender<Named>,
        failed: &AtomicBool,
    ) -> Result<Vec<TableFile>, FileError> {
        while let Ok((table, mut batch)) = to_encode.recv() {
            if let Err(error) = self.encode(table, &batch) {
                failed.store(true, Ordering::Relaxed);
                // The sender may be waiting for room: take whatever is still coming until it has noticed.
                drop(self);
                to_encode.iter().for_each(drop);
                return Err(error);
            }
            batch.clear();
            // When the run is over no batch is taken back.
            let _ = emptied.send((table, batch));
        }
        self.open.into_iter().map(|open| open.close(&self.files)).collect()
    }

    /// Writes one row group. All but the last of a table hold exactly [`ROWS`] rows.
    fn encode(&mut self, table: &'static str, batch: &Batch) -> Result<(), FileError> {
        let place = match self.open.iter().position(|open| open.name == table) {
            Some(place) => place,
            None => {
                self.open.push(OpenTable::create(table, batch, &self.files, &self.identity)?);
                self.open.len() - 1
            }
        };
        let open = &mut self.open[place];
        assert_eq!(open.rows % ROWS as u64, 0, "only the last batch of table `{table}` is not full");
        assert!(batch.len() <= ROWS, "a batch of table `{table}` is too long");
        open.rows += batch.len() as u64;
        open.writer.write(batch.columns()).map_err(|words| write_error(table, &self.files, words))
    }
}

impl OpenTable {
    fn create(
        name: &'static str,
        batch: &Batch,
        files: &Arc<Files>,
        identity: &Identity,
    ) -> Result<OpenTable, FileError> {
        let file = files.create(&file_name(name))?;
        let writer = Writer::create(file, batch.fields(), &identity.pairs(name));
        Ok(OpenTable { name, writer: writer.map_err(|words| write_error(name, files, words))?, rows: 0 })
    }

    fn close(self, files: &Files) -> Result<TableFile, FileError> {
        let file = self.writer.finish().map_err(|words| write_error(self.name, files, words))?;
        Ok(TableFile { name: self.name, rows: self.rows, file: file.close()? })
    }
}

fn file_name(table: &str) -> String {
    format!("{table}.parquet")
}

fn write_error(table: &str, files: &Files, words: String) -> FileError {
    // Of a disk that fails the library tells more than is so; of its own errors there is nothing but its words.
    let cause = files.failure().unwrap_or_else(|| io::Error::other(words));
    FileError::new("write", &files.folder().join(file_name(table)))(cause)
}

#[cfg(test)]
mod tests {
    use super::super::folder::Folder;
    use super::*;
    use crate::engine::time::Time;
    use crate::parquet::scratch::Scratch;
    use crate::record::batch::Rows;
    use crate::record::columns::{Column, Table};

    type C = Column<u64>;

    static JOBS: Table<u64> = Table {
        name: "jobs",
        grain: "one row per job",
        columns: &[
            C::time("asked_ns", "instant the job was asked", |job| Time(*job * 1_000).into()),
            C::number("price", "credit", "what it cost", |job| (1.0 / (job % 11) as f64).into()).nullable(),
            C::text("method", "how it was checked", |job| {
                ["none", "tee", "replay"].get(*job as usize % 4).copied().into()
            })
            .nullable(),
        ],
    };

    static CHECKS: Table<u64> = Table {
        name: "checks",
        grain: "one row per check",
        columns: &[C::flag("passed", "whether it passed", |check| check.is_multiple_of(3).into())],
    };

    static DISPUTES: Table<u64> = Table {
        name: "disputes",
        grain: "one row per dispute",
        columns: &[C::count("jurors", "jurors", |n| (*n).into())],
    };

    fn identity() -> Identity {
        Identity::new("{\"name\":\"toy\"}".to_string(), 1, Vec::new())
    }

    /// So many jobs, a third as many checks in between, and no dispute.
    fn fill(jobs: u64, sink: &mut impl Sink) {
        let (mut job_rows, mut check_rows) = (Rows::new(&JOBS), Rows::new(&CHECKS));
        for job in 0..jobs {
            job_rows.push(&job, sink);
            if job % 3 == 0 {
                check_rows.push(&job, sink);
            }
        }
        job_rows.finish(sink);
        check_rows.finish(sink);
        Rows::new(&DISPUTES).finish(sink);
    }

    fn run(folder: &Folder, jobs: u64) -> Result<Vec<TableFile>, FileError> {
        let mut sink = TableWriter::start(folder.files(), &identity())?;
        fill(jobs, &mut sink);
        sink.finish()
    }

    #[cfg(not(feature = "parquet"))]
    #[test]
    fn without_parquet_there_are_no_tables() {
        let scratch = Scratch::new("tables-absent");
        let folder = Folder::create(&scratch.join("toy-1")).expect("started");
        let error = run(&folder, 10).expect_err("no tables").to_string();
        assert!(error.ends_with(crate::parquet::ABSENT), "{error}");
        drop(folder);
        assert!(scratch.names().is_empty());
    }

    #[cfg(feature = "parquet")]
    mod with_parquet {
        use std::fs;
        use std::path::Path;

        use super::super::super::error::MANIFEST;
        use super::super::super::files::full_after;
        use super::super::super::own::Replace;
        use super::*;
        use crate::parquet;

        fn output(whole: &Path, jobs: u64) -> Vec<TableFile> {
            let folder = Folder::create(whole).expect("started");
            let tables = run(&folder, jobs).expect("written");
            folder.files().write(MANIFEST, b"{}").expect("a manifest");
            folder.finish().expect("complete");
            tables
        }

        #[test]
        fn tables_become_files() {
            let scratch = Scratch::new("tables-files");
            let whole = scratch.join("toy-1");
            let tables = output(&whole, 200_000);
            let rows: Vec<(&str, u64)> = tables.iter().map(|table| (table.name, table.rows)).collect();
            assert_eq!(rows, [("jobs", 200_000), ("checks", 66_667), ("disputes", 0)]);
            let groups = |name: &str| parquet::groups(&whole.join(file_name(name)));
            assert_eq!(groups("jobs"), Ok(vec![ROWS, ROWS, ROWS, 200_000 - 3 * ROWS]));
            assert_eq!(groups("checks"), Ok(vec![ROWS, 66_667 - ROWS]));
            assert_eq!(groups("disputes"), Ok(vec![]));
            for table in &tables {
                let path = whole.join(&table.file.path);
                let bytes = fs::read(&path).expect("the file");
                assert_eq!(table.file.bytes, bytes.len() as u64);
                assert_eq!(table.file.hash, crate::engine::hash::hash_hex(&bytes));
                let pairs = parquet::metadata(&path).expect("pairs");
                assert_eq!(Identity::from_pairs(&pairs), Ok((identity(), table.name.to_string())));
            }
            let columns = parquet::read(&whole.join("jobs.parquet"), &["asked_ns", "price", "method"]).expect("read");
            for job in 0..200_000 {
                let price = (job % 11 > 0).then(|| 1.0 / (job % 11) as f64);
                assert_eq!(columns[0].number(job), Some(job as f64 * 1_000.0));
                assert_eq!(columns[1].number(job), price);
                assert_eq!(columns[2].text(job), ["none", "tee", "replay"].get(job % 4).copied());
            }
        }

        /// Waits after each batch until the writer has handed it back, so that every batch but the first is used again.
        struct Patient(TableWriter);

        impl Sink for Patient {
            fn batch(&mut self, table: &'static str, batch: Batch) -> Batch {
                let next = self.0.batch(table, batch);
                self.0.spare.push(self.0.emptied.recv().expect("the writer goes on"));
                next
            }
        }

        /// Batches used again and batches made anew give the same bytes.
        #[test]
        fn bytes_do_not_depend_on_timing() {
            let scratch = Scratch::new("tables-timing");
            let hurried = output(&scratch.join("hurried-1"), 300_000);
            let folder = Folder::create(&scratch.join("patient-1")).expect("started");
            let mut patient = Patient(TableWriter::start(folder.files(), &identity()).expect("a writer"));
            fill(300_000, &mut patient);
            assert_eq!(patient.0.spare.len(), 3, "two batches per table took turns, and one of each is here");
            assert_eq!(patient.0.finish().expect("written"), hurried);
        }

        /// Wherever the disk fills the run ends in an error that names a file, and nothing is left.
        #[test]
        fn a_full_disk_leaves_nothing() {
            let scratch = Scratch::new("tables-full");
            let whole = scratch.join("toy-1");
            let needed: u64 = output(&whole, 3_000).iter().map(|table| table.file.bytes).sum();
            fs::remove_dir_all(&whole).expect("removed");
            for space in (0..needed).step_by(251).chain(needed - 9..needed) {
                let folder = Folder::create_with(&whole, Replace::Nothing, full_after(space)).expect("started");
                let error = run(&folder, 3_000).expect_err("a full disk");
                // The error is that of the disk, and not what a library makes of it.
                assert_eq!(error.cause.kind(), std::io::ErrorKind::StorageFull, "{error}");
                let error = error.to_string();
                assert!(error.starts_with("cannot write `") && error.contains(".parquet`: "), "{error}");
                assert!(!error.contains("specification"), "{error}");
                drop(folder);
                assert!(scratch.names().is_empty(), "{space} of {needed} bytes");
            }
            let folder = Folder::create_with(&whole, Replace::Nothing, full_after(needed)).expect("started");
            run(&folder, 3_000).expect("enough space");
        }

        /// A long run on a full disk learns of it while it runs, and is not held up by a writer that has given up.
        #[test]
        fn a_failure_shows_early() {
            let scratch = Scratch::new("tables-early");
            let folder =
                Folder::create_with(&scratch.join("toy-1"), Replace::Nothing, full_after(1_000)).expect("started");
            let mut sink = TableWriter::start(folder.files(), &identity()).expect("a writer");
            let mut rows = Rows::new(&JOBS);
            let mut job = 0;
            while !sink.failed() {
                assert!(job < 20 * ROWS as u64, "the failure never shows");
                rows.push(&job, &mut sink);
                job += 1;
            }
            (0..3 * ROWS as u64).for_each(|job| rows.push(&job, &mut sink));
            rows.finish(&mut sink);
            assert!(sink.finish().is_err());
        }

        #[test]
        fn a_sink_may_be_given_up() {
            let scratch = Scratch::new("tables-dropped");
            let folder = Folder::create(&scratch.join("toy-1")).expect("started");
            let mut sink = TableWriter::start(folder.files(), &identity()).expect("a writer");
            let mut rows = Rows::new(&JOBS);
            (0..2 * ROWS as u64).for_each(|job| rows.push(&job, &mut sink));
            drop(sink);
            drop(folder);
            assert!(scratch.names().is_empty());
        }
    }
}
