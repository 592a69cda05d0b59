//! The groups of nodes.

use super::participation::participation;
use super::{Compiler, MODELS};
use crate::domain::count::thousands;
use crate::domain::ids::{IdVec, ModelId, NodeGroupId, RegionId};
use crate::domain::party::PartyKind;
use crate::domain::service::{Discipline, Interruption, Sampling};
use crate::domain::share::{Factor, Share};
use crate::domain::work::Work;
use crate::engine::time::SimDuration;
use crate::policy::conduct::{Conduct, ConductTable};
use crate::scenario::model::{Failure, Model, NodeGroup, Slowdown};
use crate::scenario::schema::{Limit, NodeGroupTable, OwnerName, ScenarioTable};

/// The most nodes: each takes some hundred bytes.
const NODES: u64 = 10_000_000;

/// The most validators, and the most provers: each takes some seven hundred bytes.
const CHECKERS: u64 = 1_000_000;

/// The highest speed relative to the reference GPU; the lowest is one over it.
const SPEED: f64 = 1e6;

/// The groups, in the order written.
pub(super) fn groups(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    regions: &[String],
    known: &IdVec<ModelId, Model>,
) -> IdVec<NodeGroupId, NodeGroup> {
    compiler.named("groups of nodes", "nodes", table.nodes.iter().map(|group| group.name.as_str()));
    let size = |group: &NodeGroupTable| (u64::from(group.count) + u64::from(group.dormant)) * u64::from(group.split);
    match table.nodes.iter().map(size).sum() {
        0 if table.nodes.is_empty() => {
            compiler.wrong("nodes", "there are no nodes", "write at least one group of them, `[[nodes]]`");
        }
        0 => compiler.wrong("nodes[0].count", "there are no nodes: no group has any", "count at least one node"),
        total if total > NODES => {
            let most = (0..table.nodes.len()).max_by_key(|index| size(&table.nodes[*index])).unwrap_or(0);
            compiler.wrong(
                format!("nodes[{most}].count"),
                format!("{} nodes", thousands(total)),
                format!("write at most {NODES}"),
            );
        }
        _ => {}
    }
    let checkers =
        [("validators", &table.validators, PartyKind::Validator), ("provers", &table.provers, PartyKind::Prover)];
    let mut groups: IdVec<NodeGroupId, NodeGroup> = IdVec::new();
    for (index, written) in table.nodes.iter().enumerate().take(1 << 15) {
        groups.push(group(compiler, &format!("nodes[{index}]"), written, PartyKind::Node, regions, known));
    }
    for (list, written, kind) in checkers {
        let kinds = if kind == PartyKind::Validator { "groups of validators" } else { "groups of provers" };
        compiler.named(kinds, list, written.iter().map(|group| group.name.as_str()));
        let total: u64 = written.iter().map(size).sum();
        if total > CHECKERS {
            let most = (0..written.len()).max_by_key(|index| size(&written[*index])).unwrap_or(0);
            let help = format!("write at most {CHECKERS}");
            compiler.wrong(format!("{list}[{most}].count"), format!("{} {list}", thousands(total)), help);
        }
        for (index, written) in written.iter().enumerate().take(1 << 14) {
            let path = format!("{list}[{index}]");
            checker(compiler, &path, written);
            groups.push(group(compiler, &path, written, kind, regions, known));
        }
    }
    follow(compiler, table, &mut groups);
    groups
}

/// The series that the costs of groups follow.
fn follow(compiler: &mut Compiler<'_>, table: &ScenarioTable, groups: &mut IdVec<NodeGroupId, NodeGroup>) {
    let lists = [("nodes", &table.nodes), ("validators", &table.validators), ("provers", &table.provers)];
    let written =
        lists.iter().flat_map(|(kind, list)| list.iter().enumerate().map(move |(index, of)| (kind, index, of)));
    for (group, (kind, index, of)) in groups.iter_mut().zip(written) {
        let path = format!("{kind}[{index}].cost-follows");
        group.cost_follows = super::series::followed(compiler, &path, of.cost_follows.as_ref(), table);
    }
}

