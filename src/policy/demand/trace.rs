//! A recorded trace, row by row: the arrivals of a file, with what it says of tokens, class and client.
//!
//! Where a recorder rounded its clock down to a `tick`, all rows of a tick would come at once and look like a burst
//! nobody made. So they are spread over their tick as that many independent uniform instants in order, one draw per
//! row: of r rows to come in what is left of the tick, the next lies 1 − u^(1/r) of the way to its end (the order
//! statistics of uniforms; L. Devroye, "Non-uniform random variate generation", 1986, chapter V).
//!
//! With `loop` the trace begins again after its period: from `from` to `until` if that is given, otherwise to the end
//! of the last tick, or, without ticks, to the last row and one mean gap more. Repeated so, it keeps its mean rate.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Replay, Tells};
use crate::domain::ids::ClassId;
use crate::domain::job::Arrival;
use crate::domain::share::Factor;
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::{SimDuration, Time};
use crate::maths;
use crate::policy::Described;
use crate::policy::input::{Content, Filled, Reader, Wanted};

mod played;
pub use played::{Played, Recorded};

/// Parameters of a replay.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The file, relative to the scenario.
    pub file: String,
    /// Column: when a job is asked for, as dates with times or as numbers; `"timestamp"` unless given. Counted from the
    /// first row.
    #[serde(default = "timestamp")]
    pub time: String,
    /// What the times are counted in where they are numbers; `"1s"` unless given.
    #[serde(default = "second")]
    pub unit: SimDuration,
    /// Column: input tokens. Drawn from the job's class unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Column: output tokens. Drawn from the job's class unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Column: the class by its name in the scenario. Drawn from the source's mix unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Column: the client, a whole number. All of one client unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The resolution of the recorder's clock, over which rows are spread; 0, no spreading, unless given.
    #[serde(default)]
    pub tick: SimDuration,
    /// Whether the trace begins again at its end; not unless given.
    #[serde(default, rename = "loop")]
    pub repeats: bool,
    /// How many times faster than recorded the trace runs; above zero, 1 unless given.
    #[serde(default = "one")]
    pub scale: Factor,
    /// Where in the trace the run starts, from its first row on; 0 unless given.
    #[serde(default)]
    pub from: SimDuration,
    /// Where in the trace the replay ends, from its first row on; rows from there on are left out. None unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<SimDuration>,
    /// The file, once it is read.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) data: Arc<Rows>,
}

fn timestamp() -> String {
    "timestamp".into()
}

fn second() -> SimDuration {
    SimDuration::SECOND
}

fn one() -> Factor {
    Factor::ONE
}

impl Described for Spec {
    const NAME: &'static str = "trace";
    const SUMMARY: &'static str = "the arrivals of a recorded file, with its tokens, classes and clients";
    const SOURCE: &'static str = "the file it names; the spreading within a tick as in Devroye, 1986";
    const EXAMPLE: &'static str = r#"{ file = "traces/requests.jsonl.gz", unit = "1ms", input = "input_length", output = "output_length", tick = "3s" }"#;

    fn default_spec() -> Option<Self> {
        None
    }

    fn check(&self) -> Result<(), Mistake> {
        let is_over = self.until.is_some_and(|until| until <= self.from);
        let wrong = [
            (self.scale.get() == 0.0, "scale", "`scale` must be above zero"),
            (self.unit == SimDuration::ZERO, "unit", "`unit` must be longer than zero"),
            (is_over, "until", "`until` must be later than `from`"),
        ];
        wrong
            .into_iter()
            .find(|(wrong, ..)| *wrong)
            .map_or(Ok(()), |(_, key, message)| Err(Mistake::new(key, message, "")))
    }
}

/// The rows that are replayed, in order of time.
#[derive(Clone, Default)]
pub(crate) struct Rows {
    /// Since the first row of the file, in nanoseconds; rounded down to the tick.
    at: Vec<u64>,
    input: Option<Vec<u32>>,
    output: Option<Vec<u32>>,
    class: Option<Vec<ClassId>>,
    client: Option<Vec<u32>>,
    /// From `from` until the trace begins again.
    period: SimDuration,
    /// What was read of the file.
    recorded: Recorded,
}

