//! `series`: one row per tick.

use super::{Basket, joined, utilised};
use crate::domain::fate::Fate;
use crate::engine::time::{SimDuration, Time};
use crate::record::columns::{Cell, Column, Kind, Table};
use crate::record::fact::{Fact, FactKind};
use crate::record::recorder::MarketGauge;

/// The market at a tick, and what happened since the tick before.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeriesRow {
    /// The tick.
    pub at: Time,
    /// The time since the tick before.
    pub since: SimDuration,
    /// The market now.
    pub now: MarketGauge,
    /// The market at the tick before.
    pub before: MarketGauge,
    /// Jobs asked for since then.
    pub asked: u64,
    /// Jobs declined since then.
    pub declined: u64,
    /// Executions begun since then.
    pub started: u64,
    /// Their waits together, in nanoseconds.
    pub waited: u64,
    /// Jobs that became final and right since then.
    pub final_right: u64,
    /// What a basket of probes costs at the tick, where it is asked for.
    pub basket: Option<Basket>,
}

impl SeriesRow {
    /// The facts it counts.
    pub const FACTS: &[FactKind] = &[FactKind::Asked, FactKind::Declined, FactKind::Started, FactKind::Closed];

    /// The first row after a look at the market: what follows is counted from there.
    pub fn after(at: Time, before: MarketGauge) -> SeriesRow {
        SeriesRow { at, before, ..SeriesRow::default() }
    }

    /// Counts a fact.
    #[inline]
    pub fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::Asked { .. } => self.asked += 1,
            Fact::Declined { .. } => self.declined += 1,
            Fact::Started { waited, .. } => {
                self.started += 1;
                self.waited += waited.0;
            }
            Fact::Closed { fate: Fate::FinalRight, .. } => self.final_right += 1,
            _ => {}
        }
    }

    /// The row ends with a look at the market.
    pub fn end(&mut self, at: Time, now: MarketGauge) {
        (self.since, self.at, self.now) = (at.since(self.at), at, now);
    }
}

type C = Column<SeriesRow>;

/// The columns of every run.
const COLUMNS: &[C] = &[
    C::time("at_ns", "instant of the tick", |row| row.at.into()),
    C::count("open", "number of jobs that are in the market", |row| Cell::U64(row.now.open)),
    C::count("waiting", "number of jobs in the queues of nodes", |row| Cell::U64(row.now.waiting)),
    C::count("executing", "number of jobs in execution", |row| Cell::U64(row.now.executing)),
    C::count("nodes_up", "number of nodes that work", |row| Cell::U64(row.now.up)),
    C::count("nodes_listed", "number of nodes that routing can see", |row| Cell::U64(row.now.listed)),
    C::number("waiting_mean", "", "mean number of jobs waiting since the tick before", |row| {
        mean(row.since, row.now.waiting_area - row.before.waiting_area)
    })
    .nullable()
    .formula("∫ waiting dt / time since the tick before"),
    C::number("executing_mean", "", "mean number of jobs in execution since the tick before", |row| {
        mean(row.since, row.now.executing_area - row.before.executing_area)
    })
    .nullable()
    .formula("∫ executing dt / time since the tick before"),
    C::count("asked", "number of jobs asked for since the tick before", |row| Cell::U64(row.asked)),
    C::count("declined", "number of jobs declined since the tick before", |row| Cell::U64(row.declined)),
    C::count("started", "number of executions begun since the tick before", |row| Cell::U64(row.started)),
    C::number("wait_mean_ns", "ns", "mean wait before the executions begun since the tick before", |row| {
        if row.started == 0 { Cell::Null } else { Cell::F64(row.waited as f64 / row.started as f64) }
    })
    .nullable(),
    C::count("final_right", "number of jobs that became final and right since the tick before", |row| {
        Cell::U64(row.final_right)
    }),
    C::money(
        "paid",
        "µcredit",
        "amount that nodes, validators and provers earned since the tick before, less what revocations took back",
        |row| Cell::I64(row.now.earned.0 - row.before.earned.0),
    ),
    C::number("compute_price", "µcredit/s", "price of the compute channel per GPU-second", |row| price(row, 0))
        .nullable(),
    C::number("coordination_price", "µcredit/gas", "price of the coordination channel per unit of gas", |row| {
        price(row, 1)
    })
    .nullable(),
    C::number(
        "verification_price",
        "µcredit/s",
        "price of the verification channel per GPU-second of a checker",
        |row| price(row, 2),
    )
    .nullable(),
    C::count("checks_waiting", "number of checks and proofs in the queues of their checkers", |row| {
        Cell::U64(row.now.checks_waiting)
    }),
    C::count("checks_executing", "number of checks and proofs under way", |row| Cell::U64(row.now.checks_executing)),
    C::number("utilisation", "", utilised!("working nodes", "since the tick before"), |row| {
        ratio(row, |gauge| gauge.in_use_area, |gauge| gauge.capacity_area)
    })
    .nullable()
    .formula("∫ slots in use dt / ∫ slots dt, both of nodes while they work"),
    C::number("checks_utilisation", "", utilised!("working checkers", "since the tick before"), |row| {
        ratio(row, |gauge| gauge.checks_in_use_area, |gauge| gauge.checks_capacity_area)
    })
    .nullable()
    .formula("∫ slots in use dt / ∫ slots dt, both of validators and provers while they work"),
    C::count("blocks", "number of blocks of the chain so far", |row| Cell::U64(row.now.blocks)),
    C::new("block_used", Kind::U64, "gas", "gas used in the last block; missing before the first", |row| {
        if row.now.blocks > 0 { Cell::U64(row.now.block_used) } else { Cell::Null }
    })
    .nullable(),
    C::new("chain_waiting", Kind::U64, "gas", "gas of the placements that wait for a block", |row| {
        Cell::U64(row.now.chain_waiting)
    }),
    C::money("escrow", "µcredit", "credits in escrow", |row| Cell::I64(row.now.escrow.0)),
];

/// What moves outside the market.
const OUTSIDE: &[C] = &[
    C::money("token_worth", "µcredit", "what a token is worth; only where the scenario has `series`", |row| {
        Cell::I64(row.now.token.0)
    }),
    C::number(
        "node_cost_rate",
        "µcredit/s",
        "mean cost of a GPU-second of work to nodes; only where the scenario has `series`",
        |row| Cell::F64(row.now.node_cost.micro()),
    ),
];

/// One row per tick.
pub static SERIES: Table<SeriesRow> =
    Table { name: "series", grain: "one row per tick of `record.tick`", columns: COLUMNS };

/// The same, with what moves outside the market.
pub static SERIES_OUTSIDE: Table<SeriesRow> = Table {
    name: "series",
    grain: SERIES.grain,
    columns: &joined::<SeriesRow, { COLUMNS.len() + OUTSIDE.len() }>(&[COLUMNS, OUTSIDE]),
};

fn price(row: &SeriesRow, channel: usize) -> Cell<'static> {
    row.now.prices[channel].map_or(Cell::Null, |price| Cell::F64(price.micro()))
}

fn ratio(row: &SeriesRow, used: fn(&MarketGauge) -> u128, of: fn(&MarketGauge) -> u128) -> Cell<'static> {
    let (used, of) = (used(&row.now) - used(&row.before), of(&row.now) - of(&row.before));
    if of == 0 { Cell::Null } else { Cell::F64(used as f64 / of as f64) }
}

fn mean(since: SimDuration, area: u128) -> Cell<'static> {
    if since == SimDuration::ZERO { Cell::Null } else { Cell::F64(area as f64 / since.0 as f64) }
}
