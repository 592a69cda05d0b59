//! Results that consume results: what they inherit, how long they stand, and how many fall together.

use reliance::record::results::{OfDepth, Results};

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::inputs::{self, wrong};
use crate::suite::theory::watch::{Seen, Wish};

/// One answer in ten is an honest mistake.
const ERRS: f64 = 0.1;

pub fn chapter() -> Chapter {
    Chapter {
        title: "Results that consume results",
        about: "One answer in ten is a mistake, ε, that no check sees. A result at depth d of a chain has d + 1 computations in its ancestry. Where an \
                input is passed on with probability p, a result of two inputs that are wrong with ε is wrong with 1 − (1−ε)(1−pε)². Three answers in ten \
                are looked at, so the silent share is 0.7. A result stands as long as its inputs do: one that consumes results of an age uniform on \
                0 to 40 s, of which each stands for 100 s, stands for 79 s after a second of work. Cascades: each result is computed with probability \
                m = ½ from one of the 50 before it, and what comes of it is a branching process with Binomial(50, m/50) children. Sizes 1 and 2 count \
                windows that overlap."
            .into(),
        cases: vec![chain(), parts(), waits(), cascades()],
    }
}

fn chain() -> Case {
    let mut rows = Vec::new();
    let mut above = 0.0;
    for depth in 0..5usize {
        let all = wrong(ERRS, 1.0, &[above]);
        rows.push(Row::new(format!("wrong at depth {depth}"), "1−(1−ε)^(d+1)", all, at(depth, |of| of.wrong)));
        if depth > 0 {
            let name = format!("contamination at depth {depth}");
            rows.push(Row::new(name, "1−(1−ε)^d", above, at(depth, |of| of.inherited)));
        }
        above = all;
    }
    rows.push(Row::new("silent share", "1−s", 0.7, |seen| {
        let results = results(seen);
        Part::new(results.risk[1], results.risk[0])
    }));
    Case::new("inherited-chain", rows)
}

fn parts() -> Case {
    let first = wrong(ERRS, 0.5, &[ERRS, ERRS]);
    let second = wrong(ERRS, 0.5, &[first]);
    let third = wrong(ERRS, 0.5, &[second]);
    let rows = vec![
        Row::new("wrong with two inputs", "1−(1−ε)(1−pε)²", first, at(1, |of| of.wrong)),
        Row::new("wrong one step on", "1−(1−ε)(1−pP₁)", second, at(2, |of| of.wrong)),
        Row::new("wrong two steps on", "1−(1−ε)(1−pP₂)", third, at(3, |of| of.wrong)),
    ];
    Case::new("inherited-part", rows)
}

fn waits() -> Case {
    // Of the 100 s for which an input stands, 20 s are behind it on the average, and the second of work.
    let row = Row::new("examinable seconds", "W−A/2−w", 79.0, |seen| {
        let results = results(seen);
        Part::new(results.examinable as f64 * 1e-9, results.depths[1].results as f64)
    });
    Case::new("inputs-stand", vec![row])
}

fn cascades() -> Case {
    let row = inputs::Row { mean: 0.5, window: 50 };
    let size = |wanted: u64| {
        move |seen: &Seen| {
            let sizes = seen.probe.cascades.sizes();
            let (hits, all) = sizes.fold((0, 0), |(hits, all), size| (hits + u64::from(size == wanted), all + 1));
            Part::share(hits, all)
        }
    };
    let rows = vec![
        Row::new("mean size", "1/(1−m)", row.progeny(), |seen| {
            let sizes = seen.probe.cascades.sizes();
            let (sum, all) = sizes.fold((0, 0), |(sum, all), size| (sum + size, all + 1));
            Part::share(sum, all)
        }),
        Row::new("size 1", "(1−m/N)^N", row.alone(), size(1)),
        Row::new("size 2", "Σ (m/N)(1−m/N)^(2k−1)(1−2m/N)^(N−k)", row.pair(), size(2)),
    ];
    Case::new("cascades", rows).watching(Wish { cascades: 30.0, ..Wish::default() })
}

fn results(seen: &Seen) -> &Results {
    seen.summary.results.as_ref().expect("they are written down")
}

/// A share of the results of one depth.
fn at(depth: usize, of: fn(&OfDepth) -> u64) -> impl Fn(&Seen) -> Part {
    move |seen| {
        let found = &results(seen).depths[depth];
        Part::share(of(found), found.results)
    }
}
