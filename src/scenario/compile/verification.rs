//! Methods of verification: names become ids, checks are checked.

use super::named::named;
use super::routing::amount;
use super::{
    Compiler, beliefs, canaries, checks as stated, credibility, disputes, drawing, guards, liability, standing, vote,
};
use crate::domain::acceptance::some_takes_place;
use crate::domain::checking::{Begins, Checker, Consequence};
use crate::domain::ids::{IdVec, MethodId};
use crate::domain::money::Money;
use crate::domain::service::Discipline;
use crate::domain::work::Work;
use crate::engine::time::SimDuration;
use crate::policy::pool::Pool;
use crate::policy::selection::{self, Draw};
use crate::scenario::document::key_text;
use crate::scenario::schema::{
    CheckTable, MethodTable, NodeGroupTable, ScenarioTable, SlashTable, Timing, named_methods,
};
use crate::scenario::verification::{CHECKS, Check, Method, Slash, Verification};

/// The most methods: an id has 8 bits.
const METHODS: usize = 255;

/// The most copies of a job: their number has 8 bits.
const COPIES: u32 = 255;

/// The methods that some class admits, and the ids that each class does.
pub(super) struct Admitted {
    /// The methods.
    pub verification: Option<Verification>,
    /// By class, in their order.
    pub by_class: Vec<Vec<MethodId>>,
}

