//! Canaries: what they find, what they cost, and what they deter.

use reliance::domain::fate::Fate;

use reliance::maths;

use crate::suite::theory::case::{Case, Chapter, Part, Row, executing, fate};
use crate::suite::theory::watch::Seen;

/// Nodes that are found out one after the other.
const NODES: f64 = 500.0;

/// How often a node does the other thing, so as to learn of it.
const EXPLORE: f64 = 0.2;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Canaries",
        about: "Beside a share q of accepted answers a task of known answer is planted at the same node. The method `canary` as it ships, \
                q = 0.1, at nodes of which one leaves out a fifth and one errs in a tenth: nothing is found wrong but canaries. Next \
                q = 0.5 at nodes of which one leaves out 0.4 and recognises a canary with r = 0.25, detection d = 0.8 and false \
                alarm f = 0.1; a canary that passes is paid. Where n canaries are due in each epoch E, each at an instant of its own in its \
                nth part, and answers are Poisson with x of them in such a part, one is left out if none comes before the next is due: \
                ((1−e^−x)/x)². Beside two copies that must agree there is a canary where they do, τ²+(1−τ)². Nodes that err with e = 0.5 and lose their standing by two wrong canaries in a row: \
                a run of two takes (1+e)/e² (W. Feller 1968, XIII.7). Last a node that cheats where p < C/(R+S), as under *Deterrence*, \
                with p the share of canaries among all that it cannot tell from jobs: q(1−r)/(1+q(1−r)) with r = 0.5."
            .into(),
        cases: vec![
            named(),
            recognised(),
            by_epoch(),
            beside_copies(),
            excluded(),
            cheats("canary-cheats-below", "0.9p*: 1 − exploring", 1.0 - EXPLORE),
            cheats("canary-cheats-above", "1.1p*: exploring", EXPLORE),
        ],
    }
}

fn per_job(seen: &Seen) -> Part {
    Part::share(seen.probe.canaries[0], seen.summary.jobs)
}

fn alarms(seen: &Seen) -> Part {
    let [answers, alarms] = seen.probe.canaries;
    Part::share(alarms, answers)
}

/// The price of canaries at 1 credit each, in micro-credits: as quoted, and as paid.
fn price(which: usize) -> impl Fn(&Seen) -> Part {
    move |seen| {
        let class = &seen.probe.classes[0];
        Part::new(class.verification[which] as f64, class.jobs as f64)
    }
}

fn named() -> Case {
    let wrong = (0.2 + 0.1) / 2.0;
    let rows = vec![
        Row::new("share final that is wrong", "share", wrong, fate(Fate::FinalWrong)),
        Row::new("canaries beside an answer", "q", 0.1, per_job),
    ];
    Case::new("method-canary", rows)
}

fn recognised() -> Case {
    let (q, r, left_out, d, f) = (0.5, 0.25, 0.4, 0.8, 0.1);
    let alarm = r * f + (1.0 - r) * (left_out * d + (1.0 - left_out) * f);
    let done = 1.0 - left_out;
    let rows = vec![
        Row::new("share of canaries taken for wrong", "rf+(1−r)(ld+(1−l)f)", alarm, alarms),
        Row::new("price of canaries as quoted, in µ", "q P(passes)", (1e6 * q * (1.0 - alarm)).round(), price(0)),
        Row::new("price of canaries as paid, in µ", "q P(passes)", (1e6 * q * (1.0 - alarm)).round(), price(1)),
        Row::new("share final that is wrong", "l", left_out, fate(Fate::FinalWrong)),
        Row::new(
            "jobs and canaries in service",
            "λE[S] · (1−l+q(r+(1−r)(1−l)))",
            10.0 * (done + q * (r + (1.0 - r) * done)),
            executing,
        ),
    ];
    Case::new("canary-recognised", rows)
}

/// n = 25 in E = 10 s, at nodes with five answers a second.
fn by_epoch() -> Case {
    let (n, x, left_out, d, f) = (25.0, 2.0, 0.4, 0.8, 0.1);
    let share = (1.0 - maths::exp(-x)) / x;
    let per_node = n * (1.0 - share * share);
    let per_answer = per_node / (n * x);
    let passes = left_out * (1.0 - d) + (1.0 - left_out) * (1.0 - f);
    let price_each = (1e6 * per_answer * passes).round();
    let (nodes, epochs) = (20.0, 100.0);
    let rows = vec![
        Row::new("canaries of a node in an epoch", "n(1−((1−e^−x)/x)²)", per_node, move |seen| {
            Part::new(seen.probe.canaries[0] as f64, nodes * epochs)
        }),
        Row::new("share of canaries taken for wrong", "ld+(1−l)f", 1.0 - passes, alarms),
        Row::new("price of canaries as quoted, in µ", "P(passes)(1−((1−e^−x)/x)²)/x", price_each, price(0)),
        Row::new("price of canaries as paid, in µ", "P(passes)(1−((1−e^−x)/x)²)/x", price_each, price(1)),
    ];
    Case::new("canary-epochs", rows)
}

fn beside_copies() -> Case {
    let (q, right, f) = (0.5, 0.8_f64, 0.1);
    let agree = right * right + (1.0 - right) * (1.0 - right);
    let passes = right * (1.0 - f);
    let price_each = (1e6 * q * agree * passes).round();
    // Beside the canaries the second copy is verification, as quoted always, and as paid where both agree.
    let quoted = |seen: &Seen| {
        let class = &seen.probe.classes[0];
        Part::new(class.verification[0] as f64 - 1e6 * class.jobs as f64, class.jobs as f64)
    };
    let paid = |seen: &Seen| {
        let class = &seen.probe.classes[0];
        let accepted = seen.summary.fate(Fate::FinalRight) + seen.summary.fate(Fate::FinalWrong);
        Part::new(class.verification[1] as f64 - 1e6 * accepted as f64, class.jobs as f64)
    };
    let rows = vec![
        Row::new("canaries beside a job", "q(τ²+(1−τ)²)", q * agree, per_job),
        Row::new("share of canaries taken for wrong", "1−τ(1−f)", 1.0 - passes, alarms),
        Row::new("price of canaries as quoted, in µ", "q(τ²+(1−τ)²)τ(1−f)", price_each, quoted),
        Row::new("price of canaries as paid, in µ", "q(τ²+(1−τ)²)τ(1−f)", price_each, paid),
    ];
    Case::new("canary-copies", rows)
}

fn excluded() -> Case {
    let (q, e) = (0.5, 0.5);
    let runs = (1.0 + e) / (e * e);
    let rows = vec![
        Row::new("canaries until a node loses its standing", "(1+e)/e²", runs, |seen| {
            Part::new(seen.probe.canaries[0] as f64, NODES)
        }),
        Row::new("answers until then", "(1+e)/(qe²)", runs / q, |seen| {
            Part::new(seen.probe.classes[0].answered as f64, NODES)
        }),
    ];
    Case { runs: 34, fixed_horizon: true, ..Case::new("canary-excluded", rows) }
}

fn cheats(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    let row = Row::new("share of answers that are cheats", formula, expected, fate(Fate::FinalWrong));
    Case { runs: 20, ..Case::new(scenario, vec![row]) }
}
