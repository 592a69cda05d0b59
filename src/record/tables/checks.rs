//! `checks`: one row per check that was answered.

use super::SharedNames;
use crate::domain::ids::{Id, NodeId};
use crate::domain::story::Story;
use crate::engine::time::Time;
use crate::record::columns::{Cell, Column, Table};

/// An answered check with the names behind its ids.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// The check's own life.
    pub story: Story,
    /// Which check of the method.
    pub check: u8,
    /// Who did it.
    pub by: NodeId,
    /// Whether it raised an alarm.
    pub alarm: bool,
    /// The names.
    pub names: SharedNames,
}

type C = Column<CheckRow>;

/// One row per check that was answered.
pub static CHECKS: Table<CheckRow> = Table {
    name: "checks",
    grain: "one row per check or proof that was answered by a validator, prover or peer, in the order of the answers",
    columns: &[
        C::text("source", "where the job came from", |row| {
            Cell::Text(&row.names.sources[row.story.key.source.index()])
        }),
        C::count("index", "the how-manieth job of its source, from 0", |row| Cell::U64(row.story.key.index)),
        C::text("method", "method of verification", |row| Cell::Text(&row.names.methods[row.story.method.index()])),
        C::id("check", "which check of the method, from 0", |row| Cell::U32(row.check.into())),
        C::id("by", "number of the party that did it", |row| Cell::U32(row.by.0)),
        C::time("drawn_ns", "instant it was asked for", |row| row.story.at.asked.into()),
        C::time("reached_ns", "instant it reached the party; missing where the party did not look", |row| {
            at(row.story.at.reached)
        })
        .nullable(),
        C::time("started_ns", "instant the party began", |row| at(row.story.at.started)).nullable(),
        C::time("answered_ns", "instant its vote was there", |row| row.story.at.answered.into()),
        C::span("work_ns", "work of the check on the reference GPU", |row| row.story.work.into()),
        C::flag("looked", "whether the party looked at all", |row| Cell::Bool(row.story.checks > 0)),
        C::flag("alarm", "whether it raised an alarm", |row| Cell::Bool(row.alarm)),
    ],
};

fn at(instant: Time) -> Cell<'static> {
    instant.into()
}