/// Resolves all methods.
pub(super) fn verification(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Admitted {
    let written = &table.verification;
    let known = known(table);
    let mut used: Vec<String> = Vec::new();
    let mut by_class = Vec::new();
    let default: Vec<usize> = names(compiler, "verification.methods", &written.methods, &known, &mut used);
    for (name, class) in &table.classes {
        let path = format!("classes.{}.methods", key_text(name));
        let own = class.methods.as_ref().map(|methods| names(compiler, &path, methods, &known, &mut used));
        by_class.push(own.unwrap_or_else(|| default.clone()).into_iter().map(|id| MethodId(id as u8)).collect());
    }
    for (name, method) in &written.define {
        checks(compiler, table, &format!("verification.define.{}", key_text(name)), method);
    }
    for name in used.iter().filter(|name| !written.define.contains_key(*name)) {
        if let Some(method) = named_methods().get(name) {
            fits(compiler, table, name, method);
        }
    }
    guards::vendors(compiler, table);
    let factor = written.cost_factor.get();
    compiler.countable("verification.cost-factor", factor, 1e12);
    amount(compiler, "verification.slash.fixed", written.slash.fixed);
    compiler.countable("verification.slash.fee-multiple", written.slash.fee_multiple.get(), 1e9);
    let methods = used.iter().map(|name| method(compiler, table, name, factor));
    let methods: Option<IdVec<MethodId, Method>> = methods.collect();
    let selection = compiler.chosen("verification.selection", written.selection.chosen());
    if let Some(rule) = &selection {
        compiler.sound("verification.selection", rule.name(), rule.check());
    }
    let opinions = &written.opinions;
    let opinion = match &opinions.rule {
        None => Some(None),
        Some(rule) => {
            let chosen = compiler.chosen("verification.opinions.rule", rule.chosen());
            if let Some(rule) = &chosen {
                compiler.sound("verification.opinions.rule", rule.name(), rule.check());
                beliefs::unseen(compiler, rule, opinions.exclude_below.get());
            }
            chosen.map(Some)
        }
    };
    beliefs::weighs(compiler, table);
    let standing = standing::standing(compiler, table, &used);
    standing::backtrack(compiler, table, &used);
    let rules = selection.zip(opinion).zip(standing);
    let verification = methods.zip(rules).map(|(mut methods, ((selection, opinion), standing))| Verification {
        draws: beliefs::draws(&mut methods, &selection, written.beliefs),
        beliefs: written.beliefs,
        kinds: None,
        methods,
        selection,
        slash: slash(&written.slash),
        opinion,
        holders: opinions.holders,
        exclude_below: opinions.exclude_below.get(),
        credit_unchecked: opinions.credit_unchecked.get(),
        prior: opinions.prior.get(),
        backtrack: written.backtrack,
        standing,
        hidden: written.hidden,
    });
    Admitted { verification, by_class }
}

/// The names of all methods there are: the scenario's own first.
fn known(table: &ScenarioTable) -> Vec<String> {
    let own = table.verification.define.keys().cloned();
    let named = named_methods().keys().filter(|name| !table.verification.define.contains_key(*name)).cloned();
    own.chain(named).collect()
}

/// The places of the named methods among those used, to which new ones are added.
fn names(
    compiler: &mut Compiler<'_>,
    path: &str,
    names: &[String],
    known: &[String],
    used: &mut Vec<String>,
) -> Vec<usize> {
    if names.is_empty() {
        compiler.wrong(path, "no method is admitted", "write `[\"none\"]` for answers that nobody checks");
    }
    compiler.listed_once(path, names.iter().map(String::as_str));
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate().take(METHODS) {
        if compiler.find(format!("{path}[{index}]"), "method", name, known).is_none() {
            continue;
        }
        let place = used.iter().position(|other| other == name).unwrap_or_else(|| {
            used.push(name.clone());
            used.len() - 1
        });
        found.push(place);
    }
    if used.len() > METHODS {
        compiler.wrong(path, format!("{} methods", used.len()), format!("admit at most {METHODS}"));
    }
    found
}

/// Says what is wrong with the checks of a method of the scenario.
fn checks(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, method: &MethodTable) {
    if method.checks.len() > CHECKS {
        let message = format!("{} checks", method.checks.len());
        compiler.wrong(format!("{path}.checks"), message, format!("a method has at most {CHECKS}"));
    }
    for (index, check) in method.checks.iter().enumerate() {
        let path = format!("{path}.checks[{index}]");
        one(compiler, &path, index, check, batches(table));
        disputes::check(compiler, &path, index, &method.checks);
        canaries::check(compiler, &path, check);
        guards::check(compiler, table, &path, (index, check), &method.checks);
        eligible(compiler, table, &path, (method, index));
        votes(compiler, table, &path, check);
        stated::stated(compiler, table, &path, check);
        liability::check(compiler, table, &path, check);
        credibility::check(compiler, table, &path, (method, index));
        vote::check(compiler, table, &path, (method, index));
        if check.window > table.horizon {
            let message = format!(
                "a window of `{}` in a run of `{}`: no result would ever be final",
                check.window, table.horizon
            );
            compiler.wrong(format!("{path}.window"), message, "shorten the window, or watch for longer");
        }
        compiler.countable(format!("{path}.overhead"), check.overhead.get(), 1e9);
        compiler.countable(format!("{path}.work"), check.work.get(), 1e9);
        amount(compiler, &format!("{path}.cost"), check.cost);
        compiler.brief(format!("{path}.overhead-time"), check.overhead_time);
        if let Some(time) = &check.time {
            compiler.law(format!("{path}.time"), time);
        }
    }
}

/// Says which checks ask more at once than can be asked, or weigh by stakes that nobody has the votes of several.
fn votes(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, check: &CheckTable) {
    let asks = drawing::asks_others(check) || check.by == Checker::Watchers;
    if asks && check.count as usize > selection::MOST {
        let message = format!("{} checkers of one answer", check.count);
        compiler.wrong(compiler.written(&path, "count"), message, format!("ask at most {}", selection::MOST));
    }
    let (groups, who) = match check.by {
        Checker::Validators => (&table.validators, "validators"),
        _ => (&table.nodes, "nodes"),
    };
    let staked = groups.iter().any(|group| group.stake.is_some());
    let by_stake = check.verdict.chosen().is_ok_and(|rule| rule.weighs_stakes());
    if asks && check.count > 1 && by_stake && !groups.is_empty() && !staked {
        let message = format!("votes are weighed by stake, and no {who} have any: each would weigh the same");
        let help = format!("write the `stake` of some {who}, or another verdict");
        compiler.wrong(format!("{path}.verdict.rule"), message, help);
    }
    drawing::fits(compiler, table, path, (check, by_stake));
}

/// Whether any group serves in batches.
fn batches(table: &ScenarioTable) -> bool {
    let groups = table.nodes.iter().chain(&table.validators).chain(&table.provers);
    groups.into_iter().any(|group| group.discipline.rule == Discipline::Batch)
}

/// What is wrong with a check by itself.
fn one(compiler: &mut Compiler<'_>, path: &str, index: usize, check: &CheckTable, batches: bool) {
    let alone = check.by.is_the_requester() || check.by == Checker::Proof;
    if check.count == 0 {
        compiler.wrong(format!("{path}.count"), "a check by nobody", "ask at least one");
    } else if alone && check.count > 1 {
        let message =
            format!("{} for what one does: a node attests, a prover proves, the requester looks", check.count);
        compiler.wrong(format!("{path}.count"), message, "leave `count` out");
    }
    let is_deferred = check.timing == Timing::Deferred || check.begins == Some(Begins::OnAcceptance);
    if !is_deferred && check.window > SimDuration::ZERO {
        let help = "a result stands after its blocking checks: write `timing = \"deferred\"`, or leave `window` out";
        compiler.wrong(format!("{path}.window"), "a window goes with a deferred check", help);
    }
    if check.by == Checker::Replicas {
        let agree = check.agree.unwrap_or(check.count / 2 + 1);
        if index > 0 {
            compiler.wrong(
                format!("{path}.by"),
                "replicas after other checks",
                "a method executes copies first, once: make it the first check",
            );
        } else if check.timing == Timing::Deferred || check.sample.get() < 1.0 {
            let help = "copies are compared before there is an answer: leave `timing` and `sample` out";
            compiler.wrong(format!("{path}.by"), "replicas that come after the answer", help);
        } else if check.count > COPIES {
            compiler.wrong(
                compiler.written(&path, "count"),
                format!("{} copies", check.count),
                format!("ask at most {COPIES}"),
            );
        } else if agree == 0 || agree > check.count {
            let message = format!("{agree} of {} answers can never agree", check.count);
            compiler.wrong(compiler.written(&path, "agree"), message, "ask for 1 to `count`");
        }
    } else if check.by != Checker::Requester && check.cost != Money::ZERO {
        let help = "others are paid for their work: write `work` or `time`, or leave `cost` out";
        compiler.wrong(format!("{path}.cost"), "`cost` goes with `by = \"requester\"`", help);
    } else if check.agree.is_some() {
        compiler.wrong(
            format!("{path}.agree"),
            "`agree` goes with `by = \"replicas\"`",
            "votes of checkers are decided by `verdict`",
        );
    }
    if !check.by.is_the_requester() && check.by != Checker::Watchers && batches {
        let help = "serve by another discipline, or check by attestation";
        compiler.wrong(format!("{path}.by"), "a batch is served as a whole, so nothing in it can be called off", help);
    }
    if let Some(rule) = compiler.chosen(format!("{path}.verdict"), check.verdict.chosen()) {
        compiler.sound(format!("{path}.verdict"), rule.name(), rule.check());
        let sound = rule.check().is_ok() && check.by != Checker::Replicas;
        if sound && rule.threshold(check.count).needed(check.count) > check.count {
            let message = format!(
                "`{}` of {} checkers accepts nothing, not even if all of them approve",
                rule.name(),
                check.count
            );
            let place = compiler.written(&format!("{path}.verdict"), &format!("{}.approvals", rule.name()));
            compiler.wrong(place, message, "ask more checkers, or for fewer approvals");
        }
    }
}

/// Whether there are as many as a check asks.
fn eligible(compiler: &mut Compiler<'_>, table: &ScenarioTable, path: &str, (method, index): (&MethodTable, usize)) {
    let check = &method.checks[index];
    if let Some((there, who)) = too_few(table, (method, index), check) {
        let message = match check.count {
            1 => format!("one of the {who} is asked and there are {}", number(there)),
            count => format!("{count} {who} are asked and there are {}", number(there)),
        };
        compiler.wrong(compiler.written(&path, "count"), message, format!("add {who}, or ask fewer"));
    }
}

/// The same for a named method, which has no place in the scenario but where it is named.
fn fits(compiler: &mut Compiler<'_>, table: &ScenarioTable, name: &str, method: &MethodTable) {
    let at = named(table, name);
    for (index, check) in method.checks.iter().enumerate() {
        if batches(table) && !check.by.is_the_requester() && check.by != Checker::Watchers {
            let help = "serve by another discipline, or admit another method";
            let message = format!(
                "the method `{name}` asks others, and a batch is served as a whole, so nothing in it can be called off"
            );
            compiler.wrong(&at, message, help);
        }
        if let Some((there, who)) = too_few(table, (method, index), check) {
            let message = match check.count {
                1 => format!("the method `{name}` asks one of the {who} and there are {}", number(there)),
                count => format!("the method `{name}` asks {count} {who} and there are {}", number(there)),
            };
            let help = match check.by {
                Checker::Validators => "add a group of them, `[[validators]]`, or leave the method out",
                _ => "add nodes and ask more of them at once (`routing.pool`), or leave the method out",
            };
            compiler.wrong(&at, message, help);
        }
    }
}

fn number(count: u64) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}

