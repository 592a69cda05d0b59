//! File systems that refuse what others allow, and systems that allow little: a note, or an error with the path, exit code 1
//! and nothing left.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Output, Stdio};

use super::desk::{Desk, code, said};

/// Stands before the system's library: `FRAGILE` says which calls come to nothing, and with which error.
const SHIM: &str = r#"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static int refuses(const char *call, int error) {
    const char *named = getenv("FRAGILE");
    if (!named || !strstr(named, call)) return 0;
    errno = error;
    return 1;
}
int flock(int file, int how) { return refuses("no-locks", ENOLCK) ? -1 : syscall(SYS_flock, file, how); }
int fsync(int file) {
    if (refuses("no-sync", EINVAL) || refuses("bad-sync", EIO)) return -1;
    return syscall(SYS_fsync, file);
}
"#;

/// A desk with the library that stands before the system's.
fn fragile(name: &str) -> Desk {
    let desk = Desk::new(&format!("fragile-{name}"));
    desk.print("new shop");
    fs::write(desk.path("shim.c"), SHIM).expect("written");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o", "shim.so", "shim.c"])
        .current_dir(desk.path(""))
        .status()
        .expect("the compiler that links this test");
    assert!(built.success());
    fs::remove_file(desk.path("shim.c")).expect("removed");
    desk
}

fn run(desk: &Desk, what: &str, words: &str) -> Output {
    let library = desk.path("shim.so");
    desk.command(words).env("LD_PRELOAD", library).env("FRAGILE", what).output().expect("the binary")
}

#[test]
fn what_a_file_system_cannot_do_is_a_note() {
    let desk = fragile("notes");
    for (what, note) in [
        ("no-locks", "knows no locks: nothing keeps a second run from the same output"),
        ("no-sync", "cannot be told to put files on the disk: a loss of power may still lose them"),
    ] {
        let out = run(&desk, what, &format!("run shop.toml --set horizon=6min --out {what}"));
        assert_eq!(code(&out), 0, "{what}: {}", said(&out));
        assert!(said(&out).contains(&format!("note: the file system of `{what}` {note}\n")), "{}", said(&out));
        assert!(desk.path(what).join("manifest.json").is_file());
    }
    for what in ["no-locks", "no-sync"] {
        let out = run(&desk, what, &format!("run shop.toml --until 5min --save {what}.run"));
        assert!(code(&out) == 0 && desk.path(&format!("{what}.run")).is_file(), "{}", said(&out));
    }
    let before = desk.names();
    assert!(before.iter().all(|name| !name.contains(".partial")), "{before:?}");
}

/// A disk that loses what is put on it: the tables of a run stay where the error says, a save is none.
#[test]
fn a_failing_disk_loses_no_work() {
    let desk = fragile("disk");
    let out = run(&desk, "bad-sync", "run shop.toml --set horizon=6min --out lost");
    let told = said(&out);
    assert_eq!(code(&out), 1, "{told}");
    assert!(
        told.contains("error: cannot write `.lost.partial/whole/") && told.contains(": input/output error\n"),
        "{told}"
    );
    assert!(told.contains("note: what was written is in `.lost.partial/whole` until the next run"), "{told}");
    assert!(desk.path(".lost.partial/whole/jobs.parquet").is_file() && !desk.path("lost").exists());
    let before = desk.names();
    let out = run(&desk, "bad-sync", "run shop.toml --until 5min --save lost.run");
    assert!(code(&out) == 1 && said(&out).contains("cannot write `lost.run`: input/output error"), "{}", said(&out));
    assert_eq!(desk.names(), before, "a save that is not on the disk is none");
}

/// A run within the limits of a shell.
fn limited(desk: &Desk, limit: &str, words: &str) -> Output {
    let line = format!("ulimit {limit} && exec {} {words}", env!("CARGO_BIN_EXE_reliance"));
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(desk.path("")).stdin(Stdio::null());
    shell.output().expect("a shell")
}

/// By itself the system ends a program whose file grows too large without a word.
#[test]
fn a_file_that_may_not_grow_is_an_error() {
    let desk = Desk::new("fragile-size");
    desk.print("new shop");
    let study = "name = \"s\"\nbase = \"shop.toml\"\nmeasures = [\"wait_mean_s\", \"jobs\"]\nreplications = { fixed = 200 }\n\
                 [[axes]]\npath = \"horizon\"\nvalues = [\"6min\"]\n";
    fs::write(desk.path("s.toml"), study).expect("written");
    desk.print("run shop.toml --out made");
    let before = desk.names();
    let why = "it would be larger than the system allows (`ulimit -f`)";
    for (words, path) in [
        ("run shop.toml --set horizon=50min --out big", ".big.partial/whole/jobs.parquet"),
        ("run shop.toml --until 50min --save big.run", "big.run"),
        ("report made", "made/report.html"),
    ] {
        let out = limited(&desk, "-f 8", words);
        let told = said(&out);
        assert_eq!(out.status.code(), Some(1), "`{words}`: {told}");
        assert!(told.contains(&format!("error: cannot write `{path}`: {why}")), "`{words}`: {told}");
        let mut after = desk.names();
        after.retain(|name| !name.starts_with("made/charts"));
        assert_eq!(after, before, "{words}");
    }
}

/// However few files may be open, a run that fails for it leaves nothing, and says so.
#[test]
fn too_few_open_files_leave_nothing() {
    let desk = Desk::new("fragile-files");
    desk.print("new shop");
    let (before, mut failed, mut done) = (desk.names(), 0, 0);
    for most in 4..24 {
        let out = limited(&desk, &format!("-n {most}"), "run shop.toml --set horizon=6min --out few");
        let told = said(&out);
        match out.status.code() {
            Some(0) => {
                done += 1;
                fs::remove_dir_all(desk.path("few")).expect("removed");
            }
            // The dynamic linker needs one file, and ends with 127 without.
            Some(127) => {}
            Some(1 | 2) => {
                failed += 1;
                assert!(told.contains("too many open files"), "{most}: {told}");
            }
            other => panic!("{most}: {other:?}: {told}"),
        }
        assert_eq!(desk.names(), before, "{most}: {told}");
    }
    assert!(failed > 0 && done > 0, "{failed} failed, {done} done");
}
