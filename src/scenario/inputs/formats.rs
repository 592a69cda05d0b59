//! Real formats, and broken files with what is said of them.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};

use super::{ColumnSpec, InputProblem, Kind, MatrixSpec, Unit, read, read_matrix};
use crate::scenario::document::Document;
use crate::scenario::document::property::Folder;
use crate::scenario::problems::Problems;

pub(super) fn column(name: &str, kind: Kind) -> ColumnSpec<'_> {
    ColumnSpec { name, kind, optional: false }
}

fn optional(name: &str, kind: Kind) -> ColumnSpec<'_> {
    ColumnSpec { name, kind, optional: true }
}

pub(super) fn time(unit: Option<Unit>, from_first: bool) -> Kind {
    Kind::Timestamp { unit, from_first }
}

pub(super) fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const AZURE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n2023-11-16 18:15:51.2224670,879,55\r\n";

#[test]
fn a_request_trace_with_dates() {
    let folder = Folder::new("azure");
    let path = folder.write("conv.csv", AZURE);
    // Asked for in another order than the file's.
    let specs = [column("GeneratedTokens", Kind::Integer), column("TIMESTAMP", time(None, true))];
    let columns = read(&path, &specs).unwrap();
    assert_eq!(columns.rows(), 3);
    assert_eq!(columns.integers("GeneratedTokens"), Some([44, 109, 55].as_slice()));
    assert_eq!(columns.instants("TIMESTAMP"), Some([0, 4_314_579_000, 4_541_877_000].as_slice()));
    assert_eq!(columns.numbers("ContextTokens"), None);
    let absolute = read(&path, &[column("TIMESTAMP", time(Some(Unit::S), false))]).unwrap();
    assert_eq!(absolute.instants("TIMESTAMP").unwrap()[0], 1_700_158_546_680_590_000);
}

#[test]
fn a_request_trace_of_json_lines() {
    let folder = Folder::new("mooncake");
    let text = "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0, 1, 2]}\n\n{\"timestamp\": 3000, \"output_length\": 490, \"input_length\": 7322, \"hash_ids\": [], \"class\": \"a\\u0062\"}\n{\"timestamp\": 1787267980.0827403, \"input_length\": 1.0, \"output_length\": 794, \"class\": null}\n";
    let specs = [
        column("timestamp", time(Some(Unit::Ms), false)),
        column("input_length", Kind::Number),
        column("output_length", Kind::Integer),
        optional("class", Kind::Text),
        optional("client", Kind::Text),
    ];
    for path in [folder.write("a.jsonl", text), folder.write("b.jsonl.gz", zipped(text))] {
        let columns = read(&path, &specs).unwrap();
        assert_eq!(columns.instants("timestamp").unwrap(), [0, 3_000_000_000, 1_787_267_980_082_740]);
        assert_eq!(columns.numbers("input_length").unwrap(), [6758.0, 7322.0, 1.0]);
        assert_eq!(columns.integers("output_length").unwrap(), [500, 490, 794]);
        assert_eq!(columns.texts("class").unwrap().iter().collect::<Vec<_>>(), ["", "ab", ""]);
        assert_eq!([0, 1, 2].map(|row| columns.is_blank("class", row)), [true, false, true]);
        assert!(columns.texts("client").is_none());
    }
}

