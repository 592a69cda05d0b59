//! What the checks of a method need of the classes and groups that meet them: the length of a pass, the work by model, provers.

use std::collections::BTreeSet;

use super::named::named;
use super::routing::amount;
use super::{Compiler, credibility, disputes, guards, liability, vote};
use crate::domain::checking::{Begins, Checker, Guard, SampleBy, Stopping, WorkOf};
use crate::domain::ids::{ClassId, Id, IdVec, MethodId};
use crate::domain::money::Money;
use crate::domain::share::Share;
use crate::engine::law::Sampler;
use crate::engine::random::{RandomSource, mix};
use crate::engine::time::SimDuration;
use crate::maths;
use crate::policy::selection;
use crate::policy::verdict::{Verdict, VerdictRule, Votes};
use crate::scenario::document::key_text;
use crate::scenario::model::{Class, Pass};
use crate::scenario::schema::{CheckTable, ClassTable, DetectsTable, NodeGroupTable, ScenarioTable, Timing};
use crate::scenario::verification::{Check, Forced, Timeout, Times, Verification};

/// Says what is wrong with what a check is stated in.
pub(super) fn stated(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, check: &CheckTable) {
    let others = !matches!(check.by, Checker::Attestation | Checker::Replicas);
    if check.work_of == WorkOf::Pass && !others {
        let help = "leave it out: an attestation is seen in `time`, and replicas execute the whole job";
        compiler.wrong(format!("{path}.work-of"), "a pass of a check that computes nothing again", help);
    }
    if !check.work_by_model.is_empty() && check.work.get() > 0.0 {
        let message = "both `work` and `work-by-model` say how much work the check is";
        compiler.wrong(format!("{path}.work"), message, "keep one of them");
    }
    let known = compiler.names.models.clone();
    for (name, work) in &check.work_by_model {
        let place = format!("{path}.work-by-model.{}", key_text(name));
        compiler.find(&place, "model", name, &known);
        compiler.countable(&place, work.get(), 1e9);
    }
    ways(compiler, table, path, check);
    missing(compiler, path, check);
    forced(compiler, path, check);
    if check.by != Checker::Replicas && check.mismatch > Share::ZERO {
        let message = "only the answers of replicas are compared bit for bit";
        compiler.wrong(format!("{path}.mismatch"), message, "leave `mismatch` out, or write `by = \"replicas\"`");
    }
}

/// Says what is wrong with how long votes are waited for.
fn missing(compiler: &mut Compiler<'_>, path: &str, check: &CheckTable) {
    let asks = matches!(check.by, Checker::Validators | Checker::Peers);
    let waits = [
        ("timeout", check.timeout.is_some()),
        ("redraws", check.redraws > 0),
        ("stopping", check.stopping != Stopping::Decided),
        ("reveal", check.reveal.is_some()),
    ];
    if let Some((key, _)) = waits.into_iter().find(|(_, written)| *written && !asks) {
        let help = "leave it out, or ask `validators` or `peers`";
        compiler.wrong(format!("{path}.{key}"), format!("`{key}` goes with checkers that vote"), help);
    }
    if check.timeout == Some(SimDuration::ZERO) {
        compiler.wrong(format!("{path}.timeout"), "a check that must take no time", "leave it out for none");
    }
    if check.redraws > 0 && check.timeout.is_none() {
        let help = "write after how long, as `timeout`, or leave `redraws` out";
        compiler.wrong(format!("{path}.redraws"), "nobody is missing before a `timeout`", help);
    } else if check.redraws > REDRAWS {
        compiler.wrong(
            format!("{path}.redraws"),
            format!("{} redraws", check.redraws),
            format!("write at most {REDRAWS}"),
        );
    }
    match (check.stopping, check.reveal) {
        (Stopping::Reveal, None) => {
            let help = "write how long after the first, as `reveal = \"10s\"`";
            compiler.wrong(format!("{path}.stopping"), "nothing says when the votes are published", help);
        }
        (Stopping::Decided | Stopping::AllVotes, Some(_)) => {
            let help = "write `stopping = \"reveal\"`, or leave `reveal` out";
            compiler.wrong(format!("{path}.reveal"), "only sealed votes are published at a time", help);
        }
        _ => {}
    }
}

/// Says what is wrong with errors that are forced upon checkers.
fn forced(compiler: &mut Compiler<'_>, path: &str, check: &CheckTable) {
    let Some(forced) = &check.forced else { return };
    amount(compiler, &format!("{path}.forced.jackpot"), forced.jackpot);
    let asks = matches!(check.by, Checker::Validators | Checker::Peers);
    if !asks || check.begins == Some(Begins::OnAlarm) {
        let help = "leave it out, or write it at `validators` or `peers` that look at answers by themselves";
        compiler.wrong(format!("{path}.forced"), "an error that is forced upon nobody", help);
    }
}

