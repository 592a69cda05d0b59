//! Prices and counts as axes: whatever a design chooses is a value that the scenario takes, and what failed says so.

#[cfg(feature = "parquet")]
use reliance::parquet;
use reliance::study::course::Course;
use reliance::study::merge::results;
use reliance::study::results::Results;
use reliance::study::work::run_one;

use super::{Place, drive};

/// Answers are worth one credit to the second decimal; a node asks for a listed price a second.
const SHOP: &str = r#"
name = "shop"
horizon = "400s"
[models.plain]
[classes.job]
work = { law = "constant", value = "1s" }
value = { law = "uniform", min = 0, max = 1 }
[[demand.sources]]
name = "everyone"
class = "job"
arrivals = { rule = "poisson", poisson = { rate = "1/s" } }
[[nodes]]
name = "server"
count = 20
[routing]
chooser = { rule = "best-surplus" }
[pricing]
compute = { rule = "list", list = { price = 0.1 } }
"#;

const PRICE: &str = "[[axes]]\npath = \"pricing.compute.list.price\"\n";
const COUNT: &str = "[[axes]]\npath = \"nodes[server].count\"\n";
const SEARCH: &str = "[design.frontier]\naxis = \"price\"\nlevel = 0.5\n";

fn place(name: &str, design: &str) -> Place {
    let head = "name = \"d\"\nbase = \"shop.toml\"\nmeasures = [\"asked = (jobs - fate_declined) / jobs\"]\n";
    let place = Place::new(&format!("money-{name}"), &format!("{head}replications = {{ fixed = 3 }}\n{design}"));
    std::fs::write(place.join("shop.toml"), SHOP).unwrap();
    place
}

/// What came of a study, with its table of results as text.
fn found(name: &str, design: &str) -> (Results, String) {
    let place = place(name, design);
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let course = drive(&study, &folder, 2, &run_one);
    let results = results(&study, &course);
    let text = reliance::study::show::text(&study, &course, &results);
    (results, text)
}

/// The cells of each point, as they are set.
fn cells(name: &str, design: &str) -> (Vec<Vec<String>>, usize) {
    let study = place(name, design).study();
    let course = Course::start(&study, 1);
    let cells = |point| study.cells(point).into_iter().map(ToString::to_string).collect();
    (course.points().iter().map(cells).collect(), study.coincident)
}

/// The plain question: at which price does half of the demand go away? At half of what answers are worth at most, half a
/// credit, as values are spread evenly from 0 to 1.
#[test]
fn a_price_is_searched_by_its_logarithm() {
    for (name, ends) in [("bare", "from = 0.0001, to = 1"), ("quoted", "from = \"0.0001\", to = \"1\"")] {
        let range = format!("range = {{ {ends}, scale = \"log\" }}\n");
        let (results, text) = found(&format!("log-{name}"), &format!("{SEARCH}{PRICE}{range}"));
        let line = &results.crossings[0];
        assert_eq!((line.crossing.found.name(), line.failed, results.failures.len()), ("crossed", 0, 0), "{text}");
        let [crossing, lower, upper] = line.values.map(Option::unwrap);
        assert!(lower <= 0.5 && 0.5 <= upper && lower <= crossing && crossing <= upper, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("probes  runs  failed"), "{text}");
    }
}

/// Written through a format the number is rounded too.
#[test]
fn a_format_makes_no_difference() {
    let axis = "[[axes]]\nname = \"price\"\npath = \"pricing.compute\"\n\
                format = '{ rule = \"list\", list = { price = \"{}\" } }'\nrange = { from = 0.0001, to = 1, scale = \"log\" }\n";
    let (formatted, _) = found("format", &format!("{SEARCH}{axis}"));
    let (plain, _) = found("plain", &format!("{SEARCH}{PRICE}range = {{ from = 0.0001, to = 1, scale = \"log\" }}\n"));
    assert_eq!(formatted.crossings[0].values, plain.crossings[0].values);
    assert_eq!(formatted.failures, []);
}

#[test]
fn samples_of_prices_and_counts_can_be_run() {
    for design in ["sobol", "latin-hypercube"] {
        let axes = format!(
            "{PRICE}range = {{ from = 0.0001, to = 1, scale = \"log\" }}\n{COUNT}range = {{ from = 1, to = 20 }}\n"
        );
        let design = format!("design = {{ {design} = {{ points = 16 }} }}\n{axes}");
        let (cells, coincident) = cells(&format!("cells-{}", design.len()), &design);
        assert_eq!((cells.len(), coincident), (16, 0));
        for row in &cells {
            assert!(row[0].len() <= 8, "at most six decimals: {}", row[0]);
            assert!(row[1].parse::<u32>().is_ok_and(|count| (1..=20).contains(&count)), "{}", row[1]);
        }
        let (results, text) = found(&format!("run-{}", design.len()), &design);
        assert_eq!(results.failures, [], "{text}");
        assert_eq!(results.means.len(), 16);
    }
}

