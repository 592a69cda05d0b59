//! `causes`: one row per used wrong answer; `cause_shares`: one row per party that had a hand in one.

use super::SharedNames;
use crate::domain::causes::{CauseRecord, Guard, Level, Origin, Part, Role};
use crate::domain::ids::Id;
use crate::maths::exp;
use crate::record::columns::{Cell, Column, Table, Words};

/// A used wrong answer, with the names behind its ids.
#[derive(Clone, Debug)]
pub struct CauseRow {
    /// What caused that it was used.
    pub record: CauseRecord,
    /// The names.
    pub names: SharedNames,
}

/// A party that had a hand in a used wrong answer.
#[derive(Clone, Debug)]
pub struct ShareRow {
    /// Of which job: the place of its source, and its number there.
    pub job: (usize, u64),
    /// The party.
    pub part: Part,
    /// The names.
    pub names: SharedNames,
}

/// The roles of parties.
const ROLES: Words = &[
    ("executor", "it gave an answer"),
    ("checker", "it was drawn for a check that took place before the answer was used"),
    ("vendor", "such a check relies on it"),
];

type C = Column<CauseRow>;
type S = Column<ShareRow>;

impl CauseRow {
    /// The shares of all parties in a role.
    fn of(&self, is_role: fn(Role) -> bool, share: fn(&Part) -> f64) -> f64 {
        self.record.parts.iter().filter(|part| is_role(part.role)).map(share).sum()
    }
}

fn is_checker(role: Role) -> bool {
    matches!(role, Role::Checker(_))
}

/// One row per used wrong answer.
pub static CAUSES: Table<CauseRow> = Table {
    name: "causes",
    grain: "one row per wrong answer that was used, in the order in which their jobs left",
    columns: &[
        C::text("source", "source of demand that the job came from", |row| {
            Cell::Text(&row.names.sources[row.record.key.source.index()])
        }),
        C::count("job_index", "number of the job among the jobs of its source, from 0", |row| {
            Cell::U64(row.record.key.index)
        }),
        C::text("job_class", "class of the job", |row| Cell::Text(&row.names.classes[row.record.class.index()])),
        C::text("method", "method of verification that was agreed", |row| {
            Cell::Text(&row.names.methods[row.record.method.index()])
        }),
        C::time("asked_ns", "instant at which the job was asked for", |row| row.record.asked.into()),
        C::time("used_ns", "instant from which the answer was used", |row| row.record.used.into()),
        C::money("harm", "µcredit", "loss from the answer, less the part that its discovery undid", |row| {
            Cell::I64(row.record.harm.0)
        }),
        C::text("origin", "how the answer came to be wrong", |row| Cell::Text(row.record.origin.name()))
            .words(Origin::WORDS),
        C::text("guard", "why no check stopped the use of the answer", |row| Cell::Text(row.record.guard.name()))
            .words(Guard::WORDS),
        C::id(
            "missing_alarms",
            "number of alarms that the check nearest to a refusal lacked; missing without a check",
            |row| row.record.nearest.map_or(Cell::Null, |nearest| Cell::U32(nearest.missing)),
        )
        .nullable(),
        C::id(
            "careless_checkers",
            "number of checkers of that check that did not look and would have seen it; missing without a check",
            |row| row.record.nearest.map_or(Cell::Null, |nearest| Cell::U32(nearest.careless)),
        )
        .nullable(),
        C::id("but_for", "number of parties each of which, made honest alone, would have stopped the use", |row| {
            Cell::U32(row.record.but_for)
        }),
        C::number("causes", "", "number of parties that caused the use, as if their shares were equal", |row| {
            Cell::F64(exp(row.record.entropy(Level::Party)))
        })
        .formula("exp(−Σ share · ln share), with ownerless_share"),
        C::number("log_loss", "", "what the public record lets one be surprised by", |row| {
            Cell::F64(row.record.log_loss(Level::Party))
        })
        .formula("−Σ share · ln max(predicted share, 10⁻⁴), with ownerless_share"),
        C::number("executor_share", "", "share of the cause of those that gave the answer", |row| {
            Cell::F64(row.of(|role| role == Role::Executor, |part| part.cause))
        }),
        C::number("checker_share", "", "share of the cause of checkers", |row| {
            Cell::F64(row.of(is_checker, |part| part.cause))
        }),
        C::number("vendor_share", "", "share of the cause of vendors", |row| {
            Cell::F64(row.of(|role| role == Role::Vendor, |part| part.cause))
        }),
        C::number("ownerless_share", "", "part of the cause that no party has", |row| Cell::F64(row.record.nobody))
            .formula("1 − executor_share − checker_share − vendor_share"),
        C::number("executor_predicted", "", "share of those that gave the answer by what is public", |row| {
            Cell::F64(row.of(|role| role == Role::Executor, |part| part.predicted))
        }),
        C::number("checker_predicted", "", "share of checkers by what is public", |row| {
            Cell::F64(row.of(is_checker, |part| part.predicted))
        }),
        C::number("ownerless_predicted", "", "part of the cause that no party has, by what is public", |row| {
            Cell::F64(row.record.predicted_nobody)
        }),
    ],
};

/// One row per party that had a hand in a used wrong answer.
pub static SHARES: Table<ShareRow> = Table {
    name: "cause_shares",
    grain: "one row per party and role in a wrong answer that was used, in the order of the table `causes`",
    columns: &[
        S::text("source", "source of demand that the job came from", |row| Cell::Text(&row.names.sources[row.job.0])),
        S::count("job_index", "number of the job among the jobs of its source, from 0", |row| Cell::U64(row.job.1)),
        S::text("role", "role in which the party had a hand in the answer", |row| {
            Cell::Text(match row.part.role {
                Role::Executor => "executor",
                Role::Checker(_) => "checker",
                Role::Vendor => "vendor",
            })
        })
        .words(ROLES),
        S::id("check_index", "place of the check in the list of the method; missing of other roles", |row| {
            if let Role::Checker(check) = row.part.role { Cell::U32(check.into()) } else { Cell::Null }
        })
        .nullable(),
        S::id("party", "number of the node or validator; of a vendor, its place in the scenario", |row| {
            Cell::U32(row.part.party)
        }),
        S::id("operator", "number of the operator; missing of a vendor", |row| {
            row.part.operator.map_or(Cell::Null, |operator| Cell::U32(operator.0))
        })
        .nullable(),
        S::id("vendor", "of a checker: place in the scenario of the vendor that its check relies on", |row| {
            row.part.vendor.map_or(Cell::Null, |vendor| Cell::U32(vendor.into()))
        })
        .nullable(),
        S::flag("is_alarm", "of a checker: whether its vote is an alarm; missing where it never voted", |row| {
            row.part.alarm.map_or(Cell::Null, Cell::Bool)
        })
        .nullable(),
        S::flag(
            "is_at_fault",
            "whether it gave a wrong answer on purpose, did not look at what it was to check, or was broken",
            |row| Cell::Bool(row.part.at_fault),
        ),
        S::flag(
            "is_decisive",
            "whether it alone, made honest in all of its roles, would have stopped the use of the answer",
            |row| Cell::Bool(row.part.decisive),
        ),
        S::number("share", "", "share of the cause", |row| Cell::F64(row.part.cause))
            .formula("the Shapley value of the repair game"),
        S::number("predicted", "", "share of the cause by what is public", |row| Cell::F64(row.part.predicted)),
    ],
};
