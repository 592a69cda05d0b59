//! What ends a run from outside ends it cleanly and soon, whatever the run is at.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::desk::{Desk, code, said};

/// Far more events than the test waits for, in a few simulated seconds each.
const DENSE: &str = "--set record.tick=1h --set demand.sources[0].arrivals.poisson.rate=100000000/s";

/// Years of a quiet market.
const YEARS: &str = "--set horizon=2000d --set record.tick=1h --set demand.sources[0].arrivals.poisson.rate=1/s";

fn start(desk: &Desk, words: &str) -> Child {
    desk.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary")
}

/// Sends a signal to a run that is well under way.
fn send(child: &mut Child, signal: &str) {
    assert!(child.try_wait().expect("a child").is_none(), "the run is over too soon");
    let words = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &words]).status().expect("a shell").success());
}

#[allow(clippy::disallowed_methods, reason = "how long the end takes is what is tested")]
fn end(mut child: Child, signal: &str) -> (Output, Duration) {
    std::thread::sleep(Duration::from_millis(700));
    send(&mut child, signal);
    let sent = Instant::now();
    let out = child.wait_with_output().expect("it ends");
    (out, sent.elapsed())
}

#[test]
fn every_signal_ends_a_run_alike() {
    let desk = Desk::new("ends-signals");
    desk.print("new shop");
    let before = desk.names();
    for signal in ["INT", "TERM", "HUP"] {
        for ending in ["--out years", "--until 1900d --save years.run"] {
            let (out, _) = end(start(&desk, &format!("run shop.toml {YEARS} {ending}")), signal);
            assert_eq!(code(&out), 1, "{signal}: {}", said(&out));
            assert!(out.stdout.is_empty() && said(&out).contains("nothing was written"), "{}", said(&out));
            assert_eq!(desk.names(), before, "{signal}");
        }
    }
}

/// The looks are by events, so that a second of the scenario may hold any number of them. The limit is generous for a
/// machine that is busy with other tests; by simulated time alone it took more than ten times as long.
#[test]
fn a_dense_run_hears_a_signal() {
    let desk = Desk::new("ends-dense");
    desk.print("new shop");
    std::fs::write(desk.path("s.toml"), STUDY).expect("a study");
    let before = desk.names();
    let study = "study run s.toml --jobs 1 --out st";
    for words in [&format!("run shop.toml {DENSE}"), &format!("run shop.toml --twin frozen {DENSE}"), study] {
        let (out, took) = end(start(&desk, words), "INT");
        assert_eq!(code(&out), 1, "`{words}`: {}", said(&out));
        assert!(took < Duration::from_secs(4), "`{words}`: {took:?}");
    }
    let mut after = desk.names();
    after.retain(|name| !name.starts_with("st") && name != "output");
    assert_eq!(after, before);
    assert_eq!(std::fs::read_dir(desk.path("output")).expect("a folder").count(), 0, "nothing of a run");
}

/// One point that takes far longer than the test waits.
const STUDY: &str = "name = \"s\"\nbase = \"shop.toml\"\nmeasures = [\"wait_mean_s\"]\nreplications = { fixed = 2 }\n\
                     chunk = 1\n[[axes]]\npath = \"demand.sources[0].arrivals.poisson.rate\"\nvalues = [\"100000000/s\"]\n";

/// A second signal does not wait, and is no crash.
#[test]
fn a_second_signal_ends_at_once() {
    let desk = Desk::new("ends-second");
    desk.print("new shop");
    let mut ends = Vec::new();
    for _ in 0..5 {
        let mut child = start(&desk, &format!("run shop.toml {YEARS} --out years"));
        std::thread::sleep(Duration::from_millis(500));
        let words = format!("kill -INT {0}; kill -TERM {0}; kill -INT {0}", child.id());
        let _ = Command::new("sh").args(["-c", &words]).status().expect("a shell");
        let status = child.wait().expect("it ends");
        assert_eq!(status.signal(), None, "not killed, and no core");
        ends.push(status.code().expect("a code"));
    }
    // The first signal may have ended the run before the second came.
    assert!(ends.iter().all(|code| [1, 130].contains(code)), "{ends:?}");
}

/// `timeout` and a terminal that closes signal a program and then the group it is in: one wish, told twice.
#[test]
fn a_signal_told_twice_is_heard_once() {
    let desk = Desk::new("ends-twice");
    desk.print("new shop");
    let before = desk.names();
    for _ in 0..5 {
        let mut child = start(&desk, &format!("run shop.toml {YEARS} --out years"));
        std::thread::sleep(Duration::from_millis(500));
        assert!(child.try_wait().expect("a child").is_none(), "the run is over too soon");
        let words = format!("kill -TERM {0}; kill -TERM {0}", child.id());
        assert!(Command::new("sh").args(["-c", &words]).status().expect("a shell").success());
        assert_eq!(child.wait().expect("it ends").code(), Some(1));
        assert_eq!(desk.names(), before);
    }
}

/// A batch system that allows so much processor time says first that it is used up.
#[test]
fn used_up_processor_time_ends_a_run() {
    let desk = Desk::new("ends-processor");
    desk.print("new shop");
    let before = desk.names();
    let program = env!("CARGO_BIN_EXE_reliance");
    let line = format!("ulimit -S -t 1 && exec {program} run shop.toml {YEARS} --out years");
    let mut command = Command::new("sh");
    let out = command.args(["-c", &line]).current_dir(desk.path("")).stdin(Stdio::null()).output().expect("a shell");
    assert_eq!(out.status.code(), Some(1), "{}", said(&out));
    assert!(said(&out).contains("nothing was written"), "{}", said(&out));
    assert_eq!(desk.names(), before);
}

/// Under `nohup` a hang-up is ignored, as its name promises; other signals end the run as ever, with nothing left.
#[cfg(target_os = "linux")]
#[test]
fn nohup_keeps_its_word() {
    let desk = Desk::new("ends-nohup");
    desk.print("new shop");
    let program = env!("CARGO_BIN_EXE_reliance");
    let line = format!("trap '' HUP; exec {program} run shop.toml {YEARS} --out years");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).current_dir(desk.path("")).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell");
    std::thread::sleep(Duration::from_millis(700));
    send(&mut child, "HUP");
    std::thread::sleep(Duration::from_millis(700));
    send(&mut child, "TERM");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert_eq!(desk.names(), ["shop.toml"]);
}
