//! Small inputs that ask for more memory or time than there is: each ends with exit code 1 or 2 within seconds, in a process that
//! may have four gigabytes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::trial::ROOT;
use super::guard::Guard;
use super::programs::within;

/// A market that reads a recording.
const SHOP: &str = "name = \"x\"\nhorizon = \"1min\"\n[models.m]\n[classes.c]\nwork = { law = \"constant\", value = \"1s\" }\n\
                    [[nodes]]\nname = \"n\"\ncount = 1\n[[demand.sources]]\nname = \"s\"\n[demand.sources.arrivals]\nrule = \"trace\"\n\
                    trace = { file = \"FILE\" }\n";

const STUDY: &str = "name = \"s\"\nbase = \"queue.toml\"\nmeasures = [\"jobs\"]\n";

const RATE: &str = "demand.sources[0].arrivals.poisson.rate";

/// How long a process may take before it is told to stop.
const SECONDS: Duration = Duration::from_secs(2);

/// A bound on what is read takes a while to reach, on a machine that is busy with other tests.
const READING: Duration = Duration::from_secs(100);

/// Pieces packed one after the other, each so many times: a file of some kilobytes that unpacks to any length.
fn bomb(path: &Path, pieces: &[(&[u8], usize)]) {
    let mut file = fs::File::create(path).expect("a file of our own");
    for (piece, times) in pieces {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(piece).expect("memory");
        let packed = packer.finish().expect("memory");
        (0..*times).for_each(|_| file.write_all(&packed).expect("a file of our own"));
    }
}

/// Refused with exit code 2 and these words, and nobody has to wait for it.
fn refused(folder: &Path, words: &[&str], message: &str) {
    let ended = within(folder, words, READING);
    assert!(ended.code == Some(2) && !ended.cut, "{words:?}: {ended:?}");
    assert!(ended.said.contains(message) && ended.said.len() < 2_000, "{words:?}: {}", ended.said);
}

/// Endless, and rightly so: goes on without filling the memory until it is told to stop, and then stops.
fn endless(folder: &Path, words: &[&str]) {
    let ended = within(folder, words, SECONDS);
    assert!(ended.code == Some(1) && ended.cut && ended.said.contains("nothing was written"), "{words:?}: {ended:?}");
}

#[test]
fn what_unpacks_without_end_is_refused() {
    let guard = Guard::new("bombs");
    let folder = guard.scratch();
    let (zeros, cells) = (vec![0; 1 << 24], b"a,".repeat(1 << 20));
    let ones = vec![b'1'; 1 << 24];
    // A gigabyte of zeros, a header of 130 million cells, a cell and a cell in quotes of a gigabyte.
    /// A file's name, its parts each with how often it stands there, and what is said of it.
    type Bomb<'a> = (&'a str, &'a [(&'a [u8], usize)], &'a str);
    let files: [Bomb<'_>; 4] = [
        ("zeros.csv.gz", &[(&zeros, 64)], "a row of more than 16 MiB"),
        ("header.csv.gz", &[(&cells, 130)], "a row of more than 16 MiB"),
        ("cell.csv.gz", &[(b"timestamp\n", 1), (&ones, 64)], "a row of more than 16 MiB"),
        (
            "quoted.csv.gz",
            &[(b"timestamp\n\"", 1), (&ones, 64), (b"\"\n", 1)],
            "a quote that is not closed within 16 MiB",
        ),
    ];
    for (name, pieces, message) in files {
        bomb(&folder.join(name), pieces);
        fs::write(folder.join("x.toml"), SHOP.replace("FILE", name)).expect("a scenario");
        for verb in ["check", "run"] {
            refused(&folder, &[verb, "x.toml"], message);
        }
    }
    // A hundred million rows, of which twenty million are read first.
    let all: [(&str, &[u8], &[u8]); 2] =
        [("rows.csv.gz", b"timestamp\n", b"0\n"), ("rows.jsonl.gz", b"", b"{\"timestamp\":0}\n")];
    for (name, head, row) in if super::is_long() { &all[..] } else { &[] } {
        bomb(&folder.join(name), &[(head, 1), (&row.repeat(1 << 20), 100)]);
        fs::write(folder.join("x.toml"), SHOP.replace("FILE", name)).expect("a scenario");
        refused(&folder, &["check", "x.toml"], "has more than 20 000 000 rows");
    }
    guard.check();
}

