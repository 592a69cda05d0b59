//! Files and locks: what is not ours stays, and links lead nowhere.

use super::*;
use crate::parquet::scratch::Scratch;

#[test]
fn only_a_file_of_ours_is_replaced() {
    let scratch = Scratch::new("own-file");
    let path = scratch.join("a.run");
    let known = Known::Begins("{\"reliance");
    replace(&path, b"{\"reliance one", known).expect("nothing is there");
    replace(&path, b"{\"reliance two", known).expect("ours");
    assert_eq!(fs::read(&path).expect("the file"), b"{\"reliance two");
    for (text, known) in [("thesis", known), ("{\"relianc", known), ("reliance.i", Known::Marked)] {
        fs::write(&path, text).expect("a stranger's");
        let error = replace(&path, b"three", known).expect_err("not ours").to_string();
        assert_eq!(error, format!("cannot replace `{}`: it was not written by this program", path.display()));
        assert_eq!(fs::read_to_string(&path).expect("the file"), text);
    }
    fs::write(&path, "").expect("an empty file");
    replace(&path, b"four", known).expect("nothing is lost");
    fs::create_dir(scratch.join("folder")).expect("a folder");
    assert!(replace(&scratch.join("folder"), b"five", Known::Named).is_err());
    assert_eq!(scratch.names(), ["a.run", "folder"], "nothing is left beside them");
}

/// The mark is found wherever it stands, across the ends of the pieces that are read too.
#[test]
fn the_mark_is_found_everywhere() {
    let scratch = Scratch::new("own-mark");
    let path = scratch.join("a.html");
    for before in [0, 1, 65_524, 65_525, 65_530, 65_535, 65_536, 131_060, 131_070] {
        fs::write(&path, format!("{}{MARK}<", "r".repeat(before))).expect("written");
        assert!(holds(&path, Known::Marked).expect("read"), "after {before} bytes");
        fs::write(&path, format!("{}{}", "r".repeat(before), &MARK[..MARK.len() - 1])).expect("written");
        assert!(!holds(&path, Known::Marked).expect("read"), "cut after {before} bytes");
    }
}

/// Neither the file, nor its name in the making, nor its folder is written through a link.
#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new("own-links");
    fs::write(scratch.join("victim"), "").expect("a file");
    for name in ["a.svg", "a.svg.partial", ".a.svg.partial", "lock"] {
        symlink("victim", scratch.join(name)).expect("a link");
    }
    let error = replace(&scratch.join("a.svg"), b"bytes", Known::Named).expect_err("a link").to_string();
    assert!(error.ends_with("it is a link, and links are not followed"), "{error}");
    fs::remove_file(scratch.join("a.svg")).expect("removed");
    replace(&scratch.join("a.svg"), b"bytes", Known::Named).expect("written");
    assert!(Lock::take(&scratch.join("lock"), false).is_err());
    assert!(!Lock::is_taken(&scratch.join("lock")));
    symlink("elsewhere", scratch.join("new")).expect("a link");
    assert!(Lock::take(&scratch.join("new"), true).is_err());
    fs::create_dir(scratch.join("elsewhere")).expect("a folder");
    assert!(subfolder(&scratch.join("new")).is_err());
    assert!(scratch.join("elsewhere").read_dir().expect("a folder").next().is_none());
    assert_eq!(fs::read(scratch.join("victim")).expect("the victim"), b"");
}

#[test]
fn a_lock_is_held_once_and_leaves_nothing() {
    let scratch = Scratch::new("own-lock");
    let path = scratch.join("a.lock");
    let first = Lock::take(&path, false).expect("taken").expect("free");
    assert!(first.is_held() && Lock::is_taken(&path));
    assert!(Lock::take(&path, false).expect("asked").is_none());
    drop(first);
    assert!(scratch.names().is_empty() && !Lock::is_taken(&path));
    // One that a killed process left is taken over; a file with anything in it is not a lock.
    fs::write(&path, "").expect("left behind");
    drop(Lock::take(&path, true).expect("taken").expect("free"));
    fs::write(&path, "[[package]]").expect("a stranger's");
    assert!(Lock::take(&path, true).is_err());
    assert_eq!(fs::read_to_string(&path).expect("it stays"), "[[package]]");
}

/// Threads that take and drop one lock file never hold it together, though it is removed each time.
#[test]
fn removing_a_lock_lets_nobody_in() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let scratch = Scratch::new("own-contended");
    let (path, inside) = (scratch.join("a.lock"), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let held = Lock::take(&path, true).expect("taken").expect("it waits");
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(held);
                }
            });
        }
    });
}

#[test]
fn leftovers_are_swept_and_nothing_else() {
    let scratch = Scratch::new("own-sweep");
    let (left, other) = (".a.svg.0123456789abcdef.partial", ".b.svg.0123456789abcdef.partial");
    for name in [left, other, "notes.partial", ".a.svg.partial", ".a.svg.0123456789ABCDEF.partial"] {
        fs::write(scratch.join(name), "x").expect("a file");
    }
    let held = File::open(scratch.join(other)).expect("a file");
    held.try_lock().expect("free");
    sweep(scratch.path(), |_| true);
    let mut expected = [other, "notes.partial", ".a.svg.partial", ".a.svg.0123456789ABCDEF.partial"];
    expected.sort_unstable();
    assert_eq!(scratch.names(), expected);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_read() {
    let scratch = Scratch::new("own-pipe");
    let made = std::process::Command::new("mkfifo").arg(scratch.join("pipe")).status().expect("mkfifo");
    assert!(made.success());
    assert!(read(&scratch.join("pipe")).is_err() && read(Path::new("/dev/zero")).is_err());
}
