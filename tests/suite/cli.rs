//! The command line keeps its word: the same run gives the same bytes, every end has its exit code, and nothing that is not
//! whole looks whole.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use self::desk::{Desk, code, digest, json, said};

mod desk;
mod dictionary;
mod ends;
mod fragile;
mod limits;
mod memory;
mod new;
mod ours;
mod replications;
mod understood;

const TABLES: [&str; 4] = ["jobs.parquet", "nodes.parquet", "series.parquet", "summary.parquet"];

#[test]
fn the_same_run_gives_the_same_bytes() {
    let desk = Desk::new("same");
    desk.print("new shop");
    let first = desk.print("run shop.toml --out first");
    digest(&first);
    for (folder, threads) in [("second", None), ("third", Some("1")), ("fourth", Some("5"))] {
        let mut command = desk.command(&format!("run shop.toml --out {folder}"));
        if let Some(threads) = threads {
            command.env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads);
        }
        let out = command.output().expect("the binary");
        assert_eq!(String::from_utf8_lossy(&out.stdout), first, "{folder}: {}", said(&out));
        for table in TABLES {
            let bytes = |folder: &str| fs::read(desk.path(folder).join(table)).expect("a table");
            assert!(bytes(folder) == bytes("first"), "{table} of the {folder} run differs");
        }
    }
}

#[test]
fn the_seed_is_named() {
    let desk = Desk::new("seed");
    desk.print("new shop");
    let one = desk.print("run shop.toml");
    let two = desk.print("run shop.toml --seed 2");
    assert_ne!(digest(&one), digest(&two));
    assert!(one.lines().next().is_some_and(|line| line.contains("seed 1")), "{one}");
    assert!(two.lines().next().is_some_and(|line| line.contains("seed 2")), "{two}");
    assert!(desk.path("output/shop-2/manifest.json").is_file(), "{:?}", desk.names());
    let json = json(&desk.print("run shop.toml --seed 2 --format json"));
    assert_eq!((&json["seed"], json["digest"].as_str()), (&Value::from(2), Some(digest(&two))));
}

#[test]
fn a_setting_has_a_folder_of_its_own() {
    let desk = Desk::new("set");
    desk.print("new shop");
    let plain = desk.print("run shop.toml");
    let changed = desk.print("run shop.toml --set nodes[servers].count=99 --set horizon=30min");
    assert_ne!(digest(&plain), digest(&changed));
    let mut folders = desk.names();
    folders.retain(|name| name.starts_with("output/") && name.matches('/').count() == 1);
    assert_eq!(folders[0], "output/shop-1");
    let tail = folders[1].strip_prefix("output/shop-1-").expect("six digits of the identity");
    assert!(folders.len() == 2 && tail.len() == 6, "{folders:?}");
    let manifest = json(&fs::read_to_string(desk.path(&folders[1]).join("manifest.json")).expect("a manifest"));
    assert!(manifest["id"].as_str().is_some_and(|id| id.starts_with(tail)));
    assert_eq!(manifest["circumstances"]["digest"], digest(&changed));
}

#[test]
fn a_summary_is_printed_for_people_programs_and_pages() {
    let desk = Desk::new("formats");
    desk.print("new shop");
    let text = desk.print("run shop.toml");
    let object = json(&desk.print("run shop.toml --format json"));
    assert_eq!(object["digest"], digest(&text));
    let page = desk.print("run shop.toml --format md");
    assert_eq!(digest(&page), digest(&text));
    let columns = reliance::record::tables::summary_of(&reliance::Summary::default()).columns;
    assert!(columns.len() > 50, "{} columns", columns.len());
    for column in columns {
        assert!(object.get(column.name).is_some(), "{}", column.name);
        assert!(page.contains(&format!("| {} |", column.name)), "{}", column.name);
    }
    let object = object.to_string();
    for printed in [&text, &object, &page] {
        let claims = ["±", "half_width", "interval"].iter().find(|words| printed.contains(**words));
        assert_eq!(claims, None, "one run has no interval: {printed}");
    }
    let out = desk.run("run shop.toml");
    assert!(said(&out).contains("events/s"), "speed is told, but not among the results: {}", said(&out));
    assert!(!text.contains("events/s"), "{text}");
}