/// Says what is wrong with what a group asks.
fn ask(compiler: &mut Compiler<'_>, path: &str, kind: PartyKind, written: &NodeGroupTable) {
    let Some(ask) = written.ask else { return };
    if kind != PartyKind::Validator {
        let help = "leave it out; a node has a `price` of its own";
        compiler.wrong(format!("{path}.ask"), "only validators ask a multiple of the price of the channel", help);
    } else if !(0.001..=1_000.0).contains(&ask.get()) {
        compiler.wrong(format!("{path}.ask"), format!("{} times the price", ask.get()), "write 0.001 to 1000");
    }
}

/// Says what a group of checkers is given that only nodes have.
fn checker(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    for (field, given) in [("models", written.models.is_some()), ("memory-gb", written.memory_gb.is_some())] {
        if given {
            compiler.wrong(format!("{path}.{field}"), "checkers and provers serve no model", "leave it out");
        }
    }
    if written.image.is_some() {
        let help = "leave it out: what checks rely on is a vendor, `verification.vendors`";
        compiler.wrong(format!("{path}.image"), "only nodes run an image", help);
    }
    if written.price.is_some() {
        let help = "checks are paid at the price of the channel, `pricing.verification`: leave it out";
        compiler.wrong(format!("{path}.price"), "checkers and provers ask no price of their own", help);
    }
    if written.count == 0 {
        compiler.wrong(format!("{path}.count"), "a group of nobody", "count at least one, or leave the group out");
    }
}

fn slowdown(models: &IdVec<ModelId, Model>, served: u64) -> Slowdown {
    let mine = models.iter().enumerate().filter(|(index, _)| served >> index & 1 == 1);
    mine.fold(Slowdown::None, |slowest, (_, model)| slowest.slower(&model.slowdown))
}

fn group(
    compiler: &mut Compiler<'_>,
    path: &str,
    written: &NodeGroupTable,
    kind: PartyKind,
    regions: &[String],
    known: &IdVec<ModelId, Model>,
) -> NodeGroup {
    limits(compiler, path, written);
    split(compiler, path, written);
    compiler.countable(format!("{path}.memory-gb"), written.memory_gb.unwrap_or_default().get(), 1e9);
    compiler.brief(format!("{path}.discipline.batch-setup"), written.discipline.batch_setup);
    let region = written.region.as_ref();
    let region = region.and_then(|name| compiler.region(format!("{path}.region"), name, regions));
    let speed = compiler.law_or(format!("{path}.speed"), written.speed.as_ref(), 1.0);
    if !(1.0 / SPEED..=SPEED).contains(&speed.mean()) {
        let message = format!("nodes with a mean speed of {}", speed.mean());
        compiler.wrong(format!("{path}.speed"), message, "1 is the speed of the reference GPU; write from 1e-6 to 1e6");
    }
    let shared = written.discipline.rule == Discipline::ProcessorSharing;
    stakes(compiler, path, written);
    ask(compiler, path, kind, written);
    if let Some(image) = &written.image {
        compiler.check_name(&format!("{path}.image"), image);
    }
    let bits = match kind {
        PartyKind::Node => models(compiler, path, written),
        PartyKind::Validator => 1 << compiler.names.models.len().min(MODELS),
        PartyKind::Prover => 2 << compiler.names.models.len().min(MODELS),
        _ => unreachable!("a group of parties of kind {} serves nothing", kind.name()),
    };
    let mine = if kind == PartyKind::Node { slowdown(known, bits) } else { Slowdown::None };
    NodeGroup {
        name: written.name.clone(),
        kind,
        count: written.count.saturating_add(written.dormant).saturating_mul(written.split),
        dormant: written.dormant.saturating_mul(written.split),
        region: match regions {
            [_] => Some(RegionId(0)),
            _ => region,
        },
        one_operator: written.operator == OwnerName::Group,
        split: written.split.max(1),
        slowdown: if shared { Slowdown::Shared } else { mine },
        models: bits,
        speed,
        pace: 1.0,
        hold: SimDuration::ZERO,
        slots: slots(written),
        places: written.places.get(),
        discipline: written.discipline.rule,
        preemptive: written.discipline.preemptive,
        batch_max: written.discipline.batch_max.get(),
        batch_setup: Work::of_reference(written.discipline.batch_setup),
        memory_gb: written.memory_gb.map(|memory| memory.get()),
        cost: compiler.law_or(format!("{path}.cost"), written.cost.as_ref(), 0.0),
        price: written.price.as_ref().and_then(|law| compiler.law(format!("{path}.price"), law)),
        ask: written.ask.map_or(1.0, Factor::get),
        stake: compiler.law_or(format!("{path}.stake"), written.stake.as_ref(), 0.0),
        sampled: written.sampled,
        capacity_by_stake: written.capacity_by_stake.get(),
        cost_follows: None,
        failure: failure(compiler, path, written),
        participation: participation(compiler, path, written),
        flaky: written.flaky,
        conduct: conduct(compiler, path, written.conduct.as_ref()),
        learns_as_one: written.learns == OwnerName::Group,
    }
}