#[test]
fn arrival_windows_and_stakes() {
    let folder = Folder::new("servegen");
    let text = "client,t_s,rate_rps,iat_cv,iat_dist,p1,p2\n0,143400,0.07667,1.15623,Gamma,0.74802,0.04435\n0,144600,0.16833,7.39577,Weibull,0.42517,0.00905\n2,337800.5,11.32667,1.13396,Gamma,0.77769,0.04543\n";
    let path = folder.write("arrivals.CSV.GZ", zipped(text));
    let specs = [
        column("client", Kind::Text),
        column("t_s", time(Some(Unit::S), true)),
        column("rate_rps", Kind::Number),
        column("iat_dist", Kind::Text),
    ];
    let columns = read(&path, &specs).unwrap();
    assert_eq!(columns.instants("t_s").unwrap(), [0, 1_200_000_000_000, 194_400_500_000_000]);
    assert_eq!(columns.numbers("rate_rps").unwrap(), [0.07667, 0.16833, 11.32667]);
    assert_eq!(columns.texts("iat_dist").unwrap().get(1), "Weibull");

    let text = "rank,delinquent,data_center_key,autonomous_system_number,epoch,created_at,active_stake_sol\n1,False,\"20326-DE-Frankfurt, Main\",20326.0,766.0,2024-04-02 15:00:54 UTC,13892510.883299869\n2,True,,,766.0,2021-11-09 07:44:52 UTC,12253229.632992132\n";
    let path = folder.write("validators.csv.gz", zipped(text));
    let specs = [
        column("active_stake_sol", Kind::Number),
        column("data_center_key", Kind::Text),
        optional("autonomous_system_number", Kind::Integer),
        column("created_at", time(None, false)),
    ];
    let columns = read(&path, &specs).unwrap();
    assert_eq!(columns.numbers("active_stake_sol").unwrap(), [13_892_510.883_299_869, 12_253_229.632_992_132]);
    assert_eq!(columns.texts("data_center_key").unwrap().iter().collect::<Vec<_>>(), ["20326-DE-Frankfurt, Main", ""]);
    assert_eq!(columns.integers("autonomous_system_number").unwrap(), [20_326, 0]);
    assert!(columns.is_blank("autonomous_system_number", 1) && !columns.is_blank("autonomous_system_number", 0));
    assert_eq!(columns.instants("created_at").unwrap()[0], 1_712_070_054_000_000_000);
}

#[test]
fn matrices_of_round_trip_times() {
    let folder = Folder::new("matrix");
    let path = folder.write("rtt.tsv.gz", zipped("0\t0.175\t2.553\n0.175\t0\t2.571\n\n2.553\t2.571\t0\n"));
    let matrix = read_matrix(&path, &MatrixSpec { scale: 1000.0, ..MatrixSpec::default() }).unwrap();
    assert_eq!((matrix.rows(), matrix.columns(), matrix.at(0, 2), matrix.at(2, 1)), (3, 3, 2553.0, 2571.0));
    let path = folder.write("slices.txt", "1   0 0.17\n1 0.12  0\r\n17 0 9\n");
    let spec = MatrixSpec { rows: Some(2), skip_columns: 1, scale: 1.0 };
    let matrix = read_matrix(&path, &spec).unwrap();
    assert_eq!((matrix.rows(), matrix.columns(), matrix.row(1)), (2, 2, [0.12, 0.0].as_slice()));
    let wrong = |path: &Path, spec: MatrixSpec| folder.without(read_matrix(path, &spec).unwrap_err());
    assert_eq!(wrong(&path, MatrixSpec { rows: Some(4), ..spec }), "error: expected 4 rows, found 3\n  --> slices.txt");
    for (text, said) in [
        ("1,2\n3\n", "error: expected 2 numbers as in the first row, found 1\n  --> m.csv:2"),
        ("1,2\n3,x\n", "error: cannot read `x` as a number\n  --> m.csv:2, column `2`"),
        ("1,2\n,3\n", "error: expected a number, found nothing\n  --> m.csv:2, column `1`"),
        ("1\nnan\n", "error: cannot read `nan` as a number\n  --> m.csv:2, column `1`"),
        ("\n\n", "error: a matrix without a row\n  --> m.csv"),
    ] {
        assert_eq!(wrong(&folder.write("m.csv", text), MatrixSpec::default()), said);
    }
    let skipping = MatrixSpec { skip_columns: 2, ..MatrixSpec::default() };
    let said = wrong(&folder.write("m.csv", "1,2\n"), skipping);
    assert_eq!(said, "error: no number is left after 2 skipped columns\n  --> m.csv:1");
}

