//! `classes`: a run in one row per class of job.

use crate::domain::fate::{Cause, Fate};
use crate::record::classes::ClassCounts;
use crate::record::columns::{Cell, Column, Table};
use crate::record::tally::Summary;

use super::endings::{causes, fates};
use super::joined;

/// What became of the jobs of a class, with its name.
#[derive(Clone, Debug, Default)]
pub struct ClassRow {
    /// The name of the class.
    pub class: String,
    /// The counts; all zero where no job left.
    pub counts: ClassCounts,
}

impl ClassRow {
    /// Every class of a run in the order of their ids, those without a job too.
    pub fn of(summary: &Summary, names: &[String]) -> Vec<ClassRow> {
        let row = |(class, name): (usize, &String)| ClassRow {
            class: name.clone(),
            counts: summary.classes.get(class).cloned().unwrap_or_default(),
        };
        names.iter().enumerate().map(row).collect()
    }

    fn fate(&self, fate: Fate) -> u64 {
        self.counts.fate(fate)
    }

    fn cause(&self, cause: Cause) -> u64 {
        self.counts.cause(cause)
    }

    /// A count as a share of all jobs of the class.
    fn share(&self, count: u64) -> Cell<'static> {
        Cell::F64(count as f64 / self.counts.jobs as f64)
    }
}

type C = Column<ClassRow>;

const HEAD: [C; 2] = [
    C::text("class", "class of the jobs", |row| Cell::Text(&row.class)),
    C::count("jobs", "number of jobs counted", |row| Cell::U64(row.counts.jobs))
        .formula("the sum of the columns fate_…"),
];

const FATES: [C; 12] = fates!(ClassRow);
const CAUSES: [C; 6] = causes!(ClassRow);

const SHARES: [C; 17] = [
    C::count(
        "placeable_without_compute",
        "number of declined jobs that would have been placed if computing had cost nothing",
        |row| Cell::U64(row.counts.placeable_without[0]),
    ),
    C::count(
        "placeable_without_coordination",
        "number of declined jobs that would have been placed if coordination had cost nothing",
        |row| Cell::U64(row.counts.placeable_without[1]),
    ),
    C::count(
        "placeable_without_latency",
        "number of declined jobs that would have been placed if answers had come at once, verification apart",
        |row| Cell::U64(row.counts.placeable_without[2]),
    ),
    C::count(
        "placeable_without_verification",
        "number of declined jobs that would have been placed without verification",
        |row| Cell::U64(row.counts.placeable_without[3]),
    ),
    C::count(
        "placeable_without_distrust",
        "number of declined jobs that would have been placed if their answers had been certain to be right",
        |row| Cell::U64(row.counts.placeable_without[4]),
    ),
    C::number("final_right_share", "", "share of the jobs that became final and right", |row| {
        row.share(row.fate(Fate::FinalRight))
    })
    .nullable()
    .formula("fate_final_right / jobs"),
    C::count(
        "placeable_with_none",
        "number of declined jobs that would have been placed on the same offers with the method `none`",
        |row| Cell::U64(row.counts.placeable_with_none),
    ),
    C::number("killed_by_verification_share", "", "share of the jobs that verification killed", |row| {
        row.share(row.counts.placeable_without[3])
    })
    .nullable()
    .formula("placeable_without_verification / jobs"),
    C::count(
        "killed_by_verification_cost",
        "number of jobs that verification killed by its cost: placeable without verification, and with no check at all",
        |row| Cell::U64(row.counts.killed_by_cost),
    ),
    C::number(
        "killed_by_verification_cost_share",
        "",
        "share of the jobs that verification killed by its cost, and not because they needed a check",
        |row| row.share(row.counts.killed_by_cost),
    )
    .nullable()
    .formula("killed_by_verification_cost / jobs"),
    C::count("used", "number of jobs whose answer was used", |row| Cell::U64(row.counts.used)),
    C::count("used_wrong", "number of jobs whose wrong answer was used", |row| Cell::U64(row.counts.used_wrong)),
    C::number("used_share", "", "share of the jobs whose answer was used", |row| row.share(row.counts.used))
        .nullable()
        .formula("used / jobs"),
    C::number("used_wrong_share", "", "share of the jobs whose wrong answer was used", |row| {
        row.share(row.counts.used_wrong)
    })
    .nullable()
    .formula("used_wrong / jobs"),
    C::count("checks", "number of checks that took place", |row| Cell::U64(row.counts.checks[0])),
    C::count("alarms", "number of checks that raised an alarm", |row| Cell::U64(row.counts.checks[1])),
    C::number("attempts_mean", "", "mean number of placements per job", |row| row.share(row.counts.attempts))
        .nullable(),
];

