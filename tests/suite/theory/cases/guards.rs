//! Vendors that guard checks, and what passes while they are broken.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::votes::at_least;
use crate::suite::theory::watch::Seen;

/// The share of answers that are wrong.
const WRONG: f64 = 0.5;

pub fn chapter() -> Chapter {
    let (x, d) = (0.2, [0.8, 0.7]);
    let either = |d: f64| x + (1.0 - x) * (1.0 - d);
    let one = WRONG * (x + (1.0 - x) * (1.0 - d[0]) * (1.0 - d[1]));
    let two = WRONG * either(d[0]) * either(d[1]);
    // Jobs asked for in the last second before the break are looked at after it: an execution, a trip of no time, and a look.
    let (broken, d) = ((500.0 - (200.0 - 1.0)) / 500.0, 0.7);
    let passes = at_least(3, 2, 1.0 - d);
    let at_last = WRONG * (broken + (1.0 - broken) * passes);
    Chapter {
        title: "Guards",
        about: "Every other answer is made up. Two checks with d = 0.8 and 0.7 are guarded by one vendor, or by one each, which is broken for a \
                job with x = 0.2 and then approves whatever it sees: 1 − d becomes x + (1−x)(1−d), and one vendor of two checks is summed \
                over its states. A check and one that decides about its alarm, of one vendor. Last, the majority of three validators who would never look, on machines whose vendor makes them look with \
                d = 0.7 until it is broken for good at 200 s of 500."
            .into(),
        cases: vec![
            wrong("vendors-one", "w(x+(1−x)(1−d₁)(1−d₂))", one),
            wrong("vendors-two", "wΠ(x+(1−x)(1−d))", two),
            ladder(x),
            wrong("vendors-break", "w(b+(1−b)B(3, 2, 1−d))", at_last),
        ],
    }
}

/// A check of d₀ = 0.8 and one of d₁ = 0.7 about its alarm, on machines of one vendor: while that is broken the second never begins.
fn ladder(x: f64) -> Case {
    let (first, second) = (0.8, 0.7);
    let passes = x + (1.0 - x) * (1.0 - first + first * (1.0 - second));
    let looks = 1.0 + WRONG * (1.0 - x) * first;
    let price = |which: usize| {
        move |seen: &Seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.verification[which] as f64, class.jobs as f64)
        }
    };
    let rows = vec![
        Row::new("share final that is wrong", "w(x+(1−x)(1−d₀d₁))", WRONG * passes, fate(Fate::FinalWrong)),
        Row::new("price of looks as quoted, in µ", "1+w(1−x)d₀", (1e6 * looks).round(), price(0)),
        Row::new("price of looks as paid, in µ", "1+w(1−x)d₀", (1e6 * looks).round(), price(1)),
    ];
    Case::new("vendors-ladder", rows)
}

fn wrong(scenario: &'static str, formula: &'static str, expected: f64) -> Case {
    Case::new(scenario, vec![Row::new("share final that is wrong", formula, expected, fate(Fate::FinalWrong))])
}
