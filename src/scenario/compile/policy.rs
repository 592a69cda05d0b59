//! What the scenario asks of every rule: that its table is given where it must be, and that it finds no mistake in itself.

use std::fmt::Display;

use super::Compiler;
use crate::engine::mistake::Mistake;

impl Compiler<'_> {
    /// The chosen rule, if its table is given where it must be.
    pub(super) fn chosen<T>(&mut self, path: impl Display, chosen: Result<T, &'static str>) -> Option<T> {
        chosen
            .map_err(|table| {
                let name = table.replace('_', "-");
                let help = match example(&path.to_string(), &name) {
                    Some(example) => format!("write it beside the rule, for example `{name} = {example}`"),
                    None => format!("write `{name} = {{ … }}` beside the rule"),
                };
                self.wrong(format!("{path}.rule"), format!("the rule `{name}` needs its table `{name}`"), help);
            })
            .ok()
    }

    /// Says what a rule finds wrong with its own parameters: at the parameter where it is written, else at the rule.
    pub(super) fn sound(&mut self, path: impl Display, rule: &str, checked: Result<(), Mistake>) {
        if let Err(Mistake { key, message, help }) = checked {
            let place = self.written(&format!("{path}.{rule}"), key);
            let at = if self.document.value(&place).is_some() { place } else { path.to_string() };
            self.wrong(at, message, help);
        }
    }
}

/// The documented example of a rule's table: of the kind that stands at this path, such as `routing.pool`.
pub(super) fn example(path: &str, rule: &str) -> Option<&'static str> {
    let kind = match path.rsplit('.').next() {
        Some("compute" | "coordination" | "verification") => "pricing",
        _ if path.starts_with("pricing.models.") => "pricing",
        Some("rule") if path.contains("opinions") => "opinion",
        Some("rule") if path.contains("standing") => "standing",
        Some(kind) => kind,
        None => return None,
    };
    crate::policy::rules().into_iter().find(|notes| notes.kind == kind && notes.name == rule).map(|notes| notes.example)
}

#[cfg(test)]
mod tests {
    use crate::policy::pricing::PricingTable;
    use crate::scenario::Scenario;

    const SHOP: &str = "name = \"x\"\nhorizon = \"1min\"\n[models.m]\nprefill = [[1, \"1ms\"]]\ndecode = \"1ms\"\n\
                        [classes.c]\nwork = { law = \"constant\", value = \"1s\" }\n[[nodes]]\nname = \"n\"\ncount = 2\n\
                        [[demand.sources]]\nname = \"s\"\narrivals = { rule = \"poisson\", poisson = { rate = \"1/s\" } }\n\
                        [pricing.compute]\n";

    /// Whatever the rule: a price below zero is refused, and shown in its file, on its line, with a caret under it.
    #[test]
    fn a_negative_price_of_any_rule_is_shown_where_it_stands() {
        let mut refused = 0;
        for rule in PricingTable::rules() {
            let example: toml::Table = toml::from_str(&format!("{} = {}\n", rule.name, rule.example)).unwrap();
            let table = example[rule.name].as_table().unwrap();
            let sound = |table: &toml::Table| {
                let written = toml::Value::Table(table.clone());
                format!("{SHOP}rule = \"{0}\"\n{0} = {written}\n", rule.name)
            };
            Scenario::from_text("shop.toml", &sound(table)).unwrap_or_else(|wrong| panic!("{wrong}"));
            let amounts = rule.schema.as_value()["properties"].as_object().unwrap().iter();
            for (key, _) in amounts.filter(|(_, schema)| schema.to_string().contains("/Price\"")) {
                let mut table = table.clone();
                table.insert(key.clone(), toml::Value::String("-0.25".to_owned()));
                let text = sound(&table);
                let said = Scenario::from_text("shop.toml", &text).unwrap_err().to_string();
                let (line, written) = text.lines().enumerate().last().unwrap();
                let column = written.find("\"-0.25\"").unwrap();
                let place = format!("  --> shop.toml:{}:{}", line + 1, column + 1);
                assert!(said.contains(&place) && said.contains("`-0.25`"), "{} {key}: {place} in\n{said}", rule.name);
                assert!(said.lines().any(|line| line.ends_with(" ^^^^^^^")), "{} {key}:\n{said}", rule.name);
                refused += 1;
            }
        }
        assert!(refused >= 10, "the six rules there were have ten prices, and not {refused}");
    }
}