#[test]
fn what_counts_without_end_is_refused() {
    let guard = Guard::new("counts");
    let folder = guard.scratch();
    let path = |name: &str| Path::new(ROOT).join(name).display().to_string();
    let weighed = path("tests/scenarios/weighed.toml");
    for verb in ["check", "run"] {
        refused(&folder, &[verb, &weighed, "--set", "validators[0].count=4294967295"], "validators");
        refused(&folder, &[verb, &weighed, "--set", "nodes[0].count=4294967295"], "nodes");
    }
    let several = path("scenarios/oracles/mxm1-0.8.toml");
    refused(
        &folder,
        &["run", &several, "--set", "demand.sources[0].arrivals.renewal.together=1000000000"],
        "`together`",
    );
    let queue = path("scenarios/oracles/mm1-0.5.toml");
    for name in ["queue.toml", "base.toml"] {
        fs::copy(
            if name == "base.toml" { path("scenarios/oracles/base.toml") } else { queue.clone() },
            folder.join(name),
        )
        .expect("a scenario");
    }
    let range = format!(
        "replications = {{ fixed = 2 }}\n[[axes]]\npath = \"{RATE}\"\nrange = {{ from = \"0.1/s\", to = \"0.5/s\", count = 4000000000 }}\n"
    );
    for (name, rest, message) in [
        ("often.toml", "replications = { fixed = 100000000 }\n", "100 000 000 runs of every point"),
        (
            "most.toml",
            "replications = { fixed = 9223372036854775807 }\n",
            "9 223 372 036 854 775 807 runs of every point",
        ),
        ("many.toml", &range, "a range of 4 000 000 000 numbers"),
    ] {
        fs::write(folder.join(name), format!("{STUDY}{rest}")).expect("a study");
        for words in [&["check", name][..], &["study", "plan", name], &["study", "run", name, "--out", "st"]] {
            refused(&folder, words, message);
        }
    }
    fs::write(folder.join("threads.toml"), format!("{STUDY}replications = {{ fixed = 2 }}\n")).expect("a study");
    let ended = within(&folder, &["study", "run", "threads.toml", "--out", "st", "--jobs", "100000"], READING);
    assert!(ended.code == Some(0) && ended.said.contains("and not 100000"), "{ended:?}");
    guard.check();
}

#[test]
fn what_goes_on_without_end_stops_when_told() {
    let guard = Guard::new("endless");
    let folder = guard.scratch();
    let path = |name: &str| Path::new(ROOT).join(name).display().to_string();
    // A thousand million jobs a second, of which a million are open at once; each alone, and in thousands.
    endless(
        &folder,
        &["run", &path("scenarios/oracles/mm1-0.5.toml"), "--set", &format!("{RATE}=1e9/s"), "--out", "o"],
    );
    let several = "demand.sources[0].arrivals.renewal.together=1000000";
    endless(&folder, &["run", &path("scenarios/oracles/mxm1-0.8.toml"), "--set", several, "--out", "o"]);
    fs::write(folder.join("c.csv"), "client,t_s,rate_rps,iat_dist,p1\n1,0,1.8e9,Gamma,0.5\n").expect("clients");
    let clients = SHOP.replace("rule = \"trace\"\ntrace", "rule = \"clients\"\nclients").replace("FILE", "c.csv");
    fs::write(folder.join("x.toml"), clients).expect("a scenario");
    endless(&folder, &["run", "x.toml", "--out", "o"]);
    assert!(!folder.join("o").exists());
    guard.check();
}

#[test]
fn what_is_no_file_is_refused() {
    let guard = Guard::new("devices");
    let folder = guard.scratch();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.toml")).status().expect("`mkfifo`").success());
    for (name, why) in [("/dev/zero", "it is a device"), ("pipe.toml", "it is a pipe")] {
        let extended = format!("extends = [\"{name}\"]\n{}", SHOP.replace("FILE", "x.csv"));
        fs::write(folder.join("extended.toml"), extended).expect("a scenario");
        fs::write(folder.join("recorded.toml"), SHOP.replace("FILE", "x.csv")).expect("a scenario");
        let studied = STUDY.replace("queue.toml", name) + "replications = { fixed = 2 }\n";
        fs::write(folder.join("studied.toml"), studied).expect("a study");
        let _ = fs::remove_file(folder.join("x.csv"));
        std::os::unix::fs::symlink(name, folder.join("x.csv")).expect("a link");
        for words in [
            &["check", name][..],
            &["run", name],
            &["run", "--from", name],
            &["study", "plan", name],
            &["explain", name],
            &["check", "extended.toml"],
            &["check", "recorded.toml"],
        ] {
            refused(&folder, words, why);
        }
        refused(&folder, &["check", "studied.toml"], "there is no scenario");
    }
    guard.check();
}

#[test]
fn what_is_long_is_told_in_short() {
    let guard = Guard::new("long");
    let folder = guard.scratch();
    let (digits, brackets) = ("7".repeat(1_000_000), "[".repeat(30_000));
    for (name, line) in [("digits.toml", format!("seed = {digits}\n")), ("word.toml", format!("name = \"{digits}\"\n"))]
    {
        fs::write(folder.join(name), format!("{line}{}", SHOP.replace("FILE", "x.csv"))).expect("a scenario");
        refused(&folder, &["check", name], name);
    }
    fs::write(folder.join("x.toml"), SHOP.replace("FILE", "x.csv")).expect("a scenario");
    refused(&folder, &["check", "x.toml", "--set", &format!("seed={brackets}")], "--set");
    guard.check();
}
