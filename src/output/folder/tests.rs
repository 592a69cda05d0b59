//! What stands where an output is to be: replaced, put back, or left alone and named.

use super::*;
use crate::output::identity::Identity;
use crate::output::manifest::{Circumstances, Manifest};
use crate::parquet::scratch::Scratch;

/// The manifest of a run with this seed.
fn manifest(seed: u64) -> Manifest {
    let circumstances = Circumstances::of(vec!["reliance".into()], String::new(), String::new(), 0.0);
    Manifest::new(Identity::new("{}".into(), seed, Vec::new()), circumstances)
}

fn filled(whole: &Path, replace: Replace, seed: u64, text: &str) -> Result<Folder, FileError> {
    let folder = Folder::create_over(whole, replace)?;
    folder.files().write("a.parquet", text.as_bytes())?;
    manifest(seed).write(folder.files())?;
    Ok(folder)
}

fn complete(whole: &Path, seed: u64, text: &str) -> Result<(), FileError> {
    filled(whole, Replace::Same(manifest(seed).id), seed, text)?.finish().map(drop)
}

fn text(whole: &Path) -> String {
    fs::read_to_string(whole.join("a.parquet")).expect("the table")
}

#[test]
fn an_output_appears_whole() {
    let scratch = Scratch::new("folder-whole");
    let whole = scratch.join("output/ordinary-0.5-1");
    complete(&whole, 1, "one").expect("written");
    assert_eq!(text(&whole), "one");
    let first = filled(&whole, Replace::Ours, 1, "two").expect("started");
    assert_eq!(text(&whole), "one", "the earlier output stays until the new one is complete");
    let content = first.files().folder().to_path_buf();
    assert_eq!(content, scratch.join("output/.ordinary-0.5-1.partial/whole"), "hidden, and deeper than an output");
    drop(first);
    assert_eq!(text(&whole), "one");
    complete(&whole, 1, "three").expect("written");
    assert_eq!(text(&whole), "three");
    assert_eq!(fs::read_dir(scratch.join("output")).expect("a folder").count(), 1, "nothing else is left");
}

#[test]
fn two_runs_never_write_one_output() {
    let scratch = Scratch::new("folder-lock");
    let whole = scratch.join("ordinary-1");
    let first = filled(&whole, Replace::Nothing, 1, "one").expect("started");
    let error = Folder::create(&whole).expect_err("a second run").to_string();
    let work = scratch.join(".ordinary-1.partial");
    assert_eq!(error, format!("cannot write `{}`: another run is writing it", work.display()));
    first.finish().expect("the first ends");
}

#[test]
fn what_a_killed_run_left_is_cleared() {
    let scratch = Scratch::new("folder-killed");
    let (whole, work) = (scratch.join("ordinary-1"), scratch.join(".ordinary-1.partial"));
    complete(&whole, 1, "one").expect("written");
    // Killed while filling, and killed between setting aside and taking the place; killed before and amid its mark.
    fs::create_dir_all(work.join(CONTENT)).expect("a leftover");
    fs::write(work.join(MARK), MARK_TEXT).expect("its mark");
    fs::write(work.join(CONTENT).join("a.parquet"), "tw").expect("half a table");
    fs::rename(&whole, work.join(OLD)).expect("set aside");
    for mark in [None, Some(""), Some("An output of")] {
        let folder = filled(&whole, Replace::Ours, 1, "three").expect("started");
        assert_eq!(text(&whole), "one", "the earlier output is back");
        drop(folder);
        assert_eq!(scratch.names(), ["ordinary-1"]);
        fs::create_dir(&work).expect("a leftover");
        mark.into_iter().for_each(|mark| fs::write(work.join(MARK), mark).expect("a mark"));
    }
}

/// Whatever stands in the way and is not ours is named and stays, whole and in part.
#[test]
fn a_strangers_files_stay() {
    let scratch = Scratch::new("folder-strangers");
    let (whole, work) = (scratch.join("ordinary-1"), scratch.join(".ordinary-1.partial"));
    for (name, precious) in [("dir", true), ("mark", true), ("file", false)] {
        match precious {
            true => fs::create_dir(&work).and_then(|()| fs::write(work.join("thesis"), name)),
            false => fs::write(&work, name),
        }
        .expect("a stranger's");
        if name == "mark" {
            fs::write(work.join(MARK), "not what we write").expect("a file");
        }
        let error = complete(&whole, 1, "one").expect_err("not ours").to_string();
        assert!(error.starts_with(&format!("cannot remove `{}`: it stands where", work.display())), "{error}");
        assert_eq!(scratch.names(), [".ordinary-1.partial"]);
        match precious {
            true => {
                assert_eq!(fs::read_to_string(work.join("thesis")).expect("it is there"), name);
                fs::remove_dir_all(&work).expect("removed");
            }
            false => fs::remove_file(&work).expect("removed"),
        }
    }
}

