//! What `check` and `run` understood of a scenario and what of it is not used; messages that send a person the right way.

use std::fs;

use super::desk::{Desk, code, json, said};

/// A scenario whose jobs come from `trace.csv`.
const TRACED: &str = r#"
name = "traced"
horizon = "1h"
[models.small]
[classes.job]
work = { law = "constant", value = "1s" }
[[demand.sources]]
name = "recorded"
arrivals = { rule = "trace", trace = { file = "trace.csv", time = "t" } }
[[nodes]]
name = "fleet"
count = 20
"#;

/// A desk with a scenario and its trace; lines of the scenario may be replaced.
fn traced(name: &str, rows: &str, changes: &[(&str, &str)]) -> Desk {
    let desk = Desk::new(&format!("understood-{name}"));
    let text = changes.iter().fold(TRACED.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    fs::write(desk.path("traced.toml"), text).expect("written");
    fs::write(desk.path("trace.csv"), rows).expect("written");
    desk
}

#[test]
fn parties_and_rows_are_counted_apart() {
    let checkers = "\n[[validators]]\nname = \"few\"\ncount = 4\n[verification]\nmethods = [\"mine\"]\n\
                    [verification.define.mine]\nchecks = [{ by = \"validators\", sample = 0.05 }]\n";
    let rows = "t,in\n2026-03-28T23:50:00Z,5\n2026-03-29T00:20:00Z,6\n2026-03-29T02:00:00Z,7\n";
    let file = "file = \"trace.csv\", time = \"t\"";
    let last = "count = 20\n";
    let desk = traced(
        "parties",
        rows,
        &[(file, "file = \"trace.csv\", time = \"t\", input = \"in\""), (last, &format!("{last}{checkers}"))],
    );
    let text = desk.print("check traced.toml");
    let expected = "\
ok traced.toml: 20 nodes, 4 validators; 1 source, 1 class; horizon 1h
  source `recorded`: 3 rows from 2026-03-28T23:50:00Z to 2026-03-29T02:00:00Z; 2 counted, 1 beyond the horizon
  method `mine`: 5 % of answers by validators
  computing is free: `pricing.compute` is 0, and no node has a `price`
  checks are free: `pricing.verification` is 0
  memory: at most 1 429 MB, for at most 1 000 000 open jobs (`limits.open-jobs`) with one check or copy each, 24 parties and 3 recorded rows
  warning: source `recorded`: its tokens are not used, because class `job` has `work`
  warning: method `mine`: check 0 takes no work and no time and costs nothing; `work = 1.0` computes an answer again
";
    assert_eq!(text, expected);
    // A run says the same on standard error, and its results stay as they were.
    let out = desk.run("run traced.toml");
    assert_eq!(code(&out), 0);
    assert!(said(&out).contains("2 counted, 1 beyond the horizon\n"), "{}", said(&out));
    assert!(said(&out).contains("warning: source `recorded`: its tokens are not used"), "{}", said(&out));
    assert!(!String::from_utf8_lossy(&out.stdout).contains("beyond"));
    let whole = &json(&desk.print("check traced.toml --format json"))[0];
    assert_eq!((&whole["ok"], &whole["kind"]), (&true.into(), &"scenario".into()));
    assert_eq!(whole["warnings"].as_array().map(Vec::len), Some(2));
}

/// Each is allowed, and none is likely to have been meant.
#[test]
fn what_is_suspicious_is_a_warning() {
    let seconds = |times: &[u64]| times.iter().fold("t\n".to_owned(), |text, time| format!("{text}{time}\n"));
    let looped = ("time = \"t\"", "time = \"t\", loop = true, unit = \"1ns\"");
    type Case<'c> = (&'c str, String, &'c [(&'c str, &'c str)], &'c str);
    let cases: [Case<'_>; 6] = [
        ("beyond", seconds(&[0, 4_000, 5_000]), &[], "2 of 3 rows lie beyond the horizon: is `unit` right?"),
        (
            "hidden",
            seconds(&[0, 5, 9]),
            &[("horizon = \"1h\"", "horizon = \"1h\"\nwarm-up = \"10min\"")],
            "so none of its 3 rows is counted",
        ),
        ("same", seconds(&[7, 7, 7]), &[], "all 3 rows come at the same instant"),
        ("loop", seconds(&[0, 10, 20]), &[looped], "it begins again every 30ns, 1.2e11 times in the run"),
        (
            "early",
            seconds(&[0, 60, 120]),
            &[],
            "its last row comes at 2min of a horizon of 1h: nothing is asked for after it",
        ),
        (
            "back",
            seconds(&[9, 3, 70, 5, 3_000]),
            &[],
            "the times in column `t` go back 2 times: is it the column of times?",
        ),
    ];
    for (name, rows, changes, warning) in cases {
        let desk = traced(name, &rows, changes);
        let text = desk.print("check traced.toml");
        assert!(text.lines().any(|line| line.starts_with("  warning: ") && line.contains(warning)), "{name}: {text}");
    }
    let quiet = traced("quiet", &seconds(&[0, 1_000, 3_500]), &[]).print("check traced.toml");
    assert!(!quiet.contains("warning"), "{quiet}");
}