/// How far the replay has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The next row.
    row: u64,
    /// How often the trace has begun again.
    pass: u64,
    /// The rows of the tick under way that are still to come.
    left: u64,
    /// How much of the tick the last row of it has passed, from 0 to 1.
    way: f64,
}

impl super::Rule for Spec {
    type Memory = Memory;

    fn memory(&self) -> Memory {
        Memory { row: 0, pass: 0, left: 0, way: 0.0 }
    }

    fn next(&self, memory: &mut Memory, stream: &mut Stream) -> Option<Arrival> {
        let rows = &*self.data;
        assert!(!rows.at.is_empty(), "a trace is read before it is replayed");
        if memory.row == rows.at.len() as u64 {
            if !self.repeats {
                return None;
            }
            (memory.row, memory.pass) = (0, memory.pass + 1);
        }
        let row = memory.row as usize;
        let offset = self.spread(memory, stream);
        let at = self.instant(memory.pass, offset)?;
        memory.row += 1;
        Some(Arrival {
            at,
            input_tokens: rows.input.as_ref().map(|column| column[row]),
            output_tokens: rows.output.as_ref().map(|column| column[row]),
            class: rows.class.as_ref().map(|column| column[row]),
            client: rows.client.as_ref().map_or(0, |column| column[row]),
        })
    }

    fn prepare(&mut self, reader: &mut dyn Reader) -> Result<(), Mistake> {
        let mut rows = self.read(reader)?;
        rows.recorded.began_ns = reader.began();
        rows.period = self.period(&rows.at)?;
        self.data = Arc::new(rows);
        Ok(())
    }

    fn tells(&self) -> Tells {
        let Spec { class, client, input, output, .. } = self;
        Tells { class: class.is_some(), client: client.is_some(), input: input.is_some(), output: output.is_some() }
    }

    fn replay(&self) -> Option<Replay<'_>> {
        Some(Replay::Rows(self))
    }
}

impl Spec {
    /// What the file holds; all zero before it is read.
    pub fn recorded(&self) -> Recorded {
        self.data.recorded
    }

    /// Where between `from` and `until` the next row comes, in nanoseconds since the first row of the file.
    #[inline]
    fn spread(&self, memory: &mut Memory, stream: &mut Stream) -> u64 {
        let (at, row) = (&self.data.at, memory.row as usize);
        if self.tick == SimDuration::ZERO {
            return at[row];
        }
        if memory.left == 0 {
            memory.left = at[row..].iter().take_while(|&&other| other == at[row]).count() as u64;
            memory.way = 0.0;
        }
        let part = -maths::exp_m1(maths::ln(stream.unit()) / memory.left as f64);
        memory.way += (1.0 - memory.way) * part;
        memory.left -= 1;
        // A tick that the window cuts keeps its rows inside the window.
        let start = at[row].max(self.from.0);
        let end = at[row].saturating_add(self.tick.0).min(self.until.unwrap_or(SimDuration::MAX).0);
        let place = start + ((end - start) as f64 * memory.way) as u64;
        place.min(end - 1)
    }

    /// The instant of the run at which a place in the trace is reached; none beyond the end of time.
    #[inline]
    fn instant(&self, pass: u64, offset: u64) -> Option<Time> {
        let place = pass.checked_mul(self.data.period.0)?.checked_add(offset - self.from.0)?;
        let at =
            if self.scale == Factor::ONE { place } else { SimDuration::from_nanos(place as f64 / self.scale.get()).0 };
        (at != u64::MAX).then_some(Time(at))
    }

