//! Files and merging, and what must hold for any text.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::Deserialize;

use super::{Document, Effective, Set};
use crate::scenario::problems::Problems;

/// A folder for one test, with files in it, gone at the end.
pub(in crate::scenario) struct Folder(pub(in crate::scenario) PathBuf);

impl Folder {
    pub(in crate::scenario) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("reliance-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Writes a file, in a folder below if its name says so, and returns its path.
    pub(in crate::scenario) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A message with the folder's own path taken out.
    pub(in crate::scenario) fn without(&self, text: impl ToString) -> String {
        text.to_string().replace(&format!("{}/", self.0.display()), "").replace(&self.0.display().to_string(), ".")
    }

    fn load(&self, name: &str) -> Result<Document, String> {
        Document::load(&self.0.join(name), &[]).map_err(|problems| self.without(problems))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn documents_extend_one_another() {
    let folder = Folder::new("extends");
    folder.write("base.toml", "seed = 1\n[demand]\nrate = 1.0\nlaw = { name = \"day\" }\n[[nodes]]\nname = \"a\"\n");
    folder.write("deep/more.toml", "extends = [\"../base.toml\"]\n[demand]\ntrace = \"t.csv\"\nrate = 2.0\n");
    let path = folder.write(
        "x.toml",
        "extends = [\"deep/more.toml\", \"base.toml\"]\nnodes = []\nuntil = \"1h\"\n[demand]\nlaw.peak = 3\n",
    );
    let set = "demand.late=true".parse::<Set>().unwrap();
    let document = Document::load(&path, &[set]).unwrap();
    assert_eq!(
        document.resolved_json(),
        r#"{"seed":1,"demand":{"rate":1.0,"law":{"name":"day","peak":3},"trace":"t.csv","late":true},"nodes":[],"until":"1h"}"#
    );
    let shown: Vec<(String, String, String)> = document
        .effective()
        .into_iter()
        .map(|Effective { path, value, origin }| (path, value, folder.without(origin)))
        .collect();
    let expected = [
        ("seed", "1", "base.toml:1"),
        ("demand.rate", "1.0", "base.toml:3"),
        ("demand.law.name", "\"day\"", "base.toml:4"),
        ("demand.law.peak", "3", "x.toml:5"),
        ("demand.trace", "\"t.csv\"", "deep/more.toml:3"),
        ("demand.late", "true", "command line `--set demand.late=true`"),
        ("nodes", "[]", "x.toml:2"),
        ("until", "\"1h\"", "x.toml:3"),
    ];
    assert_eq!(shown, expected.map(|(path, value, origin)| (path.into(), value.into(), origin.into())));
    // A path holds from the folder of the file that wrote it.
    assert_eq!(document.input_path("demand.trace"), Some(folder.0.join("deep/t.csv")));
    assert_eq!(document.input_path("seed"), None);
    assert_eq!(folder.without(document.key_origin("demand.law").unwrap().label()), "x.toml:5");
}

/// The parameters of another law would have no way out of a table, so one that names its law is whole.
#[test]
fn a_table_that_names_its_law_replaces_the_one_below() {
    let folder = Folder::new("laws");
    folder.write(
        "base.toml",
        "a = { law = \"lognormal\", median = 1, sigma = 2 }\nb = { law = \"gamma\", mean = 1, cv = 2 }\n",
    );
    let path =
        folder.write("x.toml", "extends = [\"base.toml\"]\na = { law = \"exponential\", mean = 3 }\nb.mean = 4\n");
    let document = Document::load(&path, &[]).unwrap();
    let expected = r#"{"a":{"law":"exponential","mean":3},"b":{"law":"gamma","mean":4,"cv":2}}"#;
    assert_eq!(document.resolved_json(), expected);
}

#[test]
fn arrays_of_named_tables_merge_name_by_name() {
    let folder = Folder::new("named");
    let base =
        "seed = 1\nlist = [1, 2]\n[[nodes]]\nname = \"a\"\ncount = 3\nspeed = 2\n[[nodes]]\nname = \"b\"\ncount = 1\n";
    folder.write("base.toml", base);
    let read = |text: &str| {
        let path = folder.write("x.toml", format!("extends = [\"base.toml\"]\n{text}"));
        Document::load(&path, &[]).map(|document| document.resolved_json()).map_err(|problems| folder.without(problems))
    };
    // One is changed, one is new; any other array is replaced.
    let text = "list = [3]\n[[nodes]]\nname = \"b\"\ncount = 5\n[[nodes]]\nname = \"c\"\ncount = 7\n";
    let nodes = r#"{"name":"a","count":3,"speed":2},{"name":"b","count":5},{"name":"c","count":7}"#;
    assert_eq!(read(text).unwrap(), format!(r#"{{"seed":1,"list":[3],"nodes":[{nodes}]}}"#));
    // Two of a name in one file stay two, whatever is below; one without a name replaces all, and so does nothing.
    let two = read("[[nodes]]\nname = \"c\"\n[[nodes]]\nname = \"c\"\n").unwrap();
    assert!(two.ends_with(r#"{"name":"c"},{"name":"c"}]}"#), "{two}");
    let two = read("[[nodes]]\nname = \"b\"\n[[nodes]]\nname = \"b\"\n").unwrap();
    assert!(two.ends_with(r#"{"name":"b","count":1},{"name":"b"}]}"#), "{two}");
    assert!(read("nodes = [{ count = 1 }]\n").unwrap().ends_with(r#""nodes":[{"count":1}]}"#));
    assert!(read("nodes = []\n").unwrap().ends_with(r#""nodes":[]}"#));
    // What is not wanted is taken away: an entry, or a whole key.
    let text = "without = [\"nodes[a]\", \"seed\"]\n[[nodes]]\nname = \"b\"\nspeed = 9\n";
    assert_eq!(read(text).unwrap(), r#"{"list":[1,2],"nodes":[{"name":"b","count":1,"speed":9}]}"#);
    let text = "without = [\"nodes\"]\n[[nodes]]\nname = \"b\"\n";
    assert_eq!(read(text).unwrap(), r#"{"seed":1,"list":[1,2],"nodes":[{"name":"b"}]}"#);
    // What is not there cannot be taken away.
    let wrong = read("without = [\"nodes[d]\"]\n").unwrap_err();
    assert!(wrong.starts_with("error: there is no `nodes[d]` in what this file extends\n"), "{wrong}");
}

#[test]
fn problems_in_what_is_extended_say_so() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "its fields are only read by serde")]
    struct Small {
        seed: u64,
        rate: f64,
    }
    let folder = Folder::new("extended");
    folder.write("base.toml", "sede = 1\n");
    folder.write("x.toml", "extends = [\"base.toml\"]\nrate = true\n");
    let problems = folder.load("x.toml").unwrap().parse::<Small>().unwrap_err();
    assert_eq!(
        folder.without(problems),
        "error: expected a number, found `true`\n  --> x.toml:2:8\n   |\n 2 | rate = true\n   |        ^^^^\n\n\
         error: unknown key `sede`\n  --> base.toml:1:1\n   |\n 1 | sede = 1\n   | ^^^^\n   = note: extended by x.toml:1\n   = help: did you mean `seed`?\n\n\
         2 problems in x.toml"
    );
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = Folder::new("missing");
    folder.write("base.toml", "extends = [\"x.toml\"]");
    folder.write("x.toml", "extends = [\"base.toml\"]");
    folder.write("far.toml", "extends = [\"bsae.toml\", \"nowhere/y.toml\", 3]");
    folder.write("latin.toml", b"a = 1\nb = \"\xe9\"");
    folder.write("flat.toml", "extends = \"base.toml\"");
    let wrong = |name: &str| folder.load(name).unwrap_err();
    assert_eq!(
        wrong("x.toml"),
        "error: `extends` goes round in a circle\n  --> base.toml:1:12\n   |\n 1 | extends = [\"x.toml\"]\n   |            ^^^^^^^^\n   = note: x.toml -> base.toml -> x.toml\n   = note: extended by x.toml:1"
    );
    assert_eq!(wrong("bas.toml"), "error: cannot read `bas.toml`: no such file\n   = help: did you mean `base.toml`?");
    assert_eq!(
        wrong("quite-another.toml"),
        "error: cannot read `quite-another.toml`: no such file\n   = help: the nearest names there are `base.toml`, `far.toml`, `flat.toml`, `latin.toml`, `x.toml`"
    );
    assert_eq!(
        wrong("far.toml"),
        "error: cannot read `bsae.toml`: no such file\n  --> far.toml:1:12\n   |\n 1 | extends = [\"bsae.toml\", \"nowhere/y.toml\", 3]\n   |            ^^^^^^^^^^^\n   = help: did you mean `base.toml`?\n\n\
         error: cannot read `nowhere/y.toml`: no such file\n  --> far.toml:1:25\n   |\n 1 | extends = [\"bsae.toml\", \"nowhere/y.toml\", 3]\n   |                         ^^^^^^^^^^^^^^^^\n   = help: there is no folder `nowhere`\n\n\
         error: `extends` is an array of file names, found an integer\n  --> far.toml:1:43\n   |\n 1 | extends = [\"bsae.toml\", \"nowhere/y.toml\", 3]\n   |                                           ^\n   = help: write `extends = [\"base.toml\"]`\n\n\
         3 problems in far.toml"
    );
    assert_eq!(
        wrong("latin.toml"),
        "error: not UTF-8 text from here on\n  --> latin.toml:2:6\n   |\n 2 | b = \"\u{fffd}\"\n   |      ^\n   = help: save the file as UTF-8"
    );
    assert_eq!(wrong("."), "error: cannot read `.`: it is a folder");
    assert!(wrong("flat.toml").starts_with("error: `extends` is an array of file names, found a string\n"));
}

#[test]
fn keys_come_in_the_order_they_were_written() {
    let text = "z = 1\na = 2\n[m.inner]\nx = 1\n[b]\ny.q = 1\nc = 1\ny.p = 2\n[m]\na = 1\n";
    let document = Document::from_text("x.toml", text, &[]).unwrap();
    let expected = r#"{"z":1,"a":2,"m":{"inner":{"x":1},"a":1},"b":{"y":{"q":1,"p":2},"c":1}}"#;
    assert_eq!(document.resolved_json(), expected);
    let more = document.with("study axis", &["b.c={}".parse().unwrap(), "new.key=1".parse().unwrap()]).unwrap();
    assert_eq!(more.resolved_json(), expected.replace(r#""c":1}}"#, r#""c":{}},"new":{"key":1}}"#));
    assert_eq!(more.origin("new.key").unwrap().label(), "study axis `new.key=1`");
}

#[test]
fn checks_across_fields_point_at_them() {
    let document = Document::from_text("x.toml", "[[nodes]]\ncount = 0\n[demand]\nrate = 1\n", &[]).unwrap();
    let mut problems = Problems::default();
    problems.at(&document, "demand.until", "`until` lies beyond the horizon", None);
    problems.at(&document, "nodes[0].count", "a kind of node without nodes", "leave it out");
    assert_eq!(
        problems.to_string(),
        "error: a kind of node without nodes\n  --> x.toml:2:9\n   |\n 2 | count = 0\n   |         ^\n   = help: leave it out\n\n\
         error: `until` lies beyond the horizon\n  --> x.toml:3:1\n   |\n 3 | [demand]\n   | ^^^^^^^^\n\n\
         2 problems in x.toml"
    );
}

#[test]
fn nesting_beyond_reason_is_refused() {
    // Each of 79 braces holds 79 dotted keys, over six thousand levels: near the most that the parser lets through.
    let dotted = ["k"; 79].join(".");
    let text = format!("{}{dotted} = 1{}", format!("{dotted} = {{ ").repeat(79), " }".repeat(79));
    let said = Document::from_text("x.toml", &text, &[]).unwrap_err().to_string();
    assert!(said.starts_with("error: nested deeper than 100 levels\n"), "{said}");
    let said = Document::from_text("x.toml", &format!("{text} ]"), &[]).unwrap_err().to_string();
    assert!(said.starts_with("error: "), "{said}");
    let set = Set { path: vec!["a"; 101].join("."), value: "1".into() };
    let said = Document::from_text("x.toml", "", &[set]).unwrap_err().to_string();
    assert!(said.starts_with("error: a path of more than 100 steps\n"), "{said}");
}

/// Any TOML value a few levels deep.
fn value() -> impl Strategy<Value = toml::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(toml::Value::Integer),
        any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite()).prop_map(toml::Value::Float),
        any::<bool>().prop_map(toml::Value::Boolean),
        "\\PC{0,12}".prop_map(toml::Value::String),
        Just(toml::Value::Datetime("2023-11-16T18:15:46.5Z".parse().unwrap())),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(toml::Value::Array),
            prop::collection::btree_map(key(), inner, 0..4)
                .prop_map(|table| toml::Value::Table(table.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[a-d]", 1 => "\\PC{0,6}"]
}

fn table() -> impl Strategy<Value = toml::Table> {
    prop::collection::btree_map(key(), value(), 0..5)
        .prop_map(|table| table.into_iter().filter(|(key, _)| key != "extends" && key != "without").collect())
}

/// Deep merge as the rules state it, on the parser's own tables.
fn merged(mut under: toml::Table, over: &toml::Table) -> toml::Table {
    for (key, value) in over {
        let value = match (under.remove(key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => toml::Value::Table(merged(old, new)),
            (_, new) => new.clone(),
        };
        under.insert(key.clone(), value);
    }
    under
}

/// A document's values in the parser's own terms.
fn plain(document: &Document) -> toml::Table {
    let text = format!("root = {}", document.root().to_toml());
    let mut whole: toml::Table = text.parse().unwrap();
    let toml::Value::Table(root) = whole.remove("root").unwrap() else { panic!("{text}") };
    root
}

proptest! {
    #[test]
    fn any_document_reads_back_and_merges(base in table(), over in table()) {
        let folder = Folder::new("property-merge");
        folder.write("base.toml", toml::to_string(&base).unwrap());
        let text = toml::to_string(&over).unwrap();
        prop_assert_eq!(plain(&Document::from_text("x.toml", &text, &[]).unwrap()), over.clone());
        let path = folder.write("x.toml", format!("extends = [\"base.toml\"]\n{text}"));
        let document = Document::load(&path, &[]).unwrap();
        prop_assert_eq!(plain(&document), merged(base, &over));
        // Every value shown is found at its path and can be set to itself.
        let shown = document.effective();
        let sets: Vec<Set> = shown.iter().map(|one| Set { path: one.path.clone(), value: one.value.clone() }).collect();
        for set in &sets {
            prop_assert_eq!(document.value(&set.path).map(|node| node.to_toml()), Some(set.value.clone()));
        }
        prop_assert_eq!(document.with("test", &sets).unwrap().resolved_json(), document.resolved_json());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&document.resolved_json()).is_ok());
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\\[\\]{}=.,\"'#\n\t 0-9a-c]){0,60}", path in "[a-c.\\[\\]0-9\"]{0,8}", value in "\\PC{0,8}") {
        let read = Document::from_text("x.toml", &text, &[]);
        let said = match read {
            Ok(document) => {
                let _ = document.origin(&path);
                let set = document.with("test", &[Set { path, value }]);
                set.map(|document| format!("{:?}", document.parse::<Vec<u8>>())).unwrap_or_else(|problems| problems.to_string())
            }
            Err(problems) => problems.to_string(),
        };
        prop_assert!(!said.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let folder = Folder::new("property-bytes");
        let path = folder.write("x.toml", bytes);
        let _ = Document::load(Path::new(&path), &[]).map_err(|problems| problems.to_string());
    }
}
