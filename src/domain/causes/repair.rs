//! The repair game: which sets of parties, made honest, would have stopped a wrong answer, and what share of the cause each has.

/// What share of the cause each party has.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Of one party of each class.
    pub each: Vec<f64>,
    /// Of nobody: 1 if even all parties together would not have stopped it.
    pub nobody: f64,
}

/// How many states of so many alike parties there are: of each class none, one, … or all are made honest.
pub fn states(classes: &[u32]) -> u64 {
    classes.iter().fold(1, |states, &count| u64::saturating_mul(states, u64::from(count) + 1))
}

/// The shares of the cause where `classes` says how many parties are alike, and `stops` whether so many of each class, made honest,
/// stop the answer. `stops` must not fall when more are honest. `None` if it is stopped with nobody made honest: then it is no
/// answer that was used.
///
/// A party of class i is pivotal in a random order of all r parties with the probability that those before it are a set S, times
/// v(S + i) − v(S): Σ over counts s of ∏ⱼ C(nⱼ − [j = i], sⱼ) / (r C(r − 1, |s|)) · (v(s + eᵢ) − v(s)).
pub fn shares(classes: &[u32], mut stops: impl FnMut(&[u32]) -> bool) -> Option<Shares> {
    let parties: u32 = classes.iter().sum();
    let mut counts = vec![0; classes.len()];
    let mut stopped = Vec::with_capacity(states(classes) as usize);
    loop {
        stopped.push(stops(&counts));
        if !advance(&mut counts, classes) {
            break;
        }
    }
    if stopped[0] {
        return None;
    }
    let strides: Vec<usize> = classes
        .iter()
        .scan(1, |stride, &count| Some(std::mem::replace(stride, *stride * (count as usize + 1))))
        .collect();
    let mut each = vec![0.0; classes.len()];
    counts.fill(0);
    for (place, &before) in stopped.iter().enumerate() {
        let joined: u32 = counts.iter().sum();
        for class in 0..classes.len() {
            if !before && counts[class] < classes[class] && stopped[place + strides[class]] {
                let sets = classes.iter().zip(&counts).enumerate();
                let sets: f64 = sets.map(|(other, (&of, &s))| choose(of - u32::from(other == class), s)).product();
                each[class] += sets / (f64::from(parties) * choose(parties - 1, joined));
            }
        }
        advance(&mut counts, classes);
    }
    let nobody = if stopped.last() == Some(&true) { 0.0 } else { 1.0 };
    Some(Shares { each, nobody })
}

/// The next state, the first class first; says whether there is one.
fn advance(counts: &mut [u32], classes: &[u32]) -> bool {
    for (count, &most) in counts.iter_mut().zip(classes) {
        if *count < most {
            *count += 1;
            return true;
        }
        *count = 0;
    }
    false
}

/// The number of sets of so many out of `of`, as a number that may be large.
fn choose(of: u32, few: u32) -> f64 {
    let few = few.min(of - few);
    (0..few).fold(1.0, |product, step| product * f64::from(of - step) / f64::from(step + 1))
}
