//! Mutated recordings, in every format that is read: of requests, of clients, of stakes, of blocks.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use reliance::engine::random::{KeyedRng, RandomSource};
use reliance::parquet::{Data, Field, Kind, Values, Writer};

use super::super::trial::ROOT;
use super::guard::Guard;
use super::mutate::{bytes, characters, one, other_number, place};
use super::scenarios::tried;
use super::{at_least, try_all};

/// A market that each kind of recording is put into.
const MARKET: &str = r#"
name = "mutant"
horizon = "10min"
[models.small]
prefill = [[0, "5ms"], [1000, "200ms"]]
decode = "4ms"
[classes.chat]
input-tokens = { law = "constant", value = 100 }
output-tokens = { law = "constant", value = 50 }
[classes.recorded]
[classes.urgent]
work = { law = "constant", value = "1s" }
[classes.bulk]
work = { law = "constant", value = "3s" }
[[nodes]]
name = "fleet"
count = 4
slots = 8
"#;

/// A source for the recordings that are none of requests.
const ASKED: &str = "[[demand.sources]]\nname = \"s\"\nclass = \"chat\"\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n";

/// The file of a recording, and what the scenario says of it; `FILE` is its name.
const KINDS: &[(&str, &str)] = &[
    (
        "tests/scenarios/requests.csv",
        "[[demand.sources]]\nname = \"s\"\narrivals = { rule = \"trace\", trace = { file = \"FILE\", time = \"at\", input = \"input\", \
         output = \"output\", class = \"class\", client = \"client\", loop = true } }\n",
    ),
    (
        "tests/broken/inputs/good.csv",
        "[[demand.sources]]\nname = \"s\"\nclass = \"recorded\"\narrivals = { rule = \"trace\", trace = { file = \"FILE\", \
         time = \"TIMESTAMP\", input = \"ContextTokens\", output = \"GeneratedTokens\" } }\n",
    ),
    (
        "tests/scenarios/clients.csv",
        "[[demand.sources]]\nname = \"s\"\nclass = \"chat\"\narrivals = { rule = \"clients\", clients = { file = \"FILE\", \
         window = \"60s\", loop = true } }\n",
    ),
    ("tests/broken/inputs/stakes.csv", "stake = { law = \"empirical\", file = \"FILE\", column = \"stake\" }\n"),
    (
        "tests/scenarios/blocks.csv",
        "[coordination]\ngas = 1\nblock = \"10s\"\ntarget = 500\nlimit = 2.0\nbackground = { file = \"FILE\", used = \"used\" }\n",
    ),
];

/// The endings of the formats.
const ENDINGS: &[&str] = &["csv", "tsv", "jsonl", "csv.gz", "parquet"];

/// What is written in place of a cell.
const CELLS: &[&str] = &[
    "",
    " ",
    "-1",
    "0",
    "1.8e19",
    "1e308",
    "nan",
    "inf",
    "-inf",
    "abc",
    "\"",
    "\"a",
    "a\"b",
    "2023-11-16 18:15:46.68",
    "12:00:60",
    "18446744073709551616",
    "9223372036854775807",
    "0x10",
    "1_000",
    "１",
    "é",
    "\u{0}",
    "\\ud800",
    "true",
    "null",
    "chat",
    "Gamma",
];

/// A recording as its rows of cells, the header first.
type Rows = Vec<Vec<String>>;

fn rows(text: &str) -> Rows {
    text.lines().map(|line| line.split(',').map(str::to_string).collect()).collect()
}

/// One or two changes of cells, rows and the header.
fn mutate(rows: &mut Rows, draw: &mut KeyedRng) {
    for _ in 0..1 + draw.below(2) {
        let (row, other) = (place(draw, rows.len()), place(draw, rows.len()));
        let columns = rows[row].len();
        let column = place(draw, columns);
        match draw.below(12) {
            0..4 => {
                let row = row.max(1).min(rows.len() - 1);
                if let Some(cell) = rows[row].get_mut(column) {
                    *cell = other_number(cell, draw);
                }
            }
            4..7 => rows[row].iter_mut().skip(column).take(1).for_each(|cell| *cell = one(draw, CELLS).to_string()),
            7 if columns > 1 => drop(rows[row].remove(column)),
            8 if rows.len() > 2 => drop(rows.remove(row)),
            9 => rows.insert(other, rows[row].clone()),
            10 => rows.swap(row, other),
            _ => {
                let at = place(draw, rows[0].len());
                rows[0].iter_mut().skip(at).take(1).for_each(|name| *name = characters(name, draw));
            }
        }
    }
}

fn delimited(rows: &Rows, by: &str, draw: &mut KeyedRng) -> Vec<u8> {
    let end = if draw.chance(0.1) { "\r\n" } else { "\n" };
    rows.iter().flat_map(|row| (row.join(by) + end).into_bytes()).collect()
}

/// An object a row; what is a number is written as one.
fn json_lines(rows: &Rows) -> Vec<u8> {
    let value = |cell: &String| match cell.parse::<f64>() {
        Ok(number) if number.is_finite() => cell.clone(),
        _ => format!("\"{}\"", cell.replace('"', "\\\"")),
    };
    let object = |row: &Vec<String>| {
        let entries: Vec<String> =
            rows[0].iter().zip(row).map(|(name, cell)| format!("{name:?}: {}", value(cell))).collect();
        format!("{{{}}}\n", entries.join(", "))
    };
    rows[1..].iter().flat_map(|row| object(row).into_bytes()).collect()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).expect("memory");
    packer.finish().expect("memory")
}

