//! The file of client windows: read, checked and put in order.

use std::collections::BTreeMap;
use std::fmt;

use super::Spec;
use crate::engine::law::gamma_variate;
use crate::engine::mistake::Mistake;
use crate::engine::random::{RandomSource, Stream};
use crate::engine::time::SimDuration;
use crate::maths;
use crate::policy::input::{Content, Reader, Wanted};

/// What the file says: the windows of every client in order.
#[derive(Clone, Default)]
pub struct Windows {
    /// The windows with arrivals, by client and start.
    pub rows: Vec<Row>,
    /// The clients, by number.
    pub clients: Vec<Client>,
    /// From the start of the earliest window to the end of the latest.
    pub length: SimDuration,
}

/// One client in one window.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Since the start of the earliest window of the file.
    pub start: SimDuration,
    /// Arrivals per second, above zero.
    pub rate: f64,
    /// The law of gaps.
    pub gaps: Gaps,
}

/// One client.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Its number in the file.
    pub number: u32,
    /// The first of its rows.
    pub first: u32,
    /// Just after the last of its rows.
    pub end: u32,
}

/// A law of gaps with mean 1, by its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gaps {
    /// Gamma: cv = 1/√shape.
    Gamma(f64),
    /// Weibull: 1 + cv² = Γ(1 + 2/shape)/Γ(1 + 1/shape)².
    Weibull(f64),
}

/// The shapes taken; they keep every gap within the range of numbers.
const GAMMA_SHAPES: (f64, f64) = (1e-6, 1e5);
const WEIBULL_SHAPES: (f64, f64) = (0.05, 1e5);

impl Gaps {
    /// What a standard variate is multiplied with, so that the mean gap is 1.
    pub fn unit(self) -> f64 {
        match self {
            Gaps::Gamma(shape) => 1.0 / shape,
            Gaps::Weibull(shape) => 1.0 / maths::gamma(1.0 + 1.0 / shape),
        }
    }

    /// A gap; `unit` is that of [`Gaps::unit`].
    #[inline]
    pub fn gap(self, unit: f64, stream: &mut Stream) -> f64 {
        match self {
            Gaps::Gamma(shape) => unit * gamma_variate(shape, stream),
            Gaps::Weibull(shape) => unit * maths::exp(maths::ln(-maths::ln(stream.unit())) / shape),
        }
    }

    /// What is left of the gap under way at an instant nobody chose: a uniform part of a gap weighted by its length.
    pub fn left(self, unit: f64, stream: &mut Stream) -> f64 {
        let part = stream.unit();
        match self {
            Gaps::Gamma(shape) => part * unit * gamma_variate(shape + 1.0, stream),
            Gaps::Weibull(shape) => {
                part * unit * maths::exp(maths::ln(gamma_variate(1.0 + 1.0 / shape, stream)) / shape)
            }
        }
    }

    /// The law of a name, with its shape or, if `by_cv`, with the shape that has this coefficient of variation.
    fn new(name: &str, number: f64, by_cv: bool) -> Result<Gaps, String> {
        let (gaps, (least, most)) = match (name.to_ascii_lowercase().as_str(), by_cv) {
            ("exponential", _) => (Gaps::Gamma(1.0), GAMMA_SHAPES),
            ("gamma", false) => (Gaps::Gamma(number), GAMMA_SHAPES),
            ("gamma", true) => (Gaps::Gamma(1.0 / (number * number)), GAMMA_SHAPES),
            ("weibull", false) => (Gaps::Weibull(number), WEIBULL_SHAPES),
            ("weibull", true) => (Gaps::Weibull(weibull_shape(number)), WEIBULL_SHAPES),
            _ => return Err(format!("`{name}` is no law of gaps; known are `gamma`, `weibull`, `exponential`")),
        };
        let (Gaps::Gamma(shape) | Gaps::Weibull(shape)) = gaps;
        let fits = (least..=most).contains(&shape) && number > 0.0;
        let what = if by_cv { "coefficient of variation" } else { "shape" };
        if fits || name.eq_ignore_ascii_case("exponential") {
            return Ok(gaps);
        }
        Err(format!("the {what} `{number}` of a `{name}` law is out of range; shapes go from {least} to {most}"))
    }
}

