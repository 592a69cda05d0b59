//! The course of a study: its points, its generations of work, and what came of them.
//!
//! A generation is decided by the results of the earlier ones alone, so every driver of a study, with any number of
//! workers, goes the same course. A study whose points are known beforehand and whose replications are fixed has one.

use std::ops::Range;

use super::Study;
use super::axis::Level;
use super::design::Design;
use super::design::frontier::Probe;

/// One combination of the axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// A value for every axis, in their order.
    pub levels: Vec<Level>,
    /// In a search: its line, and the share of the way along it.
    pub search: Option<(usize, f64)>,
}

/// Replications of one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The number of the point.
    pub point: usize,
    /// Which replications.
    pub replications: Range<u64>,
}

/// A piece of work: a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Counted from 0 over all generations.
    pub number: usize,
    /// What it runs, by point and replication.
    pub tasks: Vec<Task>,
}

/// One run of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The number of the point.
    pub point: usize,
    /// What decides the run but the replication.
    pub identity: String,
    /// The replication.
    pub replication: u64,
    /// What came of it, or why nothing did.
    pub outcome: Result<Measured, String>,
}

/// A run that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The digest of everything that happened.
    pub digest: String,
    /// The measures; none where a run has no such thing.
    pub values: Vec<Option<f64>>,
}

/// A study under way.
#[derive(Clone, Debug)]
pub struct Course<'s> {
    study: &'s Study,
    chunk_runs: u64,
    points: Vec<Point>,
    rows: Vec<Vec<Row>>,
    generation: usize,
    current: Vec<Chunk>,
    earlier: usize,
}

impl Chunk {
    /// Whether rows are those of its points and replications, in order.
    pub fn is_of(&self, rows: &[Row]) -> bool {
        let wanted = self.tasks.iter().flat_map(|task| task.replications.clone().map(|one| (task.point, one)));
        wanted.eq(rows.iter().map(|row| (row.point, row.replication)))
    }

    /// Runs in it.
    pub fn runs(&self) -> u64 {
        self.tasks.iter().map(|task| task.replications.end - task.replications.start).sum()
    }
}