/// How many there are, where fewer than a check asks.
fn too_few(
    table: &ScenarioTable,
    (method, index): (&MethodTable, usize),
    check: &CheckTable,
) -> Option<(u64, &'static str)> {
    let count = |groups: &[NodeGroupTable]| groups.iter().map(|group| u64::from(group.count)).sum::<u64>();
    let nodes = count(&table.nodes);
    let (there, who) = match check.by {
        Checker::Validators => (count(&table.validators), "validators"),
        // Who was asked for the answer does not look at it.
        Checker::Peers => {
            let copies = method.checks.first().filter(|first| first.by == Checker::Replicas);
            (nodes.saturating_sub(copies.map_or(1, |copies| u64::from(copies.count))), "peers")
        }
        Checker::Replicas => {
            let asked = table.routing.pool.chosen().ok().and_then(|pool: Pool| pool.sampled()).map_or(nodes, u64::from);
            (nodes.min(asked), "nodes at once")
        }
        Checker::Attestation | Checker::Proof | Checker::Watchers | Checker::Requester | Checker::Canary => {
            return None;
        }
    };
    // Those that raised the alarm do not decide about it.
    let there = there.saturating_sub(disputes::before(&method.checks, index));
    let seats = drawing::asks_others(check) && drawing::manner(table).draw == Draw::WithReplacement;
    let needed = if seats { 1 } else { u64::from(check.count) };
    (needed > there).then_some((there, who))
}

