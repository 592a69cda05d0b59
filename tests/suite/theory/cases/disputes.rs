//! Alarms that do not decide alone.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::disputes::{
    challenged, expected_of_ladder, majority_alarms, passes_ladder, rounds, two_copies, upheld_by_group,
};
use crate::suite::theory::watch::Seen;

/// The share of right answers, in the scenarios of this chapter.
const RIGHT: f64 = 0.7;

/// The probability that a validator looks, and so what is believed of it; but in `dispute-committee` all look.
const LOOKS: f64 = 0.7;

/// What a second of a validator costs in micro-credits.
const SECOND: f64 = 10_000.0;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Disputes",
        about: "A check whose alarm another one decides about does not refuse alone: an answer is refused if every check of the ladder \
                refuses it, each with probability r by its own look. Of n watchers each looks with probability a and takes a wrong answer for \
                wrong with probability d, a right one with f; the first challenges it within the window. A dispute over s steps is \
                narrowed down to one in ⌈log₂ s⌉ rounds, and then a referee looks. A validator looks with probability η = 0.7, and approves what \
                it does not look at; those of the committee always look. Of a group of seven each votes with v = 0.8 within 10 s; five must vote, and the alarm is upheld unless more than half of \
                those approve. Three answers in ten are wrong, and none before the committee."
            .into(),
        cases: vec![committee(), ladder(), copies(), watchers(), gas(), vote()],
    }
}

/// The share of a kind of answers that was accepted in the end.
fn accepted(accepted: Fate, refused: Fate) -> impl Fn(&Seen) -> Part {
    move |seen| {
        let stands = seen.summary.fate(accepted);
        Part::share(stands, stands + seen.summary.fate(refused))
    }
}

/// From the answer to the job's end. What is quoted is the same for every job, in whole nanoseconds.
fn time(name: &str, formula: &'static str, expected: f64) -> [Row; 2] {
    let quoted = Row::new(format!("{name}, as quoted, in ns"), formula, (expected * 1e9).round(), |seen| {
        let class = &seen.probe.classes[0];
        Part::new(class.settled[0] as f64, class.answered as f64)
    });
    let real = Row::new(name, formula, expected, |seen| {
        Part::seconds(seen.probe.classes[0].settled[1], seen.probe.classes[0].answered)
    });
    [quoted, real]
}

/// Seconds of validators that are paid for a job. What is quoted is the same for every job, in whole micro-credits.
fn price(name: &str, formula: &'static str, expected: f64) -> [Row; 2] {
    let quoted = Row::new(format!("{name}, as quoted, in µ"), formula, (expected * SECOND).round(), |seen| {
        Part::new(seen.probe.classes[0].verification[0] as f64, seen.probe.classes[0].jobs as f64)
    });
    let real = Row::new(name, formula, expected, |seen| {
        Part::new(seen.probe.classes[0].verification[1] as f64 / SECOND, seen.probe.classes[0].jobs as f64)
    });
    [quoted, real]
}

/// A validator, the majority of three others about its alarm, and one about theirs; every answer is right.
fn committee() -> Case {
    let refuse = [0.3, majority_alarms(3, 0.4), 0.2];
    let mut rows = vec![Row::new(
        "share of right answers accepted",
        "1−∏r",
        passes_ladder(&refuse),
        accepted(Fate::FinalRight, Fate::RejectedRight),
    )];
    let expected = |each: [f64; 3]| expected_of_ladder(&refuse, &each);
    rows.extend(time("mean time of the checks", "Σ tᵢ ∏_{j<i} rⱼ", expected([1.0, 2.0, 3.0])));
    rows.extend(price("seconds of validators paid", "Σ nᵢtᵢ ∏_{j<i} rⱼ", expected([1.0, 6.0, 3.0])));
    Case::new("dispute-committee", rows)
}

/// Three validators, each about the alarm of the one before. A validator that does not look approves at once.
fn ladder() -> Case {
    let (right, wrong) = ([0.3, 0.4, 0.2].map(|f| LOOKS * f), [0.8, 0.7, 0.9].map(|d| LOOKS * d));
    let over_both =
        |each: [f64; 3]| RIGHT * expected_of_ladder(&right, &each) + (1.0 - RIGHT) * expected_of_ladder(&wrong, &each);
    let of = |refuse: &[f64], fates: [Fate; 2]| (passes_ladder(refuse), accepted(fates[0], fates[1]));
    let (right_passes, right_measure) = of(&right, [Fate::FinalRight, Fate::RejectedRight]);
    let (wrong_passes, wrong_measure) = of(&wrong, [Fate::FinalWrong, Fate::RejectedWrong]);
    let mut rows = vec![
        Row::new("share of right answers accepted", "1−∏ηf", right_passes, right_measure),
        Row::new("share of wrong answers accepted", "1−∏ηd", wrong_passes, wrong_measure),
    ];
    rows.extend(time("mean time of the checks", "Σ ηtᵢ ∏_{j<i} rⱼ", over_both([1.0, 2.0, 3.0].map(|t| LOOKS * t))));
    rows.extend(price("seconds of validators paid", "Σ tᵢ ∏_{j<i} rⱼ", over_both([1.0, 2.0, 3.0])));
    Case::new("dispute-ladder", rows)
}