#[test]
fn a_saved_run_goes_on_to_the_same_end() {
    let desk = Desk::new("save");
    desk.print("new shop");
    let whole = json(&desk.print("run shop.toml --set nodes[servers].count=99 --seed 5 --format json"));
    let before = desk.names();
    for (until, nanos) in [("20min", 1_200_000_000_000_u64), ("50min", 3_000_000_000_000)] {
        desk.print(&format!("run shop.toml --set nodes[servers].count=99 --seed 5 --until {until} --save {until}.run"));
        let rest = json(&desk.print(&format!("run --from {until}.run --out {until} --format json")));
        assert_eq!((&rest["digest"], &rest["seed"]), (&whole["digest"], &whole["seed"]));
        assert_eq!(rest["from_ns"], nanos, "the summary says from when on it counts");
        assert!(rest["jobs"].as_u64() < whole["jobs"].as_u64());
        fs::remove_dir_all(desk.path(until)).expect("its tables");
    }
    desk.print("run shop.toml --set nodes[servers].count=99 --seed 5 --until 1min --save first.run");
    let rest = json(&desk.print("run --from first.run --out first --format json"));
    assert_eq!(rest, whole, "a save within the warm-up takes nothing from the summary");
    fs::remove_dir_all(desk.path("first")).expect("its tables");
    let mut after = desk.names();
    after.retain(|name| !name.ends_with(".run"));
    assert_eq!(after, before, "a save leaves nothing but itself");
}

#[test]
fn a_save_of_something_else_is_refused() {
    let desk = Desk::new("refused");
    desk.print("new shop");
    desk.print("run shop.toml --until 10min --save a.run");
    let good = fs::read(desk.path("a.run")).expect("the save");
    let changed = |key: &str, to: u8| {
        let at = good.windows(key.len()).position(|part| part == key.as_bytes()).expect("it is in the head");
        let mut bytes = good.clone();
        bytes[at + key.len()] = to;
        bytes
    };
    let (other, older) = (changed("\"version\":\"", b'9'), changed("\"reliance_save\":1", b'0'));
    let mut damaged = good.clone();
    *damaged.last_mut().expect("a byte") ^= 1;
    let cut = &good[..good.len() - 1];
    let says = ["saved by version 9", "in layout 10", "damaged", "damaged", "not a saved run"];
    for (bytes, words) in [&other[..], &older, &damaged, cut, b"text\n"].into_iter().zip(says) {
        fs::write(desk.path("b.run"), bytes).expect("written");
        let message = desk.fail("run --from b.run", 2);
        assert!(message.contains(words), "{message}");
    }
    let text = fs::read_to_string(desk.path("shop.toml")).expect("the scenario");
    fs::write(desk.path("shop.toml"), text.replace("count = 100", "count = 101")).expect("written");
    let message = desk.fail("run --from a.run", 2);
    assert!(message.contains("has changed since the run was saved"), "{message}");
    fs::remove_file(desk.path("shop.toml")).expect("removed");
    desk.fail("run --from a.run", 2);
    desk.fail("run --from nowhere.run", 2);
    assert_eq!(desk.names(), ["a.run", "b.run"]);
}

