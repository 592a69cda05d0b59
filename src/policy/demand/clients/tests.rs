//! Clients against their windows.

use super::*;
use crate::policy::demand::Arrivals;
use crate::policy::demand::tests::{CLIENTS, Table, arrivals, assert_zero_mean, resolved, spec};

fn read(text: &str) -> Arrivals {
    resolved("clients", text, &mut Table::new(CLIENTS))
}

fn refused(text: &str, file: &str) -> String {
    Arrivals::Clients(spec(text)).resolve(&mut Table::new(file)).unwrap_err().message
}

/// The expected number of arrivals in every window is its rate times its length, for bursty laws, through changes of
/// law, in the middle of windows and in the second pass.
#[test]
fn every_window_has_its_rate() {
    for (scale, from) in [(1.0, 0.0), (0.1, 0.0), (3.0, 900.0)] {
        let rule = read(&format!(r#"{{ file = "f", scale = {scale:?}, from = "{from}s", loop = true }}"#));
        // Client, start, rate; a second pass follows the first after 2400 s.
        let windows = [
            (7, 0.0, 0.5),
            (7, 600.0, 0.05),
            (7, 1200.0, 1.5),
            (7, 1800.0, 0.0),
            (3, 0.0, 0.0),
            (3, 600.0, 0.2),
            (3, 1200.0, 0.0),
            (3, 1800.0, 2.0),
        ];
        let mut counts = vec![Vec::new(); 2 * windows.len()];
        for replication in 0..5000 {
            let all = arrivals(&rule, replication, SimDuration::from_seconds(4800.0 - from));
            let mut found = vec![0.0; counts.len()];
            for arrival in all {
                let at = arrival.at.seconds() + from;
                let pass = usize::from(at >= 2400.0);
                let within = |window: &&(u32, f64, f64)| {
                    window.0 == arrival.client && (window.1..window.1 + 600.0).contains(&(at % 2400.0))
                };
                found[pass * windows.len() + windows.iter().position(|window| within(&window)).unwrap()] += 1.0;
            }
            counts.iter_mut().zip(found).for_each(|(counts, found)| counts.push(found));
        }
        for (index, counts) in counts.iter().enumerate() {
            let (client, start, rate) = windows[index % windows.len()];
            let length = if index < windows.len() { (start + 600.0 - from).clamp(0.0, 600.0) } else { 600.0 };
            let expected = scale * rate * length;
            if expected == 0.0 {
                assert!(counts.iter().all(|&count| count == 0.0));
                continue;
            }
            let off: Vec<f64> = counts.iter().map(|count| count - expected).collect();
            assert_zero_mean(&format!("client {client} from {start} (place {index}, scale {scale})"), &off);
        }
    }
}

/// With one law throughout, gaps measured in mean gaps are those of a renewal process, whatever the rates and the
/// scale: their mean is 1, their spread the law's, and neighbours are independent.
#[test]
fn gaps_keep_their_spread_under_scaling() {
    for (law, shape, square) in [("Gamma", 0.25, 4.0), ("Weibull", 0.5, 5.0), ("Gamma", 16.0, 0.0625)] {
        let file = format!(
            "client,t_s,rate_rps,iat_dist,p1\n1,0,1,{law},{shape}\n1,10,4,{law},{shape}\n1,30,0.5,{law},{shape}"
        );
        for scale in [0.02, 1.0, 7.0] {
            let text = format!(r#"{{ file = "f", window = "10s", scale = {scale:?}, loop = true }}"#);
            let rule = resolved("clients", &text, &mut Table::new(&file));
            // What passes by a time of the run, in mean gaps: 55 per pass of 40 s, nothing from 20 s to 30 s.
            let passed = |at: Time| {
                let (pass, rest) = (at.0 / 40_000_000_000, (at.0 % 40_000_000_000) as f64 * 1e-9);
                let part = rest.min(10.0) + 4.0 * (rest - 10.0).clamp(0.0, 10.0) + 0.5 * (rest - 30.0).max(0.0);
                scale * (55.0 * pass as f64 + part)
            };
            let (mut memory, mut stream) = (rule.memory(), crate::policy::demand::tests::stream(0));
            let mut next = || passed(rule.next(&mut memory, &mut stream).unwrap().at);
            let mut last = next();
            let gaps: Vec<f64> = (0..100_000).map(|_| std::mem::replace(&mut last, next())).collect();
            let gaps: Vec<f64> = gaps.windows(2).map(|pair| pair[1] - pair[0] - 1.0).collect();
            assert_zero_mean("mean", &gaps);
            assert_zero_mean("spread", &gaps.iter().map(|gap| gap * gap - square).collect::<Vec<_>>());
            assert_zero_mean("neighbours", &gaps.windows(2).map(|pair| pair[0] * pair[1]).collect::<Vec<_>>());
        }
    }
}

/// Counts of a stationary renewal process over a span t have variance t + 2 ∫ (t − s) (h(s) − 1) ds in mean gaps, h its
/// renewal density. For gamma gaps of shape 2 and rate 2, h(s) = 1 − e^{−4s}, so it is t/2 + (1 − e^{−4t})/8.
#[test]
fn counts_have_the_known_dispersion() {
    let mut table = Table::new("client,t_s,rate_rps,iat_dist,p1\n1,0,1,Gamma,2");
    let rule = resolved("clients", r#"{ file = "f" }"#, &mut table);
    let span = 1.5;
    let variance = span / 2.0 - crate::maths::exp_m1(-4.0 * span) / 8.0;
    let off: Vec<f64> = (0..20_000)
        .map(|replication| {
            let off = arrivals(&rule, replication, SimDuration::from_seconds(span)).len() as f64 - span;
            off * off - variance
        })
        .collect();
    assert_zero_mean("variance", &off);
}

/// Leaving a client out changes nothing for the others.
#[test]
fn clients_do_not_disturb_each_other() {
    let end = SimDuration::from_seconds(5000.0);
    let both = arrivals(&read(r#"{ file = "f", loop = true }"#), 0, end);
    let one = arrivals(&read(r#"{ file = "f", loop = true, clients = 1 }"#), 0, end);
    assert!(one.len() > 1000 && both.iter().any(|arrival| arrival.client == 7));
    // Client 3 asks for 1320 jobs in a pass, client 7 for 1230.
    assert_eq!(both.into_iter().filter(|arrival| arrival.client == 3).collect::<Vec<_>>(), one);
}

#[test]
fn a_file_ends_and_silence_stays_silent() {
    let rule = read(r#"{ file = "f", from = "1500s" }"#);
    let all = arrivals(&rule, 0, SimDuration::MAX);
    assert!(all.last().unwrap().at < Time(900_000_000_000) && all.iter().any(|arrival| arrival.client == 3));
    assert!(arrivals(&read(r#"{ file = "f", scale = 0.0, loop = true }"#), 0, SimDuration::MAX).is_empty());
}

/// The spread of the file in place of the fitted shape: here both say the same.
#[test]
fn spreads_stand_in_for_shapes() {
    let (by_shape, by_cv) = (read(r#"{ file = "f" }"#), read(r#"{ file = "f", cv = "iat_cv" }"#));
    let (Arrivals::Clients(by_shape), Arrivals::Clients(by_cv)) = (by_shape, by_cv) else { unreachable!() };
    for (one, other) in by_shape.data.rows.iter().zip(&by_cv.data.rows) {
        assert!((one.gaps.unit() / other.gaps.unit() - 1.0).abs() < 1e-4, "{one:?} {other:?}");
    }
}

#[test]
fn files_that_make_no_sense_are_refused() {
    let head = "client,t_s,rate_rps,iat_dist,p1\n";
    for (text, rows, expected) in [
        ("{ file = 'f', window = '0' }", "1,0,1,Gamma,1", "`window`"),
        ("{ file = 'f', clients = 0 }", "1,0,1,Gamma,1", "`clients`"),
        ("{ file = 'f', loop = true, scale = 1e-9 }", "1,0,1,Gamma,1", "1666667 times per arrival"),
        ("{ file = 'f', from = '11min' }", "1,0,1,Gamma,1", "beyond `f`, which covers 10min"),
        ("{ file = 'f', rate = 'load' }", "1,0,1,Gamma,1", "no column `load`"),
        ("{ file = 'f' }", "", "no window"),
        ("{ file = 'f' }", "1,0,0,Gamma,1", "no window"),
        ("{ file = 'f' }", "1,0,1,Gamma,1\n1,600,-1,Gamma,1", "row 2 of `f`: the rate"),
        ("{ file = 'f' }", "1,0,1,Pareto,1", "row 1 of `f`: `Pareto`"),
        ("{ file = 'f' }", "1,0,1,Gamma,0", "out of range"),
        ("{ file = 'f' }", "5000000000,0,1,Gamma,1", "the client `5000000000`"),
        ("{ file = 'f' }", "1,0,1,Gamma,1\n1,500,1,Gamma,1", "overlap"),
    ] {
        let wrong = refused(text, &format!("{head}{rows}"));
        assert!(wrong.contains(expected), "{rows}: {wrong}");
    }
}
