//! What is charged in the three channels, the chain, and the payout.

use super::routing::amount;
use super::series::followed;
use super::{Compiler, MODELS};
use crate::domain::count::thousands;
use crate::domain::ids::{IdVec, ModelId};
use crate::domain::money::Money;
use crate::domain::payment::Asks;
use crate::domain::price::Price;
use crate::domain::share::Factor;
use crate::engine::law::Law;
use crate::engine::time::SimDuration;
use crate::policy::input::{Content, Filled, Reader, Wanted};
use crate::policy::pricing::{Pricing, PricingTable, Watch};
use crate::policy::selection::Sought;
use crate::scenario::channels::{Chain, Channel, Channels, ModelPrice, ModelPrices, OwnAsks, Payout, PayoutBatch};
use crate::scenario::document::key_text;
use crate::scenario::files::Files;
use crate::scenario::model::Model;
use crate::scenario::schema::{BackgroundTable, PayoutBatchTable, ScenarioTable};

/// The most intervals or blocks of a run.
const INTERVALS: u64 = 1_000_000_000;

/// The most gas in a block.
const MOST_GAS: u64 = 100_000_000_000_000_000;

/// The channels, if nothing is wrong with their rules.
pub(super) fn channels(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    known: &IdVec<ModelId, Model>,
) -> Option<Channels> {
    let written = &table.pricing;
    let tick = tick(compiler, written.tick);
    let rules = [&written.compute, &written.coordination, &written.verification];
    let pricing = [Channel::Compute, Channel::Coordination, Channel::Verification];
    let pricing = pricing.map(|channel| {
        let path = format!("pricing.{}", channel.name());
        pricing_at(compiler, &path, rules[channel as usize], tick)
    });
    intervals(compiler, "pricing.interval", written.interval, table.horizon);
    amount(compiler, "pricing.token", written.token);
    if written.token == Money::ZERO {
        compiler.wrong("pricing.token", "a token that is worth nothing", "write what a token is worth, in credits");
    }
    if !(0.001..=0.999).contains(&written.target.get()) {
        let message = format!("a target of {}", written.target.get());
        compiler.wrong("pricing.target", message, "write a share between 0.001 and 0.999");
    }
    let coupling = coupling(compiler, written.coupling);
    watch(compiler, table);
    let models = models(compiler, table, known, tick);
    written_prices(compiler, table, tick);
    let [Some(compute), Some(coordination), Some(verification)] = pricing else { return None };
    // A price that is coupled to others needs what those saw, even where they do not move themselves.
    let moves = coupling.is_some()
        || [&compute, &verification].iter().any(|rule| rule.moves())
        || models.rules.iter().any(|model| model.rule.moves());
    Some(Channels {
        pricing: [compute, coordination, verification],
        rounding: written.rounding,
        price_rounding: written.price_rounding,
        tick,
        interval: written.interval,
        target: written.target.get(),
        coupling,
        token: written.token,
        token_follows: followed(compiler, "pricing.token-follows", written.token_follows.as_ref(), table),
        moves,
        watch: written.watch,
        backlog: written.backlog.unwrap_or_default(),
        models,
        asks: asks(compiler, table),
    })
}

/// The smallest step of a price; a micro-credit where what is written is none.
fn tick(compiler: &mut Compiler<'_>, written: Price) -> Price {
    amount(compiler, "pricing.tick", written.into());
    if written == Price::ZERO {
        let help = "write the smallest step of a price, such as `\"0.000001\"`";
        compiler.wrong("pricing.tick", "a tick of `0` is no step", help);
    }
    if written > Price::ZERO { written } else { Price::MICRO }
}

fn pricing_at(compiler: &mut Compiler<'_>, path: &str, table: &PricingTable, tick: Price) -> Option<Pricing> {
    let chosen = compiler.chosen(path, table.chosen())?;
    let checked = chosen.check();
    if checked.is_ok() {
        for (key, price) in chosen.prices().into_iter().filter(|(_, price)| !price.is_whole(tick)) {
            let at = compiler.written(&format!("{path}.{}", chosen.name()), key);
            between_ticks(compiler, at, price, tick);
        }
    }
    compiler.sound(path, chosen.name(), checked);
    Some(chosen)
}

/// Says which prices of nodes, their costs and tips are no whole number of ticks; of what is drawn from a law the nearest is taken.
fn written_prices(compiler: &mut Compiler<'_>, table: &ScenarioTable, tick: Price) {
    let groups = [("nodes", &table.nodes), ("validators", &table.validators), ("provers", &table.provers)];
    for (kind, groups) in groups {
        for (index, group) in groups.iter().enumerate() {
            whole(compiler, &format!("{kind}[{index}].price"), group.price.as_ref(), tick);
            whole(compiler, &format!("{kind}[{index}].cost"), group.cost.as_ref(), tick.min(Price::MICRO));
        }
    }
    whole(compiler, "coordination.tip", table.coordination.tip.as_ref(), tick);
}

