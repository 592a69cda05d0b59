//! How checkers are drawn, and which checks cannot be drawn for so.

use super::Compiler;
use crate::domain::checking::Checker;
use crate::policy::selection::{Draw, Manner};
use crate::scenario::schema::{CheckTable, ScenarioTable};

/// Says where a check, or a verdict that weighs votes by stake, does not go with the way in which checkers are drawn.
pub(super) fn fits(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    path: &str,
    (check, by_stake): (&CheckTable, bool),
) {
    let Manner { draw, pulls, .. } = manner(table);
    if asks_others(check) && by_stake && (pulls || draw == Draw::WithReplacement) {
        let (message, help) = match pulls {
            true => (
                "it is not known whose votes will be weighed while a check waits to be taken",
                "write `majority` or a quorum, or draw",
            ),
            false => (
                "seats are drawn with replacement, so a party with more stake has more votes: its stake would count twice",
                "write `majority` or a quorum, or draw without replacement",
            ),
        };
        compiler.wrong(format!("{path}.verdict.rule"), message, help);
    }
    if pulls && check.timeout.is_some() {
        let help = "leave `timeout` out, or draw checkers by another selection";
        compiler.wrong(
            format!("{path}.timeout"),
            "with the selection `pull` nobody is asked: a check waits until a validator takes it",
            help,
        );
    }
    if pulls && check.by == Checker::Peers {
        let help = "write `by = \"validators\"`, or another selection";
        compiler.wrong(
            format!("{path}.by"),
            "with the selection `pull` validators take checks, and nodes do not",
            help,
        );
    }
}

/// Whether a check is done by those whom the selection draws.
pub(super) fn asks_others(check: &CheckTable) -> bool {
    matches!(check.by, Checker::Validators | Checker::Peers)
}

/// How the scenario's rule draws checkers.
pub(super) fn manner(table: &ScenarioTable) -> Manner {
    table.verification.selection.chosen().map_or_else(|_| Manner::default(), |rule| rule.manner())
}