/// The slots of each: its part of those of its operator.
fn slots(written: &NodeGroupTable) -> u32 {
    let shared = written.discipline.rule == Discipline::ProcessorSharing;
    match written.slots {
        Limit::AtMost(slots) if !shared => slots / written.split.max(1),
        _ => u32::MAX,
    }
}

/// Says where an operator cannot appear as several nodes.
fn split(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    let path = format!("{path}.split");
    let shared = written.discipline.rule == Discipline::ProcessorSharing;
    match (written.split, written.slots) {
        (1, _) => {}
        (0, _) => compiler.wrong(path, "an operator that appears as nobody", "write 1 or more"),
        (split, Limit::AtMost(slots)) if !shared && slots % split != 0 => {
            let message = format!("{slots} slots cannot be divided among {split}");
            compiler.wrong(path, message, format!("write a multiple of {split} as `slots`"));
        }
        _ if written.operator == OwnerName::Group => {
            let help = "leave one of them out";
            compiler.wrong(path, "one operator owns the whole group already", help);
        }
        _ if written.sampled == Sampling::Strata || written.capacity_by_stake > Share::ZERO => {
            let help = "leave `sampled` and `capacity-by-stake` out";
            compiler.wrong(path, "stakes are divided, and cannot be strata or give slots", help);
        }
        _ => {}
    }
}

fn limits(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    let rule = written.discipline.rule;
    let slots = format!("{path}.slots");
    let given = compiler.document.value(&slots).is_some();
    match (rule, written.slots) {
        (_, Limit::AtMost(0)) => {
            compiler.wrong(slots, "a node that serves nobody", "allow at least one job in service");
        }
        (Discipline::ProcessorSharing, Limit::AtMost(_)) if given => {
            let help = "leave `slots` out; to bound the jobs in service use `fifo` and the model's `slowdown`";
            compiler.wrong(slots, "`processor-sharing` serves all at once, whatever the slots", help);
        }
        (Discipline::Batch, Limit::Unbounded | Limit::AtMost(2..)) => {
            let help = "leave `slots` out, and bound the batch by `batch-max`";
            compiler.wrong(slots, "`batch` serves one batch at a time", help);
        }
        _ => {}
    }
    discipline(compiler, &format!("{path}.discipline"), written);
}

/// Says where stakes cannot be drawn as is written, or where slots cannot follow them.
fn stakes(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    let law = written.stake.as_ref().filter(|law| law.check().is_empty());
    if written.sampled == Sampling::Strata && law.is_some_and(|law| !law.sampler().has_quantiles()) {
        let message =
            format!("the law `{}` has no quantiles here to take strata of", law.expect("it is there").law.name());
        let help = "write `sampled = \"iid\"`, or a law such as `empirical`, `lognormal` or `pareto`";
        compiler.wrong(format!("{path}.sampled"), message, help);
    }
    let many = matches!(written.slots, Limit::AtMost(2..)) && written.discipline.rule != Discipline::ProcessorSharing;
    if written.capacity_by_stake > Share::ZERO && (!many || written.stake.is_none()) {
        let message =
            "slots follow the stakes, and there are no stakes, or no slots to give more of to some than to others";
        let help = "write `stake`, and a number of 2 or more as `slots`: their mean; or leave this out";
        compiler.wrong(format!("{path}.capacity-by-stake"), message, help);
    }
}

