//! Every column of a study's tables, declared once: the files and the dictionary come from these lists.
//!
//! Which columns a table has depends on the study: one for each axis, some for each measure. They are declared by patterns in
//! which `AXIS` stands for the name of an axis' column, `MEASURE` for that of a measure, `SEARCHED` for that of the axis
//! along which a search goes.

use crate::parquet::Kind;
use crate::record::columns::Words;
use crate::stats::interval::Paired;

use super::Study;
use super::axis::Shown;
use super::course::{Point, Row};
use super::design::Design;
use super::design::frontier::SearchOutcome;
use super::differences::Difference;
use super::fork::passing::PassThrough;
use super::fork::responses::Response;

use super::replicate::Stopped;
use super::results::{Judged, Mean, SearchLine};

/// What a row of a table is taken from.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) study: &'a Study,
    pub(super) point: usize,
    /// The values of the axes.
    pub(super) cells: &'a [&'a Shown],
    pub(super) of: Of<'a>,
    /// The class of job, in tables by class.
    pub(super) class: &'a str,
}

/// The grain of a row.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Run(&'a Point, &'a Row),
    Point(&'a [Row], &'a [Mean]),
    Pair(&'a Difference),
    Line(&'a SearchLine),
    /// A bin of an arm of a fork of a run: the row, the instant, the arm, the bin.
    Fork(&'a Row, (usize, usize, usize)),
    /// A bin of a response.
    Bin(&'a Response, usize),
    /// A whole response.
    Response(&'a Response),
    /// How a full price followed a supply.
    Passing(&'a PassThrough),
    /// A claim at one place.
    Verdict(&'a Judged),
}

/// One value.
pub(super) enum Value {
    Count(u64),
    Number(Option<f64>),
    Flag(bool),
    Text(Option<String>),
}

/// How a column is filled, and how many there are of its kind.
pub(super) enum Fill {
    One(fn(&Entry<'_>) -> Value),
    Axes,
    Measures(fn(&Entry<'_>, usize) -> Value),
}

/// A column, or a pattern of columns.
pub(super) struct Declared {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) meaning: &'static str,
    pub(super) formula: &'static str,
    pub(super) words: Words,
    pub(super) fill: Fill,
}

/// A table.
pub(super) struct Declaration {
    pub(super) name: &'static str,
    pub(super) grain: &'static str,
    pub(super) columns: &'static [Declared],
}

pub(super) const fn one(
    name: &'static str,
    kind: Kind,
    meaning: &'static str,
    fill: fn(&Entry<'_>) -> Value,
) -> Declared {
    Declared { name, kind, nullable: false, meaning, formula: "", words: &[], fill: Fill::One(fill) }
}

pub(super) const fn each(
    name: &'static str,
    kind: Kind,
    meaning: &'static str,
    fill: fn(&Entry<'_>, usize) -> Value,
) -> Declared {
    Declared { name, kind, nullable: false, meaning, formula: "", words: &[], fill: Fill::Measures(fill) }
}

impl<'a> Entry<'a> {
    fn run(&self) -> (&'a Point, &'a Row) {
        let Of::Run(point, row) = self.of else { unreachable!("a column of runs in another table") };
        (point, row)
    }

    fn means(&self) -> (&'a [Row], &'a [Mean]) {
        let Of::Point(rows, means) = self.of else { unreachable!("a column of means in another table") };
        (rows, means)
    }

    fn pair(&self) -> &'a Difference {
        let Of::Pair(pair) = self.of else { unreachable!("a column of pairs in another table") };
        pair
    }

    fn line(&self) -> &'a SearchLine {
        let Of::Line(line) = self.of else { unreachable!("a column of lines in another table") };
        line
    }

    pub(super) fn judged(&self) -> &'a Judged {
        let Of::Verdict(judged) = self.of else { unreachable!("a column of verdicts in another table") };
        judged
    }

    fn paired(&self, measure: usize, value: fn(&Paired) -> Option<f64>) -> Value {
        Value::Number(self.pair().measures[measure].as_ref().and_then(value))
    }
}

impl Declared {
    pub(super) const fn nullable(self) -> Declared {
        Declared { nullable: true, ..self }
    }

    pub(super) const fn words(self, words: Words) -> Declared {
        Declared { words, ..self }
    }

    pub(super) const fn formula(self, formula: &'static str) -> Declared {
        Declared { formula, ..self }
    }
}

pub(super) const POINT: Declared =
    one("point", Kind::U64, "number of the point, from 0", |entry| Value::Count(entry.point as u64));
pub(super) const AXES: Declared = Declared {
    name: "AXIS",
    kind: Kind::Text,
    nullable: false,
    meaning: "value of the axis at the point, as a number where all values are numbers",
    formula: "",
    words: &[],
    fill: Fill::Axes,
};
const CLASS: Declared =
    one("class", Kind::Text, "class of the jobs", |entry| Value::Text(Some(entry.class.to_owned())));
pub(super) const REPLICATION: Declared = one(
    "replication",
    Kind::U64,
    "number of the replication, from 0; equal replications of two points share random numbers",
    |entry| match entry.of {
        Of::Run(_, row) | Of::Fork(row, _) => Value::Count(row.replication),
        _ => unreachable!("a column of runs in another table"),
    },
);
const MEASURE: Declared =
    each("MEASURE", Kind::F64, "value of the measure in the run, in the unit of its columns", |entry, at| {
        let outcome = entry.run().1.outcome.as_ref();
        Value::Number(outcome.ok().and_then(|measured| measured.values[at]))
    })
    .nullable();
const MEAN: Declared =
    each("MEASURE_mean", Kind::F64, "mean of the measure over the runs that have it", |entry, at| {
        Value::Number(entry.means().1[at].mean)
    })
    .nullable();
const MEAN_HALF: Declared = each(
    "MEASURE_half_width",
    Kind::F64,
    "half the width of the 95 % interval of the mean; missing for fewer than two runs",
    |e, at| Value::Number(e.means().1[at].half_width),
)
.nullable()
.formula("t(n − 1, 0.975) · s / √n");
const MEAN_LOW: Declared = each(
    "MEASURE_low",
    Kind::F64,
    "lower end of the 95 % interval of the mean; missing where runs do not differ",
    |entry, at| Value::Number(entry.means().1[at].ends[0]),
)
.nullable();
const MEAN_HIGH: Declared = each(
    "MEASURE_high",
    Kind::F64,
    "upper end of the 95 % interval of the mean; missing where runs do not differ",
    |entry, at| Value::Number(entry.means().1[at].ends[1]),
)
.nullable();
const MEAN_N: Declared = each("MEASURE_n", Kind::U64, "number of runs that have the measure", |entry, at| {
    Value::Count(entry.means().1[at].n)
});
const BASELINE: Declared =
    one("baseline_point", Kind::U64, "number of the point that the row is compared with", |entry| {
        Value::Count(entry.pair().baseline as u64)
    });
const DIFFERENCE: Declared = each(
    "MEASURE_difference",
    Kind::F64,
    "mean difference of the measure, point less baseline, over pairs of runs",
    |e, at| e.paired(at, |paired| Some(paired.difference.mean)),
)
.nullable();
const DIFFERENCE_HALF: Declared =
    each("MEASURE_half_width", Kind::F64, "half the width of the 95 % interval of the mean difference", |entry, at| {
        entry.paired(at, |paired| Some(paired.difference.half_width))
    })
    .nullable()
    .formula("t(n − 1, 0.975) · s / √n, of the differences");
const REDUCTION: Declared = each(
    "MEASURE_variance_reduction",
    Kind::F64,
    "factor by which shared random numbers cut the runs needed; missing where the differences are constant",
    |entry, at| entry.paired(at, |paired| paired.variance_reduction),
)
.nullable()
.formula("(s₁² + s₂²) / s₁₋₂²");
const PAIRS: Declared = each("MEASURE_n", Kind::U64, "number of pairs of runs that have the measure", |entry, at| {
    Value::Count(entry.pair().measures[at].map_or(0, |paired| paired.difference.n))
});

pub(super) static POINTS: Declaration = Declaration {
    name: "points",
    grain: "one row per point and replication of a study",
    columns: &[
        POINT,
        AXES,
        REPLICATION,
        MEASURE,
        one("digest", Kind::Text, "digest of all events of the run; missing where the run failed", |entry| {
            Value::Text(entry.run().1.outcome.as_ref().ok().map(|measured| measured.digest.clone()))
        })
        .nullable(),
        one("error", Kind::Text, "reason for which the run failed", |entry| {
            Value::Text(entry.run().1.outcome.as_ref().err().cloned())
        })
        .nullable(),
        one("reproduce", Kind::Text, "command that repeats a failed run by itself", |entry| {
            let (point, row) = entry.run();
            let again = || entry.study.reproduction(&entry.study.table.base, point, row.replication);
            Value::Text(row.outcome.is_err().then(again))
        })
        .nullable(),
    ],
};

pub(super) static POINTS_BY_CLASS: Declaration = Declaration {
    name: "points_by_class",
    grain: "one row per point, replication and class of job of a study, with the measures asked for of every class",
    columns: &[POINT, AXES, REPLICATION, CLASS, MEASURE],
};

pub(super) static MEANS: Declaration = Declaration {
    name: "means",
    grain: "one row per point of a study",
    columns: &[
        POINT,
        AXES,
        one("runs", Kind::U64, "number of runs of the point", |entry| Value::Count(entry.means().0.len() as u64)),
        one("runs_failed", Kind::U64, "number of runs of the point that failed", |entry| {
            Value::Count(entry.means().0.iter().filter(|row| row.outcome.is_err()).count() as u64)
        }),
        one(
            "stopped",
            Kind::Text,
            "reason for which a point got no more runs; missing where their number is fixed",
            |entry| {
                let (rows, _) = entry.means();
                Value::Text(stopped(entry.study, rows).map(|stopped| stopped.name().to_owned()))
            },
        )
        .words(Stopped::WORDS)
        .nullable(),
        MEAN,
        MEAN_HALF,
        MEAN_LOW,
        MEAN_HIGH,
        MEAN_N,
    ],
};

/// Why a point was run no more.
pub(super) fn stopped(study: &Study, rows: &[Row]) -> Option<Stopped> {
    let judged: Vec<f64> = rows.iter().filter_map(|row| row.outcome.as_ref().ok()?.values[0]).collect();
    let failed = rows.iter().filter(|row| row.outcome.is_err()).count();
    match study.design {
        Design::Listed(_) => study.replications.stopped(&judged, rows.len() as u64, failed as u64),
        Design::Frontier(_) => None,
    }
}

pub(super) static MEANS_BY_CLASS: Declaration = Declaration {
    name: "means_by_class",
    grain: "one row per point and class of job of a study, with the measures asked for of every class",
    columns: &[POINT, AXES, CLASS, MEAN, MEAN_HALF, MEAN_LOW, MEAN_HIGH, MEAN_N],
};

pub(super) static DIFFERENCES: Declaration = Declaration {
    name: "differences",
    grain: "one row per point of a study that has a baseline, paired with it replication by replication",
    columns: &[POINT, AXES, BASELINE, DIFFERENCE, DIFFERENCE_HALF, REDUCTION, PAIRS],
};

pub(super) static DIFFERENCES_BY_CLASS: Declaration = Declaration {
    name: "differences_by_class",
    grain: "one row per point of a study that has a baseline, and class of job, with the measures asked for of every class",
    columns: &[POINT, AXES, CLASS, BASELINE, DIFFERENCE, DIFFERENCE_HALF, REDUCTION, PAIRS],
};

pub(super) static FRONTIER: Declaration = Declaration {
    name: "frontier",
    grain: "one row per line of a search: a combination of the axes that are not searched",
    columns: &[
        AXES,
        one("found", Kind::Text, "way in which the search ended", |entry| {
            Value::Text(Some(entry.line().crossing.found.name().to_owned()))
        })
        .words(SearchOutcome::WORDS),
        one("SEARCHED", Kind::F64, "value at which the mean of the first measure crosses the level", |entry| {
            Value::Number(entry.line().values[0])
        })
        .nullable(),
        one(
            "SEARCHED_low",
            Kind::F64,
            "lower end of the 95 % interval of the crossing; missing where it is open",
            |entry| Value::Number(entry.line().values[1]),
        )
        .nullable(),
        one(
            "SEARCHED_high",
            Kind::F64,
            "upper end of the 95 % interval of the crossing; missing where it is open",
            |entry| Value::Number(entry.line().values[2]),
        )
        .nullable(),
        one("probes", Kind::U64, "number of points that the search tried", |entry| Value::Count(entry.line().probes)),
        one("runs", Kind::U64, "number of runs of these points", |entry| Value::Count(entry.line().runs)),
        one("runs_failed", Kind::U64, "number of these runs that failed; with any the search is `failed`", |entry| {
            Value::Count(entry.line().failed)
        }),
    ],
};
