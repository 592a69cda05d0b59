//! The command `study`: the same tables from any number of jobs and after any number of deaths.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use reliance::engine::random::{KeyedRng, RandomSource, Seed, key};
use reliance::parquet;

use super::{FORKED, GRID, Place};

const TABLES: [&str; 3] = ["points.parquet", "means.parquet", "differences.parquet"];

fn reliance(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reliance"));
    command.current_dir(&place.0).args(arguments).stdin(Stdio::null());
    command
}

fn run(place: &Place, arguments: &[&str]) -> Output {
    reliance(place, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn tables(folder: &Path) -> Vec<Vec<u8>> {
    TABLES.map(|table| fs::read(folder.join(table)).unwrap()).to_vec()
}

/// Every table of a folder by its name.
fn all_tables(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".parquet")).collect();
    names.sort();
    assert!(names.len() >= 3, "{names:?}");
    names.into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn one_job_and_two_write_the_same_tables() {
    let place = Place::new("jobs", GRID);
    let outputs = ["1", "2"].map(|jobs| {
        let output = run(&place, &["study", "run", "study.toml", "--jobs", jobs, "--out", jobs]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    });
    assert_eq!(outputs[0], outputs[1], "standard output is reproducible");
    assert_eq!(tables(&place.join("1")), tables(&place.join("2")));
    let digest = outputs[0].lines().last().unwrap();
    assert!(digest.starts_with("digest ") && digest.len() == 7 + 32, "{digest}");
    let rows = ["points", "means", "differences"]
        .map(|table| parquet::rows(&place.join("1").join(format!("{table}.parquet"))).unwrap());
    assert_eq!(rows, [24, 6, 4]);
    let manifest = reliance::output::manifest::Manifest::read(&place.join("1")).unwrap();
    assert_eq!(format!("digest {}", manifest.circumstances.digest), digest);
    assert_eq!(manifest.identity, place.study().identity());
}

/// A point whose mean is still too wide after the most runs says so, in a column and in a line; one that is narrow does not.
#[test]
fn a_sequential_study_says_why_it_stopped() {
    let head = "replications = { sequential = { first = 2, wave = 1, most = MOST, relative = RELATIVE } }";
    for (most, relative, expected) in [("4", "0.000_1", "most"), ("40", "0.99", "met")] {
        let sequential = head.replace("RELATIVE", relative).replace("MOST", most);
        let place =
            Place::new(&format!("stopped-{expected}"), &GRID.replace("replications = { fixed = 4 }", &sequential));
        let output = run(&place, &["study", "run", "study.toml", "--out", "out"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        let unmet = printed.lines().filter(|line| line.ends_with("%: wished 0.01 %, not met after the most")).count();
        let rows = parquet::rows(&place.join("out").join("means.parquet")).unwrap();
        assert_eq!(unmet, if expected == "most" { rows } else { 0 }, "{printed}");
        let stopped = parquet::read(&place.join("out").join("means.parquet"), &["stopped"]).unwrap();
        assert!((0..rows).all(|row| stopped[0].text(row) == Some(expected)), "{expected}: {stopped:?}");
    }
    let fixed = Place::new("stopped-fixed", GRID);
    assert!(run(&fixed, &["study", "run", "study.toml", "--out", "out"]).status.success());
    let stopped = parquet::read(&fixed.join("out").join("means.parquet"), &["stopped"]).unwrap();
    assert!((0..stopped[0].len()).all(|row| stopped[0].is_null(row)), "a fixed number has no reason");
    // A share whose plain interval reaches beyond 1 has one that does not.
    let columns = ["served_mean", "served_half_width", "served_low", "served_high"];
    let served = parquet::read(&fixed.join("out").join("means.parquet"), &columns).unwrap();
    let at = |column: usize, row: usize| match &served[column].data {
        parquet::Data::F64(values) => values[row],
        _ => unreachable!("numbers"),
    };
    let beyond = (0..served[0].len()).filter(|&row| at(0, row) + at(1, row) > 1.0).count();
    assert!(beyond > 0, "some plain interval is impossible");
    for row in 0..served[0].len() {
        assert!(0.0 < at(2, row) && at(2, row) < at(0, row) && at(0, row) < at(3, row) && at(3, row) < 1.0, "{row}");
    }
}

/// So many deaths.
const KILLS: u64 = 20;

/// The work is killed with signal 9 at moments drawn from a fixed seed, and taken up again each time; what is left in the end
/// is what would have been. A process counts as killed where it ended by that signal, not by itself.
#[cfg(unix)]
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "kills are spread over as long as the work takes here; no result depends on it"
)]
#[allow(clippy::disallowed_macros, reason = "who reads the log wants to see the kills")]
fn a_study_killed_twenty_times_resumes_to_the_same_bytes() {
    use std::os::unix::process::ExitStatusExt;
    let grid = GRID.replace("fixed = 4", "fixed = 320").replace("chunk = 3", "chunk = 16");
    let forked = FORKED.replace("fixed = 8", "fixed = 960").replace("chunk = 1", "chunk = 8");
    for (name, long) in [("killed", grid), ("killed-forks", forked)] {
        let place = Place::new(name, &long);
        let began = Instant::now();
        let whole = run(&place, &["study", "run", "study.toml", "--jobs", "2", "--out", "whole"]);
        assert!(whole.status.success(), "{}", text(&whole.stderr));
        let once = began.elapsed();
        let resume = || {
            let mut command = reliance(&place, &["study", "run", "study.toml", "--jobs", "2", "--out", "killed"]);
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
        };
        let (mut moments, mut kills, mut early, mut done) =
            (KeyedRng::new(key(Seed::from(1), 0, 0, 0, 0)), 0, 0, Vec::new());
        while kills < KILLS {
            let mut child = resume();
            // From the first instant, before there is a folder, to a twentieth of the whole work on this machine as it is now.
            std::thread::sleep(once.mul_f64(0.05 * moments.unit()));
            child.kill().unwrap();
            let status = child.wait().unwrap();
            match status.signal() {
                Some(signal) => assert_eq!(signal, 9),
                None => panic!("the study was over after {kills} kills: {status}"),
            }
            kills += 1;
            let chunks = fs::read_dir(place.join("killed/chunks")).map_or(0, |entries| {
                entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".csv")).count()
            });
            early += u64::from(chunks == 0);
            done.push(chunks);
        }
        assert!(done.is_sorted(), "a chunk that was done stays so: {done:?}");
        assert!(early < KILLS && *done.last().unwrap() < 120, "killed before and amid the work: {done:?}");
        let last = resume().wait_with_output().unwrap();
        println!(
            "{kills} kills by signal 9, of which {early} before the first chunk; chunks done at each: {done:?} of 120"
        );
        assert!(last.status.success());
        assert_eq!(text(&last.stdout), text(&whole.stdout));
        // Equal bytes, and so equal hashes of any kind.
        assert!(all_tables(&place.join("killed")) == all_tables(&place.join("whole")));
        assert_eq!(
            super::chunks(&place.join("killed")),
            super::chunks(&place.join("whole")),
            "and nothing else is left"
        );
    }
}

