//! Mistakes in a study, shown where they were written.

use std::fs;
use std::path::Path;

use reliance::study::Study;

use super::{GRID, Place};

/// The studies that come with the project can be run, and say what they ask.
#[test]
fn the_studies_that_ship_are_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/studies");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let study = Study::load(&path, None).unwrap_or_else(|problems| panic!("{problems}"));
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(study.table.name, stem);
        assert!(study.table.question.ends_with('?'), "{stem}");
        count += 1;
    }
    assert!(count >= 2);
}

/// What a person is told of a study.
fn told(name: &str, study: &str) -> String {
    let place = Place::new(&format!("mistake-{name}"), study);
    let folder = format!("{}/", place.0.display());
    let problems = Study::load(&place.join("study.toml"), None).unwrap_err();
    fs::remove_dir_all(&place.0).unwrap();
    problems.to_string().replace(&folder, "")
}

#[test]
fn a_path_that_leads_nowhere() {
    let study = GRID.replace("poisson.rate\"", "poisson.rte\"").replace("baseline = { rate", "baseline = { rte");
    let expected = "\
error: unknown key `rte`
  --> study.toml:9:8
   |
 9 | path = \"demand.sources[0].arrivals.poisson.rte\"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: did you mean `rate`?";
    assert_eq!(told("path", &study), expected);
    let study = GRID.replace("demand.sources[0]", "demand.sorces[0]");
    assert!(told("array", &study).ends_with("help: did you mean `demand.sources[0].arrivals.poisson.rate`?"));
}

#[test]
fn a_value_of_the_wrong_kind() {
    let expected = "\
error: `soon` is not a duration
  --> study.toml:14:19
   |
14 | values = [\"0.8s\", \"soon\"]
   |                   ^^^^^^
   = note: the study sets `classes.job.work.mean=\"soon\"`
   = help: write a number and a unit (ns, us, ms, s, min, h, d), such as `250ms`";
    assert_eq!(told("value", &GRID.replace("\"1s\"", "\"soon\"")), expected);
}

#[test]
fn an_empty_range() {
    let range = "range = { from = \"0.8/s\", to = \"0.2/s\", count = 3 }";
    let study = GRID.replace("values = [\"0.3/s\", \"0.5/s\", \"0.7/s\"]", range);
    let expected = "\
error: an empty range: `0.2` is not beyond `0.8`
  --> study.toml:10:32
   |
10 | range = { from = \"0.8/s\", to = \"0.2/s\", count = 3 }
   |                                ^^^^^^^
   = help: write the lower end as `from`";
    assert_eq!(told("range", &study), expected);
    assert!(told("none", &GRID.replace("[\"0.3/s\", \"0.5/s\", \"0.7/s\"]", "[]")).contains("has no points"));
}

#[test]
fn several_at_once() {
    let study = GRID.replace("wait_mean_s", "wait_mean").replace("rate = \"0.3/s\"", "rate = \"0.4/s\", speed = 1");
    let told = told("several", &study);
    for line in [
        "error: the summary has no column `wait_mean`",
        "   = help: did you mean `wait_mean_s`?",
        "error: the axis `rate` has no value `0.4/s`",
        "error: there is no axis `speed`",
        "3 problems in study.toml",
    ] {
        assert!(told.lines().any(|other| other == line), "{line}\n\n{told}");
    }
}

#[test]
fn designs_and_replications_that_cannot_be() {
    let search = "design = { frontier = { axis = \"rate\", level = 1.0 } }";
    for (name, from, to, message) in [
        ("seed", "classes.job.work.mean", "seed", "the seed is no axis: all points share their random numbers"),
        ("fixed", "fixed = 4", "fixed = 0", "a point is run at least once"),
        (
            "unit",
            "values = [\"0.8s\", \"1s\"]",
            "range = { from = \"1s\", to = \"9ms\", count = 2 }",
            "the ends have the units `s` and `ms`",
        ),
        ("search", "chunk = 3", search, "the axis `rate` is searched, so it has a `range`"),
        ("many", "fixed = 4", "fixed = 100_000_000", "100 000 000 runs of every point"),
        ("most", "fixed = 4", "fixed = 1_000_000", "6 points, each run 1 000 000 times, are more than 1 000 000 runs"),
        (
            "count",
            "values = [\"0.8s\", \"1s\"]",
            "range = { from = \"1s\", to = \"9s\", count = 4_000_000_000 }",
            "a range of 4 000 000 000 numbers",
        ),
        ("sobol", "chunk = 3", "design = { sobol = { points = 0 } }", "a design of `0` points"),
        (
            "table",
            "chunk = 3",
            "design = { table = { points = [[1]] } }",
            "the axis `rate` has values, and the table lists them too",
        ),
        ("key", "chunk = 3", "chunks = 3", "unknown key `chunks`"),
        ("base", "base.toml", "bse.toml", "there is no scenario"),
    ] {
        assert!(GRID.contains(from));
        let told = told(name, &GRID.replace(from, to));
        assert!(told.starts_with(&format!("error: {message}")), "{told}");
        assert!(told.contains("--> study.toml:"), "{told}");
    }
}