#[test]
fn bad_usage_and_bad_scenarios_are_two() {
    let desk = Desk::new("usage");
    desk.print("new shop");
    desk.print("run shop.toml --until 30min --save a.run");
    let before = desk.names();
    for words in [
        "",
        "fly",
        "run",
        "run shop.toml --seeds 1",
        "run shop.toml --seed -1",
        "run shop.toml --set horizon",
        "run shop.toml --set horizn=1h",
        "run shop.toml --set horizon=soon",
        "run shop.toml --until 30min",
        "run shop.toml --save b.run",
        "run shop.toml --until soon --save b.run",
        "run shop.toml --until 1h --save b.run",
        "run shop.toml --until 30min --save b.run --out b",
        "run shop.toml --from a.run",
        "run --from a.run --seed 2",
        "run --from a.run --set horizon=3h",
        "run --from a.run --until 40min --save b.run",
        "run nowhere.toml",
        "run shop.toml --format yaml",
        "check",
        "explain",
        "explain nowhere.toml",
        "rules weather",
        "completions abacus",
        "new",
        "new shop",
        "new a.b",
        "new below/shop",
    ] {
        let message = desk.fail(words, 2);
        assert!(!message.is_empty() && !message.contains("panicked"), "`{words}`: {message}");
    }
    assert_eq!(desk.names(), before);
}

#[test]
fn every_file_is_checked() {
    let desk = Desk::new("check");
    desk.print("new good");
    desk.print("new better");
    let text = fs::read_to_string(desk.path("good.toml")).expect("the scenario");
    fs::write(desk.path("bad.toml"), text.replace("count = 100", "coun = 100")).expect("written");
    fs::write(desk.path("worse.toml"), text.replace("horizon = \"1h\"", "horizon = 2")).expect("written");
    let fine = desk.print("check good.toml better.toml");
    assert!(fine.starts_with("ok good.toml") && fine.contains("\nok better.toml"), "{fine}");
    let out = desk.run("check bad.toml good.toml worse.toml nowhere.toml better.toml");
    assert_eq!(code(&out), 2);
    assert_eq!(String::from_utf8_lossy(&out.stdout), fine, "a bad file keeps no other from being checked");
    for words in ["bad.toml:", "did you mean `count`?", "worse.toml:", "nowhere.toml", "3 of 5"] {
        assert!(said(&out).contains(words), "{words}: {}", said(&out));
    }
}

#[test]
fn what_cannot_be_written_is_one_and_leaves_nothing() {
    let desk = Desk::new("unwritable");
    desk.print("new shop");
    fs::write(desk.path("file"), "text").expect("a file");
    fs::create_dir(desk.path("thesis")).expect("a folder");
    fs::write(desk.path("thesis/chapter.md"), "text").expect("a file");
    let before = desk.names();
    for (words, why) in [
        ("run shop.toml --out file", "cannot replace `file`: part of its path is a file, not a folder"),
        ("run shop.toml --out file/below", "cannot create `file`: it is there already and is no folder"),
        ("run shop.toml --out file/far/below", "cannot create `file/far`: part of its path is a file, not a folder"),
        ("run shop.toml --out thesis", "cannot replace `thesis`: it holds files but no `manifest.json`"),
        ("run shop.toml --until 10min --save nowhere/a.run", "cannot write `nowhere/a.run`: `nowhere`: no such file\n"),
        ("report nowhere", "cannot read `nowhere/manifest.json`: no such file\n"),
        ("chart nowhere", "cannot read `nowhere/manifest.json`: no such file\n"),
    ] {
        let message = desk.fail(words, 1);
        assert!(message.contains(&format!("error: {why}")), "{words}: {message}");
        assert_eq!(desk.names(), before, "{words}");
    }
    assert_eq!(desk.fail("run --from nowhere.run", 2), "error: cannot read `nowhere.run`: no such file\n");
    assert_eq!(fs::read_to_string(desk.path("thesis/chapter.md")).expect("the file"), "text");
    // A disk without room, where the system has such a file.
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let out = desk.command("schema").stdout(full).output().expect("the binary");
        assert_eq!(code(&out), 1, "a result that is lost is a failure");
    }
}

#[test]
fn nobody_need_listen() {
    let desk = Desk::new("pipe");
    desk.print("new shop");
    for words in [
        "run shop.toml",
        "rules",
        "schema",
        "schema study",
        "dictionary",
        "explain shop.toml",
        "completions bash",
        "--help",
    ] {
        let mut command = desk.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary");
        drop(child.stdout.take());
        let mut message = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut message).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "`{words}`: {message}");
        assert!(!message.contains("panicked"), "{message}");
    }
}

