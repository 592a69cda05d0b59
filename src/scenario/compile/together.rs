//! What holds between the parts of a scenario: that somebody serves what is asked for, and that it is some work.

use super::demand::Asked;
use super::{Compiler, YEAR};
use crate::domain::ids::{IdVec, NodeGroupId};
use crate::domain::money::MICRO;
use crate::domain::service::Interruption;
use crate::engine::law::{Law, Quantity, Sampler};
use crate::engine::time::SimDuration;
use crate::scenario::document::key_text;
use crate::scenario::model::{NodeGroup, along};
use crate::scenario::schema::{ClassTable, ModelTable, ScenarioTable};

/// What the books hold with room to spare, in micro-units: a ninth of what 64 bits count.
const BOOKS: f64 = 1e18;

/// Micro-units in a unit.
const UNIT: f64 = MICRO as f64;

/// A model with its number and name.
type Named<'t> = (usize, &'t String, &'t ModelTable);

/// Checks the parts against one another. What is wrong within a part has been said already.
pub(super) fn check(compiler: &mut Compiler<'_>, table: &ScenarioTable, groups: &IdVec<NodeGroupId, NodeGroup>) {
    let asked = std::mem::take(&mut compiler.asked);
    let served = groups.iter().filter(|group| group.count > 0).fold(0, |all, group| all | group.models);
    for (index, (name, class)) in table.classes.iter().enumerate() {
        let Some(model) = model(table, class) else { continue };
        let askers: Vec<&Asked> = asked.iter().filter(|asked| asked.classes.contains(&index)).collect();
        if askers.is_empty() {
            continue;
        }
        // Without a node there is a problem already.
        if served != 0 && served >> model.0.min(63) & 1 == 0 {
            let at = compiler.written(&format!("classes.{}", key_text(name)), "model");
            let message = format!("no node serves the model `{}`, which the class `{name}` asks for", model.1);
            compiler.wrong(at, message, "add nodes that do, or name it in the `models` of some that there are");
        }
        if class.work.is_none() {
            tokens(compiler, name, class, model, &askers);
        }
    }
    for (index, group) in groups.iter().enumerate().take(table.nodes.len()) {
        memory(compiler, table, index, group);
    }
    money(compiler, table, groups);
    if table.drain {
        ends(compiler, table, groups);
    }
}

/// Says where a drain could go on for ever: work that begins again at each failure, on nodes that are never up for as long
/// as the shortest job takes. Of laws without bounds nothing is said: some failure comes late enough.
fn ends(compiler: &mut Compiler<'_>, table: &ScenarioTable, groups: &IdVec<NodeGroupId, NodeGroup>) {
    for (index, group) in groups.iter().enumerate().take(table.nodes.len()) {
        let Some(failure) = group.failure.as_ref().filter(|failure| failure.jobs == Interruption::Repeat) else {
            continue;
        };
        let (Some(up), Some(speed)) = (failure.up.is_constant(), group.speed.is_constant()) else { continue };
        for (name, class) in &table.classes {
            if model(table, class).is_none_or(|model| group.models >> model.0.min(63) & 1 == 0) {
                continue;
            }
            let work =
                class.work.as_ref().filter(|law| law.check().is_empty()).and_then(|law| law.sampler().is_constant());
            let takes = work.filter(|_| class.noise.is_none()).map(|work| work / speed);
            if let Some(takes) = takes.filter(|takes| *takes > up) {
                let [takes, up] = [takes, up].map(SimDuration::from_nanos);
                let message = format!(
                    "with `drain` the run would never end: a job of `{name}` takes `{takes}` at these nodes, which are up for \
                     `{up}` and begin it again after each failure"
                );
                let help =
                    format!("let them be up for longer than `{takes}`, or write `jobs = \"resume\"` or `\"lose\"`");
                compiler.wrong(format!("nodes[{index}].failure.up"), message, help);
                break;
            }
        }
    }
}

/// The model of a class; nothing where the class names none that there is.
fn model<'t>(table: &'t ScenarioTable, class: &ClassTable) -> Option<Named<'t>> {
    match &class.model {
        Some(name) => table.models.get_full(name.as_str()),
        None if table.models.len() == 1 => table.models.first().map(|(name, model)| (0, name, model)),
        None => None,
    }
}

