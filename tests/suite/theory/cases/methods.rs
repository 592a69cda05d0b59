//! The named methods of verification: what becomes of right and of wrong answers.

use reliance::domain::fate::Fate;

use crate::suite::theory::case::{Case, Chapter, Part, Row, fate};
use crate::suite::theory::formulas::disputes::challenged;
use crate::suite::theory::formulas::votes::{at_least, votes_until};

/// One node in two leaves out a fifth of its jobs, the other errs in a tenth: answers left out, mistaken, and right.
const LEFT_OUT: f64 = 0.1;
const MISTAKEN: f64 = 0.05;
const RIGHT: f64 = 0.85;

/// What becomes of answers: shares revoked or refused (of the left out, of the mistaken, of the right).
struct Findings {
    left_out: f64,
    mistaken: f64,
    right: f64,
    deferred: bool,
}

pub fn chapter() -> Chapter {
    let mut cases: Vec<Case> = [
        ("method-signature", [0.0, 0.0, 0.0], false),
        ("method-spot-check", [0.1, 0.1, 0.0], true),
        ("method-proof-of-sampling", [0.010_98, 0.010_98, 0.0], true),
        ("method-fingerprint", [1.0, 0.0, 0.0], true),
        ("method-logprob-rerun", [0.1, 0.1, 0.1 * 0.05], true),
        ("method-committee", [1.0, 1.0, 0.0], false),
        ("method-tee", [1.0, 0.0, 0.0], false),
        ("method-zk", [1.0, 1.0, 0.0], false),
        ("method-optimistic", [challenged(3, 0.5, 1.0), challenged(3, 0.5, 1.0), 0.0], true),
    ]
    .map(|(name, [left_out, mistaken, right], deferred)| {
        method(name, &Findings { left_out, mistaken, right, deferred })
    })
    .into();
    let takes = |name: &str, seconds: f64| {
        let row = Row::new("mean time to acceptance", "work, overhead and check", seconds, |seen| {
            let accepted = &seen.summary.accepted.moments;
            Part::new(accepted.sum(), accepted.count() as f64)
        });
        (name.to_owned(), row)
    };
    for (name, row) in [takes("method-tee", 1.07 + 0.015), takes("method-zk", 1.0 + 2100.0 + 2.4)] {
        cases.iter_mut().find(|case| case.scenario == name).expect("a case of that name").rows.push(row);
    }
    cases.extend([replication(), refereed(), escalate(), kinds()]);
    // A look of detection d and false alarm f, mistaken with probability e; or left out with probability l.
    let (d, f, e, l) = (0.9, 0.05, 0.1, 0.25);
    let errs = |alarm: f64| alarm * (1.0 - e) + (1.0 - alarm) * e;
    cases.push(check("check-blocking", [errs(d), errs(f)], [Fate::RejectedWrong, Fate::RejectedRight]));
    cases.push(check("check-deferred", [(1.0 - l) * d, (1.0 - l) * f], [Fate::RevokedWrong, Fate::RevokedRight]));
    // What is found seldom takes more runs to be known to a fiftieth of itself.
    let more = [
        ("method-spot-check", 128),
        ("method-fingerprint", 40),
        ("method-logprob-rerun", 600),
        ("method-tee", 40),
        ("method-refereed", 40),
        ("check-blocking", 112),
        ("check-deferred", 272),
    ];
    for (name, runs) in more {
        cases.iter_mut().find(|case| case.scenario == name).expect("a case of that name").runs = runs;
    }
    Chapter {
        title: "Methods of verification",
        about: "The named methods as they ship. A tenth of the answers is made up without the work, a twentieth is an honest mistake: \
                with the share s of answers drawn, detection d of the kind and false alarm f, a share s·d or s·f of each is found. \
                Replication meets three nodes that leave out a fifth; the last two checks have s = 0.3, d = 0.9, f = 0.05 and \
                validators who err with e = 0.1, or leave out l = 0.25 of their looks, at a node that leaves out 0.4. \
                `optimistic` has three watchers of whom each looks half of the time; `refereed` meets two nodes that leave out a fifth; `escalate` has one look, and the majority of five about its alarm."
            .into(),
        cases,
    }
}