/// Columns of numbers where every cell is one, else of text; missing where a row is short.
fn parquet(rows: &Rows) -> Vec<u8> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (index, name) in rows[0].iter().enumerate() {
        let cells: Vec<Option<&String>> = rows[1..].iter().map(|row| row.get(index)).collect();
        let numbers: Option<Vec<f64>> = cells
            .iter()
            .map(|cell| cell.map_or(Some(0.0), |cell| cell.parse().ok()).filter(|number: &f64| number.is_finite()))
            .collect();
        let valid = Some(cells.iter().map(Option::is_some).collect());
        let (kind, data) = match numbers {
            Some(numbers) if numbers.iter().all(|number| number.fract() == 0.0 && number.abs() < 1e15) => {
                (Kind::I64, Data::I64(numbers.iter().map(|number| *number as i64).collect()))
            }
            Some(numbers) => (Kind::F64, Data::F64(numbers)),
            None => {
                let dictionary: Vec<String> = cells.iter().map(|cell| cell.cloned().unwrap_or_default()).collect();
                (Kind::Text, Data::Text { codes: (0..cells.len() as u32).collect(), dictionary })
            }
        };
        if fields.iter().all(|field: &Field| field.name != *name) {
            fields.push(Field::new(name, kind, true));
            columns.push(Values { data, valid });
        }
    }
    let mut writer = Writer::create(Vec::new(), &fields, &[]).expect("columns");
    writer.write(&columns).expect("rows");
    writer.finish().expect("a file")
}

/// A recording after its mutations, as a file with this ending: cells change, or what is written of them.
fn written(mut rows: Rows, ending: &str, draw: &mut KeyedRng) -> Vec<u8> {
    let in_cells = draw.chance(0.8);
    if in_cells {
        mutate(&mut rows, draw);
    }
    let text = match ending {
        "tsv" => delimited(&rows, "\t", draw),
        "jsonl" => json_lines(&rows),
        "parquet" => parquet(&rows),
        _ => delimited(&rows, ",", draw),
    };
    match (in_cells, ending) {
        (true, "csv.gz") => packed(&text),
        (true, _) => text,
        (false, "csv.gz") if draw.chance(0.5) => packed(&bytes(&text, draw)),
        (false, "csv.gz") => bytes(&packed(&text), draw),
        (false, _) => bytes(&text, draw),
    }
}

fn scenario(said: &str, name: &str) -> String {
    let said = said.replace("FILE", name);
    if said.contains("demand.sources") { format!("{MARKET}{said}") } else { format!("{MARKET}{said}{ASKED}") }
}

/// Two thousand; a tenth of them are still recordings that run to the end.
#[test]
fn mutated_recordings_run_or_are_refused() {
    let guard = Guard::new("traces");
    let originals: Vec<Rows> = KINDS
        .iter()
        .map(|(path, _)| rows(&fs::read_to_string(Path::new(ROOT).join(path)).expect("a recording")))
        .collect();
    let counts = try_all("recordings", 2_000, &guard.scratch(), |folder, number, draw| {
        let (kind, ending) = (place(draw, KINDS.len()), ENDINGS[number as usize % ENDINGS.len()]);
        let name = format!("mutant.{ending}");
        let own = folder.join("recording");
        let _ = fs::remove_dir_all(&own);
        fs::create_dir_all(&own).expect("a folder of our own");
        fs::write(own.join(&name), written(originals[kind].clone(), ending, draw)).expect("a mutant");
        let path = own.join("mutant.toml");
        fs::write(&path, scenario(KINDS[kind].1, &name)).expect("a scenario");
        let mut verdict = tried(&path, "2min");
        verdict.counted.push(ENDINGS[number as usize % ENDINGS.len()]);
        if let Some((_, file)) = &mut verdict.fault {
            *file = own;
        }
        verdict
    });
    guard.check();
    at_least(0.2, "sound", &counts);
    at_least(0.1, "ran to the end", &counts);
}

/// Each kind is sound before it is mutated, in every format.
#[test]
fn the_recordings_are_sound() {
    let guard = Guard::new("recordings");
    for (path, said) in KINDS {
        let rows = rows(&fs::read_to_string(Path::new(ROOT).join(path)).expect("a recording"));
        let text = delimited(&rows, ",", &mut super::draw("sound", 0));
        let tabs = delimited(&rows, "\t", &mut super::draw("sound", 0));
        let files = [text.clone(), tabs, json_lines(&rows), packed(&text), parquet(&rows)];
        for (ending, bytes) in ENDINGS.iter().zip(files) {
            let name = format!("sound.{ending}");
            fs::write(guard.scratch().join(&name), bytes).expect("a recording");
            let scenario_path = guard.scratch().join("sound.toml");
            fs::write(&scenario_path, scenario(said, &name)).expect("a scenario");
            reliance::scenario::Scenario::load(&scenario_path, &[])
                .unwrap_or_else(|problems| panic!("{path}, {ending}: {problems}"));
        }
    }
    guard.check();
}