#[test]
fn malformed_rows_name_file_line_and_column() {
    let folder = Folder::new("malformed");
    let number = column("ContextTokens", Kind::Number);
    let whole = column("GeneratedTokens", Kind::Integer);
    let dated = column("TIMESTAMP", time(None, true));
    let mixed = column("TIMESTAMP", time(Some(Unit::S), false));
    for (old, new, spec, said) in [
        ("879", "abc", number, "cannot read `abc` as a number\n  --> t.csv:4, column `ContextTokens`"),
        ("879", "NaN", number, "`NaN` is not a finite number\n  --> t.csv:4, column `ContextTokens`"),
        ("396", "", number, "expected a number, found nothing\n  --> t.csv:3, column `ContextTokens`"),
        ("109", "10.5", whole, "`10.5` is not a whole number\n  --> t.csv:3, column `GeneratedTokens`"),
        ("109", "1_0", whole, "cannot read `1_0` as a whole number\n  --> t.csv:3, column `GeneratedTokens`"),
        ("879,55", "879", whole, "expected 3 cells as in the header, found 2\n  --> t.csv:4"),
        (
            "2023-11-16 18:15:51.2224670",
            "51.2",
            dated,
            "cannot read `51.2` as a time\n  --> t.csv:4, column `TIMESTAMP`\n   = help: say in which unit its plain numbers are",
        ),
        (
            "2023-11-16 18:15:51.2224670",
            "51.2",
            mixed,
            "cannot read `51.2` as a time\n  --> t.csv:4, column `TIMESTAMP`\n   = help: the rows above have dates",
        ),
        (
            "2023-11-16 18:15:51.2224670",
            "16/11/2023",
            mixed,
            "cannot read `16/11/2023` as a time\n  --> t.csv:4, column `TIMESTAMP`\n   = help: write the year first, then month and day: `2023-11-16 18:15:46.68`",
        ),
        (
            "2023-11-16 18:15:51.2224670",
            "soon",
            mixed,
            "cannot read `soon` as a time\n  --> t.csv:4, column `TIMESTAMP`\n   = help: write it as `2023-11-16 18:15:46.68`, or as a number of seconds",
        ),
        (
            "2023-11-16 18:15:51.2224670",
            "2923-11-16 18:15:51",
            dated,
            "the time `2923-11-16 18:15:51` is out of range\n  --> t.csv:4, column `TIMESTAMP`",
        ),
    ] {
        let path = folder.write("t.csv", AZURE.replacen(old, new, 1));
        assert_eq!(folder.without(read(&path, &[spec]).unwrap_err()), format!("error: {said}"), "{new}");
    }
    // A line is that of the file, whatever ends it, however many lines a cell has, and with blank ones between.
    let rows: String = (0..15).map(|row| format!("\"a\r\nb\",{row}\r\n")).collect();
    let path = folder.write("t.csv", format!("\u{feff}text,n\r\n{rows}\r\nc,x\r\n"));
    let said = folder.without(read(&path, &[column("n", Kind::Number), column("text", Kind::Text)]).unwrap_err());
    assert_eq!(said, "error: cannot read `x` as a number\n  --> t.csv:33, column `n`");
}

