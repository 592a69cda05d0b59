//! Who is there over the run, by group of parties, and who came and left.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{BLUE, INK, LEADER, SOFT, VERMILION, category};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, spread, stairs};
use super::sheet::{Anchor, Colour, Sheet, Stroke};
use super::source::{NEVER, Source, Sources};
use super::times::Bins;

/// More groups than this are shown by the largest; the others are said.
const GROUPS: usize = 8;

/// One group at one tick: the instant, how many are there, and how many came and left since the tick before.
pub type Tick = (u64, [f64; 3]);

/// A group over the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many parties it has, there or not.
    pub parties: f64,
    /// Its ticks, in order.
    pub ticks: Vec<Tick>,
}

impl Group {
    /// How many times a party came, or left.
    fn moved(&self, which: usize) -> f64 {
        self.ticks.iter().map(|(_, seen)| seen[1 + which]).sum()
    }

    fn present(&self, tick: usize) -> f64 {
        self.ticks[tick].1[0]
    }

    /// Whether any party of it ever comes or goes.
    fn moves(&self) -> bool {
        self.moved(0) + self.moved(1) > 0.0
    }
}

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let groups = read(&sources.run)?;
    let ticks = groups.first().map_or(0, |group| group.ticks.len());
    if ticks < 2 {
        return Err("the run is shorter than a tick of `record.tick`".to_string());
    }
    let parties: f64 = groups.iter().map(|group| group.parties).sum();
    let counted = format!("n = {} parties, {} ticks", numbers::count(parties as u64), numbers::count(ticks as u64));
    Ok(draw(&groups, sources.run.path_caption(&counted)))
}

fn read(run: &Source) -> Result<Vec<Group>, String> {
    let columns = ["at_ns", "party_group", "parties", "present", "entered", "departed"];
    let mut groups: Vec<Group> = Vec::new();
    run.pieces("parties", &columns, &mut |table| {
        let (at, (places, names)) = (table.whole("at_ns")?, table.text("party_group")?);
        let numbers: Vec<Vec<Option<f64>>> =
            columns[2..].iter().map(|name| table.numbers(name)).collect::<Result<_, _>>()?;
        for row in (0..at.len()).filter(|row| at[*row] != NEVER) {
            let Some(name) = places[row].map(|place| &names[place as usize]) else { continue };
            let of = |column: usize| numbers[column][row].unwrap_or(0.0);
            let place = groups.iter().position(|group| group.name == *name).unwrap_or_else(|| {
                groups.push(Group { name: name.clone(), parties: of(0), ticks: Vec::new() });
                groups.len() - 1
            });
            groups[place].ticks.push((at[row], [1, 2, 3].map(of)));
        }
        Ok(())
    })?;
    Ok(groups)
}

/// Draws who is there as a line for each group, and below it all that came and left.
pub fn draw(groups: &[Group], caption: impl Into<Caption>) -> Drawing {
    // Those that move most come first, so that they are shown where there is no room for all.
    let mut order: Vec<&Group> = groups.iter().collect();
    let weight = |group: &Group| group.moved(0) + group.moved(1);
    order.sort_by(|one, other| weight(other).total_cmp(&weight(one)).then(other.parties.total_cmp(&one.parties)));
    let (shown, rest) = order.split_at(order.len().min(GROUPS));
    let (first, last) = (groups[0].ticks[0].0, groups[0].ticks[groups[0].ticks.len() - 1].0);
    let bins = Bins::over(first, last, 48);
    let others = match rest {
        [] => String::new(),
        rest => format!(" Not drawn: {} groups that move less.", numbers::count(rest.len() as u64)),
    };
    let words = Words {
        title: "Who is in the market".to_string(),
        result: result(groups),
        lede: format!(
            "Above: parties that are there, by group. Below: how many came (up) and left (down) per {}, all groups together.{others}",
            bins.in_words()
        ),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 470.0, &words);
    let x = |title: &str| Axis::exact(first as f64 * 1e-9, last as f64 * 1e-9, title, Unit::Seconds);
    let most = shown.iter().flat_map(|group| &group.ticks).map(|(_, seen)| seen[0]).fold(1.0, f64::max);
    let (left, right) = (body.left + 48.0, body.right - 220.0);
    let panel = Panel {
        rect: Rect { left, top: body.top + 34.0, right, bottom: body.top + 270.0 },
        x: x(""),
        y: Axis::linear(0.0, most, "parties present", Unit::Count),
    };
    panel.draw_x_grid(&mut sheet);
    panel.draw_y(&mut sheet);
    panel.draw_x(&mut sheet, false);
    draw_groups(&mut sheet, &panel, shown, body.right);
    draw_moves(&mut sheet, (Rect { left, top: body.top + 314.0, right, bottom: body.bottom - 44.0 }, &x), groups, bins);
    Drawing { sheet, words }
}

