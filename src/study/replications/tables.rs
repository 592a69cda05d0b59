//! The tables of replications: a row for each run, a row for each run and class, a row for each mean.

use crate::parquet::Kind;
use crate::record::columns::{self, ColumnDescription, TableDescription};
use crate::stats::replicated::{Method, Replicated};
use crate::study::course::Measured;
use crate::study::measure::Measure;
use crate::study::tables::{Column, Table};

use super::{Mean, Sample};

impl Sample {
    pub(super) fn tables(&self) -> Vec<Table> {
        let numbers = || (0..self.count()).collect::<Vec<u64>>();
        let digests = self.runs.iter().map(|run| Some(run.digest.clone())).collect();
        let mut whole =
            vec![("replication".to_owned(), Column::Count(numbers())), ("digest".to_owned(), Column::Text(digests))];
        for (place, measure) in self.measures.iter().enumerate().filter(|(_, measure)| measure.class.is_none()) {
            let values = self.runs.iter().map(|run| run.values[place]).collect();
            whole.push((measure.name.clone(), Column::Number(values)));
        }
        vec![
            Table { name: "replications", columns: whole },
            Table { name: "replications_by_class", columns: self.by_class() },
            Table { name: "intervals", columns: intervals(&self.means()) },
        ]
    }

    /// A row per replication and class.
    fn by_class(&self) -> Vec<(String, Column)> {
        let classes: Vec<&str> = self.scenario.classes.iter().map(|class| class.name.as_str()).collect();
        let rows = || (0..self.runs.len()).flat_map(|run| classes.iter().map(move |class| (run, *class)));
        let mut columns = vec![
            ("replication".to_owned(), Column::Count(rows().map(|(run, _)| run as u64).collect())),
            ("class".to_owned(), Column::Text(rows().map(|(_, class)| Some(class.to_owned())).collect())),
        ];
        let own = |class: &str| -> Vec<(usize, &Measure)> {
            let measures = self.measures.iter().enumerate();
            measures.filter(|(_, measure)| measure.class.as_deref() == Some(class)).collect()
        };
        let by_class: Vec<Vec<(usize, &Measure)>> = classes.iter().map(|class| own(class)).collect();
        // All classes have the same measures in the same order.
        for (number, (_, measure)) in by_class.first().into_iter().flatten().enumerate() {
            let of_run = |run: &Measured| by_class.iter().map(|own| run.values[own[number].0]).collect::<Vec<_>>();
            columns.push((measure.stem.clone(), Column::Number(self.runs.iter().flat_map(of_run).collect())));
        }
        columns
    }
}

/// The columns of a table with a row for each mean.
fn intervals(means: &[Mean]) -> Vec<(String, Column)> {
    let text = |of: &dyn Fn(&Mean) -> Option<String>| Column::Text(means.iter().map(of).collect());
    let number =
        |of: &dyn Fn(&Replicated) -> Option<f64>| Column::Number(means.iter().map(|mean| of(&mean.over)).collect());
    let columns = [
        ("class", text(&|mean| mean.class.clone())),
        ("measure", text(&|mean| Some(mean.measure.clone()))),
        ("mean", number(&|over| Some(over.mean))),
        ("half_width", number(&|over| over.half_width)),
        ("low", number(&|over| over.low)),
        ("high", number(&|over| over.high)),
        ("n", Column::Count(means.iter().map(|mean| mean.over.n).collect())),
        ("interval_method", text(&|mean| Some(mean.over.method.name().to_owned()))),
        ("unit", text(&|mean| Some(mean.unit.clone()))),
        ("meaning", text(&|mean| Some(mean.meaning.clone()))),
    ];
    columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect()
}

/// A column as the dictionary shows it.
fn described(name: &'static str, kind: Kind, nullable: bool, meaning: &'static str) -> ColumnDescription {
    ColumnDescription { name, kind, unit: "", nullable, meaning, formula: "", words: Vec::new() }
}

/// The tables, for the dictionary. `MEASURE` stands for each measure.
pub fn descriptions() -> Vec<TableDescription> {
    let replication = || {
        described(
            "replication",
            Kind::U64,
            false,
            "number of the replication, from 0; `--seed SEED/REPLICATION` runs one alone",
        )
    };
    let measure = |meaning| described("MEASURE", Kind::F64, true, meaning);
    let digest = described("digest", Kind::Text, true, "digest of all events of the run");
    let interval = vec![
        described("class", Kind::Text, true, "class of the jobs; missing for measures of the whole run"),
        described("measure", Kind::Text, true, "name of the measure"),
        described("mean", Kind::F64, true, "mean over the replications that have the measure"),
        ColumnDescription {
            formula: "t(n − 1, 0.975) · s / √n",
            ..described(
                "half_width",
                Kind::F64,
                true,
                "half the width of the plain 95 % interval of the mean; missing where runs do not differ",
            )
        },
        described("low", Kind::F64, true, "lower end of the 95 % interval by `interval_method`"),
        described("high", Kind::F64, true, "upper end of the 95 % interval by `interval_method`"),
        described("n", Kind::U64, false, "number of replications that have the measure"),
        ColumnDescription {
            words: columns::described(Method::WORDS),
            ..described("interval_method", Kind::Text, true, "method by which the two ends were computed")
        },
        described("unit", Kind::Text, true, "unit of the values; empty for pure numbers"),
        described("meaning", Kind::Text, true, "meaning of the measure"),
    ];
    let table = |name, grain, columns| TableDescription { name, grain, columns };
    vec![
        table(
            "replications",
            "one row per replication of `run --replications`",
            vec![
                replication(),
                digest,
                measure("value of the measure in the run: a column of `summary`, or a share of its jobs"),
            ],
        ),
        table(
            "replications_by_class",
            "one row per replication and class of job of `run --replications`",
            vec![
                replication(),
                described("class", Kind::Text, true, "class of the jobs"),
                measure("value of the measure for the class: a column of `classes`, or a share of its jobs"),
            ],
        ),
        table("intervals", "one row per measure of `run --replications`, of the whole run and of each class", interval),
    ]
}
