//! What happened to an answer: its checkers and their votes, its revocation, fines and payments.

use std::fmt::Write;

use super::at;
use crate::domain::checking::Checker;
use crate::domain::ids::PartyId;
use crate::domain::money::Money;
use crate::domain::record::{JobKey, JobRecord};
use crate::engine::time::Time;
use crate::record::fact::Fact;
use crate::scenario::Scenario;

/// Whether a fact is one that is told of a job.
pub(super) fn is_of(fact: &Fact, key: JobKey) -> bool {
    match fact {
        Fact::Checked { job, .. }
        | Fact::Revoked { job, .. }
        | Fact::Slashed { job, .. }
        | Fact::Escalated { job, .. }
        | Fact::Canary { job, .. }
        | Fact::Jackpot { job, .. }
        | Fact::Forfeited { job, .. }
        | Fact::Posted { job, .. }
        | Fact::Bounced { job, .. }
        | Fact::Dropped { job, .. }
        | Fact::Settled { job, .. } => *job == key,
        _ => false,
    }
}

/// The facts as lines, and why the answer was refused or revoked; nothing where none was told.
pub(super) fn told(scenario: &Scenario, record: &JobRecord, facts: &[(Time, Fact)]) -> String {
    let mut text = String::new();
    if !facts.is_empty() {
        text.push_str("\nchecks, fines and payments\n");
    }
    for (instant, fact) in facts {
        let _ = writeln!(text, "  {:<17} {}", at(*instant), line(scenario, record, fact));
    }
    let own = unseen(scenario, record, facts);
    if !own.is_empty() {
        let _ = writeln!(text, "  {own}");
    }
    text
}

fn line(scenario: &Scenario, record: &JobRecord, fact: &Fact) -> String {
    match *fact {
        Fact::Checked { by, check, alarm, .. } => {
            let method = &scenario.last().verification.methods[record.method].name;
            let said = match (alarm, record.is_right_for_inputs()) {
                (false, true) => "no alarm",
                (false, false) => "no alarm, though the answer was wrong",
                (true, true) => "a false alarm: the answer was right",
                (true, false) => "an alarm: the answer was wrong",
            };
            format!("check {check} of `{method}` by {}: {said}", party(scenario, by))
        }
        Fact::Revoked { right: true, .. } => "the answer was revoked, though it was right".to_owned(),
        Fact::Revoked { right: false, .. } => "the answer was revoked: it was wrong".to_owned(),
        Fact::Escalated { check, to, rounds, .. } => {
            let rounds = if rounds > 0 { format!(" after {rounds} rounds of bisection") } else { String::new() };
            format!("check {check} refused the answer: check {to} decides about it{rounds}")
        }
        Fact::Forfeited { check, by, amount, .. } => {
            let by = challenger(scenario, by);
            format!("{by} lost {amount} tokens: the alarm of check {check} was overturned")
        }
        Fact::Posted { by, amount, .. } => {
            let by = challenger(scenario, by);
            format!("{by} paid {amount} credits for the rounds of the dispute")
        }
        Fact::Canary { node, alarm, .. } => {
            format!("{} answered a canary {}", party(scenario, node), if alarm { "wrong" } else { "right" })
        }
        Fact::Jackpot { by, amount, .. } => format!("{} found a forced error: {amount} tokens", party(scenario, by)),
        Fact::Slashed { node, amount, .. } => format!("{} was fined {amount} tokens", party(scenario, node)),
        Fact::Bounced { node, full, .. } => {
            format!("{} was {}", party(scenario, node), if full { "full" } else { "gone" })
        }
        Fact::Dropped { node, .. } => format!("{} failed during the execution", party(scenario, node)),
        Fact::Settled { paid, refunded, .. } => {
            let back = if refunded > Money::ZERO { format!(", {refunded} taken back") } else { String::new() };
            format!("{paid} credits paid{back}")
        }
        _ => unreachable!("only some facts are told"),
    }
}

/// Checks that the requester makes alone leave no fact of their own: that one of them raised an alarm is in the record.
fn unseen(scenario: &Scenario, record: &JobRecord, facts: &[(Time, Fact)]) -> String {
    let alarms = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Checked { alarm: true, .. })).count();
    if record.alarms == 0 || alarms > 0 {
        return String::new();
    }
    let method = &scenario.last().verification.methods[record.method];
    let by = method.checks.iter().find_map(|check| match check.by {
        Checker::Attestation => Some("the requester, which looked at the attestation"),
        Checker::Proof => Some("the requester, which looked at the proof"),
        Checker::Replicas => Some("comparing the answers of the replicas"),
        Checker::Watchers => Some("a watcher, which challenged it"),
        Checker::Requester => Some("the requester, which looked at the answer"),
        Checker::Validators | Checker::Peers | Checker::Canary => None,
    });
    let truth =
        if record.is_right_for_inputs() { "a false alarm: the answer was right" } else { "the answer was wrong" };
    format!("alarm of `{}` by {}: {truth}", method.name, by.unwrap_or("a check"))
}

/// One side of a dispute: a party, or a watcher, which has no number.
fn challenger(scenario: &Scenario, id: PartyId) -> String {
    if id.is_some() { party(scenario, id) } else { "the challenger".to_owned() }
}

/// A party by its number and group: "node 3 (`fleet`)".
fn party(scenario: &Scenario, id: PartyId) -> String {
    match scenario.group_of(id) {
        Some(group) => format!("{} {} (`{}`)", group.kind.name(), id.0, group.name),
        None => format!("party {}", id.0),
    }
}