fn copies() -> Case {
    let (right, wrong, looks) = two_copies(RIGHT, 1.0 - LOOKS * 0.2, 1.0 - LOOKS * 0.9);
    let mut rows = vec![
        Row::new("share accepted that is right", "p²+p(1−p)(2−u)q", right, fate(Fate::FinalRight)),
        Row::new("share accepted that is wrong", "(1−p)²+p(1−p)(2−q)u", wrong, fate(Fate::FinalWrong)),
    ];
    rows.extend(time("mean time of the referee", "2p(1−p)(1+(1−q)/2+(1−u)/2)η", looks * LOOKS));
    rows.extend(price("seconds of the referee paid", "2p(1−p)(1+(1−q)/2+(1−u)/2)", looks));
    Case::new("dispute-copies", rows)
}

fn watchers() -> Case {
    let (of_right, of_wrong) = (challenged(5, 0.3, 0.2), challenged(5, 0.3, 0.8));
    let disputes = RIGHT * of_right + (1.0 - RIGHT) * of_wrong;
    // A dispute begins after 2 s of a window of 10 s and outlasts it; the referee looks for 2 s in the mean, if it looks.
    let dispute = f64::from(rounds(1000)) + LOOKS * 2.0;
    let mut rows = vec![
        Row::new(
            "share of wrong answers that stand",
            "1−(1−(1−ad)ⁿ)η",
            1.0 - LOOKS * of_wrong,
            accepted(Fate::FinalWrong, Fate::RevokedWrong),
        ),
        Row::new(
            "share of right answers that stand",
            "1−(1−(1−af)ⁿ)ηf",
            1.0 - LOOKS * 0.5 * of_right,
            accepted(Fate::FinalRight, Fate::RevokedRight),
        ),
    ];
    let until = 10.0 + disputes * (2.0 + dispute - 10.0);
    rows.extend(time("mean time until nothing can revoke an answer", "w + P(2+⌈log₂s⌉+ηE[look]−w)", until));
    rows.extend(price("seconds of referees paid", "P E[look]", disputes * 2.0));
    Case::new("dispute-watchers", rows)
}

/// The same watchers; each side of a dispute pays a cent for each of its ten rounds.
fn gas() -> Case {
    let disputes = RIGHT * challenged(5, 0.3, 0.2) + (1.0 - RIGHT) * challenged(5, 0.3, 0.8);
    let posted = 2.0 * f64::from(rounds(1000)) * SECOND * disputes;
    let row = Row::new("gas of rounds per job, in µ", "2g⌈log₂s⌉P", posted, |seen| {
        Part::new(seen.probe.posted as f64, seen.summary.jobs as f64)
    });
    Case::new("dispute-gas", vec![row])
}

/// A validator, and a group that votes about its alarm.
fn vote() -> Case {
    let upheld = |alarm: f64| upheld_by_group(7, 5, 0.8, LOOKS * alarm);
    let (right, wrong) = ([LOOKS * 0.3, upheld(0.6)], [LOOKS * 0.8, upheld(0.9)]);
    let disputes = RIGHT * right[0] + (1.0 - RIGHT) * wrong[0];
    let mut rows = vec![
        Row::new("share of right answers refused", "ηf Σ_c B(c) P(alarms ≥ c/2)", right[0] * right[1], |seen| {
            let refused = seen.summary.fate(Fate::RejectedRight);
            Part::share(refused, refused + seen.summary.fate(Fate::FinalRight))
        }),
        Row::new("share of wrong answers refused", "ηd Σ_c B(c) P(alarms ≥ c/2)", wrong[0] * wrong[1], |seen| {
            let refused = seen.summary.fate(Fate::RejectedWrong);
            Part::share(refused, refused + seen.summary.fate(Fate::FinalWrong))
        }),
    ];
    rows.extend(time("mean time of the checks", "ηt + P(alarm) w", LOOKS + disputes * 10.0));
    rows.extend(price("seconds of validators paid", "t₁ + P(alarm) nvt₂", 1.0 + disputes * 7.0 * 0.8 * 2.0));
    Case::new("dispute-vote", rows)
}
