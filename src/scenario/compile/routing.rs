//! Whom routing asks, which offer it takes, and what is charged.

use super::Compiler;
use crate::domain::choice::{Choice, Estimate};
use crate::domain::count::thousands;
use crate::domain::money::Money;
use crate::engine::mistake::Mistake;
use crate::engine::time::SimDuration;
use crate::policy::check_amount;
use crate::policy::pool::{self, Pool};
use crate::scenario::Routing;
use crate::scenario::schema::{RoutingTable, ScenarioTable};

/// The most often that routing renews its picture in a run.
const REFRESHES: u64 = 1_000_000_000;

/// Routing, if nothing is wrong with its rules.
pub(super) fn routing(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Option<Routing> {
    let RoutingTable { pool, choice, chooser, quote_ttl, estimate, refresh, heartbeat, max_age } = &table.routing;
    let chooser = &chooser.clone().unwrap_or_else(|| choice.chooser());
    if *choice == Choice::First && chooser.needs().surplus {
        let help = "write `choice = \"surplus\"`, or a chooser that looks at something else";
        compiler.wrong("routing.chooser.rule", "with the choice `first` nobody looks at the surplus", help);
    }
    if let Some(ttl) = quote_ttl {
        if *choice == Choice::First {
            let help = "write `choice = \"surplus\"`, or leave `quote-ttl` out";
            compiler.wrong("routing.quote-ttl", "with the choice `first` no price is looked at, so none expires", help);
        }
        if *ttl == SimDuration::ZERO {
            compiler.wrong("routing.quote-ttl", "a quote that never holds", "write how long it does");
        }
        compiler.brief("routing.quote-ttl", *ttl);
    }
    let chosen_pool = compiler.chosen("routing.pool", pool.chosen());
    let chosen_chooser = compiler.chosen("routing.chooser", chooser.chosen());
    if let Some(pool) = &chosen_pool {
        check_pool(compiler, table, pool);
    }
    if let Some(chooser) = &chosen_chooser {
        compiler.sound("routing.chooser", chooser.name(), chooser.check());
        if *estimate == Estimate::Mean && chooser.looks_at_delay_alone() {
            let message =
                format!("the mean wait is the same at every node, so `{}` cannot tell them apart", chooser.name());
            compiler.wrong("routing.estimate", message, "use `jobs` or `work`, or another chooser");
        }
    }
    compiler.brief("routing.heartbeat", *heartbeat);
    if *refresh > SimDuration::ZERO && table.horizon.0 / refresh.0 > REFRESHES {
        let message = format!("a picture that is renewed more than {} times, every `{refresh}`", thousands(REFRESHES));
        compiler.wrong("routing.refresh", message, "write a longer time, or `0` for a picture that is always fresh");
    }
    Some(Routing {
        pool: chosen_pool?,
        choice: *choice,
        chooser: chosen_chooser?,
        quote_ttl: *quote_ttl,
        estimate: *estimate,
        refresh: *refresh,
        heartbeat: *heartbeat,
        max_age: oldest(compiler, *heartbeat, *max_age),
    })
}

fn check_pool(compiler: &mut Compiler<'_>, table: &ScenarioTable, pool: &Pool) {
    compiler.sound("routing.pool", pool.name(), pool.check());
    let nodes: u64 = table.nodes.iter().map(|group| group.count as u64).sum();
    if pool.sampled().is_none() && nodes > pool::MOST_OF_ALL as u64 {
        let help = format!("ask a few, with `random` and some `d`; `all` is for at most {} nodes", pool::MOST_OF_ALL);
        compiler.wrong("routing.pool.rule", format!("all {nodes} nodes would be asked for every job"), help);
    }
}

/// The age at which a heartbeat is too old; three heartbeats unless given.
fn oldest(compiler: &mut Compiler<'_>, heartbeat: SimDuration, max_age: Option<SimDuration>) -> SimDuration {
    let oldest = max_age.unwrap_or(SimDuration(heartbeat.0.saturating_mul(3)));
    if heartbeat == SimDuration::ZERO && max_age.is_some() {
        let help =
            "write how often nodes say that they are alive, such as `heartbeat = \"10s\"`, or leave `max-age` out";
        compiler.wrong("routing.max-age", "an age of heartbeats, and there are none", help);
    } else if oldest < heartbeat {
        let message = "a heartbeat is too old before the next one comes";
        compiler.wrong("routing.max-age", message, format!("write at least the heartbeat, `{heartbeat}`"));
    }
    oldest
}

/// Says whether an amount is negative or beyond counting.
pub(super) fn amount(compiler: &mut Compiler<'_>, path: &str, amount: Money) {
    if let Err(Mistake { message, help, .. }) = check_amount("", amount) {
        compiler.wrong(path, message, help);
    }
}