/// A line for each group, named beside its last value with how many came and left.
fn draw_groups(sheet: &mut Sheet, panel: &Panel, groups: &[&Group], right: f64) {
    let mut wished = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let line: Vec<(f64, Option<f64>)> =
            group.ticks.iter().map(|(at, seen)| (*at as f64 * 1e-9, Some(seen[0]))).collect();
        panel.line(sheet, &stairs(&line), Stroke { width: 1.6, ..category(number) });
        wished.push(panel.held(panel.x.high, group.present(group.ticks.len() - 1)));
    }
    let heights: Vec<f64> = wished.iter().map(|last| last.1).collect();
    for (number, height) in spread(&heights, 29.0, panel.rect.top, panel.rect.bottom - 8.0).into_iter().enumerate() {
        let (stroke, x, group) = (category(number), panel.rect.right + 10.0, groups[number]);
        sheet.line(vec![wished[number], (x, height)], Stroke::solid(LEADER, 0.6));
        sheet.line(vec![(x, height), (x + 20.0, height)], stroke);
        let name = font::fitted(&group.name, LABEL_SIZE, right - x - 26.0);
        sheet.text((x + 26.0, height + 2.0), name, LABEL_SIZE, Anchor::Start, INK);
        let moved = match group.moves() {
            true => format!("+{} −{}", numbers::count(group.moved(0) as u64), numbers::count(group.moved(1) as u64)),
            false => "none came or left".to_string(),
        };
        let text = format!("{} of {} · {moved}", group.present(group.ticks.len() - 1), group.parties);
        sheet.text((x + 26.0, height + 15.0), text, TICK_SIZE, Anchor::Start, SOFT);
    }
}

/// Bars of what came and what left, in each bin.
fn draw_moves(sheet: &mut Sheet, (rect, x): (Rect, &dyn Fn(&str) -> Axis), groups: &[Group], bins: Bins) {
    let mut moved = vec![[0.0; 2]; bins.count];
    for (at, seen) in groups.iter().flat_map(|group| &group.ticks) {
        // What is counted at a tick happened before it.
        let bin = bins.of(at.saturating_sub(1).max(bins.first)).unwrap_or(bins.count - 1);
        moved[bin][0] += seen[1];
        moved[bin][1] += seen[2];
    }
    let most = |which: usize| moved.iter().map(|bin| bin[which]).fold(0.0, f64::max);
    let ends = [-most(1), most(0).max(if most(1) > 0.0 { 0.0 } else { 1.0 })];
    let title = format!("came and left, per {}", bins.in_words());
    let y = Axis::linear(ends[0], ends[1], &title, Unit::Count);
    let panel = Panel { rect, x: x("time from the start of the run"), y };
    panel.draw(sheet);
    let bars: [(usize, f64, Colour, &str); 2] = [(0, 1.0, BLUE, "came"), (1, -1.0, VERMILION, "left")];
    for (which, sign, colour, name) in bars {
        for (bin, moved) in moved.iter().enumerate().filter(|(_, moved)| moved[which] > 0.0) {
            let [from, to] = [bins.begins(bin), bins.begins(bin + 1)].map(|at| panel.held(at, 0.0).0);
            let [base, tip] = [0.0, sign * moved[which]].map(|value| panel.held(0.0, value).1);
            sheet.block((from + 0.5, base.min(tip)), (to - 0.5, base.max(tip)), colour, 0.75);
        }
        let total: f64 = moved.iter().map(|bin| bin[which]).sum();
        let height = panel.held(0.0, 0.0).1 - sign * 14.0;
        let at = panel.rect.right + 10.0;
        sheet.block((at + 4.0, height - 5.0), (at + 16.0, height + 5.0), colour, 0.75);
        let text = format!("{name} {}", numbers::count(total as u64));
        sheet.text((at + 26.0, height + 4.0), text, LABEL_SIZE, Anchor::Start, INK);
    }
    let zero = panel.at(panel.x.low, 0.0).1;
    sheet.line(vec![(panel.rect.left, zero), (panel.rect.right, zero)], Stroke::solid(SOFT, 1.0));
}

/// How many are there at the end, of how many at the begin, and what moved most.
fn result(groups: &[Group]) -> String {
    let sum = |of: &dyn Fn(&Group) -> f64| groups.iter().map(of).sum::<f64>() as u64;
    let [begin, end, came, left] = [
        sum(&|group| group.present(0)),
        sum(&|group| group.present(group.ticks.len() - 1)),
        sum(&|group| group.moved(0)),
        sum(&|group| group.moved(1)),
    ]
    .map(numbers::count);
    format!("{begin} parties are there at first and {end} at last: {came} times one came, and {left} times one left.")
}

#[cfg(test)]
mod tests {
    use super::*;

    // worked example: ten are there, two leave, three come, in one of two groups.
    #[test]
    fn who_is_there_adds_up() {
        let minute = 60_000_000_000;
        let ticks = vec![(0, [10.0, 0.0, 0.0]), (minute, [8.0, 0.0, 2.0]), (2 * minute, [11.0, 3.0, 0.0])];
        let moving = Group { name: "moving".to_string(), parties: 20.0, ticks };
        let still = vec![(0, [5.0, 0.0, 0.0]); 3];
        let still = Group { name: "still".to_string(), parties: 5.0, ticks: still };
        assert!(moving.moves() && !still.moves());
        let groups = [still, moving];
        assert_eq!(
            result(&groups),
            "15 parties are there at first and 16 at last: 3 times one came, and 2 times one left."
        );
        let drawn = draw(&groups, String::new());
        assert_eq!(drawn.sheet.misplaced(), Vec::<String>::new());
        draw(&groups[..1], String::new());
    }
}
