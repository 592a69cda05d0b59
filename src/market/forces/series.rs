//! Series outside the market step (model §15.4).

use crate::domain::purpose::Purpose;
use crate::engine::process::Process;
use crate::engine::random::Stream;
use crate::market::context::Context;
use crate::market::event::Event;
use crate::market::life::next::Next;
use crate::market::operations::costs;
use crate::market::state::State;
use crate::market::state::series::SeriesState;
use crate::record::fact::Fact;
use crate::scenario::series::Moves;

/// All series are at their start, and the first step of each is due.
pub fn open(market: &mut State, at: &mut Context<'_>) {
    for (place, written) in at.scenario.series.iter().enumerate() {
        let stream = Stream::new(market.seed, Purpose::Series as u32, written.key);
        market.series.push(SeriesState { process: Process { value: written.start() }, steps: 0, stream });
        at.queue.push(at.now + written.every, Event::Series { series: place as u16 });
    }
    costs::renew(market, at);
}

/// A series steps, and the costs of those that follow it with it.
pub fn step(market: &mut State, at: &mut Context<'_>, series: u16) -> Next {
    let (written, state) = (&at.scenario.series[usize::from(series)], &mut market.series[usize::from(series)]);
    state.steps += 1;
    let value = match &written.moves {
        Moves::Process(process) => state.process.step(process, written.every, &mut state.stream),
        Moves::Recorded(values) => {
            let place = usize::try_from(state.steps).unwrap_or(usize::MAX);
            values[place.min(values.len() - 1)]
        }
    };
    state.process.value = value;
    at.facts.note(Fact::SeriesMoved { series, value });
    at.queue.push(at.now + written.every, Event::Series { series });
    if at.scenario.groups.iter().any(|group| group.cost_follows == Some(series)) {
        costs::renew(market, at);
    }
    Next::Done
}
