//! Prices that move: over given blocks, by the market's own demand, and by each other.

use crate::suite::theory::case::{Case, Chapter, Part, Row};
use crate::suite::theory::formulas::fees::{
    band, base_fee, cheapest, mean_ask, mean_with_costs, rest_exponential, rest_of_queue, rest_uniform,
    rest_with_costs, swings,
};
use crate::suite::theory::watch::{Seen, Wish};
use reliance::engine::time::Time;

/// The gas of the blocks of `blocks.csv`, in parts of its room of 20 million.
const MIXED: [u64; 12] = [10, 9, 11, 20, 0, 16, 4, 10, 20, 12, 8, 6];

/// The target of the blocks with a coarse step.
const COARSE: f64 = 4000.0;

/// Where computing is among the channels.
const COMPUTING: u8 = 0;

/// The number of the first model with a price of its own, behind the channels.
const MODELS: u8 = 3;

/// Where coordination is among the channels.
const COORDINATION: u8 = 1;

pub fn chapter() -> Chapter {
    let mut cases = given();
    cases.extend(demanded());
    cases.push(stationary());
    cases.push(queue());
    cases.push(models());
    cases.extend([asks(), cheapest_of_three()]);
    cases.push(coupling());
    Chapter {
        title: "Prices that move",
        about: "Prices over given blocks are to be equal to the last unit, the micro-credit: the base fee of EIP-1559 with a step of an \
                eighth, and a dead band of 40 % to 60 % with steps of up to 2 %, rounded down, or up where it says so. A price of 49 units that is rounded down cannot rise \
                in ticks of one unit, and can in ticks of a thousandth; one of 7 units cannot move by an eighth without a least step. By the \
                market's own demand, λ targets asked for in a block, a base fee rests where the target is used; that rest is \
                stable for λ < 1 + 2/d with values uniform from 0 to w (after S. Leonardos and others, *Dynamical analysis of the \
                EIP-1559 Ethereum fee market*, 2021). With a step of d = 1 it is for λ = 2.5, and for λ = 3.2 the fee swings \
                between two points of the logistic map. What the chance of finite blocks adds is counted to the first \
                order in 1/T. The stationary market is that of abm1559 (Ethereum's own model, notebook `stationary1559`): its blocks 195 \
                to 199 read 11.80 to 11.89. Prices that feel each other move by Σ C z; C is read off the moves before and after the jobs stop."
            .into(),
        cases,
    }
}

fn given() -> Vec<Case> {
    let used: Vec<u64> = MIXED.map(|millions| millions * 1_000_000).into();
    let percents: Vec<u64> = MIXED.map(|millions| millions * 5).into();
    let (target, start) = (10_000_000, 1_000_000_000);
    let full = base_fee(start, target, 8, &[2 * target; 30]);
    vec![
        exact("fee-blocks", &base_fee(start, target, 8, &used)),
        exact("fee-small", &base_fee(7, target, 8, &[2 * target, 2 * target, 0, 2 * target, 0])),
        case(
            "fee-full",
            vec![
                Row::new("blocks until the price is ten times as high", "base fee", 20.0, |seen| {
                    let first = prices(seen, COORDINATION).position(|price| price >= 1e10);
                    Part::new(first.map_or(0.0, |before| before as f64 + 1.0), 1.0)
                }),
                after(20, full[19]),
            ],
        ),
        exact("band-blocks", &band(start, false, &percents)),
        case("band-floor", vec![after(29, band(49, false, &[100; 29])[28])]),
        case("band-ceil", vec![after(29, band(49, true, &[0; 29])[28])]),
        case("band-fine", vec![fine(29, band(49_000, false, &[100; 29])[28])]),
        case("fee-trap", vec![fine(29, 7)]),
    ]
}

/// The price after each of these blocks.
fn exact(scenario: &'static str, expected: &[u64]) -> Case {
    case(scenario, expected.iter().enumerate().map(|(block, &price)| after(block + 1, price)).collect())
}

fn after(block: usize, expected: u64) -> Row {
    Row::new(format!("price after block {block}"), "in whole units", expected as f64, move |seen| {
        Part::new(prices(seen, COORDINATION).nth(block - 1).expect("so many blocks"), 1.0)
    })
}

/// The price after a block in the finest units there are, thousandths of a micro-credit.
fn fine(block: usize, expected: u64) -> Row {
    Row::new(format!("price after block {block}"), "in thousandths of a micro-credit", expected as f64, move |seen| {
        let mut all = seen.probe.prices.iter().filter(|price| price.1 == COORDINATION);
        Part::new(all.nth(block - 1).expect("so many blocks").2 as f64, 1.0)
    })
}