impl<'s> Course<'s> {
    /// The start: the first generation is due. Panics if a chunk is to have no runs.
    pub fn start(study: &'s Study, chunk_runs: u64) -> Course<'s> {
        assert!(chunk_runs > 0, "a chunk of no runs");
        let (points, rows) = match &study.design {
            Design::Listed(listed) => {
                let point = |levels: &Vec<Level>| Point { levels: levels.clone(), search: None };
                (listed.iter().map(point).collect(), vec![Vec::new(); listed.len()])
            }
            Design::Frontier(_) => (Vec::new(), Vec::new()),
        };
        let mut course = Course { study, chunk_runs, points, rows, generation: 0, current: Vec::new(), earlier: 0 };
        course.go_on();
        course
    }

    /// The points known so far.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The runs of each point so far, by replication.
    pub fn rows(&self) -> &[Vec<Row>] {
        &self.rows
    }

    /// The number of the generation that is due, from 0.
    pub fn generation(&self) -> usize {
        self.generation
    }

    /// Chunks of the generations before the one that is due: numbers below it are done.
    pub fn earlier(&self) -> usize {
        self.earlier
    }

    /// The work that is due; none once the study is complete.
    pub fn current(&self) -> &[Chunk] {
        &self.current
    }

    /// Takes in what came of the work that was due, chunk by chunk, and decides what is next.
    pub fn absorb(&mut self, chunks: Vec<Vec<Row>>) {
        assert_eq!(chunks.len(), self.current.len(), "a generation is judged when it is whole");
        for row in chunks.into_iter().flatten() {
            self.rows[row.point].push(row);
        }
        self.earlier += self.current.len();
        self.generation += 1;
        self.go_on();
    }

    /// The measure that is judged, in each run of a point that has it.
    pub fn judged(&self, point: usize) -> Vec<f64> {
        self.values(point, 0)
    }

    /// A measure in each run of a point that has it.
    pub fn values(&self, point: usize, measure: usize) -> Vec<f64> {
        self.rows[point].iter().filter_map(|row| row.outcome.as_ref().ok()?.values[measure]).collect()
    }

    /// The probes of a line, by share of the way, with the numbers of their points.
    pub fn probes(&self, line: usize) -> Vec<(usize, Probe)> {
        let on_line = |(number, point): (usize, &Point)| {
            let (_, share) = point.search.filter(|(own, _)| *own == line)?;
            let failed = self.rows[number].iter().filter(|row| row.outcome.is_err()).count() as u64;
            let probe = Probe { share, values: self.judged(number), runs: self.rows[number].len() as u64, failed };
            Some((number, probe))
        };
        let mut probes: Vec<(usize, Probe)> = self.points.iter().enumerate().filter_map(on_line).collect();
        probes.sort_by(|(_, one), (_, other)| one.share.total_cmp(&other.share));
        probes
    }

    fn go_on(&mut self) {
        let tasks = match &self.study.design {
            Design::Listed(_) => self.next_of_listed(),
            Design::Frontier(_) => self.next_of_search(),
        };
        self.current = cut(tasks, self.chunk_runs, self.earlier);
    }

    fn next_of_listed(&self) -> Vec<Task> {
        let replications = &self.study.replications;
        if self.generation == 0 {
            return (0..self.points.len()).map(|point| Task { point, replications: 0..replications.first }).collect();
        }
        let wants_more = |point: &usize| {
            let runs = &self.rows[*point];
            // A point that fails is not run more often.
            runs.iter().all(|row| row.outcome.is_ok())
                && (runs.len() as u64) < replications.most
                && replications.wants_more(&self.judged(*point))
        };
        let task = |point: usize| {
            let runs = self.rows[point].len() as u64;
            Task { point, replications: runs..replications.after(runs) }
        };
        (0..self.points.len()).filter(wants_more).map(task).collect()
    }

    fn next_of_search(&mut self) -> Vec<Task> {
        let study = self.study;
        let Design::Frontier(frontier) = &study.design else { unreachable!("only a search is searched") };
        let mut tasks = Vec::new();
        for (line, others) in frontier.lines.iter().enumerate() {
            let (numbers, probes): (Vec<usize>, Vec<Probe>) = self.probes(line).into_iter().unzip();
            for ask in frontier.next(&probes, &study.replications) {
                let known = probes.iter().position(|probe| probe.share == ask.share());
                let point = known.map_or(self.points.len(), |place| numbers[place]);
                if known.is_none() {
                    let mut levels = others.clone();
                    levels.insert(frontier.axis, study.axes[frontier.axis].at(ask.share()));
                    self.points.push(Point { levels, search: Some((line, ask.share())) });
                    self.rows.push(Vec::new());
                }
                tasks.push(Task { point, replications: ask.replications });
            }
        }
        tasks.sort_by_key(|task| (task.point, task.replications.start));
        tasks
    }
}

/// Cuts tasks into chunks of so many runs.
fn cut(tasks: Vec<Task>, chunk_runs: u64, first: usize) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut room = 0;
    for Task { point, replications } in tasks {
        let mut start = replications.start;
        while start < replications.end {
            if room == 0 {
                chunks.push(Chunk { number: first + chunks.len(), tasks: Vec::new() });
                room = chunk_runs;
            }
            let end = replications.end.min(start.saturating_add(room));
            room -= end - start;
            let chunk = chunks.last_mut().expect("there is room in one");
            chunk.tasks.push(Task { point, replications: start..end });
            start = end;
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_cut_by_runs() {
        let task = |point, replications| Task { point, replications };
        let chunks = cut(vec![task(0, 0..5), task(1, 0..5), task(2, 3..4)], 4, 7);
        let expected = [
            Chunk { number: 7, tasks: vec![task(0, 0..4)] },
            Chunk { number: 8, tasks: vec![task(0, 4..5), task(1, 0..3)] },
            Chunk { number: 9, tasks: vec![task(1, 3..5), task(2, 3..4)] },
        ];
        assert_eq!(chunks, expected);
        assert_eq!(chunks.iter().map(Chunk::runs).collect::<Vec<_>>(), [4, 4, 3]);
        assert!(cut(Vec::new(), 4, 0).is_empty());
    }
}
