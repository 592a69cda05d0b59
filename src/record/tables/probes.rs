//! `probes`: one row per probe and tick.

use super::SharedNames;
use crate::domain::fate::Cause;
use crate::domain::ids::Id;
use crate::domain::probe::{FullPrice, ProbeQuote};
use crate::engine::time::{SimDuration, Time};
use crate::record::columns::{Cell, Column, Table};

/// A probe at a tick.
#[derive(Clone, Debug)]
pub struct ProbeRow {
    /// When.
    pub at: Time,
    /// What it was quoted.
    pub quote: ProbeQuote,
    /// The names behind the ids.
    pub names: SharedNames,
}

type C = Column<ProbeRow>;

/// The columns of one channel.
macro_rules! channel {
    ($channel:literal, $place:literal, $price:literal, $delay:literal, $lost:literal) => {
        [
            C::money(concat!($channel, "_price"), "µcredit", $price, |row| {
                best(row, |best| Cell::I64(best.prices[$place].0))
            })
            .nullable(),
            C::span(concat!($channel, "_delay_ns"), $delay, |row| {
                best(row, |best| SimDuration::from_nanos(best.delays[$place]).into())
            })
            .nullable(),
            C::number(concat!($channel, "_delay_cost"), "µcredit", $lost, |row| {
                best(row, |best| Cell::F64(best.lost[$place]))
            })
            .nullable(),
        ]
    };
}

const HEAD: [C; 10] = [
    C::time("at_ns", "instant of the tick", |row| row.at.into()),
    C::id("probe", "number of the probe", |row| Cell::U32(row.quote.place)),
    C::text("job_class", "class of the request", |row| Cell::Text(&row.names.classes[row.quote.class.index()])),
    C::text("requester_group", "group of requesters that asks", |row| {
        Cell::Text(&row.names.requesters[row.quote.requester.index()])
    }),
    C::money("answer_value", "µcredit", "value of a right answer", |row| Cell::I64(row.quote.value.0)),
    C::span("expected_work_ns", "expected work of the request on the reference GPU", |row| {
        Cell::I64(row.quote.expected.0 as i64)
    }),
    C::flag("is_accepted", "whether an offer would be taken", |row| Cell::Bool(row.quote.cause.is_none())),
    C::text("cause", "why the request would be declined; missing if an offer would be taken", |row| {
        row.quote.cause.map_or(Cell::Null, |cause| Cell::Text(cause.name()))
    })
    .nullable()
    .words(Cause::WORDS),
    C::id("node", "number of the node whose offer leaves the most; missing without an offer", |row| {
        best(row, |best| Cell::U32(best.node.0))
    })
    .nullable(),
    C::text("method", "method with which that offer leaves the most; missing without an offer", |row| {
        match &row.quote.best {
            Some(best) => Cell::Text(&row.names.methods[best.method.index()]),
            None => Cell::Null,
        }
    })
    .nullable(),
];

const TOTAL: [C; 1] = [C::number("full_price", "µcredit", "prices and costs of the delays of all channels", |row| {
    best(row, |best| Cell::F64(best.by_channel().iter().sum()))
})
.nullable()
.formula("Σ price + delay_cost, over the channels")];

/// One row per probe and tick.
pub static PROBES: Table<ProbeRow> = Table {
    name: "probes",
    grain: "one row per probe and tick of `record.probe-tick`",
    columns: &super::joined::<ProbeRow, 20>(&[
        &HEAD,
        &channel!(
            "compute",
            0,
            "price of computing",
            "time of the way, the queue and the service of the node, as expected",
            "value that this time alone would take off"
        ),
        &channel!(
            "coordination",
            1,
            "price of coordination, as expected",
            "time until the placement is in a block, as expected",
            "value that the time until the block alone would take off"
        ),
        &channel!(
            "verification",
            2,
            "price of verification, as expected",
            "time of checks and of work for them until the answer is used, as expected",
            "value that the time of verification alone would take off"
        ),
        &TOTAL,
    ]),
};

fn best(row: &ProbeRow, cell: fn(&FullPrice) -> Cell<'static>) -> Cell<'static> {
    row.quote.best.as_ref().map_or(Cell::Null, cell)
}
