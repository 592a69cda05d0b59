//! A study over a grid of two numbers: its first measure as a heat map with the contour of the study's level.

use super::Drawings;
use super::frontier::{self, Estimate, Frontier, Side};
use super::numbers::Unit;
use super::studied::{Cells, Studied, Values};

/// Draws the map, where the study is such a grid.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    if studied.searched().is_some() {
        return Err("the study is a search, not a grid".to_string());
    }
    // An axis of one value says what is held still.
    let varies = |cells: &Cells| cells.names().iter().any(|name| *name != cells.names()[0]);
    let cells: Vec<Cells> = studied.cells("means", None)?.into_iter().filter(varies).collect();
    let [x_cells, y_cells] = &cells[..] else {
        return Err(format!("a map needs two axes, not {}", cells.len()));
    };
    let (Values::Numbers(x, x_log), Values::Numbers(y, y_log)) = (&x_cells.values, &y_cells.values) else {
        return Err("a map needs two axes of numbers".to_string());
    };
    let table = studied
        .source
        .table("means", &studied.source.columns("means")?.iter().map(String::as_str).collect::<Vec<_>>())?;
    let within = |name: &str| {
        let means = table.numbers(&format!("{name}_mean")).unwrap_or_default();
        means.into_iter().flatten().all(|mean| (0.0..=1.0).contains(&mean))
    };
    let measure = studied.measures(&within).into_iter().next().ok_or("the study measures nothing")?;
    if measure.unit != Unit::Share {
        return Err(format!("`{}` is not a share of one", measure.name));
    }
    let level = studied.level().filter(|level| *level > 0.0 && *level < 1.0);
    let level = level.ok_or("the study names no `level` inside (0, 1)")?;
    let column = |end: &str| table.numbers(&format!("{}_{end}", measure.name));
    // Where a run failed, the mean is over those that the failure spared: it is not known.
    let whole = table.whole("runs_failed")?.into_iter().map(|failed| failed == 0);
    let estimates: Vec<Option<Estimate>> = (column("mean")?.into_iter().zip(column("half_width")?).zip(whole))
        .map(|((mean, half), whole)| estimate(mean?, half?).filter(|_| whole))
        .collect();
    let (across, up) = (rising(x), rising(y));
    let at = |x_value: f64, y_value: f64| {
        let row = (0..x.len()).find(|&row| x[row] == x_value && y[row] == y_value)?;
        estimates[row]
    };
    let grid = up.iter().flat_map(|&y| across.iter().map(move |&x| (x, y))).map(|(x, y)| at(x, y)).collect();
    let side = |title: &str, values: Vec<f64>, logarithmic: bool| Side {
        name: title.to_string(),
        unit: Unit::Plain,
        logarithmic,
        values,
    };
    let drawing = frontier::draw(&Frontier {
        title: studied.title(),
        what: format!("the {}", measure.meaning),
        x: side(&x_cells.title, across, *x_log),
        y: side(&y_cells.title, up, *y_log),
        grid,
        level,
        sampled: x.iter().copied().zip(y.iter().copied()).collect(),
        caption: studied.source.caption(&super::studied::runs(&table)?),
    })?;
    Ok(vec![("map".to_string(), drawing)])
}

/// A mean of shares with its interval, which stays inside [0, 1].
fn estimate(mean: f64, half_width: f64) -> Option<Estimate> {
    Some(Estimate { mean, low: (mean - half_width).max(0.0), high: (mean + half_width).min(1.0) })
}

/// The different values, rising.
fn rising(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_shares_stay_inside() {
        assert_eq!(estimate(0.98, 0.05), Some(Estimate { mean: 0.98, low: 0.98 - 0.05, high: 1.0 }));
        assert_eq!(rising(&[3.0, 1.0, 3.0, 2.0]), [1.0, 2.0, 3.0]);
    }
}
