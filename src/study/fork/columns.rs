//! The columns of the tables of a study that forks its runs, declared once.

use crate::engine::time::SimDuration;
use crate::parquet::Kind;

use super::super::columns::{AXES, Declaration, Declared, Entry, Of, POINT, REPLICATION, Value, each, one};
use super::Fork;
use super::passing::{PassThrough, name};
use super::responses::{Bin, Response};

/// What a row of these tables is taken from.
impl Entry<'_> {
    fn fork(&self) -> &Fork {
        self.study.fork.as_ref().expect("a table of forks in a study that has them")
    }

    fn arm(&self) -> Value {
        let arm = match self.of {
            Of::Fork(_, (_, arm, _)) => arm,
            Of::Bin(response, _) | Of::Response(response) => response.arm,
            _ => unreachable!("a column of forks in another table"),
        };
        Value::Text(Some(self.fork().arms()[arm].to_owned()))
    }

    fn response(&self) -> &Response {
        match self.of {
            Of::Bin(response, _) | Of::Response(response) => response,
            _ => unreachable!("a column of responses in another table"),
        }
    }

    fn bin(&self) -> &Bin {
        match self.of {
            Of::Bin(response, bin) => &response.bins[bin],
            _ => unreachable!("a column of bins in another table"),
        }
    }

    /// The end of a bin, in seconds since the fork.
    fn ends(&self, bin: usize) -> f64 {
        self.seconds(bin + 1)
    }

    /// So many bins, in seconds.
    fn seconds(&self, bins: usize) -> f64 {
        SimDuration(self.fork().bin.0 * bins as u64).seconds()
    }

    fn passing(&self) -> &PassThrough {
        let Of::Passing(passing) = self.of else { unreachable!("a column of pass-throughs in another table") };
        passing
    }

    /// What of the largest bin.
    fn peak(&self, of: fn(&Bin) -> Option<f64>) -> Value {
        let response = self.response();
        Value::Number(response.whole.peak.and_then(|peak| of(&response.bins[peak])))
    }
}

const BRANCH: Declared = one(
    "branch",
    Kind::Text,
    "name of the branch; the placebos are `fresh`, of new draws, and `random …`, of other parties",
    |entry| entry.arm(),
);
const MEASURE: Declared =
    one("measure", Kind::Text, "name of the measure, a column of the series or a formula of them", |entry| {
        Value::Text(Some(entry.study.measures[entry.response().measure].name.clone()))
    });
const SINCE: Declared = one("since_s", Kind::F64, "end of the bin, in seconds since the fork", |entry| {
    let bin = match entry.of {
        Of::Fork(_, (_, _, bin)) | Of::Bin(_, bin) => bin,
        _ => unreachable!("a column of bins in another table"),
    };
    Value::Number(Some(entry.ends(bin)))
});

/// What is said of intervals over runs.
const HALF: &str = "t(n − 1, 0.975) · s / √n over the runs, each with the mean of its forks";

pub(in super::super) static FORKS: Declaration = Declaration {
    name: "forks",
    grain: "one row per point, replication, fork, branch and bin of a study that forks its runs",
    columns: &[
        POINT,
        AXES,
        REPLICATION,
        one("fork_s", Kind::F64, "instant of the fork, in seconds since the start of the run", |entry| {
            let Of::Fork(row, (instant, _, _)) = entry.of else { unreachable!("a column of forks in another table") };
            let seed = crate::engine::random::Seed { root: entry.study.seed, replication: row.replication };
            Value::Number(Some(entry.fork().instants.of(seed)[instant].seconds()))
        }),
        one(
            "branch",
            Kind::Text,
            "name of the branch; the trunk is `trunk`, the placebos are `fresh` and `random …`",
            |entry| entry.arm(),
        ),
        SINCE,
        each(
            "MEASURE",
            Kind::F64,
            "the measure over the bin, from the bin's start to its end; missing where it has no value",
            |entry, measure| {
                let Of::Fork(row, (instant, arm, bin)) = entry.of else { unreachable!("a column of forks") };
                let place = entry.fork().place(entry.study.measures.len(), (instant, arm, bin, measure));
                Value::Number(row.outcome.as_ref().ok().and_then(|measured| measured.values[place]))
            },
        )
        .nullable(),
    ],
};