/// Says where a class is served by tokens and nothing says how many, or where tokens take no time.
fn tokens(compiler: &mut Compiler<'_>, name: &str, class: &ClassTable, model: Named<'_>, askers: &[&Asked]) {
    let path = format!("classes.{}", key_text(name));
    let (reads, writes) = (!model.2.prefill.is_empty(), model.2.decode > SimDuration::ZERO);
    if !reads && !writes {
        let message =
            format!("jobs of `{name}` are no work: the model `{}` has neither `prefill` nor `decode`", model.1);
        compiler.wrong(path, message, "write them, or the `work` of the class");
        return;
    }
    let average = |law: &Option<Law<f64>>| {
        law.as_ref().filter(|law| law.check().is_empty()).map_or(0.0, |law| law.sampler().mean())
    };
    let points: Vec<(f64, f64)> =
        model.2.prefill.iter().map(|&(tokens, time)| (tokens as f64, time.0 as f64)).collect();
    let mean = along(&points, average(&class.input_tokens)) + model.2.decode.0 as f64 * average(&class.output_tokens);
    if mean > YEAR.0 as f64 {
        let message = format!("by its tokens a job of `{name}` takes more than a year at the model `{}`", model.1);
        compiler.wrong(path, message, "check the laws of the tokens and the times of the model");
        return;
    }
    let input = reads && class.input_tokens.is_none() && askers.iter().any(|asked| !asked.knows_input);
    let output = writes && class.output_tokens.is_none() && askers.iter().any(|asked| !asked.knows_output);
    for (side, _) in [("input", input), ("output", output)].iter().filter(|side| side.1) {
        let message = format!("nothing says how many {side} tokens the jobs of `{name}` have");
        let help = format!("add `{side}-tokens` or `work`; a trace may name the column that holds them, as `{side}`");
        compiler.wrong(&path, message, help);
    }
}

/// Says which models a group of nodes serves and cannot hold.
fn memory(compiler: &mut Compiler<'_>, table: &ScenarioTable, index: usize, group: &NodeGroup) {
    let Some(memory) = group.memory_gb else { return };
    let served = table.models.iter().take(64).enumerate().filter(|(at, _)| group.models >> at & 1 == 1);
    for (_, (name, model)) in served.filter(|(_, (_, model))| model.memory_gb.get() > memory) {
        let size = model.memory_gb.get();
        let message = format!("the model `{name}` takes {size} GB and these nodes have {memory}");
        let help = format!("give them {size} GB or more, or leave `{name}` out of their `models`");
        compiler.wrong(format!("nodes[{index}].memory-gb"), message, help);
    }
}

/// Where the scenario writes a group: nodes first, then validators, then provers.
fn place(table: &ScenarioTable, index: usize) -> String {
    let (nodes, validators) = (table.nodes.len(), table.validators.len());
    match index {
        _ if index < nodes => format!("nodes[{index}]"),
        _ if index < nodes + validators => format!("validators[{}]", index - nodes),
        _ => format!("provers[{}]", index - nodes - validators),
    }
}

/// Says where the nodes could earn or stake more than the books can hold; by far, so that chance makes no difference.
fn money(compiler: &mut Compiler<'_>, table: &ScenarioTable, groups: &IdVec<NodeGroupId, NodeGroup>) {
    let rules = std::iter::once(&table.pricing.compute).chain(table.pricing.models.values());
    let list = rules.filter_map(|rule| rule.list.as_ref()).fold(0.0, |most: f64, list| most.max(list.price.number()));
    let (mut earned, mut staked) = (0.0, 0.0);
    for (index, group) in groups.iter().enumerate() {
        let place = place(table, index);
        let price = group.price.as_ref().map_or(list, Sampler::mean);
        // With slots without end the work is bounded by what is asked for; a thousand jobs at once are plenty.
        let at_once = f64::from(group.count) * f64::from(group.slots.min(1024)) * group.speed.mean();
        earned += price.max(group.cost.mean()) * at_once * table.horizon.seconds();
        staked += f64::from(group.count) * group.stake.mean();
        if earned > BOOKS {
            let field = if group.cost.mean() > price { "cost" } else { "price" };
            let message = "by this price the nodes could earn more than the books hold in a run";
            let help = format!("lower it, or count in larger credits: all nodes together at most {:e}", BOOKS / UNIT);
            return compiler.wrong(compiler.written(&place, field), message, help);
        }
        if staked > BOOKS {
            let help = format!("lower it: all nodes together stake at most {:e} tokens", BOOKS / UNIT);
            return compiler.wrong(format!("{place}.stake"), "the nodes stake more than the books hold", help);
        }
    }
}
