//! The prices of several runs on one axis of time.

use super::axis::Axis;
use super::numbers::{self, Unit};
use super::page::{self, Drawing, Words};
use super::panel::{Panel, Rect};
use super::panels::{self, Trace};

/// The price of one run over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What tells the run from the others.
    pub name: String,
    /// Instants in seconds, rising.
    pub at_s: Vec<f64>,
    /// The price at each in credits per second, none where there is none. As long as `at_s`.
    pub price: Vec<Option<f64>>,
}

/// What the chart is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// What is shown, as the title.
    pub title: String,
    /// What is priced, such as `price of a GPU-second`.
    pub what: String,
    /// The runs, in the order of their strokes.
    pub series: Vec<Series>,
    /// Where it comes from: study, seeds, version, n.
    pub caption: String,
}

/// Draws prices over one another. An error says what is wrong with the data.
pub fn draw(prices: &Prices) -> Result<Drawing, String> {
    for series in &prices.series {
        if series.at_s.len() != series.price.len() || !series.at_s.is_sorted() {
            return Err(format!("the prices of `{}` are not one at each of its rising instants", series.name));
        }
    }
    let traces: Vec<Trace> =
        prices.series.iter().map(|series| panels::trace(&series.name, &series.at_s, &series.price)).collect();
    let values = || traces.iter().flat_map(|trace| &trace.points).filter_map(|(_, value)| *value);
    let (low, high) = values().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value.1), high.max(value.2)));
    if high < low {
        return Err("no run has a price".to_string());
    }
    let words = Words {
        title: prices.title.clone(),
        result: result(&traces),
        lede:
            "One line a run. Where many readings fall together the line is their average; shaded: from the lowest to the \
               highest."
                .to_string(),
        caption: prices.caption.clone().into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 380.0, &words);
    let end = prices.series.iter().filter_map(|series| series.at_s.last().copied()).fold(0.0, f64::max);
    let panel = Panel {
        rect: Rect {
            left: body.left + 48.0,
            top: body.top + 34.0,
            right: body.right - 170.0,
            bottom: body.bottom - 44.0,
        },
        x: Axis::exact(0.0, end, "time from the start of the run", Unit::Seconds),
        // From zero where that wastes less than half of the height.
        y: Axis::linear(if low < 0.5 * high { low.min(0.0) } else { low }, high, &prices.what, Unit::CreditsPerSecond),
    };
    let panel = panel.marked_as_cut(&mut sheet);
    panel.draw_x_grid(&mut sheet);
    panel.draw(&mut sheet);
    panels::draw_traces(&mut sheet, &panel, &traces, body.right);
    Ok(Drawing { sheet, words })
}

/// The runs with the lowest and the highest price on average.
fn result(traces: &[Trace]) -> String {
    let mean = |trace: &Trace| {
        let values: Vec<f64> = trace.points.iter().filter_map(|(_, value)| Some(value.as_ref()?.0)).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let mut means: Vec<(f64, &str)> =
        traces.iter().filter_map(|trace| Some((mean(trace)?, trace.name.as_str()))).collect();
    means.sort_by(|one, other| one.0.total_cmp(&other.0));
    match &means[..] {
        [low, .., high] => {
            let number = |price: f64| numbers::measured_beside(price, Unit::CreditsPerSecond, high.0);
            format!("On average {} in “{}” and {} in “{}”.", number(low.0), low.1, number(high.0), high.1)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(series: Vec<Series>) -> Prices {
        let (title, what) = ("Prices with and without coupling".to_string(), "price of a GPU-second".to_string());
        Prices { title, what, series, caption: "synthetic".to_string() }
    }

    #[test]
    fn every_run_is_named() {
        let at_s: Vec<f64> = (0..1_000).map(|tick| 60.0 * f64::from(tick)).collect();
        let run = |name: &str, base: f64| {
            let price = at_s.iter().map(|at| (*at > 600.0).then_some(base + 1e-9 * at)).collect();
            Series { name: name.to_string(), at_s: at_s.clone(), price }
        };
        let sheet = draw(&prices(vec![run("coupled", 4e-4), run("apart", 3e-4)])).unwrap().sheet;
        for name in ["coupled", "apart"] {
            assert!(sheet.text_boxes().iter().any(|(text, _)| *text == name), "{name}");
        }
    }

    #[test]
    fn wrong_data_are_an_error() {
        assert_eq!(draw(&prices(vec![])).unwrap_err(), "no run has a price");
        let short = Series { name: "a".to_string(), at_s: vec![0.0, 1.0], price: vec![Some(1.0)] };
        assert!(draw(&prices(vec![short])).unwrap_err().contains("`a`"));
    }
}