/// A count is written in one way, whatever it counts; what is to be typed keeps its digits together.
#[test]
fn counts_are_written_alike() {
    let rows: String = (0..2_500).map(|second| format!("{}\n", 2 * second)).collect();
    let desk = traced("counts", &format!("t\n{rows}"), &[]);
    let text = desk.print("check traced.toml");
    assert!(text.contains("2 500 rows over 83.3min; 1 800 counted, 700 beyond the horizon\n"), "{text}");
    assert!(
        text.contains("for at most 1 000 000 open jobs (`limits.open-jobs`), 20 parties and 2 500 recorded rows"),
        "{text}"
    );
    let text = desk.print("check traced.toml --set warm-up=3500s");
    assert!(text.contains("; 1 750 in the warm-up, 50 counted, 700 beyond the horizon\n"), "{text}");
    let message = desk.fail("check traced.toml --set record.tick=1us", 2);
    assert!(message.starts_with("error: more than 10 000 000 samples: "), "{message}");
    let message = desk.fail("check traced.toml --set nodes[0].count=4000000000", 2);
    assert!(message.starts_with("error: 4 000 000 000 nodes\n") && message.contains("at most 10000000\n"), "{message}");
}

/// Windows of a file of clients that never come are counted as rows of a trace are.
#[test]
fn windows_beyond_the_horizon_are_counted() {
    let rows = "client,t_s,rate_rps,iat_dist,p1\n1,0,0.000001,Gamma,1\n1,600000,5,Gamma,1\n1,1200000,5,Gamma,1\n";
    let rule = "rule = \"trace\", trace = { file = \"trace.csv\", time = \"t\" }";
    let desk = traced("windows", rows, &[(rule, "rule = \"clients\", clients = { file = \"trace.csv\" }")]);
    let text = desk.print("check traced.toml");
    assert!(text.contains("1 client in 3 windows over "), "{text}");
    assert!(text.contains("2 beyond the horizon, 1 played\n"), "{text}");
    assert!(text.contains("warning: source `recorded`: only 0.00 jobs are expected before the horizon"), "{text}");
}

/// Tables of a rule that was not chosen are named.
#[test]
fn what_is_not_used_is_said() {
    let desk = traced("unused", "t\n0\n3000\n", &[]);
    let text = desk.print("check traced.toml --set routing.pool={rule=\"all\",random={d=2}}");
    assert!(text.contains("  not used: `routing.pool.random`, because the rule is `all`\n"), "{text}");
}

#[test]
fn studies_and_scenarios_are_told_apart() {
    let desk = traced("study", "t\n0\n3000\n", &[]);
    let study = "name = \"s\"\nbase = \"traced.toml\"\nmeasures = [\"jobs\"]\nreplications = { fixed = 2 }\n\
                 [[axes]]\npath = \"nodes[0].count\"\nrange = { from = 1, to = 3, count = 5 }\n";
    fs::write(desk.path("s.toml"), study).expect("written");
    let text = desk.print("check s.toml traced.toml");
    let expected =
        "ok s.toml: a study of traced.toml: 3 points, 6 runs\n  2 more points of the design coincide with these";
    assert!(text.starts_with(expected) && text.contains("\nok traced.toml: 20 nodes"), "{text}");
    let wrong = "error: `s.toml` is a study, not a scenario\nhelp: `reliance study run s.toml` runs it\n";
    assert_eq!(desk.fail("run s.toml", 2), wrong);
    assert_eq!(desk.fail("explain s.toml", 2), wrong);
    assert!(desk.fail("study plan traced.toml", 2).starts_with("error: `traced.toml` is a scenario, not a study\n"));
    fs::write(desk.path("s.toml"), study.replace("{ fixed = 2 }", "5")).expect("written");
    let out = desk.run("check s.toml --format json");
    assert_eq!(code(&out), 2);
    let problem = &json(&String::from_utf8_lossy(&out.stdout))[0]["problems"][0];
    assert_eq!(problem["help"], "write `{ fixed = 5 }`");
    assert_eq!((&problem["line"], &problem["column"]), (&4.into(), &16.into()));
    fs::write(desk.path("s.toml"), study.replace("count = 5", "counts = 5")).expect("written");
    assert!(desk.fail("check s.toml", 2).contains("did you mean `count`?"));
}

