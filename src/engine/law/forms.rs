//! The names of the laws and the ways to state each.

use super::LawName;

/// One way to state a law: all of `needs`, any of `also`.
pub(super) struct Form {
    pub needs: &'static [&'static str],
    pub also: &'static [&'static str],
}

const fn form(needs: &'static [&'static str]) -> Form {
    Form { needs, also: &[] }
}

impl LawName {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            LawName::Constant => "constant",
            LawName::Uniform => "uniform",
            LawName::Exponential => "exponential",
            LawName::Erlang => "erlang",
            LawName::Hyperexponential => "hyperexponential",
            LawName::Gamma => "gamma",
            LawName::Weibull => "weibull",
            LawName::Lognormal => "lognormal",
            LawName::Normal => "normal",
            LawName::Pareto => "pareto",
            LawName::Triangular => "triangular",
            LawName::Either => "either",
            LawName::Empirical => "empirical",
        }
    }

    /// The ways to state it, the commonest first.
    pub(super) fn forms(self) -> &'static [Form] {
        const LIMITS: &[&str] = &["min", "max"];
        match self {
            LawName::Constant => const { &[form(&["value"])] },
            LawName::Uniform => const { &[form(LIMITS)] },
            LawName::Exponential => const { &[form(&["mean"])] },
            LawName::Erlang => const { &[form(&["mean", "stages"])] },
            LawName::Hyperexponential => const { &[form(&["mean", "cv"]), form(&["means", "weights"])] },
            LawName::Gamma => const { &[form(&["mean", "cv"]), form(&["mean", "shape"])] },
            LawName::Weibull => const { &[form(&["mean", "shape"])] },
            LawName::Lognormal => {
                const {
                    let (by_median, by_mean) = (form(&["median", "sigma"]), form(&["mean", "cv"]));
                    &[by_median, by_mean, form(&["mean", "sigma"]), form(&["median", "cv"])]
                }
            }
            LawName::Normal => {
                const {
                    let by_deviation = Form { needs: &["mean", "deviation"], also: LIMITS };
                    &[by_deviation, Form { needs: &["mean", "cv"], also: LIMITS }]
                }
            }
            LawName::Pareto => const { &[Form { needs: &["min", "shape"], also: &["max"] }, form(&["mean", "shape"])] },
            LawName::Triangular => const { &[form(&["min", "mode", "max"])] },
            LawName::Either => const { &[form(&["low", "high", "share"])] },
            LawName::Empirical => {
                const {
                    {
                        let listed = Form { needs: &["values"], also: &["weights"] };
                        &[listed, Form { needs: &["file", "column"], also: &["unit", "scale"] }]
                    }
                }
            }
        }
    }

    /// The parameters in words: "`mean` and `cv`, or `mean` and `shape`".
    pub fn takes(self) -> String {
        let quoted = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            match names.as_slice() {
                [front @ .., last] if !front.is_empty() => format!("{} and {last}", front.join(", ")),
                names => names.concat(),
            }
        };
        let forms: Vec<String> = self
            .forms()
            .iter()
            .map(|form| match form.also {
                [] => quoted(form.needs),
                also => format!("{} (optionally {})", quoted(form.needs), quoted(also)),
            })
            .collect();
        format!("`{}` takes {}", self.name(), forms.join(", or "))
    }
}