/// Only a folder whose manifest is ours, and lists all that is in it, is replaced.
#[test]
fn only_a_result_of_ours_is_replaced() {
    let scratch = Scratch::new("folder-others");
    let whole = scratch.join("thesis");
    fs::create_dir(&whole).expect("a folder");
    complete(&whole, 1, "one").expect("an empty folder may be filled");
    let refused = |words: &str| {
        let before = fs::read_dir(&whole).expect("a folder").count();
        let error = filled(&whole, Replace::Ours, 1, "two").expect_err("not ours").to_string();
        assert!(
            error.starts_with(&format!("cannot replace `{}`: ", whole.display())) && error.contains(words),
            "{error}"
        );
        assert_eq!((text(&whole).as_str(), before), ("one", fs::read_dir(&whole).expect("a folder").count()));
        assert_eq!(scratch.names(), ["thesis"]);
    };
    for name in ["notes.md", "b.parquet", "report.html", "charts/mine.svg", "notes/day.txt", "study.json"] {
        let path = whole.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "precious").expect("a stranger's file");
        refused(&format!("`{}` in it was not written by this program", name.split("/day").next().expect("a name")));
        fs::remove_file(&path).expect("removed");
        let _ = fs::remove_dir(path.parent().expect("a folder"));
    }
    // Pictures and the page that were drawn of it go with it, as does what a file manager left.
    fs::create_dir_all(whole.join("charts")).expect("a folder");
    for name in ["charts/fates.svg", "report.html"] {
        fs::write(whole.join(name), format!("{}{}", "x".repeat(65_530), own::MARK)).expect("ours");
    }
    fs::write(whole.join(".DS_Store"), "x").expect("litter");
    complete(&whole, 1, "one").expect("all of it is ours");
    assert_eq!(fs::read_dir(&whole).expect("a folder").count(), 2);
    let good = fs::read(whole.join(MANIFEST)).expect("the manifest");
    for text in ["{\"manifest_version\":3}", "text"] {
        fs::write(whole.join(MANIFEST), text).expect("another manifest");
        refused("is not that of a run");
    }
    fs::remove_file(whole.join(MANIFEST)).expect("no output any more");
    refused("it holds files but no `manifest.json`, so it is not the output of a run");
    fs::write(whole.join(MANIFEST), good).expect("as it was");
    let error = complete(&whole, 2, "two").expect_err("another seed").to_string();
    assert!(error.contains("it holds another result, of identity") && error.contains("`--force`"), "{error}");
    assert_eq!(text(&whole), "one");
    filled(&whole, Replace::Ours, 2, "two").expect("any").finish().expect("done");
    assert_eq!(text(&whole), "two");
    fs::write(scratch.join("file"), "text").expect("a file");
    assert!(complete(&scratch.join("file"), 1, "two").is_err(), "a file is not replaced by a folder");
    assert!(Folder::create(Path::new("/")).is_err());
}

/// What a user puts beside a result while the next one is made stays, and so does the new one.
#[test]
fn notes_made_meanwhile_keep_both() {
    let scratch = Scratch::new("folder-meanwhile");
    let whole = scratch.join("ordinary-1");
    complete(&whole, 1, "one").expect("written");
    let folder = filled(&whole, Replace::Ours, 1, "two").expect("started");
    fs::write(whole.join("notes.md"), "precious").expect("notes");
    let error = folder.finish().expect_err("notes").to_string();
    let content = scratch.join(".ordinary-1.partial/whole");
    assert!(error.contains("`notes.md` in it") && error.contains(&content.display().to_string()), "{error}");
    assert_eq!((text(&whole), text(&content)), ("one".to_string(), "two".to_string()));
    assert_eq!(fs::read_to_string(whole.join("notes.md")).expect("the notes"), "precious");
}

/// A link to a folder is followed, one that leads nowhere is refused at once; links inside a result are strangers.
#[cfg(unix)]
#[test]
fn links_are_followed_where_they_are_named_and_nowhere_else() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new("folder-links");
    fs::create_dir_all(scratch.join("disk/far")).expect("a folder");
    symlink("disk/far", scratch.join("near")).expect("a link");
    symlink("nowhere", scratch.join("lost")).expect("a link");
    complete(&scratch.join("near"), 1, "one").expect("written");
    assert_eq!(text(&scratch.join("disk/far")), "one");
    assert!(fs::symlink_metadata(scratch.join("near")).expect("the link").is_symlink());
    complete(&scratch.join("near/"), 1, "two").expect("written");
    assert_eq!(text(&scratch.join("disk/far")), "two");
    complete(&scratch.join("near"), 1, "one").expect("written");
    let error = Folder::create(&scratch.join("lost")).expect_err("nowhere").to_string();
    assert!(error.starts_with("cannot follow the link `"), "{error}");
    fs::create_dir(scratch.join("mine")).expect("a folder");
    symlink("../../mine", scratch.join("disk/far/charts")).expect("a link");
    let error = complete(&scratch.join("near"), 1, "two").expect_err("a link in it").to_string();
    assert!(error.contains("`charts` in it was not written by this program"), "{error}");
    fs::remove_file(scratch.join("disk/far/charts")).expect("removed");
    symlink("../mine", scratch.join("disk/.far.partial")).expect("a link");
    let error = complete(&scratch.join("near"), 1, "two").expect_err("a link in the way").to_string();
    assert!(error.contains("it stands where the output is made"), "{error}");
    assert_eq!(scratch.names(), ["disk", "lost", "mine", "near"]);
}

/// A disk that is mounted cannot be replaced by a folder: that is said before the run.
#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_is_refused_at_once() {
    assert!(is_mount(Path::new("/proc")));
    let error = Folder::create_over(Path::new("/proc"), Replace::Ours).expect_err("mounted").to_string();
    assert_eq!(error, "cannot replace `/proc`: a disk is mounted there; name a folder in it");
    assert!(!is_mount(Scratch::new("folder-mount").path()));
}

#[test]
#[should_panic(expected = "an output is complete with its manifest")]
fn an_output_without_a_manifest_is_a_mistake() {
    let scratch = Scratch::new("folder-manifest");
    let _ = Folder::create(&scratch.join("ordinary-1")).expect("started").finish();
}
