//! What goes with canaries, and what they do not go with.

use super::Compiler;
use crate::domain::checking::Checker;
use crate::domain::share::Share;
use crate::scenario::schema::{CheckTable, Timing};

/// Says what is wrong with a canary, and with a key of canaries at another check.
pub(super) fn check(compiler: &mut Compiler<'_>, path: &str, check: &CheckTable, all: &[CheckTable]) {
    if check.by != Checker::Canary {
        if check.recognised > Share::ZERO {
            let help = "leave it out, or write `by = \"canary\"`";
            compiler.wrong(format!("{path}.recognised"), "only canaries are told from jobs", help);
        }
        return;
    }
    if all.first().is_some_and(|first| first.by == Checker::Replicas) {
        let message = "a canary is planted beside the answer of one node, and the method asks several";
        compiler.wrong(format!("{path}.by"), message, "leave the canary out, or the replicas");
    }
    let written = [
        ("work", check.work.get() > 0.0),
        ("work-by-model", !check.work_by_model.is_empty()),
        ("time", check.time.is_some()),
        ("count", check.count > 1),
        ("gas", check.gas > 0),
        ("timing", check.timing == Timing::Deferred),
        ("begins", check.begins.is_some()),
        ("of", check.of.is_some()),
    ];
    if let Some((key, _)) = written.into_iter().find(|(_, written)| *written) {
        let help = "leave it out: one canary takes the work of the job it is planted beside, after the job is accepted";
        compiler.wrong(compiler.written(&path, key), format!("`{key}` does not go with a canary"), help);
    }
}