/// Says which values of a law of prices are no whole number of ticks.
fn whole(compiler: &mut Compiler<'_>, path: &str, law: Option<&Law<Price>>, tick: Price) {
    let Some(law) = law else { return };
    let one = law.value.iter().map(|price| ("value".to_owned(), *price));
    // Of values from a file the nearest are taken, as of all that is drawn.
    let written = law.values.iter().flatten().filter(|_| compiler.document.value(&format!("{path}.values")).is_some());
    let listed = written.enumerate().map(|(index, price)| (format!("values[{index}]"), *price));
    for (key, price) in one.chain(listed).filter(|(_, price)| !price.is_whole(tick)).collect::<Vec<_>>() {
        between_ticks(compiler, format!("{path}.{key}"), price, tick);
    }
}

fn between_ticks(compiler: &mut Compiler<'_>, path: String, price: Price, tick: Price) {
    let help = format!("write a multiple of `{tick}`, or a smaller `pricing.tick`");
    compiler.wrong(path, format!("`{price}` is no whole number of ticks of `{tick}`"), help);
}

/// The models that have a price of their own, if nothing is wrong with their rules.
fn models(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    known: &IdVec<ModelId, Model>,
    tick: Price,
) -> ModelPrices {
    let written = &table.pricing.models;
    let names = compiler.names.models.clone();
    let mut prices = ModelPrices::default();
    if written.is_empty() {
        return prices;
    }
    prices.shares = known.iter().map(|_| 0).collect();
    prices.served = vec![known.ids().take(MODELS).fold(0, |bits, model| bits | 1 << model.0)];
    for (name, rule) in written {
        let path = format!("pricing.models.{}", key_text(name));
        let found = compiler.find(&path, "model", name, &names).map(|index| ModelId(index as u16));
        let rule = pricing_at(compiler, &path, rule, tick);
        let (Some(model), Some(rule)) = (found.filter(|model| usize::from(model.0) < MODELS), rule) else { continue };
        prices.rules.push(ModelPrice { name: name.clone(), rank: known[model].rank, rule });
        prices.shares[model] = prices.rules.len() as u8;
        prices.served[0] &= !(1 << model.0);
        prices.served.push(1 << model.0);
    }
    let is_left_out = compiler.document.value("pricing.compute").is_none();
    if prices.served[0] == 0 && !is_left_out {
        let help = "leave it out, or leave a model out of `pricing.models`";
        compiler.wrong("pricing.compute", "no model has this price: each has one of its own", help);
    }
    if table.pricing.coupling.is_some() {
        let message = "prices of models do not feel those of the channels";
        compiler.wrong("pricing.coupling", message, "leave it out, or leave `pricing.models` out");
    }
    prices
}

/// Says what is wrong where validators take the price of the channel, and are to ask their own or to be chosen by that.
fn unasked(compiler: &mut Compiler<'_>, table: &ScenarioTable) {
    let help = "write `pricing.asks = \"own\"`, or leave it out";
    for (index, _) in table.validators.iter().enumerate().filter(|(_, group)| group.ask.is_some()) {
        compiler.wrong(format!("validators[{index}].ask"), "validators ask the price of the channel", help);
    }
    let selection = table.verification.selection.chosen();
    if selection.is_ok_and(|selection| selection.manner().sought == Sought::Price) {
        let message = "the cheapest is sought, and all validators ask the price of the channel";
        compiler.wrong("verification.selection.rule", message, "write `pricing.asks = \"own\"`, or another selection");
    }
}

