//! What checkers that approved a wrong answer lose.

use super::Compiler;
use super::routing::amount;
use crate::domain::checking::Checker;
use crate::domain::payment::SlashTo;
use crate::domain::share::Share;
use crate::scenario::schema::{CheckTable, LiabilityTable, ScenarioTable};
use crate::scenario::verification::{Liability, Slash};

/// Says where a check makes liable whoever casts no vote of its own, or has nothing to lose.
pub(super) fn check(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, written: &CheckTable) {
    let Some(liability) = &written.liability else { return };
    let path = format!("{path}.liability");
    amount(compiler, &format!("{path}.fixed"), liability.fixed);
    compiler.countable(format!("{path}.fee-multiple"), liability.fee_multiple.get(), 1e9);
    let (groups, who) = match written.by {
        Checker::Validators => (&table.validators, "validators"),
        Checker::Peers => (&table.nodes, "nodes"),
        _ => {
            let help = "check by `validators` or `peers`, or leave `liability` out";
            return compiler.wrong(path, "`liability` goes with checkers that vote", help);
        }
    };
    if !groups.is_empty() && groups.iter().all(|group| group.stake.is_none()) {
        let help = format!("write the `stake` of some {who}, or leave `liability` out");
        compiler.wrong(path, format!("a liability is paid from the stake, and no {who} have any"), help);
    }
}

/// What they lose, and where it goes.
pub(super) fn compiled(written: &LiabilityTable, to: SlashTo) -> Liability {
    let &LiabilityTable { fixed, share, fee_multiple, outvoted } = written;
    Liability { slash: Slash { fixed, share, fee_multiple, to, overturned: Share::ZERO }, outvoted }
}
