//! Votes of a group about an alarm.

use super::routing::amount;
use super::{Compiler, disputes, drawing};
use crate::domain::checking::{Begins, Checker, Stopping};
use crate::domain::money::Money;
use crate::engine::time::SimDuration;
use crate::policy::selection::Draw;
use crate::scenario::schema::{CheckTable, MethodTable, ScenarioTable, VoteTable};
use crate::scenario::verification::GroupVote;

/// Says what is wrong with a vote of a group.
pub(super) fn check(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    path: &str,
    (method, index): (&MethodTable, usize),
) {
    let written = &method.checks[index];
    let Some(vote) = written.vote else { return };
    let path = format!("{path}.vote");
    if written.begins != Some(Begins::OnAlarm) || !drawing::asks_others(written) {
        let help = "write `begins = \"on-alarm\"` and let `validators` or `peers` vote, or leave `vote` out";
        return compiler.wrong(path, "a group votes about the alarm of another check", help);
    }
    let manner = drawing::manner(table);
    if manner.pulls || manner.draw == Draw::Bernoulli {
        let help = "draw so many checkers, or leave `vote` out";
        compiler.wrong(&path, "validators look by themselves, so no group is asked to vote", help);
    }
    if written.stopping != Stopping::Decided || written.timeout.is_some() {
        let help = "leave `stopping` and `timeout` out, or `vote`";
        compiler.wrong(&path, "the votes of a group are counted when its window has passed", help);
    }
    if vote.window == SimDuration::ZERO {
        compiler.wrong(format!("{path}.window"), "a vote that takes no time", "write how long the group may vote");
    }
    compiler.brief(format!("{path}.window"), vote.window);
    amount(compiler, &format!("{path}.deposit"), vote.deposit);
    if vote.deposit > Money::ZERO {
        deposit(
            compiler,
            table,
            &format!("{path}.deposit"),
            disputes::of(&method.checks, index).map(|of| &method.checks[of]),
        );
    }
}

/// Says where those that raise the alarm have nothing to lose.
fn deposit(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, of: Option<&CheckTable>) {
    let (groups, who) = match of.map(|of| of.by) {
        Some(Checker::Validators) => (&table.validators, "validators"),
        Some(Checker::Peers) => (&table.nodes, "nodes"),
        Some(Checker::Watchers) => {
            let help = "write it at the watchers, as `bond`";
            return compiler.wrong(path, "a deposit of checkers, and watchers raise the alarm", help);
        }
        Some(_) => {
            let help = "leave `deposit` out, or let `validators` or `peers` raise the alarm";
            return compiler.wrong(path, "a deposit of checkers, and none of them raises the alarm", help);
        }
        None => return,
    };
    if !groups.is_empty() && groups.iter().all(|group| group.stake.is_none()) {
        let help = format!("write the `stake` of some {who}, or leave `deposit` out");
        compiler.wrong(path, format!("a deposit is paid from the stake, and no {who} have any"), help);
    }
}

/// How the vote is held.
pub(super) fn compiled(table: &VoteTable) -> GroupVote {
    let &VoteTable { window, quorum, abstention, deposit } = table;
    GroupVote { window, quorum: quorum.get(), abstention: abstention.get(), deposit }
}
