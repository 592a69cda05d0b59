//! `summary`: the run in one row.

use crate::domain::fate::Fate;
use crate::engine::time::SimDuration;
use crate::record::columns::{Cell, Column, Table};
use crate::record::tally::{About, Durations, Summary};

use super::agreed::AGREEMENT;
use super::decided::DECIDED;
use super::endings::{causes, fates};
use super::inherited::INHERITED;
use super::relied::RELIED;
use super::suspects::SUSPECTS;
use super::{joined, utilised};

type C = Column<Summary>;

macro_rules! durations {
    ($field:ident $what:literal: $mean:literal $deviation:literal $p50:literal $p90:literal $p95:literal $p99:literal) => {
        [
            C::number($mean, "s", concat!("mean ", $what), |run| number(run.$field.moments.mean())).nullable(),
            C::number($deviation, "s", concat!("standard deviation of the ", $what), |run| {
                number(run.$field.moments.deviation())
            })
            .nullable(),
            C::span($p50, concat!("median ", $what), |run| quantile(&run.$field, 0.5)).nullable(),
            C::span($p90, concat!("90 % quantile of the ", $what), |run| quantile(&run.$field, 0.9)).nullable(),
            C::span($p95, concat!("95 % quantile of the ", $what), |run| quantile(&run.$field, 0.95)).nullable(),
            C::span($p99, concat!("99 % quantile of the ", $what), |run| quantile(&run.$field, 0.99)).nullable(),
        ]
    };
}

const FATES: [C; 12] = fates!(Summary);
const CAUSES: [C; 6] = causes!(Summary);

const RESPONSE: [C; 6] = durations!(response "time from the request to the answer":
    "response_mean_s" "response_deviation_s" "response_p50_ns" "response_p90_ns" "response_p95_ns" "response_p99_ns");
const WAIT: [C; 6] = durations!(wait "wait before execution":
    "wait_mean_s" "wait_deviation_s" "wait_p50_ns" "wait_p90_ns" "wait_p95_ns" "wait_p99_ns");
const FIRST_TOKEN: [C; 6] = durations!(first_token "time from the request to the first token":
    "first_token_mean_s" "first_token_deviation_s" "first_token_p50_ns" "first_token_p90_ns" "first_token_p95_ns"
    "first_token_p99_ns");
const SERVICE: [C; 6] = durations!(service "time of execution":
    "service_mean_s" "service_deviation_s" "service_p50_ns" "service_p90_ns" "service_p95_ns" "service_p99_ns");

const REST: [C; 23] = [
    C::time("from_ns", "instant from which jobs and levels are counted", |run| run.from.into()),
    C::time("ended_ns", "instant at which the run ended", |run| run.ended.into()),
    C::count("jobs", "number of jobs counted", |run| Cell::U64(run.jobs)).formula("the sum of the columns fate_…"),
    C::number("throughput", "1/s", "number of answers per second", |run| {
        Cell::F64(run.response.moments.count() as f64 / run.seconds())
    })
    .nullable(),
    C::number("final_right_rate", "1/s", "number of right answers per second that became final", |run| {
        Cell::F64(run.final_right_rate())
    })
    .nullable()
    .formula("fate_final_right / time counted; `throughput` counts every answer, wrong and late ones too"),
    C::number("attempts_mean", "", "mean number of placements per job", |run| {
        Cell::F64(run.attempts as f64 / run.jobs as f64)
    })
    .nullable(),
    C::count("bounced", "number of requests that found their node gone or full", |run| Cell::U64(run.bounced)),
    C::count("node_failures", "number of failures of nodes", |run| Cell::U64(run.node_failures)),
    C::number("up_share", "", "share of their time that nodes worked", |run| Cell::F64(run.up_share())).nullable(),
    C::number("open_mean", "", "mean number of jobs in the market", |run| {
        Cell::F64(run.mean_level(|gauge| gauge.open_area))
    })
    .nullable(),
    C::number("waiting_mean", "", "mean number of jobs waiting", |run| {
        Cell::F64(run.mean_level(|gauge| gauge.waiting_area))
    })
    .nullable(),
    C::number("executing_mean", "", "mean number of jobs in execution", |run| {
        Cell::F64(run.mean_level(|gauge| gauge.executing_area))
    })
    .nullable(),
    C::count("input_tokens", "number of input tokens of all jobs counted", |run| Cell::U64(run.input_tokens)),
    C::count("output_tokens", "number of output tokens of the jobs answered", |run| Cell::U64(run.output_tokens)),
    C::number("work_s", "s", "time that the reference GPU needs for all jobs answered", |run| {
        Cell::F64(run.work as f64 * 1e-9)
    }),
    C::number("value_asked", "credit", "worth of right answers to all jobs, had they come at once", |run| {
        Cell::F64(Summary::credits(run.value_asked))
    }),
    C::number("value_final", "credit", "worth of the right and final answers, without the discount for delay", |run| {
        Cell::F64(Summary::credits(run.value_final))
    }),
    C::number(
        "delivered",
        "credit",
        "worth of the right answers when they were used, after the discount for delay",
        |run| Cell::F64(Summary::credits(run.delivered)),
    )
    .formula("Σ value · D(used_ns − asked_ns)"),
    C::number("harm", "credit", "loss from wrong answers in use, less the part that their discovery undid", |run| {
        Cell::F64(Summary::credits(run.harm))
    })
    .formula("Σ harm · value · (1 − recovers · [found wrong])"),
    C::number("charged", "credit", "amount that requesters paid", |run| Cell::F64(Summary::credits(run.charged))),
    C::number("price_mean", "credit/s", "mean price that requesters paid per GPU-second of work", |run| {
        run.price_per_second().map_or(Cell::Null, Cell::F64)
    })
    .nullable()
    .formula("charged / work_s"),
    C::number("node_income", "credit", "amount that all nodes earned over the whole run", |run| {
        Cell::F64(Summary::credits(run.nodes.income))
    }),
    C::number("node_cost", "credit", "cost to all nodes of their busy time over the whole run", |run| {
        Cell::F64(run.nodes.cost * 1e-6)
    }),
];

