//! What numbers a place of the scenario takes, found by trying: the scenario is read with a number there.

use crate::domain::money::Money;
use crate::scenario::Scenario;
use crate::scenario::document::node::{Node, Value};
use crate::scenario::document::{Asked, Document, Set};

/// Which numbers a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Any number, or no number at all.
    Any,
    /// Amounts of money: whole millionths.
    Money,
    /// Whole numbers.
    Whole,
}

impl Grain {
    /// Which numbers the scenario `base` takes at `path`, where a number is written by `format` if there is one.
    ///
    /// Whatever else is wrong with path or format makes no difference here: it is found when the values are tried.
    pub fn of(base: &Document, path: &str, format: Option<&str>) -> Grain {
        let format = format.unwrap_or("{}");
        let set = Set { path: path.to_owned(), value: format.replace("{}", "0") };
        let Ok(document) = base.with("study", &[set]) else { return Grain::Any };
        let before = format.trim_start();
        let Some(place) = before.find("{}").map(|place| path.len() + 1 + place + format.len() - before.len()) else {
            return Grain::Any;
        };
        let Some(node) = document.value(path).and_then(|node| number_at(node, place)) else { return Grain::Any };
        match Scenario::asked(&document, node) {
            Some(Asked::Money) => Grain::Money,
            Some(Asked::Whole) => Grain::Whole,
            None => Grain::Any,
        }
    }

    /// The nearest number that the place takes, halves to the even one.
    pub fn rounded(self, number: f64) -> f64 {
        match self {
            Grain::Any => number,
            Grain::Money => Money::from_units(number).units(),
            Grain::Whole => number.round_ties_even(),
        }
    }

    /// What numbers are rounded to, in words; none if they are not.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Grain::Any => None,
            Grain::Money => Some("millionths of a credit"),
            Grain::Whole => Some("whole numbers"),
        }
    }
}

/// The value that is nothing but the number written at `place` of its text.
fn number_at(node: &Node, place: usize) -> Option<&Node> {
    match &node.value {
        Value::Integer(0) => node.origin.span.contains(&place).then_some(node),
        Value::Text(text) if text == "0" => node.origin.span.contains(&place).then_some(node),
        Value::Array(nodes) => nodes.iter().find_map(|node| number_at(node, place)),
        Value::Table(table) => table.values().find_map(|entry| number_at(&entry.node, place)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_what_it_takes() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.toml");
        let base = Document::load(&path, &[]).expect("the scenario of the first run");
        let of = |path: &str, format: Option<&str>| Grain::of(&base, path, format);
        assert_eq!(of("nodes[0].count", None), Grain::Whole);
        assert_eq!(of("seed", None), Grain::Whole);
        assert_eq!(of("pricing.compute.list.price", None), Grain::Money);
        assert_eq!(of("pricing.compute.list.price", Some("\"{}\"")), Grain::Money);
        assert_eq!(of("pricing.compute", Some("{ rule = \"list\", list = { price = {} } }")), Grain::Money);
        assert_eq!(of("nodes[0].price.value", None), Grain::Money);
        assert_eq!(of("nodes[0].price", Some(" { law = \"constant\", value = \"{}\" }")), Grain::Money);
        assert_eq!(of("demand.value-factor", None), Grain::Any);
        assert_eq!(of("horizon", Some("{}min")), Grain::Any);
        assert_eq!(of("nodes[0].name", Some("n{}")), Grain::Any);
        assert_eq!(of("no.such.key", None), Grain::Any);
        assert_eq!(of("nodes[99].count", None), Grain::Any);
    }
}