    fn read(&self, reader: &mut dyn Reader) -> Result<Rows, Mistake> {
        let optional = [
            (&self.input, Content::Count),
            (&self.output, Content::Count),
            (&self.class, Content::Text),
            (&self.client, Content::Count),
        ];
        let mut wanted = vec![Wanted { name: self.time.clone(), content: Content::Instant(self.unit) }];
        wanted.extend(
            optional.iter().filter_map(|(name, content)| {
                name.as_ref().map(|name| Wanted { name: name.clone(), content: *content })
            }),
        );
        let mut columns = reader.columns(&self.file, &wanted)?.into_iter();
        let mut column = || columns.next().expect("as many columns as were asked for");
        let times = column().counts();
        if times.is_empty() {
            return Err(Mistake::new("file", format!("`{}` has no rows", self.file), ""));
        }
        let [input, output, class, client] = [&self.input, &self.output, &self.class, &self.client]
            .map(|name| name.as_ref().map(|name| (name.as_str(), column())));
        // Rows are kept in order of time, equals in the order of the file.
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by_key(|&row| times[row]);
        let within = self.from.0..self.until.unwrap_or(SimDuration::MAX).0;
        order.retain(|&row| within.contains(&times[row]));
        if order.is_empty() {
            let key = if self.from > SimDuration::ZERO { "from" } else { "until" };
            return Err(Mistake::new(key, format!("`{}` has no rows between `from` and `until`", self.file), ""));
        }
        let tick = self.tick.0.max(1);
        let (first, last) = (SimDuration(times[order[0]]), SimDuration(times[order[order.len() - 1]]));
        let mut rows = Rows {
            at: order.iter().map(|&row| times[row] / tick * tick).collect(),
            input: input.map(|column| self.small(column, &order)).transpose()?,
            output: output.map(|column| self.small(column, &order)).transpose()?,
            class: class.map(|column| self.classes(column, &order, reader)).transpose()?,
            client: client.map(|column| self.small(column, &order)).transpose()?,
            period: SimDuration::ZERO,
            recorded: Recorded {
                rows: times.len() as u64,
                replayed: order.len() as u64,
                first,
                last,
                back: times.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64,
                ..Recorded::default()
            },
        };
        let zeros =
            |column: &Option<Vec<u32>>| Some(column.as_ref()?.iter().filter(|count| **count == 0).count() as u64);
        rows.recorded.without_input = zeros(&rows.input);
        rows.recorded.without_output = zeros(&rows.output);
        rows.recorded.bytes = rows.bytes();
        Ok(rows)
    }

    /// A column of counts in the order of time.
    fn small(&self, (name, column): (&str, Filled), order: &[usize]) -> Result<Vec<u32>, Mistake> {
        let counts = column.counts();
        let small = |&row: &usize| {
            u32::try_from(counts[row]).map_err(|_| {
                let (file, most) = (&self.file, u32::MAX);
                let row = format!("row {} of `{file}`: the `{name}` of {} is above {most}", row + 1, counts[row]);
                Mistake::new("file", row, "")
            })
        };
        order.iter().map(small).collect()
    }

    /// A column of class names in the order of time.
    fn classes(
        &self,
        (name, column): (&str, Filled),
        order: &[usize],
        reader: &dyn Reader,
    ) -> Result<Vec<ClassId>, Mistake> {
        let texts = column.texts();
        let class = |&row: &usize| {
            let text = &texts[row];
            reader.class(text).ok_or_else(|| {
                let file = &self.file;
                let message = format!("row {} of `{file}`: the `{name}` `{text}` is no class of the scenario", row + 1);
                Mistake::new("file", message, "")
            })
        };
        order.iter().map(class).collect()
    }

    /// How long a pass takes; zero if there is one alone.
    fn period(&self, at: &[u64]) -> Result<SimDuration, Mistake> {
        if !self.repeats {
            return Ok(SimDuration::ZERO);
        }
        let (first, last) = (at[0], at[at.len() - 1]);
        let gap = match at.len() {
            1 => SimDuration::ZERO,
            count => SimDuration((last - first) / (count as u64 - 1)),
        };
        let end = match self.until {
            Some(until) => until,
            None if self.tick > SimDuration::ZERO => SimDuration(last) + self.tick,
            None if gap > SimDuration::ZERO => SimDuration(last) + gap,
            None => {
                let message = format!("`{}` takes no time, so it cannot `loop`; say `until` or `tick`", self.file);
                return Err(Mistake::new("loop", message, ""));
            }
        };
        Ok(end - self.from)
    }
}

impl Rows {
    fn bytes(&self) -> u64 {
        let small = [&self.input, &self.output, &self.client].into_iter().flatten().map(|column| 4 * column.len());
        let class = self.class.as_ref().map_or(0, |column| size_of::<ClassId>() * column.len());
        (8 * self.at.len() + small.sum::<usize>() + class) as u64
    }
}

impl fmt::Debug for Rows {
    /// How much there is, not all of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({} over {})", self.at.len(), self.period)
    }
}

#[cfg(test)]
mod tests;
