//! Nothing of a user's is replaced or removed, and a folder from a stranger leads no write out of itself.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::Path;

use super::desk::{Desk, code, digest, said};

fn put(desk: &Desk, name: &str, text: &str) {
    let path = desk.path(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn text(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.path(name)).unwrap_or_else(|wrong| panic!("`{name}`: {wrong}"))
}

/// A small study of the scenario that `new shop` writes.
const STUDY: &str = "name = \"s\"\nbase = \"shop.toml\"\nmeasures = [\"wait_mean_s\"]\nreplications = { fixed = 2 }\n\
                     chunk = 2\n[[axes]]\npath = \"horizon\"\nvalues = [\"10min\", \"15min\", \"20min\"]\n";

/// What stands where an output is to be, or where it is made, and is not ours.
#[test]
fn what_is_not_ours_stays_and_is_named() {
    let desk = Desk::new("ours-folders");
    desk.print("new shop");
    desk.print("run shop.toml --out made --set horizon=20min");
    for (name, file, words) in [
        ("ext", "ext/src/thesis.txt", "`ext`: its `manifest.json` is not that of a run"),
        ("made", "made/notes.md", "`notes.md` in it was not written by this program"),
        ("made", "made/charts/mine.svg", "`charts/mine.svg` in it was not written by this program"),
        ("foo", ".foo.partial/thesis.txt", "`.foo.partial`: it stands where the output is made"),
        ("foo", ".foo.partial", "`.foo.partial`: it stands where the output is made"),
    ] {
        put(&desk, "ext/manifest.json", "{\"manifest_version\":3}");
        put(&desk, file, "precious");
        let before = desk.names();
        for force in ["", " --force"] {
            let message = desk.fail(&format!("run shop.toml --set horizon=20min --out {name}{force}"), 1);
            assert!(message.contains(words), "{file}: {message}");
        }
        assert_eq!((text(&desk, file).as_str(), desk.names()), ("precious", before));
        fs::remove_file(desk.path(file)).expect("removed");
        let _ = fs::remove_dir(desk.path(file).parent().expect("a folder"));
    }
    // Names that this program once used are anyone's.
    for file in ["made.partial/thesis.txt", "made.old/manifest.json", "new.old/manifest.json"] {
        put(&desk, file, "precious");
    }
    for name in ["made", "new"] {
        desk.print(&format!("run shop.toml --set horizon=20min --out {name}"));
    }
    for file in ["made.partial/thesis.txt", "made.old/manifest.json", "new.old/manifest.json"] {
        assert_eq!(text(&desk, file), "precious");
    }
}

/// Two files of one name and seed, or one that was edited, share the name of a folder and not its content.
#[test]
fn a_result_of_another_identity_is_replaced_only_by_force() {
    let desk = Desk::new("ours-identity");
    desk.print("new shop");
    let first = desk.print("run shop.toml");
    assert_eq!(desk.print("run shop.toml"), first, "the same result takes the place of itself");
    let edited = text(&desk, "shop.toml").replace("count = 100", "count = 99");
    put(&desk, "other.toml", &edited);
    let manifest = text(&desk, "output/shop-1/manifest.json");
    let message = desk.fail("run other.toml", 1);
    assert!(message.contains("it holds another result") && message.contains("help: `--force`"), "{message}");
    assert_eq!(text(&desk, "output/shop-1/manifest.json"), manifest);
    let second = desk.print("run other.toml --force");
    assert_ne!(digest(&second), digest(&first));
    assert!(text(&desk, "output/shop-1/manifest.json").contains(digest(&second)));
}

#[test]
fn a_save_replaces_nothing_but_a_save() {
    let desk = Desk::new("ours-saves");
    desk.print("new shop");
    let scenario = text(&desk, "shop.toml");
    for (name, words) in [("shop.toml", &*scenario), ("thesis.txt", "precious"), ("m.run.partial", "precious")] {
        put(&desk, name, words);
    }
    for name in ["shop.toml", "thesis.txt"] {
        let message = desk.fail(&format!("run shop.toml --until 5min --save {name} --force"), 1);
        assert!(message.contains(&format!("`{name}`: it was not written by this program")), "{message}");
    }
    desk.print("run shop.toml --until 5min --save m.run");
    desk.print("run shop.toml --until 6min --save m.run");
    let message = desk.fail("run shop.toml --seed 2 --until 5min --save m.run", 1);
    assert!(message.contains("it is the save of another scenario, seed or version"), "{message}");
    desk.print("run shop.toml --seed 2 --until 5min --save m.run --force");
    assert_eq!((text(&desk, "shop.toml"), text(&desk, "thesis.txt")), (scenario, "precious".to_string()));
    assert_eq!(desk.names(), ["m.run", "m.run.partial", "shop.toml", "thesis.txt"]);
    assert_eq!(text(&desk, "m.run.partial"), "precious");
}

/// A save and its scenario may move together, and the scenario alone if the command says where to.
#[test]
fn a_save_finds_its_scenario() {
    let desk = Desk::new("ours-moved");
    fs::create_dir_all(desk.path("a/runs")).expect("a folder");
    desk.print("new shop");
    fs::rename(desk.path("shop.toml"), desk.path("a/shop.toml")).expect("moved");
    let whole = desk.print("run a/shop.toml --format json --out whole");
    desk.print("run a/shop.toml --until 20min --save a/runs/m.run");
    fs::rename(desk.path("a"), desk.path("b")).expect("moved");
    let last = |printed: &str| printed.lines().find(|line| line.contains("\"digest\"")).expect("it").to_string();
    assert_eq!(last(&desk.print("run --from b/runs/m.run --out rest --format json")), last(&whole));
    fs::rename(desk.path("b/shop.toml"), desk.path("c.toml")).expect("moved");
    let message = desk.fail("run --from b/runs/m.run --out lost", 2);
    assert!(message.contains("b/runs/../shop.toml") && message.contains("help: `--scenario PATH`"), "{message}");
    assert_eq!(last(&desk.print("run --from b/runs/m.run --scenario c.toml --out found --format json")), last(&whole));
    desk.fail("run shop.toml --scenario c.toml", 2);
    for name in ["/dev/zero", "b/runs"] {
        if Path::new("/dev/zero").exists() {
            let message = desk.fail(&format!("run --from {name}"), 2);
            let told = ["only plain files are read", "it is a folder"];
            assert!(told.iter().any(|told| message.to_lowercase().contains(told)), "{message}");
        }
    }
    let save = fs::read(desk.path("b/runs/m.run")).expect("the save");
    let text = String::from_utf8_lossy(&save);
    let (before, after) = text.split_once("\"reliance_save\":").expect("its layout");
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    put(&desk, "late.run", &format!("{before}\"reliance_save\":4294967296{after}"));
    let message = desk.fail("run --from late.run", 2);
    assert!(message.contains("in layout 4294967296"), "{message}");
}

/// A run that is taken up with settings is the run of a scenario that is amended so at that instant, and says so.
#[test]
fn a_save_is_taken_up_with_a_change() {
    let desk = Desk::new("ours-amended");
    desk.print("new shop");
    let digest = |words: &str| desk.print(words).lines().last().expect("a digest").to_string();
    let plain = digest("run shop.toml --until 20min --save mid.run");
    let amended = digest("run --from mid.run --set demand.value-factor=0.5 --out amended");
    assert_ne!(digest("run --from mid.run --out as-it-was"), amended);
    let text = "extends = [\"shop.toml\"]\n[[amend]]\nat = \"20min\"\nset = { \"demand.value-factor\" = 0.5 }\n";
    put(&desk, "amended.toml", text);
    assert_eq!(digest("run amended.toml --out written"), amended);
    let said = desk.print("check amended.toml");
    assert!(said.contains("from 20min on: demand.value-factor = 0.5"), "{said}");
    assert_ne!(digest("run amended.toml --until 30min --save late.run"), plain);
    assert_eq!(digest("run --from late.run --out late"), amended);
    let manifest = fs::read_to_string(desk.path("amended/manifest.json")).expect("a manifest");
    let told = r#"\"amend\":[{\"at\":\"20min\",\"set\":{\"demand.value-factor\":0.5}}]"#;
    assert!(manifest.contains(told), "{manifest}");
    let message = desk.fail("run --from mid.run --set nodes[0].count=9", 2);
    assert!(
        message.contains("cannot amend `nodes[0].count`: nodes have their numbers from the opening on"),
        "{message}"
    );
    assert!(message.contains("--set nodes[0].count=9"), "{message}");
}

/// A twin is asked for by an option or in the scenario, and its save goes on as the twin.
#[test]
fn a_twin_is_asked_for_by_name() {
    let desk = Desk::new("ours-twin");
    desk.print("new shop");
    let digest = |words: &str| desk.print(words).lines().last().expect("a digest").to_string();
    let market = digest("run shop.toml --out market");
    let twin = digest("run shop.toml --twin frozen --out twin");
    assert_ne!(twin, market);
    assert_eq!(digest("run shop.toml --set twin=frozen --out set"), twin);
    assert_eq!(digest("run shop.toml --set twin=none --out none"), market);
    desk.print("run shop.toml --twin frozen --until 20min --save t.run");
    assert_eq!(digest("run --from t.run --out rest"), twin);
    let message = desk.fail("run shop.toml --twin resting", 2);
    assert!(message.contains("[possible values: frozen, rest, stationary]"), "{message}");
    desk.fail("run --from t.run --twin frozen", 2);
    let message = desk.fail("run shop.toml --set freeze=true", 2);
    assert!(message.contains("help: `freeze = true` is now `twin = \"frozen\"`"), "{message}");
}

#[test]
fn a_refused_study_touches_nothing() {
    let desk = Desk::new("ours-study");
    desk.print("new shop");
    put(&desk, "s.toml", STUDY);
    for (name, words) in
        [("d/study.lock", "precious"), ("d/other", "x"), ("e/study.json", "{\"id\": 7}"), ("f/other", "x")]
    {
        put(&desk, name, words);
    }
    let before = desk.names();
    let message = desk.fail("study run s.toml --out d", 2);
    assert_eq!(message, "error: `d` holds `other` and is no study's folder\n");
    for changed in ["", " --changed"] {
        let message = desk.fail(&format!("study run s.toml --out e{changed}"), 2);
        assert_eq!(message, "error: `e/study.json` was not written by this program\n");
        desk.fail(&format!("study run s.toml --out f{changed}"), 2);
    }
    assert_eq!((text(&desk, "d/study.lock").as_str(), desk.names()), ("precious", before));
    desk.print("study run s.toml --out st");
    let own = desk.names();
    let strangers = ["st/Cargo.lock", "st/notes.partial", "st/kept/thesis", "st/chunks/a.lock", "st/chunks/mine.csv"];
    strangers.iter().for_each(|name| put(&desk, name, "precious"));
    desk.print("study run s.toml --out st");
    put(&desk, "s.toml", &STUDY.replace("fixed = 2", "fixed = 3"));
    desk.print("study run s.toml --out st --changed");
    strangers.iter().for_each(|name| assert_eq!(text(&desk, name), "precious", "{name}"));
    assert!(
        !own.iter().any(|name| name.starts_with("st/") && name.ends_with(".lock")),
        "no lock stays behind: {own:?}"
    );
    put(&desk, "st/study.lock", "precious");
    desk.fail("study run s.toml --out st", 1);
    assert_eq!(text(&desk, "st/study.lock"), "precious");
}

/// Folders as a stranger might make them: each link in them leads to a victim, which stays as it is.
#[cfg(unix)]
#[test]
fn a_strangers_folder_leads_nowhere() {
    let desk = Desk::new("ours-links");
    desk.print("new shop");
    put(&desk, "s.toml", STUDY);
    desk.print("run shop.toml --set horizon=20min --out hf");
    desk.print("study run s.toml --out st");
    put(&desk, "v", "victim");
    put(&desk, "elsewhere/a.lock", "victim");
    let victims = || {
        (text(&desk, "v"), text(&desk, "elsewhere/a.lock"), fs::read_dir(desk.path("elsewhere")).expect("it").count())
    };
    let before = victims();
    let link = |to: &str, at: &str| {
        fs::create_dir_all(desk.path(at).parent().expect("a folder")).expect("a folder");
        let _ = fs::remove_file(desk.path(at));
        symlink(to, desk.path(at)).expect("a link");
    };
    // What was once the way: a name that can be guessed. It is not used any more.
    for at in ["hf/report.html.partial", "m.run.partial"] {
        link(&desk.path("v").display().to_string(), at);
    }
    desk.print("run shop.toml --until 5min --save m.run");
    assert!(fs::symlink_metadata(desk.path("m.run")).expect("the save").is_file());
    desk.print("report hf");
    for (at, to, words) in [
        ("hf/report.html", "../v", "report hf"),
        ("n.run", "v", "run shop.toml --until 5min --save n.run"),
        ("l.run", "nowhere", "run shop.toml --until 5min --save l.run"),
        ("hf/charts", "../elsewhere", "chart hf"),
        ("st/study.lock", "../v", "study run s.toml --out st"),
        ("st/study.lock", "../nowhere", "study run s.toml --out st"),
    ] {
        link(to, at);
        let message = desk.fail(words, 1);
        assert!(message.contains(at), "{at}: {message}");
        assert!(fs::symlink_metadata(desk.path(at)).expect("the link").is_symlink());
        assert!(!desk.path("nowhere").exists());
        assert_eq!(victims(), before, "{at}");
        fs::remove_file(desk.path(at)).expect("removed");
    }
    desk.print("chart hf");
    link("../../v", "hf/charts/fates.svg");
    desk.fail("chart hf", 1);
    fs::remove_file(desk.path("st/chunks/000000.csv")).expect("removed");
    link("../../v", "st/chunks/000000.lock");
    desk.fail("study run s.toml --out st", 1);
    fs::remove_file(desk.path("st/chunks/000000.lock")).expect("removed");
    fs::rename(desk.path("st/chunks"), desk.path("chunks")).expect("moved");
    link("../elsewhere", "st/chunks");
    for verb in ["run", "merge", "recheck"] {
        desk.fail(&format!("study {verb} s.toml --out st"), 1);
    }
    assert_eq!(victims(), before);
}

/// What was changed since it was written is not drawn.
#[test]
fn a_changed_table_is_not_drawn() {
    let desk = Desk::new("ours-changed");
    desk.print("new shop");
    desk.print("run shop.toml --set horizon=20min --out r");
    desk.print("report r");
    for name in ["summary", "jobs"] {
        let path = desk.path(&format!("r/{name}.parquet"));
        let good = fs::read(&path).expect("a table");
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, bad).expect("changed");
        for verb in ["report", "chart"] {
            let message = desk.fail(&format!("{verb} r"), 1);
            assert!(message.contains(&format!("cannot trust `r/{name}.parquet`")), "{message}");
        }
        fs::write(&path, good).expect("as it was");
    }
    desk.print("report r");
    fs::remove_file(desk.path("r/jobs.parquet")).expect("removed");
    let out = desk.run("chart r");
    assert!(
        code(&out) == 0 && said(&out).contains("the table `jobs` was recorded, but its file is gone"),
        "{}",
        said(&out)
    );
}