const MONEY: [C; 11] = [
    C::number("work_s", "s", "time that the reference GPU needs for all jobs answered", |row| {
        Cell::F64(row.counts.work as f64 * 1e-9)
    }),
    C::number("value_asked", "credit", "worth of right answers to all jobs, had they come at once", |row| {
        Cell::F64(Summary::credits(row.counts.value_asked))
    }),
    C::number("value_final", "credit", "worth of the right and final answers, without the discount for delay", |row| {
        Cell::F64(Summary::credits(row.counts.value_final))
    }),
    C::number(
        "delivered",
        "credit",
        "worth of the right answers when they were used, after the discount for delay",
        |row| Cell::F64(Summary::credits(row.counts.delivered)),
    )
    .formula("Σ value · D(used_ns − asked_ns)"),
    C::number("harm", "credit", "loss from wrong answers in use, less the part that their discovery undid", |row| {
        Cell::F64(Summary::credits(row.counts.harm))
    })
    .formula("Σ harm · value · (1 − recovers · [found wrong])"),
    C::number("charged", "credit", "amount that requesters paid", |row| {
        Cell::F64(Summary::credits(row.counts.charged()))
    })
    .formula("charged_compute + charged_coordination + charged_verification"),
    C::number("charged_compute", "credit", "amount that requesters paid for computing", |row| {
        Cell::F64(Summary::credits(row.counts.charged_by_channel[0]))
    }),
    C::number("charged_coordination", "credit", "amount that requesters paid to the chain", |row| {
        Cell::F64(Summary::credits(row.counts.charged_by_channel[1]))
    }),
    C::number(
        "charged_verification",
        "credit",
        "amount that requesters paid for checks, proofs, copies and work beyond that of the answer",
        |row| Cell::F64(Summary::credits(row.counts.charged_by_channel[2])),
    ),
    C::number("shortfall", "credit", "amount that revocations could not bring back", |row| {
        Cell::F64(Summary::credits(row.counts.shortfall))
    }),
    C::number("price_mean", "credit/s", "mean price that requesters paid per GPU-second of work", |row| {
        Cell::F64(Summary::credits(row.counts.charged()) / (row.counts.work as f64 * 1e-9))
    })
    .nullable()
    .formula("charged / work_s"),
];

const TIMES: [C; 7] = [
    C::number("response_mean_s", "s", "mean time from the request to the answer", |row| {
        mean(row.counts.response.mean())
    })
    .nullable(),
    C::number("accepted_mean_s", "s", "mean time from the request to acceptance", |row| {
        mean(row.counts.accepted.mean())
    })
    .nullable(),
    C::number("finality_mean_s", "s", "mean time from the request to finality", |row| mean(row.counts.finality.mean()))
        .nullable(),
    C::number("use_mean_s", "s", "mean time from the request to use", |row| {
        mean(row.counts.use_delay.mean().map(|span| span * 1e-9))
    })
    .nullable(),
    C::span("use_p50_ns", "median time from the request to use", |row| row.counts.use_delay(0.5).into()).nullable(),
    C::span("use_p95_ns", "95 % quantile of the time from the request to use", |row| row.counts.use_delay(0.95).into())
        .nullable(),
    C::span("use_p99_ns", "99 % quantile of the time from the request to use", |row| row.counts.use_delay(0.99).into())
        .nullable(),
];

const ALL: [C; 55] = joined(&[&HEAD, &FATES, &CAUSES, &SHARES, &MONEY, &TIMES]);

/// The run in one row per class of job.
pub static CLASSES: Table<ClassRow> =
    Table { name: "classes", grain: "one row per class of job, in the order of the scenario", columns: &ALL };

fn mean(seconds: Option<f64>) -> Cell<'static> {
    seconds.map_or(Cell::Null, Cell::F64)
}