/// Says which parameters of the discipline belong to another, and which mean nothing.
fn discipline(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) {
    let discipline = &written.discipline;
    let fields = [
        ("preemptive", Discipline::Priority, discipline.preemptive),
        ("batch-max", Discipline::Batch, discipline.batch_max != Limit::Unbounded),
        ("batch-setup", Discipline::Batch, discipline.batch_setup != SimDuration::ZERO),
    ];
    for (field, of, _) in fields.iter().filter(|(_, of, given)| *given && *of != discipline.rule) {
        let (of, rule) = (discipline_name(*of), discipline_name(discipline.rule));
        let message = format!("`{field}` goes with the discipline `{of}`, and this is `{rule}`");
        compiler.wrong(format!("{path}.{field}"), message, format!("write `rule = \"{of}\"`, or leave `{field}` out"));
    }
    let priority = discipline.rule == Discipline::Priority;
    if priority && discipline.preemptive && written.slots == Limit::Unbounded {
        let help = "a node with unbounded slots never needs to put a job aside: leave it out, or bound the slots";
        compiler.wrong(format!("{path}.preemptive"), "nothing to pre-empt", help);
    }
    if discipline.batch_max == Limit::AtMost(0) {
        compiler.wrong(format!("{path}.batch-max"), "batches of no jobs", "allow at least one");
    }
}

/// As it is written.
fn discipline_name(rule: Discipline) -> &'static str {
    match rule {
        Discipline::Fifo => "fifo",
        Discipline::Lifo => "lifo",
        Discipline::Random => "random",
        Discipline::Priority => "priority",
        Discipline::ProcessorSharing => "processor-sharing",
        Discipline::Batch => "batch",
    }
}

/// The models a group serves, one bit each; all where a name is wrong, so that nothing follows from the mistake.
fn models(compiler: &mut Compiler<'_>, path: &str, written: &NodeGroupTable) -> u64 {
    let known = compiler.names.models.clone();
    let all = known.iter().enumerate().fold(0, |bits, (index, _)| bits | 1 << index.min(63));
    let Some(names) = &written.models else { return all };
    if names.is_empty() {
        compiler.wrong(
            format!("{path}.models"),
            "nodes that serve no model",
            "name at least one, or leave it out for all",
        );
        return all;
    }
    compiler.listed_once(&format!("{path}.models"), names.iter().map(String::as_str));
    let listed = names.iter().enumerate();
    let found: Vec<Option<usize>> =
        listed.map(|(index, name)| compiler.find(format!("{path}.models[{index}]"), "model", name, &known)).collect();
    let found: Option<Vec<usize>> = found.into_iter().collect();
    found.map_or(all, |found| found.iter().fold(0, |bits, index| bits | 1 << index.min(&63)))
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
        compiler.wrong(format!("{path}.failure.up"), "nodes that are never up", "write a law of spans above 0");
    }
    Some(Failure { up: up?, down: down?, jobs: failure.jobs })
}

/// The conduct of a group; honesty where none is written.
pub(super) fn conduct(compiler: &mut Compiler<'_>, path: &str, written: Option<&ConductTable>) -> Conduct {
    match written {
        None => Conduct::default(),
        Some(table) => {
            let path = format!("{path}.conduct");
            let chosen = compiler.chosen(&path, table.chosen()).unwrap_or_default();
            compiler.sound(&path, chosen.name(), chosen.check());
            for (key, name) in chosen.names() {
                compiler.check_name(&format!("{path}.{}.{key}", chosen.name()), name);
            }
            chosen
        }
    }
}