/// A path that is not UTF-8 works everywhere, but for a scenario that a save would have to name.
#[cfg(target_os = "linux")]
#[test]
fn paths_are_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new("ours-bytes");
    desk.print("new shop");
    put(&desk, "s.toml", STUDY);
    let odd = |name: &[u8]| OsStr::from_bytes(name).to_os_string();
    let scenario = desk.path("").join(odd(b"a\xff.toml"));
    fs::copy(desk.path("shop.toml"), &scenario).expect("copied");
    let run = |words: &str, last: &[u8]| desk.command(words).arg(odd(last)).output().expect("the binary");
    for (words, last) in [
        ("run --set horizon=20min", &b"a\xff.toml"[..]),
        ("run shop.toml --set horizon=20min --out", b"o\xff"),
        ("report", b"o\xff"),
        ("chart", b"o\xff"),
        ("study run s.toml --out", b"st\xff"),
        ("check", b"a\xff.toml"),
        ("run shop.toml --until 5min --save", b"m\xff.run"),
        ("run --out rest --from", b"m\xff.run"),
    ] {
        let out = run(words, last);
        assert_eq!(code(&out), 0, "`{words}`: {}", said(&out));
    }
    let out = run("run --until 5min --save m.run", b"a\xff.toml");
    assert!(code(&out) == 2 && said(&out).contains("it is not UTF-8"), "{}", said(&out));
    assert!(!desk.path("m.run").exists());
}

/// `--out` of a link is the folder it leads to; a link that leads nowhere is refused before the run.
#[cfg(unix)]
#[test]
fn tables_land_where_a_link_leads() {
    let desk = Desk::new("ours-far");
    desk.print("new shop");
    fs::create_dir_all(desk.path("disk/far")).expect("a folder");
    symlink("disk/far", desk.path("near")).expect("a link");
    symlink("nowhere", desk.path("lost")).expect("a link");
    for _ in 0..2 {
        desk.print("run shop.toml --set horizon=20min --out near");
        assert!(desk.path("disk/far/manifest.json").is_file() && fs::read_link(desk.path("near")).is_ok());
    }
    let message = desk.fail("run shop.toml --out lost", 1);
    assert!(message.contains("cannot follow the link `lost`"), "{message}");
}
