//! How trust is shared among the parties that answers rely on: Lorenz curves of the trust that each held, and of what each could
//! have put at risk alone.

use super::lorenz::{self, Sharing};
use super::numbers;
use super::page::Drawing;
use super::source::Sources;

/// Draws the chart, where the run has an account of reliance.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let names = ["relied", "lone_power"];
    let table = sources.run.table("holders", &names).map_err(|_| "the run has no account: `record.reliance`")?;
    let (relied, power) = (table.numbers("relied")?, table.numbers("lone_power")?);
    let relied: Vec<f64> = relied.into_iter().flatten().collect();
    let power: Vec<f64> = power.into_iter().flatten().collect();
    let sharings: Vec<Sharing> = [("trust", &relied), ("lone power", &power)]
        .into_iter()
        .filter_map(|(what, values)| lorenz::sharing(what, values))
        .collect();
    if sharings.is_empty() {
        return Err("no answer relied on anybody".to_string());
    }
    let parties = numbers::count(sharings[0].holders as u64);
    let caption = sources.run.path_caption(&format!("n = {parties} parties that were relied on"));
    Ok(lorenz::draw(&sharings, "parties", caption))
}
