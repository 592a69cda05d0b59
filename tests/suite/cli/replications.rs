//! `run --replications`: the same runs as one by one, means with intervals over them, the same bytes from any number of threads.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::desk::{Desk, code, digest, json, said};
use reliance::engine::hash::Hasher128;
use reliance::parquet;

const TABLES: [&str; 3] = ["replications.parquet", "replications_by_class.parquet", "intervals.parquet"];

/// The 97.5 % quantile of Student's law with two degrees of freedom.
const STUDENT_2: f64 = 4.302_652_729_911_275;

/// Two classes of job and no check: many fates never happen.
const SHOP: &str = r#"
name = "shop"
question = "who waits?"
seed = 1
horizon = "20min"
[models.plain]
[classes.quick]
work = { law = "exponential", mean = "1s" }
value = { law = "lognormal", median = "0.01", sigma = 1.0 }
[classes.slow]
work = { law = "exponential", mean = "5s" }
value = { law = "lognormal", median = "0.05", sigma = 1.0 }
[[demand.sources]]
name = "people"
mix = { quick = 0.7, slow = 0.3 }
arrivals = { rule = "poisson", poisson = { rate = "1/s" } }
[[nodes]]
name = "servers"
count = 4
price = { law = "uniform", min = "0.0005", max = "0.004" }
"#;

fn desk(name: &str) -> Desk {
    let desk = Desk::new(name);
    fs::write(desk.path("shop.toml"), SHOP).expect("a file");
    desk
}

