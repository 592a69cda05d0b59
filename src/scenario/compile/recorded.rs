//! Laws whose values are recorded in files: read before anything looks at a law, so that nobody else has to know where its
//! values came from.

use super::Compiler;
use super::laws::Bounded;
use crate::domain::count::thousands;
use crate::engine::law::{ENTRIES, Law, Quantity};
use crate::policy::input::{Content, Reader, Wanted};
use crate::scenario::document::key_text;
use crate::scenario::files::Files;
use crate::scenario::schema::{NodeGroupTable, ScenarioTable};

/// Puts the values of every law that names a file in the place of the file's name. A law whose file is no good is said to be
/// so, and becomes a plain one, so that nothing follows from the mistake.
pub(super) fn read(compiler: &mut Compiler<'_>, table: &mut ScenarioTable, files: &mut Files<'_>) {
    let mut reading = Reading { compiler, files };
    for (name, class) in &mut table.classes {
        let path = format!("classes.{}", key_text(name));
        reading.optional(&path, "work", &mut class.work);
        reading.optional(&path, "input-tokens", &mut class.input_tokens);
        reading.optional(&path, "output-tokens", &mut class.output_tokens);
        reading.optional(&path, "noise", &mut class.noise);
        reading.optional(&path, "value", &mut class.value);
        reading.optional(&path, "patience", &mut class.patience);
        if let Some(inputs) = &mut class.inputs {
            reading.optional(&format!("{path}.inputs"), "count", &mut inputs.count);
        }
    }
    for (index, source) in table.demand.sources.iter_mut().enumerate() {
        // The tables of rules that were not chosen are not looked at.
        let (rule, laws) = source.arrivals.laws_mut();
        for (key, law) in laws {
            reading.law(&format!("demand.sources[{index}].arrivals.{rule}.{key}"), law);
        }
    }
    reading.groups("nodes", &mut table.nodes);
    reading.groups("validators", &mut table.validators);
    reading.groups("provers", &mut table.provers);
    reading.optional("network", "jitter", &mut table.network.jitter);
    for (name, method) in &mut table.verification.define {
        for (index, check) in method.checks.iter_mut().enumerate() {
            let path = format!("verification.define.{}.checks[{index}]", key_text(name));
            reading.optional(&path, "time", &mut check.time);
        }
    }
    reading.optional("coordination", "tip", &mut table.coordination.tip);
}

/// What reading takes.
struct Reading<'r, 'c, 'f> {
    compiler: &'r mut Compiler<'c>,
    files: &'r mut Files<'f>,
}

impl Reading<'_, '_, '_> {
    fn groups(&mut self, list: &str, groups: &mut [NodeGroupTable]) {
        for (index, group) in groups.iter_mut().enumerate() {
            let path = format!("{list}[{index}]");
            self.optional(&path, "speed", &mut group.speed);
            self.optional(&path, "cost", &mut group.cost);
            self.optional(&path, "price", &mut group.price);
            self.optional(&path, "stake", &mut group.stake);
            if let Some(failure) = &mut group.failure {
                self.law(&format!("{path}.failure.up"), &mut failure.up);
                self.law(&format!("{path}.failure.down"), &mut failure.down);
            }
            if let Some(participation) = &mut group.participation {
                self.optional(&format!("{path}.participation"), "savings", &mut participation.savings);
            }
        }
    }

    fn optional<Q: Bounded>(&mut self, path: &str, key: &str, law: &mut Option<Law<Q>>) {
        if let Some(law) = law {
            self.law(&format!("{path}.{key}"), law);
        }
    }

    /// Reads the values of one law, if it has a file. Of a law that is written wrongly the one who uses it speaks.
    fn law<Q: Bounded>(&mut self, path: &str, law: &mut Law<Q>) {
        if law.file.is_none() || !law.check_written().is_empty() {
            return;
        }
        *law = match self.values(path, law) {
            Some(values) => Law { values: Some(values), ..Law::new(law.law) },
            None => Law::exponential(Q::from_number(Q::PLAIN)),
        };
    }

    /// The values in the file of a law, or nothing where it has been said what is wrong.
    fn values<Q: Bounded>(&mut self, path: &str, law: &Law<Q>) -> Option<Vec<Q>> {
        let (file, column) = (law.file.as_deref()?, law.column.as_deref()?);
        let factor = self.unit(path, law)? * law.scale.unwrap_or(1.0);
        let numbers = self.numbers(path, file, column)?;
        let at = format!("{path}.file");
        if numbers.is_empty() {
            self.compiler.wrong(at, format!("`{file}` has no rows"), "");
            return None;
        }
        if numbers.len() > ENTRIES {
            let message = format!("`{file}` has {} rows", thousands(numbers.len() as u64));
            self.compiler.wrong(at, message, format!("a law takes at most {ENTRIES} values"));
            return None;
        }
        if let Some(row) = numbers.iter().position(|number| number * factor > Q::MOST) {
            let message = format!("row {} of `{file}`: the `{column}` `{}` is beyond counting", row + 1, numbers[row]);
            self.compiler.wrong(
                at,
                message,
                format!("a value is at most {}: check the unit and the scale", Q::MOST_TEXT),
            );
            return None;
        }
        Some(numbers.into_iter().map(|number| Q::from_number(number * factor)).collect())
    }

    /// What a one in the file is, in the numbers of the law.
    fn unit<Q: Bounded>(&mut self, path: &str, law: &Law<Q>) -> Option<f64> {
        match (Q::ONE, law.unit) {
            (Some(one), None) => Some(one),
            (None, Some(unit)) => Some(unit.number()),
            (None, None) => {
                let help = "write what they count beside `column`, for example `unit = \"1s\"`";
                self.compiler.wrong(format!("{path}.column"), "the numbers of a law of times need a `unit`", help);
                None
            }
            (Some(_), Some(_)) => {
                let help = "amounts are in credits, numbers as they are; to multiply them write `scale`";
                self.compiler.wrong(format!("{path}.unit"), "only the numbers of a law of times have a `unit`", help);
                None
            }
        }
    }

    /// The numbers in a column of the file named at `path.file`.
    fn numbers(&mut self, path: &str, file: &str, column: &str) -> Option<Vec<f64>> {
        let at = format!("{path}.file");
        let wanted = [Wanted { name: column.to_owned(), content: Content::Amount }];
        let mistake = match self.files.named_at(&at).columns(file, &wanted) {
            Ok(columns) => return columns.into_iter().next().map(|column| column.numbers()),
            Err(mistake) => mistake,
        };
        match self.files.take_problem() {
            Some(problem) => match &problem.missing {
                Some(missing) => self.compiler.missing_columns(path, &problem.path, missing),
                None => self.compiler.problems.input(self.compiler.document, &at, problem),
            },
            None => self.compiler.wrong(at, mistake.message, mistake.help),
        }
        None
    }
}

#[cfg(test)]
mod tests;
