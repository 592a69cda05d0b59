//! `jobs`: one row per closed job.

use super::SharedNames;
use crate::domain::ids::Id;
use crate::domain::story::Story;
use crate::engine::time::{Span, Time};
use crate::record::columns::{Cell, Column, Table};

/// A closed job with the names behind its ids.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// The job's life.
    pub story: Story,
    /// The names.
    pub names: SharedNames,
}

type C = Column<JobRow>;

/// One row per closed job.
pub static JOBS: Table<JobRow> = Table {
    name: "jobs",
    grain: "one row per job that left the market, in the order they left",
    columns: &[
        C::text("source", "where the job came from", |row| {
            Cell::Text(&row.names.sources[row.story.key.source.index()])
        }),
        C::count("index", "the how-manieth of its source, from 0", |row| Cell::U64(row.story.key.index)),
        C::text("class", "class of the job", |row| Cell::Text(&row.names.classes[row.story.class.index()])),
        C::text("model", "model it asked for", |row| Cell::Text(&row.names.models[row.story.class.index()])),
        C::text("requesters", "group of requesters that asked", |row| {
            Cell::Text(&row.names.requesters[row.story.requester.index()])
        }),
        C::id("client", "client within the source, 0 where it has no clients", |row| Cell::U32(row.story.client)),
        C::text("fate", "what became of it", |row| Cell::Text(row.story.fate.name())),
        C::text("stage", "where it stood when it left", |row| Cell::Text(row.story.stage.name())),
        C::text("cause", "what killed it, if it was declined", |row| {
            row.story.cause.map_or(Cell::Null, |cause| Cell::Text(cause.name()))
        })
        .nullable(),
        C::flag("right", "whether the last answer was right; missing where there was none", |row| {
            if row.story.at.answered == Time::NEVER { Cell::Null } else { Cell::Bool(row.story.is_right()) }
        })
        .nullable(),
        C::time("asked_ns", "instant it was asked for", |row| Cell::U64(row.story.at.asked.0)),
        C::time("placed_ns", "instant its first offer was taken", |row| at(row.story.at.placed)).nullable(),
        C::time("reached_ns", "instant the last request reached its node", |row| at(row.story.at.reached)).nullable(),
        C::time("started_ns", "instant its last execution began", |row| at(row.story.at.started)).nullable(),
        C::time("first_token_ns", "instant of the first output token", |row| at(row.story.at.first_token)).nullable(),
        C::time("finished_ns", "instant its last execution ended", |row| at(row.story.at.finished)).nullable(),
        C::time("answered_ns", "instant the answer reached the requester", |row| at(row.story.at.answered)).nullable(),
        C::time("used_ns", "instant the requester began to rely on it", |row| at(row.story.at.used)).nullable(),
        C::time("accepted_ns", "instant verification let it pass", |row| at(row.story.at.accepted)).nullable(),
        C::time("paid_ns", "instant the node was paid", |row| at(row.story.at.paid)).nullable(),
        C::time("final_ns", "instant after which nothing acts on it", |row| at(row.story.at.finalised)).nullable(),
        C::time("closed_ns", "instant it left the market", |row| Cell::U64(row.story.at.closed.0)),
        C::time("deadline_ns", "instant the answer was due", |row| at(row.story.deadline)).nullable(),
        C::span("response_ns", "time from asking to the answer", |row| {
            between(&row.story, row.story.at.asked, row.story.at.answered)
        })
        .nullable()
        .formula("answered_ns − asked_ns"),
        C::span("wait_ns", "time in the last node's waiting room before execution began", |row| {
            between(&row.story, row.story.at.reached, row.story.at.started)
        })
        .nullable()
        .formula("started_ns − reached_ns"),
        C::span("work_ns", "work on the reference GPU, noise apart", |row| Cell::U64(row.story.work.0)),
        C::span("expected_work_ns", "work the market expected, given the input", |row| {
            Cell::U64(row.story.expected_work.0)
        }),
        C::id("input_tokens", "input tokens, 0 where the class has a work law", |row| {
            Cell::U32(row.story.input_tokens)
        }),
        C::id("output_tokens", "output tokens, 0 where the class has a work law", |row| {
            Cell::U32(row.story.output_tokens)
        }),
        C::money("value", "µcredit", "what a right answer in time was worth", |row| Cell::I64(row.story.value.0)),
        C::money("compute_price", "µcredit", "price of computing, as agreed", |row| {
            Cell::I64(row.story.compute_price.0)
        }),
        C::money("coordination_price", "µcredit", "price of coordination, as agreed", |row| {
            Cell::I64(row.story.coordination_price.0)
        }),
        C::money("verification_price", "µcredit", "price of verification, as agreed", |row| {
            Cell::I64(row.story.verification_price.0)
        }),
        C::money("price", "µcredit", "price, as agreed", |row| Cell::I64(row.story.price().0))
            .formula("compute_price + coordination_price + verification_price"),
        C::money("charged", "µcredit", "what the requester paid in the end", |row| Cell::I64(row.story.charged().0)),
        C::id("node", "node of the last attempt; missing where there was none", |row| {
            if row.story.node.is_some() { Cell::U32(row.story.node.0) } else { Cell::Null }
        })
        .nullable(),
        C::id("attempts", "placements, the first one included", |row| Cell::U32(row.story.attempts as u32)),
        C::id("offers", "offers compared at the last placement", |row| Cell::U32(row.story.offers as u32)),
    ],
};

fn at(instant: Time) -> Cell<'static> {
    if instant == Time::NEVER { Cell::Null } else { Cell::U64(instant.0) }
}

fn between(story: &Story, earlier: Time, later: Time) -> Cell<'static> {
    story.between(earlier, later).map_or(Cell::Null, |Span(nanos)| Cell::U64(nanos))
}
