//! What `summary` says of the decisions of probes, where the scenario asks probes.

use crate::domain::probe::{Change, Ending};
use crate::engine::time::SimDuration;
use crate::record::columns::{Cell, Column};
use crate::record::decisions::Lives;
use crate::record::encounters::{Differences, Encounters};
use crate::record::tally::Summary;

type C = Column<Summary>;

const HOUR: SimDuration = SimDuration(3_600 * SimDuration::SECOND.0);

/// What a column tells, and that not every run has it.
macro_rules! asked {
    ($meaning:expr) => {
        concat!($meaning, "; only where the scenario has `record.probes`")
    };
}

/// How long decisions live that one thing may end.
macro_rules! lives {
    ($ending:ident $what:literal: $count:literal $half:literal $kept:literal) => {
        [
            C::count($count, asked!(concat!("number of decisions that may end once ", $what)), |run| {
                lives(run, Ending::$ending).map_or(Cell::Null, |lives| Cell::U64(lives.counts()[1]))
            })
            .nullable(),
            C::span($half, asked!(concat!("time by which half end, once ", $what, "; missing otherwise")), |run| {
                lives(run, Ending::$ending).and_then(Lives::half_life).into()
            })
            .nullable()
            .formula("median of the product-limit estimate over the rows of `decisions`"),
            C::number($kept, "", asked!(concat!("share that lives longer than an hour, until ", $what)), |run| {
                lives(run, Ending::$ending).and_then(|lives| lives.kept(HOUR)).map_or(Cell::Null, Cell::F64)
            })
            .nullable()
            .formula("product-limit estimate at one hour"),
        ]
    };
}

/// Which share of the decisions that ended was ended by one change, and was spared without it.
macro_rules! ended_by {
    ($change:ident $what:literal: $alone:literal $spared:literal) => {
        [
            C::number(
                $alone,
                "",
                asked!(concat!("share of ended decisions that ", $what, " would have ended")),
                |run| share(run, Change::$change, 0),
            )
            .nullable(),
            C::number(
                $spared,
                "",
                asked!(concat!("share of ended decisions that ", $what, " would have spared")),
                |run| share(run, Change::$change, 1),
            )
            .nullable(),
        ]
    };
}

/// What is met so much later.
macro_rules! later {
    ($lag:literal $place:literal $when:literal) => {
        [
            C::count(
                concat!("again_pairs_", $lag),
                asked!(concat!("number of pairs of quotes of one probe, ", $when)),
                |run| found(run, $place).map_or(Cell::Null, |found| Cell::U64(found.pairs)),
            )
            .nullable(),
            C::number(
                concat!("again_other_answer_", $lag),
                "",
                asked!(concat!("share of pairs of which one would be placed, ", $when)),
                |run| found(run, $place).map_or(Cell::Null, |found| part(found.other_answer, found.pairs)),
            )
            .nullable(),
            C::number(
                concat!("again_other_node_", $lag),
                "",
                asked!(concat!("share of pairs in which another node leaves the most, ", $when)),
                |run| other(run, $place, 0),
            )
            .nullable(),
            C::number(
                concat!("again_other_method_", $lag),
                "",
                asked!(concat!("share of pairs in which another method leaves the most, ", $when)),
                |run| other(run, $place, 1),
            )
            .nullable(),
            C::number(
                concat!("again_other_price_", $lag),
                "",
                asked!(concat!("share of pairs with another full price (by 5 %), ", $when)),
                |run| other(run, $place, 2),
            )
            .nullable(),
            C::number(
                concat!("encounter_compute_", $lag),
                "",
                asked!(concat!("mean absolute difference of the log full price of computing, ", $when)),
                |run| distance(run, $place, 0),
            )
            .nullable(),
            C::number(
                concat!("encounter_coordination_", $lag),
                "",
                asked!(concat!("mean absolute difference of the log full price of coordination, ", $when)),
                |run| distance(run, $place, 1),
            )
            .nullable(),
            C::number(
                concat!("encounter_verification_", $lag),
                "",
                asked!(concat!("mean absolute difference of the log full price of verification, ", $when)),
                |run| distance(run, $place, 2),
            )
            .nullable(),
            C::count(
                concat!("encounter_left_out_", $lag),
                asked!(concat!("number of full prices left out because one is zero, ", $when)),
                |run| found(run, $place).map_or(Cell::Null, |found| Cell::U64(found.left_out)),
            )
            .nullable(),
        ]
    };
}

const NEAR: [C; 3] = lives!(Near "keeping one costs 5 %":
    "decisions_near" "half_life_near_ns" "kept_hour_near");
const FAR: [C; 3] = lives!(Far "keeping one costs 20 %":
    "decisions_far" "half_life_far_ns" "kept_hour_far");
const CHOICE: [C; 3] = lives!(Choice "another would be taken":
    "decisions_choice" "half_life_choice_ns" "kept_hour_choice");
const PRICES: [C; 2] = ended_by!(Prices "prices alone": "ended_by_prices" "spared_by_prices");
const QUEUES: [C; 2] = ended_by!(Queues "delays alone": "ended_by_queues" "spared_by_queues");
const OPINIONS: [C; 2] = ended_by!(Opinions "opinions alone": "ended_by_opinions" "spared_by_opinions");
const SUPPLY: [C; 2] = ended_by!(Supply "supply alone": "ended_by_supply" "spared_by_supply");
const SEVERAL: [C; 2] = ended_by!(Several "each of several changes": "ended_by_several" "spared_by_several");
const JOINT: [C; 2] = ended_by!(Joint "no change alone": "ended_by_joint" "spared_by_joint");
const TICK: [C; 9] = later!("tick" 0 "a tick apart");
const LATER: [C; 9] = later!("hour" 1 "an hour apart");
const NEXT_DAY: [C; 9] = later!("day" 2 "a day apart");

/// The columns of `summary` on decisions of probes.
pub(super) const DECIDED: [C; 48] = super::joined(&[
    &NEAR, &FAR, &CHOICE, &PRICES, &QUEUES, &OPINIONS, &SUPPLY, &SEVERAL, &JOINT, &TICK, &LATER, &NEXT_DAY,
]);

fn lives(run: &Summary, ending: Ending) -> Option<&Lives> {
    run.probed.as_ref().map(|probed| &probed.decisions.lives[ending as usize])
}

fn found(run: &Summary, lag: usize) -> Option<&Differences> {
    let lag: Option<&Encounters> = run.probed.as_ref().and_then(|probed| probed.lags.0[lag].as_ref());
    lag.map(|lag| &lag.found)
}

fn part(of: u64, all: u64) -> Cell<'static> {
    if all == 0 { Cell::Null } else { Cell::F64(of as f64 / all as f64) }
}

fn other(run: &Summary, lag: usize, which: usize) -> Cell<'static> {
    found(run, lag).map_or(Cell::Null, |found| part(found.other[which], found.quoted))
}

fn distance(run: &Summary, lag: usize, channel: usize) -> Cell<'static> {
    found(run, lag).and_then(|found| found.distance(channel)).map_or(Cell::Null, Cell::F64)
}

fn share(run: &Summary, change: Change, which: usize) -> Cell<'static> {
    let Some(probed) = &run.probed else { return Cell::Null };
    let counts = [&probed.decisions.alone, &probed.decisions.spared][which];
    part(counts[change as usize], counts.iter().sum())
}
