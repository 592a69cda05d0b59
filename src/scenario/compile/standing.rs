//! Which nodes are in good standing, what follows from it, and what becomes of their results.

use super::Compiler;
use super::named::named;
use crate::domain::checking::{Backtrack, Consequence, SampleBy};
use crate::engine::time::SimDuration;
use crate::scenario::document::key_text;
use crate::scenario::schema::{CheckTable, ScenarioTable, Timing, named_methods};
use crate::scenario::verification::Standing;

/// The rule of standing and what follows from it, if it is sound; `used` are the methods that some class admits.
pub(super) fn standing(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    used: &[String],
) -> Option<Option<Standing>> {
    const RULE: &str = "verification.standing.rule";
    let Some(written) = &table.verification.standing else {
        followed(compiler, table, used, "no rule says");
        return Some(None);
    };
    let rule = compiler.chosen(RULE, written.rule.chosen())?;
    compiler.sound(RULE, rule.name(), rule.check());
    if !rule.samples() {
        followed(compiler, table, used, &format!("`{}` does not say", rule.name()));
    }
    if rule.restores() && written.consequence == Consequence::Exclude {
        let message =
            format!("by `{}` passed checks bring a node back, and whoever is left out is never checked", rule.name());
        let help = "write `consequence = \"check-all\"` or `\"none\"`, or a rule by which standing is lost for good";
        compiler.wrong(compiler.written(&"verification.standing", "consequence"), message, help);
    }
    Some(Some(Standing { rule, consequence: written.consequence, slash: written.slash }))
}

/// Says which checks go by what no rule says.
fn followed(compiler: &mut Compiler<'_>, table: &ScenarioTable, used: &[String], nothing: &str) {
    let follows = |check: &CheckTable| check.sample_by == SampleBy::Standing;
    let help = "write `verification.standing = { rule = { rule = \"consecutive\" } }`, or leave it out";
    for (name, method) in &table.verification.define {
        for (index, _) in method.checks.iter().enumerate().filter(|(_, check)| follows(check)) {
            let at = format!("verification.define.{}.checks[{index}].sample-by", key_text(name));
            let message = format!("checks go by the standing of the node, and {nothing} how often it is checked");
            compiler.wrong(at, message, help);
        }
    }
    for name in used.iter().filter(|name| !table.verification.define.contains_key(*name)) {
        if named_methods().get(name).is_some_and(|method| method.checks.iter().any(follows)) {
            let message =
                format!("the method `{name}` goes by the standing of the node, and {nothing} how often it is checked");
            compiler.wrong(named(table, name), message, help);
        }
    }
}

/// Says where no result could be revoked, or none be checked again.
pub(super) fn backtrack(compiler: &mut Compiler<'_>, table: &ScenarioTable, used: &[String]) {
    let define = &table.verification.define;
    let methods = used.iter().filter_map(|name| define.get(name).or_else(|| named_methods().get(name)));
    let mut checks = methods.flat_map(|method| &method.checks).filter(|check| check.timing == Timing::Deferred);
    let sampled = |check: &CheckTable| check.sample.get() < 1.0 || check.sample_by == SampleBy::Standing;
    let (sound, message) = match table.verification.backtrack {
        Backtrack::None => return,
        Backtrack::Revoke => {
            (checks.next().is_some(), "no check is deferred: an accepted result is final, and nothing revokes it")
        }
        Backtrack::Check => (
            checks.any(|check| sampled(check) && check.window > SimDuration::ZERO),
            "no result stands without a check that could be drawn again",
        ),
    };
    if !sound {
        let help = "admit a method with a deferred check that has a `window` and a `sample` below 1, or leave this out";
        compiler.wrong("verification.backtrack", message, help);
    }
}
