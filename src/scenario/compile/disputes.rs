//! Disputes: which check decides about the alarm of which, who challenges, and how a dispute is narrowed down.

use super::Compiler;
use super::routing::amount;
use crate::domain::checking::{Begins, Checker};
use crate::engine::time::SimDuration;
use crate::policy::verdict::VerdictRule;
use crate::scenario::schema::{BisectionTable, CheckTable, Timing};
use crate::scenario::verification::{Bisection, Check};

/// The place of the check whose alarm begins the check at `index`; `None` where it begins by itself.
pub(super) fn of(checks: &[CheckTable], index: usize) -> Option<usize> {
    let check = &checks[index];
    let before = || index.checked_sub(1);
    (check.begins == Some(Begins::OnAlarm)).then(|| check.of.map_or_else(before, |of| Some(of as usize)))?
}

/// How many of the same kind have looked before a check that an alarm begins.
pub(super) fn before(checks: &[CheckTable], index: usize) -> u64 {
    let (mut count, mut at) = (0, index);
    while let Some(of) = of(checks, at).filter(|of| *of < at) {
        count += if checks[of].by == checks[index].by { u64::from(checks[of].count) } else { 0 };
        at = of;
    }
    count
}

/// Ties every check to the one whose alarm begins it.
pub(super) fn linked(mut checks: Vec<Check>, written: &[CheckTable]) -> Vec<Check> {
    for index in 0..checks.len() {
        let Some(of) = of(written, index).filter(|of| *of < index) else { continue };
        checks[of].appeal = Some(index as u8);
        let (deferred, round) = (checks[of].deferred, checks[of].round + 1);
        let check = &mut checks[index];
        (check.of, check.deferred, check.round) = (Some(of as u8), deferred, round);
    }
    checks
}

/// The rounds of a dispute.
pub(super) fn bisection(table: &BisectionTable) -> Bisection {
    let rounds = table.steps.max(1).next_power_of_two().trailing_zeros() as u8;
    Bisection { rounds, takes: SimDuration(table.round.0.saturating_mul(rounds.into())), gas: table.gas }
}

/// Says what is wrong with a check as a part of a dispute.
pub(super) fn check(compiler: &mut Compiler<'_>, path: &str, index: usize, checks: &[CheckTable]) {
    begins(compiler, path, index, checks);
    watchers(compiler, path, index, checks);
    let check = &checks[index];
    let Some(table) = &check.bisection else { return };
    let at = format!("{path}.bisection");
    amount(compiler, &format!("{at}.gas"), table.gas);
    if check.begins != Some(Begins::OnAlarm) {
        let help = "write `begins = \"on-alarm\"`, or leave `bisection` out";
        compiler.wrong(at, "a bisection without a dispute: this check begins by itself", help);
    } else if table.steps == 0 || table.steps > 1 << 63 {
        compiler.wrong(format!("{at}.steps"), "steps that cannot be halved", "write a number from 1 to 2^63");
    } else {
        compiler.brief(format!("{at}.round"), bisection(table).takes);
    }
}

/// Where a check says whose alarm begins it.
fn place_of(compiler: &Compiler<'_>, path: &str, check: &CheckTable) -> String {
    compiler.written(&path, if check.of.is_some() { "of" } else { "begins" })
}

fn begins(compiler: &mut Compiler<'_>, path: &str, index: usize, checks: &[CheckTable]) {
    let check = &checks[index];
    if check.begins != Some(Begins::OnAlarm) {
        if check.begins == Some(Begins::OnAnswer) && check.timing == Timing::Deferred {
            let help = "leave `begins` out: a deferred check begins when the answer is accepted";
            compiler.wrong(format!("{path}.begins"), "a deferred check that begins with the answer", help);
        }
        if check.of.is_some() {
            let help = "write `begins = \"on-alarm\"`, or leave `of` out";
            compiler.wrong(format!("{path}.of"), "`of` names the check whose alarm begins this one", help);
        }
        return;
    }
    let place = place_of(compiler, path, check);
    let Some(of) = of(checks, index).filter(|of| *of < index) else {
        return compiler.wrong(place, "no check before this one raises the alarm", "name an earlier check, from 0");
    };
    if let Some(other) = (0..index).find(|other| self::of(checks, *other) == Some(of)) {
        let message = format!("check {other} decides about the alarm of check {of} already");
        compiler.wrong(
            place,
            message,
            "an alarm has one check that decides about it; that one's alarm may have another",
        );
    } else if checks[of].by == Checker::Canary {
        compiler.wrong(
            place,
            "of a canary the right answer is known: nobody decides about its alarm",
            "name another check",
        );
    } else if matches!(check.by, Checker::Replicas | Checker::Watchers) {
        let help = "let validators, peers, a proof or an attestation decide";
        compiler.wrong(format!("{path}.by"), "neither copies nor watchers decide about an alarm", help);
    } else if checks[of].by == Checker::Replicas && checks[of].agree.unwrap_or(checks[of].count / 2 + 1) <= 1 {
        compiler.wrong(place, "copies of which the first counts do not disagree", "let two or more of them agree");
    }
    if self::of(checks, of).is_some_and(|first| first < of && checks[first].by == Checker::Replicas) {
        let message = format!("check {of} decides between copies, and looks at each of their answers");
        compiler.wrong(place_of(compiler, path, check), message, "let it have the last word");
    }
    if check.timing == Timing::Deferred && !is_deferred(checks, of) {
        let help = format!("leave `timing` out: the answer waits for it as for check {of}");
        compiler.wrong(format!("{path}.timing"), "a deferred check decides about the alarm of a blocking one", help);
    }
    if check.window > SimDuration::ZERO {
        let help = "write it at a check that begins by itself";
        compiler.wrong(format!("{path}.window"), "a window of a check that only an alarm begins", help);
    }
    if check.gas > 0 {
        let help = "leave `gas` out: at the placement nobody knows whether there will be an alarm";
        compiler.wrong(format!("{path}.gas"), "gas of a check that only an alarm begins", help);
    }
}

/// Whether the first check of a dispute is deferred.
fn is_deferred(checks: &[CheckTable], index: usize) -> bool {
    match of(checks, index) {
        Some(of) if of < index => is_deferred(checks, of),
        _ => checks[index].timing == Timing::Deferred || checks[index].begins == Some(Begins::OnAcceptance),
    }
}

fn watchers(compiler: &mut Compiler<'_>, path: &str, index: usize, checks: &[CheckTable]) {
    let check = &checks[index];
    if check.by != Checker::Watchers {
        for (key, is_written) in [("attention", check.attention.is_some()), ("bond", check.bond.0 != 0)] {
            if is_written {
                let help = format!("leave `{key}` out");
                compiler.wrong(format!("{path}.{key}"), format!("`{key}` goes with `by = \"watchers\"`"), help);
            }
        }
        return;
    }
    super::routing::amount(compiler, &format!("{path}.bond"), check.bond);
    if !is_deferred(checks, index) || check.window == SimDuration::ZERO {
        let help = "write `timing = \"deferred\"` and a `window` in which they may challenge";
        compiler.wrong(format!("{path}.by"), "watchers look at an accepted answer, as long as it stands", help);
    }
    if check.gas > 0 {
        compiler.wrong(format!("{path}.gas"), "watchers are not asked, so no gas is paid", "leave `gas` out");
    }
    let counts = |rule: VerdictRule| rule.threshold(check.count).needed(check.count) == check.count;
    if !check.verdict.chosen().is_ok_and(counts) {
        let help = "leave `verdict` out: the first challenge counts";
        compiler.wrong(format!("{path}.verdict"), "watchers do not vote", help);
    }
}
