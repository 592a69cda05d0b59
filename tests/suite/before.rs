//! Outputs of an older format are drawn and reported as today's are. `tests/before` holds some by the version that wrote them;
//! here the same values stand in today's columns beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reliance::chart::CHARTS;
use reliance::output::folder::Folder;
use reliance::output::identity::FORMAT;
use reliance::output::manifest::Manifest;
use reliance::output::renamed;
use reliance::parquet::{self, Field, Kind, Values, Writer};
use reliance::record::tables;

use super::trial::ROOT;

const FOLDERS: [&str; 5] = ["run", "frozen", "replications", "grid", "search"];

fn before(folder: &str) -> PathBuf {
    Path::new(ROOT).join("tests/before").join(folder)
}

/// The tables of a folder by name, each with its columns' names and kinds.
fn written(folder: &Path) -> BTreeMap<String, Vec<(String, Kind)>> {
    let manifest = Manifest::read(folder).expect("a manifest");
    let tables = manifest.circumstances.files.iter().filter_map(|file| file.path.strip_suffix(".parquet"));
    let path = |name: &str| folder.join(format!("{name}.parquet"));
    let kept = tables.filter(|name| path(name).exists());
    kept.map(|name| (name.to_string(), parquet::schema(&path(name)).expect("a table"))).collect()
}

/// Today's names of the columns of a table.
fn today(manifest: &Manifest, table: &str, columns: &[(String, Kind)]) -> Vec<String> {
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    renamed::columns(manifest.identity.format, table, &names)
}

/// The folder in today's format, with the same values.
fn rewritten(old: &Path, new: &Path) {
    let mut manifest = Manifest::read(old).expect("a manifest");
    let folder = Folder::create(new).expect("begun");
    for (table, columns) in written(old) {
        let file = format!("{table}.parquet");
        let names = today(&manifest, &table, &columns);
        let kinds = columns.iter().map(|(_, kind)| *kind);
        let fields: Vec<Field> = names.iter().zip(kinds).map(|(name, kind)| Field::new(name, kind, true)).collect();
        let wanted: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let all_valid = |mut values: Values| {
            let rows = values.len();
            values.valid.get_or_insert_with(|| vec![true; rows]);
            values
        };
        let values: Vec<Values> =
            parquet::read(&old.join(&file), &wanted).expect("values").into_iter().map(all_valid).collect();
        let mut writer = Writer::create(Vec::new(), &fields, &[]).expect("a writer");
        if !values[0].is_empty() {
            writer.write(&values).expect("written");
        }
        folder.files().write(&file, &writer.finish().expect("finished")).expect("a file");
    }
    manifest.identity.format = FORMAT;
    let measures = renamed::measure(1, &manifest.identity.scenario);
    manifest.identity.scenario = measures;
    manifest.id = manifest.identity.id();
    manifest.write(folder.files()).expect("a manifest");
    folder.finish().expect("whole");
}

fn reliance(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_reliance")).args(arguments).output().expect("the command runs");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "`reliance {}`:\n{message}", arguments.join(" "));
}