/// Two processes begin at once on one folder that is not there yet.
#[test]
fn two_processes_share_one_folder() {
    let place = Place::new("processes", &GRID.replace("chunk = 3\n", ""));
    let start = || {
        reliance(&place, &["study", "run", "study.toml", "--jobs", "1", "--out", "shared"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let drivers = [start(), start()].map(|driver| driver.wait_with_output().unwrap());
    drivers.iter().for_each(|driver| assert!(driver.status.success(), "{}", text(&driver.stderr)));
    assert_eq!(text(&drivers[0].stdout), text(&drivers[1].stdout));
    assert!(run(&place, &["study", "run", "study.toml", "--out", "alone"]).status.success());
    assert_eq!(tables(&place.join("shared")), tables(&place.join("alone")));
}

/// A run that breaks a limit is a row with its error and the command that brings it about.
#[test]
fn a_failing_point_is_a_row_and_the_rest_completes() {
    let place = Place::new("failing", &GRID.replace("chunk = 3", "chunk = 3\nevents-most = 2_500"));
    let output = run(&place, &["study", "run", "study.toml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let columns =
        parquet::read(&place.join("out/points.parquet"), &["rate", "error", "reproduce", "digest", "wait_mean_s"]);
    let columns = columns.unwrap();
    let failed: Vec<usize> = (0..24).filter(|row| !columns[1].is_null(*row)).collect();
    assert!(!failed.is_empty() && failed.len() < 24, "{failed:?}");
    for row in 0..24 {
        let is_failed = failed.contains(&row);
        assert_eq!(columns[0].text(row) == Some("0.7/s"), is_failed, "row {row}");
        assert_eq!([2, 3, 4].map(|column| columns[column].is_null(row)), [!is_failed, is_failed, is_failed]);
    }
    assert!(columns[1].text(failed[0]).unwrap().starts_with("more than 2 500 events by "));
    let command = columns[2].text(failed[1]).unwrap();
    assert!(text(&output.stderr).contains(command), "{}", text(&output.stderr));
    assert!(text(&output.stderr).ends_with(&format!("error: {} of 24 runs failed\n", failed.len())));
}

/// A row's digest is that of its point run by itself.
#[test]
fn a_row_is_reproduced_by_its_command() {
    let place = Place::new("reproduced", GRID);
    assert!(run(&place, &["study", "run", "study.toml", "--out", "out"]).status.success());
    let digests = parquet::read(&place.join("out/points.parquet"), &["point", "replication", "digest"]).unwrap();
    let study = place.study();
    let folder = reliance::study::folder::Folder::existing(&place.join("out"), &study).unwrap();
    let (course, _) = reliance::study::drive::look(&study, &folder).unwrap();
    let row = (0..24).find(|row| digests[0].number(*row) == Some(3.0) && digests[1].number(*row) == Some(2.0)).unwrap();
    let words = study.reproduction("base.toml", &course.points()[3], 2);
    let output = Command::new("sh")
        .current_dir(&place.0)
        .args(["-c", &words.replacen("reliance", env!("CARGO_BIN_EXE_reliance"), 1)])
        .output()
        .unwrap();
    assert!(output.status.success(), "{words}\n{}", text(&output.stderr));
    let last = text(&output.stdout).lines().last().unwrap().to_owned();
    assert_eq!(last, format!("digest {}", digests[2].text(row).unwrap()));
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let place = Place::new("codes", GRID);
    let code = |arguments: &[&str]| {
        let output = run(&place, arguments);
        (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
    };
    let (status, said) = code(&["study", "status", "study.toml"]);
    assert_eq!((status, said.as_str()), (2, "error: no study has begun in `output/loads-1`\n"));
    let (status, said) = code(&["study", "plan", "study.toml"]);
    assert_eq!(status, 0);
    assert!(said.starts_with("loads · seed 1 · 6 points · 24 runs\n"), "{said}");
    assert!(!place.join("output").exists(), "a plan writes nothing");
    let (status, said) = code(&["study", "work", "study.toml", "--chunk", "2"]);
    assert_eq!(status, 0);
    assert!(said.starts_with("chunk 2 done\n"), "{said}");
    let (status, said) = code(&["study", "merge", "study.toml"]);
    assert_eq!(status, 1);
    assert!(said.starts_with("error: 7 chunks are missing (0, 1, 3, 4, 5, 6, 7)\n"), "{said}");
    assert_eq!(code(&["study", "run", "study.toml"]).0, 0);
    assert!(code(&["study", "status", "study.toml"]).1.contains("complete after 1 generation, 6 points"));
    assert_eq!(code(&["study", "merge", "study.toml"]).0, 0);
    assert_eq!(code(&["study", "recheck", "study.toml", "--sample", "30%"]).0, 0);
    let chunk = place.join("output/loads-1/chunks/000004.csv");
    let altered = fs::read_to_string(&chunk).unwrap().replacen("0.", "1.", 1);
    fs::write(&chunk, altered).unwrap();
    let (status, said) = code(&["study", "recheck", "study.toml"]);
    assert_eq!(status, 1);
    assert!(said.starts_with("chunk 4 was altered: "), "{said}");
    fs::write(place.join("study.toml"), GRID.replace("fixed = 4", "fixed = 5")).unwrap();
    let (status, said) = code(&["study", "run", "study.toml"]);
    assert_eq!(status, 2);
    assert!(said.contains("`replications.fixed` was 4, now 5"), "{said}");
    assert_eq!(code(&["study", "run", "study.toml", "--changed"]).0, 0);
    fs::write(place.join("study.toml"), GRID.replace("0.5/s", "half")).unwrap();
    let (status, said) = code(&["study", "run", "study.toml"]);
    assert_eq!(status, 2);
    assert!(said.contains("--> study.toml:10:20\n"), "{said}");
}

/// Work that is cut otherwise than the folder says is done again: the numbers are those of the study.
#[test]
fn another_cut_of_the_work_changes_nothing() {
    let place = Place::new("cut", GRID);
    let first = run(&place, &["study", "run", "study.toml", "--out", "out"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let before = tables(&place.join("out"));
    let file = place.join("out/study.json");
    let begun = fs::read_to_string(&file).unwrap();
    for runs in ["1", "2", "5", "1000"] {
        fs::write(&file, begun.replace("\"chunk-runs\": 3", &format!("\"chunk-runs\": {runs}"))).unwrap();
        let again = run(&place, &["study", "run", "study.toml", "--out", "out"]);
        assert_eq!(text(&again.stdout), text(&first.stdout), "{runs}: {}", text(&again.stderr));
        assert_eq!(tables(&place.join("out")), before);
    }
    fs::write(&file, begun.replace("\"chunk-runs\": 3", "\"chunk-runs\": 0")).unwrap();
    let refused = run(&place, &["study", "run", "study.toml", "--out", "out"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(text(&refused.stderr), "error: `out/study.json` does not say how many runs a chunk has\n");
}

/// What there is nothing to say of is an error, and not a success.
#[test]
fn nothing_is_not_called_something() {
    let place = Place::new("nothing", GRID);
    let said = |arguments: &[&str], status: i32| {
        let output = run(&place, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout) + &text(&output.stderr)
    };
    said(&["study", "work", "study.toml", "--out", "out", "--chunk", "2"], 0);
    fs::rename(place.join("out/chunks/000002.csv"), place.join("away.csv")).unwrap();
    let nothing = said(&["study", "recheck", "study.toml", "--out", "out"], 1);
    assert!(nothing.starts_with("error: no chunk is done yet"), "{nothing}");
    let unfinished = said(&["chart", "out"], 1);
    assert!(unfinished.starts_with("error: the study in `out` is not finished"), "{unfinished}");
    assert!(said(&["study", "work", "study.toml", "--out", "out", "--chunk", "999"], 2).contains("is not due"));
    said(&["study", "run", "study.toml", "--out", "out"], 0);
    let beyond = said(&["study", "work", "study.toml", "--out", "out", "--chunk", "999"], 2);
    assert!(beyond.contains("error: there is no chunk 999: the study is complete"), "{beyond}");
    assert!(said(&["study", "work", "study.toml", "--out", "out", "--chunk", "2"], 0).starts_with("chunk 2 was done"));
    said(&["report", "out"], 0);
    assert!(place.join("out/report.html").exists() && !place.join("out/study.lock").exists());
    fs::write(place.join("out/chunks/000003.csv"), "damaged").unwrap();
    let damaged = said(&["study", "status", "study.toml", "--out", "out"], 0);
    assert!(damaged.contains("generation 0: 1 chunk left to do"), "{damaged}");
}