const VERIFIED: [C; 31] = [
    C::number("final_right_share", "", "share of all jobs that became final and right", |run| {
        Cell::F64(run.fate(Fate::FinalRight) as f64 / run.jobs as f64)
    })
    .nullable()
    .formula("fate_final_right / jobs"),
    C::count(
        "placeable_without_compute",
        "number of declined jobs that would have been placed if computing had cost nothing",
        |run| Cell::U64(run.placeable_without[0]),
    ),
    C::count(
        "placeable_without_coordination",
        "number of declined jobs that would have been placed if coordination had cost nothing",
        |run| Cell::U64(run.placeable_without[1]),
    ),
    C::count(
        "placeable_without_latency",
        "number of declined jobs that would have been placed if answers had come at once, verification apart",
        |run| Cell::U64(run.placeable_without[2]),
    ),
    C::count(
        "placeable_without_verification",
        "number of declined jobs that would have been placed without verification",
        |run| Cell::U64(run.placeable_without[3]),
    ),
    C::count(
        "placeable_without_distrust",
        "number of declined jobs that would have been placed if their answers had been certain to be right",
        |run| Cell::U64(run.placeable_without[4]),
    ),
    C::count(
        "placeable_with_none",
        "number of declined jobs that would have been placed on the same offers with the method `none`",
        |run| Cell::U64(run.placeable_with_none),
    ),
    C::number("killed_by_verification_share", "", "share of all jobs that verification killed", |run| {
        Cell::F64(run.placeable_without[3] as f64 / run.jobs as f64)
    })
    .nullable()
    .formula("placeable_without_verification / jobs"),
    C::count(
        "killed_by_verification_cost",
        "number of jobs that verification killed by its cost: placeable without verification, and with no check at all",
        |run| Cell::U64(run.killed_by_cost),
    ),
    C::number(
        "killed_by_verification_cost_share",
        "",
        "share of all jobs that verification killed by its cost, and not because they needed a check",
        |run| Cell::F64(run.killed_by_cost as f64 / run.jobs as f64),
    )
    .nullable()
    .formula("killed_by_verification_cost / jobs"),
    C::count("used", "number of jobs whose answer was used", |run| Cell::U64(run.used)),
    C::count("used_wrong", "number of jobs whose wrong answer was used", |run| Cell::U64(run.used_wrong)),
    C::count("checks", "number of checks that took place", |run| Cell::U64(run.checks[0])),
    C::count("alarms", "number of checks that raised an alarm", |run| Cell::U64(run.checks[1])),
    C::count("wrong_checked", "number of wrong answers that were checked", |run| Cell::U64(run.found[0])),
    C::count("wrong_alarmed", "number of wrong answers whose checks raised an alarm", |run| Cell::U64(run.found[1])),
    C::count("right_checked", "number of right answers that were checked", |run| Cell::U64(run.found[2])),
    C::count("right_alarmed", "number of right answers whose checks raised an alarm", |run| Cell::U64(run.found[3])),
    C::count("renegotiations", "number of times that a price was agreed anew while a job waited", |run| {
        Cell::U64(run.renegotiations)
    }),
    C::number("slippage", "credit", "last price less first price, added up over all placed jobs", |run| {
        Cell::F64(Summary::credits(run.slippage))
    }),
    C::number("charged_compute", "credit", "amount that requesters paid for computing", |run| {
        Cell::F64(Summary::credits(run.charged_by_channel[0]))
    }),
    C::number("charged_coordination", "credit", "amount that requesters paid to the chain", |run| {
        Cell::F64(Summary::credits(run.charged_by_channel[1]))
    }),
    C::number(
        "charged_verification",
        "credit",
        "amount that requesters paid for checks, proofs, copies and work beyond that of the answer",
        |run| Cell::F64(Summary::credits(run.charged_by_channel[2])),
    ),
    C::number("shortfall", "credit", "amount that revocations could not bring back", |run| {
        Cell::F64(Summary::credits(run.shortfall))
    }),
    C::number("slashed", "token", "stake that was slashed", |run| Cell::F64(Summary::credits(run.slashed))),
    C::count("revoked", "number of accepted answers that were revoked", |run| Cell::U64(run.revoked)),
    C::number("checker_income", "credit", "amount that validators and provers earned over the whole run", |run| {
        Cell::F64(Summary::credits(run.nodes.checkers_income))
    }),
    C::number(
        "checker_cost",
        "credit",
        "cost to validators and provers of their busy time over the whole run",
        |run| Cell::F64(run.nodes.checkers_cost * 1e-6),
    ),
    C::number("checks_waiting_mean", "", "mean number of checks and proofs waiting", |run| {
        Cell::F64(run.mean_level(|gauge| gauge.checks_waiting_area))
    })
    .nullable(),
    C::number("utilisation", "", utilised!("working nodes", "after the warm-up"), |run| number(run.utilisation()))
        .nullable(),
    C::number("checks_utilisation", "", utilised!("working checkers", "after the warm-up"), |run| {
        number(run.checks_utilisation())
    })
    .nullable(),
];

