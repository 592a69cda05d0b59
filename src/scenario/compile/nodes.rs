//! The groups of nodes.

use super::{Compiler, plain, unique};
use crate::domain::ids::{IdVec, ModelId, NodeGroupId, RegionId};
use crate::policy::conduct::{Conduct, ConductName, ConductTable};
use crate::scenario::model::{Failure, Model, NodeGroup, Slowdown};
use crate::scenario::schema::{Discipline, Interruption, Limit, NodeGroupTable, OwnerName, ScenarioTable};

/// The groups, in the order written.
pub(super) fn groups(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    regions: &[String],
    known: &IdVec<ModelId, Model>,
) -> IdVec<NodeGroupId, NodeGroup> {
    unique(compiler, "groups of nodes", "nodes", table.nodes.iter().map(|group| group.name.as_str()));
    let groups = table.nodes.iter().enumerate();
    groups.map(|(index, written)| group(compiler, &format!("nodes[{index}]"), written, regions, known)).collect()
}

fn slowdown(models: &IdVec<ModelId, Model>, served: u64) -> Slowdown {
    let mine = models.iter().enumerate().filter(|(index, _)| served >> index & 1 == 1);
    mine.fold(Slowdown::None, |slowest, (_, model)| slowest.slower(&model.slowdown))
}

fn group(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &NodeGroupTable,
    regions: &[String],
    known: &IdVec<ModelId, Model>,
) -> NodeGroup {
    limits(compiler, path, written);
    let region =
        written.region.as_ref().and_then(|name| compiler.find(format!("{path}.region"), "region", name, regions));
    let speed = compiler.law_or(format!("{path}.speed"), written.speed.as_ref(), 1.0);
    if speed.mean() <= 0.0 {
        compiler.wrong(format!("{path}.speed"), "nodes without speed", "write a law of numbers above 0");
    }
    let shared = written.discipline.rule == Discipline::ProcessorSharing;
    let bits = models(compiler, path, written);
    NodeGroup {
        name: written.name.clone(),
        count: written.count,
        region: match regions {
            [_] => Some(RegionId(0)),
            _ => region.map(|index| RegionId(index as u16)),
        },
        one_operator: written.operator == OwnerName::Group,
        slowdown: if shared { Slowdown::Shared } else { slowdown(known, bits) },
        models: bits,
        speed,
        slots: if shared { u32::MAX } else { written.slots.get() },
        places: written.places.get(),
        discipline: written.discipline.rule,
        preemptive: written.discipline.preemptive,
        batch_max: written.discipline.batch_max.get(),
        batch_setup: written.discipline.batch_setup,
        memory_gb: written.memory_gb.map(|memory| memory.get()),
        cost: compiler.law_or(format!("{path}.cost"), written.cost.as_ref(), 0.0),
        price: written.price.as_ref().and_then(|law| compiler.law(format!("{path}.price"), law)),
        stake: compiler.law_or(format!("{path}.stake"), written.stake.as_ref(), 0.0),
        failure: failure(compiler, path, written),
        flaky: written.flaky,
        conduct: conduct(compiler, path, written),
    }
}

fn limits(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    let rule = written.discipline.rule;
    if written.slots == Limit::AtMost(0) {
        compiler.wrong(format!("{path}.slots"), "a node that serves nobody", "allow at least one job in service");
    }
    if rule == Discipline::ProcessorSharing && matches!(written.slots, Limit::AtMost(n) if n > 1) {
        let help = "leave `slots` out; to bound the jobs in service use `fifo` and the model's `slowdown`";
        compiler.wrong(format!("{path}.slots"), "processor sharing serves all at once", help);
    }
    if rule == Discipline::Batch && written.slots != Limit::AtMost(1) {
        compiler.wrong(format!("{path}.slots"), "a batch is served as one", "leave `slots` out");
    }
    if !matches!(rule, Discipline::Priority | Discipline::Batch) && !plain(&written.discipline) {
        let help = "`preemptive` goes with `priority`, `batch-max` and `batch-setup` with `batch`";
        compiler.wrong(format!("{path}.discipline"), "fields of another discipline", help);
    }
    if written.discipline.preemptive && written.slots == Limit::Unbounded {
        let help = "a node with unbounded slots never needs to put a job aside";
        compiler.wrong(format!("{path}.discipline.preemptive"), "nothing to pre-empt", help);
    }
    if written.discipline.batch_max == Limit::AtMost(0) {
        compiler.wrong(format!("{path}.discipline.batch-max"), "batches of no jobs", "allow at least one");
    }
}

fn models(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) -> u64 {
    let known = compiler.names.models.clone();
    match &written.models {
        None => known.iter().enumerate().fold(0, |bits, (index, _)| bits | 1 << index.min(63)),
        Some(names) => {
            let mut bits = 0;
            for (index, name) in names.iter().enumerate() {
                if let Some(model) = compiler.find(format!("{path}.models[{index}]"), "model", name, &known) {
                    bits |= 1 << model.min(63);
                }
            }
            bits
        }
    }
}

fn failure(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) -> Option<Failure> {
    let failure = written.failure.as_ref()?;
    if written.discipline.rule == Discipline::Batch && failure.jobs != Interruption::Lose {
        let help = "a batch that is interrupted is lost as a whole: write `jobs = \"lose\"`";
        compiler.wrong(format!("{path}.failure.jobs"), "a batch cannot be taken up again", help);
    }
    let up = compiler.law(format!("{path}.failure.up"), &failure.up);
    let down = compiler.law(format!("{path}.failure.down"), &failure.down);
    if up.as_ref().is_some_and(|law| law.mean() <= 0.0) {
        compiler.wrong(format!("{path}.failure.up"), "nodes that fail at once", "write a law of spans above 0");
    }
    Some(Failure { up: up?, down: down?, jobs: failure.jobs })
}

fn conduct(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) -> Conduct {
    let honest = || ConductTable::named(ConductName::Honest).chosen().expect("honesty has no parameters");
    match &written.conduct {
        None => honest(),
        Some(table) => compiler.chosen(format!("{path}.conduct"), table.chosen()).unwrap_or_else(honest),
    }
}