fn method(scenario: &'static str, found: &Findings) -> Case {
    let [wrong_fate, right_fate] = match found.deferred {
        true => [Fate::RevokedWrong, Fate::RevokedRight],
        false => [Fate::RejectedWrong, Fate::RejectedRight],
    };
    let wrong = LEFT_OUT * found.left_out + MISTAKEN * found.mistaken;
    let right = RIGHT * found.right;
    let rows = vec![
        Row::new("share found that is wrong", "Σ share·s·d", wrong, fate(wrong_fate)),
        Row::new("share found that is right", "share·s·f", right, fate(right_fate)),
        Row::new("share final that is wrong", "Σ share·(1−s·d)", LEFT_OUT + MISTAKEN - wrong, fate(Fate::FinalWrong)),
    ];
    Case::new(scenario, rows)
}

fn replication() -> Case {
    let right = at_least(3, 2, 0.8);
    let rows = vec![
        Row::new("share final that is right", "B(3, 2, 0.8)", right, fate(Fate::FinalRight)),
        Row::new("share on which no two agree", "1 − B(3, 2, 0.8)", 1.0 - right, fate(Fate::Unresolved)),
    ];
    Case::new("method-replication", rows)
}

/// Two nodes whose made-up answers differ, and a referee that sees what is wrong: one right answer is enough.
fn refereed() -> Case {
    let both = 0.2 * 0.2;
    let rows = vec![
        Row::new("share final that is right", "1 − l²", 1.0 - both, fate(Fate::FinalRight)),
        Row::new("share refused that is wrong", "l²", both, fate(Fate::RejectedWrong)),
    ];
    Case::new("method-refereed", rows)
}

/// A validator and then the majority of five others, all of whom see what is wrong and take one right answer in twenty for wrong.
fn escalate() -> Case {
    let (wrong, alarm) = (LEFT_OUT + MISTAKEN, 0.05);
    let votes = 1.0 + wrong * votes_until(5, 0.0) + RIGHT * alarm * votes_until(5, 1.0 - alarm);
    let refused = RIGHT * alarm * at_least(5, 3, alarm);
    let rows = vec![
        Row::new("share refused that is wrong", "share", wrong, fate(Fate::RejectedWrong)),
        Row::new("share final that is right", "share·(1−f·B(5, 3, f))", RIGHT - refused, fate(Fate::FinalRight)),
        Row::new("votes on an answer", "1 + Σ share·P(alarm)·Σ m P(m)", votes, |seen| {
            Part::new(seen.probe.classes[0].votes as f64, seen.probe.classes[0].jobs as f64)
        }),
    ];
    Case::new("method-escalate", rows)
}

/// A cheaper model is found by nine looks in ten, an answer that is made up or mistaken always; never a mean over the kinds.
fn kinds() -> Case {
    let row = |class: usize, name: &str, found: f64| {
        Row::new(format!("share found of answers {name}"), "s·d", 0.1 * found, move |seen| {
            let counts = seen.summary.classes.get(class).expect("a class of each kind");
            Part::share(counts.fate(Fate::RevokedWrong), counts.jobs)
        })
    };
    let rows =
        vec![row(0, "of a cheaper model", 0.9), row(1, "that are made up", 1.0), row(2, "that are mistaken", 1.0)];
    Case::new("method-logprob-kinds", rows)
}

fn check(scenario: &'static str, alarms: [f64; 2], found: [Fate; 2]) -> Case {
    let (wrong, drawn) = (0.4, 0.3);
    let rows = vec![
        Row::new("share found that is wrong", "share·s·P(alarm)", wrong * drawn * alarms[0], fate(found[0])),
        Row::new("share found that is right", "share·s·P(alarm)", (1.0 - wrong) * drawn * alarms[1], fate(found[1])),
        Row::new(
            "share final that is wrong",
            "share·(1−s·P(alarm))",
            wrong * (1.0 - drawn * alarms[0]),
            fate(Fate::FinalWrong),
        ),
        Row::new("share of checks that alarm", "P(alarm)", wrong * alarms[0] + (1.0 - wrong) * alarms[1], |seen| {
            Part::share(seen.summary.checks[1], seen.summary.checks[0])
        }),
    ];
    Case::new(scenario, rows)
}
