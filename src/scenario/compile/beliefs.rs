//! What requesters may know before anything happens: who is drawn for a check, which kinds of wrong answers there are, and what
//! parties of which nothing is known weigh.

use super::Compiler;
use crate::domain::checking::{Beliefs, Checker};
use crate::domain::ids::{IdVec, MethodId, NodeGroupId};
use crate::domain::party::PartyKind;
use crate::policy::opinion::Opinion;
use crate::policy::selection::{Draw, Selection, Sought};
use crate::scenario::model::NodeGroup;
use crate::scenario::schema::{BeliefsOfKinds, ScenarioTable};
use crate::scenario::verification::{Draws, Method, Weighting};

/// The ways in which the checks of all methods draw validators and provers; each check learns the number of its own.
pub(super) fn draws(methods: &mut IdVec<MethodId, Method>, selection: &Selection, beliefs: Beliefs) -> Vec<Draws> {
    let mut draws: Vec<Draws> = Vec::new();
    for check in methods.iter_mut().flat_map(|method| &mut method.checks) {
        let by_selection = match () {
            () if beliefs == Beliefs::Mean || check.by == Checker::Proof => Weighting::Even,
            () if selection.needs().stakes => Weighting::Stake,
            () if selection.needs().opinions => Weighting::Opinion,
            () => Weighting::Even,
        };
        let way = match check.by {
            Checker::Validators => Draws {
                by: check.by,
                count: check.count,
                weighting: by_selection,
                draw: selection.manner().draw,
                choices: if beliefs == Beliefs::Mean { 1 } else { selection.manner().choices },
                sought: selection.manner().sought,
            },
            Checker::Proof => Draws {
                by: check.by,
                count: check.ways,
                weighting: by_selection,
                draw: Draw::default(),
                choices: 1,
                sought: Sought::Load,
            },
            Checker::Attestation | Checker::Peers | Checker::Replicas => continue,
            Checker::Watchers | Checker::Requester | Checker::Canary => continue,
        };
        check.way = draws.iter().position(|other| *other == way).unwrap_or_else(|| {
            draws.push(way);
            draws.len() - 1
        });
    }
    draws
}

/// The kinds of wrong answers that requesters expect, as shares; `None` where they expect the worst of each method.
///
/// Rational expectations are what the groups of nodes do: each weighted by its speed and slots, which is what it answers when all
/// are equally busy.
pub(super) fn kinds(beliefs: BeliefsOfKinds, groups: &IdVec<NodeGroupId, NodeGroup>) -> Option<[f64; 5]> {
    let mut sums = [0.0; 5];
    if beliefs == BeliefsOfKinds::Rational {
        for group in groups.iter().filter(|group| group.kind == PartyKind::Node) {
            let slots = if group.slots == u32::MAX { 1.0 } else { f64::from(group.slots) };
            let answers = f64::from(group.count) * slots * group.speed.mean();
            let wrongs = group.conduct.wrongs(&group.conduct.memory());
            sums.iter_mut().zip(wrongs).for_each(|(sum, share)| *sum += answers * share);
        }
    }
    let total: f64 = sums.iter().sum();
    match beliefs {
        BeliefsOfKinds::Worst => None,
        _ if total > 0.0 => Some(sums.map(|sum| sum / total)),
        _ => Some([0.2; 5]),
    }
}

/// Says where parties are drawn or left out by what they weigh in opinions that nobody has.
pub(super) fn weighs(compiler: &mut Compiler<'_>, table: &ScenarioTable) {
    let opinions = &table.verification.opinions;
    if opinions.rule.is_some() {
        return;
    }
    let help = |otherwise: &str| format!("write how they come about, as `verification.opinions.rule`, or {otherwise}");
    if opinions.exclude_below.get() > 0.0 {
        let message = "parties are left out by what they weigh in opinions, and no rule makes any";
        compiler.wrong("verification.opinions.exclude-below", message, help("leave this out"));
    }
    if table.routing.pool.needs().opinions {
        let message = "nodes are drawn by what they weigh in opinions, and no rule makes any";
        compiler.wrong("routing.pool.rule", message, help("another pool"));
    }
    if table.verification.selection.needs().opinions {
        let message = "checkers are drawn by what they weigh in opinions, and no rule makes any";
        compiler.wrong("verification.selection.rule", message, help("another selection"));
    }
}

/// Says whether those are left out of whom nothing is known, for then nobody is ever asked.
pub(super) fn unseen(compiler: &mut Compiler<'_>, rule: &Opinion, least: f64) {
    let weight = rule.weight(&rule.memory());
    if rule.check().is_ok() && weight < least {
        let message =
            format!("by `{}` whoever nobody has seen weighs {weight}: nobody would ever be asked", rule.name());
        compiler.wrong("verification.opinions.exclude-below", message, format!("write at most {weight}"));
    }
}
