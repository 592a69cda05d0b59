//! Which parameters belong to which law, and what they may be.

use super::{Law, LawName, Quantity};
use crate::engine::maths::normal_cdf;

/// Something wrong with a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawProblem {
    /// The parameter it is about, as written; a missing one is named too.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

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
            LawName::Empirical => const { &[Form { needs: &["values"], also: &["weights"] }] },
        }
    }

    /// The parameters in words: "`mean` and `cv`, or `mean` and `shape`".
    fn takes(self) -> String {
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

impl<Q: Quantity> Law<Q> {
    /// Everything wrong with this law: parameters that do not belong to it, that are missing, or that are out of range.
    pub fn check(&self) -> Vec<LawProblem> {
        let problems = self.check_names();
        if problems.is_empty() { self.check_ranges() } else { problems }
    }

    /// The names of the parameters given.
    fn given(&self) -> Vec<&'static str> {
        let fields = [
            ("value", self.value.is_some()),
            ("mean", self.mean.is_some()),
            ("median", self.median.is_some()),
            ("mode", self.mode.is_some()),
            ("deviation", self.deviation.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("low", self.low.is_some()),
            ("high", self.high.is_some()),
            ("share", self.share.is_some()),
            ("sigma", self.sigma.is_some()),
            ("cv", self.cv.is_some()),
            ("shape", self.shape.is_some()),
            ("stages", self.stages.is_some()),
            ("means", self.means.is_some()),
            ("values", self.values.is_some()),
            ("weights", self.weights.is_some()),
        ];
        fields.into_iter().filter(|field| field.1).map(|field| field.0).collect()
    }

    fn check_names(&self) -> Vec<LawProblem> {
        let (given, law) = (self.given(), self.law.name());
        let problem = |field, message| LawProblem { field, message, help: self.law.takes() };
        let forms = self.law.forms();
        let known = |name: &&str| forms.iter().any(|form| form.needs.contains(name) || form.also.contains(name));
        let (known, strange): (Vec<&str>, Vec<&str>) = given.into_iter().partition(known);
        let mut problems: Vec<LawProblem> = strange
            .into_iter()
            .map(|field| problem(field, format!("`{field}` is no parameter of law `{law}`")))
            .collect();
        // The form meant is the one most of which is there.
        let there = |form: &&Form| form.needs.iter().filter(|name| known.contains(name)).count();
        let complete = |form: &&Form| there(form) == form.needs.len();
        let meant = forms.iter().find(complete).or_else(|| forms.iter().rev().max_by_key(there));
        let meant = meant.expect("every law has a form");
        for &field in meant.needs.iter().filter(|name| !known.contains(name)) {
            problems.push(problem(field, format!("law `{law}` lacks `{field}`")));
        }
        if complete(&meant) {
            for &field in known.iter().filter(|name| !meant.needs.contains(name) && !meant.also.contains(name)) {
                let beside = meant.needs.join("` and `");
                problems.push(problem(field, format!("`{field}` is one too many beside `{beside}`")));
            }
        }
        problems
    }

    /// Parameters out of range, given that they are the right ones.
    fn check_ranges(&self) -> Vec<LawProblem> {
        let mut found = Found { law: self.law.name(), problems: Vec::new() };
        let quantities = [
            ("value", self.value),
            ("mean", self.mean),
            ("median", self.median),
            ("mode", self.mode),
            ("deviation", self.deviation),
            ("min", self.min),
            ("max", self.max),
            ("low", self.low),
            ("high", self.high),
        ];
        for (field, quantity) in quantities {
            let positive = matches!(field, "median" | "deviation")
                || (field == "mean" && self.law != LawName::Normal)
                || (field == "min" && self.law == LawName::Pareto);
            let least = if positive { 0.0 } else { f64::MIN };
            found.within(field, quantity.map(Q::number), least, f64::MAX);
        }
        found.within("share", self.share, 0.0, 1.0);
        found.within("sigma", self.sigma, 0.0, 10.0);
        let balanced = self.law == LawName::Hyperexponential;
        found.within("cv", self.cv, f64::from(u8::from(balanced)), 1000.0);
        let least_shape = match self.law {
            LawName::Gamma => 1e-6,
            LawName::Weibull => 0.05,
            _ if self.mean.is_some() => 1.0 + 1e-9,
            _ => 0.01,
        };
        found.within("shape", self.shape, least_shape, 1e6);
        found.within("stages", self.stages.map(f64::from), 1.0, 1e6);
        found.list("means", &self.means, 0.0);
        found.list("values", &self.values, f64::MIN);
        found.list("weights", &self.weights, 0.0);
        if found.problems.is_empty() {
            self.check_together(&mut found);
        }
        found.problems
    }

    /// What holds between parameters, each in range by itself.
    fn check_together(&self, found: &mut Found) {
        let number = |quantity: Option<Q>| quantity.map(Q::number);
        let (min, mode, max) = (number(self.min), number(self.mode), number(self.max));
        match self.law {
            LawName::Uniform | LawName::Triangular if min > max => found.say("max", "is below `min`", "swap the two"),
            LawName::Triangular if mode < min || mode > max => {
                found.say("mode", "is not between `min` and `max`", "it is the likeliest value");
            }
            LawName::Pareto if max.is_some() && max <= min => {
                found.say("max", "is not above `min`", "leave it out for a tail without end");
            }
            LawName::Normal => self.check_normal(found),
            _ => {}
        }
        if let Some(weights) = &self.weights {
            let options = self.means.as_ref().or(self.values.as_ref()).map_or(0, Vec::len);
            if weights.len() != options {
                found.say("weights", &format!("are {} for {options}", weights.len()), "give one weight for each");
            } else if !(weights.iter().sum::<f64>() > 0.0 && weights.iter().sum::<f64>().is_finite()) {
                found.say("weights", "are all zero, or beyond counting", "at least one is above zero");
            }
        }
    }

    fn check_normal(&self, found: &mut Found) {
        let normal = self.normal();
        if self.cv.is_some() && normal.mean <= 0.0 {
            found.say("mean", "is not above zero, so `cv` means nothing", "give `deviation` instead of `cv`");
        } else if normal.min > normal.max {
            found.say("max", "is below `min`, which is zero unless given", "swap the two, or give `min`");
        } else if normal.share() < 1e-3 {
            let message = "is so far outside `min` (zero unless given) and `max` that less than a thousandth remains";
            found.say("mean", message, "widen the limits or move the mean between them");
        }
    }

    /// The normal this law means.
    pub(super) fn normal(&self) -> Normal {
        let number = |quantity: Option<Q>, otherwise| quantity.map_or(otherwise, Q::number);
        let mean = number(self.mean, 0.0);
        let deviation = self.cv.map_or(number(self.deviation, 0.0), |cv| cv * mean);
        Normal { mean, deviation, min: number(self.min, 0.0), max: number(self.max, f64::MAX) }
    }
}

/// A normal before truncation, and where it is cut.
pub(super) struct Normal {
    pub mean: f64,
    pub deviation: f64,
    pub min: f64,
    pub max: f64,
}

impl Normal {
    /// The probability of staying within the limits.
    fn share(&self) -> f64 {
        if self.deviation == 0.0 {
            return f64::from(u8::from(self.min <= self.mean && self.mean <= self.max));
        }
        normal_cdf((self.max - self.mean) / self.deviation) - normal_cdf((self.min - self.mean) / self.deviation)
    }
}

struct Found {
    law: &'static str,
    problems: Vec<LawProblem>,
}

impl Found {
    fn say(&mut self, field: &'static str, message: &str, help: &str) {
        let message = format!("`{field}` of law `{}` {message}", self.law);
        self.problems.push(LawProblem { field, message, help: help.to_string() });
    }

    fn within(&mut self, field: &'static str, value: Option<f64>, least: f64, most: f64) {
        let Some(value) = value else { return };
        if !value.is_finite() {
            self.say(field, "is not a finite number", "give a number");
        } else if value < least {
            let help =
                if least == 0.0 { "it must not be negative".to_string() } else { format!("it is at least {least}") };
            self.say(field, "is too small", &help);
        } else if value > most {
            self.say(field, "is too large", &format!("it is at most {most}"));
        }
    }

    fn list<Q: Quantity>(&mut self, field: &'static str, list: &Option<Vec<Q>>, least: f64) {
        let Some(list) = list else { return };
        if list.is_empty() || list.len() > 1 << 16 {
            self.say(field, &format!("has {} entries", list.len()), "give between 1 and 65536");
        } else if list.iter().any(|entry| !entry.number().is_finite() || entry.number() < least) {
            self.say(field, "has an entry that is negative or not a finite number", "give numbers in range");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> LawProblem {
        let law: Law<f64> = toml::from_str(text).unwrap();
        law.check().into_iter().next().unwrap_or_else(|| panic!("{text} passes"))
    }

    fn said(text: &str, field: &str, message: &str, help: &str) {
        let problem = first(text);
        assert_eq!((problem.field, problem.message.as_str(), problem.help.as_str()), (field, message, help));
    }

    #[test]
    fn parameters_that_do_not_fit_are_said_with_their_remedy() {
        said(
            "law = \"exponential\"\nmean = 1\nmedian = 2",
            "median",
            "`median` is no parameter of law `exponential`",
            "`exponential` takes `mean`",
        );
        said(
            "law = \"gamma\"\nmean = 1",
            "cv",
            "law `gamma` lacks `cv`",
            "`gamma` takes `mean` and `cv`, or `mean` and `shape`",
        );
        said(
            "law = \"gamma\"\nmean = 1\ncv = 2\nshape = 3",
            "shape",
            "`shape` is one too many beside `mean` and `cv`",
            "`gamma` takes `mean` and `cv`, or `mean` and `shape`",
        );
        said(
            "law = \"hyperexponential\"\nmeans = [1]",
            "weights",
            "law `hyperexponential` lacks `weights`",
            "`hyperexponential` takes `mean` and `cv`, or `means` and `weights`",
        );
    }

    #[test]
    fn values_out_of_range_are_said_with_their_remedy() {
        said(
            "law = \"either\"\nlow = 1\nhigh = 2\nshare = 1.5",
            "share",
            "`share` of law `either` is too large",
            "it is at most 1",
        );
        said(
            "law = \"exponential\"\nmean = -1",
            "mean",
            "`mean` of law `exponential` is too small",
            "it must not be negative",
        );
        said(
            "law = \"exponential\"\nmean = nan",
            "mean",
            "`mean` of law `exponential` is not a finite number",
            "give a number",
        );
        said(
            "law = \"hyperexponential\"\nmean = 1\ncv = 0.5",
            "cv",
            "`cv` of law `hyperexponential` is too small",
            "it is at least 1",
        );
        said("law = \"uniform\"\nmin = 2\nmax = 1", "max", "`max` of law `uniform` is below `min`", "swap the two");
        said(
            "law = \"empirical\"\nvalues = [1, 2]\nweights = [1]",
            "weights",
            "`weights` of law `empirical` are 1 for 2",
            "give one weight for each",
        );
        for text in [
            "law = \"pareto\"\nmean = 2\nshape = 1",
            "law = \"pareto\"\nmean = 2\nshape = 3\nmax = 9",
            "law = \"pareto\"\nmin = 2\nshape = 3\nmax = 2",
            "law = \"triangular\"\nmin = 1\nmode = 5\nmax = 3",
            "law = \"normal\"\nmean = -5\ndeviation = 1",
            "law = \"normal\"\nmean = -5\ncv = 1",
            "law = \"normal\"\nmean = -5\ndeviation = 0",
            "law = \"normal\"\nmean = 1\ndeviation = 1\nmax = -1",
            "law = \"empirical\"\nvalues = []",
            "law = \"empirical\"\nvalues = [1]\nweights = [0]",
            "law = \"erlang\"\nmean = 1\nstages = 0",
            "law = \"constant\"",
        ] {
            first(text);
        }
    }
}
