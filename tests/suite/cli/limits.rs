//! Inputs that would fill the memory or never end are refused before they are read: exit code 2, with the place.

use std::fs;

use super::desk::{Desk, code, said};

/// A market that reads a trace and extends another file; both are put beside it by the test.
const SHOP: &str = "extends = [\"base.toml\"]\nname = \"x\"\nhorizon = \"1min\"\n[models.m]\n[classes.c]\n\
                    work = { law = \"constant\", value = \"1s\" }\n[[nodes]]\nname = \"n\"\ncount = 1\n[[demand.sources]]\nname = \"s\"\n\
                    [demand.sources.arrivals]\nrule = \"trace\"\ntrace = { file = \"t.csv\" }\n";

fn put(desk: &Desk, name: &str, text: &str) {
    fs::write(desk.path(name), text).expect("a file");
}

#[cfg(unix)]
#[test]
fn only_plain_files_are_read() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new("plain");
    put(&desk, "x.toml", SHOP);
    put(&desk, "base.toml", "seed = 1\n");
    put(&desk, "t.csv", "timestamp\n0\n");
    desk.print("check x.toml");
    let device = "it is a device, and only plain files are read";
    for words in ["check /dev/zero", "run /dev/zero", "run --from /dev/zero", "study plan /dev/zero"] {
        assert!(desk.fail(words, 2).contains(device), "{words}: {}", desk.fail(words, 2));
    }
    for name in ["t.csv", "base.toml"] {
        let text = fs::read_to_string(desk.path(name)).expect("a file");
        fs::remove_file(desk.path(name)).expect("removed");
        symlink("/dev/zero", desk.path(name)).expect("a link");
        let told = desk.fail("check x.toml", 2);
        // The place is where the file is named, with a caret.
        assert!(told.contains(&format!("cannot read `{name}`: {device}")) && told.contains("^^^"), "{told}");
        fs::remove_file(desk.path(name)).expect("removed");
        let made = std::process::Command::new("mkfifo").arg(desk.path(name)).status().expect("mkfifo");
        assert!(made.success());
        assert!(desk.fail("check x.toml", 2).contains("it is a pipe"), "{name}");
        fs::remove_file(desk.path(name)).expect("removed");
        put(&desk, name, &text);
    }
}

/// `check` tells the bound of the memory and the rows that are no work.
#[test]
fn a_check_tells_what_a_run_may_take() {
    let desk = Desk::new("memory");
    put(&desk, "x.toml", SHOP);
    put(&desk, "base.toml", "seed = 1\n");
    put(&desk, "t.csv", "timestamp\n0\n5\n");
    let told = desk.print("check x.toml");
    let expected =
        "memory: at most 979 MB, for at most 1 000 000 open jobs (`limits.open-jobs`), 1 party and 2 recorded rows";
    assert!(told.contains(expected), "{told}");
}

/// A whole study on more threads than could ever work is the same study on a few.
#[test]
fn threads_are_bounded_by_the_machine() {
    let desk = Desk::new("threads");
    put(&desk, "x.toml", &SHOP.replace("extends = [\"base.toml\"]\n", ""));
    put(&desk, "t.csv", "timestamp\n0\n5\n");
    let study = "name = \"s\"\nbase = \"x.toml\"\nmeasures = [\"jobs\"]\nreplications = { fixed = 2 }\n";
    put(&desk, "s.toml", study);
    let out = desk.run("study run s.toml --out o --jobs 100000");
    assert!(code(&out) == 0 && said(&out).contains("and not 100000"), "{}", said(&out));
    let out = desk.run("run x.toml --replications 2 --jobs 100000");
    assert!(code(&out) == 0 && said(&out).contains("and not 100000"), "{}", said(&out));
}

/// A name that no file can have is not compared with those of a folder, and of a range of very many values some are tried.
#[test]
fn what_is_long_is_refused_in_moments() {
    let desk = Desk::new("long");
    put(&desk, "x.toml", &SHOP.replace("extends = [\"base.toml\"]\n", ""));
    put(&desk, "t.csv", "timestamp\n0\n5\n");
    put(&desk, "long.toml", &format!("extends = [\"{}\"]\n", "x".repeat(1 << 20)));
    let told = desk.fail("check long.toml", 2);
    assert!(told.len() < 1_000 && told.starts_with("error: cannot read `xxx"), "{told}");
    let many = "name = \"s\"\nbase = \"x.toml\"\nmeasures = [\"jobs\"]\nreplications = { fixed = 2 }\n[[axes]]\n\
                path = \"demand.value-factor\"\nrange = { from = 1, to = 2, count = 400000 }\n";
    put(&desk, "s.toml", many);
    assert!(desk.print("study plan s.toml").contains("400 000 points"));
    put(&desk, "s.toml", &many.replace("from = 1, to = 2", "from = -1, to = 2"));
    assert!(desk.fail("study plan s.toml", 2).contains("demand.value-factor"), "its ends are among those tried");
}

/// Damage in a file of columns is told as the file's fault and not as ours.
#[test]
fn a_damaged_file_is_not_a_bug() {
    let desk = Desk::new("damaged");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let whole = fs::read(root.join("tests/broken/inputs/types.parquet")).expect("a file");
    put(
        &desk,
        "x.toml",
        &SHOP.replace("extends = [\"base.toml\"]\n", "").replace("t.csv\"", "t.parquet\", time = \"us\""),
    );
    for place in (0..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        fs::write(desk.path("t.parquet"), bytes).expect("written");
        let out = desk.run("check x.toml");
        let told = said(&out);
        assert!([0, 2].contains(&code(&out)) && !told.contains("bug") && !told.contains("panicked"), "{place}: {told}");
    }
}
