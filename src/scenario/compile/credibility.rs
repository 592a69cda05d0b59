//! Copies that are added until a group of equal answers is credible.

use super::{Compiler, disputes};
use crate::domain::acceptance::{Groups, MOST};
use crate::domain::checking::{Checker, Shares};
use crate::domain::share::Share;
use crate::maths;
use crate::scenario::schema::{CheckTable, MethodTable, ScenarioTable};

/// How many answers must agree. Where a group must be credible its number follows from the trust in its nodes; this says that
/// answers are compared.
pub(super) fn agree(check: &CheckTable) -> u32 {
    match check.credibility {
        Some(_) => check.count.min(2),
        None => check.agree.unwrap_or(check.count / 2 + 1),
    }
}

/// The expected standard normal order statistic of the last of 1, 2, … copies, and its variance; none where no group must be credible.
pub(super) fn last_scores(check: &CheckTable) -> Vec<[f64; 2]> {
    let most = check.credibility.map_or(0, |_| check.count.min(MOST as u32));
    let last = |count| {
        let scores = maths::normal_scores(count);
        let variances = maths::normal_score_variances(&scores);
        [scores, variances].map(|of_all| of_all.last().copied().unwrap_or(0.0))
    };
    (1..=most).map(last).collect()
}

/// Says what is wrong with the credibility that a check asks for.
pub(super) fn check(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    path: &str,
    (method, index): (&MethodTable, usize),
) {
    let written = &method.checks[index];
    let Some(credibility) = written.credibility else {
        if written.shares != Shares::Asked {
            let help = "write `credibility`, or leave `shares` out";
            compiler.wrong(format!("{path}.shares"), "copies share by odds only where groups must be credible", help);
        }
        return;
    };
    let path = format!("{path}.credibility");
    let is_copies_of = |other: usize| disputes::of(&method.checks, other) == Some(index);
    if written.by != Checker::Replicas {
        let help = "votes of checkers are decided by `verdict`: leave `credibility` out";
        compiler.wrong(path, "`credibility` goes with `by = \"replicas\"`", help);
    } else if !(0.5..1.0).contains(&credibility.get()) {
        let message = format!("a credibility of `{}`", credibility.get());
        let help = "write 0.5 or more, so that no two groups have it, and less than 1, which no copies reach";
        compiler.wrong(path, message, help);
    } else if written.agree.is_some() {
        compiler.wrong(path, "both `agree` and `credibility` say when copies are an answer", "keep one of them");
    } else if written.mismatch > Share::ZERO {
        let help = "leave `mismatch` out, or let a number of copies `agree`";
        compiler.wrong(path, "right copies that differ, where groups of equal answers are weighed", help);
    } else if (0..method.checks.len()).any(is_copies_of) {
        let help = "leave out that check, or let a number of copies `agree`";
        compiler.wrong(path, "a check decides between copies that are added until they agree", help);
    } else if !(2..=MOST as u32).contains(&written.count) {
        let message = format!("a group of at most {} copies", written.count);
        compiler.wrong(path, message, format!("write a `count` from 2 to {MOST}: the most copies of one job"));
    } else {
        reachable(compiler, table, &path, (written.count, credibility.get()));
    }
}

/// Says where the copies cannot be credible even if all agree, or one always is, as long as nothing is known of their nodes.
fn reachable(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, (count, credibility): (u32, f64)) {
    let opinions = &table.verification.opinions;
    let odds = match opinions.rule.as_ref().map(|rule| rule.chosen()) {
        None => opinions.prior.get() / (1.0 - opinions.prior.get()),
        Some(Ok(rule)) if rule.check().is_ok() => rule.odds(&rule.memory()),
        Some(_) => return,
    };
    if odds == f64::INFINITY {
        let help = "write how trust comes about, as `verification.opinions.rule`, or a `prior` below 1";
        return compiler.wrong(path, "nodes that are thought never to err: one copy is always credible", help);
    }
    let wanted = Groups::NONE.wanted(credibility, std::iter::repeat_n(odds, MOST));
    if wanted.is_none_or(|wanted| wanted > count as usize) {
        let message = format!(
            "{count} copies are not so credible even if they agree: nobody knows their nodes yet, which are right with odds of {odds:.4}"
        );
        let help = match wanted {
            Some(wanted) => format!("write a `count` of at least {wanted}, or a lower `credibility`"),
            None => format!("write a lower `credibility`: not even {MOST} copies have it"),
        };
        compiler.wrong(path, message, help);
    }
}
