//! Checkers that are alike: their reliance in closed form.

use crate::domain::acceptance::binomial;

/// φ of the executor, and of each of `checkers` alike that look at its answer, of whom `needed` must approve. The executor is wrong with
/// probability `wrong`, and each checker approves a wrong answer with probability `approves`; all wrong answers are of the kind that an adversary gives.
///
/// F = (x + (1 − x) b) Q(x + (1 − x) u) with Q the binomial tail. Along the diagonal ∂F/∂x₀ = (1 − b) Q, and
/// ∫ Q(t + (1 − t) u) dt = Σ_{j = q}^{n} P(Bin(n + 1, u) ≤ j) / ((1 − u)(n + 1)). The rest of F(1) − F(0) is shared evenly.
pub fn alike(wrong: f64, approves: f64, checkers: u32, needed: u32) -> (f64, f64) {
    let n = f64::from(checkers);
    if checkers == 0 || approves >= 1.0 {
        return (1.0 - wrong, 0.0);
    }
    let (mut below, mut sum) = (0.0, 0.0);
    for (number, chance) in binomial(checkers + 1, approves).into_iter().enumerate().take(checkers as usize + 1) {
        below += chance;
        sum += if number >= needed as usize { below } else { 0.0 };
    }
    let executor = (1.0 - wrong) * sum / ((1.0 - approves) * (n + 1.0));
    let accepted: f64 = binomial(checkers, approves)[needed as usize..].iter().sum();
    (executor, (1.0 - wrong * accepted - executor) / n)
}