#[test]
fn replications_are_the_runs_they_name() {
    let desk = desk("replications-runs");
    let all = json(&desk.print("run shop.toml --replications 3 --format json"));
    let runs: Vec<Value> = ["1", "1/1", "1/2"]
        .iter()
        .map(|seed| json(&desk.print(&format!("run shop.toml --seed {seed} --format json"))))
        .collect();
    let mut hasher = Hasher128::new();
    runs.iter().for_each(|run| hasher.update(format!("{}\n", run["digest"].as_str().expect("a digest")).as_bytes()));
    assert_eq!(all["digest"], hasher.hex());
    for measure in ["response_mean_s", "jobs", "final_right_share", "node_income", "response_p95_ns"] {
        let values: Vec<f64> = runs.iter().map(|run| run[measure].as_f64().expect("a number")).collect();
        let mean = values.iter().sum::<f64>() / 3.0;
        let deviation = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / 2.0).sqrt();
        let found = &all["measures"][measure];
        let near = |key: &str, expected: f64| {
            let found = found[key].as_f64().expect("a number");
            assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{key} of {measure}: {found}, not {expected}");
        };
        near("mean", mean);
        near("half_width", STUDENT_2 * deviation / 3.0_f64.sqrt());
        assert_eq!(found["n"], 3);
    }
    let charged = |run: &Value| run["charged"].as_f64().unwrap() / run["jobs"].as_f64().unwrap();
    let mean = runs.iter().map(charged).sum::<f64>() / 3.0;
    assert!((all["measures"]["charged_per_job"]["mean"].as_f64().unwrap() - mean).abs() < 1e-12);
    let classes: Vec<&String> = all["classes"].as_object().expect("classes").keys().collect();
    assert_eq!(classes, ["quick", "slow"]);
    let jobs = |of: &Value| of["jobs"]["mean"].as_f64().unwrap();
    let sum = jobs(&all["classes"]["quick"]) + jobs(&all["classes"]["slow"]);
    assert!((sum - jobs(&all["measures"])).abs() < 1e-9, "each job is of one class");
    let head = ["scenario", "seed", "replications", "version"].map(|key| all[key].to_string());
    assert_eq!(head, ["\"shop\"", "1", "3", &format!("\"{}\"", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let desk = desk("replications-threads");
    let first = desk.print("run shop.toml --replications 5 --jobs 1 --out one");
    for (jobs, folder) in [(2, "two"), (7, "seven")] {
        assert_eq!(desk.print(&format!("run shop.toml --replications 5 --jobs {jobs} --out {folder}")), first);
        for table in TABLES {
            let bytes = |folder: &str| fs::read(desk.path(folder).join(table)).expect("a table");
            assert!(bytes("one") == bytes(folder), "{table} of {jobs} threads differs");
        }
    }
    let rows = TABLES.map(|table| parquet::rows(&desk.path("one").join(table)).expect("a table"));
    assert_eq!(rows[..2], [5, 10]);
    let manifest = json(&fs::read_to_string(desk.path("one/manifest.json")).expect("a manifest"));
    assert_eq!(manifest["circumstances"]["digest"], digest(&first));
    assert_eq!(manifest["circumstances"]["tables"][0]["rows"], rows[2]);
}

/// Whether a measure is a share by its name.
fn is_share(name: &str) -> bool {
    name.ends_with("_share") || name.ends_with("utilisation")
}

#[test]
fn what_never_happened_has_a_bound_and_shares_stay_shares() {
    let desk = desk("replications-rare");
    let text = desk.print("run shop.toml --replications 20 --out all");
    let all = json(&desk.print("run shop.toml --replications 20 --format json --out all"));
    let classes = all["classes"].as_object().expect("classes").values();
    let mut unseen = 0;
    for measures in std::iter::once(&all["measures"]).chain(classes) {
        let jobs = measures["jobs"]["mean"].as_f64().expect("jobs");
        for (name, measure) in measures.as_object().expect("measures") {
            let [low, high] = ["low", "high"].map(|end| measure[end].as_f64());
            assert_ne!(measure["half_width"].as_f64(), Some(0.0), "{name} claims to be known exactly");
            if is_share(name) {
                assert!(low.unwrap_or(0.0) >= 0.0 && high.unwrap_or(1.0) <= 1.0, "{name}: {measure}");
            }
            if name.starts_with("fate_") && measure["mean"] == 0.0 {
                unseen += 1;
                // None in 20 runs: 1 − 0.05^{1/20} of the runs, one job in each.
                let one = if is_share(name) { 1.0 / jobs } else { 1.0 };
                let bound = 0.139_108_340_668_265_16 * one;
                assert!((high.expect("a bound") / bound - 1.0).abs() < 1e-9 && low == Some(0.0), "{name}: {measure}");
                assert!(measure["half_width"].is_null() && measure["method"] == "unseen", "{name}: {measure}");
            }
        }
    }
    assert!(unseen > 10, "{unseen} fates that never happened");
    assert!(!text.contains('±') && !text.contains("0.000 to 0.000"), "{text}");
    let line =
        |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(line("late").contains("none    < 0.0"), "{text}");
    assert!(line("final-right").contains(" to ") && text.contains("fewer than 13.9 % of runs"), "{text}");
    assert!(text.starts_with("shop · seed 1 · 20 replications · "), "{text}");
    assert!(text.lines().count() < 60 && text.lines().all(|line| line.chars().count() <= 125), "{text}");
    let page = desk.print("run shop.toml --replications 20 --format md --out all");
    assert!(page.contains("| charged_per_job |") && page.contains("### slow"), "{page}");
}

#[test]
fn replications_have_a_folder_and_a_page() {
    let desk = desk("replications-page");
    desk.print("run shop.toml --replications 2");
    assert!(desk.path("output/shop-1-x2/replications.parquet").is_file(), "{:?}", desk.names());
    desk.print("run shop.toml --replications 2 --seed 7 --set horizon=10min");
    let tail = desk.names().into_iter().find_map(|name| name.strip_prefix("output/shop-7-x2-").map(str::to_owned));
    assert_eq!(tail.expect("six digits of the identity").len(), 6);
    if cfg!(feature = "chart") {
        desk.print("report output/shop-1-x2");
        let page = fs::read_to_string(desk.path("output/shop-1-x2/report.html")).expect("a page");
        let shown = [
            "<title>shop · seed 1</title>",
            "2 replications, 0 to 1, of one seed",
            "who waits?",
            "95 % interval",
            "final-right",
            "slow",
            "&lt; ",
        ];
        for words in shown {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains('±'), "an interval is written by its ends");
        let said = desk.fail("chart output/shop-1-x2", 2);
        assert!(said.contains("replications") && said.contains("help: "), "{said}");
    }
}

#[test]
fn what_replications_cannot_do_is_refused() {
    let desk = desk("replications-refused");
    desk.print("run shop.toml --until 10min --save a.run");
    for words in [
        "run --from a.run --replications 3",
        "run shop.toml --until 1min --save b.run --replications 3",
        "run shop.toml --replications 3 --until 1min",
    ] {
        let said = desk.fail(words, 2);
        assert!(said.contains("cannot be used with"), "{words}: {said}");
    }
    for count in ["0", "1", "10001", "-3", "many"] {
        let said = desk.fail(&format!("run shop.toml --replications={count}"), 2);
        assert!(said.contains("--replications"), "{count}: {said}");
    }
    assert!(desk.fail("run shop.toml --jobs 2", 2).contains("--replications"), "threads are for replications");
    let said = desk.fail("run shop.toml --seed 1/3 --replications 3", 2);
    assert!(said.contains("help: write `--seed 1`"), "{said}");
    assert!(desk.names().iter().all(|name| !name.starts_with("output")), "{:?}", desk.names());
}

/// Years of a quiet market are ended by an interrupt in the middle of a replication.
#[cfg(unix)]
#[test]
fn interrupted_replications_leave_nothing() {
    let desk = desk("replications-interrupted");
    let words = "run shop.toml --set horizon=2000d --replications 4";
    let child = desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary");
    std::thread::sleep(Duration::from_millis(1_500));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a kill");
    assert!(sent.success());
    let out = child.wait_with_output().expect("an end");
    assert_eq!((code(&out), out.stdout.len()), (1, 0), "{}", said(&out));
    assert!(said(&out).contains("stopped; nothing was written"), "{}", said(&out));
    assert_eq!(desk.names(), ["output", "shop.toml"], "nothing is left");
}
