//! How something is shared among some: Lorenz curves with Gini's coefficient. Income and stake among nodes.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{INK, SOFT, category};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE};
use super::sheet::{Anchor, Dash, Sheet, Stroke};
use super::source::Sources;
use crate::stats::concentration::Shares;

/// How something is shared among holders.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    /// What is shared, such as `income`.
    pub what: String,
    /// The holders.
    pub holders: usize,
    /// Share of holders, share of the total; from (0, 0) to (1, 1), the smallest first.
    pub curve: Vec<(f64, f64)>,
    /// Gini's coefficient as of a sample.
    pub gini: Option<f64>,
    /// The least number of holders with more than half together.
    pub half: Option<usize>,
}

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let table = sources.run.table("nodes", &["income", "stake"])?;
    let mut sharings = Vec::new();
    for (column, what) in [("income", "income"), ("stake", "stake")] {
        let Ok(values) = table.numbers(column) else { continue };
        let values: Vec<f64> = values.into_iter().flatten().collect();
        sharings.extend(sharing(what, &values));
    }
    if sharings.is_empty() {
        return Err("no node earned or staked anything".to_string());
    }
    let nodes = numbers::count(sharings[0].holders as u64);
    Ok(draw(&sharings, "nodes", sources.run.path_caption(&format!("n = {nodes} nodes"))))
}

/// How a total is shared; none where all holdings are zero or one is negative.
pub fn sharing(what: &str, values: &[f64]) -> Option<Sharing> {
    let shares = Shares::new(values)?;
    Some(Sharing {
        what: what.to_string(),
        holders: values.len(),
        curve: shares.lorenz(),
        gini: shares.gini_unbiased(),
        half: shares.nakamoto(0.5),
    })
}

/// How few hold more than half.
fn result(sharings: &[Sharing], among: &str) -> String {
    let said = |sharing: &Sharing| {
        let (half, holders) = (numbers::count(sharing.half? as u64), numbers::count(sharing.holders as u64));
        Some(format!("{half} of {holders} {among} hold more than half of all {}.", sharing.what))
    };
    sharings.iter().filter_map(said).collect::<Vec<_>>().join(" ")
}

/// Draws Lorenz curves of what is shared among some, such as `nodes`.
pub fn draw(sharings: &[Sharing], among: &str, caption: impl Into<Caption>) -> Drawing {
    let names: Vec<&str> = sharings.iter().map(|sharing| sharing.what.as_str()).collect();
    let words = Words {
        title: format!(
            "How {} {} shared among {among}",
            names.join(" and "),
            if names.len() > 1 { "are" } else { "is" }
        ),
        result: result(sharings, among),
        lede: format!(
            "Lorenz curves: the part of the total that the poorest {among} hold together. On the dotted line all hold the same. Gini's \
             coefficient is that of a sample."
        ),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(720.0, 440.0, &words);
    let side = body.height() - 78.0;
    let (left, top) = (body.left + 40.0, body.top + 34.0);
    let panel = Panel {
        rect: Rect { left, top, right: left + side, bottom: top + side },
        x: Axis::exact(0.0, 1.0, &format!("{among}, poorest first"), Unit::Share),
        y: Axis::exact(0.0, 1.0, "of the total", Unit::Share),
    };
    panel.draw(&mut sheet);
    let equal = Stroke { colour: SOFT, width: 1.0, dash: Dash::Dotted };
    panel.line(&mut sheet, &[(0.0, Some(0.0)), (1.0, Some(1.0))], equal);
    for (number, sharing) in sharings.iter().enumerate() {
        let curve: Vec<_> = thinned(&sharing.curve).into_iter().map(|(nodes, total)| (nodes, Some(total))).collect();
        panel.line(&mut sheet, &curve, category(number));
        if sharing.holders <= 60 {
            sharing
                .curve
                .iter()
                .for_each(|&(nodes, total)| sheet.dot(panel.at(nodes, total), 2.2, category(number).colour, true));
        }
    }
    draw_names(&mut sheet, &panel, sharings, body.right);
    Drawing { sheet, words }
}

/// At most four hundred points of a curve, both ends among them.
fn thinned(curve: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = curve.len().div_ceil(400).max(1);
    let mut kept: Vec<(f64, f64)> = curve.iter().copied().step_by(every).collect();
    if kept.last() != curve.last() {
        kept.extend(curve.last());
    }
    kept
}

fn draw_names(sheet: &mut Sheet, panel: &Panel, sharings: &[Sharing], right: f64) {
    for (number, sharing) in sharings.iter().enumerate() {
        let (x, height) = (panel.rect.right + 24.0, panel.rect.top + 10.0 + 64.0 * number as f64);
        sheet.line(vec![(x, height), (x + 22.0, height)], category(number));
        let room = right - x - 27.0;
        let name = font::fitted(&sharing.what, LABEL_SIZE, room);
        sheet.text((x + 27.0, height + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
        let gini =
            sharing.gini.map_or("one node alone".to_string(), |gini| format!("Gini {}", numbers::decimals(gini, 3)));
        sheet.text((x + 27.0, height + 18.0), gini, TICK_SIZE, Anchor::Start, SOFT);
        if let Some(half) = sharing.half {
            let text = format!(
                "more than half with {} of {}",
                numbers::count(half as u64),
                numbers::count(sharing.holders as u64)
            );
            sheet.text((x + 27.0, height + 32.0), text, TICK_SIZE, Anchor::Start, SOFT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: 1, 2, 3, 4 have the Gini coefficient 1/4, as of a sample 1/3.
    #[test]
    fn a_known_sharing_has_its_curve() {
        let found = sharing("income", &[4.0, 1.0, 3.0, 2.0]).unwrap();
        let expected = [(0.0, 0.0), (0.25, 0.1), (0.5, 0.3), (0.75, 0.6), (1.0, 1.0)];
        assert!(found.curve.iter().zip(expected).all(|(a, b)| (a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12));
        assert!((found.gini.unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!((found.half, found.holders), (Some(2), 4));
        let said = draw(&[found], "nodes", String::new()).words.result;
        assert_eq!(said, "2 of 4 nodes hold more than half of all income.");
    }

    #[test]
    fn nothing_shared_is_no_curve() {
        assert_eq!(sharing("stake", &[0.0, 0.0]), None);
        assert_eq!(sharing("stake", &[]), None);
        let alone = sharing("stake", &[5.0]).unwrap();
        assert_eq!(alone.gini, None);
        let drawing = draw(&[alone], "nodes", String::new());
        assert!(drawing.words.title.starts_with("How stake is shared"));
        assert_eq!(thinned(&vec![(0.0, 0.0); 4_001]).len(), 364);
    }
}
