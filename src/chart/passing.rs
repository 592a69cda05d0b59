//! How the full price of each channel followed a cut in what one of them can supply: a forest of pass-throughs for each point.

use super::Drawings;
use super::forest::{self, Forest, Row};
use super::numbers::Unit;
use super::responses::time;
use super::studied::Studied;

/// Draws the charts: one for each point.
pub fn chart(studied: &Studied) -> Result<Drawings, String> {
    let names = ["point", "supply_of", "price_of", "from_s", "to_s", "pass_through", "half_width", "runs"];
    let table = studied.source.table("pass-through", &names).map_err(|_| "the study measures no pass-through")?;
    let (points, runs) = (table.whole("point")?, table.whole("runs")?);
    let (from, to) = (table.numbers("from_s")?, table.numbers("to_s")?);
    let (means, halves) = (table.numbers("pass_through")?, table.numbers("half_width")?);
    let named = |name: &str| -> Result<Vec<String>, String> {
        let (codes, texts) = table.text(name)?;
        Ok(codes.iter().map(|code| code.map_or(String::new(), |code| texts[code as usize].clone())).collect())
    };
    let (cut, priced) = (named("supply_of")?, named("price_of")?);
    let cells = studied.cells("pass-through", None)?;
    let last = points.iter().max().copied().ok_or("the study has no point")?;
    let mut drawings = Vec::new();
    for point in 0..=last {
        let own: Vec<usize> = (0..points.len()).filter(|row| points[*row] == point).collect();
        let at = |row: usize| -> Vec<String> {
            cells.iter().filter_map(|cells| Some(format!("{} {}", cells.title, cells.names().get(row)?))).collect()
        };
        let mut rows: Vec<Row> = own
            .iter()
            .filter_map(|&row| {
                let (mean, half) = (means[row]?, halves[row]?);
                let group = format!("from {} to {} after the cut", time(from[row]?), time(to[row]?));
                let name = format!("{} → full price of {}", cut[row], priced[row]);
                Some(Row { group, name, difference: mean, low: mean - half, high: mean + half, n: runs[row] })
            })
            .collect();
        // Windows one after another, each with all its pairs of channels in their order.
        let mut windows: Vec<String> = Vec::new();
        rows.iter().for_each(|row| {
            if !windows.contains(&row.group) {
                windows.push(row.group.clone());
            }
        });
        rows.sort_by_key(|row| windows.iter().position(|group| *group == row.group));
        let at = own.first().map_or(Vec::new(), |row| at(*row));
        let title = match at.is_empty() {
            true => studied.title(),
            false => format!("{} ({})", studied.title(), at.join(", ")),
        };
        let forest = Forest {
            title,
            measure: "the log full price, for a change of the log supply by 1,".to_owned(),
            groups: "window",
            axes: "supply that is cut".to_owned(),
            is_cut: false,
            baseline: "the trunk".to_owned(),
            unit: Unit::Plain,
            rows,
            caption: studied
                .source
                .caption(&format!("n = {} runs", own.iter().map(|row| runs[*row]).max().unwrap_or(0))),
        };
        let name = if last == 0 { "pass-through".to_owned() } else { format!("pass-through-{point}") };
        drawings.push((name, forest::draw(&forest)?));
    }
    Ok(drawings)
}
