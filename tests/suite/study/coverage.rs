//! Intervals are right as often as they say: the wait of M/M/1 in 400 macro-replications.

use reliance::stats::interval::replication_interval;
use reliance::study::work::run_one;

use super::{Place, drive};

/// One point; macro-replication m takes replications 20 m to 20 m + 19.
const STUDY: &str = r#"
name = "coverage"
base = "base.toml"
seed = 1
measures = ["wait_mean_s"]
replications = { fixed = 8_000 }
chunk = 200
[[axes]]
path = "horizon"
values = ["4_200s"]
[[axes]]
path = "drain"
values = [true]
"#;

/// At load 0.5 and a mean of 1 s the wait in line is λ/(μ(μ − λ)) = 1 s. The share covered by 95 % intervals of 20
/// replications lies in 92 to 97.5 %, about the 99 % band of 400 trials; fixed before the test was first run.
#[test]
fn intervals_of_the_wait_cover_the_truth() {
    let place = Place::new("coverage", STUDY);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let waits = course.values(0, 0);
    assert_eq!(waits.len(), 8_000);
    let covered = waits.chunks(20).filter(|runs| replication_interval(runs, 0.95).unwrap().contains(1.0)).count();
    let share = covered as f64 / 400.0;
    assert!((0.92..=0.975).contains(&share), "covered {share}");
}