/// The most redraws for one seat.
const REDRAWS: u32 = 16;

/// Says where a proof is divided over more provers than there are.
fn ways(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, check: &CheckTable) {
    let place = format!("{path}.ways");
    let count = |groups: &[NodeGroupTable]| groups.iter().map(|group| u64::from(group.count)).sum::<u64>();
    let provers = count(&table.provers);
    match check.ways {
        1 => {}
        0 => compiler.wrong(place, "a proof made by nobody", "write 1 or more"),
        _ if check.by != Checker::Proof => {
            compiler.wrong(
                place,
                "only the making of a proof is divided",
                "leave `ways` out, or write `by = \"proof\"`",
            );
        }
        ways if ways as usize > selection::MOST => {
            compiler.wrong(place, format!("{ways} parts of one proof"), format!("write at most {}", selection::MOST));
        }
        ways if u64::from(ways) > provers => {
            let there = if provers == 0 { "none".to_owned() } else { provers.to_string() };
            let message = format!("a proof is divided over {ways} provers and there are {there}");
            compiler.wrong(place, message, "add a group of them, `[[provers]]`, or divide it over fewer");
        }
        _ => {}
    }
}

/// Gives each class the length of a pass where a check of its methods is that, and says where it is not known; and where a check
/// states its work by model and leaves out one that is asked for.
pub(super) fn sizes(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    classes: &mut IdVec<ClassId, Class>,
    verification: Option<&Verification>,
) {
    for (id, method) in verification.iter().flat_map(|all| all.methods.iter().enumerate()) {
        let id = MethodId(id as u8);
        for (index, check) in method.checks.iter().enumerate() {
            let place = match table.verification.define.contains_key(&method.name) {
                true => format!("verification.define.{}.checks[{index}]", key_text(&method.name)),
                false => named(table, &method.name),
            };
            let models = classes.iter().filter(|class| class.methods.contains(&id)).map(|class| class.model.index());
            let models: BTreeSet<usize> = models.collect();
            every_model(compiler, &place, &models, check);
            let admitting = classes.iter_mut().zip(&table.classes).filter(|(class, _)| class.methods.contains(&id));
            for (class, (name, written)) in admitting.filter(|_| check.work_of == WorkOf::Pass) {
                class.pass = pass(compiler, table, &place, (class, name, written));
            }
        }
    }
}

/// Says which models a check leaves out that states its work by model.
fn every_model(compiler: &mut Compiler<'_>, place: &str, models: &BTreeSet<usize>, check: &Check) {
    let name = |&model: &usize| compiler.names.models.get(model).map(|name| format!("`{name}`"));
    let left_out = |model: &&usize| check.work_by_model.get(**model).is_some_and(|work| work.is_nan());
    let missing: Vec<String> = models.iter().filter(left_out).filter_map(name).collect();
    if !missing.is_empty() {
        let message = format!("the check does not say what its work is for {}", missing.join(", "));
        compiler.wrong(format!("{place}.work-by-model"), message, "name every model that is asked for with this check");
    }
}

/// How long a pass over the tokens of a class is, or a problem.
fn pass(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    place: &str,
    (class, name, written): (&Class, &str, &ClassTable),
) -> Option<Pass> {
    let model = table.models.get_index(class.model.index());
    let reads = model.is_some_and(|(_, model)| !model.prefill.is_empty());
    match written.pass {
        Some(share) => Some(Pass::OfWork(share.get())),
        None if written.work.is_none() && reads => Some(Pass::OfTokens),
        None => {
            let message = format!("nothing says how long one pass over the tokens of `{name}` is");
            let help = format!(
                "write `classes.{}.pass`, relative to the work of a job; or give the class tokens, and its model a `prefill`",
                key_text(name)
            );
            compiler.wrong(format!("{place}.work-of"), message, help);
            None
        }
    }
}

