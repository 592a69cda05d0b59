//! Rows of the series over stretches of a run that begin at given instants, each in bins of equal length.

use std::sync::Arc;

use super::fact::{Fact, FactFilter};
use super::recorder::{Gauges, Recorder};
use super::tables::{Basket, SeriesRow};
use crate::domain::probe::Probe;
use crate::domain::record::JobRecord;
use crate::engine::time::{SimDuration, Time};

/// One stretch.
#[derive(Clone, Debug)]
pub struct Window {
    /// The next look at the market.
    next: Time,
    bin: SimDuration,
    bins: usize,
    /// The bin under way; none before the stretch begins and after it ends.
    row: Option<SeriesRow>,
    rows: Vec<SeriesRow>,
}

/// Stretches that may overlap; the recorder of a run that is watched over all of them.
#[derive(Clone, Debug)]
pub struct Windows {
    all: Vec<Window>,
    /// The basket that is quoted at the end of each bin; empty where none is asked for.
    probes: Arc<[Probe]>,
}

impl Window {
    /// A stretch of `bins` bins from an instant on.
    pub fn new(from: Time, bin: SimDuration, bins: usize) -> Window {
        Window { next: from, bin, bins, row: None, rows: Vec::with_capacity(bins) }
    }

    /// The rows of the bins that have ended, in order.
    pub fn rows(&self) -> &[SeriesRow] {
        &self.rows
    }

    fn look(&mut self, at: Time, gauges: &impl Gauges, basket: Option<Basket>) {
        let now = gauges.market(at);
        if let Some(mut row) = self.row.take() {
            row.end(at, now);
            row.basket = basket;
            self.rows.push(row);
        }
        let is_open = self.rows.len() < self.bins;
        self.row = is_open.then(|| SeriesRow::after(at, now));
        self.next = if is_open { at + self.bin } else { Time::NEVER };
    }
}

impl Windows {
    /// All stretches, one for each instant.
    pub fn new(from: &[Time], bin: SimDuration, bins: usize, probes: &Arc<[Probe]>) -> Windows {
        let all = from.iter().map(|from| Window::new(*from, bin, bins)).collect();
        Windows { all, probes: probes.clone() }
    }

    /// The stretches, in the order of the instants they were made for.
    pub fn all(&self) -> &[Window] {
        &self.all
    }
}

impl Recorder for Windows {
    fn filter(&self) -> FactFilter {
        FactFilter::of(SeriesRow::FACTS)
    }

    fn note(&mut self, _: Time, fact: &Fact, _: Option<&JobRecord>) {
        self.all.iter_mut().filter_map(|window| window.row.as_mut()).for_each(|row| row.note(fact));
    }

    fn due(&self, now: Time) -> Option<Time> {
        self.all.iter().map(|window| window.next).min().filter(|next| *next <= now)
    }

    fn sample(&mut self, at: Time, gauges: &impl Gauges) {
        let is_due = |window: &Window| window.next == at;
        let ends = !self.probes.is_empty() && self.all.iter().any(|window| is_due(window) && window.row.is_some());
        let basket = ends.then(|| {
            let mut basket = Basket::default();
            gauges.quotes(at, &self.probes, &mut |quote, _| basket.add(quote));
            basket
        });
        self.all.iter_mut().filter(|window| is_due(window)).for_each(|window| window.look(at, gauges, basket));
    }
}