pub(in super::super) static RESPONSES: Declaration = Declaration {
    name: "responses",
    grain: "one row per point, branch, measure and bin of a study that forks its runs",
    columns: &[
        POINT,
        AXES,
        BRANCH,
        MEASURE,
        SINCE,
        one("trunk_mean", Kind::F64, "mean of the measure in the trunk, over all forks", |entry| {
            Value::Number(entry.bin().means[0])
        })
        .nullable(),
        one("branch_mean", Kind::F64, "mean of the measure in the branch, over all forks", |entry| {
            Value::Number(entry.bin().means[1])
        })
        .nullable(),
        one("difference", Kind::F64, "mean of branch − trunk, over the runs", |entry| {
            Value::Number(entry.bin().difference)
        })
        .nullable(),
        one("half_width", Kind::F64, "half the width of the 95 % interval of the mean difference", |entry| {
            Value::Number(entry.bin().half_width)
        })
        .nullable()
        .formula(HALF),
        one("runs", Kind::U64, "number of runs that have the difference", |entry| Value::Count(entry.bin().runs)),
        one("forks", Kind::U64, "number of forks that have the difference", |entry| Value::Count(entry.bin().forks)),
        one(
            "variance_ratio",
            Kind::F64,
            "variance of branch − trunk over all forks, by that of the placebo; missing where the placebo does not vary",
            |entry| Value::Number(entry.bin().variance_ratio),
        )
        .nullable()
        .formula("s²(branch − trunk) / s²(fresh − trunk)"),
        one(
            "is_paired",
            Kind::Bool,
            "whether no bin since the fork has had a variance ratio above ½",
            |entry| Value::Flag(entry.bin().is_paired),
        ),
    ],
};

pub(in super::super) static PEAKS: Declaration = Declaration {
    name: "peaks",
    grain: "one row per point, branch and measure of a study that forks its runs",
    columns: &[
        POINT,
        AXES,
        BRANCH,
        MEASURE,
        one("mean", Kind::F64, "mean of branch − trunk over the whole span", |entry| {
            Value::Number(entry.response().whole.mean)
        })
        .nullable(),
        one("half_width", Kind::F64, "half the width of the 95 % interval of that mean", |entry| {
            Value::Number(entry.response().whole.half_width)
        })
        .nullable()
        .formula(HALF),
        one(
            "peak",
            Kind::F64,
            "largest mean difference of a bin, by its size; missing where nothing differs",
            |entry| entry.peak(|bin| bin.difference),
        )
        .nullable(),
        one(
            "peak_half_width",
            Kind::F64,
            "half the width of the 95 % interval of the difference in that bin",
            |entry| entry.peak(|bin| bin.half_width),
        )
        .nullable()
        .formula(HALF),
        one("peak_s", Kind::F64, "end of that bin, in seconds since the fork", |entry| {
            Value::Number(entry.response().whole.peak.map(|peak| entry.ends(peak)))
        })
        .nullable(),
        one(
            "half_life_s",
            Kind::F64,
            "seconds from that bin to the first whose difference is at most half as large; missing where none is",
            |entry| Value::Number(entry.response().whole.half_life.map(|bins| entry.seconds(bins))),
        )
        .nullable(),
        one("paired_s", Kind::F64, "seconds since the fork in which no bin has a variance ratio above ½", |entry| {
            Value::Number(Some(entry.seconds(entry.response().whole.paired)))
        }),
    ],
};

pub(in super::super) static PASSING: Declaration = Declaration {
    name: "pass-through",
    grain: "one row per point, channel whose supply is cut, channel and window of a study with a pass-through",
    columns: &[
        POINT,
        AXES,
        one("supply_of", Kind::Text, "channel whose supply is cut", |entry| {
            Value::Text(Some(name(entry.passing().cut).to_owned()))
        }),
        one("price_of", Kind::Text, "channel whose full price it is", |entry| {
            Value::Text(Some(name(entry.passing().priced).to_owned()))
        }),
        one("from_s", Kind::F64, "start of the window, in seconds since the fork", |entry| {
            Value::Number(Some(entry.seconds(entry.passing().bins.start)))
        }),
        one("to_s", Kind::F64, "end of the window, in seconds since the fork", |entry| {
            Value::Number(Some(entry.seconds(entry.passing().bins.end)))
        }),
        one("log_supply", Kind::F64, "mean change of the logarithm of the supply", |entry| {
            Value::Number(entry.passing().passed.supply)
        })
        .nullable()
        .formula("log supply of the branch − log supply of the trunk"),
        one("pass_through", Kind::F64, "change of the log full price per change of the log supply", |entry| {
            Value::Number(entry.passing().passed.mean)
        })
        .nullable()
        .formula("Δ log full price / Δ log supply, the mean over runs"),
        one("half_width", Kind::F64, "half the width of the 95 % interval of that mean", |entry| {
            Value::Number(entry.passing().passed.half_width)
        })
        .nullable()
        .formula(HALF),
        one("runs", Kind::U64, "number of runs that have it", |entry| Value::Count(entry.passing().passed.runs)),
    ],
};