/// What validators ask and how it rises, if each asks its own.
fn asks(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Option<OwnAsks> {
    let written = &table.pricing;
    if written.asks == Asks::Channel {
        let given = [("asks-twice-at", written.asks_twice_at.is_some()), ("asks-most", written.asks_most.is_some())];
        for (key, _) in given.into_iter().filter(|(_, given)| *given) {
            let message = "validators ask the price of the channel";
            compiler.wrong(format!("pricing.{key}"), message, "write `asks = \"own\"`, or leave it out");
        }
        unasked(compiler, table);
        return None;
    }
    let most = written.asks_most.map_or(4.0, Factor::get);
    if !(1.0..=1_000.0).contains(&most) {
        compiler.wrong("pricing.asks-most", format!("`{most}` times the price at most"), "write 1 to 1000");
    }
    if table.verification.selection.chosen().is_ok_and(|selection| selection.manner().pulls) {
        let message = "validators take checks out of one queue, and have no backlogs of their own";
        compiler.wrong("pricing.asks", message, "leave it out, or choose another selection");
    }
    let asks = || table.validators.iter().map(|group| group.ask.map_or(1.0, Factor::get));
    let range = [asks().fold(f64::INFINITY, f64::min), asks().fold(0.0, f64::max)];
    if written.asks_twice_at.is_none() && table.validators.iter().any(|group| group.ask.is_some()) {
        return Some(OwnAsks { twice_at: f64::INFINITY, most, range });
    }
    let Some(twice_at) = written.asks_twice_at.filter(|span| *span > SimDuration::ZERO) else {
        let at = if written.asks_twice_at.is_some() { "pricing.asks-twice-at" } else { "pricing.asks" };
        let help = "write the backlog at which a validator asks twice the price, such as `asks-twice-at = \"10s\"`";
        compiler.wrong(at, "nothing says how much more a validator asks whose queue is long", help);
        return None;
    };
    Some(OwnAsks { twice_at: twice_at.nanos(), most, range: [range[0], range[1] * most] })
}

/// Says where a queue is watched without a target, or a target is given that no rule looks at.
fn watch(compiler: &mut Compiler<'_>, table: &ScenarioTable) {
    let written = &table.pricing;
    match (written.watch, written.backlog) {
        (Watch::Load, None) => {}
        (Watch::Load, Some(_)) => {
            let help = "write `watch = \"queue\"` or `watch = \"both\"`, or leave it out";
            compiler.wrong("pricing.backlog", "no rule looks at the work that waits", help);
        }
        (_, None) => {
            let help = "write `backlog`, the time for which work is meant to wait for each slot, such as `\"10s\"`";
            compiler.wrong("pricing.watch", "a queue is watched, and nothing says how long it is meant to be", help);
        }
        (_, Some(SimDuration::ZERO)) => {
            compiler.wrong("pricing.backlog", "a queue that is meant to be empty", "write a time above 0");
        }
        (_, Some(_)) => {
            let pulls = |selection: crate::policy::selection::Selection| selection.manner().pulls;
            if table.verification.selection.chosen().is_ok_and(pulls) {
                let message = "validators take checks out of one queue, which no rule of prices sees";
                compiler.wrong("pricing.watch", message, "write `watch = \"load\"`, or another selection");
            }
        }
    }
}

/// The matrix, where it says more than that each channel sees itself alone.
fn coupling(compiler: &mut Compiler<'_>, written: Option<[[f64; 3]; 3]>) -> Option<[[f64; 3]; 3]> {
    let matrix = written?;
    for (row, entries) in matrix.iter().enumerate() {
        if entries[row] != 1.0 || entries.iter().any(|entry| !entry.is_finite() || entry.abs() > 100.0) {
            let message = "a channel sees its own excess demand in full";
            compiler.wrong(
                format!("pricing.coupling[{row}]"),
                message,
                "write ones on the diagonal, and finite numbers beside them",
            );
        }
    }
    let identity = matrix.iter().enumerate().all(|(row, entries)| {
        entries.iter().enumerate().all(|(column, &entry)| entry == if row == column { 1.0 } else { 0.0 })
    });
    (!identity).then_some(matrix)
}

/// The chain.
pub(super) fn chain(compiler: &mut Compiler<'_>, table: &ScenarioTable, files: &mut Files<'_>) -> Chain {
    let written = &table.coordination;
    if written.target == 0 || written.target > 1 << 50 {
        compiler.wrong(
            "coordination.target",
            format!("blocks meant to hold {} gas", written.target),
            "write 1 to 2^50",
        );
    }
    let limit = written.target as f64 * written.limit.get();
    let gas = written.gas;
    if written.limit.get() < 1.0 || limit > MOST_GAS as f64 {
        let help = "the limit is relative to the target; write 1 or more";
        compiler.wrong("coordination.limit", format!("a limit of {} targets", written.limit.get()), help);
    } else if gas as f64 > limit {
        let message = format!("a placement takes {gas} gas and a block holds {limit}");
        compiler.wrong("coordination.gas", message, "it would never be in a block: raise `target` or `limit`");
    } else {
        dearest(compiler, table, limit);
    }
    let tip = written.tip.as_ref().and_then(|law| compiler.law("coordination.tip", law));
    let [background, limits] = match &written.background {
        Some(of) => background(compiler, of, files),
        None => Default::default(),
    };
    let recorded = limits.into_iter().map(|limit| ((limit as f64 / written.limit.get()) as u64, limit)).collect();
    let checks = table.verification.define.values().any(|method| method.checks.iter().any(|check| check.gas > 0));
    let runs = gas > 0 || checks || !background.is_empty();
    if runs || compiler.document.value("coordination.block").is_some() {
        intervals(compiler, "coordination.block", written.block, table.horizon);
    }
    Chain {
        gas,
        block: written.block,
        target: written.target,
        limit: limit as u64,
        blocking: written.blocking,
        tip,
        runs,
        background,
        recorded,
    }
}

/// Says which methods take more gas with their checks than a block holds.
fn dearest(compiler: &mut Compiler<'_>, table: &ScenarioTable, limit: f64) {
    let factor = table.verification.cost_factor.get();
    for (name, method) in &table.verification.define {
        let checks: f64 = method.checks.iter().map(|check| check.gas as f64 * factor).sum();
        let gas = table.coordination.gas as f64 + checks;
        if let Some(dearest) =
            (0..method.checks.len()).max_by_key(|index| method.checks[*index].gas).filter(|_| gas > limit)
        {
            let message = format!("a placement with all checks of `{name}` takes {gas} gas and a block holds {limit}");
            let help =
                "it would never be in a block: lower its gas, or raise `coordination.target` or `coordination.limit`";
            compiler.wrong(format!("verification.define.{}.checks[{dearest}].gas", key_text(name)), message, help);
        }
    }
}

/// The recorded gas of others and, where they are recorded, the limits, block by block.
fn background(compiler: &mut Compiler<'_>, of: &BackgroundTable, files: &mut Files<'_>) -> [Vec<u64>; 2] {
    let path = "coordination.background.file";
    let count = |name: &String| Wanted { name: name.clone(), content: Content::Count };
    let wanted: Vec<Wanted> = [Some(&of.used), of.limit.as_ref()].into_iter().flatten().map(count).collect();
    let columns = match files.named_at(path).columns(&of.file, &wanted) {
        Ok(columns) => columns,
        Err(mistake) => {
            match files.take_problem() {
                Some(problem) => match &problem.missing {
                    Some(missing) => compiler.missing_columns("coordination.background", &problem.path, missing),
                    None => compiler.problems.input(compiler.document, path, problem),
                },
                None => compiler.wrong(path, mistake.message, mistake.help),
            }
            return Default::default();
        }
    };
    let mut counts = columns.into_iter().map(|column| match column {
        Filled::Counts(counts) => counts,
        _ => Vec::new(),
    });
    let [used, limits] = [counts.next().unwrap_or_default(), counts.next().unwrap_or_default()];
    if let Some(row) = limits.iter().position(|limit| !(1..=MOST_GAS).contains(limit)) {
        let message = format!("row {} of `{}`: a block with a limit of {} gas", row + 1, of.file, limits[row]);
        compiler.wrong("coordination.background.limit", message, "write 1 to 10^17, in the block's own units");
    }
    [used, limits]
}

/// The payout.
pub(super) fn payout(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Payout {
    let written = &table.payout;
    if let Some(batch) = &written.batch {
        if batch.count == 0 {
            compiler.wrong("payout.batch.count", "batches of no payments", "gather at least one");
        }
        for (field, span) in [("idle", batch.idle), ("age", batch.age)] {
            if span == SimDuration::ZERO {
                compiler.wrong(
                    format!("payout.batch.{field}"),
                    "a batch that never waits",
                    "write a time above 0, or leave `batch` out",
                );
            }
            compiler.brief(format!("payout.batch.{field}"), span);
        }
        compiler.brief("payout.batch.time", batch.time);
    }
    let compiled =
        |&PayoutBatchTable { count, idle, age, time }: &PayoutBatchTable| PayoutBatch { count, idle, age, time };
    Payout { at: written.at, batch: written.batch.as_ref().map(compiled), costs: written.costs }
}

/// Says where the interval at `path`, written or not, divides the horizon into too many.
pub(super) fn intervals(compiler: &mut Compiler<'_>, path: &str, span: SimDuration, horizon: SimDuration) {
    if span != SimDuration::ZERO && horizon.0 / span.0 <= INTERVALS {
        return;
    }
    let most = thousands(INTERVALS);
    let message = format!("`{path}` is `{span}`, more than {most} times in `{horizon}`");
    let shortest = horizon.part(INTERVALS);
    let help = format!("write `{shortest}` or more as `{path}`, or watch for less long");
    let is_written = compiler.document.value(path).is_some();
    compiler.wrong(if is_written { path } else { "horizon" }, message, help);
}