const WELFARE: [C; 7] = [
    C::number(
        "welfare",
        "credit",
        "worth of the whole run to all together: delivered less harm less resources",
        |run| Cell::F64(Summary::credits(run.welfare.total())),
    )
    .formula("welfare_delivered − welfare_harm − welfare_resources"),
    C::number(
        "welfare_delivered",
        "credit",
        "worth of all right answers when they were used, over the whole run",
        |run| Cell::F64(Summary::credits(run.welfare.delivered)),
    ),
    C::number("welfare_harm", "credit", "loss from all wrong answers in use, over the whole run", |run| {
        Cell::F64(Summary::credits(run.welfare.harm))
    }),
    C::number(
        "welfare_resources",
        "credit",
        "cost of the busy time of all nodes, validators and provers over the whole run, called-off work included",
        |run| Cell::F64(Summary::credits(run.welfare.resources)),
    ),
    C::number(
        "welfare_requesters",
        "credit",
        "part of the welfare that is left to requesters after what they paid",
        |run| Cell::F64(Summary::credits(run.welfare.requesters)),
    ),
    C::number(
        "welfare_suppliers",
        "credit",
        "part of the welfare that is left to nodes, validators and provers after their costs",
        |run| Cell::F64(Summary::credits(run.welfare.suppliers)),
    ),
    C::number("welfare_others", "credit", "part of the welfare that went to the treasury or was destroyed", |run| {
        Cell::F64(Summary::credits(run.welfare.others))
    })
    .formula("welfare − welfare_requesters − welfare_suppliers"),
];

const ACCEPTED: [C; 6] = durations!(accepted "time from the request to acceptance":
    "accepted_mean_s" "accepted_deviation_s" "accepted_p50_ns" "accepted_p90_ns" "accepted_p95_ns" "accepted_p99_ns");
const FINALITY: [C; 6] = durations!(finality "time from the request to finality":
    "finality_mean_s" "finality_deviation_s" "finality_p50_ns" "finality_p90_ns" "finality_p95_ns" "finality_p99_ns");
const TRUST_GAP: [C; 6] = durations!(trust_gap "time from use to finality":
    "trust_gap_mean_s" "trust_gap_deviation_s" "trust_gap_p50_ns" "trust_gap_p90_ns" "trust_gap_p95_ns"
    "trust_gap_p99_ns");

