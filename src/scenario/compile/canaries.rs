//! What goes with canaries, and what they do not go with.

use super::Compiler;
use crate::domain::checking::{Checker, SampleBy};
use crate::domain::share::Share;
use crate::engine::time::SimDuration;
use crate::scenario::schema::{CheckTable, Timing};

/// Says what is wrong with a canary, and with a key of canaries at another check.
pub(super) fn check(compiler: &mut Compiler<'_>, path: &str, check: &CheckTable) {
    if check.by != Checker::Canary {
        let alone = [("recognised", check.recognised > Share::ZERO), ("epoch", check.epoch.is_some())];
        for (key, _) in alone.into_iter().filter(|(_, written)| *written) {
            let message =
                if key == "epoch" { "only canaries come by the epoch" } else { "only canaries are told from jobs" };
            compiler.wrong(format!("{path}.{key}"), message, "leave it out, or write `by = \"canary\"`");
        }
        return;
    }
    by_epoch(compiler, path, check);
    let written = [
        ("work", check.work.get() > 0.0),
        ("work-by-model", !check.work_by_model.is_empty()),
        ("time", check.time.is_some()),
        ("count", check.count > 1 && check.epoch.is_none()),
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

/// The shortest span between two canaries of a node.
const SHORTEST: SimDuration = SimDuration(1_000);

/// Says what is wrong with canaries that come by the epoch.
fn by_epoch(compiler: &mut Compiler<'_>, path: &str, check: &CheckTable) {
    let Some(epoch) = check.epoch else { return };
    if every(check) < SHORTEST {
        let message = format!("{} canaries in an epoch of `{epoch}`", check.count);
        let help = "one in a microsecond is the most: lengthen the epoch, or plant fewer";
        compiler.wrong(format!("{path}.epoch"), message, help);
    }
    let by_share = [("sample", check.sample < Share::ONE), ("sample-by", check.sample_by == SampleBy::Standing)];
    for (key, _) in by_share.into_iter().filter(|(_, written)| *written) {
        let message = "canaries by the epoch, and by a share of answers";
        compiler.wrong(compiler.written(&path, key), message, format!("leave `epoch` out, or `{key}`"));
    }
}

/// In which span one canary is due at each node; zero where canaries go by a share of answers.
pub(super) fn every(check: &CheckTable) -> SimDuration {
    check.epoch.map_or(SimDuration::ZERO, |epoch| SimDuration(epoch.0 / u64::from(check.count.max(1))))
}

/// How many are asked at once, or compared: of canaries one, whatever their number in an epoch.
pub(super) fn at_once(check: &CheckTable) -> u32 {
    if check.by == Checker::Canary { 1 } else { check.count }
}
