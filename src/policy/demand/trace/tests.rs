//! Replays against their rows.

use super::*;
use crate::policy::demand::Arrivals;
use crate::policy::demand::tests::{Table, arrivals, assert_counts, assert_zero_mean, resolved, spec};

const FILE: &str = "
    at,in,out,kind,user
    1000,10,20,chat,1
    5000,13,23,batch,4
    2000,11,21,batch,2
    2000,12,22,chat,3";

fn first(text: &str, file: &str, count: usize) -> Vec<f64> {
    let rule = resolved("trace", text, &mut Table::new(file));
    let (mut memory, mut stream) = (rule.memory(), crate::policy::demand::tests::stream(0));
    let next = || rule.next(&mut memory, &mut stream);
    std::iter::from_fn(next).take(count).map(|arrival| arrival.at.seconds()).collect()
}

/// Rows come in order of time, equals in the order of the file, each with its own columns.
#[test]
fn rows_keep_their_columns() {
    let text =
        r#"{ file = "f", time = "at", unit = "1ms", input = "in", output = "out", class = "kind", client = "user" }"#;
    let rule = resolved("trace", text, &mut Table::new(FILE));
    let found = arrivals(&rule, 0, SimDuration::MAX);
    let row = |at, tokens: u32, class, client| Arrival {
        at: Time(at * SimDuration::SECOND.0),
        input_tokens: Some(10 + tokens),
        output_tokens: Some(20 + tokens),
        class: Some(ClassId(class)),
        client,
    };
    assert_eq!(found, [row(0, 0, 0, 1), row(1, 1, 1, 2), row(1, 2, 0, 3), row(4, 3, 1, 4)]);
}

#[test]
fn loops_scales_and_windows() {
    let text = |rest: &str| format!(r#"{{ file = "f", time = "at", unit = "1ms"{rest} }}"#);
    let third = 4.0 / 3.0;
    for (rest, expected) in [
        ("", &[0.0, 1.0, 1.0, 4.0][..]),
        (", scale = 2.0", &[0.0, 0.5, 0.5, 2.0]),
        // Four rows over 4 s have a mean gap of 4/3 s.
        (", loop = true", &[0.0, 1.0, 1.0, 4.0, 4.0 + third, 5.0 + third, 5.0 + third, 8.0 + third, 8.0 + 2.0 * third]),
        (", until = '4s'", &[0.0, 1.0, 1.0]),
        (", from = '1s'", &[0.0, 0.0, 3.0]),
        (", from = '500ms', until = '4500ms', loop = true, scale = 0.5", &[1.0, 1.0, 7.0, 9.0, 9.0, 15.0, 17.0]),
    ] {
        let count = if rest.contains("loop") { expected.len() } else { usize::MAX };
        let found = first(&text(rest), FILE, count);
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 2e-9);
        assert!(near && found.len() == expected.len(), "{rest}: {found:?}");
    }
}

/// The rows of a tick are spread evenly over it, the kth of n lies at k/(n + 1) on average, and the rate stays.
#[test]
fn ticks_are_filled_evenly() {
    let file = format!("timestamp\n0\n0\n0\n6\n{}", "9\n".repeat(10));
    let rule = resolved("trace", r#"{ file = "f", tick = "3s", loop = true }"#, &mut Table::new(&file));
    let mut cells = vec![0.0; 30];
    let mut means = vec![Vec::new(); 13];
    for (index, arrival) in arrivals(&rule, 0, SimDuration::from_seconds(12.0 * 20_000.0)).into_iter().enumerate() {
        let at = arrival.at.seconds() % 12.0;
        match index % 14 {
            row @ 0..3 => means[row].push(at / 3.0 - (row + 1) as f64 / 4.0),
            3 => assert!((6.0..9.0).contains(&at)),
            row => {
                cells[((at - 9.0) * 10.0) as usize] += 1.0;
                means[row - 1].push((at - 9.0) / 3.0 - (row - 3) as f64 / 11.0);
            }
        }
    }
    means.iter().for_each(|off| assert_zero_mean("place in the tick", off));
    assert_counts("places in the tick", &cells, &[20_000.0 / 3.0; 30]);
}

/// A tick that `from` or `until` cuts keeps its rows within them, also where clocks are off the tick.
#[test]
fn cut_ticks_stay_within_the_window() {
    let file = "timestamp\n0\n4\n4\n5\n7\n8\n8\n11";
    let text = r#"{ file = "f", tick = "3s", from = "4s", until = "8500ms", loop = true }"#;
    for (index, at) in first(text, file, 6000).chunks(6).enumerate() {
        let start = 4.5 * index as f64;
        assert!(at.iter().all(|at| (start..start + 4.5).contains(at)), "{at:?}");
        assert!(at.is_sorted() && at[2] < start + 2.0 && at[3] >= start + 2.0, "{at:?}");
    }
}

#[test]
fn traces_that_make_no_sense_are_refused() {
    let one = "at,kind,user\n5,chat,1";
    for (text, file, expected) in [
        ("{ file = 'f', time = 'at', scale = 0.0 }", one, "`scale`"),
        ("{ file = 'f', time = 'at', unit = '0' }", one, "`unit`"),
        ("{ file = 'f', time = 'at', from = '1s', until = '1s' }", one, "`until` must be later"),
        ("{ file = 'f' }", one, "no column `timestamp`"),
        ("{ file = 'f', time = 'at' }", "at", "`f` has no rows"),
        ("{ file = 'f', time = 'at', from = '1s' }", one, "no rows between"),
        ("{ file = 'f', time = 'at', loop = true }", one, "cannot `loop`"),
        (
            "{ file = 'f', time = 'at', class = 'kind' }",
            "at,kind\n1,chat\n2,cat",
            "row 2 of `f`: the `kind` `cat` is no class",
        ),
        (
            "{ file = 'f', time = 'at', client = 'user' }",
            "at,user\n1,4294967296",
            "row 1 of `f`: the `user` of 4294967296",
        ),
    ] {
        let wrong = Arrivals::Trace(spec(text)).resolve(&mut Table::new(file)).unwrap_err();
        assert!(wrong.message.contains(expected), "{text}: {wrong}");
    }
}