/// Where rounding makes points of a design the same, each is run once, and that is said.
#[test]
fn points_that_coincide_are_run_once() {
    let sobol = format!("design = {{ sobol = {{ points = 16 }} }}\n{COUNT}range = {{ from = 1, to = 4 }}\n");
    let (cells, coincident) = cells("coincide", &sobol);
    let mut distinct: Vec<&str> = cells.iter().map(|row| row[0].as_str()).collect();
    distinct.sort_unstable();
    assert_eq!((distinct, coincident), (vec!["1", "2", "3", "4"], 12));
    let (results, text) = found("coincide-run", &sobol);
    assert_eq!(results.means.len(), 4);
    let said = "12 more points of the design coincide with these and are not run again (numbers are whole numbers)";
    assert!(text.contains(said), "{text}");
    let grid = format!("{COUNT}range = {{ from = 1, to = 3, count = 9 }}\n");
    assert_eq!(
        self::cells("grid", &grid),
        ([["1"], ["2"], ["3"]].map(|row| row.map(str::to_owned).to_vec()).to_vec(), 6)
    );
}

/// A search over counts ends between neighbours, and its interval names counts.
#[test]
fn a_count_is_searched() {
    let search = "[design.frontier]\naxis = \"count\"\nlevel = 0.35\nresolution = 0.001\n";
    let shop = SHOP.replace("rule = \"best-surplus\"", "rule = \"first\"");
    let place = place("count", &format!("{search}{COUNT}range = {{ from = 1, to = 20 }}\n").replace("asked", "asked"));
    std::fs::write(place.join("shop.toml"), shop).unwrap();
    let study = place.study();
    let folder = place.open("out", &study).unwrap();
    let results = results(&study, &drive(&study, &folder, 2, &run_one));
    assert_eq!(results.failures, []);
    for end in results.crossings[0].values[1..].iter().flatten() {
        assert_eq!(end.fract(), 0.0);
    }
    assert!(results.crossings[0].probes <= 20, "no count twice");
}

/// Prices in quotes are numbers in the tables, and a baseline finds them however it writes them.
#[test]
fn listed_prices_are_numbers() {
    let axis = format!("{PRICE}values = [\"0.1\", 0.25, 1]\n");
    for baseline in ["\"0.25\"", "0.25", "\"0.250\""] {
        let design = format!("baseline = {{ price = {baseline} }}\n{axis}");
        assert_eq!(cells("listed", &design).0, [["0.1"], ["0.25"], ["1"]]);
        assert_eq!(found("listed-run", &design).0.differences.len(), 2);
    }
}

/// A run that fails ends its search as `failed`: in the table, in print, and by the exit code.
#[cfg(feature = "cli")]
#[test]
fn a_search_with_failed_runs_says_so() {
    let limit = "events-most = 650\n";
    let place =
        place("failed", &format!("{limit}{SEARCH}{PRICE}range = {{ from = 0.0001, to = 1, scale = \"log\" }}\n"));
    let reliance = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reliance"));
        command.current_dir(&place.0).args(arguments).output().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output = reliance(&["study", "run", "study.toml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("  failed      –    –     –       2     6       3\n"), "{said}");
    assert!(said.contains("2 points · 6 runs, 3 of them failed\n"), "{said}");
    let frontier = place.join("out/frontier.parquet");
    let columns = parquet::read(&frontier, &["found", "price", "runs_failed"]).unwrap();
    assert_eq!(columns[0].text(0), Some("failed"));
    assert!(columns[1].is_null(0));
    assert_eq!(columns[2].number(0), Some(3.0));
    // As JSON, from the files alone; what is done already is kept.
    let json = reliance(&["study", "merge", "study.toml", "--out", "out", "--format", "json"]);
    let whole: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(whole["frontier"][0]["found"], "failed");
    assert_eq!((&whole["runs"], &whole["failed"]), (&6.into(), &3.into()));
    let again = reliance(&["study", "run", "study.toml", "--out", "out", "--format", "md"]);
    assert!(text(&again.stderr).contains("6 kept, 0 run in "), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains("| 0 | failed | – | – | – | 2 | 6 | 3 |\n"), "{}", text(&again.stdout));
    let status = reliance(&["study", "status", "study.toml", "--out", "out", "--format", "json"]);
    let whole: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!((&whole["complete"], &whole["failed"]), (&true.into(), &3.into()));
}