/// A text in UTF-16, as some editors save it, is told as such, with a mark at its start or without.
#[test]
fn a_text_in_another_encoding_is_named() {
    let desk = traced("utf-16", "t\n0\n", &[]);
    let marked = format!("\u{feff}{TRACED}");
    for (text, is_little) in [(TRACED, true), (&marked, true), (&marked, false)] {
        let order = |word: u16| if is_little { word.to_le_bytes() } else { word.to_be_bytes() };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        fs::write(desk.path("wide.toml"), bytes).expect("written");
        for words in ["check wide.toml", "run wide.toml", "study plan wide.toml"] {
            let message = desk.fail(words, 2);
            assert!(
                message.starts_with("error: `wide.toml` is UTF-16 text\n   = help: save it as UTF-8\n"),
                "{message}"
            );
        }
    }
}

/// The nearest names are those of scenarios, also from the folder above.
#[test]
fn a_missing_scenario_is_looked_for() {
    let desk = Desk::new("understood-missing");
    fs::create_dir(desk.path("scenarios")).expect("a folder");
    for name in ["Cargo.toml", ".clippy.toml", "scenarios/quickstart.toml"] {
        fs::write(desk.path(name), "").expect("written");
    }
    for name in ["quickstart", "quickstart.toml", "quikstart.toml"] {
        let help = desk.fail(&format!("run {name}"), 2);
        assert!(help.contains("did you mean `scenarios/quickstart.toml`?"), "{help}");
    }
    assert!(!desk.fail("run other.toml", 2).contains("Cargo.toml"));
}

/// What is printed into a pipe is whole.
#[test]
fn explain_cuts_nothing_in_a_pipe() {
    let long = "w".repeat(200);
    let desk = traced("pipe", "t\n0\n", &[]);
    let text = desk.print(&format!("explain traced.toml --set question={long}"));
    assert!(text.contains(&long) && !text.contains('…'), "{text}");
}

/// Who raised an alarm, that it was false, what was taken back and what it cost the node.
#[test]
fn a_job_tells_why_its_answer_was_revoked() {
    let strict = "\n[[validators]]\nname = \"few\"\ncount = 2\n[verification]\nmethods = [\"mine\"]\n\
                  slash = { fixed = 0.5 }\n[verification.define.mine]\n\
                  checks = [{ by = \"validators\", work = 0.1, timing = \"deferred\", window = \"1min\", false-alarm = 1.0 }]\n\
                  [pricing]\ncompute = { rule = \"list\", list = { price = 0.01 } }\n\
                  # Whoever weighed what such a check does would ask for nothing.\n[routing]\nchoice = \"first\"\n";
    let last = "count = 20\n";
    let desk = traced(
        "revoked",
        "t\n0\n10\n",
        &[(last, &format!("{last}stake = {{ law = \"constant\", value = 10 }}\n{strict}"))],
    );
    let text = desk.print("explain traced.toml --job recorded:0");
    assert!(text.contains("what became of it: revoked-right\n"), "{text}");
    for line in [
        "check 0 of `mine` by validator 2",
        "(`few`): a false alarm: the answer was right\n",
        "the answer was revoked, though it was right\n",
        "(`fleet`) was fined 0.5 tokens\n",
        " taken back\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let summary = desk.print("run traced.toml");
    for row in ["alarms", "right answers alarmed at", "fines, tokens"] {
        assert!(summary.lines().any(|line| line.starts_with(row) && !line.ends_with(" 0")), "{row}: {summary}");
    }
}

/// An offer names the group of its node.
#[test]
fn a_job_tells_whose_offers_it_had() {
    let desk = traced("offers", "t\n0\n10\n", &[]);
    let text = desk.print("explain traced.toml --job recorded:0");
    let (_, offers) = text.split_once("offers at 0.000 s").unwrap_or_else(|| panic!("{text}"));
    let columns = |row: &str| row.split_whitespace().take(3).map(str::to_owned).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = offers.lines().skip(1).take(2).map(columns).collect();
    assert_eq!(rows[0], ["node", "group", "method"], "{text}");
    assert_eq!(rows[1][1..], ["fleet", "none"], "{text}");
}

/// What is chosen by name is listed, and a method can be copied and changed.
#[test]
fn methods_are_shown_to_be_copied() {
    let desk = traced("rules", "t\n0\n3000\n", &[]);
    assert!(desk.print("rules laws").contains("lognormal\n    Lognormal: "));
    assert!(desk.print("rules disciplines").contains("processor-sharing\n"));
    assert!(desk.print("rules processes").contains("log-ou\n"));
    let methods = desk.print("rules verification");
    let (_, from) = methods.split_once("[verification.define.my-spot-check]\n").expect("the method spot-check");
    let checks = from.lines().next().expect("its checks").trim();
    assert_eq!(methods.matches("[verification.define.my-").count(), 14, "all but `none`");
    let own = format!(
        "{}\n[[validators]]\nname = \"few\"\ncount = 2\n[verification]\nmethods = [\"my-spot-check\"]\n[verification.define.my-spot-check]\n{}\n",
        TRACED,
        checks.replace("sample = 0.1", "sample = 0.05")
    );
    fs::write(desk.path("own.toml"), own).expect("written");
    assert!(desk.print("check own.toml").contains("method `my-spot-check`: 5 % of answers by validators\n"));
}
