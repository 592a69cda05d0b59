//! What holds between the parts of a scenario: that somebody serves what is asked for, and that it is some work.

use super::Compiler;
use super::demand::Asked;
use crate::domain::ids::{IdVec, NodeGroupId};
use crate::engine::time::Span;
use crate::scenario::document::key_text;
use crate::scenario::model::NodeGroup;
use crate::scenario::schema::{ClassTable, ModelTable, ScenarioTable};

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
    for (index, group) in groups.iter().enumerate() {
        memory(compiler, table, index, group);
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
    let (reads, writes) = (!model.2.prefill.is_empty(), model.2.decode > Span::ZERO);
    if !reads && !writes {
        let message =
            format!("jobs of `{name}` are no work: the model `{}` has neither `prefill` nor `decode`", model.1);
        compiler.wrong(path, message, "write them, or the `work` of the class");
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