/// The shape of the Weibull law with this coefficient of variation, by bisection of its logarithm; at the ends of the
/// range of shapes, a step beyond, so that it is refused.
fn weibull_shape(cv: f64) -> f64 {
    let wanted = maths::ln_1p(cv * cv);
    let spread = |shape: f64| maths::ln_gamma(1.0 + 2.0 / shape) - 2.0 * maths::ln_gamma(1.0 + 1.0 / shape);
    let (mut low, mut high) = (maths::ln(WEIBULL_SHAPES.0 / 2.0), maths::ln(WEIBULL_SHAPES.1 * 2.0));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if spread(maths::exp(middle)) > wanted { low = middle } else { high = middle }
    }
    maths::exp(0.5 * (low + high))
}

/// A mistake in the file.
fn of_file(message: String) -> Mistake {
    Mistake::new("file", message, "")
}

impl Windows {
    /// Reads the file of `spec` and puts it in order.
    pub fn read(spec: &Spec, reader: &mut dyn Reader) -> Result<Windows, Mistake> {
        let wanted = |name: &String, content| Wanted { name: name.clone(), content };
        let (number, by_cv) = (spec.cv.as_ref().unwrap_or(&spec.shape), spec.cv.is_some());
        let columns = [
            wanted(&spec.client, Content::Count),
            wanted(&spec.start, Content::Number),
            wanted(&spec.rate, Content::Number),
            wanted(&spec.law, Content::Text),
            wanted(number, Content::Number),
        ];
        let mut columns = reader.columns(&spec.file, &columns)?.into_iter();
        let mut column = || columns.next().expect("as many columns as were asked for");
        let (clients, starts, rates) = (column().counts(), column().numbers(), column().numbers());
        let (laws, shapes) = (column().texts(), column().numbers());
        let earliest = starts.iter().copied().fold(f64::INFINITY, f64::min);
        let mut length = SimDuration::ZERO;
        let mut rows = Vec::with_capacity(starts.len());
        for index in 0..starts.len() {
            let wrong = |what: String| of_file(format!("row {} of `{}`: {what}", index + 1, spec.file));
            let start = SimDuration::from_nanos((starts[index] - earliest) * spec.unit.0 as f64);
            length = length.max(start + spec.window);
            let number = u32::try_from(clients[index])
                .map_err(|_| wrong(format!("the client `{}` is no number up to {}", clients[index], u32::MAX)))?;
            if rates[index] < 0.0 {
                return Err(wrong(format!("the rate `{}` is negative", rates[index])));
            }
            if rates[index] > 0.0 {
                let gaps = Gaps::new(&laws[index], shapes[index], by_cv).map_err(wrong)?;
                rows.push((number, Row { start, rate: rates[index], gaps }));
            }
        }
        Windows::order(spec, rows, length)
    }

    /// Sorts the rows, leaves out the clients beyond the limit, and refuses windows that overlap.
    fn order(spec: &Spec, mut rows: Vec<(u32, Row)>, length: SimDuration) -> Result<Windows, Mistake> {
        rows.sort_by_key(|&(number, row)| (number, row.start));
        let mut loads: BTreeMap<u32, f64> = BTreeMap::new();
        rows.iter().for_each(|(number, row)| *loads.entry(*number).or_default() += row.rate);
        if let Some(most) = spec.clients {
            let mut ranked: Vec<(u32, f64)> = loads.into_iter().collect();
            // The sort is stable: equals stay in the order of their numbers.
            ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
            loads = ranked.into_iter().take(most as usize).collect();
        }
        let mut windows = Windows { length, ..Windows::default() };
        for (number, row) in rows.into_iter().filter(|(number, _)| loads.contains_key(number)) {
            let at =
                u32::try_from(windows.rows.len()).map_err(|_| of_file(format!("`{}` has too many rows", spec.file)))?;
            match windows.clients.last_mut() {
                Some(client) if client.number == number => {
                    let before = windows.rows[at as usize - 1].start;
                    if row.start < before + spec.window {
                        let message = format!(
                            "`{}`: the windows of client {number} that start at {before} and {} overlap; \
                             is `window` = {} right?",
                            spec.file, row.start, spec.window
                        );
                        return Err(Mistake::new("window", message, ""));
                    }
                    client.end = at + 1;
                }
                _ => windows.clients.push(Client { number, first: at, end: at + 1 }),
            }
            windows.rows.push(row);
        }
        if windows.rows.is_empty() {
            return Err(of_file(format!("`{}` has no window with a rate above zero", spec.file)));
        }
        windows.rows.shrink_to_fit();
        Ok(windows)
    }
}