#[test]
fn malformed_json_lines_say_so() {
    let folder = Folder::new("json");
    for (line, said) in [
        ("{\"n\": 1, }", "not JSON: key must be a string at character 10\n  --> t.jsonl:2"),
        ("{\"n\": 1", "not JSON: EOF while parsing an object at character 7\n  --> t.jsonl:2"),
        ("[1]", "expected a JSON object, found `[1]`\n  --> t.jsonl:2"),
        ("{\"m\": 1}", "expected a number, found nothing\n  --> t.jsonl:2, column `n`"),
        ("{\"n\": \"x\"}", "cannot read `x` as a number\n  --> t.jsonl:2, column `n`"),
        ("{\"n\": true}", "cannot read `true` as a number\n  --> t.jsonl:2, column `n`"),
        ("{\"n\": [1, 2]}", "expected one value, found an array: `[1, 2]`\n  --> t.jsonl:2, column `n`"),
    ] {
        let path = folder.write("t.jsonl", format!("{{\"n\": 0}}\n{line}\n"));
        let problem = read(&path, &[column("n", Kind::Number)]).unwrap_err();
        assert_eq!(folder.without(problem), format!("error: {said}"));
    }
    let path = folder.write("t.jsonl", "{\"input_lenght\": 0, \"t\": 1}\n");
    assert_eq!(
        folder.without(read(&path, &[column("input_length", Kind::Number)]).unwrap_err()),
        "error: no column `input_length`\n  --> t.jsonl\n   = note: the columns are `input_lenght`, `t`\n   = help: did you mean `input_lenght`?"
    );
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = Folder::new("unreadable");
    let whole = zipped(&AZURE.repeat(50));
    folder.write("cut.csv.gz", &whole[..whole.len() - 20]);
    folder.write("none.csv.gz", "");
    folder.write("plain.csv.gz", AZURE);
    folder.write("empty.csv", "");
    folder.write("trace.csv", AZURE);
    folder.write("twice.csv", "a,TIMESTAMP,TIMESTAMP\n");
    folder.write("latin.tsv", b"TIMESTAMP\tx\n\xe9\ty\n");
    folder.write("latin.jsonl", b"{\"TIMESTAMP\": \"\xe9\"}\n");
    let wrong = |name: &str, wanted: &str| {
        folder.without(read(&folder.0.join(name), &[column(wanted, Kind::Text)]).unwrap_err())
    };
    for (name, wanted, said) in [
        ("cut.csv.gz", "TIMESTAMP", "cannot read `cut.csv.gz`: it ends in the middle of its compressed data"),
        ("none.csv.gz", "TIMESTAMP", "cannot read `none.csv.gz`: it ends in the middle of its compressed data"),
        ("plain.csv.gz", "TIMESTAMP", "cannot read `plain.csv.gz`: its compressed data is damaged, or not gzip"),
        ("empty.csv", "TIMESTAMP", "`empty.csv` is empty: it has no header"),
        ("trac.csv", "TIMESTAMP", "cannot read `trac.csv`: no such file\n   = help: did you mean `trace.csv`?"),
        ("no/trace.csv", "TIMESTAMP", "cannot read `no/trace.csv`: no such file\n   = help: there is no folder `no`"),
        (
            "trace.csv",
            "Timestamp",
            "no column `Timestamp`\n  --> trace.csv\n   = note: the columns are `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`\n   = help: did you mean `TIMESTAMP`?",
        ),
        (
            "trace.csv",
            "x",
            "no column `x`\n  --> trace.csv\n   = note: the columns are `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`",
        ),
        ("twice.csv", "TIMESTAMP", "two columns are named `TIMESTAMP`\n  --> twice.csv:1"),
        ("latin.tsv", "TIMESTAMP", "not UTF-8 text\n  --> latin.tsv:2, column `TIMESTAMP`"),
        ("latin.jsonl", "TIMESTAMP", "not UTF-8 text\n  --> latin.jsonl:1"),
        ("trace.parquet", "x", "cannot read `trace.parquet`: no such file"),
        (
            "trace.xlsx",
            "x",
            "cannot tell the format of `trace.xlsx` from its name\n   = help: name it with one of `.csv`, `.csv.gz`, `.tsv`, `.tsv.gz`, `.jsonl`, `.jsonl.gz`, `.parquet`",
        ),
    ] {
        assert_eq!(wrong(name, wanted), format!("error: {said}"));
    }
    std::fs::create_dir(folder.0.join("folder.csv")).unwrap();
    assert_eq!(wrong("folder.csv", "x"), "error: cannot read `folder.csv`: it is a folder");
}

#[test]
fn problems_of_inputs_name_the_setting_too() {
    let document = Document::from_text("x.toml", "[demand]\ntrace = \"t.csv\"\n", &[]).unwrap();
    let folder = Folder::new("named");
    let problem = read(&folder.write("t.csv", "n\nx\n"), &[column("n", Kind::Number)]).unwrap_err();
    let mut problems = Problems::default();
    problems.input(&document, "demand.trace", problem);
    assert_eq!(
        folder.without(problems),
        "error: cannot read `x` as a number\n  --> t.csv:2, column `n`\n   = note: named by `demand.trace` in x.toml:2"
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in "[a-b,\"{}:0-9.\n\t -]{0,60}") {
        let folder = Folder::new("property-inputs");
        let specs = [optional("a", Kind::Number), optional("b", time(Some(Unit::S), true))];
        let text = format!("a,b\n{text}");
        for (name, content) in [
            ("x.csv", bytes.clone()),
            ("y.csv", text.clone().into_bytes()),
            ("x.csv.gz", bytes.clone()),
            ("y.tsv.gz", zipped(&text)),
            ("x.jsonl", bytes.clone()),
            ("y.jsonl", text.into_bytes()),
        ] {
            let path = folder.write(name, content);
            let said: Result<_, InputProblem> = read(&path, &specs);
            let _ = said.map_err(|problem| problem.to_string());
            let _ = read_matrix(&path, &MatrixSpec::default()).map_err(|problem| problem.to_string());
        }
    }
}