/// The pictures and the page of a folder as texts, without what names the folder's identity or its files.
fn drawn(folder: &Path, frozen: Option<&Path>) -> BTreeMap<String, String> {
    let text = |path: &Path| path.to_str().expect("a plain path").to_string();
    let twin = frozen.map_or(Vec::new(), |frozen| vec!["--frozen".to_string(), text(frozen)]);
    let short = |folder: &Path| Manifest::read(folder).expect("a manifest").identity.short();
    let manifest = Manifest::read(folder).expect("a manifest");
    let is_drawn = !folder.ends_with("replications");
    for verb in [Some("report"), is_drawn.then_some("chart")].into_iter().flatten() {
        let words: Vec<String> = [verb.to_string(), text(folder)].into_iter().chain(twin.clone()).collect();
        reliance(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let pictures =
        fs::read_dir(folder.join("charts")).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let pictures = pictures.filter(|path| path.extension().is_some_and(|end| end == "svg"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("text");
        let text = text
            .replace(&manifest.id, "ID")
            .replace(&short(folder), "SHORT")
            .replace(&short(frozen.unwrap_or(folder)), "SHORT");
        let format = format!("reliance.format: {}", manifest.identity.format);
        let text = renamed::measure(1, &text.replace(&format, "FORMAT"));
        // The line with the identity is as wide as its digits.
        let (first, rest) = text.split_once(" textLength=\"").unwrap_or((&text, ""));
        let rest = rest.split(" textLength=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
        let text = [first].into_iter().chain(rest).collect::<String>();
        // A page ends with what the folder is.
        let shown = text.split_once("What it is a result of").map(|(shown, _)| shown.to_string());
        (path.file_name().expect("a name").to_string_lossy().into_owned(), shown.unwrap_or(text))
    };
    pictures.chain([folder.join("report.html")]).map(read).collect()
}

#[test]
fn a_folder_of_an_older_format_is_drawn_as_one_of_today() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("before");
    let _ = fs::remove_dir_all(&place);
    for folder in FOLDERS {
        let (old, new) = (place.join("old").join(folder), place.join("new").join(folder));
        fs::create_dir_all(&old).expect("a folder");
        for entry in fs::read_dir(before(folder)).expect("a folder").map(|entry| entry.expect("an entry")) {
            fs::copy(entry.path(), old.join(entry.file_name())).expect("copied");
        }
        fs::create_dir_all(place.join("new")).expect("a folder");
        rewritten(&old, &new);
    }
    let mut pictures = BTreeSet::new();
    for folder in FOLDERS.iter().filter(|folder| **folder != "frozen") {
        let frozen = |age: &str| (*folder == "run").then(|| place.join(age).join("frozen"));
        let (old, new) = (place.join("old").join(folder), place.join("new").join(folder));
        let (old, new) = (drawn(&old, frozen("old").as_deref()), drawn(&new, frozen("new").as_deref()));
        assert_eq!(old.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>(), "{folder}");
        for (name, old) in &old {
            assert!(*old == new[name], "`{folder}/{name}` of the older format differs");
        }
        pictures.extend(old.into_keys());
    }
    // Few jobs of that run were checked, too few for tenths of quotes; no format of before had probes, parties that come and go, or reliance.
    let later = ["quotes", "full-price", "parties", "holders"];
    let expected =
        CHARTS.iter().filter(|chart| !later.contains(&chart.name)).map(|chart| format!("{}.svg", chart.name));
    let studies = ["forest-placeable-without-verification.svg", "forest-compute-alone.svg", "survival.svg"];
    let by_class = "forest-by-class-placeable-without-distrust.svg";
    for name in expected.chain(studies.map(str::to_string)).chain([by_class.to_string()]) {
        assert!(pictures.contains(&name), "`{name}` was not drawn: {pictures:?}");
    }
}

/// A column of a run has its name of today, and of a study's none has a name of before.
#[test]
fn every_column_of_an_older_format_has_a_name_of_today() {
    let declared = tables::all();
    let mut renamed = 0;
    for folder in FOLDERS {
        let manifest = Manifest::read(&before(folder)).expect("a manifest");
        for (table, columns) in written(&before(folder)) {
            let names = today(&manifest, &table, &columns);
            renamed += names.iter().zip(&columns).filter(|(today, (before, _))| *today != before).count();
            let known = declared.iter().find(|known| known.name == table);
            for name in &names {
                let is_known = known.is_none_or(|known| known.columns.iter().any(|column| column.name == name));
                assert!(is_known, "`{table}.{name}` is no column of today");
                let is_old = ["failed", "baseline", "method"].contains(&name.as_str())
                    && ["means", "frontier", "intervals", "differences"].contains(&table.as_str());
                assert!(!is_old && !name.contains("alive_without") && !name.ends_with("_lower"), "`{table}.{name}`");
            }
        }
    }
    assert!(renamed > 40, "{renamed} columns have other names today");
}
