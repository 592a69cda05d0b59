//! Where a scenario names its methods.

use crate::scenario::document::key_text;
use crate::scenario::schema::{ClassTable, ScenarioTable};

/// Where the scenario first names a method: among those of all classes, or of one.
pub(super) fn named(table: &ScenarioTable, name: &str) -> String {
    let place = |path: String, methods: &[String]| {
        methods.iter().position(|method| method == name).map(|index| format!("{path}[{index}]"))
    };
    let of_class = |(class, written): (&String, &ClassTable)| {
        place(format!("classes.{}.methods", key_text(class)), written.methods.as_deref()?)
    };
    place("verification.methods".to_owned(), &table.verification.methods)
        .or_else(|| table.classes.iter().find_map(of_class))
        .unwrap_or_else(|| "verification.methods".to_owned())
}