fn case(scenario: &'static str, rows: Vec<Row>) -> Case {
    let wish = Wish { prices: true, ..Wish::default() };
    Case { runs: 20, fixed_horizon: true, ..Case::new(scenario, rows).watching(wish) }
}

/// A price that was watched, in micro-credits.
fn micro(price: &(Time, u8, i64)) -> f64 {
    price.2 as f64 / 1e3
}

/// The prices of a channel, in micro-credits, at each close.
fn prices(seen: &Seen, channel: u8) -> impl Iterator<Item = f64> {
    seen.probe.prices.iter().filter(move |price| price.1 == channel).map(micro)
}

fn demanded() -> Vec<Case> {
    let settles = |scenario, formula, expected: f64, unit: f64| {
        let price = Row::new("mean price, relative to the scale of values", formula, expected, move |seen| {
            let counted = counted(seen);
            Part::new(counted.iter().sum::<f64>() / unit, counted.len() as f64)
        });
        case(scenario, vec![price])
    };
    let (uniform, exponential) = (1e9, 1e8);
    let [low, high] = swings(3.2, COARSE);
    let rest = rest_uniform(3.2);
    let side = |name, formula, expected: f64, above: bool| {
        Row::new(name, formula, expected, move |seen: &Seen| {
            let counted = counted(seen);
            let those: Vec<f64> =
                counted.iter().map(|price| price / 1e9).filter(|&price| (price > rest) == above).collect();
            Part::new(those.iter().sum(), those.len() as f64)
        })
    };
    let mut settled = settles("fee-settles", "1 − 1/λ, and blocks of chance", swings(2.5, COARSE)[0], uniform);
    settled.rows.push(jumps(0.0));
    let swinging = vec![
        side("mean of the prices below the rest", "((λ+1) − √((λ−3)(λ+1)))/2λ, and blocks of chance", low, false),
        side("mean of the prices above the rest", "((λ+1) + √((λ−3)(λ+1)))/2λ, and blocks of chance", high, true),
        jumps(1.0),
    ];
    vec![
        settles("fee-uniform", "1 − 1/λ", rest_uniform(2.0), uniform),
        settles("fee-exponential", "ln λ", rest_exponential(3.0), exponential),
        settled,
        case("fee-swings", swinging),
    ]
}

/// 2 000 users a block, values uniform from 0 to 20, a premium of 1, and five blocks of a wait that costs half a credit each.
fn stationary() -> Case {
    let (top, users, cost, target) = (20.0, 2_000.0 / 476.0, 1.0 + 5.0 * 0.5, 476.0);
    let exact = rest_with_costs(top, users, cost);
    let mean = mean_with_costs(top, users, cost, (target, 8.0));
    // After the horizon answers are awaited and nobody comes any more.
    let sum = |seen: &Seen, of: fn(f64) -> f64| {
        let blocks = (seen.probe.seconds() / 10.0) as usize;
        counted(seen).iter().take(blocks).map(|price| of(price * 1e-6)).sum::<f64>()
    };
    let rows = vec![
        Row::new("mean of its square over its mean", "w(1 − 1/λ) − premium − wait", exact, move |seen| {
            Part::new(sum(seen, |fee| fee * fee), sum(seen, |fee| fee))
        }),
        Row::new("mean base fee", "r − v/r, r the row above", mean, move |seen| {
            Part::new(sum(seen, |fee| fee), sum(seen, |_| 1.0))
        }),
    ];
    case("fee-stationary", rows)
}

/// The price of computing that goes by the queue. Its step is so small that it keeps within two per cent of its rest, where the mean of the
/// queue is as good as straight.
fn queue() -> Case {
    let rest = rest_of_queue(1.25, 0.5);
    let price = Row::new("mean price, relative to the scale of values", "1 − (√(B²+2B) − B)/λ", rest, |seen| {
        let counted = seen.probe.prices.iter().filter(|price| price.1 == COMPUTING && price.0 > seen.summary.from);
        let prices: Vec<f64> = counted.take((seen.probe.seconds() / 1000.0) as usize).map(micro).collect();
        Part::new(prices.iter().sum::<f64>() / 1e9, prices.len() as f64)
    });
    case("fee-queue", vec![price])
}