impl fmt::Debug for Windows {
    /// How much there is, not all of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Windows({} rows of {} clients over {})", self.rows.len(), self.clients.len(), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::demand::tests::{assert_zero_mean, stream};

    fn cv(gaps: Gaps) -> f64 {
        match gaps {
            Gaps::Gamma(shape) => 1.0 / shape.sqrt(),
            Gaps::Weibull(shape) => {
                let spread = maths::ln_gamma(1.0 + 2.0 / shape) - 2.0 * maths::ln_gamma(1.0 + 1.0 / shape);
                maths::exp_m1(spread).sqrt()
            }
        }
    }

    /// The Weibull of shape 1/2 is the square of an exponential: cv² = Γ(5)/Γ(3)² − 1 = 5.
    #[test]
    fn shapes_are_found_from_spreads() {
        assert!((weibull_shape(5f64.sqrt()) - 0.5).abs() < 1e-12);
        assert!((weibull_shape(1.0) - 1.0).abs() < 1e-12);
        for spread in [0.01, 0.3, 2.0, 30.0, 1000.0] {
            for law in ["Gamma", "weibull"] {
                let gaps = Gaps::new(law, spread, true).unwrap();
                assert!((cv(gaps) / spread - 1.0).abs() < 1e-6, "{law} {spread}: {gaps:?} has {}", cv(gaps));
            }
        }
        assert_eq!(Gaps::new("Exponential", 7.0, false), Ok(Gaps::Gamma(1.0)));
    }

    #[test]
    fn shapes_out_of_range_are_refused() {
        for (law, number, by_cv) in [
            ("gamma", 0.0, false),
            ("gamma", -1.0, true),
            ("gamma", 0.0, true),
            ("gamma", 2000.0, true),
            ("weibull", 0.01, false),
            ("weibull", 0.0, true),
            ("weibull", 1e12, true),
            ("weibull", 1e-9, true),
        ] {
            assert!(Gaps::new(law, number, by_cv).unwrap_err().contains("out of range"), "{law} {number}");
        }
        assert!(Gaps::new("pareto", 1.0, false).unwrap_err().contains("no law of gaps"));
    }

    /// A gap has mean 1 and its law's spread; what is left of one has mean (1 + cv²)/2.
    #[test]
    fn gaps_have_their_moments() {
        let mut stream = stream(0);
        for gaps in [Gaps::Gamma(0.3), Gaps::Gamma(4.0), Gaps::Weibull(0.6), Gaps::Weibull(1.0), Gaps::Weibull(3.0)] {
            let (unit, square) = (gaps.unit(), cv(gaps) * cv(gaps));
            let found: Vec<f64> = (0..200_000).map(|_| gaps.gap(unit, &mut stream) - 1.0).collect();
            assert_zero_mean("mean", &found);
            assert_zero_mean("spread", &found.iter().map(|gap| gap * gap - square).collect::<Vec<_>>());
            let left: Vec<f64> = (0..200_000).map(|_| gaps.left(unit, &mut stream) - 0.5 * (1.0 + square)).collect();
            assert_zero_mean("left", &left);
        }
    }
}