const PLAIN: [C; 127] = joined(&[
    &REST,
    &FATES,
    &CAUSES,
    &VERIFIED,
    &RESPONSE,
    &FIRST_TOKEN,
    &WAIT,
    &SERVICE,
    &ACCEPTED,
    &FINALITY,
    &TRUST_GAP,
    &WELFARE,
    &ABOUT,
]);

static ALL: [C; PLAIN.len() + AGREEMENT.len() + SUSPECTS.len() + RELIED.len() + INHERITED.len() + DECIDED.len()] =
    joined(&[&PLAIN, &AGREEMENT, &SUSPECTS, &RELIED, &INHERITED, &DECIDED]);

const ABOUT: [C; 6] = [
    C::text("name", "name of the scenario", |run| about(run, |about| Cell::Text(&about.name))).nullable(),
    C::count("seed", "seed of all random numbers", |run| about(run, |about| Cell::U64(about.seed.root))).nullable(),
    C::count("replication", "replication of the seed; 0 is the seed itself", |run| {
        about(run, |about| Cell::U64(about.seed.replication))
    })
    .nullable(),
    C::text("version", "version of the program that wrote the run", |run| {
        about(run, |_| Cell::Text(env!("CARGO_PKG_VERSION")))
    })
    .nullable(),
    C::text("digest", "digest of all events of the run", |run| about(run, |about| Cell::Text(&about.digest)))
        .nullable(),
    C::text(
        "trace_start",
        "date and time in UTC at which the first trace starts; missing without a trace of dates",
        |run| about(run, |about| about.trace_start.as_deref().into()),
    )
    .nullable(),
];

fn about<'a>(run: &'a Summary, cell: fn(&'a About) -> Cell<'a>) -> Cell<'a> {
    run.about.as_ref().map_or(Cell::Null, cell)
}

/// The run in one row.
pub static SUMMARY: Table<Summary> = Table { name: "summary", grain: "one row per run", columns: &ALL };

/// The table of a run that has measured these beside what every run has.
macro_rules! with {
    ($($part:ident),*) => {{
        const COLUMNS: [C; PLAIN.len() $(+ $part.len())*] = joined(&[&PLAIN $(, &$part)*]);
        static TABLE: Table<Summary> = Table { name: "summary", grain: SUMMARY.grain, columns: &COLUMNS };
        &TABLE
    }};
}

/// What a scenario measures beside what every run has.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Agreement.
    pub agreement: bool,
    /// The causes of used wrong answers.
    pub causes: bool,
    /// Where trust in used answers sits.
    pub reliance: bool,
    /// What becomes of used results.
    pub results: bool,
    /// Decisions of probes.
    pub probes: bool,
}

/// The table of a run: what every run has, and what its scenario has measured beside.
pub fn summary_of(run: &Summary) -> &'static Table<Summary> {
    let (agreement, reliance) = (run.end.agreement.is_some(), run.reliance.is_some());
    let (results, probes) = (run.results.is_some(), run.probed.is_some());
    summary_with(Beside { agreement, causes: run.has_causes, reliance, results, probes })
}

/// The tables that have these parts, and of the rest what is measured.
macro_rules! or_with {
    ($of:expr => $($part:ident),*) => {
        match ($of.reliance, $of.results, $of.probes) {
            (false, false, false) => with!($($part),*),
            (true, false, false) => with!($($part,)* RELIED),
            (false, true, false) => with!($($part,)* INHERITED),
            (true, true, false) => with!($($part,)* RELIED, INHERITED),
            (false, false, true) => with!($($part,)* DECIDED),
            (true, false, true) => with!($($part,)* RELIED, DECIDED),
            (false, true, true) => with!($($part,)* INHERITED, DECIDED),
            (true, true, true) => with!($($part,)* RELIED, INHERITED, DECIDED),
        }
    };
}

/// The table of runs that measure these.
pub fn summary_with(beside: Beside) -> &'static Table<Summary> {
    match (beside.agreement, beside.causes) {
        (false, false) => or_with!(beside =>),
        (true, false) => or_with!(beside => AGREEMENT),
        (false, true) => or_with!(beside => SUSPECTS),
        (true, true) => or_with!(beside => AGREEMENT, SUSPECTS),
    }
}

fn number(value: Option<f64>) -> Cell<'static> {
    value.map_or(Cell::Null, Cell::F64)
}

fn quantile(durations: &Durations, share: f64) -> Cell<'static> {
    durations.grid.quantile(share).map(SimDuration).into()
}
