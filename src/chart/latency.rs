//! How long answers take: the distribution of the response by class, on a logarithmic axis.

use super::axis::Axis;
use super::font;
use super::numbers::{self, Unit};
use super::page::{self, Caption, Drawing, Words};
use super::palette::{INK, SOFT, category};
use super::panel::{LABEL_SIZE, Panel, Rect, TICK_SIZE, stairs};
use super::sheet::{Anchor, Sheet};
use super::source::{Job, NEVER, Sources};
use crate::maths::{log10, pow};

/// The distribution of the response of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// The class.
    pub class: String,
    /// Its answers.
    pub answers: u64,
    /// Median, 95 % and 99 % quantile in seconds.
    pub quantiles: [f64; 3],
    /// Response in seconds, share answered by then.
    pub points: Vec<(f64, f64)>,
}

const POINTS: usize = 120;
const CLASSES_MAX: usize = 6;

/// Draws the chart.
pub fn chart(sources: &Sources) -> Result<Drawing, String> {
    let jobs = sources.run.jobs()?;
    let by_class = jobs.by_class();
    let all: Vec<Distribution> = by_class.iter().filter_map(|(class, jobs)| distribution(class, jobs)).collect();
    if all.is_empty() {
        return Err("no job was answered".to_string());
    }
    let answers = numbers::count(all.iter().map(|class| class.answers).sum());
    let mut counted = format!("{}, {answers} answered", jobs.counted());
    if all.len() > CLASSES_MAX {
        counted.push_str(&format!(", {} smaller classes not shown", all.len() - CLASSES_MAX));
    }
    Ok(draw(&all[..all.len().min(CLASSES_MAX)], sources.run.path_caption(&counted)))
}