/// A check as the market uses it; `None` where its law or verdict has been complained of.
pub(super) fn compiled(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    check: &CheckTable,
    factor: f64,
) -> Option<Check> {
    let time = match &check.time {
        Some(law) if law.check().is_empty() => Some(law.sampler()),
        Some(_) => return None,
        None => None,
    };
    let verdict = check.verdict.chosen().ok()?;
    let by_model = |name: &String| check.work_by_model.get(name).map_or(f64::NAN, |work| work.get() * factor);
    let kinds = by_kind(&check.detects_kind);
    let gas = check.gas as f64 * factor;
    if gas > 1e15 {
        compiler.wrong("verification.cost-factor", "gas of checks beyond counting", "write a smaller factor");
    }
    let scores = maths::normal_scores(check.count.max(check.ways).min(selection::MOST as u32));
    Some(Check {
        by: check.by,
        sample: check.sample.get(),
        work: check.work.get() * factor / check.bisection.map_or(1.0, |table| table.steps.max(1) as f64),
        work_of: check.work_of,
        work_by_model: match check.work_by_model.is_empty() {
            true => Vec::new(),
            false => compiler.names.models.iter().map(by_model).collect(),
        },
        ways: check.ways,
        timeout: check.timeout.map(|after| Timeout { after, redraws: check.redraws }),
        stopping: check.stopping,
        reveal: check.reveal.unwrap_or(SimDuration::ZERO),
        called_off: check.called_off,
        times: times(check, time.as_ref(), factor),
        tolerates: tolerates(&verdict, check.count),
        mean_time: time.as_ref().map_or(0.0, |law| law.mean()) * factor,
        time_variance: time.as_ref().map_or(0.0, |law| law.variance()) * factor * factor,
        time,
        time_factor: factor,
        gas: gas as u64,
        count: super::canaries::at_once(check),
        way: 0,
        score_variances: maths::normal_score_variances(&scores),
        scores,
        agree: credibility::agree(check),
        cancel: check.cancel,
        verdict,
        deferred: check.timing == Timing::Deferred || check.begins == Some(Begins::OnAcceptance),
        detects: kinds.map(|kind| kind.unwrap_or(check.detects).get()),
        false_alarm: check.false_alarm.get(),
        cost: Money::from_micro(check.cost.0 as f64 * factor),
        liability: check.liability.as_ref().map(|written| liability::compiled(written, table.verification.slash.to)),
        recognised: check.recognised.get(),
        every: super::canaries::every(check),
        is_guarded: check.guard != Guard::Checker,
        vendor: guards::vendor(table, check),
        forced: check.forced.map(|written| Forced { rate: written.rate.get(), jackpot: written.jackpot }),
        by_standing: check.sample_by == SampleBy::Standing,
        of: None,
        appeal: None,
        round: 0,
        attention: check.attention.map_or(1.0, |share| share.get()),
        bond: check.bond,
        bisection: check.bisection.map(|table| disputes::bisection(&table)),
        credibility: check.credibility.map(|share| share.get()),
        shares: check.shares,
        last_scores: credibility::last_scores(check),
        vote: check.vote.map(|table| vote::compiled(&table)),
    })
}

/// What is written of each kind of wrong answer.
fn by_kind(written: &DetectsTable) -> [Option<Share>; 5] {
    [written.substitute, written.skip, written.copy, written.tamper, written.error]
}

/// How many values stand for a law where votes may be missing.
const TIMES: u64 = 256;

/// Equally likely values of the law of `time`, with its factor, where votes may be missing.
fn times(check: &CheckTable, law: Option<&Sampler>, factor: f64) -> Times {
    if check.timeout.is_none() && check.stopping != Stopping::Reveal {
        return Times::default();
    }
    let value = |number| law.map_or(0.0, |law| law.sample(&mut Strata { number, drawn: 0 })) * factor;
    Times::new((0..TIMES).map(value).collect())
}

/// Numbers for one of [`TIMES`] variates: the first are spread evenly over all of them, those that follow look random.
struct Strata {
    number: u64,
    drawn: u64,
}

impl RandomSource for Strata {
    fn bits(&mut self) -> u64 {
        self.drawn += 1;
        match self.drawn {
            1 => (2 * self.number + 1) << (63 - TIMES.ilog2()),
            drawn => mix(self.number << 32 | drawn),
        }
    }
}

/// Whether an answer is accepted where all but one of several checkers approve and the last never votes.
fn tolerates(verdict: &VerdictRule, count: u32) -> bool {
    let stakes = u64::from(count);
    let (approvals, stake_approving) = (count.saturating_sub(1), stakes.saturating_sub(1));
    let (missing, stake_missing) = (1, 1);
    let votes = Votes {
        asked: count,
        approvals,
        missing,
        stake_asked: stakes,
        stake_approving,
        stake_missing,
        ..Votes::default()
    };
    count > 0 && verdict.decide(&votes) == Some(Verdict::Accepted)
}