/// Two models that are meant to use ten slots each. What is used falls in a straight line with the price, so its square over its mean is
/// exactly where it rests, as with the stationary market.
fn models() -> Case {
    let row = |name, channel: u8, lambda: f64| {
        Row::new(name, "1 − 1/λ", rest_uniform(lambda), move |seen: &Seen| {
            let counted = seen.probe.prices.iter().filter(|price| price.1 == channel && price.0 > seen.summary.from);
            let prices: Vec<f64> = counted.take(60).map(|price| micro(price) / 1e9).collect();
            Part::new(prices.iter().map(|price| price * price).sum(), prices.iter().sum())
        })
    };
    let rows = vec![
        row("price of the model with twice its target asked for", MODELS, 2.0),
        row("price of the model with four times its target asked for", MODELS + 1, 4.0),
    ];
    case("fee-models", rows)
}

/// A look of a second costs a cent, and as much again for each second of work ahead of it: of each validator an M/D/1 queue.
fn asks() -> Case {
    let expected = mean_ask(0.6, 1.0, 1.0);
    let row = |name, which: usize| {
        Row::new(name, "1 + ρs/2(1−ρ)β", expected, move |seen: &Seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.verification[which] as f64 / 10_000.0, class.jobs as f64)
        })
    };
    Case::new("asks-own", vec![row("price of a look, quoted", 0), row("price of a look, paid", 1)])
}

/// Of twenty validators five ask a cent for a look, five two and ten three; three drawn at random are asked.
fn cheapest_of_three() -> Case {
    let expected = (10_000.0 * cheapest(&[(5, 1.0), (5, 2.0), (10, 3.0)], 3)).round();
    let row = |name, which: usize| {
        Row::new(name, "Σ (a−a') Π (m−j)/(n−j)", expected, move |seen: &Seen| {
            let class = &seen.probe.classes[0];
            Part::new(class.verification[which] as f64, class.jobs as f64)
        })
    };
    let rows = vec![
        row("price of the cheapest of three, quoted, in µ", 0),
        row("price of the cheapest of three, paid, in µ", 1),
    ];
    Case::new("asks-cheapest", rows)
}

/// The prices of gas from the warm-up's end on.
fn counted(seen: &Seen) -> Vec<f64> {
    let from = seen.summary.from;
    let those = seen.probe.prices.iter().filter(|price| price.1 == COORDINATION && price.0 >= from);
    those.map(micro).collect()
}

/// The share of blocks at which the price moves by more than a fifth.
fn jumps(expected: f64) -> Row {
    Row::new("share of blocks that move it by more than a fifth", "none below 1 + 2/d, all beyond", expected, |seen| {
        let counted = counted(seen);
        let far = counted.windows(2).filter(|pair| (pair[1] / pair[0] - 1.0).abs() > 0.2).count();
        Part::new(far as f64, counted.len() as f64 - 1.0)
    })
}

/// The steps of the three prices in two phases, from which the matrix follows. While jobs come the excess demands are ½, ⅕ and −½, of
/// computing, coordination and verification; after they have stopped −1, ⅕ and −1.
fn coupling() -> Case {
    let felt = |seen: &Seen, channel: u8| {
        let all: Vec<f64> = prices(seen, channel).collect();
        // The tenth interval is in the middle of the first phase, the sixtieth in that of the second.
        [10, 60].map(|place| (all[place] / all[place - 1] - 1.0) * 8.0)
    };
    let z = [[0.5, 0.2, -0.5], [-1.0, 0.2, -1.0]];
    let entry = move |row: usize, column: usize, expected: f64| {
        let name = format!("what {} feels of {}", CHANNELS[row], CHANNELS[column]);
        Row::new(name, "the entry of C", expected, move |seen| {
            // Two equations for the two entries beside the diagonal.
            let other = 3 - row - column;
            let steps = felt(seen, row as u8);
            let rest = [0, 1].map(|phase| steps[phase] - z[phase][row]);
            let determinant = z[0][column] * z[1][other] - z[1][column] * z[0][other];
            let found = (rest[0] * z[1][other] - rest[1] * z[0][other]) / determinant;
            // Prices are whole units of 10⁻⁶ of a credit: six decimals are sure.
            Part::new((found * 1e6).round() / 1e6, 1.0)
        })
    };
    let rows = vec![
        entry(0, 1, 0.25),
        entry(0, 2, -0.3),
        entry(1, 0, 0.25),
        entry(1, 2, 0.5),
        entry(2, 0, -0.4),
        entry(2, 1, 0.15),
    ];
    case("coupling", rows)
}

/// The channels in their order.
const CHANNELS: [&str; 3] = ["computing", "coordination", "verification"];