fn method(compiler: &mut Compiler<'_>, table: &ScenarioTable, name: &str, factor: f64) -> Option<Method> {
    let written = table.verification.define.get(name).or_else(|| named_methods().get(name))?;
    let overhead: f64 = written.checks.iter().map(|check| check.overhead.get() * factor).sum();
    let time: f64 = written.checks.iter().map(|check| check.overhead_time.0 as f64 * factor).sum();
    let checks: Option<Vec<Check>> =
        written.checks.iter().map(|check| stated::compiled(compiler, table, check, factor)).collect();
    let checks = disputes::linked(checks?, &written.checks);
    let begin_alone = || checks.iter().enumerate().filter(|(_, check)| check.begins_alone());
    let replicas = checks.iter().find(|check| check.by == Checker::Replicas);
    let standing = table.verification.standing.as_ref();
    let checks_all = standing.is_some_and(|standing| standing.consequence == Consequence::CheckAll);
    Some(Method {
        name: name.to_owned(),
        overhead,
        overhead_time: Work::from_nanos(time),
        copies: replicas.map_or(1, |check| check.count),
        agree: replicas.map_or(1, |check| check.agree),
        alike: written.checks.first().map_or(1.0, |check| (1.0 - check.mismatch.get()).sqrt()),
        gas: (
            checks.iter().map(|check| check.sample * check.gas as f64).sum(),
            checks.iter().map(|check| check.gas).sum(),
        ),
        pays_checkers: checks.iter().any(|check| check.pays()),
        looks: some_takes_place(begin_alone().map(|(_, check)| check.sample)),
        roots: begin_alone().take_while(|(index, _)| *index < CHECKS).fold(0, |roots, (index, _)| roots | 1 << index),
        defers: checks.iter().any(|check| check.deferred),
        window: written.checks.iter().map(|check| check.window).max().unwrap_or(SimDuration::ZERO),
        by_standing: checks.iter().any(|check| check.by_standing || (checks_all && check.sample < 1.0)),
        own_look: checks.iter().find(|check| check.by == Checker::Requester).map(|check| check.cost),
        is_ladder: checks.iter().any(|check| check.of.is_some()),
        is_liable: checks.iter().any(|check| check.liability.is_some()),
        plants: checks.iter().any(|check| check.by == Checker::Canary),
        vendors: guards::open(&checks),
        checks,
    })
}

fn slash(written: &SlashTable) -> Slash {
    let &SlashTable { fixed, share, fee_multiple, to, overturned } = written;
    Slash { fixed, share, fee_multiple, to, overturned }
}
