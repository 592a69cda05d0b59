//! `decisions`: one row per decision of a probe.

use super::SharedNames;
use crate::domain::ids::Id;
use crate::domain::probe::{Change, Ending};
use crate::record::columns::{Cell, Column, Table};
use crate::record::decisions::DecisionRecord;

/// A decision, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct DecisionRow {
    record: DecisionRecord,
    names: SharedNames,
}

impl DecisionRow {
    /// Of a decision that has ended or was seen no further.
    pub fn of(record: &DecisionRecord, names: &SharedNames) -> DecisionRow {
        DecisionRow { record: *record, names: names.clone() }
    }
}

type C = Column<DecisionRow>;

/// One row per decision.
pub static DECISIONS: Table<DecisionRow> = Table {
    name: "decisions",
    grain: "one row per decision of a probe and what may end it, when it has ended or the run has; with `record.probes`",
    columns: &[
        C::id("probe", "number of the probe", |row| Cell::U32(row.record.place)),
        C::text("ends_when", "what may end the decision", |row| Cell::Text(row.record.ending.name()))
            .words(Ending::WORDS),
        C::id("node", "number of the node that was decided for; missing where nothing is taken", |row| {
            row.record.taken.map_or(Cell::Null, |(node, _)| Cell::U32(node.0))
        })
        .nullable(),
        C::text("method", "method that was decided for; missing where nothing is taken", |row| {
            row.record.taken.map_or(Cell::Null, |(_, method)| Cell::Text(&row.names.methods[method.index()]))
        })
        .nullable(),
        C::time("began_ns", "tick at which it was taken", |row| row.record.began.into()),
        C::time("until_ns", "tick at which it was seen to have ended, or was last seen", |row| row.record.until.into()),
        C::span("lived_ns", "time that it was seen to live, rounded up to ticks", |row| {
            row.record.until.since(row.record.began).into()
        })
        .formula("until_ns − began_ns"),
        C::flag("is_ended", "whether it has ended; otherwise it was seen no further", |row| {
            Cell::Bool(row.record.ended)
        }),
        C::text("ended_by", "change since it was taken that alone would have ended it", |row| change(row, 0))
            .nullable()
            .words(Change::WORDS),
        C::text("spared_by", "change since it was taken without which it would not have ended", |row| change(row, 1))
            .nullable()
            .words(Change::WORDS),
    ],
};

fn change(row: &DecisionRow, which: usize) -> Cell<'static> {
    row.record.changes.map_or(Cell::Null, |changes| Cell::Text(changes[which].name()))
}
