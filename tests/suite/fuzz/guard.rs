//! A folder around the scratch folder, in which nothing may change; and the working folder, in which nothing may change either.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::trial::ROOT;

/// What is in a folder, with the length and the time of the last change of each file.
type Listing = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// A folder of decoys with a scratch folder among them.
pub struct Guard {
    root: PathBuf,
    before: (Listing, Listing),
}

impl Guard {
    /// Decoys, and an empty scratch folder among them.
    pub fn new(name: &str) -> Guard {
        let root = std::env::temp_dir().join(format!("reliance-fuzz-{name}-{}", std::process::id()));
        // What a test that was killed left behind.
        let _ = fs::remove_dir_all(&root);
        for decoy in
            ["victim", "manifest.json", "study.json", "output/notes.md", "charts/fates.svg", "x.partial", "a/b/c.csv"]
        {
            let path = root.join(decoy);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
            fs::write(path, "precious").expect("a decoy");
        }
        fs::create_dir_all(root.join("scratch")).expect("a folder of our own");
        let before = (around(&root), project());
        Guard { root, before }
    }

    /// Where mutants live.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Panics if anything around the scratch folder, or in the working folder, has changed.
    pub fn check(self) {
        assert_eq!(around(&self.root), self.before.0, "nothing around the scratch folder is touched");
        // Beside other tests the working folder may change by what they do.
        if super::is_long() {
            assert_eq!(project(), self.before.1, "nothing in the working folder is touched");
        }
        fs::remove_dir_all(&self.root).expect("a folder of our own");
    }
}

fn around(root: &Path) -> Listing {
    let mut found = Listing::new();
    walk(root, &["scratch"], &mut found);
    found
}

fn project() -> Listing {
    let mut found = Listing::new();
    walk(Path::new(ROOT), &["target", ".git"], &mut found);
    found
}

/// Everything below a folder but these of its own entries. Folders are listed without a time, which those left out would change.
fn walk(folder: &Path, without: &[&str], found: &mut Listing) {
    for entry in fs::read_dir(folder).expect("a folder that can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if without.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let about = fs::symlink_metadata(&path).expect("what was listed");
        if about.is_dir() {
            walk(&path, &[], found);
            found.insert(path, (0, None));
        } else {
            found.insert(path, (about.len(), about.modified().ok()));
        }
    }
}

#[test]
fn a_change_is_noticed() {
    let guard = Guard::new("guard");
    fs::write(guard.root.join("a/new"), "").expect("written");
    let root = guard.root.clone();
    let found = super::caught::caught(|| guard.check()).expect_err("a new file");
    assert!(found.contains("nothing around the scratch folder is touched"), "{found}");
    fs::remove_dir_all(root).expect("a folder of our own");
}
