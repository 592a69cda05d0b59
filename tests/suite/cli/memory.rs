//! A run that may take more memory than there is says so before it starts.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use super::desk::{Desk, said};

/// A small market with a committee of five.
const MARKET: &str = "name = \"x\"\nhorizon = \"10s\"\n[models.m]\n[classes.c]\nmethods = [\"committee\"]\n\
                      work = { law = \"constant\", value = \"1s\" }\n[[nodes]]\nname = \"n\"\ncount = 4\n\
                      [[validators]]\nname = \"v\"\ncount = 5\n[[demand.sources]]\nname = \"s\"\n\
                      arrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n";

/// What the program says within 4 GiB of memory; it must succeed.
fn within(desk: &Desk, words: &str) -> String {
    let line = format!("ulimit -v 4194304; exec {} {words}", env!("CARGO_BIN_EXE_reliance"));
    let mut command = Command::new("sh");
    let out = command.args(["-c", &line]).current_dir(desk.path("")).stdin(Stdio::null()).output().expect("a shell");
    assert!(out.status.success(), "`{words}`: {}", said(&out));
    said(&out)
}

#[test]
fn a_run_beyond_the_machine_is_warned_of() {
    let desk = Desk::new("memory-bound");
    fs::write(desk.path("x.toml"), MARKET).expect("a scenario");
    // 128 MB, 850 and five times 450 bytes a job, 700 each of nine parties.
    let large = "--set limits.open-jobs=2000000";
    let warning = "warning: the run may take 6 329 MB of memory, and there are 4 294 MB: lower `limits.open-jobs`";
    for verb in ["check", "run"] {
        let told = within(&desk, &format!("{verb} x.toml {large}"));
        assert!(told.contains(warning), "{verb}: {told}");
        let told = within(&desk, &format!("{verb} x.toml"));
        assert!(!told.contains("of memory"), "{verb}: {told}");
    }
    let told = desk.print(&format!("check x.toml {large}"));
    let bound =
        "memory: at most 6 329 MB, for at most 2 000 000 open jobs (`limits.open-jobs`) with 5 checks or copies each";
    assert!(
        told.contains(bound) && !told.contains("warning: the run"),
        "what depends on the machine is no result: {told}"
    );
}
