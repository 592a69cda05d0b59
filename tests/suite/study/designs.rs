//! Designs put their points where the study says, and set in the scenario what the tables show.

use reliance::study::course::Course;

use super::{GRID, Place};

/// The cells of every point of a study, and what the last point sets.
fn points(name: &str, study: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let place = Place::new(&format!("design-{name}"), study);
    let study = place.study();
    let course = Course::start(&study, 1);
    let cells = |point| study.cells(point).into_iter().map(ToString::to_string).collect();
    let sets = study.sets(course.points().last().unwrap()).iter().map(ToString::to_string).collect();
    (course.points().iter().map(cells).collect(), sets)
}

fn head(design: &str) -> String {
    format!("name = \"d\"\nbase = \"base.toml\"\nmeasures = [\"jobs\"]\nreplications = {{ fixed = 2 }}\n{design}\n")
}

#[test]
fn a_grid_crosses_its_axes_and_the_last_changes_fastest() {
    let (cells, _) = points("grid", GRID);
    let expected = ["0.3/s 0.8s", "0.3/s 1s", "0.5/s 0.8s", "0.5/s 1s", "0.7/s 0.8s", "0.7/s 1s"];
    assert_eq!(cells.iter().map(|row| row.join(" ")).collect::<Vec<_>>(), expected);
}

#[test]
fn ranges_have_both_ends_and_a_unit() {
    let axes = "[[axes]]\npath = \"classes.job.work.mean\"\nrange = { from = 1, to = 1000, count = 4, scale = \"log\" }\n\
                format = \"{}ms\"\n[[axes]]\npath = \"nodes[server].count\"\nrange = { from = 1, to = 9, count = 3 }\n\
                [[axes]]\npath = \"demand.sources[0].arrivals.poisson.rate\"\n\
                range = { from = \"0.1/s\", to = \"0.4/s\", count = 4 }";
    let (cells, sets) = points("ranges", &head(axes));
    let column = |column: usize| {
        let mut seen: Vec<&str> = cells.iter().map(|row| row[column].as_str()).collect();
        seen.dedup();
        seen.truncate(4);
        seen.join(" ")
    };
    assert_eq!(cells.len(), 48);
    assert_eq!(column(0), "1 10 100 1000");
    assert_eq!(column(1), "1 5 9 1");
    assert_eq!(column(2), "0.1 0.2 0.3 0.4");
    let expected =
        ["classes.job.work.mean=1000ms", "nodes[server].count=9", "demand.sources[0].arrivals.poisson.rate=0.4/s"];
    assert_eq!(sets, expected);
}

#[test]
fn paths_change_together_under_one_label() {
    let axis = "[[axes]]\nname = \"server\"\npaths = [\"nodes[0].count\", \"routing.pool\"]\n\
                values = [[1, { rule = \"all\" }], [3, { rule = \"random\", random = { d = 2 } }]]";
    let (cells, sets) = points("zipped", &head(&format!("{axis}\nlabels = [\"one\", \"several\"]")));
    assert_eq!(cells, [["one"], ["several"]]);
    assert_eq!(sets, ["nodes[0].count=3", "routing.pool={ rule = \"random\", random = { d = 2 } }"]);
    let (cells, _) = points("unlabelled", &head(axis));
    assert_eq!(cells[0], ["1", "{ rule = \"all\" }"]);
}

#[test]
fn a_table_lists_its_points() {
    let text = head("design = { table = { points = [[\"0.1/s\", 2], [\"0.2/s\", 1]] } }")
        + "[[axes]]\npath = \"demand.sources[0].arrivals.poisson.rate\"\n[[axes]]\npath = \"nodes[0].count\"";
    let (cells, sets) = points("table", &text);
    assert_eq!(cells, [["0.1/s", "2"], ["0.2/s", "1"]]);
    assert_eq!(sets, ["demand.sources[0].arrivals.poisson.rate=\"0.2/s\"", "nodes[0].count=1"]);
}

#[test]
fn samples_lie_in_their_ranges_and_follow_the_seed() {
    for design in ["latin-hypercube", "sobol"] {
        let axes = "[[axes]]\npath = \"demand.sources[0].arrivals.poisson.rate\"\n\
                    range = { from = \"0.1/s\", to = \"0.9/s\" }\n[[axes]]\npath = \"routing.chooser.rule\"\n\
                    values = [\"first\", \"least-delay\"]";
        let text = head(&format!("design = {{ {design} = {{ points = 32 }} }}\n{axes}"));
        let (cells, _) = points(design, &text);
        assert_eq!(cells.len(), 32);
        let rates: Vec<f64> = cells.iter().map(|row| row[0].parse().unwrap()).collect();
        assert!(rates.iter().all(|rate| (0.1..=0.9).contains(rate)));
        // 32 points, of which each 32nd of the range holds one.
        let mut parts: Vec<u32> = rates.iter().map(|rate| ((rate - 0.1) / 0.8 * 32.0) as u32).collect();
        parts.sort_unstable();
        assert_eq!(parts, (0..32).collect::<Vec<u32>>());
        assert_eq!(cells.iter().filter(|row| row[1] == "first").count(), 16);
        assert_eq!(cells, points(design, &text).0, "always the same points");
        let other = text.replace("name = \"d\"", "name = \"d\"\nseed = 2");
        assert_ne!(cells, points(design, &other).0, "another seed, other points");
    }
}
