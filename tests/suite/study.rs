//! Studies: the same bytes whoever does the work, whatever interrupts it, and numbers that are right as often as they say.

mod classes;
#[cfg(feature = "cli")]
mod command;
mod coverage;
mod designs;
mod drivers;
mod forks;
mod mistakes;
mod money;
mod pass_through;
mod plan;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use reliance::engine::random::Seed;
use reliance::study::course::{Course, Measured};
use reliance::study::drive::Driver;
use reliance::study::engine::local::Local;
use reliance::study::folder::Folder;
use reliance::study::work::{Prepared, Runner, run_one};
use reliance::study::{Study, StudyError};

/// One node and one Poisson source; a point takes a few milliseconds.
const BASE: &str = r#"
name = "queue"
horizon = "2_000s"
warm-up = "200s"
[models.plain]
[classes.job]
work = { law = "exponential", mean = "1s" }
[[demand.sources]]
name = "everyone"
class = "job"
arrivals = { rule = "poisson", poisson = { rate = "0.5/s" } }
[[nodes]]
name = "server"
count = 1
"#;

/// Three rates by two speeds.
const GRID: &str = r#"
name = "loads"
base = "base.toml"
measures = ["wait_mean_s", "served = fate_final_right / jobs"]
replications = { fixed = 4 }
baseline = { rate = "0.3/s" }
chunk = 3
[[axes]]
path = "demand.sources[0].arrivals.poisson.rate"
values = ["0.3/s", "0.5/s", "0.7/s"]
[[axes]]
path = "classes.job.work.mean"
name = "work"
values = ["0.8s", "1s"]
"#;

/// Runs copied at three instants; in one branch the server is slower for a while.
const FORKED: &str = r#"
name = "forked"
base = "base.toml"
measures = ["waiting_mean", "executing_mean", "begun = started / asked"]
replications = { fixed = 8 }
chunk = 1
[design.fork]
instants = { drawn = { count = 3, from = "300s", to = "1_500s" } }
span = "200s"
bin = "50s"
[[branches]]
name = "slow"
set = { "nodes[server].speed" = { law = "constant", value = 0.5 } }
for = "100s"
[[branches]]
name = "nothing"
"#;

/// A folder of its own with a base scenario and a study.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new(name: &str, study: &str) -> Place {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("study-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("base.toml"), BASE).unwrap();
        fs::write(path.join("study.toml"), study).unwrap();
        Place(path)
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn study(&self) -> Study {
        Study::load(&self.join("study.toml"), None).unwrap()
    }

    pub(super) fn open(&self, name: &str, study: &Study) -> Result<Folder, StudyError> {
        Folder::open(&self.join(name), study, || 3, false)
    }
}

/// Does all the work of a study.
pub(super) fn drive<'s>(study: &'s Study, folder: &Folder, jobs: usize, runner: &Runner<'_>) -> Course<'s> {
    let stop = AtomicBool::new(false);
    Driver { study, folder, runner, stop: &stop, watch: &() }.run(&Local::new(jobs).unwrap()).unwrap()
}

/// The chunks of a study by name.
fn chunks(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder.join("chunks")).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap())).collect()
}

/// Every measure in order.
fn values(course: &Course) -> Vec<Vec<f64>> {
    (0..course.points().len()).map(|point| course.values(point, 0)).collect()
}

/// A runner that counts.
fn counting(count: &std::sync::atomic::AtomicU64) -> impl Fn(&Study, &Prepared, Seed) -> Result<Measured, String> + '_ {
    move |study, prepared, seed| {
        count.fetch_add(1, Ordering::Relaxed);
        run_one(study, prepared, seed)
    }
}
