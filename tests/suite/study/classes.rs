//! Studies by class of job: measures that name a class, tables with a row for each, and a dictionary that knows every column.

use std::fs;

use reliance::study::work::run_one;

use super::{BASE, Place, drive};

/// A second class of longer jobs.
const OTHER: &str = r#"
[classes.long]
work = { law = "exponential", mean = "2s" }
[[demand.sources]]
name = "others"
class = "long"
arrivals = { rule = "poisson", poisson = { rate = "0.05/s" } }
"#;

/// Two rates; measures of the whole, of one class and of each.
const STUDY: &str = r#"
name = "loads"
base = "base.toml"
measures = [
    "jobs",
    "long.jobs",
    "all = (job.jobs + long.jobs) / jobs",
    "*.response_mean_s",
    "served = *.fate_final_right / *.jobs",
]
replications = { fixed = 3 }
baseline = { rate = "0.3/s" }
[[axes]]
path = "demand.sources[0].arrivals.poisson.rate"
values = ["0.3/s", "0.5/s"]
"#;

fn place(name: &str) -> Place {
    let place = Place::new(&format!("classes-{name}"), STUDY);
    fs::write(place.join("base.toml"), format!("{BASE}{OTHER}")).unwrap();
    place
}

#[test]
fn a_measure_names_a_class_or_every_class() {
    let place = place("measures");
    let study = place.study();
    let names: Vec<&str> = study.measures.iter().map(|measure| measure.name.as_str()).collect();
    let expected =
        ["jobs", "long_jobs", "all", "job_response_mean_s", "long_response_mean_s", "job_served", "long_served"];
    assert_eq!(names, expected);
    let views = study.by_class();
    assert_eq!(views.iter().map(|view| view.class.as_str()).collect::<Vec<_>>(), ["job", "long"]);
    assert!(views.iter().all(|view| view.stems == ["response_mean_s", "served"]));
    let folder = place.open("out", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    for point in 0..2 {
        assert_eq!(course.values(point, 2), [1.0; 3], "all jobs are of one of the classes");
        assert!(course.values(point, 1).iter().all(|jobs| (50.0..140.0).contains(jobs)), "0.05/s over 1800 s");
        let (job, long) = (course.values(point, 3), course.values(point, 4));
        assert!(job.iter().zip(&long).all(|(job, long)| job < long), "longer jobs take longer: {job:?} {long:?}");
    }
}

#[test]
fn a_class_that_is_not_there_is_shown() {
    let place = place("mistakes");
    fs::write(place.join("study.toml"), STUDY.replace("\"long.jobs\"", "\"lon.jobs\"")).unwrap();
    let told = reliance::study::Study::load(&place.join("study.toml"), None).unwrap_err().to_string();
    assert!(told.starts_with("error: there is no class `lon`\n"), "{told}");
    assert!(told.contains("study.toml:6:5\n") && told.contains("^^^^^^^^^^"), "{told}");
    assert!(told.contains("= help: did you mean `long`?"), "{told}");
    fs::write(place.join("study.toml"), STUDY.replace("    \"jobs\",\n", "")).unwrap();
    assert!(reliance::study::Study::load(&place.join("study.toml"), None).is_ok(), "one class may be judged");
    let every = STUDY.replace("    \"jobs\",\n    \"long.jobs\",", "    \"*.jobs\",");
    fs::write(place.join("study.toml"), every).unwrap();
    let told = reliance::study::Study::load(&place.join("study.toml"), None).unwrap_err().to_string();
    assert!(told.starts_with("error: the first measure is judged, so it is one\n"), "{told}");
}

#[cfg(feature = "cli")]
mod merged {
    use std::collections::BTreeMap;
    use std::process::Command;

    use reliance::parquet::{self, Kind};
    use reliance::record::columns::TableDescription;
    use reliance::study::dictionary as study_tables;

    use super::super::FORKED;
    use super::super::pass_through::{COUPLED, CUT};
    use super::*;

    fn merge(place: &Place) {
        let output = Command::new(env!("CARGO_BIN_EXE_reliance"))
            .current_dir(&place.0)
            .args(["study", "run", "study.toml", "--out", "out"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn tables_by_class_have_a_row_for_each() {
        let place = place("tables");
        merge(&place);
        let read = |table: &str, names: &[&str]| parquet::read(&place.join("out").join(table), names).unwrap();
        let rows = |table: &str| parquet::rows(&place.join("out").join(format!("{table}.parquet"))).unwrap();
        let tables = ["points", "points_by_class", "means", "means_by_class", "differences", "differences_by_class"];
        assert_eq!(tables.map(rows), [6, 12, 2, 4, 1, 2]);
        let runs = read("points_by_class.parquet", &["point", "replication", "class", "served", "response_mean_s"]);
        let means = read("means_by_class.parquet", &["point", "class", "served_mean", "served_n"]);
        let differences = read("differences_by_class.parquet", &["class", "served_difference"]);
        for (row, class) in [(0, "job"), (1, "long"), (2, "job"), (3, "long")] {
            assert_eq!(means[1].text(row), Some(class));
            let own = |run: &usize| runs[0].number(*run) == means[0].number(row) && runs[2].text(*run) == Some(class);
            let served: Vec<f64> = (0..12).filter(own).map(|run| runs[3].number(run).unwrap()).collect();
            assert_eq!(served.len(), 3);
            let mean = served.iter().sum::<f64>() / 3.0;
            assert!((means[2].number(row).unwrap() - mean).abs() < 1e-12, "{class}");
        }
        for row in 0..2 {
            let expected = means[2].number(2 + row).unwrap() - means[2].number(row).unwrap();
            assert!((differences[1].number(row).unwrap() - expected).abs() < 1e-12, "differences of means");
        }
    }

    /// Every column of every table that a study can leave has its entry, of its type.
    #[test]
    fn no_column_without_an_entry() {
        let grid = place("dictionary-grid");
        let search = place("dictionary-search");
        let line = "design = { frontier = { axis = \"rate\", level = 500.0, resolution = 0.25 } }";
        let text = STUDY.replace("baseline = { rate = \"0.3/s\" }", line);
        let text = text.replace("values = [\"0.3/s\", \"0.5/s\"]", "range = { from = \"0.1/s\", to = \"0.5/s\" }")
            + "[[axes]]\nname = \"slow\"\npath = \"classes.long.work.mean\"\nvalues = [\"1s\", \"2s\"]\n";
        fs::write(search.join("study.toml"), text).unwrap();
        let entries: BTreeMap<&str, TableDescription> =
            study_tables::all().into_iter().map(|table| (table.name, table)).collect();
        let mut met = BTreeMap::new();
        let forks = place("dictionary-forks");
        let axis = "[[axes]]\nname = \"slow\"\npath = \"classes.long.work.mean\"\nvalues = [\"1s\", \"2s\"]\n";
        let claim = "[[false-if]]\nwhen = \"begun < 0\"\n";
        fs::write(forks.join("study.toml"), format!("{FORKED}{axis}{claim}")).unwrap();
        let passed = place("dictionary-passed");
        fs::write(passed.join("shop.toml"), COUPLED.replace("OVERHEAD", "0")).unwrap();
        let axis = "[[axes]]\nname = \"slow\"\npath = \"classes.job.work.mean\"\nvalues = [\"8s\", \"10s\"]\n";
        fs::write(passed.join("study.toml"), CUT.replace("fixed = 12", "fixed = 2") + axis).unwrap();
        for place in [&grid, &search, &forks, &passed] {
            merge(place);
            let study = place.study();
            let axes: Vec<String> = study.columns().into_iter().map(str::to_owned).collect();
            let stems: Vec<String> = study.measures.iter().map(|measure| measure.stem.clone()).collect();
            for entry in fs::read_dir(place.join("out")).unwrap().map(|entry| entry.unwrap().path()) {
                let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
                if entry.extension().is_none_or(|end| end != "parquet") {
                    continue;
                }
                let table = entries.get(name.as_str()).unwrap_or_else(|| panic!("no entry for the table `{name}`"));
                for (column, kind) in parquet::schema(&entry).unwrap() {
                    // The columns that a pattern stands for.
                    let stands = |pattern: &str| {
                        let of = |word: &str, names: &[String]| {
                            names.iter().any(|name| pattern.replace(word, name) == column)
                        };
                        pattern == column
                            || pattern == "AXIS" && axes.contains(&column)
                            || pattern.starts_with("SEARCHED") && of("SEARCHED", &["rate".to_owned()])
                            || pattern.starts_with("MEASURE") && of("MEASURE", &stems)
                    };
                    // The axis that is searched is no other: patterns of it stand after that of axes.
                    let found = table.columns.iter().rev().find(|known| stands(known.name));
                    let found = found.unwrap_or_else(|| panic!("no entry for `{name}.{column}`"));
                    assert!(found.kind == kind || found.name == "AXIS" && kind == Kind::F64, "{name}.{column}");
                    assert!(!found.meaning.is_empty());
                    met.entry(name.clone()).or_insert_with(Vec::new).push(found.name);
                }
            }
        }
        for (name, table) in &entries {
            let met = &met[*name];
            let unmet: Vec<&str> =
                table.columns.iter().map(|column| column.name).filter(|own| !met.contains(own)).collect();
            assert!(unmet.is_empty(), "declared and never written: {name} {unmet:?}");
        }
    }
}