/// The empirical distribution of the response of the answered jobs of a class; none where there are none.
/// Where all take the same time it is a step at that time.
pub fn distribution(class: &str, jobs: &[&Job]) -> Option<Distribution> {
    let answered = jobs.iter().filter(|job| job.answered != NEVER);
    let mut sorted: Vec<u64> = answered.map(|job| job.answered.saturating_sub(job.asked).max(1)).collect();
    sorted.sort_unstable();
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let rank = |p: f64| sorted[((p * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len()) - 1];
    // A little on both sides of a single time, so that there is a step to see.
    let aside = if first == last { 0.05 } else { 0.0 };
    let (low, high) = (log10(first as f64 * 1e-9) - aside, log10(last as f64 * 1e-9) + aside);
    let place = |point: usize| pow(10.0, low + (high - low) * point as f64 / (POINTS - 1) as f64);
    let point = |number: usize| {
        let time = place(number);
        // A hair wider, so that the last answer is in by the last place whatever the rounding.
        let by = sorted.partition_point(|response| *response as f64 * 1e-9 <= time * (1.0 + 1e-12));
        (time, by as f64 / sorted.len() as f64)
    };
    Some(Distribution {
        class: class.to_string(),
        answers: sorted.len() as u64,
        quantiles: [0.5, 0.95, 0.99].map(|p| rank(p) as f64 / 1e9),
        points: (0..POINTS).map(point).collect(),
    })
}

/// The classes with the shortest and the longest median.
fn result(classes: &[Distribution]) -> String {
    let time = |seconds: f64| numbers::measured(seconds, Unit::Seconds);
    let mut sorted: Vec<&Distribution> = classes.iter().collect();
    sorted.sort_by(|one, other| one.quantiles[0].total_cmp(&other.quantiles[0]));
    let said = |class: &Distribution| {
        let [median, most, _] = class.quantiles.map(time);
        format!("Half of the answers to “{}” arrive within {median}, 95 % within {most}", class.class)
    };
    match sorted[..] {
        [] => String::new(),
        [only] => format!("{}.", said(only)),
        [first, .., last] => {
            format!("{}; to “{}” {} and {}.", said(first), last.class, time(last.quantiles[0]), time(last.quantiles[1]))
        }
    }
}

/// Draws the distributions of some classes.
pub fn draw(classes: &[Distribution], caption: impl Into<Caption>) -> Drawing {
    let words = Words {
        title: "How long answers take".to_string(),
        result: result(classes),
        lede: "The share of answered jobs whose answer arrived within a time since asking. Discs: 50, 95 and 99 %."
            .to_string(),
        caption: caption.into(),
    };
    let (mut sheet, body) = page::begin(page::WIDTH, 400.0, &words);
    // From where one answer in a thousand has come: a few early ones would leave most of the width empty.
    let first = |class: &Distribution| class.points.iter().find(|point| point.1 >= 1e-3).map(|point| point.0);
    let low = classes.iter().filter_map(first).fold(f64::MAX, f64::min);
    let high = classes.iter().map(|class| class.points[class.points.len() - 1].0).fold(0.0, f64::max);
    let panel = Panel {
        rect: Rect {
            left: body.left + 44.0,
            top: body.top + 34.0,
            right: body.right - 250.0,
            bottom: body.bottom - 44.0,
        },
        x: Axis::logarithmic(0.9 * low, 1.1 * high, "time from asking to the answer", Unit::Seconds),
        y: Axis::share(1.0, "answered"),
    };
    panel.draw_x_grid(&mut sheet);
    panel.draw(&mut sheet);
    for (number, class) in classes.iter().enumerate() {
        let line: Vec<_> = class.points.iter().map(|&(time, share)| (time, Some(share))).collect();
        panel.line(&mut sheet, &shaped(class, line), category(number));
        class.quantiles.iter().zip([0.5, 0.95, 0.99]).for_each(|(time, share)| {
            sheet.dot(panel.held(*time, share), 3.0, category(number).colour, true);
        });
    }
    draw_names(&mut sheet, &panel, classes, body.right);
    Drawing { sheet, words }
}

/// Values to be joined by a line; a step where all answers take the same time.
fn shaped<T: Copy>(class: &Distribution, values: Vec<(f64, T)>) -> Vec<(f64, T)> {
    let is_step = class.points.iter().all(|point| point.1 == 0.0 || point.1 == 1.0);
    if is_step { stairs(&values) } else { values }
}

/// The names of classes with their quantiles in a list beside the panel, the fastest at the top.
fn draw_names(sheet: &mut Sheet, panel: &Panel, classes: &[Distribution], right: f64) {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by(|&a, &b| classes[a].quantiles[0].total_cmp(&classes[b].quantiles[0]));
    for (row, &number) in order.iter().enumerate() {
        let class = &classes[number];
        let (stroke, x, y) = (category(number), panel.rect.right + 20.0, panel.rect.top + 8.0 + 52.0 * row as f64);
        sheet.line(vec![(x, y), (x + 22.0, y)], stroke);
        let name = format!("{} · n = {}", class.class, numbers::count(class.answers));
        let name = font::fitted(&name, LABEL_SIZE, right - x - 27.0);
        sheet.text((x + 27.0, y + 4.0), name, LABEL_SIZE, Anchor::Start, INK);
        let [median, most, nearly] = class.quantiles.map(|time| numbers::measured(time, Unit::Seconds));
        sheet.text((x + 27.0, y + 18.0), format!("half within {median}"), TICK_SIZE, Anchor::Start, SOFT);
        let text = format!("95 % within {most}, 99 % {nearly}");
        sheet.text((x + 27.0, y + 31.0), text, TICK_SIZE, Anchor::Start, SOFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::source::Ending;
    use crate::domain::fate::Fate;

    fn jobs(responses: impl Iterator<Item = u64>) -> Vec<Job> {
        let job = |(index, response): (usize, u64)| {
            let asked = 1_000_000_000 * index as u64;
            let ending = Ending { fate: Fate::FinalRight, cause: None };
            let at = asked + response;
            Job {
                source: 0,
                index: index as u64,
                class: 0,
                ending,
                asked,
                placed: true,
                answered: at,
                used: at,
                accepted: true,
                closed: at,
            }
        };
        responses.enumerate().map(job).collect()
    }

    // worked example: answers after 1, 2, …, 1000 ms.
    #[test]
    fn shares_and_quantiles_are_those_of_the_sample() {
        let jobs = jobs((1..=1000).map(|i| 1_000_000 * ((i * 7919) % 1000 + 1)));
        let found = distribution("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((found.answers, found.quantiles), (1000, [0.5, 0.95, 0.99]));
        assert_eq!(found.points.len(), POINTS);
        for &(time, share) in &found.points {
            assert!((share - (time * 1e3 + 1e-6).floor() / 1e3).abs() < 2e-3, "{time}: {share}");
        }
        assert_eq!(found.points[POINTS - 1].1, 1.0);
    }

    #[test]
    fn two_answers_are_two_steps() {
        let jobs = jobs([1_000_000_000, 10_000_000_000].into_iter());
        let found = distribution("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((found.points[0], found.points[POINTS - 1].1), ((1.0, 0.5), 1.0));
        assert_eq!(distribution("a", &[]), None);
    }

    // Three dots without a line were drawn of a constant.
    #[test]
    fn answers_of_one_time_are_a_step_at_that_time() {
        let jobs = jobs(std::iter::repeat_n(3_000_000_000, 200));
        let found = distribution("a", &jobs.iter().collect::<Vec<_>>()).unwrap();
        let shares: Vec<f64> = found.points.iter().map(|point| point.1).collect();
        assert!(shares.iter().all(|share| *share == 0.0 || *share == 1.0), "{shares:?}");
        assert!(found.points[0].0 < 3.0 && found.points[POINTS - 1].0 > 3.0, "the step has both its sides");
        let risen = found.points.iter().find(|point| point.1 == 1.0).expect("it comes to all");
        assert!((risen.0 / 3.0 - 1.0).abs() < 0.01, "{}", risen.0);
        let sheet = draw(&[found], String::new()).sheet;
        assert_eq!(sheet.misplaced(), Vec::<String>::new());
    }
}