/// Years of a quiet market, far longer than the test waits, are ended by an interrupt.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let desk = Desk::new("interrupted");
    desk.print("new shop");
    let before = desk.names();
    let years = "--set horizon=2000d --set record.tick=1h --set demand.sources[0].arrivals.poisson.rate=1/s";
    for ending in ["--out years", "--until 1900d --save years.run"] {
        let mut command = desk.command(&format!("run shop.toml {years} {ending}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary");
        // So that it listens, and is well under way.
        std::thread::sleep(Duration::from_millis(700));
        assert!(child.try_wait().expect("a child").is_none(), "the run is over too soon");
        let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().expect("a shell");
        assert!(sent.success());
        let out = child.wait_with_output().expect("it ends");
        assert_eq!(out.status.code(), Some(1), "{}", said(&out));
        assert!(out.stdout.is_empty() && said(&out).contains("nothing was written"), "{}", said(&out));
        assert_eq!(desk.names(), before);
    }
}

#[test]
fn reference_is_printed() {
    let desk = Desk::new("reference");
    assert_eq!(desk.print("--version"), format!("reliance {}\n", env!("CARGO_PKG_VERSION")));
    for verb in ["run", "check", "explain", "rules", "schema", "dictionary", "new", "completions"] {
        assert!(desk.print("--help").contains(&format!("\n  {verb} ")), "{verb}");
        assert!(desk.print(&format!("{verb} --help")).contains("Usage: "), "{verb}");
    }
    let rules = desk.print("rules");
    for rule in reliance::policy::rules() {
        let pool = desk.print(&format!("rules {}", rule.kind));
        assert!(pool.contains(rule.example) && rules.contains(pool.trim_end()), "{} {}", rule.kind, rule.name);
    }
    let schema = json(&desk.print("schema"));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(schema["properties"]["horizon"].is_object());
    let (page, object) = (desk.print("dictionary"), json(&desk.print("dictionary --format json")));
    assert!(object.is_array() || object.is_object());
    assert!(json(&desk.print("schema study"))["properties"]["replications"].is_object());
    for table in [reliance::record::tables::all(), reliance::study::dictionary::all()].concat() {
        assert!(page.contains(&format!("## `{}`", table.name)), "{}", table.name);
        assert!(table.columns.iter().all(|column| page.contains(column.meaning)), "{}", table.name);
    }
    assert!(desk.print("completions bash").contains("reliance"));
}

#[test]
fn a_scenario_is_explained() {
    let desk = Desk::new("explain");
    desk.print("new shop");
    let text = desk.print("explain shop.toml --set seed=4 --set routing.pool={rule=\"all\",random={d=2}}");
    let line = |path: &str| {
        let found = text.lines().find(|line| line.split_whitespace().next() == Some(path));
        found.unwrap_or_else(|| panic!("no `{path}` in {text}")).to_string()
    };
    assert!(line("horizon").contains("\"1h\"") && line("horizon").contains("shop.toml:"));
    assert!(line("seed").contains("command line `--set seed=4`"));
    assert!(line("retries.most").contains("  2  ") && line("retries.most").contains("  default: how often"));
    // A value that no file gives a unit has one all the same.
    let words = |path: &str| line(path).split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>().join(" ");
    assert_eq!(words("retries.pause"), "\"0s\" default: how long the requester waits before it tries again");
    assert!(words("pricing.verification.list.price").ends_with("default: the price per unit, in credits"));
    assert!(line("routing.pool.random.d").contains("unused"));
    let out = desk.run("explain shop.toml --set warm-up=3h");
    assert_eq!(code(&out), 2);
    assert!(said(&out).contains("is not shorter than the horizon"), "{}", said(&out));
}
